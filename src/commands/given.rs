//! What is given to a scan beside the workspace: rosters, and the identity provider's own file.

use std::path::PathBuf;
use std::sync::Arc;

use super::plan;
use crate::config::Config;
use crate::controls::Catalog;
use crate::directory::{Roster, RosterFile};
use crate::error::Error;
use crate::facts::SamlFile;
use crate::report::RosterInfo;
use crate::saml::Material;

/// How many days before its end a certificate is a problem where no control says so.
const NOTICE_DAYS: u64 = 30;
/// How many unreadable rows of a roster are named; the others are counted.
const NAMED_ROWS: usize = 20;

/// What was given, as facts and reports need it.
#[derive(Default)]
pub(super) struct Given {
    /// The directory exports, taken together.
    pub(super) roster: Option<Arc<Roster>>,
    /// The identity provider's own file.
    pub(super) saml: Option<Arc<SamlFile>>,
    /// The directory exports, one by one.
    pub(super) rosters: Vec<RosterInfo>,
    /// What of it could not be read.
    pub(super) notices: Vec<String>,
}

/// Reads what was given.
///
/// # Errors
/// When a file is not there, or not what it should be.
pub(super) fn read(rosters: &[PathBuf], config: Option<&Config>, catalog: &Catalog) -> Result<Given, Error> {
    let mut given = Given::default();
    if !rosters.is_empty() {
        let roster = Roster::read(rosters)?;
        given.rosters = roster.files.iter().map(describe).collect();
        given.notices = notices(&roster);
        given.roster = Some(Arc::new(roster));
    }
    if let Some(saml) = config.and_then(|config| config.organization.saml.as_ref()) {
        given.saml = Some(Arc::new(SamlFile {
            material: Material::read(saml)?,
            config: saml.clone(),
            notice_days: plan::number(catalog, "1.1", "certificate_days").unwrap_or(NOTICE_DAYS),
        }));
    }
    Ok(given)
}

fn describe(file: &RosterFile) -> RosterInfo {
    RosterInfo {
        path: file.path.clone(),
        digest: file.digest.clone(),
        kind: file.kind,
        people: file.people,
        unreadable: file.unreadable_rows,
    }
}

/// What of the rosters could not be read or understood, and what they leave open.
fn notices(roster: &Roster) -> Vec<String> {
    roster.files.iter().flat_map(of_file).collect()
}

fn of_file(file: &RosterFile) -> Vec<String> {
    let RosterFile { path, kind, unreadable, unreadable_rows, unknown_statuses, unknown_mfa, gaps, .. } =
        file;
    let mut notices = Vec::new();
    if !kind.is_provider() {
        notices.push(format!(
            "{path}: this is the list that Intercom exports, not the identity provider; nobody is looked for in it"
        ));
    }
    let named = unreadable.iter().take(NAMED_ROWS);
    notices.extend(named.map(|row| format!("{path}:{}: row not read: {}", row.line, row.why)));
    let more = unreadable_rows.saturating_sub(NAMED_ROWS);
    if more > 0 {
        notices.push(format!("{path}: {more} more rows were not read"));
    }
    for (column, words) in [("status", unknown_statuses), ("second factor", unknown_mfa)] {
        let named = words.words.iter().map(|(word, count)| {
            let people = if *count == 1 { "person" } else { "people" };
            format!("{path}: the {column} \"{word}\" is not understood ({count} {people})")
        });
        notices.extend(named);
        if words.others > 0 {
            notices
                .push(format!("{path}: {} more people have a {column} that is not understood", words.others));
        }
    }
    notices.extend(gaps.iter().map(|gap| format!("{path}: {gap}")));
    notices
}
