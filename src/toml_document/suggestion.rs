//! Quoting a file in messages, and suggesting words.

use crate::casefold::fold;

/// Longer words are not compared: distance costs quadratic time.
const LONGEST: usize = 64;

/// The longest quote of a file in a message, in characters.
const EXCERPT: usize = 80;

/// Finds the closest candidate to `word`, if any is close enough.
///
/// Case is ignored, a swap of neighbors counts once, and about a third of the letters may differ.
pub(crate) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let word = fold(word);
    let mut best: Option<(usize, f64, &'a str)> = None;
    for candidate in candidates {
        let candidate_length = candidate.chars().count();
        if candidate_length > LONGEST {
            continue;
        }
        let folded = fold(candidate);
        let distance = strsim::damerau_levenshtein(&word, &folded);
        let likeness = strsim::jaro_winkler(&word, &folded);
        let longer = length.max(candidate_length);
        let near = distance <= (longer / 3).max(1) && distance < longer;
        if !near && likeness < 0.9 {
            continue;
        }
        let better =
            best.is_none_or(|(least, most, _)| distance < least || (distance == least && likeness > most));
        if better {
            best = Some((distance, likeness, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// Quotes text of a file in a message: on one line, and of limited length.
///
/// The printing code escapes control characters.
pub(crate) fn excerpt(text: &str) -> String {
    let breaks = ['\n', '\r', '\t', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    let mut rest = text.chars().map(|c| if breaks.contains(&c) { ' ' } else { c });
    let mut quoted: String = rest.by_ref().take(EXCERPT).collect();
    if rest.next().is_some() {
        quoted.push('…');
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_of_the_keyboard() {
        let keys = ["level", "fail_on", "since", "strict"];
        assert_eq!(closest("levle", keys), Some("level"));
        assert_eq!(closest("fail-on", keys), Some("fail_on"));
        assert_eq!(closest("STRICT", keys), Some("strict"));
        assert_eq!(closest("2.33", ["2.2", "2.3", "3.3"]), Some("2.3"));
    }

    #[test]
    fn stays_silent_when_nothing_is_near() {
        assert_eq!(closest("webhook", ["level", "since"]), None);
        assert_eq!(closest("x", ["y"]), None);
        assert_eq!(closest("", ["a"]), None);
        assert_eq!(closest(&"level".repeat(1000), ["level"]), None);
    }

    #[test]
    fn prefers_the_nearest() {
        assert_eq!(closest("reasn", ["season", "reason"]), Some("reason"));
    }

    #[test]
    fn excerpts_are_short_and_on_one_line() {
        assert_eq!(excerpt("a\nb\u{2028}c"), "a b c");
        assert_eq!(excerpt(&"é".repeat(500)).chars().count(), EXCERPT + 1);
        assert_eq!(excerpt(&"é".repeat(80)).chars().count(), EXCERPT);
    }
}
