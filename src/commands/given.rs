//! What is given to a scan beside the workspace: rosters, and the identity provider's own file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::adjust::{EvidenceFile, EvidenceFiles};
use crate::config::Config;
use crate::digest;
use crate::directory::RosterInfo;
use crate::directory::{Roster, RosterFile};
use crate::error::Error;
use crate::facts::SamlFile;
use crate::saml::IdentityProvider;
use crate::warning::Warning;

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
    pub(super) notices: Vec<Warning>,
}

/// Reads what was given.
///
/// # Errors
/// When a file is not there, or not what it should be.
pub(super) fn read(rosters: &[PathBuf], config: Option<&Config>) -> Result<Given, Error> {
    let mut given = Given::default();
    if !rosters.is_empty() {
        let roster = Roster::read(rosters)?;
        given.rosters = roster.files.iter().map(describe).collect();
        given.notices = roster.warnings();
        given.roster = Some(Arc::new(roster));
    }
    if let Some(saml) = config.and_then(|config| config.organization.saml.as_ref()) {
        given.saml =
            Some(Arc::new(SamlFile { provider: IdentityProvider::read(saml)?, config: saml.clone() }));
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

/// Reads the files that attestations name as evidence.
pub(super) fn evidence_files(config: Option<&Config>) -> EvidenceFiles {
    let attestations = config.into_iter().flat_map(|config| &config.attestations);
    let read = |path: &Path| match digest::of_file(path) {
        Ok(digest) => EvidenceFile::Digest(digest),
        Err(error) if error.kind() == ErrorKind::NotFound => EvidenceFile::Absent,
        Err(error) => EvidenceFile::Unreadable(error.to_string()),
    };
    let named = attestations.filter_map(|attestation| attestation.evidence_file.as_ref());
    named.map(|file| (file.path.clone(), read(&file.path))).collect()
}
