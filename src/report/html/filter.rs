//! What narrows the list of controls down. It is hidden until the script is there to make it work.

use maud::{Markup, html};

use super::frameworks::{Framework, Index};
use super::text::{NAME, framework, shown};
use crate::level::Level;
use crate::report::Report;
use crate::report::words::counted;
use crate::verdict::Status;

/// The bar above the controls.
pub(super) fn bar(report: &Report, frameworks: &Index<'_>) -> Markup {
    let has = |status| report.assessments.iter().any(|one| one.verdict.status == status);
    let reaches = |level| report.assessments.iter().any(|one| one.control.level == level);
    html! {
        div #filters role="search" aria-label="Filter the controls" hidden {
            label.field {
                span { "Search" }
                input #search type="search" autocomplete="off" spellcheck="false"
                    placeholder="Title, person, reason …" aria-describedby="shown";
            }
            fieldset {
                legend { "Status" }
                @for status in Status::WORST_FIRST.into_iter().filter(|&status| has(status)) {
                    (choice("status", status.as_str(), word(status)))
                }
            }
            fieldset {
                legend { "Level" }
                @for level in Level::ALL.into_iter().filter(|&level| reaches(level)) {
                    (choice("level", level.as_str(), level.label()))
                }
            }
            label.field {
                span { "Framework" }
                select #framework { (options(frameworks)) }
            }
            div.actions {
                p #shown role="status" aria-live="polite" {
                    (counted(report.assessments.len() as u64, "control"))
                }
                button #reset type="button" hidden { "Clear" }
                button #unfold type="button" { "Unfold all" }
            }
        }
    }
}

/// One of several things to choose.
fn choice(name: &str, value: &str, label: &str) -> Markup {
    html! {
        label.choice {
            input type="checkbox" name=(name) value=(value);
            span { (label) }
        }
    }
}

const fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "Pass",
        Status::Fail => "Fail",
        Status::Manual => "Manual",
        Status::Unknown => "Unknown",
    }
}

fn options(frameworks: &Index<'_>) -> Markup {
    html! {
        option value="" { "All" }
        @for Framework { id, number, controls } in frameworks.iter() {
            optgroup label=(framework(id)) {
                option value=(number) { "Anything in " (framework(id)) }
                @for (number, control) in controls {
                    option value=(number) { (shown(control.name.unwrap_or_default(), NAME)) }
                }
            }
        }
    }
}
