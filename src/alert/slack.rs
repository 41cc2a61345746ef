//! Messages as Slack and compatible services take them: blocks, within Slack's limits, and a text for what shows none.

use serde_json::{Value, json};

use super::{AlertControl, AlertMessage, How, NewFinding, ResolvedFinding, Why};
use crate::report::words::minute;
use crate::text;

/// The most sections about what happened, of the 50 blocks that Slack allows: three more are header, rest and footer.
const MOST_SECTIONS: usize = 47;
/// The most characters of a header.
const LONGEST_HEADER: usize = 150;
/// The most characters of a section, of the 3,000 that Slack allows.
const LONGEST_SECTION: usize = 2_900;
/// The most characters of the text for what shows no blocks.
const LONGEST_TEXT: usize = 3_500;
/// The most findings of a control.
const MOST_FINDINGS: usize = 8;
/// The most columns of the workspace's name.
const LONGEST_NAME: usize = 60;
/// The most columns of a finding.
const LONGEST_LINE: usize = 200;

/// The message as Slack takes it.
pub(super) fn render(alert: &AlertMessage) -> Value {
    let (headline, sections) = (escape(&headline(alert)), sections(alert));
    let left_out = sections.len().saturating_sub(MOST_SECTIONS) + alert.omitted;
    let more = (left_out > 0).then(|| {
        let run = alert.run.map(|run| format!(": intercom-harden history show {run}")).unwrap_or_default();
        format!("… and {left_out} more{run}")
    });
    let parts = sections.into_iter().take(MOST_SECTIONS).chain(more).chain([footer(alert)]);
    let parts: Vec<_> = parts.map(|part| cut(part, LONGEST_SECTION)).collect();
    let text = cut(format!("*{headline}*\n\n{}", parts.join("\n\n")), LONGEST_TEXT);
    let header = json!({ "type": "plain_text", "text": cut(headline, LONGEST_HEADER), "emoji": false });
    let mut blocks = vec![json!({ "type": "header", "text": header })];
    // Nothing in them becomes a link by itself.
    let section =
        |text| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } });
    blocks.extend(parts.into_iter().map(section));
    json!({ "text": text, "blocks": blocks })
}

/// What happened, in a few words, and where.
fn headline(alert: &AlertMessage) -> String {
    if alert.test {
        return format!("Test of alert {}", alert.alert);
    }
    let workspace = alert.workspace.as_ref();
    let workspace = workspace.map_or("Intercom", |one| one.name.as_deref().unwrap_or(&one.id));
    let workspace = text::line(workspace, LONGEST_NAME);
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let parts = [
        count(alert.new.len(), "new finding", "new findings"),
        count(alert.incomplete.len(), "source cannot be read", "sources cannot be read"),
        count(alert.undecided.len(), "control no longer decided", "controls no longer decided"),
        count(alert.resolved.len(), "resolved", "resolved"),
    ];
    format!("{workspace}: {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// A section for each control with new findings, and one for each further thing.
fn sections(alert: &AlertMessage) -> Vec<String> {
    if alert.test {
        return vec!["The address works. No finding is behind this message.".to_owned()];
    }
    let mut sections = Vec::new();
    for findings in alert.new.chunk_by(|one, other| one.control.id == other.control.id) {
        let [first, ..] = findings else { continue };
        let mut lines = vec![title(&first.control)];
        lines.extend(findings.iter().take(MOST_FINDINGS).map(|finding| format!("• {}", line(finding))));
        if findings.len() > MOST_FINDINGS {
            lines.push(format!("• … and {} more", findings.len() - MOST_FINDINGS));
        }
        lines.extend(first.next.as_ref().map(|next| format!("Next: {}", short(next))));
        sections.push(lines.join("\n"));
    }
    for source in &alert.incomplete {
        let reason =
            source.reason.as_deref().map(|reason| format!(": {}", short(reason))).unwrap_or_default();
        let status = source.status.map_or("failed", |status| status.as_str());
        sections.push(format!("*Incomplete:* {} ({status}){reason}", short(&source.name)));
    }
    for undecided in &alert.undecided {
        let reason = short(&undecided.reason);
        sections.push(format!("{}\nNo longer decided: {reason}", title(&undecided.control)));
    }
    for findings in alert.resolved.chunk_by(|one, other| one.control.id == other.control.id) {
        let [first, ..] = findings else { continue };
        let mut lines = vec![format!("Resolved: {}", title(&first.control))];
        let resolved = |ResolvedFinding { subject, message, how, .. }: &ResolvedFinding| {
            let how = match how {
                How::Fixed => "fixed",
                How::Reviewed => "reviewed",
            };
            format!("• {} ({how})", short(&format!("{subject}: {message}")))
        };
        lines.extend(findings.iter().take(MOST_FINDINGS).map(resolved));
        if findings.len() > MOST_FINDINGS {
            lines.push(format!("• … and {} more", findings.len() - MOST_FINDINGS));
        }
        sections.push(lines.join("\n"));
    }
    sections
}

fn title(AlertControl { id, title, level, .. }: &AlertControl) -> String {
    format!("*{} {}* ({})", short(id), short(title), level.label())
}

/// Who is concerned, what is wrong, and since when.
fn line(finding: &NewFinding) -> String {
    let NewFinding { why, subject, message, .. } = finding;
    match why {
        Why::New => short(&format!("{subject}: {message}")),
        Why::WaiverEnded => format!("{} (the waiver has ended)", short(&format!("{subject}: {message}"))),
        Why::Incomparable => format!("{} (cannot be compared with an earlier run)", short(message)),
    }
}

fn footer(alert: &AlertMessage) -> String {
    let run = alert.run.map(|run| format!("Run {run} of ")).unwrap_or_default();
    format!("{run}{} UTC, alert {}", minute(alert.at), escape(&alert.alert))
}

/// A line of foreign text, escaped and of bounded length.
fn short(text: &str) -> String {
    escape(&text::line(text, LONGEST_LINE))
}

/// Makes text from outside a text: these three characters begin everything that Slack acts on, mentions and links included.
fn escape(text: &str) -> String {
    text::terminal(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The beginning of a text that is escaped, of at most so many characters; no escape is cut through.
fn cut(text: String, most: usize) -> String {
    if text.chars().count() <= most {
        return text;
    }
    let end = text.char_indices().nth(most.saturating_sub(1)).map_or(text.len(), |(end, _)| end);
    let kept = text.get(..end).unwrap_or_default();
    // An escape has at most five characters: `&amp;`.
    let whole = kept.rfind('&').filter(|at| !kept.get(*at..).is_some_and(|rest| rest.contains(';')));
    format!("{}…", kept.get(..whole.unwrap_or(kept.len())).unwrap_or_default())
}
