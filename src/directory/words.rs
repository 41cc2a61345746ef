//! The words of vendors in cells: account statuses, second factors, groups and addresses.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use super::AccountStatus;
use crate::address::EmailAddress;
use crate::casefold::{ascii_eq, fold};
use crate::sentence::Sentence;
use crate::toml_document::excerpt;

/// The longest e-mail address, in bytes: 64 of local part, `@`, and 255 of domain.
const LONGEST_EMAIL: usize = 320;
/// The longest name, group or other cell to keep, in characters.
const LONGEST_TEXT: usize = 500;

/// A name in the form for comparison: lower case, letters and digits only. `Two-Factor_Auth` is `twofactorauth`.
pub(super) fn plain(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The trimmed text of bounded length, if not empty.
pub(super) fn text(cell: &str) -> Option<String> {
    let cell = cell.trim();
    // No text has more characters than bytes.
    let cut = if cell.len() > LONGEST_TEXT { cell.char_indices().nth(LONGEST_TEXT) } else { None };
    cell.get(..cut.map_or(cell.len(), |(end, _)| end)).filter(|kept| !kept.is_empty()).map(str::to_owned)
}

/// An e-mail address, as written.
///
/// # Errors
/// The reason why the text is not an address.
pub(super) fn email(cell: &str) -> Result<&str, Sentence> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Err("the e-mail address is missing".into());
    }
    if cell.len() > LONGEST_EMAIL {
        let long = format!("the e-mail address is longer than {LONGEST_EMAIL} bytes: `");
        return Err(Sentence::from(long).words(excerpt(cell)).and("`"));
    }
    // An address that needs quotes is in practice a list, a formula or a display name.
    let odd = |c: char| c.is_whitespace() || c.is_control() || "\"(),:;<>[\\]".contains(c);
    if cell.contains(odd) || EmailAddress::parse(cell).is_none() {
        return Err(Sentence::from("`").words(excerpt(cell)).and("` is not an e-mail address"));
    }
    Ok(cell)
}

/// The addresses in a cell, without the rest. Active Directory writes `SMTP:a@example.com`. Microsoft 365 separates
/// addresses by a plus sign, which belongs to the local part before an `@` and ends the address after it.
pub(super) fn emails(cell: &str) -> impl Iterator<Item = &str> {
    let mut rest = cell;
    let parts = std::iter::from_fn(move || {
        let mut in_domain = false;
        let end = rest.char_indices().find(|(_, c)| match c {
            '@' => {
                in_domain = true;
                false
            }
            '+' => in_domain,
            c => matches!(c, ',' | ';' | '|' | '\n' | '\r' | ' '),
        });
        let (part, after) = match end {
            Some((at, c)) => (&rest[..at], &rest[at + c.len_utf8()..]),
            None if rest.is_empty() => return None,
            None => (rest, ""),
        };
        rest = after;
        Some(part)
    });
    parts.filter_map(|part| {
        let bare = match part.split_at_checked(5) {
            Some((scheme, rest)) if ascii_eq(scheme, "smtp:") => rest,
            _ => part,
        };
        email(bare).ok()
    })
}

/// The home address of a guest, from the sign-in name: `ana_acme.example#EXT#@host.example`.
pub(super) fn guest(name: &str) -> Option<String> {
    let at = fold(name).find("#ext#@")?;
    let (local, domain) = name.get(..at)?.rsplit_once('_')?;
    email(&format!("{local}@{domain}")).ok().map(str::to_owned)
}

/// Whether a cell means empty: `n/a`, `null`, `-`, `[]`.
pub(super) fn is_nothing(cell: &str) -> bool {
    matches!(
        plain(cell).as_str(),
        "" | "na"
            | "null"
            | "nil"
            | "none"
            | "undefined"
            | "notapplicable"
            | "notavailable"
            | "notset"
            | "empty"
    )
}

/// Splits a cell into the groups, or permissions, that it lists.
///
/// `;`, `|` and line breaks always separate. A comma does so only in a column whose name is a plural, in a
/// cell without these, and not in a distinguished name such as `CN=Support,OU=Groups`.
pub(super) fn list(cell: &str, plural: bool) -> impl Iterator<Item = String> {
    let hard = |c: char| matches!(c, ';' | '|' | '\n' | '\r');
    let distinguished = cell.trim_start().get(..3).is_some_and(|start| ascii_eq(start, "cn="));
    let commas = plural && !distinguished && !cell.contains(hard);
    cell.split(move |c| hard(c) || (commas && c == ',')).filter_map(text)
}

/// The account status of a known word.
///
/// Okta's words are those of its user account status, under the names of its API and of its console.
/// `LOCKED_OUT`, `RECOVERY` and `PASSWORD_EXPIRED` are people who come back by themselves: active.
/// `PROVISIONED` has not finished activation. Google archives people who have left.
pub(super) fn status(word: &str) -> Option<AccountStatus> {
    Some(match plain(word).as_str() {
        "active" | "activated" | "enabled" | "current" | "ok" | "true" | "yes" | "1" | "recovery"
        | "passwordreset" | "passwordexpired" | "lockedout" | "locked" | "notsuspended" | "accepted"
        | "invitationaccepted" | "employed" | "assigned" | "live" => AccountStatus::Active,
        "suspended" | "inactive" | "notactive" | "disabled" | "blocked" | "paused" | "onhold" | "onleave"
        | "false" | "no" | "0" => AccountStatus::Suspended,
        "deprovisioned" | "deactivated" | "deleted" | "archived" | "terminated" | "offboarded"
        | "removed" | "left" | "softdeleted" | "unassigned" | "notassigned" | "revoked" | "expired"
        | "ended" | "termed" | "resigned" | "retired" | "exited" | "former" | "formeremployee"
        | "separated" | "dismissed" | "fired" | "laidoff" | "leaver" | "quit" | "closed" | "dismissal"
        | "departed" | "notemployed" | "unemployed" => AccountStatus::Deprovisioned,
        "staged" | "provisioned" | "pending" | "invited" | "pendinguseraction" | "pendingactivation"
        | "pendingacceptance" | "pendinginvite" | "invitationpending" => AccountStatus::Pending,
        _ => return None,
    })
}

/// Whether a word almost certainly describes a suspended or deleted account or a former employee.
pub(super) fn is_about_leaving(word: &str) -> bool {
    matches!(
        plain(word).as_str(),
        "suspended"
            | "inactive"
            | "notactive"
            | "disabled"
            | "blocked"
            | "deprovisioned"
            | "deactivated"
            | "terminated"
            | "offboarded"
            | "softdeleted"
            | "resigned"
            | "dismissed"
    )
}

/// The value of a yes-or-no cell.
pub(super) fn truth(word: &str) -> Option<bool> {
    match plain(word).as_str() {
        "true" | "yes" | "y" | "1" | "on" | "enabled" | "active" => Some(true),
        "false" | "no" | "n" | "0" | "off" | "disabled" | "inactive" => Some(false),
        _ => None,
    }
}

/// The instant in a cell, in UTC if it has no zone; a day counts to its end. `03/04/2026` has two readings, of which
/// both are returned, the earlier first.
pub(super) fn instants(cell: &str) -> Option<(Timestamp, Timestamp)> {
    let cell = cell.trim();
    let utc = |time: DateTime| Offset::UTC.to_timestamp(time).ok();
    let end_of = |day: Date| utc(day.tomorrow().ok()?.at(0, 0, 0, 0));
    let once = |at: Timestamp| (at, at);
    if let Ok(at) = cell.parse::<Timestamp>() {
        return Some(once(at));
    }
    if cell.contains(':') {
        if let Ok(time) = cell.parse::<DateTime>() {
            return utc(time).map(once);
        }
    } else if let Ok(day) = cell.parse::<Date>().or_else(|error| {
        let formats = ["%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"];
        formats.iter().find_map(|format| Date::strptime(format, cell).ok()).ok_or(error)
    }) {
        return end_of(day).map(once);
    }
    let mut numbers = cell.split([' ', 'T']).next()?.split(['/', '.', '-']).map(str::parse::<i16>);
    let [Some(Ok(a)), Some(Ok(b)), Some(Ok(c)), None] = std::array::from_fn(|_| numbers.next()) else {
        return None;
    };
    let day = |year: i16, month: i16, day: i16| {
        end_of(Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?)
    };
    if a > 31 {
        return day(a, b, c).map(once);
    }
    match (day(c, a, b), day(c, b, a)) {
        (Some(one), Some(other)) => Some((one.min(other), one.max(other))),
        (one, other) => one.or(other).map(once),
    }
}

/// Whether a cell says that the person has a second factor.
pub(super) fn mfa(word: &str) -> Option<bool> {
    truth(word).or_else(|| match plain(word).as_str() {
        "enrolled" | "registered" | "enforced" | "required" | "configured" | "setup" | "capable" => {
            Some(true)
        }
        "notenrolled" | "unenrolled" | "notregistered" | "notenabled" | "notenforced" | "notconfigured"
        | "notsetup" | "notcapable" | "never" | "nofactor" | "nofactors" | "nofactorsenrolled" | "nomfa"
        | "no2fa" | "nomethods" => Some(false),
        _ if is_nothing(word) && !word.trim().is_empty() => Some(false),
        digits => digits.parse::<u32>().ok().map(|factors| factors > 0),
    })
}

/// Whether a cell that counts or lists factors includes a second factor. A password, an e-mail address and a security
/// question are not second factors.
pub(super) fn factors(cell: &str) -> Option<bool> {
    if cell.trim().is_empty() {
        return None;
    }
    mfa(cell).or_else(|| {
        Some(list(cell, true).any(|factor| {
            let factor = plain(&factor);
            !matches!(
                factor.as_str(),
                "password" | "email" | "emailaddress" | "securityquestion" | "securityquestions" | "question"
            ) && mfa(&factor) != Some(false)
                && !is_nothing(&factor)
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_vendors_are_known() {
        for (words, expected) in [
            ("ACTIVE Active PASSWORD_EXPIRED LOCKED_OUT RECOVERY true", Some(AccountStatus::Active)),
            ("SUSPENDED Suspended disabled blocked inactive False", Some(AccountStatus::Suspended)),
            ("DEPROVISIONED deactivated Archived deleted", Some(AccountStatus::Deprovisioned)),
            ("STAGED PROVISIONED invited pending", Some(AccountStatus::Pending)),
            ("sabbatical =1+1 42", None),
        ] {
            for word in words.split(' ') {
                assert_eq!(status(word), expected, "{word}");
            }
        }
        assert_eq!(status("Pending user action"), Some(AccountStatus::Pending));
        assert_eq!(status(" Password reset "), Some(AccountStatus::Active));
    }

    #[test]
    fn second_factors_are_words_numbers_or_lists() {
        for (cell, expected) in [
            ("True", Some(true)),
            ("Enrolled", Some(true)),
            ("3", Some(true)),
            ("Not Enrolled", Some(false)),
            ("not_enabled", Some(false)),
            ("0", Some(false)),
            ("", None),
            ("perhaps", None),
        ] {
            assert_eq!(mfa(cell), expected, "{cell:?}");
        }
        assert_eq!(factors("Password, Okta Verify"), Some(true));
        assert_eq!(factors("password; email"), Some(false));
        assert_eq!(factors("2"), Some(true));
        assert_eq!(factors("none"), Some(false));
        assert_eq!(factors(" "), None);
        for nothing in
            ["n/a", "null", "NULL", "No factors", "-", "[]", "Not enrolled", "password; n/a", "none, email"]
        {
            assert_eq!(factors(nothing), Some(false), "{nothing}");
        }
        assert_eq!((mfa("N/A"), mfa("null"), mfa("No factors")), (Some(false), Some(false), Some(false)));
    }

    #[test]
    fn lists_are_split_where_a_separator_is_meant() {
        let split = |cell, plural| list(cell, plural).collect::<Vec<_>>();
        assert_eq!(split("Support;Support Leads; ;", true), ["Support", "Support Leads"]);
        assert_eq!(split("Support, Operations", true), ["Support", "Operations"]);
        assert_eq!(split("Support, EMEA|Operations", true), ["Support, EMEA", "Operations"]);
        assert_eq!(split("Support, EMEA", false), ["Support, EMEA"]);
        assert_eq!(split("A\r\nB", false), ["A", "B"]);
        assert_eq!(split("cn=Support,ou=Groups", true), ["cn=Support,ou=Groups"]);
        assert_eq!(split("é", true), ["é"]);
    }

    #[test]
    fn addresses_are_kept_as_written_and_everything_else_is_refused() {
        assert_eq!(
            email("  Maren.Holt+x@KestrelParcel.example\u{a0}"),
            Ok("Maren.Holt+x@KestrelParcel.example")
        );
        assert_eq!(email("+1@b.example"), Ok("+1@b.example"));
        for odd in
            ["", " ", "jdoe", "@SUM(1)", "=cmd|' /C calc'!A0", "a@b@c", "a@", "A B <a@b.c>", "a@b.c;d@e.f"]
        {
            assert!(email(odd).is_err(), "{odd:?}");
        }
        assert!(
            email(&format!("a@{}.example", "b".repeat(320))).unwrap_err().as_str().contains("longer than")
        );
        let several: Vec<_> = emails("SMTP:a@b.example;smtp:c@d.example, none").collect();
        assert_eq!(several, ["a@b.example", "c@d.example"]);
        let joined: Vec<_> =
            emails("SMTP:a+x@b.example+smtp:c@d.example+e+f@g.example+X500:/o=acme").collect();
        assert_eq!(joined, ["a+x@b.example", "c@d.example", "e+f@g.example"]);
        assert_eq!(guest("ana_x_acme.example#EXT#@host.example").as_deref(), Some("ana_x@acme.example"));
        assert_eq!(guest("ana@acme.example"), None);
    }

    #[test]
    fn days_and_times_are_read_as_vendors_write_them() {
        let read = |cell: &str| instants(cell).map(|(one, other)| (one.to_string(), other.to_string()));
        let once = |at: &str| Some((at.to_owned(), at.to_owned()));
        assert_eq!(read("2026-10-01 10:00:00Z"), once("2026-10-01T10:00:00Z"));
        assert_eq!(read("2026-10-01T10:00:00"), once("2026-10-01T10:00:00Z"));
        for day in
            ["2026-10-01", "2026/10/01", "1 Oct 2026", "Oct 1, 2026", "2026/10/01 09:30:00", "1-Oct-2026"]
        {
            assert_eq!(read(day), once("2026-10-02T00:00:00Z"), "{day}");
        }
        assert_eq!(read("31.12.2026"), once("2027-01-01T00:00:00Z"));
        assert_eq!(
            read("03/04/2026"),
            Some(("2026-03-05T00:00:00Z".to_owned(), "2026-04-04T00:00:00Z".to_owned()))
        );
        for odd in ["soon", "", "12", "99/99/2026", "1/2/3/4"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(text(&"é".repeat(600)).unwrap().chars().count(), 500);
        assert_eq!(text(" \t"), None);
    }
}
