//! Which controls a scan would decide, which it would leave to a person, and why: told from the control files,
//! the access the token has, and the configuration.

use std::collections::BTreeSet;

use serde::Serialize;

use super::access::{Access, Opening};
use crate::checks::Decided;
use crate::controls::Definition;
use crate::sources::SourceId;
use crate::verdict::Status;

/// What a scan would be able to say about a control.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Forecast {
    pub id: String,
    pub title: String,
    /// How much of it data can decide.
    #[serde(rename = "decided")]
    pub outlook: Decided,
    /// Why not more.
    pub reasons: Vec<String>,
}

/// Tells for each control what a scan could decide. `configured` says whether a value of the configuration,
/// such as `organization.allowed_domains`, is there.
pub(crate) fn forecast<'a>(
    definitions: impl IntoIterator<Item = &'a Definition>,
    access: &[Access],
    configured: impl Fn(&str) -> bool,
) -> Vec<Forecast> {
    definitions.into_iter().map(|definition| outlook(definition, access, &configured)).collect()
}

fn outlook(definition: &Definition, access: &[Access], configured: &impl Fn(&str) -> bool) -> Forecast {
    let (mut may_pass, mut may_fail) = (!definition.rules.checks.is_empty(), false);
    let mut reasons: Vec<String> = Vec::new();
    // What a check with a condition looks at is given to a scan, not found in the workspace.
    for check in definition.rules.checks.iter().filter(|check| check.when.is_none()) {
        let reads = check.reads();
        let missing = reads.configured.iter().filter(|name| !configured(name)).map(|name| missing(name));
        let closed = reads.sources.iter().filter_map(|source| closed(*source, access));
        let history = reads
            .history
            .then(|| "a store has to show 30 days of scans and an alert that arrived".to_owned());
        let obstacles: Vec<String> = missing.chain(closed).chain(history).collect();
        let by_person = check.is_for_person();
        may_pass &= obstacles.is_empty() && !by_person;
        may_fail |= obstacles.is_empty()
            && !by_person
            && (check.otherwise == Status::Fail || check.when_empty == Status::Fail);
        if by_person {
            reasons.extend(check.note.clone());
        }
        reasons.extend(obstacles);
    }
    let mut seen = BTreeSet::new();
    reasons.retain(|reason| seen.insert(reason.clone()));
    let outlook = match (may_pass, may_fail) {
        (true, _) => Decided::Data,
        (false, true) => Decided::ViolationsOnly,
        (false, false) => Decided::Person,
    };
    let control = &definition.control;
    Forecast { id: control.id.clone(), title: control.title.clone(), outlook, reasons }
}

fn missing(name: &str) -> String {
    match name.split_once('.') {
        Some((section, key)) => format!("{key} is not configured under [{section}]"),
        None => format!("{name} is not configured"),
    }
}

/// Why a source is of no use; none where it can be read.
fn closed(source: SourceId, access: &[Access]) -> Option<String> {
    let what = source.describe();
    let opening = access.iter().find(|access| access.source == source).map(|access| access.opening);
    match opening.unwrap_or(Opening::NotAsked) {
        Opening::Open => None,
        Opening::Refused if source == SourceId::IpAllowlist => Some(format!(
            "the token cannot read {what}, as it should be: the permission for it can also change it"
        )),
        Opening::Refused => Some(format!("the token lacks the permission \"{}\"", source.scope())),
        Opening::Plan => Some(format!("the workspace's plan does not include {what}")),
        Opening::NotOffered => Some(format!("the API does not offer {what} to this workspace")),
        Opening::Failed => Some(format!("{what} could not be read")),
        Opening::NotAsked if source == SourceId::TokenProbe => {
            Some("--no-probe leaves the token probe out".to_owned())
        }
        Opening::NotAsked => Some(format!("{what} was not asked for")),
    }
}
