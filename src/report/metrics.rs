//! The scan in numbers, as OpenMetrics text: for Prometheus, mostly by way of a file that node_exporter's textfile
//! collector reads.
//!
//! That collector reads the older text format of Prometheus. Everything is a gauge without a timestamp, which both formats
//! know and write alike; units and the end are comments in the older one. Every series names the workspace, so that the
//! files of several can lie side by side, and the help of a metric is the same in each. No series names a person.
//!
//! ```text
//! # HELP intercom_harden_findings Findings of a control, by what became of them.
//! # TYPE intercom_harden_findings gauge
//! intercom_harden_findings{workspace="ab12cd34",control="2.3",level="l1",status="open"} 5
//! # EOF
//! ```

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;

use super::Report;
use super::item::{Item, items_of};
use crate::level::Level;
use crate::sources::SourceStatus;
use crate::text;
use crate::verdict::Status;

/// What every name begins with.
const PREFIX: &str = "intercom_harden_";

/// The units that a name may end in.
const UNITS: [&str; 2] = ["seconds", "ratio"];

/// The longest label, in columns.
const LABEL_COLUMNS: usize = 200;

/// What becomes of a finding.
const BECAME: [&str; 4] = ["open", "waived", "reviewed", "in-baseline"];

const SOURCE_STATES: [SourceStatus; 4] =
    [SourceStatus::Complete, SourceStatus::Skipped, SourceStatus::Forbidden, SourceStatus::Failed];

/// A series: its labels beside the workspace, and its value.
type Series<'a> = (Vec<(&'static str, &'a str)>, f64);

/// Writes the numbers. `oldest` has, for each level, since when its oldest finding is open.
///
/// # Errors
/// When they cannot be written.
pub(super) fn write(
    report: &Report,
    oldest: &BTreeMap<Level, Timestamp>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let workspace = label(report.workspace.id.as_deref().unwrap_or_default());
    let mut gauge =
        |name: &str, help: &str, series: Vec<Series<'_>>| family(out, &workspace, name, help, &series);
    let plain = |value: f64| vec![(Vec::new(), value)];
    let optional = |value: Option<f64>| value.map(plain).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (name, region) = (text(&report.workspace.name), text(&report.workspace.region));
    let about = vec![
        ("name", &*name),
        ("region", &*region),
        ("source", report.scan.source.as_str()),
        ("version", &*report.tool.version),
        ("guide_version", &*report.catalog.guide_version),
    ];
    gauge("scan_info", "What the last scan read, and by which rules; always 1.", vec![(about, 1.0)])?;
    let at = report.scan.at.as_second() as f64;
    gauge(
        "last_success_timestamp_seconds",
        "When the last scan that read the list of teammates in full was made.",
        optional(report.is_good().then_some(at)),
    )?;
    let duration = report.scan.duration_ms.map(|duration| duration as f64 / 1_000.0);
    gauge("scan_duration_seconds", "How long the scan took.", optional(duration))?;
    let exit = f64::from(report.gate.exit_code.code());
    gauge(
        "scan_exit_code",
        "How the scan ended: 0 the gate passed, 1 it failed, 3 not all could be read.",
        plain(exit),
    )?;
    gauge("gate_passed", "Whether the gate passed.", plain(truth(report.gate.passed)))?;
    gauge(
        "coverage_ratio",
        "The share of the controls that apply whose status is pass or fail.",
        optional(report.summary.all.coverage),
    )?;
    let teammates = report.workspace.teammates.map(|count| count as f64);
    gauge("teammates", "How many teammates the workspace has.", optional(teammates))?;

    let mut statuses = Vec::new();
    let mut findings = Vec::new();
    for control in &report.controls {
        let labels =
            |status| vec![("control", &*control.id), ("level", control.level.as_str()), ("status", status)];
        statuses.extend(Status::ALL.iter().map(|&one| (labels(one.as_str()), truth(control.status == one))));
        let found =
            || items_of(control).filter(|item| item.finding.is_some() || control.status == Status::Fail);
        let count = |status| found().filter(|item| became(item) == status).count() as f64;
        findings.extend(BECAME.iter().map(|&status| (labels(status), count(status))));
    }
    gauge("control_status", "Whether a control ended so.", statuses)?;
    gauge("findings", "Findings of a control, by what became of them.", findings)?;
    gauge(
        "oldest_open_finding_timestamp_seconds",
        "Since when the oldest finding of a level is open, as far as the store knows.",
        oldest
            .iter()
            .map(|(level, since)| (vec![("level", level.as_str())], since.as_second() as f64))
            .collect(),
    )?;

    let (mut states, mut records, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    for source in &report.sources {
        let id = ("source", source.id.as_str());
        states.extend(
            SOURCE_STATES.iter().map(|one| (vec![id, ("state", one.as_str())], truth(source.status == *one))),
        );
        records.push((vec![id], source.records as f64));
        requests.push((vec![id], source.requests as f64));
    }
    gauge("source_state", "Whether reading a source ended so.", states)?;
    gauge("source_records", "How many records the scan read from a source.", records)?;
    gauge(
        "source_requests",
        "How many requests the scan sent to a source, repeated ones included.",
        requests,
    )?;
    let used =
        report.scan.rate.filter(|rate| rate.limit > 0).map(|rate| rate.busiest as f64 / rate.limit as f64);
    gauge(
        "rate_limit_used_ratio",
        "The share of the app's rate limit that the scan used in its busiest ten seconds.",
        optional(used),
    )?;
    out.write_all(b"# EOF\n")
}

/// Writes a metric with its series; nothing where there is none.
fn family(
    out: &mut dyn Write,
    workspace: &str,
    name: &str,
    help: &str,
    series: &[Series<'_>],
) -> io::Result<()> {
    if series.is_empty() {
        return Ok(());
    }
    writeln!(out, "# HELP {PREFIX}{name} {help}\n# TYPE {PREFIX}{name} gauge")?;
    if let Some(unit) = UNITS.iter().find(|unit| name.ends_with(**unit)) {
        writeln!(out, "# UNIT {PREFIX}{name} {unit}")?;
    }
    for (labels, value) in series {
        write!(out, "{PREFIX}{name}{{workspace=\"{workspace}\"")?;
        for (name, value) in labels {
            write!(out, ",{name}=\"{}\"", label(value))?;
        }
        writeln!(out, "}} {value}")?;
    }
    Ok(())
}

/// A label's value: on one line, of bounded length, with what would end it escaped.
fn label(value: &str) -> String {
    text::line(value, LABEL_COLUMNS).replace('\\', r"\\").replace('"', "\\\"")
}

const fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

/// What became of a finding, the first that applies: a person took it out of the gate, or the baseline has it.
fn became(item: &Item<'_>) -> &'static str {
    match (item.reviewed(), item.waived(), item.in_baseline()) {
        (Some(_), ..) => "reviewed",
        (_, Some(_), _) => "waived",
        (.., true) => "in-baseline",
        _ => "open",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::hostile;
    use crate::report::json::in_memory;
    use crate::report::sample::sample;
    use crate::sources::RateUse;

    /// Name, labels and value of each series, as a reader takes them; panics at what none understands.
    pub(in crate::report) fn read(rendered: &str) -> Vec<(String, BTreeMap<String, String>, f64)> {
        let series = rendered.strip_suffix("# EOF\n").unwrap().lines().filter(|line| !line.starts_with('#'));
        series.map(one).collect()
    }

    fn one(line: &str) -> (String, BTreeMap<String, String>, f64) {
        let (name, rest) = line.split_once('{').unwrap();
        let (mut labels, mut rest) = (BTreeMap::new(), rest);
        while let Some((label, after)) = rest.split_once("=\"") {
            let mut value = String::new();
            let mut characters = after.char_indices();
            let end = loop {
                match characters.next().unwrap() {
                    (at, '"') => break at,
                    (_, '\\') => value.push(characters.next().unwrap().1),
                    (_, other) => value.push(other),
                }
            };
            assert!(labels.insert(label.to_owned(), value).is_none());
            rest = after.get(end + 1..).unwrap().trim_start_matches(',');
        }
        (name.to_owned(), labels, rest.strip_prefix("} ").unwrap().parse().unwrap())
    }

    fn render(report: &Report, oldest: &BTreeMap<Level, Timestamp>) -> String {
        in_memory(|out| write(report, oldest, out)).unwrap()
    }

    /// The value of the series of that name with all these labels.
    fn value(report: &Report, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let oldest = BTreeMap::from([(Level::L1, Timestamp::from_second(1_700_000_000).unwrap())]);
        let has = |all: &BTreeMap<String, String>| labels.iter().all(|(label, value)| all[*label] == *value);
        let found = read(&render(report, &oldest)).into_iter();
        let mut found = found.filter(|(full, all, _)| *full == format!("{PREFIX}{name}") && has(all));
        let value = found.next().map(|(.., value)| value);
        assert!(found.next().is_none(), "{name} {labels:?} is several");
        value
    }

    #[test]
    fn every_series_is_there_once_with_its_type_before_it() {
        let rendered = render(&hostile::report("a\"b\\c\nd"), &BTreeMap::new());
        let mut declared = BTreeSet::new();
        for line in rendered.lines() {
            match line.strip_prefix("# TYPE ").and_then(|line| line.strip_suffix(" gauge")) {
                Some(name) => assert!(declared.insert(name), "{name} is declared twice"),
                None => assert!(line.starts_with('#') || declared.contains(line.split('{').next().unwrap())),
            }
        }
        let series = read(&rendered);
        let told: BTreeSet<_> = series.iter().map(|(name, labels, _)| (name, labels)).collect();
        assert_eq!(told.len(), series.len());
        assert!(series.iter().all(|(_, labels, _)| labels["workspace"] == r#"a"b\c\nd"#));
    }

    #[test]
    fn findings_are_counted_by_what_became_of_them() {
        let mut report = sample();
        let of = |report: &Report, id: &str, status: &str| {
            value(report, "findings", &[("control", id), ("status", status)]).unwrap()
        };
        let open = of(&report, "2.3", "open");
        assert!(open > 2.0 && of(&report, "1.1", "open") == 0.0);
        report.controls[2].findings[0].in_baseline = true;
        assert_eq!((of(&report, "2.3", "open"), of(&report, "2.3", "in-baseline")), (open - 1.0, 1.0));
        report.controls[2].waived = Some(hostile::waiver("until March"));
        assert_eq!((of(&report, "2.3", "open"), of(&report, "2.3", "in-baseline")), (0.0, 0.0));
        // A control that fails without findings is one about the workspace; one that only waits is none.
        report.controls[2].waived = None;
        report.controls[2].findings.clear();
        report.controls[1].findings.clear();
        assert_eq!((of(&report, "2.3", "open"), of(&report, "1.3", "open")), (1.0, 0.0));
        let status = |status| value(&report, "control_status", &[("control", "2.3"), ("status", status)]);
        assert_eq!((status("fail"), status("pass")), (Some(1.0), Some(0.0)));
    }

    #[test]
    fn what_is_not_known_has_no_series() {
        let mut report = sample();
        report.scan.duration_ms = Some(1_500);
        report.scan.rate = Some(RateUse { limit: 1_000, busiest: 250 });
        let number = |report: &Report, name| value(report, name, &[]);
        assert_eq!(number(&report, "scan_duration_seconds"), Some(1.5));
        assert_eq!(number(&report, "rate_limit_used_ratio"), Some(0.25));
        assert_eq!(number(&report, "oldest_open_finding_timestamp_seconds"), Some(1.7e9));
        let at = report.scan.at.as_second() as f64;
        assert_eq!(number(&report, "last_success_timestamp_seconds"), Some(at));
        assert!(!render(&report, &BTreeMap::new()).contains("oldest"));
        report.scan.duration_ms = None;
        report.scan.rate = Some(RateUse { limit: 0, busiest: 250 });
        report.sources.iter_mut().for_each(|source| source.status = SourceStatus::Failed);
        for name in ["scan_duration_seconds", "rate_limit_used_ratio", "last_success_timestamp_seconds"] {
            assert_eq!(number(&report, name), None, "{name}");
        }
        assert_eq!(value(&report, "source_state", &[("source", "me"), ("state", "failed")]), Some(1.0));
    }
}
