//! A report with one control of each kind, for the tests of the renderers.

use serde_json::{Value, json};

use super::{Control, Report, Summary, Tool};
use crate::facts::Row;
use crate::sources::SourceId;
use crate::verdict::{Basis, Evidence, Finding, Fingerprint};

/// A control; what passes or fails rests on the activity log.
fn control(id: &str, level: &str, status: &str, title: &str, reason: &str) -> Control {
    let decided = ["pass", "fail"].contains(&status);
    let step = json!({
        "title": "Take the admin role away where it is not needed",
        "path": ["Settings", "Workspace", "Teammates"],
        "actions": ["Open each teammate of the list and choose a narrower role."],
    });
    let control = json!({
        "id": id,
        "slug": "limit-admins",
        "digest": "sha256:22bb",
        "title": title,
        "level": level,
        "section": "Access controls",
        "status": status,
        "basis": if decided { vec!["activity-log"] } else { Vec::new() },
        "reason": reason,
        "headline": if status == "pass" { None } else { Some(reason) },
        "next_step": if status == "pass" { &Value::Null } else { &step },
        "description": "What it asks for.",
        "rationale": "Why it matters.",
        "effort": "1-2 hours",
        "since": "0.1.0",
        "frameworks": { "cis-v8": ["5.4"] },
        "remediation": [step],
        "pack": if id.starts_with('E') { "extended" } else { "guide" },
    });
    serde_json::from_value(control).unwrap()
}

/// A finding of a control about a person.
pub(crate) fn finding(control: &str, subject: &str, message: &str) -> Finding {
    let evidence: Row =
        [("email".to_owned(), subject.into()), ("count".to_owned(), 3.into())].into_iter().collect();
    let fingerprint = Fingerprint::new(control, "0", [subject]);
    Finding::new(fingerprint, subject.to_owned(), message.to_owned(), Evidence::from(&evidence))
}

fn controls() -> Vec<Control> {
    let mut controls = [
        (
            ["1.1", "l1", "pass", "Configure SAML single sign-on"],
            "All 312 sign-ins by 11 of 12 teammates used SAML; enforcement itself is not readable.",
        ),
        (
            ["1.3", "l1", "manual", "Configure session security"],
            "Session length and idle timeout are not readable through the API.",
        ),
        (
            ["2.3", "l1", "fail", "Limit admin access to 2–3 people"],
            "5 of 12 teammates are privileged; at most 3 should be.",
        ),
        (
            ["5.1", "l2", "manual", "Restrict REST API access by IP allowlist"],
            "The token may not read the IP allowlist.",
        ),
        (
            ["E6", "l2", "fail", "No burst of failed sign-ins goes unexplained"],
            "1 address failed to sign in at least 10 times within 10 minutes.",
        ),
        (
            ["X1", "l3", "unknown", "Every export is by a named approver"],
            "The activity log could not be read: the server answered 500 four times.",
        ),
    ]
    .map(|([id, level, status, title], reason)| control(id, level, status, title, reason));
    for (control, priority) in controls.iter_mut().zip([None, Some(2), Some(1), Some(4), Some(3), Some(5)]) {
        control.priority = priority;
    }
    let [sso, session, admins, _, bursts, added] = &mut controls;
    sso.slug = "saml-sso".to_owned();
    session.context =
        vec!["The security settings were last changed by ada@example.com on 2025-11-03.".to_owned()];
    admins.basis.insert(0, Basis::Api);
    admins.findings = [
        ("ada@example.com", "privileged: role Owner"),
        ("grace@example.com", "privileged: role Admin"),
        ("katherine.johnson@example.com", "privileged: its newest permission snapshot has manage_teammates"),
        ("linus@example.com", "privileged: role Super admin"),
        ("margaret@example.com", "privileged: role Admin"),
    ]
    .map(|(subject, message)| finding("2.3", subject, message))
    .to_vec();
    admins.context =
        vec!["Newest change: ada@example.com changed the role of linus on 2026-01-14.".to_owned()];
    bursts.findings = vec![finding("E6", "203.0.113.7", "12 failures from 09:00:00 to 09:08:14")];
    bursts.origin = "ours/E6-bursts.toml".to_owned();
    bursts.replaces_built_in = true;
    added.origin = "ours/X1-exports.toml".to_owned();
    added.remediation.clear();
    added.next_step = None;
    controls.to_vec()
}

/// The report.
pub(crate) fn sample() -> Report {
    let source = |id: SourceId, status: &str, [records, requests]: [u64; 2], detail: Option<&str>| {
        json!({
            "id": id,
            "endpoint": id.endpoint(),
            "status": status,
            "records": records,
            "requests": requests,
            "scope": id.scope(),
            "detail": detail,
        })
    };
    let day = |from: &str, roles: u64, exports: u64| {
        json!({
            "from": from,
            "authentication": 300,
            "roles": roles,
            "exports": exports,
            "configuration": 0,
            "other": 40,
        })
    };
    let report = json!({
        "schema_version": "1",
        "tool": Tool::this(),
        "catalog": { "guide_version": "0.2.0", "digest": "sha256:00ff", "controls": 6 },
        "scan": {
            "at": "2026-02-01T12:00:00Z",
            "source": "api",
            "level": "l3",
            "window": { "since": "2026-01-02T12:00:00Z", "until": "2026-02-01T12:00:00Z" },
            "duration_ms": 1234,
            "config": {
                "path": "intercom-harden.toml",
                "digest": "sha256:aa11",
                "weakens": ["params.2.3.max_admins = 4"],
            },
        },
        "workspace": { "id": "ab12cd34", "name": "Example Support", "region": "EU", "teammates": 12 },
        "sources": [
            source(SourceId::Me, "complete", [1, 1], None),
            source(SourceId::Admins, "complete", [13, 1], None),
            source(SourceId::ActivityLog, "failed", [1250, 9], Some("HTTP 500 (request id 0001abcd)")),
            source(SourceId::IpAllowlist, "forbidden", [0, 1], Some("HTTP 403: not permitted")),
        ],
        "controls": controls(),
        "gate": { "fail_on": "l1", "strict": false, "passed": false, "violations": ["2.3"], "exit_code": 1 },
        "warnings": ["The workspace is in the EU, but US was asked for: use --region eu."],
        "activity": {
            "complete": false,
            "sign_ins": [{ "method": "saml", "count": 290 }, { "method": null, "count": 12 }],
            "other_sign_ins": 0,
            "days_per_period": 1,
            "periods": [day("2026-01-31", 0, 0), day("2026-02-01", 2, 1)],
        },
    });
    recounted(serde_json::from_value(report).unwrap())
}

/// The report with its controls counted anew, after they were changed.
pub(crate) fn recounted(report: Report) -> Report {
    Report { summary: Summary::of(&report.controls), ..report }
}
