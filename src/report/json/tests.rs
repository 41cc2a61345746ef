//! The JSON report, field by field.

use serde_json::Value;

use super::*;
use crate::level::FailOn;
use crate::report::sample::{recounted, sample};
use crate::report::{Control, WorkspaceInfo};

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&json_text(report).unwrap()).unwrap()
}

/// A document as it is written, with what is deeper than `indent` blanks on the line of what it belongs to.
fn folded(document: &str, indent: usize) -> String {
    let mut folded = String::new();
    for line in document.lines() {
        let text = line.trim_start();
        if line.len() - text.len() <= indent && !text.starts_with([']', '}']) {
            folded.push('\n');
        } else {
            folded.push(' ');
        }
        folded.push_str(text);
    }
    folded
}

#[test]
fn everything_but_the_controls() {
    let mut report = sample();
    report.controls.truncate(2);
    let document = json_text(&recounted(report)).unwrap();
    assert!(document.starts_with("{\n  \"schema_version\": \"1\",\n") && document.ends_with("\n  }\n}\n"));
    let (before, rest) = document.split_once("  \"controls\": [").unwrap();
    let (_, after) = rest.split_once("\n  ],\n").unwrap();
    let rest = folded(&format!("{before}{after}"), 2);
    insta::assert_snapshot!(rest.replace(env!("CARGO_PKG_VERSION"), "VERSION"), @r#"
    {
    "schema_version": "1",
    "tool": { "name": "intercom-harden", "version": "VERSION" },
    "catalog": { "guide_version": "0.2.0", "guide_title": "Intercom Hardening Guide", "guide_url": "https://howtoharden.com/guides/intercom", "guide_status": "draft, AI drafted", "digest": "sha256:00ff", "controls": 6 },
    "scan": { "at": "2026-02-01T12:00:00Z", "source": "api", "level": "l3", "window": { "since": "2026-01-02T12:00:00Z", "until": "2026-02-01T12:00:00Z" }, "duration_ms": 1234, "rate": null, "skipped": [], "baseline": null, "config": { "path": "intercom-harden.toml", "repository_path": null, "digest": "sha256:aa11", "weakens": [ "params.2.3.max_admins = 4" ] }, "rosters": [], "redacted": false, "redaction_key": null },
    "workspace": { "id": "ab12cd34", "name": "Example Support", "region": "EU", "teammates": 12 },
    "sources": [ { "id": "me", "endpoint": "GET /me", "status": "complete", "records": 1, "requests": 1, "scope": "Read admins", "detail": null }, { "id": "admins", "endpoint": "GET /admins", "status": "complete", "records": 13, "requests": 1, "scope": "Read admins", "detail": null }, { "id": "activity-log", "endpoint": "POST /admins/activity_logs/search", "status": "failed", "records": 1250, "requests": 9, "scope": "Read admin activity logs", "detail": "HTTP 500 (request id 0001abcd)" }, { "id": "ip-allowlist", "endpoint": "GET /ip_allowlist", "status": "forbidden", "records": 0, "requests": 1, "scope": "manage_ip_allowlist", "detail": "HTTP 403: not permitted" } ],
    "summary": { "pass": 1, "fail": 0, "manual": 1, "unknown": 0, "waived": 0, "attested": 0, "not_applicable": 0, "coverage": 0.5, "by_level": { "l1": { "pass": 1, "fail": 0, "manual": 1, "unknown": 0, "waived": 0, "attested": 0, "not_applicable": 0, "coverage": 0.5 }, "l2": { "pass": 0, "fail": 0, "manual": 0, "unknown": 0, "waived": 0, "attested": 0, "not_applicable": 0, "coverage": null }, "l3": { "pass": 0, "fail": 0, "manual": 0, "unknown": 0, "waived": 0, "attested": 0, "not_applicable": 0, "coverage": null } } },
    "people": [],
    "settings": [],
    "gate": { "fail_on": "l1", "strict": false, "min_coverage": null, "allow_incomplete": false, "left_out": [], "passed": false, "violations": [ "2.3" ], "exit_code": 1, "stale": false },
    "warnings": [ "The workspace is in the EU, but US was asked for: use --region eu." ],
    "activity": { "complete": false, "sign_ins": [ { "method": "saml", "count": 290 }, { "method": null, "count": 12 } ], "other_sign_ins": 0, "days_per_period": 1, "periods": [ { "from": "2026-01-31", "authentication": 300, "roles": 0, "exports": 0, "configuration": 0, "other": 40 }, { "from": "2026-02-01", "authentication": 300, "roles": 2, "exports": 1, "configuration": 0, "other": 40 } ] } }
    "#);
}

#[test]
fn a_failing_control_in_full() {
    let mut report = sample();
    let mut failing: Control = report.controls.swap_remove(2);
    failing.findings.truncate(1);
    insta::assert_snapshot!(folded(&json_text(&failing).unwrap(), 2), @r#"
    {
    "id": "2.3",
    "slug": "limit-admins",
    "digest": "sha256:22bb",
    "title": "Limit admin access to 2–3 people",
    "level": "l1",
    "section": "Access controls",
    "status": "fail",
    "basis": [ "api", "activity-log" ],
    "sources": [],
    "reason": "5 of 12 teammates are privileged; at most 3 should be.",
    "headline": "5 of 12 teammates are privileged; at most 3 should be.",
    "next_step": { "title": "Take the admin role away where it is not needed", "path": [ "Settings", "Workspace", "Teammates" ], "actions": [ "Open each teammate of the list and choose a narrower role." ] },
    "priority": 1,
    "findings": [ { "fingerprint": "aab9a02453c7085429bced82", "check": "", "subject": "ada@example.com", "person": null, "message": "privileged: role Owner", "evidence": { "count": 3, "email": "ada@example.com" }, "event": null, "last": null, "waived": null, "reviewed": null, "in_baseline": false } ],
    "waived": null,
    "attestation": null,
    "context": [ "Newest change: ada@example.com changed the role of linus on 2026-01-14." ],
    "description": "What it asks for.",
    "rationale": "Why it matters.",
    "prerequisites": [],
    "effort": "1-2 hours",
    "since": "0.1.0",
    "frameworks": { "cis-v8": [ "5.4" ] },
    "own_mappings": [],
    "remediation": [ { "title": "Take the admin role away where it is not needed", "path": [ "Settings", "Workspace", "Teammates" ], "actions": [ "Open each teammate of the list and choose a narrower role." ] } ],
    "references": [],
    "columns": [],
    "attest_for": 180,
    "reviewable": [],
    "origin": "built-in",
    "replaces_built_in": false,
    "pack": "guide",
    "in_baseline": false }
    "#);
}

#[test]
fn what_could_not_be_read_is_null() {
    let mut report = sample();
    report.workspace = WorkspaceInfo::default();
    report.scan.config = None;
    report.scan.duration_ms = None;
    report.gate.fail_on = FailOn::Never;
    let document = parsed(&report);
    for field in ["id", "name", "region", "teammates"] {
        assert_eq!(document["workspace"].get(field), Some(&Value::Null), "{field}");
    }
    assert_eq!(document["scan"].get("config"), Some(&Value::Null));
    assert_eq!(document["scan"].get("duration_ms"), Some(&Value::Null));
    assert_eq!(document["gate"]["fail_on"], "never");
}

#[test]
fn the_schema_can_be_read_strictly() {
    fn check(schema: &serde_json::Value, path: &str) {
        if let Some(kind) = schema.get("type").filter(|_| !path.ends_with("/properties")) {
            assert!(kind.is_string(), "{path}: {kind} is not one type");
        }
        for keyword in ["maxItems", "minItems", "uniqueItems", "minLength", "pattern", "minimum", "maximum"] {
            if schema.get(keyword).is_some_and(|value| !value.is_object()) {
                assert!(schema.get("type").is_some(), "{path}: {keyword} without a type");
            }
        }
        for (name, part) in schema.as_object().into_iter().flatten() {
            check(part, &format!("{path}/{name}"));
        }
        for part in schema.as_array().into_iter().flatten() {
            check(part, path);
        }
    }
    check(&serde_json::from_str(&schema().unwrap()).unwrap(), "#");
}
