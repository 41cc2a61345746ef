//! A saved report against the report it was saved from, and against edits by hand.

use serde_json::{Value, json};

use super::*;
use crate::exit::Exit;
use crate::level::FailOn;
use crate::report::sample::{finding, recounted, sample};
use crate::report::{BUILT_IN, BaselineInfo, Format, Options, WorkspaceInfo, json_text, render};
use crate::sources::Provenance;
use crate::verdict::{Attestation, Attested, Basis, Evidence, Waiver};

mod fuzz;

/// A report in which everything is there that may be.
fn laden() -> Report {
    let decision = Waiver {
        reason: "Accepted until the migration".to_owned(),
        by: "CISO".to_owned(),
        on: Some("2026-01-15".parse().unwrap()),
        expires: "2026-06-30".parse().unwrap(),
    };
    let mut report = sample();
    report.scan.source = Provenance::Snapshot;
    report.gate.stale = true;
    report.gate.strict = true;
    report.warnings.push("\u{1b}[2J\u{202e}\u{2028}\n\"\\".to_owned());
    let [attested, _, admins, ..] = report.controls.as_mut_slice() else { panic!("the sample is shorter") };
    attested.basis = vec![Basis::Attestation, Basis::Roster];
    attested.attestation = Some(Attestation {
        result: Attested::Pass,
        by: "Dana Ruiz".to_owned(),
        on: "2026-01-20".parse().unwrap(),
        expires: "2026-07-20".parse().unwrap(),
        evidence: Some("https://wiki.example/1".to_owned()),
        note: None,
    });
    attested.prerequisites = vec!["An identity provider".to_owned()];
    attested.since = None;
    attested.attest_for = 90;
    attested.pack = None;
    admins.waived = Some(Waiver { on: None, ..decision.clone() });
    admins.in_baseline = true;
    report.scan.baseline =
        Some(BaselineInfo { path: "before.json".to_owned(), digest: "sha256:77".to_owned() });
    let findings = &mut admins.findings;
    findings[0].waived = Some(decision);
    findings[1].in_baseline = true;
    // Numbers whose last digits get lost in a careless reader.
    let numbers =
        json!({ "share": 0.1 + 0.2, "days": 123_456.789_012_345_67, "tiny": 5e-324, "id": u64::MAX });
    findings[2].evidence = Evidence::from(numbers.as_object().unwrap());
    findings.push(finding("2.3", &"<script>]]>|`=cmd|'/C calc'!A0\u{9b}31m".repeat(300), "\r\n\t\0"));
    sound(report)
}

/// A report in which all is missing that may be.
fn bare() -> Report {
    let mut report = sample();
    report.workspace = WorkspaceInfo::default();
    report.scan.config = None;
    report.scan.duration_ms = None;
    report.scan.source = Provenance::Demo;
    report.gate.fail_on = FailOn::Never;
    report.gate.exit_code = Exit::Incomplete;
    report.controls.truncate(1);
    report.gate.violations.clear();
    report.sources.clear();
    sound(report)
}

/// The report with what follows from its controls.
fn sound(report: Report) -> Report {
    let warnings = report.warnings.clone();
    let mut report = recounted(report);
    report.decide_again();
    Report { warnings, ..report }
}

fn saved(report: &Report) -> Value {
    serde_json::from_str(&json_text(report).unwrap()).unwrap()
}

fn read(report: &Value) -> Result<Report, ReadError> {
    Report::read(report.to_string().as_bytes())
}

#[test]
fn every_format_is_the_same_by_way_of_a_saved_report() {
    let mut empty = bare();
    empty.controls.clear();
    for report in [sample(), laden(), bare(), sound(empty)] {
        let again = Report::read(json_text(&report).unwrap().as_bytes()).unwrap();
        for &format in Format::ALL {
            for by in [None, Some("level"), Some("section"), Some("cis-v8")] {
                let by = by.map(|by| by.parse().unwrap());
                let options = Options { by, ..Options::plain(100) };
                let (direct, indirect) =
                    (render(&report, format, &options), render(&again, format, &options));
                assert_eq!(direct.unwrap(), indirect.unwrap(), "{format:?} {options:?}");
            }
        }
    }
}

#[test]
fn a_report_from_before_a_field_came_is_read() {
    let mut old = saved(&sample());
    let later = "context description rationale prerequisites effort since frameworks remediation attest_for origin \
                 replaces_built_in pack in_baseline waived attestation findings basis";
    let later: Vec<_> = later.split(' ').collect();
    for control in old["controls"].as_array_mut().unwrap() {
        control.as_object_mut().unwrap().retain(|field, _| !later.contains(&field.as_str()));
    }
    old.as_object_mut().unwrap().remove("summary");
    old["gate"].as_object_mut().unwrap().remove("stale");
    let report = read(&old).unwrap();
    let control = &report.controls[0];
    assert_eq!((control.attest_for, &*control.origin), (180, BUILT_IN));
    assert_eq!(report.summary.all.fail, 2, "what follows from the controls is counted anew");
    for &format in Format::ALL {
        render(&report, format, &Options::plain(80)).unwrap();
    }
}

#[test]
fn fields_of_the_future_are_ignored() {
    let mut report = saved(&sample());
    let nested = json!({ "a": [1, { "b": null }] });
    report["new"] = nested.clone();
    report["controls"][2]["new"] = nested.clone();
    report["controls"][2]["findings"][0]["new"] = nested.clone();
    report["gate"]["new"] = nested;
    assert_eq!(json_text(&read(&report).unwrap()).unwrap(), json_text(&sample()).unwrap());
}

#[test]
fn the_version_that_made_it_is_kept() {
    let mut report = saved(&sample());
    report["tool"]["version"] = "0.0.7".into();
    let report = read(&report).unwrap();
    assert_eq!(saved(&report)["tool"]["version"], "0.0.7");
    let table = render(&report, Format::Table, &Options::plain(80)).unwrap();
    assert!(table.starts_with("intercom-harden 0.0.7: "), "{table}");
}

/// Changes what is at a pointer, and expects the reader to say why it does not take that.
#[track_caller]
fn refuses(pointer: &str, value: impl Into<Value>, why: &str) {
    let mut report = saved(&laden());
    *report.pointer_mut(pointer).expect("there is something to change") = value.into();
    match read(&report) {
        Err(ReadError::NotAReport { what, line: 1, column }) => {
            assert!(what.contains(why) && column > 0, "{pointer}: {what}");
            assert!(what.len() < 400 && !what.contains(crate::text::is_invisible), "{what}");
        }
        other => panic!("{pointer}: {other:?}"),
    }
}

#[test]
fn values_are_checked_as_they_are_read() {
    let hostile = format!("\u{1b}[2J\u{202e}{}", "x".repeat(10_000));
    refuses("/tool/name", "another", "unknown variant");
    refuses("/scan/at", "yesterday", "");
    refuses("/scan/window/since", 5, "invalid type");
    refuses("/scan/level", "l4", "unknown variant");
    refuses("/catalog/controls", -1, "invalid value");
    refuses("/sources/0/id", hostile.as_str(), "unknown variant");
    refuses("/sources/1/id", "me", "source me is there twice");
    refuses("/gate/exit_code", 2, "exit code 0, 1 or 3");
    refuses("/gate/fail_on", "L1", "unknown variant");
    refuses("/controls", Value::Null, "invalid type: null");
    refuses("/controls/0/status", hostile.as_str(), "unknown variant");
    refuses("/controls/0/id", hostile.as_str(), "`id` must be");
    refuses("/controls/0/id", "../up", "`id` must be");
    refuses("/controls/0/id", "", "`id` must be");
    refuses("/controls/4/id", "x1", "control X1 is there twice");
    refuses("/controls/0/title", "é".repeat(4_001), "longer than 4000 characters");
    refuses("/controls/0/attest_for", 0, "from 1 to 3650 days");
    refuses("/controls/0/attestation/result", "maybe", "unknown variant");
    refuses("/controls/2/waived/expires", "2026-02-30", "");
    refuses("/controls/2/findings/0/fingerprint", "AAB9A02453C7085429BCED82", "24 hexadecimal digits");
    refuses("/controls/2/findings/0/fingerprint", "é".repeat(12), "24 hexadecimal digits");
    refuses("/controls/2/findings/0/evidence", json!([1]), "invalid type");
}

#[test]
fn what_is_broken_or_something_else_is_refused_with_its_place() {
    let whole = json_text(&laden()).unwrap();
    for end in (0..whole.len() - 2).step_by(101) {
        let end = (end..).find(|&end| whole.is_char_boundary(end)).unwrap();
        match Report::read(&whole.as_bytes()[..end]) {
            Err(ReadError::NotAReport { line, .. }) => {
                assert_eq!(line, 1 + whole[..end].matches('\n').count())
            }
            other => panic!("cut at {end}: {other:?}"),
        }
    }
    for text in ["", "null", "[]", "{}", "\"1\"", "<html>", "{\"schema_version\": 1}", "\u{feff}{}"] {
        assert!(matches!(Report::read(text.as_bytes()), Err(ReadError::NotAReport { .. })), "{text}");
    }
    assert!(matches!(Report::read(&b"\xff\xfe{\0}\0"[..]), Err(ReadError::NotAReport { .. })));
    assert!(Report::read(format!("{whole}{{}}").as_bytes()).is_err(), "one report, and nothing behind it");
}

#[test]
fn another_version_is_named_wherever_it_stands() {
    for text in ["{\"schema_version\": \"2\"}", "{\"controls\": 5, \"schema_version\": \"2\"}"] {
        let error = Report::read(text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "it has schema version 2, and this program reads version 1");
    }
    let hostile = json!({ "schema_version": "\u{1b}".repeat(10_000) });
    assert!(read(&hostile).unwrap_err().to_string().len() < 100);
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let whole = json_text(&sample()).unwrap();
    for place in ["\"count\": 3", "\"schema_version\": \"1\","] {
        let with_depth = whole.replacen(place, &format!("\"deep\": {deep}, {place}"), 1);
        let read = Report::read(with_depth.as_bytes());
        // What no field takes is skipped, however deep; evidence is kept, and has an end.
        assert_eq!(read.is_err(), place.contains("count"), "{place}");
    }
}

/// Every place in a document that holds a single value.
fn leaves(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| leaves(value, format!("{pointer}/{name}"), found));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, value)| leaves(value, format!("{pointer}/{at}"), found));
        }
        _ => found.push(pointer),
    }
}

#[test]
fn no_value_anywhere_makes_a_renderer_panic() {
    let mut report = laden();
    report.controls.swap(1, 2);
    report.controls.truncate(2);
    report.controls[1].findings.truncate(3);
    let whole = saved(&report);
    let mut places = Vec::new();
    leaves(&whole, String::new(), &mut places);
    let hostile =
        [json!(null), json!(u64::MAX), json!(""), json!("\u{1b}é\n|"), json!("9999-12-31"), json!([])];
    let mut taken = 0;
    for place in &places {
        for value in &hostile {
            let mut changed = whole.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            let Ok(report) = read(&changed) else { continue };
            taken += 1;
            for &format in Format::ALL {
                let options = Options { by: Some("cis-v8".parse().unwrap()), ..Options::plain(60) };
                render(&report, format, &options).unwrap();
            }
        }
    }
    assert!(taken > places.len(), "{taken} of {} places", places.len());
}

#[test]
fn the_gate_is_decided_anew() {
    let whole = saved(&sample());
    assert_eq!(read(&whole).unwrap().warnings, sample().warnings);
    let edits = [
        ("/gate/violations", json!(["2.3", "9.9\u{1b}[2J"])),
        ("/gate/violations", json!(["2.3", "2.3"])),
        ("/gate/violations", json!([])),
        ("/gate/passed", json!(true)),
        ("/gate/exit_code", json!(0)),
        ("/gate/left_out", json!(["1.1", "\u{1b}[2J"])),
    ];
    for (place, value) in edits {
        let mut edited = whole.clone();
        *edited.pointer_mut(place).unwrap() = value;
        let report = read(&edited).unwrap();
        let gate = serde_json::to_value(&report.gate).unwrap();
        assert_eq!(gate, whole["gate"], "{place}");
        let warning = report.warnings.last().unwrap();
        assert!(warning.starts_with("The saved report says: gate "), "{warning}");
        assert!(
            warning
                .ends_with(" Its controls say: gate failed, 1 violation, 0 controls left out, exit code 1.")
        );
    }
    // What a finding or a control says of itself counts.
    for (place, value, violations) in [
        ("/controls/2/level", json!("l2"), json!([])),
        ("/controls/2/status", json!("pass"), json!([])),
        ("/controls/0/status", json!("fail"), json!(["1.1", "2.3"])),
        ("/gate/fail_on", json!("l2"), json!(["2.3", "E6"])),
        ("/gate/strict", json!(true), json!(["1.3", "2.3"])),
    ] {
        let mut edited = whole.clone();
        *edited.pointer_mut(place).unwrap() = value;
        let report = read(&edited).unwrap();
        assert_eq!(json!(report.gate.violations), violations, "{place}");
        assert!(report.warnings.len() > sample().warnings.len(), "{place}");
    }
}

#[test]
fn there_are_no_more_controls_than_there_may_be_files() {
    let mut report = saved(&sample());
    let one = report["controls"][0].clone();
    let numbered = |number: usize| {
        let mut control = one.clone();
        control["id"] = format!("C{number}").into();
        control
    };
    report["controls"] = (0..2_000).map(numbered).collect();
    assert!(read(&report).is_ok());
    report["controls"] = (0..2_001).map(numbered).collect();
    assert!(read(&report).unwrap_err().to_string().contains("there are more than 2000 controls"));
}
