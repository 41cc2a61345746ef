//! What is given to a scan beside the workspace: rosters, and the identity provider's own file.

use std::path::PathBuf;
use std::sync::Arc;

use super::plan::{self, Plan};
use crate::config::Config;
use crate::directory::{Roster, RosterFile};
use crate::error::Error;
use crate::facts::SamlFile;
use crate::report::{Given, RosterInfo};
use crate::saml::Material;

/// How many days before its end a certificate is a problem where no control says so.
const NOTICE_DAYS: u64 = 30;
/// How many unreadable rows of a roster are named; the others are counted.
const NAMED_ROWS: usize = 20;

/// Reads what was given, and puts it where the facts are derived from.
///
/// # Errors
/// When a file is not there, or not what it should be.
pub(super) fn read(rosters: &[PathBuf], config: Option<&Config>, plan: &mut Plan) -> Result<Given, Error> {
    let mut given = Given::default();
    if let Some(roster) = roster(rosters)? {
        given.rosters = roster.files.iter().map(describe).collect();
        given.notices = notices(&roster);
        plan.settings.roster = Some(Arc::new(roster));
    }
    if let Some(saml) = config.and_then(|config| config.organization.saml.as_ref()) {
        let material = Material::read(saml)?;
        plan.settings.saml = Some(Arc::new(SamlFile {
            material,
            config: saml.clone(),
            notice_days: plan::number(&plan.catalog, "1.1", "certificate_days").unwrap_or(NOTICE_DAYS),
        }));
    }
    Ok(given)
}

impl Given {
    /// Takes back what cannot be compared with a redacted snapshot, so that it decides nothing.
    ///
    /// # Errors
    /// When there is a roster, which would find none of its people.
    pub(super) fn of_pseudonyms(&mut self, plan: &mut Plan) -> Result<(), Error> {
        if plan.settings.roster.is_some() {
            return Err(Error::RedactedSnapshot);
        }
        let organization = &mut plan.settings.organization;
        let given = [
            (organization.approved_networks.take().is_some(), "approved_networks"),
            (organization.export_approvers.take().is_some(), "export_approvers"),
        ];
        let names = given.into_iter().filter_map(|(given, name)| given.then_some(name));
        let left_out =
            names.map(|name| format!("; organization.{name} is left out, since it lists real ones"));
        self.notices.push(format!(
            "the snapshot is redacted: people and addresses in it are pseudonyms{}",
            left_out.collect::<String>()
        ));
        Ok(())
    }
}

/// Reads the rosters, where there are any.
///
/// # Errors
/// When a file is not there, or not what it should be.
pub(super) fn roster(files: &[PathBuf]) -> Result<Option<Roster>, Error> {
    Ok(if files.is_empty() { None } else { Some(Roster::read(files)?) })
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
pub(super) fn notices(roster: &Roster) -> Vec<String> {
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
