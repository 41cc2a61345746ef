//! The identity provider's metadata and certificates: `[organization.saml]` through `scan` and `rbac check`.

use std::collections::BTreeSet;

use serde_json::json;

use crate::program::{Program, demo, live};
use crate::report::Report;
use crate::server::Server;
use crate::workspace::{DAY, HOUR, Workspace};

/// The instant of the fixtures.
const THEN: &str = "2026-11-15T12:00:00Z";

/// From the instant of the workspaces to [`THEN`].
const LATER: i64 = 106 * DAY;

/// All teammates sign in by SAML, so nothing but a file fails 1.1.
fn workspace() -> Workspace {
    ["ana", "bo"].into_iter().fold(Workspace::new(), |workspace, name| {
        let email = format!("{name}@kestrelparcel.example");
        workspace.teammate(&email, "Admin").sign_in(&email, "saml", HOUR - LATER)
    })
}

fn serve() -> Server {
    workspace().serve()
}

/// A command against the server, with a policy that names the file `idp`.
fn command(server: &Server, words: &[&str], saml: &str) -> Program {
    let program = live(&server.origin(), words).args(["--format", "json"]).now(THEN);
    program.config(format!("[organization.saml]\n{saml}\n"))
}

/// The configuration key for a fixture.
fn named(fixture: &str) -> &'static str {
    if fixture.ends_with(".xml") { "metadata = 'idp'" } else { "certificate = 'idp'" }
}

/// The reports of a scan and `rbac check` about a file and further lines of the configuration.
fn judged(server: &Server, fixture: &str, more: &str) -> (Report, Report) {
    let saml = format!("{}\n{more}", named(fixture));
    let file = format!("saml/{fixture}");
    let run = |words: &[&str]| command(server, words, &saml).fixture("idp", &file).run();
    let (scan, check) = (run(&["scan", "--control", "1.1"]), run(&["rbac", "check"]));
    assert!(scan.code <= 1 && check.code <= 1, "{}{}", scan.streams(), check.streams());
    assert_eq!(scan.code == 1, scan.report().status("1.1") == "fail", "{}", scan.streams());
    assert_eq!(check.code == 1, check.report().status("R11") == "fail", "{}", check.streams());
    (scan.report(), check.report())
}

/// The message of a control's findings about one fault.
#[track_caller]
fn only_message(report: &Report, control: &str) -> String {
    let findings = report.control(control)["findings"].as_array().unwrap();
    let kinds: BTreeSet<_> = findings.iter().map(|finding| finding["evidence"]["kind"].to_string()).collect();
    let prints: BTreeSet<_> = findings.iter().map(|finding| finding["fingerprint"].to_string()).collect();
    assert_eq!((kinds.len(), prints.len()), (1, findings.len()), "{findings:#?}");
    findings[0]["message"].as_str().unwrap().to_owned()
}

#[test]
fn sound_material_changes_nothing_in_a_scan_and_passes_its_own_control() {
    let server = serve();
    let plain = command(&server, &["scan", "--control", "1.1"], "").file("own.toml", "");
    let plain = plain.run().exits(0).report();
    plain.assert("1.1", "pass");
    let audience = "audience = 'https://app.intercom.com/saml/kestrel'";
    for (fixture, more) in [("sample-idp-metadata.xml", audience), ("valid.pem", ""), ("ec-256.pem", "")] {
        let (scan, check) = judged(&server, fixture, more);
        let [reason, without] =
            [&scan, &plain].map(|report| report.control("1.1")["reason"].as_str().unwrap().to_owned());
        let said = reason.strip_prefix(&without).unwrap();
        assert!(said.contains("The SAML file ./idp has no certificate"), "{fixture}: {said}");
        assert_eq!(said.contains("NameID"), fixture.ends_with(".xml"), "{said}");
        for field in ["status", "findings", "context"] {
            assert_eq!(scan.control("1.1")[field], plain.control("1.1")[field], "{fixture}: {field}");
        }
        check.assert("R11", "pass");
        assert_eq!(check.control("R11")["basis"], json!(["roster"]), "{fixture}");
        let reason = check.control("R11")["reason"].as_str().unwrap();
        assert!(
            reason.starts_with("The signing certificate in ./idp is valid and strong until 20"),
            "{reason}"
        );
        assert_eq!(reason.contains("were not judged"), fixture.ends_with(".pem"), "{reason}");
    }
}

#[test]
fn every_fault_fails_with_what_to_do_about_it() {
    let server = serve();
    let new = "create a new signing certificate";
    let sample = "sample-idp-metadata.xml";
    let audience = "audience = 'https://desk.example/saml/kestrel'";
    let acs_url = "acs_url = 'https://app.au.intercom.com/saml/kestrel/consume'";
    let issuer = "issuer = 'https://old-sso.kestrelparcel.example'";
    let entry_point = "entry_point = 'https://old-sso.kestrelparcel.example'";
    for (fixture, more, what, fix) in [
        ("expired.pem", "", "expired on 2024-06-01", new),
        ("expiring.pem", "", "expires on 2026-11-25 (in 10 days)", new),
        ("future.pem", "", "valid from 2026-11-20", "until then"),
        ("sha1.pem", "", "signed with SHA-1", new),
        ("rsa-1024.pem", "", "1024-bit RSA key", new),
        ("chain-expired-leaf.pem", "", "expired on 2026-06-01", new),
        ("chain-weak-root.pem", "", "1024-bit RSA key", new),
        ("usage-encryption.pem", "", "does not include signing", new),
        ("http-endpoint.xml", "", "reached over http; expected", "publish an https address"),
        ("no-email.xml", "", "Intercom needs", "NameID format"),
        ("expired-metadata.xml", "", "valid until", "download the metadata"),
        (sample, audience, "its host is not app.intercom.com;", "expected the workspace's SAML URL"),
        (
            sample,
            "audience = 'https://app.intercom.com/saml/kestrel/'",
            "its path is not `/saml/` and the name of a workspace",
            "copy the SAML URL",
        ),
        (sample, acs_url, "its host is not app.intercom.com;", "followed by /consume"),
        (sample, issuer, "is https://sso.kestrelparcel.example/saml/metadata", "correct what is wrong"),
        (sample, entry_point, "to https://sso.kestrelparcel.example/saml/sign-in", "correct what is wrong"),
    ] {
        let (scan, check) = judged(&server, fixture, more);
        for (report, control) in [(&scan, "1.1"), (&check, "R11")] {
            report.assert(control, "fail");
            let message = only_message(report, control);
            assert!(message.contains(what) && message.contains(fix), "{fixture}: {message}");
            let basis = report.control(control)["basis"].as_array().unwrap();
            assert!(basis.contains(&json!("roster")), "{fixture}: {basis:?}");
            assert_eq!(report.control(control)["findings"][0]["evidence"]["certain"], true, "{fixture}");
        }
    }
    // A certificate that is being replaced fails no control.
    let (scan, check) = judged(&server, "rollover.xml", "");
    scan.assert("1.1", "pass");
    check.assert("R11", "manual");
    assert_eq!(check.control("R11")["findings"][0]["evidence"]["certain"], false);
}

#[test]
fn how_soon_an_end_counts_is_a_setting() {
    let server = serve();
    let days = |days: u32| format!("[facts]\ncertificate_days = {days}");
    for (more, status) in [(days(5), "pass"), (days(11), "fail")] {
        let (scan, check) = judged(&server, "expiring.pem", &more);
        scan.assert("1.1", status);
        check.assert("R11", status);
    }
}

#[test]
fn what_is_declared_needs_something_to_compare_it_with() {
    let server = serve();
    let base = "https://app.intercom.com/saml/kestrel";
    let right = [
        format!("audience = '{base}'"),
        format!("acs_url = '{base}/consume'"),
        "issuer = 'https://sso.kestrelparcel.example/saml/metadata'".to_owned(),
        "entry_point = 'https://sso.kestrelparcel.example/saml/sign-in'".to_owned(),
    ];
    let (scan, check) = judged(&server, "sample-idp-metadata.xml", &right.join("\n"));
    scan.assert("1.1", "pass");
    check.assert("R11", "pass");
    // A certificate has nothing to compare these with, but the rest is compared.
    for (index, line) in right.iter().enumerate() {
        let (_, check) = judged(&server, "valid.pem", line);
        check.assert("R11", if index < 2 { "pass" } else { "manual" });
    }
}

#[test]
fn without_a_region_no_audience_passes() {
    let audience = "audience = 'https://app.intercom.com/saml/kestrel'";
    for (region, status) in
        [(json!("us "), "pass"), (json!("EU"), "fail"), (json!("moon"), "manual"), (json!(null), "manual")]
    {
        let mut workspace = workspace();
        workspace.me["app"]["region"] = region.clone();
        let (scan, check) = judged(&workspace.serve(), "sample-idp-metadata.xml", audience);
        scan.assert("1.1", status);
        check.assert("R11", status);
        assert!(status != "manual" || scan.text("1.1").contains("region"), "{region}");
    }
}

#[test]
fn what_the_metadata_does_not_decide_is_manual() {
    let server = serve();
    let metadata = include_str!("../../fixtures/saml/sample-idp-metadata.xml");
    let names = metadata.replace("emailAddress", "unspecified");
    let key = |value: &str| {
        metadata.replacen(
            "<md:KeyDescriptor",
            &format!(
                "<md:KeyDescriptor><ds:KeyInfo>{value}</ds:KeyInfo></md:KeyDescriptor><md:KeyDescriptor"
            ),
            1,
        )
    };
    let rsa = |digits: usize| {
        let modulus = "qqqq".repeat(digits / 4);
        key(&format!(
            "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus></ds:RSAKeyValue></ds:KeyValue>"
        ))
    };
    for (text, status) in [
        (names, "manual"),
        (rsa(344), "manual"),
        (rsa(172), "fail"),
        (key("<ds:KeyName>next</ds:KeyName>"), "manual"),
    ] {
        for (words, control) in [(&["scan", "--control", "1.1"][..], "1.1"), (&["rbac", "check"], "R11")] {
            let run = command(&server, words, "metadata = 'idp'").file("idp", &text).run();
            run.report().assert(control, status);
        }
    }
}

#[test]
fn whether_assertions_are_encrypted_is_asked_and_not_guessed() {
    let server = serve();
    let weakens = |report: &Report| report.0["scan"]["config"]["weakens"].to_string();
    // An encryption key in the metadata is only a hint.
    let (scan, check) = judged(&server, "encryption-key.xml", "");
    scan.assert("1.1", "manual");
    check.assert("R11", "manual");
    assert!(only_message(&scan, "1.1").contains("encrypted_assertions = false"), "{}", scan.text("1.1"));
    // The configuration decides it either way, and one of the two weakens the result.
    let (scan, check) = judged(&server, "encryption-key.xml", "encrypted_assertions = true");
    scan.assert("1.1", "fail");
    check.assert("R11", "fail");
    let message = only_message(&scan, "1.1");
    assert!(message.contains("on 2026-12-12 (in 27 days)"), "{message}");
    assert!(!weakens(&scan).contains("encrypted"), "{}", weakens(&scan));
    let (scan, check) = judged(&server, "encryption-key.xml", "encrypted_assertions = false");
    scan.assert("1.1", "pass");
    check.assert("R11", "pass");
    assert!(weakens(&scan).contains("organization.saml.encrypted_assertions = false"), "{}", weakens(&scan));
}

#[test]
fn the_certificate_that_assertions_are_encrypted_with_is_looked_at() {
    let server = serve();
    let saml = "metadata = 'idp'\nencrypted_assertions = true\nencryption_certificate = 'intercom.pem'";
    let with = |fixture: &str| {
        let scan = command(&server, &["scan", "--control", "1.1"], saml);
        let scan = scan.fixture("idp", "saml/encryption-key.xml");
        scan.fixture("intercom.pem", &format!("saml/{fixture}")).run().report()
    };
    with("encryption-until-2026.pem").assert("1.1", "fail");
    let report = with("encryption-until-2036.pem");
    report.assert("1.1", "pass");
    let weakens = report.0["scan"]["config"]["weakens"].to_string();
    assert!(weakens.contains("organization.saml.encryption_certificate"), "{weakens}");
    for (fixture, what) in [
        ("rsa-1024.pem", "1024-bit RSA key"),
        ("usage-signing.pem", "does not include encryption"),
        ("valid.pem", "identity provider's own"),
    ] {
        let report = with(fixture);
        report.assert("1.1", "fail");
        assert!(only_message(&report, "1.1").contains(what), "{fixture}: {}", report.text("1.1"));
    }
}

/// Asserts that a run is refused before any request.
#[track_caller]
fn refused(server: &Server, program: Program, words: &str) {
    let run = program.run().exits(2).says(words).says("hint: ");
    assert_eq!(run.stdout, "", "{}", run.streams());
    assert!(server.seen().is_empty(), "something was asked of the workspace");
}

#[test]
fn a_private_key_by_mistake_is_not_shown() {
    let server = serve();
    // Composed here, so that the source has nothing that looks like a key.
    let body = "Tm90IGEga2V5IGF0IGFsbDogb25seSBub25zZW5zZSBmb3IgYSB0ZXN0Lg==";
    let key = ["-----BEGIN PRIVATE", " KEY-----\n", body, "\n-----END PRIVATE", " KEY-----\n"].concat();
    for words in [&["scan"][..], &["rbac", "check"]] {
        for saml in ["metadata = 'idp'", "certificate = 'idp'"] {
            // Not even eight bytes of it in a row.
            let parts = (0..=body.len() - 8).map(|at| &body[at..at + 8]);
            let program = command(&server, words, saml).file("idp", &key);
            refused(&server, parts.fold(program, Program::secret), "holds a private key");
        }
    }
}

#[test]
fn what_is_no_such_file_ends_before_anything_is_asked() {
    let server = serve();
    for (saml, fixture, words) in [
        ("metadata = 'absent.xml'", "valid.pem", "which does not exist"),
        ("metadata = 'idp'", "valid.pem", "is not SAML metadata"),
        ("certificate = 'idp'", "sample-idp-metadata.xml", "is not a certificate"),
        ("metadata = 'idp'", "two-providers.xml", "2 identity providers"),
        ("certificate = '.'", "valid.pem", "not a regular file"),
        (
            "metadata = 'idp'\nencryption_certificate = 'absent.pem'",
            "sample-idp-metadata.xml",
            "which does not exist",
        ),
    ] {
        let scan = command(&server, &["scan"], saml).fixture("idp", &format!("saml/{fixture}"));
        refused(&server, scan, words);
    }
}

#[test]
fn a_found_configuration_names_files_in_its_own_folder_only() {
    let found = |path: &str| {
        let config = format!("[organization.saml]\ncertificate = {}\n", json!(path));
        let scan = demo().args(["--control", "1.1", "--format", "json"]).now(THEN);
        scan.file("intercom-harden.toml", config).fixture("idp/valid.pem", "saml/valid.pem")
    };
    found("idp/valid.pem").run().exits(0).says("using ./intercom-harden.toml");
    let absolute = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/saml/valid.pem");
    for path in [absolute, "../valid.pem", "idp/../../valid.pem"] {
        let run = found(path).run().exits(2).says("outside the folder of a configuration");
        assert_eq!(run.stdout, "", "{path}");
    }
}

#[test]
fn metadata_without_a_form_of_names_decides_nothing() {
    let server = serve();
    let sample = include_str!("../../fixtures/saml/sample-idp-metadata.xml");
    let lines = sample.lines().filter(|line| !line.contains("NameIDFormat"));
    let without = lines.map(|line| format!("{line}\n")).collect::<String>();
    let saml = "metadata = 'idp'\naudience = 'https://app.intercom.com/saml/kestrel'";
    for (words, id) in [(&["scan", "--control", "1.1"][..], "1.1"), (&["rbac", "check"], "R11")] {
        let report = command(&server, words, saml).file("idp", &without).run().exits(0).report();
        report.assert(id, "manual");
        assert!(only_message(&report, id).contains("names no NameIDFormat"), "{id}");
    }
}
