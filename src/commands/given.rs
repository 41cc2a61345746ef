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
use crate::warning::Warning;

/// How many days before its end a certificate is a problem where no control says so.
const NOTICE_DAYS: u64 = 30;

/// Reads what was given, and puts it where the facts are derived from.
///
/// # Errors
/// When a file is not there, or not what it should be.
pub(super) fn read(rosters: &[PathBuf], config: Option<&Config>, plan: &mut Plan) -> Result<Given, Error> {
    let mut given = Given::default();
    if let Some(roster) = roster(rosters)? {
        given.rosters = roster.files.iter().map(describe).collect();
        given.notices = roster.warnings();
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
        let left_out = given.into_iter().filter_map(|(given, name)| given.then_some(name)).collect();
        self.notices.push(Warning::RedactedSnapshot { left_out });
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
