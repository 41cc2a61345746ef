//! Control files of `--controls`.

use std::borrow::Cow;

use super::catalog::read_source;
use super::files::ControlFile;
use crate::fuzz::Target;

/// The file name that the id and the slug in a file ask for.
fn named(text: &str) -> String {
    let of = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='));
        line.unwrap_or_default().trim().trim_matches('"').to_owned()
    };
    format!("controls/{}-{}.toml", of("id"), of("slug"))
}

#[test]
fn controls() {
    let target = Target {
        name: "controls",
        seeds: &["controls/extended", "controls/rbac", "controls/guide"],
        made: Vec::new(),
        words: &[
            "[[check]]",
            "[check.every]",
            "row.role",
            "facts.workspace.teammates",
            "\"manual\"",
            "params = {}",
        ],
    };
    target.run(|bytes| {
        let path = named(&String::from_utf8_lossy(bytes));
        let file = path.as_str().into();
        let text = Cow::Owned(bytes.to_vec());
        let source = ControlFile { path: path.clone(), text, pack: None, file: Some(file) };
        let (definition, problems) = read_source(&source, true);
        let lines = bytes.split(|byte| *byte == b'\n').count() + 1;
        for problem in &problems {
            assert!(problem.line <= lines, "{problem}");
            assert!(!problem.message.is_empty() && problem.message.len() < 4_000, "{problem}");
        }
        assert!(definition.is_some() || !problems.is_empty(), "refused without a reason");
        match problems.first() {
            None => Ok(()),
            Some(problem) => Err(problem.to_string()),
        }
    });
}
