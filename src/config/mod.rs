//! Configuration: the raw file, then the checked form. No other module reads `intercom-harden.toml`.
//!
//! `load` opens the file, `scan`, `organization`, `overlay`, `rbac` and `target` check its sections, and
//! `loosening` says what in it makes a result look better. A file found in the working directory is
//! trusted less than one that was named; see [`Trust`].

use std::collections::BTreeMap;

use serde_json::Value;

use crate::toml_document::Located;

mod error;
mod load;
mod loosening;
mod organization;
mod overlay;
mod rbac;
mod scan;
mod section;
mod target;
#[cfg(test)]
mod tests;
pub(crate) mod time;

pub(crate) use error::ConfigError;
pub(crate) use load::{FILE_NAME, find, folder_of, read};
pub(crate) use loosening::Announcement;
pub(crate) use organization::{Organization, Saml, Sso};
pub(crate) use overlay::{Attestation, Attested, Waiver};
pub(crate) use rbac::{Identities, Permission, Rbac, Role};
pub(crate) use scan::{ScanSettings, Workspace};
pub(crate) use section::is_domain;
pub(crate) use target::{Alert, NamedWorkspace};

/// How a configuration came to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The user named it: it may say everything.
    Named,
    /// It lay in the working directory, perhaps as part of somebody's pull request: it may not name
    /// commands, addresses to send to, token sources, or files outside its folder.
    Found,
}

/// Values that replace parameters of controls: control id to parameter to value, each with its line.
pub(crate) type Overrides = BTreeMap<String, Located<BTreeMap<String, Located<Value>>>>;

/// A checked configuration. Ids of controls are not checked against the catalog yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Config {
    /// Its path as given.
    pub path: String,
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
    /// Whether it was read without being named.
    pub found_in_working_directory: bool,
    /// The workspace to scan.
    pub workspace: Workspace,
    /// Settings of the scan that have an option on the command line too.
    pub scan: ScanSettings,
    /// Parameters of controls.
    pub params: Overrides,
    /// What the organization declares about itself.
    pub organization: Organization,
    /// What people have seen and signed for.
    pub attestations: Vec<Attestation>,
    /// Decisions to live with a finding.
    pub waivers: Vec<Waiver>,
    /// Declared roles and groups.
    pub rbac: Rbac,
    /// Several workspaces to scan.
    pub workspaces: Vec<NamedWorkspace>,
    /// Whom to tell about a regression.
    pub alerts: Vec<Alert>,
}
