//! Annotations of a GitHub Actions run, as workflow commands on standard output.
//!
//! A control that fails the gate is an error, another that fails a warning, one that could not be decided a notice. What
//! is waived or in the baseline, and what only a person can tell, is not repeated on every run. GitHub shows ten of each
//! kind a step, so a control is one annotation with its findings inside. The last line sums up, so that a run in which
//! all is well says so too.
//!
//! ```text
//! ::error title=2.3 Limit admin access (L1)::5 of 12 teammates are privileged; at most 3 should be.%0A- ada@example.com: privileged: role Owner%0ANext: Settings > …
//! ::warning title=E6 No burst of failed sign-ins (L2)::1 address failed to sign in at least 10 times within 10 minutes.
//! ::notice title=X1 Every export is by a named approver (L3)::Not decided: The activity log could not be read.
//! ::error title=intercom-harden::Gate failed: 1 of 3 controls evaluated up to L1 fails: 2.3. Exit code 1.
//! ```

use super::item::{Item, items_of};
use super::words::{TOOL, counted, gate, more, next};
use super::{Control, Report};
use crate::exit::Exit;
use crate::sources::Provenance;
use crate::text;
use crate::verdict::Status;

/// How many findings an annotation lists: it is shown in a small box.
const MAX_FINDINGS: usize = 10;

/// The longest title of a control shown, in columns.
const TITLE_COLUMNS: usize = 90;

/// The longest id of a control shown, in columns.
const ID_COLUMNS: usize = 20;

/// The longest line of a message shown, in columns.
const LINE_COLUMNS: usize = 300;

/// How many of the report's warnings are repeated.
const MAX_WARNINGS: usize = 5;

/// Renders the annotations, one a line.
pub(super) fn render(report: &Report) -> String {
    let violates = |control: &Control| report.gate.violations.contains(&control.id);
    let mut lines = String::new();
    // GitHub drops what is too much from the end, so what fails the gate comes first.
    let (first, rest): (Vec<_>, Vec<_>) = report.by_priority().into_iter().partition(|one| violates(one));
    for control in first.into_iter().chain(rest) {
        let command = match control.status {
            _ if violates(control) => "error",
            Status::Fail if control.violates(false) => "warning",
            Status::Unknown if control.violates(true) => "notice",
            _ => continue,
        };
        lines.push_str(&of_control(command, control));
    }
    for warning in report.warnings.iter().take(MAX_WARNINGS) {
        lines.push_str(&annotation("warning", TOOL, std::slice::from_ref(warning)));
    }
    let command = match report.gate.exit_code {
        Exit::Success => "notice",
        _ => "error",
    };
    let mut summary = vec![gate(report)];
    if report.scan.source == Provenance::Demo {
        summary.push("The built-in sample workspace: none of this is about yours.".to_owned());
    }
    if let Some(rest @ 1..) = report.warnings.len().checked_sub(MAX_WARNINGS) {
        summary.push(format!("{} more in the JSON report.", counted(rest as u64, "warning")));
    }
    lines + &annotation(command, TOOL, &summary)
}

fn of_control(command: &str, control: &Control) -> String {
    let what = match control.status {
        Status::Unknown => format!("Not decided: {}", control.headline()),
        _ => control.headline().to_owned(),
    };
    let open: Vec<Item<'_>> = items_of(control)
        .filter(|item| item.finding.is_some() && !item.is_set_aside() && !item.in_baseline())
        .collect();
    let mut message = vec![what];
    message.extend(open.iter().take(MAX_FINDINGS).map(|item| format!("- {}", item.sentence())));
    if let Some(rest @ 1..) = open.len().checked_sub(MAX_FINDINGS) {
        message.push(more(rest));
    }
    message.extend(next(control).map(|next| format!("Next: {next}")));
    let id = text::line(&control.id, ID_COLUMNS);
    let title = text::line(&control.title, TITLE_COLUMNS);
    annotation(command, &format!("{id} {title} ({})", control.level.label()), &message)
}

/// Writes one command. What comes from outside stands behind the command's name and can start none of its own.
fn annotation(command: &str, title: &str, message: &[String]) -> String {
    let message: Vec<_> = message.iter().map(|line| data(line)).collect();
    format!("::{command} title={}::{}\n", property(title), message.join("%0A"))
}

/// Escapes the message of a command. Line breaks and other characters that act are spelled out before, and the older
/// form of a command, which is looked for anywhere in a line, is broken up.
fn data(text: &str) -> String {
    text::line(text, LINE_COLUMNS).replace('%', "%25").replace("##[", "## [")
}

/// Escapes a property of a command, which ends at a colon or comma.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::controls::Step;
    use crate::report::hostile;
    use crate::report::sample::sample;

    /// Reads a line as the runner does: name, title, message.
    pub(in crate::report) fn read(line: &str) -> (String, String, String) {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (command, properties) = head.split_once(' ').unwrap();
        let properties: Vec<_> = properties.split(',').collect();
        let [title] = properties[..] else { panic!("{properties:?}") };
        let title = title.strip_prefix("title=").unwrap().replace("%3A", ":").replace("%2C", ",");
        (command.to_owned(), title.replace("%25", "%"), message.replace("%0A", "\n").replace("%25", "%"))
    }

    #[test]
    fn the_gate_decides_between_errors_and_warnings() {
        let rendered = render(&sample());
        let lines: Vec<_> = rendered.lines().map(read).collect();
        let heads: Vec<_> = lines.iter().map(|(command, title, _)| format!("{command} {title}")).collect();
        assert_eq!(
            heads,
            [
                "error 2.3 Limit admin access to 2–3 people (L1)",
                "warning E6 No burst of failed sign-ins goes unexplained (L2)",
                "notice X1 Every export is by a named approver (L3)",
                "warning intercom-harden",
                "error intercom-harden",
            ]
        );
        assert!(lines[0].2.contains("\n- ada@example.com: privileged: role Owner\n"));
        assert!(lines[0].2.ends_with(
            "\nNext: Settings > Workspace > Teammates: Open each teammate of the list and choose a narrower role."
        ));
    }

    #[test]
    fn what_to_do_is_the_next_step_and_without_one_the_first() {
        let mut report = sample();
        let further = Step { title: "Then this".to_owned(), path: Vec::new(), actions: Vec::new() };
        for (next, action) in [(Some(further), "Then this"), (None, "a narrower role.")] {
            report.controls.iter_mut().for_each(|control| control.next_step.clone_from(&next));
            let rendered = render(&report);
            let of_control = rendered.lines().find(|line| line.contains("title=2.3")).unwrap();
            assert!(of_control.contains("%0ANext: ") && of_control.ends_with(action), "{of_control}");
        }
    }

    #[test]
    fn what_is_decided_or_known_is_not_repeated() {
        let mut report = sample();
        report.gate.violations.clear();
        report.gate.passed = true;
        report.gate.exit_code = Exit::Success;
        report.warnings.clear();
        report.controls[2].waived = Some(hostile::waiver("x"));
        report.controls[4].findings[0].in_baseline = true;
        report.controls[5].in_baseline = true;
        let rendered = render(&report);
        assert_eq!(rendered.lines().count(), 1, "{rendered}");
        assert!(rendered.starts_with("::notice title=intercom-harden::Gate passed"));
    }

    #[test]
    fn a_strict_gate_makes_errors_of_what_no_one_decided() {
        let mut report = sample();
        report.gate.strict = true;
        report.gate.violations = vec!["1.3".to_owned()];
        assert!(render(&report).starts_with("::error title=1.3 Configure session security (L1)::"));
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let rendered = render(&hostile::many(25));
        assert!(rendered.contains("person00009@") && !rendered.contains("person00010@"));
        assert!(rendered.contains("%0A… and 15 more (all of them in the JSON report)"));
    }
}
