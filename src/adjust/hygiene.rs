//! Hygiene: which attestations, waivers and reviews need attention, because they do not count or match nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Scanned;
use super::attestations::valid_until;
use super::reviews::Named;
use super::waivers::Met;
use crate::assessment::Assessment;
use crate::config::{Config, Reviewed};
use crate::warning::{Covers, Entry, EntryProblem, Warning};
use crate::{address, casefold};

/// How long before its end something is called out, in days.
const NOTICE_DAYS: i64 = 14;

/// An entry, as far as its dates and its target go.
struct Dated {
    entry: Entry,
    line: usize,
    on: Option<Date>,
    expires: Option<Date>,
    /// For how many days its control lets it count, where that is less than it says.
    limit: Option<u16>,
    problem: Option<EntryProblem>,
}

/// Every attestation, waiver and review that needs attention. `met` says for each waiver what there was for it to cover.
pub(super) fn complaints(
    config: &Config,
    met: &[Met],
    assessments: &[Assessment],
    scanned: &Scanned<'_>,
) -> Vec<Warning> {
    let today = scanned.today;
    let control = |id: &str| scanned.catalog.find(id).ok().map(|definition| &definition.control);
    let attestations = config.attestations.iter().map(|attestation| {
        let limit = control(&attestation.control).map(|control| control.attest_for);
        let until = limit.map_or(attestation.expires, |limit| valid_until(attestation, limit));
        Dated {
            entry: Entry::Attestation { control: attestation.control.clone() },
            line: attestation.line,
            on: Some(attestation.on),
            expires: Some(until),
            limit: limit.filter(|_| until < attestation.expires),
            problem: None,
        }
    });
    let waivers = config.waivers.iter().zip(met).map(|(waiver, met)| {
        let on = waiver.waiver.on;
        // Its event has left the window as it should.
        let aged_out = waiver.event.is_some() && on.is_some_and(|on| on < scanned.since);
        Dated {
            entry: Entry::Waiver {
                control: waiver.control.clone(),
                covers: match (&waiver.subject, &waiver.event) {
                    (Some(subject), _) => Covers::Subject(subject.clone()),
                    (None, Some(event)) => Covers::Event(event.clone()),
                    (None, None) => Covers::All,
                },
            },
            line: waiver.line,
            on,
            expires: Some(waiver.waiver.expires),
            limit: None,
            problem: match met {
                Met::Nothing if !aged_out => Some(EntryProblem::MatchesNothing),
                Met::Events(events) => Some(EntryProblem::Ambiguous { events: *events }),
                Met::SharedEvent => Some(EntryProblem::SharedEvent),
                Met::Nothing | Met::Something => None,
            },
        }
    });
    let reviewable: BTreeSet<&str> =
        scanned.catalog.definitions.iter().flat_map(|one| one.rules.reviewable_types()).collect();
    let looked = scanned.log_complete && assessments.iter().any(|one| !one.control.reviewable.is_empty());
    let reviews = config.reviewed.iter().map(|review| Dated {
        entry: Entry::Review { event: review.event.clone() },
        line: review.line,
        on: Some(review.review.on),
        expires: None,
        limit: None,
        problem: review_problem(review, &reviewable, looked, scanned),
    });
    let mut warnings = Vec::new();
    let mut first = BTreeMap::new();
    for dated in attestations.chain(waivers).chain(reviews) {
        let Dated { entry, line, on, expires, limit, problem } = dated;
        let exists = entry.control().is_none_or(|id| control(id).is_some());
        let mut say = |problem| {
            warnings.push(Warning::Entry { path: config.path.clone(), line, entry: entry.clone(), problem });
        };
        if !exists {
            say(EntryProblem::UnknownControl);
        }
        match expires {
            Some(expires) if expires < today => say(EntryProblem::Expired { on: expires, limit }),
            Some(expires) if soon(expires, today) => say(EntryProblem::Expires { on: expires, limit }),
            _ => {}
        }
        if let Some(on) = on.filter(|on| *on > today) {
            say(EntryProblem::Future(on));
        }
        if let Some(problem) = problem.filter(|_| exists) {
            say(problem);
        }
        // An entry of another day is a renewal, which may begin before the renewed one ends. An event is reviewed once.
        let key = (folded(&entry), on.filter(|_| entry.control().is_some()));
        if let Some(line) = first.get(&key) {
            say(EntryProblem::Twice { line: *line });
        } else {
            first.insert(key, line);
        }
    }
    warnings
}

/// The entry in the form in which two are compared.
fn folded(entry: &Entry) -> Entry {
    let mut folded = entry.clone();
    if let Entry::Attestation { control } | Entry::Waiver { control, .. } = &mut folded {
        *control = casefold::fold(control).into_owned();
    }
    if let Entry::Waiver { covers: Covers::Subject(subject), .. } = &mut folded {
        *subject = address::fold(subject).into_owned();
    }
    folded
}

/// Why a review that is in force counts for nothing, unless its event has left the window as it should.
fn review_problem(
    review: &Reviewed,
    reviewable: &BTreeSet<&str>,
    looked: bool,
    scanned: &Scanned<'_>,
) -> Option<EntryProblem> {
    match scanned.events.named(&review.event) {
        Named::Several => Some(EntryProblem::SharedEvent),
        Named::One(name) if !name.is_empty() && !reviewable.contains(&*name) => {
            Some(EntryProblem::NotReviewable { event_type: name })
        }
        Named::One(_) => None,
        // While it cannot be told, it is not blamed.
        Named::None => (looked && review.review.on >= scanned.since).then_some(EntryProblem::MatchesNothing),
    }
}

fn soon(expires: Date, today: Date) -> bool {
    today.checked_add(NOTICE_DAYS.days()).is_ok_and(|limit| expires <= limit)
}
