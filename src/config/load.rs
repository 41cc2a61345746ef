//! Opens the file and reads it section by section.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bounded_file::{self, Refusal};
use crate::digest;
use crate::toml_document::{Document, LARGEST, Problems, Table};

use super::section::Context;
use super::{Config, ConfigError, Organization, Rbac, Trust, overlay, scan, target};

/// The name under which a configuration is looked for in the working directory.
pub(crate) const FILE_NAME: &str = "intercom-harden.toml";

/// Looks for a configuration in a directory. A dangling link counts, so that it is not silently ignored.
pub(crate) fn find(directory: &Path) -> Option<PathBuf> {
    let path = directory.join(FILE_NAME);
    fs::symlink_metadata(&path).is_ok().then_some(path)
}

impl Config {
    /// Reads and checks a configuration. Every mistake in it is part of the one error.
    pub(crate) fn load(path: &Path, trust: Trust) -> Result<Self, ConfigError> {
        Self::parse(path, &read(path, trust)?, trust)
    }

    /// Checks the bytes of a configuration as if they had been read from a path.
    pub(crate) fn parse(path: &Path, bytes: &[u8], trust: Trust) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let context = Context { trust, folder: folder_of(path) };
        let (mut config, problems) = Self::check(&name, bytes, &context);
        config.found_in_working_directory = trust == Trust::Found;
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Invalid { announcement: Some(Box::new(config.announcement())), problems })
        }
    }

    /// Checks the text of a configuration and keeps what is right, besides everything that is wrong.
    pub(super) fn check(path: &str, bytes: &[u8], context: &Context) -> (Self, Problems) {
        let document = Document::parse(path, bytes);
        let mut config = document.root().map(|root| Self::read(root, context)).unwrap_or_default();
        config.path = path.to_owned();
        config.digest = digest::of(bytes);
        (config, Problems::from(document.into_problems()))
    }

    fn read(mut root: Table<'_>, context: &Context) -> Self {
        let config = Self {
            workspace: root.table("workspace").map(|t| scan::workspace(t, context)).unwrap_or_default(),
            scan: root.table("scan").map(scan::settings).unwrap_or_default(),
            params: root.table("params").map(scan::overrides).unwrap_or_default(),
            organization: root
                .table("organization")
                .map(|table| Organization::read(table, context))
                .unwrap_or_default(),
            attestations: root
                .tables("attestation")
                .into_iter()
                .filter_map(|table| overlay::attestation(table, context))
                .collect(),
            waivers: root.tables("waiver").into_iter().filter_map(overlay::waiver).collect(),
            rbac: root.table("rbac").map(Rbac::read).unwrap_or_default(),
            workspaces: target::workspaces(root.tables("workspaces"), context),
            alerts: root.tables("alert").into_iter().map(|table| target::alert(table, context)).collect(),
            ..Self::default()
        };
        root.finish();
        config
    }
}

/// Reads the bytes of a regular file of bounded size.
pub(crate) fn read(path: &Path, trust: Trust) -> Result<Vec<u8>, ConfigError> {
    let name = || path.display().to_string();
    let refused = |refusal| match refusal {
        Refusal::NotRegular => ConfigError::NotRegular { path: name() },
        Refusal::TooLarge => ConfigError::TooLarge { path: name() },
        Refusal::Unreadable(source) if source.kind() == io::ErrorKind::NotFound => {
            ConfigError::Missing { path: name() }
        }
        Refusal::Unreadable(source) => ConfigError::Unreadable { path: name(), source },
    };
    let file = bounded_file::open(path).map_err(refused)?;
    if trust == Trust::Found && !stays_inside(path, &folder_of(path)) {
        return Err(ConfigError::Outside { path: name() });
    }
    bounded_file::read_all(file, LARGEST as u64).map_err(refused)
}

/// Whether an existing file, its links followed, lies below a folder.
pub(super) fn stays_inside(path: &Path, folder: &Path) -> bool {
    match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        _ => false,
    }
}

/// The folder of a file, where relative paths in it start.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
