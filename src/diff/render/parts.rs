//! What a comparison says to people, part by part, in the order of their interest. Each format puts it into its own shape,
//! and escapes it.

use jiff::Timestamp;

use crate::diff::{
    ControlChange, ControlOutcome, Diff, Fate, FindingChange, Gone, Incomparable, PersonChange, PersonFate,
};
use crate::posture::SettingChange;
use crate::report::words::{self, action, counted, listed, minute, next_step};
use crate::terminal::style::Tone;

/// A part with its lines.
pub(super) struct Part {
    pub title: &'static str,
    pub tone: Tone,
    pub lines: Vec<Line>,
}

/// A line: what it is about, what happened, and what to do.
pub(super) struct Line {
    pub lead: String,
    pub text: String,
    pub next: Option<String>,
}

/// How many ids a line names.
const MAX_IDS: usize = 12;

/// The head of a comparison: which workspace, and when.
pub(super) fn about<'a>(diff: &Diff<'a>) -> (&'a str, String) {
    let [old, new] = [diff.old.at, diff.new.at].map(minute);
    (words::workspace(diff.workspace), format!("{old} UTC compared with {new} UTC"))
}

/// What there is to say where nothing changed.
pub(super) fn nothing(diff: &Diff<'_>) -> String {
    let (workspace, when) = about(diff);
    format!("Nothing changed in {workspace}: {when}, {}.", counted(diff.unchanged as u64, "control"))
}

/// What decides the exit code, in a sentence.
pub(super) fn gate(diff: &Diff<'_>) -> (&'static str, String) {
    let gate = &diff.gate;
    let code = gate.exit_code.code();
    let Some(level) = gate.fail_on.level().map(crate::level::Level::label) else {
        return ("off", format!("nothing fails the comparison (--fail-on never). Exit code {code}."));
    };
    let incomparable = match gate.incomparable.as_slice() {
        [] => String::new(),
        ids => format!(" Failing, but cannot be compared: {}.", listed(ids, MAX_IDS)),
    };
    match gate.violations.as_slice() {
        [] => (
            "passed",
            format!("up to {level}, nothing regressed and nothing is new.{incomparable} Exit code {code}."),
        ),
        ids => {
            let what = counted(ids.len() as u64, "control");
            let verb = if ids.len() == 1 { "regressed or has" } else { "regressed or have" };
            let ids = listed(ids, MAX_IDS);
            (
                "failed",
                format!("{what} up to {level} {verb} new findings: {ids}.{incomparable} Exit code {code}."),
            )
        }
    }
}

/// The parts that have something to say.
pub(super) fn parts(diff: &Diff<'_>) -> Vec<Part> {
    let controls =
        |outcome: ControlOutcome| diff.controls.iter().filter(move |one| one.outcome == outcome).map(control);
    let findings = |fate: Fate| diff.findings.iter().filter(move |one| one.fate == fate).map(finding);
    // A control that does not fail any more says it for its findings.
    let gone = |why: Gone| {
        let still = move |one: &&FindingChange<'_>| {
            one.why == Some(why) && !diff.controls.iter().any(|other| other.id == one.control)
        };
        diff.findings.iter().filter(still).map(finding)
    };
    let all: [(&str, Tone, Vec<Line>); 13] = [
        ("Regressed", Tone::Bad, controls(ControlOutcome::Regressed).collect()),
        ("New findings", Tone::Bad, findings(Fate::New).collect()),
        ("No longer waived", Tone::Bad, findings(Fate::WaiverEnded).collect()),
        (
            "Outside the first report's window, so not new",
            Tone::Caution,
            findings(Fate::NotLookedFor).collect(),
        ),
        ("People", Tone::Label, diff.people.iter().map(person).collect()),
        ("Settings", Tone::Label, diff.settings.iter().map(|change| setting(change)).collect()),
        ("No longer decided", Tone::Caution, controls(ControlOutcome::NoLongerDecided).collect()),
        ("Cannot be compared", Tone::Caution, incomparable(diff)),
        (
            "Aged out, not fixed",
            Tone::Caution,
            controls(ControlOutcome::AgedOut).chain(gone(Gone::AgedOut)).collect(),
        ),
        ("Fixed", Tone::Good, controls(ControlOutcome::Fixed).chain(gone(Gone::Fixed)).collect()),
        ("Reviewed", Tone::Good, gone(Gone::Reviewed).collect()),
        ("Waived", Tone::Label, findings(Fate::Waived).collect()),
        ("Now decided", Tone::Good, controls(ControlOutcome::NowDecided).collect()),
    ];
    let said = all.into_iter().filter(|(_, _, lines)| !lines.is_empty());
    said.map(|(title, tone, lines)| Part { title, tone, lines }).collect()
}

fn control(change: &ControlChange<'_>) -> Line {
    let waived = if change.waived { "waived: " } else { "" };
    let text = match change.outcome {
        ControlOutcome::Regressed | ControlOutcome::NoLongerDecided => {
            change.headline.unwrap_or(change.title)
        }
        _ => change.title,
    };
    Line {
        lead: format!("{} {}", change.id, change.level.label()),
        text: format!("{waived}{text}"),
        next: next_step(change.control).filter(|_| change.fails()).map(action),
    }
}

fn finding(change: &FindingChange<'_>) -> Line {
    let lead = format!("{} {}", change.control, change.level.label());
    Line { lead, text: change.finding.sentence(), next: None }
}

fn person(change: &PersonChange<'_>) -> Line {
    let role = |access: &crate::diff::Access<'_>| {
        let role = access.role.map_or_else(|| "no role".to_owned(), |role| format!("role {}", role.trim()));
        if access.privilege == "privileged" { format!("{role}, administrator") } else { role }
    };
    let (lead, access) = match (change.fate, &change.from, &change.to) {
        (PersonFate::Joined, _, Some(to)) => ("joined", role(to)),
        (PersonFate::Left, Some(from), _) => ("left", format!("had {}", role(from))),
        (_, Some(from), Some(to)) => ("changed", format!("{} → {}", role(from), role(to))),
        _ => ("changed", String::new()),
    };
    Line { lead: lead.to_owned(), text: format!("{} ({access})", change.name), next: None }
}

fn setting(change: &SettingChange) -> Line {
    let by = change.by.as_deref().unwrap_or("a performer that the log does not name");
    let at =
        change.at.parse::<Timestamp>().map_or_else(|_| change.at.clone(), |at| format!("{} UTC", minute(at)));
    Line { lead: change.event_type.clone(), text: format!("changed on {at} by {by}"), next: None }
}

/// A line for each reason, with the controls that it holds for.
fn incomparable(diff: &Diff<'_>) -> Vec<Line> {
    let mut reasons: Vec<(Incomparable, Vec<&str>)> = Vec::new();
    for change in &diff.controls {
        let Some(why) = change.why else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, ids)) => ids.push(change.id),
            None => reasons.push((why, vec![change.id])),
        }
    }
    let line = |(why, ids): (Incomparable, Vec<&str>)| Line {
        lead: counted(ids.len() as u64, "control"),
        text: format!("{} {}", why.sentence(), listed(&ids, MAX_IDS)),
        next: None,
    };
    reasons.into_iter().map(line).collect()
}
