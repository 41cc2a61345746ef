//! What became of single findings, which their fingerprints tell apart.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use super::comparable::{Comparable, is_read_whole, pairs};
use crate::level::Level;
use crate::report::{Control, Report, Window};
use crate::verdict::{Finding, Fingerprint, Status};

/// A finding that is new, gone, or decided otherwise.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct FindingChange<'a> {
    /// The id of its control.
    pub control: &'a str,
    /// The level at which its control is asked for.
    pub level: Level,
    /// What became of it.
    pub fate: Fate,
    /// Why it is gone; null where it is not.
    pub why: Option<Gone>,
    /// The finding, of the newer report where that has it.
    pub finding: &'a Finding,
}

/// What became of a finding, the most urgent first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub(crate) enum Fate {
    /// It was not there before.
    New,
    /// It was there and waived, and the waiver no longer holds.
    WaiverEnded,
    /// It was not looked for before: its newest evidence is older than the window of the earlier report.
    NotLookedFor,
    /// It is waived, and was not.
    Waived,
    /// It is no longer there.
    Gone,
}

/// Why a finding is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub(crate) enum Gone {
    /// A person looked at its event and found it in order.
    Reviewed,
    /// Its newest evidence is older than the window, so the scan did not look for it. That is not a remedy.
    AgedOut,
    /// Its control cannot be compared, or a source that it rests on was not read completely.
    Incomparable,
    /// It was looked for and is not there.
    Fixed,
}

/// A finding of an earlier report that is no violation in a later one.
pub(super) struct Missing<'a> {
    finding: &'a Finding,
    /// Whether it is still found and was reviewed.
    reviewed: bool,
}

impl Missing<'_> {
    /// Whether its newest evidence is too old to be found in the window.
    pub(super) fn is_older_than(&self, window: Window) -> bool {
        self.finding.last.is_some_and(|last| last < window.since)
    }
}

/// The findings of a control that counted before, and are not there now, or reviewed.
pub(super) fn missing<'a>(
    before: &'a Control,
    now: Option<&'a Control>,
) -> impl Iterator<Item = Missing<'a>> {
    let now = by_fingerprint(now);
    before.open().filter_map(move |finding| {
        let found = now.get(&finding.fingerprint);
        let reviewed = found.is_some_and(|found| found.is_reviewed());
        (found.is_none() || reviewed).then_some(Missing { finding, reviewed })
    })
}

fn by_fingerprint(control: Option<&Control>) -> BTreeMap<&Fingerprint, &Finding> {
    let findings = control.into_iter().flat_map(|control| &control.findings);
    findings.map(|finding| (&finding.fingerprint, finding)).collect()
}

/// What became of the findings of the controls that fail in one of the two.
pub(super) fn changes<'a>(
    old: &'a Report,
    new: &'a Report,
    comparable: &Comparable,
) -> Vec<FindingChange<'a>> {
    let mut changes = Vec::new();
    let mut pairs: Vec<_> = pairs(old, new).collect();
    pairs.sort_by_key(|(before, now)| now.or(*before).map(|control| (control.level, control.priority)));
    for (before, now) in pairs {
        let can_be_compared = comparable.obstacle(before, now).is_none();
        let mut note = |control: &'a Control, finding, fate, why| {
            changes.push(FindingChange { control: &control.id, level: control.level, fate, why, finding });
        };
        let fails = |control: &&Control| control.status == Status::Fail;
        if let Some(now) = now.filter(fails) {
            // What was reviewed then did not count: where that is withdrawn, it is news.
            let known: BTreeMap<_, _> = before
                .into_iter()
                .flat_map(Control::open)
                .map(|finding| (&finding.fingerprint, finding))
                .collect();
            for finding in now.open() {
                let is_waived = now.waived.is_some() || finding.waived.is_some();
                let was_waived = known
                    .get(&finding.fingerprint)
                    .map(|known| known.waived.is_some() || before.is_some_and(|one| one.waived.is_some()));
                match (was_waived, is_waived) {
                    (Some(true), false) => note(now, finding, Fate::WaiverEnded, None),
                    (Some(false), true) => note(now, finding, Fate::Waived, None),
                    (Some(_), _) => {}
                    (None, _) if !can_be_compared => {}
                    (None, true) => note(now, finding, Fate::Waived, None),
                    (None, false) => {
                        let missed = finding.last.is_some_and(|last| last < old.scan.window.since);
                        note(now, finding, if missed { Fate::NotLookedFor } else { Fate::New }, None);
                    }
                }
            }
        }
        if let Some(before) = before.filter(fails) {
            let is_over = can_be_compared && now.is_some_and(|now| is_read_whole(now, &new.sources));
            for gone in missing(before, now) {
                let why = match () {
                    () if gone.reviewed => Gone::Reviewed,
                    () if gone.is_older_than(new.scan.window) => Gone::AgedOut,
                    () if !is_over => Gone::Incomparable,
                    () => Gone::Fixed,
                };
                note(before, gone.finding, Fate::Gone, Some(why));
            }
        }
    }
    changes
}
