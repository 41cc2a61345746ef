//! A comparison as a page for a browser: complete in itself, and without a script.

use maud::{Markup, html};

use super::parts::{Line, Part, about, gate, nothing, parts};
use crate::casefold::capitalized;
use crate::diff::Diff;
use crate::report::html::{NAME, SENTENCE, page, shown, soft};
use crate::report::words::counted;

/// How many lines of a part are shown.
const MAX_LINES: usize = 500;

/// Renders the comparison.
pub(super) fn render(diff: &Diff<'_>) -> String {
    let (workspace, when) = about(diff);
    let body = html! {
        header.masthead {
            div.brand { p { "intercom-harden " span { "What changed" } } }
            h1 { (soft(workspace, NAME)) }
            p.lede { (when) }
        }
        main {
            @if diff.is_empty() {
                section aria-labelledby="nothing" { h2 #nothing { "Nothing changed" } p { (shown(&nothing(diff), SENTENCE)) } }
            } @else {
                (decision(diff))
                @for (number, part) in parts(diff).iter().enumerate() { (section(number, part)) }
            }
        }
        footer {
            p { (counted(diff.unchanged as u64, "control")) " ended as before. Made by intercom-harden " (diff.tool.version) "; the page is complete in itself and loads nothing." }
        }
    };
    page(&format!("{} · What changed", shown(workspace, NAME)), &body, "")
}

fn decision(diff: &Diff<'_>) -> Markup {
    let (outcome, why) = gate(diff);
    html! {
        section aria-labelledby="gate" {
            h2 #gate { "Gate " (outcome) }
            p { (shown(&capitalized(&why), SENTENCE)) }
            @for warning in &diff.warnings { p { (shown(warning, SENTENCE)) } }
        }
    }
}

fn section(number: usize, Part { title, lines, .. }: &Part) -> Markup {
    let id = format!("part-{number}");
    html! {
        section.brief aria-labelledby=(id) {
            h2 id=(id) { (title) " (" (lines.len()) ")" }
            ul {
                @for line in lines.iter().take(MAX_LINES) { li { (one(line)) } }
                @if lines.len() > MAX_LINES { li.more { (lines.len() - MAX_LINES) " more in the JSON of the comparison" } }
            }
        }
    }
}

fn one(Line { lead, text, next }: &Line) -> Markup {
    html! {
        strong { (soft(lead, NAME)) } " " (soft(text, SENTENCE))
        @if let Some(next) = next { span.next { strong { "Next" } ": " (soft(next, SENTENCE)) } }
    }
}
