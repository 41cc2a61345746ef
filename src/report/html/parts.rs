//! What several sections of the page are made of.

use maud::{Markup, html};

use super::text::{NAME, SENTENCE, shown, soft};
use crate::casefold::capitalized;
use crate::report::Control;
use crate::report::words::{action, next_step};
use crate::verdict::{Review, Status, Waiver};

/// The longest headline or action in a list, in columns.
pub(super) const SHORT: usize = 240;

/// The word for a status, with a sign, so that nothing is told by colour alone.
pub(super) fn chip(status: Status) -> Markup {
    let sign = match status {
        Status::Pass => "✓",
        Status::Fail => "✕",
        Status::Manual => "○",
        Status::Unknown => "?",
    };
    html! {
        span class={ "chip " (status.as_str()) } { span.sign aria-hidden="true" { (sign) } (capitalized(status.as_str())) }
    }
}

/// The head of a table: the names of the columns, and which of them hold numbers. One without a name holds drawings.
pub(super) fn head<'a>(columns: impl IntoIterator<Item = (&'a str, bool)>) -> Markup {
    html! {
        thead {
            tr {
                @for (name, numbers) in columns {
                    @if name.is_empty() { td {} } @else { th class=[numbers.then_some("number")] scope="col" { (name) } }
                }
            }
        }
    }
}

/// The name of a control's place in the page: `control-2-3`. Ids are plain words, also in reports that are read back.
pub(super) fn anchor(id: &str) -> String {
    format!("control-{}", id.replace('-', "__").replace('.', "-"))
}

/// A link to a control, by its id.
pub(super) fn to_control(control: &Control) -> Markup {
    html! { a href={ "#" (anchor(&control.id)) } title=(shown(&control.title, NAME)) { (shown(&control.id, NAME)) } }
}

/// The first action of the step that comes next, and how long it takes.
pub(super) fn next(control: &Control) -> Markup {
    let effort = shown(control.effort.trim(), NAME);
    html! {
        @if let Some(step) = next_step(control) {
            span.next {
                strong { "Next" } @if !effort.is_empty() { " (" (effort) ")" } ": "
                (soft(&action(step), SHORT))
            }
        }
    }
}

/// A waiver in a sentence.
pub(super) fn waiver(waiver: &Waiver) -> Markup {
    let on = waiver.on.map(|on| format!(" on {on}")).unwrap_or_default();
    let Waiver { reason, by, expires, .. } = waiver;
    html! { "By " (soft(by, NAME)) (on) ", until " (expires.to_string()) ": " (soft(reason, SENTENCE)) }
}

/// A review in a sentence.
pub(super) fn review(Review { by, on, note }: &Review) -> Markup {
    html! { "By " (soft(by, NAME)) " on " (on.to_string()) @if let Some(note) = note { ": " (soft(note, SENTENCE)) } }
}

/// The elements of a list, that many at most, with a last one that counts the rest.
pub(super) fn listed<T>(all: &[T], most: usize, one: impl Fn(&T) -> Markup) -> Markup {
    html! {
        @for element in all.iter().take(most) { li { (one(element)) } }
        @if all.len() > most { li.more { (all.len() - most) " more in the JSON report" } }
    }
}
