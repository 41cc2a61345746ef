//! Comparing names: the only module that handles letter case.
//!
//! Names of roles, groups, methods, regions and controls, and words of the configuration, are compared after [`fold`].
//! Addresses have their own rules: [`crate::address`]. `clippy.toml` bans the standard library's functions for letter
//! case in all other modules.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// A name in the form for comparison: trimmed, white space collapsed, format characters dropped, NFKC, case-folded.
/// Borrowed if the name already has that form, as most names in an activity log do.
pub(crate) fn fold(name: &str) -> Cow<'_, str> {
    if is_folded(name) {
        return Cow::Borrowed(name);
    }
    if name.is_ascii() {
        return Cow::Owned(collapsed(&ascii_lower(name)));
    }
    let visible = name.chars().filter(|c| c.general_category() != GeneralCategory::Format);
    let normal: String = visible.nfkc().collect();
    // Folding can decompose a composed letter.
    let folded: String = CaseMapper::new().fold_string(&normal).nfkc().collect();
    Cow::Owned(collapsed(&folded))
}

/// Whether two names are equal after [`fold`].
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

/// The visual skeletons of a name, as written and in lower case. Two names look alike if they share a skeleton.
///
/// The skeletons follow Unicode's list of confusables (UTS #39), which maps a capital `I` to `l`; therefore an `l` of
/// the lower-case form becomes an `i`.
pub(crate) fn looks(name: &str) -> [String; 2] {
    let skeleton = |text: &str| unicode_security::skeleton(text).collect::<String>();
    let look = |text: &str| skeleton(&fold(&skeleton(text))).replace('l', "i");
    let visible: String = name.nfkc().collect();
    [look(&collapsed(&visible)), look(&fold(name))]
}

/// Whether two texts are equal, for protocols that ignore the case of ASCII letters: SCIM attribute names, URL schemes,
/// X.500 names.
#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
pub(crate) fn ascii_eq(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The text with ASCII letters in lower case, for texts whose case does not matter: hexadecimal digits, host names in
/// the environment, English error messages.
#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
pub(crate) fn ascii_lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// The text with its ASCII letters in upper case.
#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
pub(crate) fn ascii_upper(text: &str) -> String {
    text.to_ascii_uppercase()
}

/// The text with its first letter in upper case, as the beginning of a sentence or a heading.
#[expect(clippy::disallowed_methods, reason = "this is the place for it")]
pub(crate) fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}

/// Whether the name has only visible ASCII characters, none in upper case, and single spaces.
fn is_folded(name: &str) -> bool {
    let mut after_space = true;
    for byte in name.bytes() {
        after_space = match byte {
            b' ' if !after_space => true,
            b'!'..=b'~' if !byte.is_ascii_uppercase() => false,
            _ => return false,
        };
    }
    !after_space || name.is_empty()
}

/// The text trimmed, with white space collapsed to single spaces.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look_alike(one: &str, other: &str) -> bool {
        looks(one).iter().any(|look| looks(other).contains(look))
    }

    #[test]
    fn spellings_of_one_name_are_one_name() {
        for (one, other) in [
            (" Support\t agent ", "support agent"),
            ("SUPPORT\u{a0}AGENT", "support agent"),
            ("support\u{3000}agent", "support agent"),
            ("Su\u{200b}per\u{200d} ad\u{ad}min", "super admin"),
            ("\u{200f}Admin\u{200e}\u{feff}", "admin"),
            ("ＡＤＭＩＮ", "admin"),
            ("\u{212a}iosk", "kiosk"),
            ("Straße", "STRASSE"),
            ("STRA\u{1e9e}E", "strasse"),
            ("ΟΔΟΣ", "οδος"),
            ("οδος", "οδοσ"),
            ("e\u{301}quipe", "ÉQUIPE"),
            ("ﬁnance", "Finance"),
            ("ŉ", "ʼN"),
            ("", " \u{200b} "),
        ] {
            assert!(same_name(one, other), "{one:?} {other:?}: {:?} {:?}", fold(one), fold(other));
        }
    }

    #[test]
    fn other_names_stay_other_names() {
        for (one, other) in [
            ("supportagent", "support agent"),
            ("read-only", "read only"),
            ("adm\u{131}n", "admin"),
            ("\u{130}nfo", "info"),
            ("\u{430}dmin", "admin"),
            ("équipe", "equipe"),
            ("adm1n", "admin"),
            ("admin\u{fe0f}", "admin"),
        ] {
            assert!(!same_name(one, other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_is_folded_already_is_borrowed() {
        for name in ["", "saml", "saml_sso", "support agent", "2.3", "a-b!~"] {
            assert!(matches!(fold(name), Cow::Borrowed(_)), "{name:?}");
        }
        for name in [" saml", "saml ", "support  agent", "SAML", "a\tb", "é"] {
            assert!(matches!(fold(name), Cow::Owned(_)), "{name:?}");
        }
    }

    #[test]
    fn names_that_look_alike_are_told() {
        for (odd, plain) in [
            ("\u{410}dmin", "admin"),
            ("\u{430}dmin", "Admin"),
            ("Adm\u{131}n", "admin"),
            ("ADMlN", "admin"),
            ("Adm1n", "admin"),
            ("ADMI\u{39d}", "admin"),
            ("0wner", "owner"),
            ("\u{41e}wn\u{435}r", "owner"),
            ("Admin\u{fe0f}", "admin"),
            ("Adrnin", "admin"),
            ("Admin", "admin"),
        ] {
            assert!(look_alike(odd, plain), "{odd:?} {:?} {:?}", looks(odd), looks(plain));
        }
        for (one, other) in
            [("Agent", "admin"), ("Domain", "admin"), ("Admins", "admin"), ("Owner 2", "owner")]
        {
            assert!(!look_alike(one, other), "{one} {other}");
        }
    }

    #[test]
    fn folding_a_letter_twice_changes_nothing() {
        for letter in ('\0'..='\u{1ffff}').chain('\u{e0000}'..='\u{e0fff}') {
            for text in [letter.to_string(), format!("i{letter}\u{345}\u{307}A")] {
                let once = fold(&text);
                assert_eq!(fold(&once), once, "{letter:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(&fold(&once), &once);
        }

        #[test]
        fn ascii_letters_are_equal_in_case_alone(one in "[ -~]{0,3}", other in "[ -~]{0,3}") {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(same_name(&one, &other), words(&one).eq_ignore_ascii_case(&words(&other)));
        }

        #[test]
        fn a_name_is_every_spelling_of_itself(name in "\\PC{0,12}", mark in "[\u{200b}\u{200f}\u{ad}\u{feff}]{0,2}") {
            let marked = ["\u{3000}", &name, " ", &mark].concat();
            prop_assert!(same_name(&name, &marked));
            prop_assert!(same_name(&name.nfd().collect::<String>(), &name));
            prop_assert!(look_alike(&name, &name));
        }
    }
}
