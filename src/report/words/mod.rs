//! What several formats say in the same words: instants, steps, frameworks, severities, decisions.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::grouping::Grouping;
use super::{CatalogInfo, Control, Counters, Report, Window, WorkspaceInfo};
use crate::casefold::same_name;
use crate::level::Level;
use crate::posture::Person;
use crate::sources::SourceStatus;

mod decisions;
mod steps;

pub(super) use decisions::{attest_command, attested, covered, reason, review_command, set_aside, waived};
pub(crate) use steps::{action, next_step};
pub(super) use steps::{full_stop, next, step_and_place, steps, what_and_next, with_next};

/// The program's name, as reports carry it.
pub(super) const TOOL: &str = env!("CARGO_PKG_NAME");

/// What a report says of itself whose people and addresses are pseudonyms.
pub(super) const REDACTED: &str = "people and addresses are pseudonyms, the same ones under the same key";

/// An instant in UTC, in whole seconds: `2026-02-01T12:00:00Z`. The JSON report has no finer ones.
pub(crate) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time in UTC for people, to the minute: `2026-02-01 12:00`.
pub(crate) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// How bad it is when a control of that level fails: what every workspace should have comes first.
pub(super) const fn severity(level: Level) -> &'static str {
    match level {
        Level::L1 => "high",
        Level::L2 => "medium",
        Level::L3 => "low",
    }
}

/// `1 day`, `2 days`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `1 person`, `2 people`.
pub(super) fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// What a list says that does not show all.
pub(super) fn more(left_out: usize) -> String {
    format!("… and {left_out} more (all of them in the JSON report)")
}

/// What the workspace is called: its name, else its id.
pub(crate) fn workspace(WorkspaceInfo { id, name, .. }: &WorkspaceInfo) -> &str {
    let known = [name, id].into_iter().flatten().find(|known| !known.trim().is_empty());
    known.map_or("(workspace without a name)", |known| known)
}

/// What else is known of the workspace; `shown` escapes a value.
pub(super) fn about_workspace(report: &Report, shown: impl Fn(&str) -> String) -> String {
    let WorkspaceInfo { id, region, teammates, .. } = &report.workspace;
    let known =
        |value: &'_ Option<String>| value.as_deref().filter(|value| !value.trim().is_empty()).map(&shown);
    // An id that stands in for the name is not repeated.
    let id = known(id).filter(|_| id.as_deref() != Some(workspace(&report.workspace)));
    let id = id.map(|id| format!(" ({id})")).unwrap_or_default();
    let region = known(region).unwrap_or_else(|| "not readable".to_owned());
    let teammates =
        teammates.map_or_else(|| "teammates not readable".to_owned(), |count| counted(count, "teammate"));
    format!("{id}, region {region}, {teammates}")
}

/// How much was asked: `25 controls up to L3, Intercom Hardening Guide 0.2.0 (draft, AI drafted), https://…`.
pub(super) fn extent(report: &Report, shown: impl Fn(&str) -> String) -> String {
    let rules = if report.is_of_policy() { "declared policy".to_owned() } else { guide(report, shown) };
    let controls = counted(report.catalog.controls as u64, "control");
    format!("{controls} up to {}, {rules}", report.scan.level.label())
}

/// The window in days: `2026-07-02 to 2026-08-01 (30 days)`.
pub(super) fn days(window: Window) -> String {
    let [since, until] = [window.since, window.until].map(|at| at.strftime("%Y-%m-%d").to_string());
    format!("{since} to {until} ({})", span(window))
}

/// The day of a time that the API gave.
pub(super) fn day_of(time: &str) -> &str {
    time.split_once('T').map_or(time, |(day, _)| day)
}

/// What the reader should know first, what weakens the result included.
pub(super) fn to_know(report: &Report) -> Vec<String> {
    let weakens = report.scan.config.iter().flat_map(|config| &config.weakens);
    let weakens = weakens.map(|setting| format!("The configuration weakens the result: {setting}"));
    report.warnings.iter().cloned().chain(weakens).collect()
}

/// How long the window is, in whole days.
pub(super) fn span(window: Window) -> String {
    match window.until.duration_since(window.since).as_hours() / 24 {
        ..1 => "less than a day".to_owned(),
        days => counted(days.unsigned_abs(), "day"),
    }
}

/// How reading a source ended.
pub(super) const fn outcome(status: SourceStatus) -> &'static str {
    match status {
        SourceStatus::Complete => "complete",
        SourceStatus::Skipped => "not asked for",
        SourceStatus::Forbidden => "forbidden",
        SourceStatus::Failed => "failed",
    }
}

/// The columns of [`counts`].
pub(super) const COUNTS: [&str; 6] = ["Level", "Pass", "Fail", "Manual", "Unknown", "Coverage"];

/// How many controls ended how: a row for each level, and one for all.
pub(super) fn counts(report: &Report) -> impl Iterator<Item = [String; 6]> {
    let levels = report.summary.levels().map(|(level, counters)| (level.label(), counters));
    levels.chain([("All", &report.summary.all)]).map(|(label, counters)| {
        let Counters { pass, fail, manual, unknown, coverage, .. } = counters;
        let coverage = coverage.map_or_else(|| "-".to_owned(), percent);
        let [pass, fail, manual, unknown] = [pass, fail, manual, unknown].map(usize::to_string);
        [label.to_owned(), pass, fail, manual, unknown, coverage]
    })
}

/// How many controls people decided, in a sentence each.
pub(super) fn decisions(report: &Report) -> impl Iterator<Item = String> {
    let Counters { waived, attested, not_applicable, .. } = report.summary.all;
    [
        (waived, "left the gate by a decision"),
        (attested, "decided by what a person attested"),
        (not_applicable, "attested not to apply, and not part of the coverage"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}.", counted(count as u64, "control")))
}

/// Every framework control that a control is mapped to: `cis-v8 5.4`.
pub(super) fn mapped(frameworks: &BTreeMap<String, Vec<String>>) -> impl Iterator<Item = (&str, &str)> {
    frameworks.iter().flat_map(|(framework, ids)| ids.iter().map(move |id| (&**framework, &**id)))
}

/// The framework controls on one line, those that are not the guide's apart: `cis-v8 5.4; own mapping: soc2 CC6.1`.
pub(super) fn frameworks_in_a_line(control: &Control) -> String {
    let all = mapped(&control.frameworks);
    let (own, guide): (Vec<_>, Vec<_>) = all.partition(|(name, _)| is_own_mapping(control, name));
    let line = |part: Vec<(&str, &str)>| {
        part.into_iter().map(|(framework, id)| format!("{framework} {id}")).collect::<Vec<_>>().join(", ")
    };
    match (guide.is_empty(), own.is_empty()) {
        (_, true) => line(guide),
        (true, false) => format!("own mapping: {}", line(own)),
        (false, false) => format!("{}; own mapping: {}", line(guide), line(own)),
    }
}

/// Whether the mapping to a framework is not the guide's own.
pub(super) fn is_own_mapping(control: &Control, framework: &str) -> bool {
    control.own_mappings.iter().any(|own| own == framework)
}

/// Which controls the guide does not map to the framework itself: `Own mapping, not the guide's: 1.2, E3.`
fn own_mappings(report: &Report, framework: &str) -> Option<String> {
    let is_own = |control: &&Control| control.own_mappings.iter().any(|own| same_name(own, framework));
    let ids: Vec<&str> = report.controls.iter().filter(is_own).map(|control| &*control.id).collect();
    (!ids.is_empty()).then(|| format!("Own mapping, not the guide's: {}.", ids.join(", ")))
}

/// How to read the groups of a view.
pub(super) fn about_groups(report: &Report, by: &Grouping) -> String {
    let serves = "A control that passes serves what a framework asks for; it does not by itself meet it. ";
    let serves = if matches!(by, Grouping::Framework(_)) { serves } else { "" };
    let own = own_mappings(report, by.as_str()).unwrap_or_default();
    format!("The status of a group is the worst in it. {serves}{own}").trim_end().to_owned()
}

/// The first so many, and how many more there are.
pub(crate) fn listed(all: &[&str], most: usize) -> String {
    let shown = all.iter().take(most).copied().collect::<Vec<_>>().join(", ");
    match all.len().checked_sub(most) {
        None | Some(0) => shown,
        Some(left_out) => format!("{shown}, {left_out} more"),
    }
}

/// What a person is called: a teammate by address or name, others as the finding calls them.
pub(super) fn name_of<'a>(teammate: Option<&'a Person>, subject: &'a str) -> &'a str {
    teammate.map_or(subject, Person::address_or_name)
}

/// A share in whole percent.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// The guide that the controls follow: `Intercom Hardening Guide 0.2.0 (draft, AI drafted), https://…`.
pub(super) fn guide(report: &Report, shown: impl Fn(&str) -> String) -> String {
    let CatalogInfo { guide_version, guide_title, guide_url, guide_status, .. } = &report.catalog;
    let [version, title, url, status] =
        [guide_version, guide_title, guide_url, guide_status].map(|part| shown(part));
    format!("{title} {version} ({status}), {url}")
}

/// What else a reader has to know of the gate: a word for it, and what it is.
pub(super) fn beside_gate(report: &Report) -> impl Iterator<Item = (&'static str, String)> {
    let stale = report.stale_too().map(str::to_owned);
    [("Not evaluated", report.left_out()), ("Stale", stale), ("Incomplete", report.incomplete())]
        .into_iter()
        .filter_map(|(lead, what)| Some((lead, what?)))
}

/// How many controls fail: `10 of 26 controls fail`.
pub(super) fn failing(report: &Report) -> String {
    match (report.summary.all.fail, report.controls.len()) {
        (0, all) => format!("none of {} fails", counted(all as u64, "control")),
        (1, all) => format!("1 of {} fails", counted(all as u64, "control")),
        (fail, all) => format!("{fail} of {} fail", counted(all as u64, "control")),
    }
}

/// What the gate decided, in sentences with the exit code.
pub(super) fn gate(report: &Report) -> String {
    let mut sentences = format!("Gate {}: {}", report.outcome().into_str(), report.why());
    if !report.gate.violations.is_empty() {
        sentences.push_str(&format!(": {}", report.gate.violations.join(", ")));
    }
    for (lead, what) in beside_gate(report) {
        sentences.push_str(&format!(". {lead}: {what}"));
    }
    sentences + &format!(". Exit code {}.", report.gate.exit_code.code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::level::FailOn;
    use crate::report::hostile;
    use crate::report::sample::{recounted, sample};

    #[test]
    fn a_workspace_is_called_by_its_name_else_its_id() {
        let mut report = sample();
        let said = |report: &Report| {
            format!("{}{}", workspace(&report.workspace), about_workspace(report, str::to_owned))
        };
        assert_eq!(said(&report), "Example Support (ab12cd34), region EU, 12 teammates");
        report.workspace.name = Some(" ".to_owned());
        assert_eq!(said(&report), "ab12cd34, region EU, 12 teammates");
        report.workspace = WorkspaceInfo::default();
        let nothing = "(workspace without a name), region not readable, teammates not readable";
        assert_eq!(said(&report), nothing);
    }

    #[test]
    fn the_gate_says_what_it_decided() {
        let mut report = sample();
        assert_eq!(
            gate(&report),
            "Gate failed: 1 of 3 controls evaluated up to L1 fails: 2.3. Incomplete: not all could be read of the activity log. Exit code 1."
        );
        report.gate.violations.push("E6".to_owned());
        assert!(gate(&report).starts_with("Gate failed: 2 of 3 controls evaluated up to L1 fail: 2.3, E6."));
        report.gate.violations.clear();
        report.gate.passed = true;
        report.gate.exit_code = Exit::Incomplete;
        report.controls[2].waived = Some(hostile::waiver("until March"));
        let passed = "Gate passed: up to L1, of 3 controls evaluated, none fails, but for 1 control waived, reviewed or in the baseline.";
        assert!(gate(&report).starts_with(passed));
        report.controls.remove(2);
        assert!(
            gate(&report)
                .starts_with("Gate passed: up to L1, of 2 controls evaluated, none fails. Incomplete")
        );
        report.gate.left_out = vec!["1.2".to_owned(), "E4".to_owned()];
        assert!(gate(&report).contains(
            ". Not evaluated: 2 controls by --level, --skip, --control or the configuration: 1.2, E4. "
        ));
        report.gate.left_out.clear();
        report.gate.stale = true;
        report.gate.passed = false;
        assert!(gate(&report).starts_with("Gate failed: attestations, waivers or reviews need attention"));
        report.gate.violations.push("E6".to_owned());
        assert!(gate(&report).contains(": E6. Stale: attestations, waivers or reviews need attention"));
        report.gate.violations.clear();
        report.gate.stale = false;
        report.gate.passed = true;
        report.gate.fail_on = FailOn::Never;
        assert!(gate(&report).starts_with("Gate off: nothing fails the scan"));
        let mut report = recounted(report);
        report.gate.min_coverage = Some(67);
        report.gate.passed = false;
        assert!(
            gate(&report).starts_with("Gate failed: 2 of 5 controls pass or fail, less than 67 %. "),
            "{}",
            gate(&report)
        );
    }
}
