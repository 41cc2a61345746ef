//! Configurations, named and found.

use std::path::Path;

use super::{COMPLETE, Config, Trust};
use crate::fuzz::Target;
use crate::toml_document::Problems;
use jiff::civil::date;

fn checked(bytes: &[u8], trust: Trust) -> (Config, Problems) {
    let (config, problems) = Config::check(Path::new("base/c.toml"), bytes, trust);
    let lines = String::from_utf8_lossy(bytes).lines().count() + 1;
    for problem in problems.as_slice() {
        assert!(problem.line <= lines, "{problem}");
        assert!(!problem.to_string().contains('\n'), "{problem}");
        assert!(!problem.message.is_empty() && problem.message.len() < 2_000, "{problem}");
    }
    assert!(config.digest.starts_with("sha256:"));
    let weakens = config.weakens(date(2026, 8, 1));
    assert!(weakens.iter().all(|weakening| !weakening.to_string().is_empty()));
    (config, problems)
}

#[test]
fn configurations() {
    let target = Target {
        name: "configurations",
        seeds: &["fixtures/configs"],
        made: vec![COMPLETE.as_bytes().to_vec()],
        words: &[
            "[scan]",
            "\"l1\"",
            "expires = 2026-01-01",
            "[[waiver]]",
            "[[alert]]",
            "1979-05-27T07:32:00Z",
            "\"\"\"",
            "inf",
        ],
    };
    target.run(|bytes| {
        let (found, _) = checked(bytes, Trust::Found);
        assert!(found.workspace.token_file.is_none() && found.alerts.is_empty());
        let (_, problems) = checked(bytes, Trust::Named);
        if problems.is_empty() { Ok(()) } else { Err(problems.to_string()) }
    });
}
