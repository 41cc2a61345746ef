//! Composing messages: what a destination asks for, of what a run brought.

use jiff::Timestamp;

use super::{
    AlertControl, AlertMessage, AlertWorkspace, How, IncompleteSource, NewFinding, ResolvedFinding,
    UndecidedControl, Why,
};
use crate::casefold::same_name;
use crate::config::{self, Occasion};
use crate::diff::Gone;
use crate::digest;
use crate::report::words::{action, next_step};
use crate::report::{Control, Item, Report, SchemaVersion};
use crate::sources::SourceId;
use crate::store::{Changes, End, Message, OpenedFinding};

/// The most entries of a list.
const MOST: usize = 1_000;
/// The longest text of an entry, in characters.
const LONGEST: usize = 1_000;

/// What is known of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunFacts<'a> {
    /// The id of the workspace.
    pub workspace: &'a str,
    /// The instant of evaluation.
    pub at: Timestamp,
    /// The report, or why there is none.
    pub outcome: Result<&'a Report, &'a str>,
}

/// The messages about a run, one for each destination that is to be told. The first run of a workspace has none.
pub(crate) fn compose<'a>(
    alerts: impl IntoIterator<Item = &'a config::Alert>,
    facts: RunFacts<'_>,
    run: i64,
    changes: &Changes<'_>,
) -> Vec<Message> {
    if changes.first {
        return Vec::new();
    }
    let told = alerts.into_iter().map(|alert| of_run(alert, facts, run, changes));
    told.filter(|alert| !alert.is_empty()).filter_map(|alert| message(&alert)).collect()
}

/// A message that says no more than that it arrived.
pub(crate) fn test_message(name: &str, at: Timestamp) -> Option<Message> {
    message(&AlertMessage { id: id(&["test", name, &at.to_string()]), test: true, ..empty(name, at) })
}

fn message(alert: &AlertMessage) -> Option<Message> {
    // No field of it has anything that JSON cannot express.
    let body = serde_json::to_string(alert).ok()?;
    Some(Message { id: alert.id.clone(), destination: alert.alert.clone(), body })
}

/// The same for the same run and destination.
fn id(parts: &[&str]) -> String {
    let digest = digest::of(parts.join("\n").as_bytes());
    format!("msg_{}", digest.trim_start_matches("sha256:").get(..32).unwrap_or_default())
}

fn empty(name: &str, at: Timestamp) -> AlertMessage {
    AlertMessage {
        schema_version: SchemaVersion::One,
        id: String::new(),
        alert: name.to_owned(),
        test: false,
        workspace: None,
        run: None,
        at: Timestamp::from_second(at.as_second()).unwrap_or(at),
        new: Vec::new(),
        resolved: Vec::new(),
        undecided: Vec::new(),
        incomplete: Vec::new(),
        omitted: 0,
    }
}

fn of_run(alert: &config::Alert, facts: RunFacts<'_>, run: i64, changes: &Changes<'_>) -> AlertMessage {
    let RunFacts { workspace, at, outcome } = facts;
    let report = outcome.ok();
    let info = report.map(|report| &report.workspace);
    let is_wanted =
        |id: &str| alert.controls.is_empty() || alert.controls.iter().any(|one| same_name(one, id));
    let is_told = |control: &&Control| control.level <= alert.level && is_wanted(&control.id);
    let control = |id: &String| report.and_then(|report| report.control(id)).filter(is_told);
    let on = |occasion| alert.on.contains(&occasion);

    let mut told = empty(&alert.name, at);
    told.id = id(&[workspace, &at.to_string(), &run.to_string(), &alert.name]);
    told.run = Some(run);
    told.workspace = Some(AlertWorkspace {
        id: workspace.to_owned(),
        name: info.and_then(|info| info.name.as_deref()).map(bounded),
        region: info.and_then(|info| info.region.clone()),
    });
    if on(Occasion::New) {
        let incomparable = changes.incomparable.iter().filter_map(control);
        let incomparable = incomparable.map(|control| news(Item::whole(control), Why::Incomparable));
        let opened = changes.opened.iter().filter(|opened| is_told(&opened.item.control));
        let opened = opened.map(|OpenedFinding { item, waiver_ended }| {
            news(*item, if *waiver_ended { Why::WaiverEnded } else { Why::New })
        });
        told.new = within(incomparable.chain(opened), &mut told.omitted);
    }
    if on(Occasion::Resolved) {
        let resolved = changes.ended.iter().filter_map(|ended| {
            let how = match ended.by {
                End::Gone(Gone::Fixed) => How::Fixed,
                End::Gone(Gone::Reviewed) => How::Reviewed,
                End::Gone(Gone::AgedOut | Gone::Incomparable) | End::Waived => return None,
            };
            Some(ResolvedFinding {
                control: about(control(&ended.control)?),
                how,
                fingerprint: ended.fingerprint.clone().try_into().ok()?,
                subject: bounded(&ended.subject),
                message: bounded(&ended.message),
                open_since: ended.open_since,
            })
        });
        told.resolved = within(resolved, &mut told.omitted);
    }
    if on(Occasion::Undecided) {
        let undecided = changes.undecided.iter().filter_map(control).map(|control| UndecidedControl {
            control: about(control),
            status: control.status,
            reason: bounded(control.headline()),
        });
        told.undecided = within(undecided, &mut told.omitted);
    }
    if on(Occasion::Incomplete) {
        // A source that none of the chosen controls reads is not missed.
        let is_read = |id: SourceId| {
            let mut controls = report.into_iter().flat_map(|report| &report.controls);
            alert.controls.is_empty()
                || id == SourceId::Admins
                || controls.any(|control| is_wanted(&control.id) && control.sources.contains(&id))
        };
        let incomplete = changes.incomplete.iter().filter_map(|name| {
            let source = report.and_then(|report| report.sources.iter().find(|one| one.id.as_str() == name));
            let Some(source) = source else {
                let reason = outcome.err().map(bounded);
                let name = (name.clone(), "the scan as a whole".to_owned());
                return Some(IncompleteSource { source: name.0, name: name.1, status: None, reason });
            };
            is_read(source.id).then(|| IncompleteSource {
                source: name.clone(),
                name: source.id.describe().to_owned(),
                status: Some(source.status),
                reason: source.detail.as_deref().map(bounded),
            })
        });
        told.incomplete = within(incomplete, &mut told.omitted);
    }
    told
}

fn about(control: &Control) -> AlertControl {
    AlertControl {
        id: control.id.clone(),
        slug: control.slug.clone(),
        title: control.title.clone(),
        level: control.level,
    }
}

fn news(item: Item<'_>, why: Why) -> NewFinding {
    let row = item.finding.map(|finding| finding.evidence.row()).unwrap_or_default();
    let column = |name: &str| row.get(name).and_then(|value| value.as_str());
    NewFinding {
        control: about(item.control),
        why,
        fingerprint: item.fingerprint(),
        subject: bounded(item.subject()),
        person: item.person().map(bounded),
        message: bounded(item.message()),
        by: column("by").map(bounded),
        at: column("at").and_then(|at| at.parse().ok()).or_else(|| item.finding?.last),
        event: item.finding.and_then(|finding| finding.event.as_deref()).map(bounded),
        next: next_step(item.control).map(action),
    }
}

/// The beginning of a text.
fn bounded(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// As many entries as a list may have; the rest is counted.
fn within<T>(entries: impl Iterator<Item = T>, omitted: &mut usize) -> Vec<T> {
    let mut entries = entries.fuse();
    let kept = entries.by_ref().take(MOST).collect();
    *omitted += entries.count();
    kept
}
