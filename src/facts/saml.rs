//! The identity provider's own file as a table of problems.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Rows;
use super::bounded::{self, MAX_ROWS};
use super::cell::row;
use super::settings::SamlFile;
use crate::saml::{self, Problem, ProblemKind};

/// The table `saml_problems`.
pub(super) fn table(file: &SamlFile, now: Timestamp) -> Rows {
    let problems = saml::problems(&file.provider, &file.config, now, file.notice_days);
    let rows = problems.iter().take(MAX_ROWS).map(|problem| {
        row([
            ("kind", json!(problem.kind.into_str())),
            ("subject", json!(bounded::text(&problem.subject))),
            ("message", json!(bounded::text(&problem.message))),
            ("fix", json!(bounded::text(&problem.fix))),
            ("certain", json!(is_certain(problem, file))),
            ("at", json!(problem.at)),
        ])
    });
    Rows { rows: rows.collect(), truncated: problems.len() > MAX_ROWS }
}

/// A key for encryption in the metadata is no proof that assertions are encrypted; the configuration's word is.
fn is_certain(problem: &Problem, file: &SamlFile) -> bool {
    match problem.kind {
        ProblemKind::EncryptedAssertions => file.config.encrypted_assertions == Some(true),
        kind => kind != ProblemKind::Leftover,
    }
}

/// Single values about the file by dotted name.
pub(super) fn values(file: &SamlFile) -> Vec<(&'static str, Value)> {
    let certificates = &file.provider.certificates;
    vec![
        ("saml.file", json!(bounded::text(&file.provider.path))),
        ("saml.certificates", json!(certificates.len())),
        ("saml.expires", json!(certificates.iter().map(|certificate| certificate.not_after).max())),
    ]
}
