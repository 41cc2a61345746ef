//! Whole scans of forged snapshots, under a policy and with a directory export.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum as _;

use super::*;
use crate::config::{Config, Trust};
use crate::directory::Roster;
use crate::facts::SamlFile;
use crate::fuzz::Target as Fuzzed;
use crate::saml::IdentityProvider;
use crate::snapshot::forged;

/// The end of the forged snapshots.
const NOW: &str = "2025-10-20T00:00:00Z";

/// A job in which nothing is missing that facts go by.
pub(super) fn laden() -> Job {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let config = Config::load(&root.join("configs/kestrel-parcel.toml"), Trust::Named).unwrap();
    let saml = config.organization.saml.clone().unwrap();
    let provider = IdentityProvider::read(&saml).unwrap();
    let job = job(Level::L3, None, 90);
    let settings = Settings {
        organization: config.organization.clone(),
        rbac: config.rbac.clone(),
        roster: Some(Arc::new(Roster::read(&[root.join("rosters/sample-okta.csv")]).unwrap())),
        saml: Some(Arc::new(SamlFile { provider, config: saml })),
        ..job.settings.clone()
    };
    Job { settings, config: Some(config), ..job }
}

#[test]
fn scans() {
    let job = laden();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forged.snapshot");
    let scan = || {
        let source = Source::open(&Target::Snapshot(path.clone()), Arc::new(|_| ()))?;
        let run = runtime.block_on(run(&job, source, Now::Given(NOW.parse().unwrap())))?;
        Ok::<_, ScanError>(Report::of(&job, run, true))
    };
    let json = |report: &Report| render(report, Format::Json, &Options::plain(100)).unwrap();
    let target = Fuzzed {
        name: "scans",
        seeds: &["tests/corpus/snapshots"],
        made: Vec::new(),
        words: &[
            "\"admin_permission_change\"",
            "{\"id\":\"2\"}",
            "\"saml\"",
            "\"conversation_access\"",
            "\"before\"",
        ],
    };
    target.run(|lines| {
        fs::write(&path, forged(lines)).unwrap();
        let report = scan()?;
        for format in Format::value_variants() {
            render(&report, *format, &Options::plain(100)).unwrap();
        }
        let saved = json(&report);
        assert_eq!(json(&scan()?), saved, "the same snapshot, another report");
        assert_eq!(json(&Report::read(saved.as_bytes()).unwrap()), saved);
        Ok::<_, ScanError>(())
    });
}
