//! What code scanning shows as one alert: what one control finds about one person, or else a finding, or else a control
//! that has none.

use std::collections::BTreeMap;

use super::{MESSAGE_COLUMNS, line};
use crate::report::item::{Item, items_of};
use crate::report::words::{next, with_next};
use crate::report::{Control, Report};
use crate::verdict::{Fingerprint, Status};

/// How many findings about a person are told; the rest is counted.
const MAX_TOLD: usize = 5;

/// The longest next step of a message, in columns.
const NEXT_COLUMNS: usize = 400;

/// The findings that are one alert.
pub(super) struct Alert<'a> {
    /// The place of the control's rule.
    pub rule: usize,
    /// The first of them, or the control itself.
    pub first: Item<'a>,
    rest: Vec<Item<'a>>,
}

/// The alerts of a report, in the order of its controls. What is reviewed stays in sight, also where it leaves nothing that
/// fails.
pub(super) fn alerts(report: &Report) -> Vec<Alert<'_>> {
    report.controls.iter().enumerate().flat_map(|(rule, control)| of_control(rule, control)).collect()
}

fn of_control(rule: usize, control: &Control) -> Vec<Alert<'_>> {
    let shown = items_of(control).filter(|item| control.status == Status::Fail || item.reviewed().is_some());
    let (mut alerts, mut of_person) = (Vec::<Alert<'_>>::new(), BTreeMap::new());
    for item in shown {
        let place = of_person_alone(item).map(|person| *of_person.entry(person).or_insert(alerts.len()));
        match place.and_then(|place| alerts.get_mut(place)) {
            Some(alert) => alert.rest.push(item),
            None => alerts.push(Alert { rule, first: item, rest: Vec::new() }),
        }
    }
    alerts
}

/// The person, where further findings about them are no news. An event is news each time.
fn of_person_alone(item: Item<'_>) -> Option<&str> {
    let event = item.finding.and_then(|finding| finding.event.as_ref());
    item.person().filter(|_| event.is_none())
}

impl<'a> Alert<'a> {
    /// Everything it is made of.
    pub(super) fn items(&self) -> impl Iterator<Item = Item<'a>> + '_ {
        std::iter::once(self.first).chain(self.rest.iter().copied())
    }

    /// Identifies it across runs: further findings about the same person are no other alert.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        match of_person_alone(self.first) {
            Some(person) => Fingerprint::new(&self.first.control.id, "", [person]),
            None => self.first.fingerprint(),
        }
    }

    /// Whether waivers and reviews cover all of it.
    pub(super) fn is_set_aside(&self) -> bool {
        self.items().all(|item| item.is_set_aside())
    }

    /// What it is to the baseline: the same, the same with more to it, or new.
    pub(super) fn baseline_state(&self) -> &'static str {
        match (self.items().any(|item| item.in_baseline()), self.items().all(|item| item.in_baseline())) {
            (_, true) => "unchanged",
            (true, false) => "updated",
            (false, false) => "new",
        }
    }

    /// Who or what it is about, what is wrong, and what to do. Of a person, what is set aside is told only where nothing else is left.
    pub(super) fn message(&self) -> String {
        let all = self.is_set_aside();
        let told: Vec<_> = self.items().filter(|item| all || !item.is_set_aside()).collect();
        let mut text = String::new();
        for item in told.iter().take(MAX_TOLD) {
            // The name of the person stands once.
            let named = !text.is_empty() && item.subject() == self.first.subject();
            let what = if named { item.message().to_owned() } else { item.sentence() };
            text.push_str(if text.is_empty() { "" } else { "; " });
            text.push_str(what.trim_end_matches('.'));
        }
        if let Some(left_out @ 1..) = told.len().checked_sub(MAX_TOLD) {
            text.push_str(&format!("; and {left_out} more"));
        }
        let next = next(self.first.control).map(|next| line(&next, NEXT_COLUMNS));
        with_next(&line(&text, MESSAGE_COLUMNS - NEXT_COLUMNS), next.as_deref())
    }
}
