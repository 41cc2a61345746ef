//! When two spellings are one name: the one place that says so for addresses, roles and groups.

/// The form in which names and addresses are compared: in lower case, without space around them.
pub(crate) fn folded(text: &str) -> String {
    lower(text.trim())
}

/// The text in lower case, in any script.
///
/// A letter beyond ASCII never becomes a plain one of ASCII. The lower case of Unicode's Kelvin sign is a `k`, and whoever has
/// an address with that sign must not be taken for the person with the `k`.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut lower = String::with_capacity(text.len());
    for letter in text.chars() {
        if !letter.is_ascii() && letter.to_lowercase().all(|lower| lower.is_ascii()) {
            lower.push(letter);
        } else {
            lower.extend(letter.to_lowercase());
        }
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_surrounding_space_tell_nothing_apart() {
        assert_eq!(folded(" Ana@ACME.example\t"), "ana@acme.example");
        assert_eq!(folded("ÉLISE@Straße.example"), folded("élise@straße.example"));
        assert_ne!(folded("strasse"), folded("straße"), "these are two domains");
    }

    #[test]
    fn no_letter_turns_into_one_of_ascii() {
        for (odd, plain) in [("\u{212a}ate", "kate"), ("\u{130}da", "ida"), ("\u{17f}am", "sam")] {
            assert_ne!(folded(odd), folded(plain), "{odd}");
            assert!(!folded(odd).is_ascii(), "{odd}");
        }
        assert_eq!(folded("\u{212a}ATE"), folded("\u{212a}ate"), "the rest is still compared");
    }
}
