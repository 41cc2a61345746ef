//! What is rendered against the official schemas, which are not part of this repository.
//!
//! `INTERCOM_HARDEN_SCHEMAS` names the folder that holds them; without it these tests say that they were skipped. The one
//! of JUnit also needs `xmllint`.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{Format, Options, Report, hostile, render, sample};

/// The variable that names the folder of the schemas.
const FOLDER: &str = "INTERCOM_HARDEN_SCHEMAS";

/// The path of a schema; none, and a word about it, where it is not there.
fn schema(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os(FOLDER) else {
        eprintln!("skipped: {FOLDER} does not name the folder with {name}");
        return None;
    };
    let path = PathBuf::from(folder).join(name);
    assert!(path.is_file(), "{} is not there", path.display());
    Some(path)
}

/// Reports worth checking: an ordinary one, one with waivers and a baseline, an empty one, and every hostile one.
fn reports() -> Vec<Report> {
    let mut decided = sample::sample();
    decided.controls[2].findings[0].waived = Some(hostile::waiver("until March"));
    decided.controls[2].findings[1].in_baseline = true;
    decided.controls[4].findings.clear();
    let mut empty = sample::sample();
    empty.controls.clear();
    empty.workspace = super::WorkspaceInfo::default();
    empty.scan.config = None;
    let hostile = hostile::texts().into_iter().map(|text| hostile::report(&text));
    [sample::sample(), decided, empty].into_iter().chain(hostile).collect()
}

fn rendered(report: &Report, format: Format) -> String {
    render(report, format, &Options::plain(100)).unwrap()
}

fn validator(schema: &OsStr) -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    refuse_deprecated(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

/// Makes a schema refuse what it calls deprecated.
fn refuse_deprecated(schema: &mut Value) {
    match schema {
        Value::Object(fields) if fields.get("deprecated") == Some(&Value::Bool(true)) => {
            *schema = false.into()
        }
        Value::Object(fields) => fields.values_mut().for_each(refuse_deprecated),
        Value::Array(items) => items.iter_mut().for_each(refuse_deprecated),
        _ => {}
    }
}

fn assert_valid(validator: &jsonschema::Validator, document: &str) {
    let document: Value = serde_json::from_str(document).unwrap();
    let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n").chars().take(2_000).collect::<String>());
}

#[test]
fn sarif_is_valid() {
    let Some(schema) = schema("sarif-2.1.0.schema.json") else { return };
    let validator = validator(schema.as_os_str());
    for report in reports() {
        assert_valid(&validator, &rendered(&report, Format::Sarif));
    }
}

#[test]
fn ocsf_is_valid() {
    let Some(schema) = schema("ocsf-1.8.0-compliance_finding.schema.json") else { return };
    let validator = validator(schema.as_os_str());
    for report in reports() {
        for line in rendered(&report, Format::Ocsf).lines() {
            assert_valid(&validator, line);
        }
    }
}

#[test]
fn junit_is_valid() {
    let Some(schema) = schema("junit.xsd") else { return };
    if Command::new("xmllint").arg("--version").output().is_err() {
        eprintln!("skipped: xmllint is not there to check JUnit");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, report) in reports().iter().enumerate() {
        let file = folder.path().join(format!("{number}.xml"));
        std::fs::write(&file, rendered(report, Format::Junit)).unwrap();
        files.push(file);
    }
    let checked =
        Command::new("xmllint").args(["--noout", "--schema"]).arg(schema).args(files).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
