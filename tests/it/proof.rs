//! Files that attestations name as proof.

use std::fs;

use crate::editing::{attest, demo};
use crate::program::program;

const FILE: &str = "intercom-harden.toml";

#[test]
fn evidence_in_a_file_is_compared_by_every_scan() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("own.toml");
    let proof = folder.path().join("proofs/session.png");
    fs::create_dir(folder.path().join("proofs")).unwrap();
    fs::write(&proof, "what was seen").unwrap();
    let (config_arg, proof_arg) = (config.display().to_string(), proof.display().to_string());
    attest("1.3").args(["--config", &config_arg, "--evidence-file", &proof_arg]).run().exits(0);
    let text = fs::read_to_string(&config).unwrap();
    assert!(text.contains("evidence_file = \"proofs/session.png\""), "{text}");

    let report = demo(&config).arg("--fail-on-hygiene").run().exits(0).report();
    report.assert("1.3", "pass");
    fs::write(&proof, "something else").unwrap();
    let report = demo(&config).arg("--fail-on-hygiene").run().exits(1).report();
    report.assert("1.3", "manual");
    assert!(report.warnings().contains("is not the file it was signed with"), "{}", report.warnings());
    fs::remove_file(&proof).unwrap();
    let run = demo(&config).arg("--fail-on-hygiene").run().exits(0);
    run.report().assert("1.3", "pass");
    assert!(run.stdout.contains("is not here, so it was not compared"), "it is mentioned all the same");
}

#[test]
fn a_changed_file_does_not_lift_a_fail() {
    let folder = tempfile::tempdir().unwrap();
    let (config, proof) = (folder.path().join("own.toml"), folder.path().join("seen.txt"));
    fs::write(&proof, "sessions never end").unwrap();
    let (config_arg, proof_arg) = (config.display().to_string(), proof.display().to_string());
    let fail = ["--result", "fail", "--config", &config_arg, "--evidence-file", &proof_arg];
    attest("1.3").args(fail).run().exits(0);
    fs::write(&proof, "").unwrap();
    let report = demo(&config).run().exits(0).report();
    report.assert("1.3", "fail");
    assert!(report.warnings().contains("a fail counts all the same"), "{}", report.warnings());
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
