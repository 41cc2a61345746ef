//! The shape of the JSON report, apart from the program's own types, so that those may change.
//!
//! The order of the fields is the order in the output. Words are spelt out here wherever a type of the
//! program could come to be called otherwise.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts::Row;

mod activity;
mod convert;

use activity::ActivityObject;

/// The version of what this module writes.
pub(super) const SCHEMA_VERSION: &str = "1";

/// The whole report.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema_version: &'static str,
    tool: Tool,
    catalog: Catalog<'a>,
    scan: Scan<'a>,
    workspace: Workspace<'a>,
    sources: Vec<Source<'a>>,
    summary: Summary,
    controls: Vec<Control<'a>>,
    gate: GateObject<'a>,
    warnings: &'a [String],
    activity: Option<ActivityObject<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Catalog<'a> {
    guide_version: &'a str,
    digest: &'a str,
    controls: usize,
}

#[derive(Serialize)]
struct Scan<'a> {
    at: String,
    source: &'static str,
    level: &'static str,
    window: Window,
    duration_ms: Option<u64>,
    config: Option<Config<'a>>,
}

#[derive(Serialize)]
struct Window {
    since: String,
    until: String,
}

#[derive(Serialize)]
struct Config<'a> {
    path: &'a str,
    digest: &'a str,
    loosens: &'a [String],
}

#[derive(Serialize)]
struct Workspace<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    region: Option<&'a str>,
    teammates: Option<u64>,
}

#[derive(Serialize)]
struct Source<'a> {
    id: &'static str,
    endpoint: &'static str,
    status: &'static str,
    records: u64,
    requests: u64,
    scope: &'static str,
    detail: Option<&'a str>,
}

#[derive(Serialize)]
struct Summary {
    #[serde(flatten)]
    all: Counters,
    by_level: ByLevel,
}

#[derive(Serialize)]
struct Counters {
    pass: usize,
    fail: usize,
    manual: usize,
    unknown: usize,
    /// Controls laid aside by a waiver.
    waived: usize,
    /// Controls decided by an attestation.
    attested: usize,
    coverage: Option<f64>,
}

#[derive(Serialize)]
struct ByLevel {
    l1: Counters,
    l2: Counters,
    l3: Counters,
}

#[derive(Serialize)]
struct Control<'a> {
    id: &'a str,
    title: &'a str,
    level: &'static str,
    section: &'a str,
    status: &'static str,
    basis: Vec<&'static str>,
    reason: &'a str,
    findings: Vec<FindingObject<'a>>,
    waived: Option<DecisionObject<'a>>,
    attestation: Option<StatementObject<'a>>,
    context: &'a [String],
    frameworks: &'a BTreeMap<String, Vec<String>>,
    remediation: Vec<StepObject<'a>>,
    origin: String,
    replaces_built_in: bool,
    /// Whether the baseline has the control with the same status.
    known: bool,
}

#[derive(Serialize)]
struct FindingObject<'a> {
    fingerprint: &'a str,
    subject: &'a str,
    message: &'a str,
    evidence: &'a Row,
    waived: Option<DecisionObject<'a>>,
    /// Whether the baseline shows it too.
    known: bool,
}

/// A decision to live with something.
#[derive(Serialize)]
struct DecisionObject<'a> {
    reason: &'a str,
    by: &'a str,
    on: Option<String>,
    expires: String,
}

/// What a person saw and signed for.
#[derive(Serialize)]
struct StatementObject<'a> {
    result: &'static str,
    by: &'a str,
    on: String,
    expires: String,
    evidence: Option<&'a str>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct StepObject<'a> {
    title: &'a str,
    path: &'a [String],
    actions: &'a [String],
}

#[derive(Serialize)]
struct GateObject<'a> {
    fail_on: &'static str,
    strict: bool,
    passed: bool,
    violations: &'a [String],
    exit_code: u8,
    /// Whether stale attestations and waivers failed it.
    stale: bool,
}
