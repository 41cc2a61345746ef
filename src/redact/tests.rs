//! What has to go, what has to stay, and what hostile text makes of it.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::controls::Origin;
use crate::facts::Row;
use crate::report::hostile::{many, report as hostile, texts};
use crate::report::sample::{finding, sample};
use crate::report::{Format, Options, Report, render};
use crate::verdict::Statement;

fn redactor_of(secret: &[u8]) -> Redactor {
    Redactor::new(Key::new(secret).unwrap(), ["support".to_owned(), "Admin".to_owned()])
}

fn redactor() -> Redactor {
    redactor_of(b"0123456789abcdef")
}

fn everything(report: &Report) -> String {
    // So wide that no word of a table is broken.
    Format::ALL.map(|format| render(report, format, &Options::plain(5_000)).unwrap()).concat()
}

fn row(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        _ => Row::new(),
    }
}

fn scrub(known: &[(&str, &str)], text: &str) -> String {
    let redactor = redactor();
    let mut all = Known::default();
    known.iter().for_each(|(text, replacement)| all.learn(text, || (*replacement).to_owned()));
    Scrubber { redactor: &redactor, known: all.prepare() }.text(text)
}

#[test]
fn addresses_of_people_keep_what_carries_a_finding() {
    let redactor = redactor();
    let email = |text: &str| redactor.email(text);
    let ana = email("Ana.Lopez@acme.example").unwrap();
    assert!(ana.starts_with("person-") && ana.ends_with("@acme.example") && ana.len() == 32, "{ana}");
    assert_eq!(email("ana.lopez@acme.example"), Some(ana.clone()), "letter case makes no mailbox");
    assert_ne!(email("ana.lopez@other.example"), Some(ana.clone()));
    let tagged = email("ana.lopez+eu@acme.example").unwrap();
    assert_eq!(tagged.split('+').next(), ana.split('@').next(), "a tag leads to the same mailbox");
    assert!(!tagged.contains("eu@") && Some(&tagged) != email("ana.lopez+us@acme.example").as_ref());
    assert_eq!(email("Support@acme.example").as_deref(), Some("Support@acme.example"));
    assert_eq!(email("admin@acme.example").as_deref(), Some("admin@acme.example"));
    assert_eq!(email("operator+ab12@intercom.io").as_deref(), Some("operator+ab12@intercom.io"));
    for odd in ["", "@", "a@b@c", "ana", "a@b c"] {
        assert_eq!(email(odd), None, "{odd:?}");
    }
    assert_eq!(email(&ana), Some(ana), "a pseudonym stands for itself");
    assert_eq!(email(&tagged), Some(tagged));
}

#[test]
fn network_addresses_stay_apart_and_ranges_keep_their_length() {
    let redactor = redactor();
    let range = |text: &str| redactor.range(text);
    let one = range("203.0.113.7").unwrap();
    assert!(one.starts_with("2001:db8:7264:4:"), "{one}");
    assert_eq!(range("::ffff:203.0.113.7").as_ref(), Some(&one), "it is the same address in other clothes");
    assert_ne!(range("203.0.113.8").as_ref(), Some(&one));
    assert_eq!(range(&one).as_ref(), Some(&one));
    assert!(range("fe80::1").unwrap().starts_with("2001:db8:7264:6:"));
    for (text, start, end) in [
        ("10.0.0.0/7", "198.1", "/7"),
        ("2a00:1234::/31", "2001:db8:7264:6:", "/31"),
        ("::ffff:10.0.0.0/102", "::ffff:198.1", "/102"),
    ] {
        let pseudonym = range(text).unwrap();
        assert!(pseudonym.starts_with(start) && pseudonym.ends_with(end), "{text}: {pseudonym}");
        assert_eq!(range(&pseudonym).as_ref(), Some(&pseudonym));
    }
    for stays in ["0.0.0.0/0", "::/0", "127.0.0.1", "::1"] {
        assert_eq!(range(stays).as_deref(), Some(stays));
    }
    assert_eq!((range("10.0.0.0/33"), range("anywhere"), range("")), (None, None, None));
}

#[test]
fn text_is_searched_for_the_shapes_of_addresses() {
    let redactor = redactor();
    let ana = redactor.email("ana@acme.example").unwrap();
    let ip = redactor.range("203.0.113.7").unwrap();
    for (text, expected) in [
        ("by ana@acme.example.", format!("by {ana}.")),
        ("<ana@acme.example>,'ANA@acme.example'", format!("<{ana}>,'{ana}'")),
        ("mailto:ana@acme.example", format!("mailto:{ana}")),
        ("from 203.0.113.7: 3", format!("from {ip}: 3")),
        ("203.0.113.7:443 [203.0.113.7]", format!("{ip}:443 [{ip}]")),
        ("in /home/ana/x.csv", format!("in /home/{}/x.csv", redactor.name("ana"))),
        (r"C:\Users\Ana Lopez\x.csv", format!(r"C:\Users\{}\x.csv", redactor.name("Ana Lopez"))),
    ] {
        assert_eq!(scrub(&[], text), expected);
    }
    for stays in [
        "at 09:08:14 on 2026-02-01T12:00:00Z",
        "@octocat 3 @ 4 a@ @b.example",
        "version 1.2.3 of cafe",
        "1.1, 2.3 and E10: 5.1",
        "POST /admins/activity_logs/search",
        "::",
    ] {
        assert_eq!(scrub(&[], stays), stays);
    }
}

#[test]
fn known_texts_are_found_as_words() {
    let known =
        [("Ann", "name-1"), ("Ann Lee", "name-2"), ("Lee", "name-3"), ("Al", "name-4"), ("4711", "id-1")];
    assert_eq!(scrub(&known, "ann and Annabel, Ann Lee's, Lee."), "name-1 and Annabel, name-2's, name-3.");
    assert_eq!(scrub(&known, "Al 4711"), "Al 4711", "too short to be told from other words");
    assert_eq!(scrub(&known, "Al"), "name-4");
    let odd = [
        (".*", "n"),
        ("a+(b", "name-1"),
        ("\\d{3}", "name-2"),
        ("<b>|`x`", "name-3"),
        ("田中さん", "name-4"),
    ];
    assert_eq!(scrub(&odd, "x a+(b \\d{3} 123 <b>|`x` 田中さんが"), "x name-1 name-2 123 name-3 name-4が");
    assert_eq!(scrub(&[("", "x"), (" ", "y")], "a b"), "a b");
}

#[test]
fn what_overlaps_goes_altogether() {
    assert_eq!(
        scrub(&[("one two", "A"), ("two three four", "B")], "zero one two three four five"),
        "zero B five"
    );
    let known = [("acme.example Corporation", "name-1"), ("ana", "name-2")];
    let scrubbed = scrub(&known, "ana@acme.example Corporation");
    assert!(!scrubbed.contains("ana") && !scrubbed.contains("Corporation"), "{scrubbed}");
}

#[test]
fn long_names_are_found_where_they_are_cut() {
    let long = "Zyx Wvu ".repeat(1_250);
    for length in [62, 80, 300, 512, 10_000] {
        let cut: String = long.chars().take(length).collect();
        let scrubbed = scrub(&[(&long, "name-1")], &format!("name: {cut}… and more"));
        assert!(!scrubbed.contains("Zyx") && scrubbed.ends_with("… and more"), "{length}: {scrubbed}");
    }
    let same = "x".repeat(10_000);
    assert_eq!(scrub(&[(&same, "name-1")], &format!("{same}{same}")), "name-1name-1");
}

/// The sample with somebody wherever a report may name them.
fn report_about(name: &str, email: &str, address: &str, id: &str) -> Report {
    let mut report = sample();
    report.workspace.name = Some(format!("{name} Incorporated"));
    let config = report.scan.config.as_mut().unwrap();
    config.path = format!("/home/{name}/intercom-harden.toml");
    config.loosens = vec![
        format!("organization.export_approvers = [\"{email}\"]"),
        format!("organization.approved_networks = [\"{address}\"]"),
        format!("params.\"X1\".people = [\"{name}\"]"),
        format!("waives 2.3 for {name} until 2026-03-01, by {name}: {name} said so"),
        format!("attests 1.3 as pass until 2026-03-01, by {name}"),
    ];
    report.warnings = vec![
        format!("/home/{name}/intercom-harden.toml:3: the waiver for 2.3 ({name}) expired on 2026-01-01"),
        format!("okta.csv: the status \"{name}\" is not understood (1 people)"),
        format!("okta.csv:7: row not read: `{name}` is not an e-mail address"),
        format!(
            "/home/{name}/intercom-harden.toml:9: the attestation for 1.3 is in doubt: proofs/{name}/a.png \
                 is not the file it was signed with; it does not count"
        ),
    ];
    report.sources[2].detail = Some(format!("HTTP 403 for {email} from {address}"));
    let failing = &mut report.assessments[2];
    let mut about = finding("2.3", email, &format!("{name} from {address}, id {id}"));
    about.evidence = row(json!({
        "id": id, "name": name, "email": email, "address": address, "person": id, "local_part": email.split('@').next(),
        "domain": "acme.example", "by": id, "nested": [{ "name": name }, email], "shared_mailbox": format!("x, {email}"),
    }));
    about.waived = Some(crate::verdict::Decision {
        reason: format!("{name} agreed"),
        by: name.to_owned(),
        on: None,
        expires: jiff::civil::date(2026, 3, 1),
    });
    let mut event =
        finding("E7", "x_change at 2026-01-14T00:00:00Z", &format!("by {id}: {name} changed {email}"));
    event.evidence = row(json!({
        "id": "5a3e", "type": "x_change", "at": "2026-01-14T00:00:00Z", "by": email, "description": format!("{name} changed {email}"),
    }));
    failing.verdict.findings = vec![about, event, finding("2.3", id, "left")];
    failing.verdict.reason = format!("{name} and {email} from {address}");
    failing.verdict.context = vec![
        format!("last relevant change: {name} did it (x_change, by {email}, 2026-01-14T00:00:00Z)"),
        format!("last relevant change: {name} (did, it (x_change, by {id}, 2026-01-14T00:00:00Z)"),
        format!("judged by the attestation: {id}: no usable e-mail address, name: {name}"),
        format!("the evidence /home/{name}/mfa.png is not here, so it was not compared"),
        format!("attested as pass by {name} on 2026-01-14"),
    ];
    failing.waived = failing.verdict.findings[0].waived.clone();
    failing.verdict.attestation = Some(Statement {
        pass: true,
        by: name.to_owned(),
        on: jiff::civil::date(2026, 1, 14),
        expires: jiff::civil::date(2026, 3, 1),
        evidence: Some(format!("https://wiki.example/{name}")),
        note: Some(format!("seen with {name}")),
    });
    let control = Arc::make_mut(&mut report.assessments[5].control);
    control.origin = Origin::File(format!("/home/{name}/X1.toml").into());
    control.description = format!("Ask {email}, or {name}.");
    report
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nobody_of_the_input_is_in_any_format(
        name in "[GJKQVXZ][gjkqvxz]{3,9} [GJKQVXZ][gjkqvxz']{2,9}[gjkqvxz]",
        local in "[gjkqvxz][gjkqvxz._+-]{2,12}[gjkqvxz]",
        address in prop_oneof![
            any::<[u8; 4]>().prop_filter("is anybody's", |a| a[0] > 0 && a[0] != 127).prop_map(|a| std::net::IpAddr::from(a).to_string()),
            any::<[u16; 8]>().prop_map(|mut a| { a[0] |= 0x2a00; std::net::IpAddr::from(a).to_string() }),
        ],
        id in "[1-9]{7,9}",
    ) {
        let email = format!("{local}@acme.example");
        let report = report_about(&name, &email, &address, &id);
        let before = everything(&report);
        let redacted = redactor().report(report);
        let shown = everything(&redacted);
        for wanted in [&name, &email, &local, &address, &id] {
            prop_assert!(before.contains(wanted.as_str()), "{wanted} is in no format anyway");
            let at = shown.find(wanted.as_str());
            prop_assert!(at.is_none(), "{wanted}: {}", at.map_or("", |at| shown[..at].lines().last().unwrap_or("")));
        }
    }
}

#[test]
fn verdicts_stay_and_pseudonyms_hang_on_the_key_alone() {
    let report = || report_about("Zork Quux", "zork.quux@acme.example", "203.0.113.7", "4425337");
    let (before, one) = (report(), redactor().report(report()));
    assert_eq!(one.tally(), before.tally());
    assert_eq!((one.exit(), &one.gate.violations), (before.exit(), &before.gate.violations));
    assert!(one.scan.redacted);
    assert_eq!(everything(&one), everything(&redactor().report(report())), "the same key, the same bytes");
    let other = redactor_of(b"another key of some length").report(report());
    assert_ne!(one.scan.redaction_key, other.scan.redaction_key);
    for (one, other) in one.assessments.iter().zip(&other.assessments) {
        for (one, other) in one.verdict.findings.iter().zip(&other.verdict.findings) {
            assert_ne!(one.fingerprint, other.fingerprint);
            assert!(one.subject != other.subject || one.subject.contains("x_change"));
        }
    }
    assert_eq!(everything(&one), everything(&redactor().report(one.clone())), "once is enough");
}

#[test]
fn what_is_not_about_people_stays() {
    let report = redactor().report(sample());
    let texts: Vec<&str> = report.assessments.iter().map(|one| one.verdict.reason.as_str()).collect();
    let before = sample();
    assert_eq!(texts, before.assessments.iter().map(|one| one.verdict.reason.as_str()).collect::<Vec<_>>());
    assert_eq!(report.assessments[2].verdict.findings[0].message, "privileged: role Owner");
    assert_eq!(report.workspace.id.as_deref(), Some("ab12cd34"));
    assert_eq!(report.sources[2].detail.as_deref(), Some("HTTP 500 (request id 0001abcd)"));
    assert_eq!(report.scan.config.unwrap().loosens, ["params.2.3.max_admins = 4"]);
}

#[test]
fn hostile_names_break_nothing() {
    for text in texts() {
        let redacted = redactor().report(hostile(&text));
        assert_eq!(redacted.tally(), hostile(&text).tally());
        if text.chars().filter(|c| c.is_alphabetic()).count() > 20 && !text.contains("evil.example") {
            assert_ne!(redacted.workspace.name.as_deref(), Some(text.as_str()));
        }
    }
    // Every name, short, long or odd, in one report: each may be a part of another.
    let mut report = sample();
    let findings = texts().into_iter().map(|name| {
        let mut about = finding("2.3", &name, &format!("name: {name}"));
        about.evidence = row(json!({ "name": name, "id": name }));
        about
    });
    report.assessments[2].verdict.findings = findings.collect();
    for finding in &redactor().report(report).assessments[2].verdict.findings {
        let pseudonym = finding.evidence["name"].as_str().unwrap();
        assert!(pseudonym.is_empty() || pseudonym.starts_with("name-"), "{pseudonym}");
    }
    let mut report = sample();
    let mut about = finding("2.3", "7", "no usable e-mail address, name: Bo");
    about.evidence = row(json!({ "name": "Bo", "id": "7" }));
    report.assessments[2].verdict.findings = vec![about];
    let finding = &redactor().report(report).assessments[2].verdict.findings[0];
    assert!(!finding.message.contains("Bo") && finding.subject.starts_with("id-"), "{finding:?}");
}

#[test]
fn five_thousand_findings_take_less_than_a_second() {
    let mut report = many(5_000);
    for (number, finding) in report.assessments[2].verdict.findings.iter_mut().enumerate() {
        finding.evidence.insert("name".to_owned(), json!(format!("Person Number{number:05}")));
        finding.evidence.insert("id".to_owned(), json!(format!("44{number:05}")));
    }
    let timed = || {
        let started = std::time::Instant::now();
        assert_eq!(redactor().report(report.clone()).assessments[2].verdict.findings.len(), 5_000);
        started.elapsed()
    };
    // A machine may be busy with something else once, but not three times in a row.
    assert!((0..3).any(|_| timed().as_secs_f64() < 1.0));
}

#[test]
fn details_of_events_keep_what_facts_are_made_of() {
    let raw = |json: &str| serde_json::value::RawValue::from_string(json.to_owned()).unwrap();
    let redacted = |json: &str| redactor().metadata(&raw(json)).map(|raw| raw.get().to_owned());
    let json = r#"{"admin":{"id":4425337,"email":"ana@acme.example","first_name":"Ana"},"sign_in_method":"saml",
        "enabled":true,"after":{"permissions":{"export_data":true,"x":"true"},"conversation_access":{"access_type":"all",
        "assignee_blocked_list":["Ana"]}},"before":"off","role":{"name":"Ana's"},"note":"Ana"}"#;
    let kept: Value = serde_json::from_str(&redacted(json).unwrap()).unwrap();
    assert_eq!(kept["admin"]["id"], redactor().id("4425337"));
    assert_eq!(
        (&kept["sign_in_method"], &kept["enabled"], &kept["before"]),
        (&json!("saml"), &json!(true), &json!("off"))
    );
    assert_eq!(kept["after"]["permissions"], json!({ "export_data": true, "x": false }));
    assert_eq!(kept["after"]["conversation_access"], json!({ "access_type": "all" }));
    assert!(!kept.to_string().to_lowercase().contains("ana"), "{kept}");
    for none in ["null", "[]", "\"Ana\"", r#"{"admin":1,"admin":2}"#] {
        assert_eq!(redacted(none), None, "{none}");
    }
    assert_eq!(
        redacted(r#"{"after":"Ana","before":{"x":"Ana"},"sign_in_method":7}"#).unwrap(),
        r#"{"before":{}}"#
    );
    let deep = format!(r#"{{"x":{}1{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(redacted(&deep).as_deref(), Some("{}"));
}
