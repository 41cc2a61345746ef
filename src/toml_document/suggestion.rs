//! "Did you mean": the nearest of the words that would have been right.
use crate::casefold::fold;

/// Longer words are not compared: nobody mistypes a sentence, and distance costs quadratic time.
const LONGEST: usize = 64;

/// Finds the candidate that `word` is most likely a misspelling of; none when nothing is near.
///
/// Letters' case does not count, a swap of neighbours counts once, and about a third of the letters
/// may differ.
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
}
