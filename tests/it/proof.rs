//! Evidence files of attestations.

use std::fs;
use std::path::PathBuf;

use crate::editing::{attest, demo};
use crate::program::{FILE, program};
use crate::run::Run;

/// A folder with a configuration whose attestation names an evidence file in it.
struct Proven {
    folder: tempfile::TempDir,
}

impl Proven {
    fn attested(result: &str) -> Self {
        let proven = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(proven.folder.path().join("proofs")).unwrap();
        fs::write(proven.path("proofs/session.png"), "what was seen").unwrap();
        let [config, proof] =
            ["own.toml", "proofs/session.png"].map(|name| proven.path(name).display().to_string());
        let options = ["--result", result, "--config", &config, "--evidence-file", &proof];
        attest("1.3").args(options).run().exits(0);
        proven
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn scan(&self, code: i32) -> Run {
        demo(&self.path("own.toml")).arg("--fail-on-hygiene").run().exits(code)
    }
}

#[test]
fn evidence_in_a_file_is_compared_by_every_scan() {
    let proven = Proven::attested("pass");
    let text = fs::read_to_string(proven.path("own.toml")).unwrap();
    assert!(text.contains("evidence_file = \"proofs/session.png\""), "{text}");
    proven.scan(0).report().assert("1.3", "pass");
    fs::write(proven.path("proofs/session.png"), "something else").unwrap();
    let report = proven.scan(1).report();
    report.assert("1.3", "manual");
    assert!(
        report.warnings().contains("is not the file that was signed; it does not count."),
        "{}",
        report.warnings()
    );
    fs::remove_file(proven.path("proofs/session.png")).unwrap();
    let run = proven.scan(0);
    run.report().assert("1.3", "pass");
    assert!(run.stdout.contains("is missing, so it was not compared."), "it is mentioned all the same");
}

#[test]
fn a_changed_file_does_not_lift_a_fail() {
    let proven = Proven::attested("fail");
    fs::write(proven.path("proofs/session.png"), "").unwrap();
    let report = proven.scan(1).report();
    report.assert("1.3", "fail");
    assert!(
        report.warnings().contains("is not the file that was signed; a fail still counts."),
        "{}",
        report.warnings()
    );
}

#[test]
fn evidence_outside_the_folder_needs_a_named_configuration() {
    let outside = tempfile::NamedTempFile::new().unwrap();
    let path = outside.path().display().to_string();
    let run = attest("1.3").args(["--evidence-file", &path]).run().exits(2);
    run.says("outside the folder").says("--config");
    attest("1.3").args(["--evidence-file", &path, "--config", "own.toml"]).run().exits(0);
    let digest = "0".repeat(64);
    for (file, digest, phrase) in [
        ("../proof.png", digest.as_str(), "outside the folder"),
        ("/proof.png", &digest, "outside the folder"),
        ("proof.png", "abc", "evidence_sha256"),
    ] {
        let text = format!(
            "[[attestation]]\ncontrol='1.3'\nby='B'\non=2026-07-01\nexpires=2026-12-31\nevidence_file='{file}'\n\
             evidence_sha256='{digest}'\n"
        );
        program().args(["scan", "--demo"]).file(FILE, text).run().exits(2).says(phrase);
    }
}
