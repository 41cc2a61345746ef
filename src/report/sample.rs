//! A report with one control of each kind, for the tests of the renderers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    BUILT_IN, CatalogInfo, ConfigInfo, Control, Gate, Report, ScanInfo, SchemaVersion, SourceReport, Summary,
    Tool, Window, WorkspaceInfo,
};
use crate::controls::{GUIDE_STATUS, GUIDE_TITLE, GUIDE_URL, Pack, Step};
use crate::exit::Exit;
use crate::facts::Row;
use crate::facts::activity::{Activity, Groups, Period, SignInMethod};
use crate::level::{FailOn, Level};
use crate::sources::Provenance;
use crate::sources::{SourceId, SourceStatus};
use crate::verdict::{Basis, Finding, Fingerprint, Status};

fn control(id: &str, level: Level, title: &str, status: Status, reason: &str) -> Control {
    let step = Step {
        title: "Take the admin role away where it is not needed".to_owned(),
        path: ["Settings", "Workspace", "Teammates"].map(str::to_owned).to_vec(),
        actions: vec!["Open each teammate of the list and choose a narrower role.".to_owned()],
    };
    Control {
        id: id.to_owned(),
        slug: "limit-admins".to_owned(),
        digest: "sha256:22bb".to_owned(),
        title: title.to_owned(),
        level,
        section: "Access controls".to_owned(),
        status,
        basis: match status {
            Status::Pass | Status::Fail => vec![Basis::ActivityLog],
            Status::Manual | Status::Unknown => Vec::new(),
        },
        reason: reason.to_owned(),
        next_step: (status != Status::Pass).then(|| step.clone()),
        priority: None,
        findings: Vec::new(),
        waived: None,
        attestation: None,
        context: Vec::new(),
        description: "What it asks for.".to_owned(),
        rationale: "Why it matters.".to_owned(),
        prerequisites: Vec::new(),
        effort: "1-2 hours".to_owned(),
        since: Some("0.1.0".to_owned()),
        frameworks: BTreeMap::from([("cis-v8".to_owned(), vec!["5.4".to_owned()])]),
        remediation: vec![step],
        references: Vec::new(),
        columns: Vec::new(),
        attest_for: 180,
        origin: BUILT_IN.to_owned(),
        replaces_built_in: false,
        pack: Some(if id.starts_with('E') { Pack::Extended } else { Pack::Guide }),
        in_baseline: false,
    }
}

/// A finding of a control about somebody.
pub(crate) fn finding(control: &str, subject: &str, message: &str) -> Finding {
    let evidence: Row = match json!({ "email": subject, "count": 3 }) {
        Value::Object(row) => row,
        _ => Row::new(),
    };
    let fingerprint = Fingerprint::new(control, "0", [subject]);
    Finding::new(fingerprint, subject.to_owned(), message.to_owned(), evidence)
}

fn controls() -> Vec<Control> {
    let mut sso = control(
        "1.1",
        Level::L1,
        "Configure SAML single sign-on",
        Status::Pass,
        "All 312 sign-ins by 11 of 12 teammates used SAML; enforcement itself is not readable.",
    );
    sso.slug = "saml-sso".to_owned();

    let mut session = control(
        "1.3",
        Level::L1,
        "Configure session security",
        Status::Manual,
        "Session length and idle timeout are not readable through the API.",
    );
    session.context =
        vec!["The security settings were last changed by ada@example.com on 2025-11-03.".to_owned()];
    session.priority = Some(2);

    let mut admins = control(
        "2.3",
        Level::L1,
        "Limit admin access to 2–3 people",
        Status::Fail,
        "5 of 12 teammates are privileged; at most 3 should be.",
    );
    admins.basis = vec![Basis::Api, Basis::ActivityLog];
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
    admins.priority = Some(1);

    let mut allowlist = control(
        "5.1",
        Level::L2,
        "Restrict REST API access by IP allowlist",
        Status::Manual,
        "The token may not read the IP allowlist.",
    );
    allowlist.priority = Some(4);

    let mut bursts = control(
        "E6",
        Level::L2,
        "No burst of failed sign-ins goes unexplained",
        Status::Fail,
        "1 address failed to sign in at least 10 times within 10 minutes.",
    );
    bursts.findings = vec![finding("E6", "203.0.113.7", "12 failures from 09:00:00 to 09:08:14")];
    bursts.origin = "ours/E6-bursts.toml".to_owned();
    bursts.replaces_built_in = true;
    bursts.priority = Some(3);

    let mut added = control(
        "X1",
        Level::L3,
        "Every export is by a named approver",
        Status::Unknown,
        "The activity log could not be read: the server answered 500 four times.",
    );
    added.origin = "ours/X1-exports.toml".to_owned();
    added.remediation.clear();
    added.next_step = None;
    added.priority = Some(5);

    vec![sso, session, admins, allowlist, bursts, added]
}

fn source(
    id: SourceId,
    status: SourceStatus,
    records: u64,
    requests: u64,
    detail: Option<&str>,
) -> SourceReport {
    SourceReport {
        id,
        endpoint: id.endpoint().to_owned(),
        status,
        records,
        requests,
        scope: id.scope().to_owned(),
        detail: detail.map(str::to_owned),
    }
}

fn activity() -> Activity {
    let method = |method: Option<&str>, count| SignInMethod { method: method.map(str::to_owned), count };
    let day = |from, events| Period { from, events };
    let first = Groups { authentication: 300, other: 40, ..Groups::default() };
    Activity {
        complete: false,
        sign_ins: vec![method(Some("saml"), 290), method(None, 12)],
        other_sign_ins: 0,
        days: 1,
        periods: vec![
            day(jiff::civil::date(2026, 1, 31), first),
            day(jiff::civil::date(2026, 2, 1), Groups { roles: 2, exports: 1, ..first }),
        ],
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("the sample's times are written by hand")
}

/// The report.
pub(crate) fn sample() -> Report {
    let controls = controls();
    Report {
        schema_version: SchemaVersion::One,
        tool: Tool::this(),
        catalog: CatalogInfo {
            guide_version: "0.2.0".to_owned(),
            guide_title: GUIDE_TITLE.to_owned(),
            guide_url: GUIDE_URL.to_owned(),
            guide_status: GUIDE_STATUS.to_owned(),
            digest: "sha256:00ff".to_owned(),
            controls: 6,
        },
        scan: ScanInfo {
            at: at("2026-02-01T12:00:00Z"),
            origin: Provenance::Api,
            level: Level::L3,
            window: Window { since: at("2026-01-02T12:00:00Z"), until: at("2026-02-01T12:00:00Z") },
            duration_ms: Some(1234),
            skipped: Vec::new(),
            baseline: None,
            config: Some(ConfigInfo {
                path: "intercom-harden.toml".to_owned(),
                digest: "sha256:aa11".to_owned(),
                weakens: vec!["params.2.3.max_admins = 4".to_owned()],
            }),
            rosters: Vec::new(),
            redacted: false,
            redaction_key: None,
        },
        summary: Summary::of(&controls),
        controls,
        people: Vec::new(),
        settings: Vec::new(),
        workspace: WorkspaceInfo {
            id: Some("ab12cd34".to_owned()),
            name: Some("Example Support".to_owned()),
            region: Some("EU".to_owned()),
            teammates: Some(12),
        },
        sources: vec![
            source(SourceId::Me, SourceStatus::Complete, 1, 1, None),
            source(SourceId::Admins, SourceStatus::Complete, 13, 1, None),
            source(
                SourceId::ActivityLog,
                SourceStatus::Failed,
                1250,
                9,
                Some("HTTP 500 (request id 0001abcd)"),
            ),
            source(SourceId::IpAllowlist, SourceStatus::Forbidden, 0, 1, Some("HTTP 403: not permitted")),
        ],
        activity: Some(activity()),
        gate: Gate {
            fail_on: FailOn::L1,
            strict: false,
            passed: false,
            violations: vec!["2.3".to_owned()],
            stale: false,
            exit_code: Exit::Violation,
        },
        warnings: vec!["The workspace is in the EU, but US was asked for: use --region eu.".to_owned()],
        quoted: BTreeSet::new(),
    }
}

/// The report with its controls counted anew, after they were changed.
pub(crate) fn recounted(report: Report) -> Report {
    Report { summary: Summary::of(&report.controls), ..report }
}
