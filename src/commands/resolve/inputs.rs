//! The files that a command works with: the configuration, announced where it was merely found, controls, directory
//! exports, the identity provider's own file, and evidence.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::redaction;
use crate::adjust::{self, EvidenceFile, EvidenceFiles};
use crate::cli::ConfigArgs;
use crate::commands::environment;
use crate::config::{Config, ConfigError, Trust, find};
use crate::controls::Catalog;
use crate::digest;
use crate::directory::{Roster, RosterFile, RosterInfo};
use crate::error::Error;
use crate::facts::{FactSettings, SamlFile};
use crate::progress::Progress;
use crate::saml::IdentityProvider;
use crate::warning::Warning;

/// Loads the configuration that was named, or the one in the working directory.
///
/// # Errors
/// Everything that is wrong with it.
pub(in crate::commands) fn load(args: &ConfigArgs, progress: &Progress) -> Result<Option<Config>, Error> {
    let loaded = match &args.config {
        Some(path) => Config::load(path, Trust::Named),
        None if args.no_config => return Ok(None),
        None => match find(Path::new("")) {
            Some(path) => Config::load(&path, Trust::Found),
            None => return Ok(None),
        },
    };
    match loaded {
        Ok(config) => {
            announce(&config, progress);
            Ok(Some(config))
        }
        Err(error) => {
            if let ConfigError::Invalid { config, .. } = &error {
                announce(config, progress);
            }
            Err(error.into())
        }
    }
}

/// The store that an option, the environment or the configuration names, in that order.
pub(in crate::commands) fn store(given: Option<&Path>, config: Option<&Config>) -> Option<PathBuf> {
    let variable = || env::var_os("INTERCOM_HARDEN_STORE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let configured = || config.and_then(|config| config.store.file.clone());
    given.map(Path::to_path_buf).or_else(variable).or_else(configured)
}

/// The id of the workspace that the configuration is for.
pub(in crate::commands) fn pinned(config: Option<&Config>) -> Option<&str> {
    config.and_then(|config| config.workspace.id.as_deref())
}

/// Loads the controls, with the levels and parameters that the configuration sets, and the settings of facts, with the values
/// that it gives them.
///
/// # Errors
/// Everything that is wrong with the control files, else everything that is wrong with parameters and settings.
pub(in crate::commands) fn rules(
    directories: &[PathBuf],
    config: Option<&Config>,
) -> Result<(Catalog, FactSettings), Error> {
    let mut catalog = Catalog::load(directories)?;
    let Some(config) = config else { return Ok((catalog, FactSettings::declared())) };
    let levels = config.controls.iter().map(|(id, setting)| (id.as_str(), setting.line, setting.level));
    let levels = catalog.override_levels(&config.path, levels);
    let params = catalog.override_params(&config.path, &config.params);
    match (levels, params, FactSettings::in_force(&config.path, &config.facts)) {
        (Ok(()), Ok(()), Ok(facts)) => Ok((catalog, facts)),
        (levels, params, facts) => {
            let wrong = levels.err().into_iter().chain(params.err()).chain(facts.err());
            Err(Error::Parameters(wrong.collect()))
        }
    }
}

/// The settings of facts, for commands that read no controls.
///
/// # Errors
/// Everything that is wrong with them.
pub(in crate::commands) fn facts(config: Option<&Config>) -> Result<FactSettings, Error> {
    config.map_or_else(
        || Ok(FactSettings::declared()),
        |config| FactSettings::in_force(&config.path, &config.facts).map_err(Error::Parameters),
    )
}

/// Says which file was found and is used, and what in it weakens the result: it may have come with a pull request.
pub(in crate::commands) fn announce(config: &Config, progress: &Progress) {
    let Config { path, digest, found_in_working_directory: true, .. } = config else { return };
    progress.message(&format!("Using ./{path} ({digest}); --no-config ignores it."));
    let today = environment::today(None);
    // Only attestations and levels hang on the controls.
    let catalog = (!config.attestations.is_empty() || !config.controls.is_empty())
        .then(|| Catalog::load(&[]).ok())
        .flatten();
    let weakens = match catalog {
        Some(catalog) => adjust::weakens(config, &catalog, today),
        None => config.weakens(today),
    };
    for weakening in weakens {
        let weakening = redaction::sentence(weakening.sentence());
        progress.message(&format!("  it weakens the result: {weakening}"));
    }
}

/// What is compared with the workspace, as facts and reports need it.
#[derive(Default)]
pub(super) struct Inputs {
    /// The directory exports, taken together.
    pub(super) roster: Option<Arc<Roster>>,
    /// The identity provider's own file.
    pub(super) saml: Option<Arc<SamlFile>>,
    /// The directory exports, one by one.
    pub(super) rosters: Vec<RosterInfo>,
    /// What of it could not be read.
    pub(super) notices: Vec<Warning>,
}

/// Reads the directory exports, and what the configuration names.
///
/// # Errors
/// When a file is not there, or not what it should be.
pub(super) fn read(rosters: &[PathBuf], config: Option<&Config>) -> Result<Inputs, Error> {
    let mut inputs = Inputs::default();
    if !rosters.is_empty() {
        let roster = Roster::read(rosters)?;
        inputs.rosters = roster.files.iter().map(describe).collect();
        inputs.notices = roster.warnings();
        inputs.roster = Some(Arc::new(roster));
    }
    if let Some(saml) = config.and_then(|config| config.organization.saml.as_ref()) {
        inputs.saml =
            Some(Arc::new(SamlFile { provider: IdentityProvider::read(saml)?, config: saml.clone() }));
    }
    Ok(inputs)
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
pub(in crate::commands) fn evidence_files(config: Option<&Config>) -> EvidenceFiles {
    let attestations = config.into_iter().flat_map(|config| &config.attestations);
    let read = |path: &Path| match digest::of_file(path) {
        Ok(digest) => EvidenceFile::Digest(digest),
        Err(error) if error.kind() == ErrorKind::NotFound => EvidenceFile::Absent,
        Err(error) => EvidenceFile::Unreadable(error.to_string()),
    };
    let named = attestations.filter_map(|attestation| attestation.evidence_file.as_ref());
    named.map(|file| (file.path.clone(), read(&file.path))).collect()
}
