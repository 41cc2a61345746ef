//! What was scanned and under which rules, how well it could be read, and what to know before believing the rest.

use maud::{Markup, html};

use super::parts::{head, listed};
use super::text::{NAME, SENTENCE, shown, soft};
use crate::directory::RosterInfo;
use crate::report::words::{self, REDACTED, counted};
use crate::report::{Report, SourceReport};
use crate::sources::Provenance;

/// The longest warning shown, in columns: some list names.
const WARNING: usize = 1_000;

/// The longest name of a workspace in the heading, in columns.
const HEADING: usize = 80;

/// How much is shown of the first one while the others are folded.
const FIRST_WARNING: usize = 120;

/// How many warnings, and how many settings that weaken the result, are listed.
const MAX_LINES: usize = 50;

/// The head of the page.
pub(super) fn masthead(report: &Report) -> Markup {
    let workspace = &report.workspace;
    let scan = &report.scan;
    html! {
        header.masthead {
            div.brand {
                p { "intercom-harden " span { (if report.is_of_policy() { "Access against policy" } else { "Security posture report" }) } }
                button #theme type="button" hidden { "Dark" }
            }
            h1 { (soft(words::workspace(&report.workspace), HEADING)) }
            @if scan.source == Provenance::Demo {
                p.lede { "The built-in sample workspace: nothing below is about yours." }
            }
            @if scan.redacted { p.lede { "Redacted: " (REDACTED) "." } }
            dl {
                @if let Some(id) = &workspace.id { div { dt { "Workspace" } dd { (soft(id, NAME)) } } }
                @if let Some(region) = &workspace.region { div { dt { "Region" } dd { (soft(region, NAME)) } } }
                @if let Some(teammates) = workspace.teammates { div { dt { "Teammates" } dd { (teammates) } } }
                div { dt { "Scanned" } dd { (words::minute(scan.at)) " UTC" } }
                div {
                    dt { "Window" }
                    dd { (words::days(scan.window)) }
                }
                div { dt { "Levels" } dd { "up to " (scan.level.label()) } }
                @if !report.is_of_policy() {
                    div { dt { "Guide" } dd { (soft(&words::guide(report, str::to_owned), SENTENCE)) } }
                }
            }
        }
    }
}

/// What the reader should know first: the first in short, all of them folded.
pub(super) fn warnings(report: &Report) -> Markup {
    let all = words::to_know(report);
    html! {
        @if let Some(first) = all.first() {
            details.warnings {
                summary {
                    h2 { (counted(all.len() as u64, "warning")) } " "
                    span.first { (soft(first, FIRST_WARNING)) }
                }
                ul { (listed(&all, MAX_LINES, |line| soft(line, WARNING))) }
            }
        }
    }
}

/// The sources and the configuration.
pub(super) fn section(report: &Report) -> Markup {
    html! {
        section aria-labelledby="sources-heading" {
            h2 #sources-heading { "What was read" }
            div.scroll tabindex="0" role="group" aria-labelledby="sources-heading" {
                table.sources {
                    (head([
                        ("Source", false),
                        ("Outcome", false),
                        ("Records", true),
                        ("Requests", true),
                        ("Permission that opens it", false),
                    ]))
                    tbody { @for source in &report.sources { (row(source)) } }
                }
            }
            @if !report.scan.rosters.is_empty() {
                h3 { "Rosters" }
                ul { (listed(&report.scan.rosters, MAX_LINES, of_roster)) }
            }
            @if let Some(config) = &report.scan.config {
                h3 { "Configuration" }
                p { code { (soft(&config.path, NAME)) } " " span.digest { (soft(&config.digest, NAME)) } }
            }
        }
    }
}

fn of_roster(roster: &RosterInfo) -> Markup {
    html! {
        code { (soft(&roster.path, NAME)) } " (" (roster.kind.title()) ", " (words::people(roster.people))
        @if roster.unreadable > 0 { ", " (counted(roster.unreadable as u64, "row")) " not readable" }
        ") " span.digest { (soft(&roster.digest, NAME)) }
    }
}

fn row(source: &SourceReport) -> Markup {
    html! {
        tr {
            th scope="row" { (source.id.describe()) br; code { (soft(&source.endpoint, NAME)) } }
            td {
                (words::outcome(source.status))
                @if let Some(detail) = &source.detail { br; span.detail { (soft(detail, SENTENCE)) } }
            }
            td.number { (source.records) }
            td.number { (source.requests) }
            td { (source.id.scope()) }
        }
    }
}

/// The foot of the page.
pub(super) fn footer(report: &Report) -> Markup {
    html! {
        footer {
            p { "Made by intercom-harden " (shown(&report.tool.version, NAME)) "; the page is complete in itself and loads nothing." }
            p.digest {
                (counted(report.catalog.controls as u64, "control")) ", " (soft(&report.catalog.digest, NAME))
            }
        }
    }
}
