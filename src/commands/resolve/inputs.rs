//! The configuration a command works with, announced where it was merely found.

use std::path::{Path, PathBuf};

use crate::cli::ConfigArgs;
use crate::config::{Announcement, Config, ConfigError, Trust, find};
use crate::controls::Catalog;
use crate::error::Error;
use crate::facts::FactSettings;
use crate::progress::Progress;

/// Loads the configuration that was named, or the one in the working directory.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn load(args: &ConfigArgs, progress: &Progress) -> Result<Option<Config>, Error> {
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
            if config.found_in_working_directory {
                announce(&config.announcement(), progress);
            }
            Ok(Some(config))
        }
        Err(error) => {
            if let ConfigError::Invalid { announcement, .. } = &error {
                announce(announcement, progress);
            }
            Err(error.into())
        }
    }
}

/// Loads the controls, with the parameters that the configuration sets.
///
/// # Errors
/// Whatever is wrong with the control files or the parameters.
pub(super) fn catalog(directories: &[PathBuf], config: Option<&Config>) -> Result<Catalog, Error> {
    let mut catalog = Catalog::load(directories)?;
    if let Some(config) = config {
        catalog.override_params(&config.path, &config.params).map_err(Error::Parameters)?;
    }
    Ok(catalog)
}

/// The settings of facts, with the values that the configuration gives them.
///
/// # Errors
/// Whatever is wrong with these.
pub(super) fn facts(config: Option<&Config>) -> Result<FactSettings, Error> {
    config.map_or_else(
        || Ok(FactSettings::declared()),
        |config| FactSettings::in_force(&config.path, &config.facts).map_err(Error::Parameters),
    )
}

/// Says which file is used, and what in it makes the result look better: somebody else may have put it there.
fn announce(announcement: &Announcement, progress: &Progress) {
    let Announcement { path, digest, weakens } = announcement;
    progress.message(&format!("using ./{path} ({digest}); --no-config leaves it out"));
    for weakening in weakens {
        progress.message(&format!("  it weakens the result: {weakening}"));
    }
}
