//! The checked configuration, section by section.

use std::path::Path;

use crate::digest;
use crate::toml_document::{Document, Located, Problems, Table};

use super::alert::{self, Alert};
use super::entries::{self, Attestation, Reviewed, Waiver};
use super::organization::Organization;
use super::rbac::Rbac;
use super::scan::{self, ControlSettings, Overrides, ScanSettings, Values, Workspace};
use super::section::{Context, Trust};
use super::store::StoreSettings;

/// A checked configuration. Ids of controls, and names of parameters and settings, are for the catalog to check.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Config {
    /// Its path as given.
    pub path: String,
    /// Its path from the root of the git repository that holds it; none outside of one.
    pub repository_path: Option<String>,
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
    /// Whether it was read without being named.
    pub found_in_working_directory: bool,
    pub workspace: Workspace,
    pub scan: ScanSettings,
    pub controls: ControlSettings,
    pub params: Overrides,
    /// Settings of facts.
    pub facts: Values,
    pub organization: Organization,
    pub attestations: Vec<Located<Attestation>>,
    pub waivers: Vec<Located<Waiver>>,
    pub reviewed: Vec<Located<Reviewed>>,
    pub rbac: Rbac,
    pub store: StoreSettings,
    pub alerts: Vec<Alert>,
}

impl Config {
    /// Checks the bytes of a configuration and keeps what is right, besides everything that is wrong.
    pub(super) fn check(path: &Path, bytes: &[u8], trust: Trust) -> (Self, Problems) {
        let name = path.display().to_string();
        let document = Document::parse(name.as_str(), bytes);
        let context = Context::of(path, trust);
        let mut config = document.root().map(|root| Self::read(root, &context)).unwrap_or_default();
        config.path = name;
        config.digest = digest::of(bytes);
        config.found_in_working_directory = trust == Trust::Found;
        (config, Problems::from(document.into_problems()))
    }

    fn read(mut root: Table<'_>, context: &Context) -> Self {
        let attestations = root.tables("attestation").into_iter();
        let waivers = root.tables("waiver").into_iter();
        let reviewed = root.tables("reviewed").into_iter();
        let config = Self {
            workspace: root
                .table("workspace")
                .map(|table| scan::workspace(table, context))
                .unwrap_or_default(),
            scan: root.table("scan").map(scan::settings).unwrap_or_default(),
            controls: root.table("controls").map(scan::controls).unwrap_or_default(),
            params: root.table("params").map(scan::overrides).unwrap_or_default(),
            facts: root.table("facts").map(Table::values).unwrap_or_default(),
            organization: root
                .table("organization")
                .map(|table| Organization::read(table, context))
                .unwrap_or_default(),
            attestations: attestations.filter_map(|table| entries::attestation(table, context)).collect(),
            waivers: waivers.filter_map(entries::waiver).collect(),
            reviewed: reviewed.filter_map(entries::reviewed).collect(),
            rbac: root.table("rbac").map(Rbac::read).unwrap_or_default(),
            store: root.table("store").map(|table| StoreSettings::read(table, context)).unwrap_or_default(),
            alerts: alert::alerts(root.tables("alert"), context),
            ..Self::default()
        };
        root.finish();
        config
    }
}
