//! The words of vendors in cells: account statuses, second factors, groups and addresses.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{AccountStatus, documented};
use crate::address::EmailAddress;
use crate::casefold::{ascii_eq, fold};
use crate::sentence::Sentence;
use crate::toml_document::excerpt;

/// The longest e-mail address, in bytes: 64 of local part, `@`, and 255 of domain.
const LONGEST_EMAIL: usize = 320;
/// The longest name, group or other cell to keep, in characters.
const LONGEST_TEXT: usize = 500;

/// What a word says, by the rows of the table of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Status(AccountStatus),
    /// Certainly about an account that is not active, in a column of any name.
    NotActive,
    Yes,
    No,
    Nothing,
    NoEnd,
    Factor,
    NoFactor,
    FirstFactor,
    Group,
    Domain,
    NoPerson,
    /// A list that the exporting program replaced by the name of its type.
    Unwritten,
}

/// The rows of the table of words.
const ROWS: [(&str, Word); 16] = [
    ("active account", Word::Status(AccountStatus::Active)),
    ("pending account", Word::Status(AccountStatus::Pending)),
    ("suspended account", Word::Status(AccountStatus::Suspended)),
    ("deleted account", Word::Status(AccountStatus::Deprovisioned)),
    ("not active, in any column", Word::NotActive),
    ("yes", Word::Yes),
    ("no", Word::No),
    ("empty", Word::Nothing),
    ("no end of the account", Word::NoEnd),
    ("second factor", Word::Factor),
    ("no second factor", Word::NoFactor),
    ("first factor", Word::FirstFactor),
    ("group as member", Word::Group),
    ("whole domain as member", Word::Domain),
    ("no person", Word::NoPerson),
    ("a list that was not written", Word::Unwritten),
];

/// The words in their form for comparison.
static WORDS: LazyLock<HashMap<String, Vec<Word>>> = LazyLock::new(|| {
    let mut words: HashMap<String, Vec<Word>> = HashMap::new();
    for (title, spellings) in documented::rows("In a cell") {
        let Some((_, word)) = ROWS.iter().find(|(row, _)| *row == title) else { continue };
        for spelling in spellings {
            words.entry(plain(spelling)).or_default().push(*word);
        }
    }
    words
});

/// What a cell says.
fn said(cell: &str) -> &'static [Word] {
    said_plainly(&plain(cell))
}

/// What a cell says that is in its form for comparison.
fn said_plainly(plain: &str) -> &'static [Word] {
    WORDS.get(plain).map_or(&[], Vec::as_slice)
}

pub(super) fn says(cell: &str, word: Word) -> bool {
    said(cell).contains(&word)
}

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
        // `["a@b.example"]`, `{a@b.example}`, `<a@b.example>`.
        let part = part.trim_matches(|c| "[]{}()<>\"'".contains(c));
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
    let plain = plain(cell);
    plain.is_empty() || said_plainly(&plain).contains(&Word::Nothing)
}

/// Splits a cell into the groups, or permissions, that it lists.
///
/// `;`, `|` and line breaks always separate. A comma does so only in a column whose name is a plural, in a
/// cell without these, and not in a distinguished name such as `CN=Support,OU=Groups`.
pub(super) fn list(cell: &str, plural: bool) -> impl Iterator<Item = String> {
    let hard = |c: char| matches!(c, ';' | '|' | '\n' | '\r');
    let cell = cell.trim();
    // `["Support", "Operations"]` and `{Support, Operations}`.
    let bare = [('[', ']'), ('{', '}')]
        .iter()
        .find_map(|(open, close)| cell.strip_prefix(*open)?.strip_suffix(*close));
    let (cell, plural, quotes) = match bare {
        Some(bare) => (bare, true, &['"', '\'', ' '][..]),
        None => (cell, plural, &[][..]),
    };
    let distinguished = cell.trim_start().get(..3).is_some_and(|start| ascii_eq(start, "cn="));
    let commas = plural && !distinguished && !cell.contains(hard);
    cell.split(move |c| hard(c) || (commas && c == ','))
        .filter_map(move |part| text(part.trim_matches(quotes)))
}

/// The account status of a known word.
pub(super) fn status(word: &str) -> Option<AccountStatus> {
    said(word).iter().find_map(|word| match word {
        Word::Status(status) => Some(*status),
        _ => None,
    })
}

/// The value of a yes-or-no cell.
pub(super) fn truth(word: &str) -> Option<bool> {
    let said = said(word);
    if said.contains(&Word::Yes) { Some(true) } else { said.contains(&Word::No).then_some(false) }
}

/// Whether a cell says that the person has a second factor.
pub(super) fn mfa(word: &str) -> Option<bool> {
    let plain = plain(word);
    let said = said_plainly(&plain);
    let says = |word| said.contains(&word);
    let says_none = || (plain.is_empty() || says(Word::Nothing)) && !word.trim().is_empty();
    if says(Word::Yes) {
        Some(true)
    } else if says(Word::No) {
        Some(false)
    } else if says(Word::Factor) {
        Some(true)
    } else if says(Word::NoFactor) || says_none() {
        Some(false)
    } else {
        plain.parse::<u32>().ok().map(|factors| factors > 0)
    }
}

/// Whether a cell that counts or lists factors includes a second factor.
pub(super) fn factors(cell: &str) -> Option<bool> {
    if cell.trim().is_empty() || says(cell, Word::Unwritten) {
        return None;
    }
    let is_second = |factor: String| {
        !says(&factor, Word::FirstFactor) && mfa(&factor) != Some(false) && !is_nothing(&factor)
    };
    mfa(cell).or_else(|| Some(list(cell, true).any(is_second)))
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
        assert_eq!(split(r#"["Support", "EMEA"]"#, false), ["Support", "EMEA"]);
        assert_eq!(split("{Support, 'EMEA'}", true), ["Support", "EMEA"]);
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
        for shape in [
            r#"["a@b.example", "c@d.example"]"#,
            "{a@b.example, c@d.example}",
            "A <a@b.example> C <c@d.example>",
        ] {
            assert_eq!(emails(shape).collect::<Vec<_>>(), ["a@b.example", "c@d.example"], "{shape}");
        }
        assert_eq!(guest("ana_x_acme.example#EXT#@host.example").as_deref(), Some("ana_x@acme.example"));
        assert_eq!(guest("ana@acme.example"), None);
    }

    #[test]
    fn every_row_of_the_document_is_known_and_has_words() {
        let rows: Vec<_> = documented::rows("In a cell").collect();
        assert_eq!(rows.iter().map(|(title, _)| *title).collect::<Vec<_>>(), ROWS.map(|(title, _)| title));
        for (title, spellings) in rows {
            let known: std::collections::BTreeSet<_> = spellings.iter().map(|word| plain(word)).collect();
            assert!(!spellings.is_empty() && known.len() == spellings.len(), "{title}: a word stands twice");
        }
        // No word is two statuses, nor yes and no.
        for (word, said) in &*WORDS {
            let statuses = said.iter().filter(|one| matches!(one, Word::Status(_))).count();
            assert!(statuses <= 1 && !(said.contains(&Word::Yes) && said.contains(&Word::No)), "{word}");
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(text(&"é".repeat(600)).unwrap().chars().count(), 500);
        assert_eq!(text(" \t"), None);
    }
}
