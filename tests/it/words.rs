//! How the project speaks: the words that hide who or what is meant stand in nothing that people read.

use std::path::Path;

use crate::readme::every_command;

/// Words that hide a noun, or that say less than a plainer one. This list is the one place where they stand.
const HIDING: [&str; 12] = [
    "whoever",
    "whomever",
    "whom",
    "somebody",
    "nobody",
    "naked truth",
    "at hand",
    "shut out",
    "loosens",
    "lay over",
    "means nothing",
    "wants a review",
];

/// What people read: code with its messages and comments, controls, documents, workflows.
const READ: [&str; 12] = [
    "src",
    "controls",
    "docs",
    "tests",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "action.yml",
    ".github",
    "build.rs",
    "install.sh",
    "packaging",
];

/// The lines of a text that have one of the words, whole and in any case, across line ends too.
fn hidden(text: &str) -> Vec<(usize, &'static str)> {
    let lower = text.to_lowercase();
    let flat = lower.replace(['\n', '\r', '\t'], " ");
    let is_letter = |ch: Option<char>| ch.is_some_and(char::is_alphanumeric);
    let mut found = Vec::new();
    for word in HIDING {
        for (at, _) in flat.match_indices(word) {
            let (before, after) = (flat[..at].chars().next_back(), flat[at + word.len()..].chars().next());
            if !is_letter(before) && !is_letter(after) {
                found.push((lower[..at].matches('\n').count() + 1, word));
            }
        }
    }
    found
}

fn check(path: &Path, found: &mut Vec<String>, seen: &mut usize) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            // What other people wrote, and this file.
            let foreign = ["node_modules", ".venv", ".cache", "out", "words.rs"];
            if !foreign.iter().any(|name| path.ends_with(name)) {
                check(&path, found, seen);
            }
        }
    } else if let Ok(text) = std::fs::read_to_string(path) {
        *seen += 1;
        found.extend(
            hidden(&text).into_iter().map(|(line, word)| format!("{}:{line}: {word}", path.display())),
        );
    }
}

#[test]
fn no_word_hides_who_or_what_is_meant() {
    let (mut found, mut seen) = (Vec::new(), 0);
    for name in READ {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        assert!(path.exists(), "{name} is gone");
        check(&path, &mut found, &mut seen);
    }
    assert!(found.is_empty() && seen > 300, "{seen} files\n{}", found.join("\n"));
}

#[test]
fn the_help_of_every_command_speaks_plainly() {
    for (command, help) in every_command() {
        assert_eq!(hidden(&help), [], "{command}\n{help}");
    }
}

#[test]
fn words_are_found_whole_and_in_any_case() {
    let mut found = hidden("Nobody\nat\nhand, whomsoever, SOMEBODY's");
    found.sort_unstable();
    assert_eq!(found, [(1, "nobody"), (2, "at hand"), (3, "somebody")]);
}
