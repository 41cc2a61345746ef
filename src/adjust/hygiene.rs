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
use crate::warning::{Adjustment, AdjustmentProblem, Covers, Warning};
use crate::{address, casefold};

/// How long before its end something is called out, in days.
const NOTICE_DAYS: i64 = 14;

/// The dates and the target of an adjustment.
struct Dated {
    adjustment: Adjustment,
    line: usize,
    on: Option<Date>,
    expires: Option<Date>,
    /// For how many days its control lets it count, where that is less than it says.
    limit: Option<u16>,
    problem: Option<AdjustmentProblem>,
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
            adjustment: Adjustment::Attestation { control: attestation.control.clone() },
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
            adjustment: Adjustment::Waiver {
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
                Met::Nothing if !aged_out => Some(AdjustmentProblem::MatchesNothing),
                Met::Events(events) => Some(AdjustmentProblem::Ambiguous { events: *events }),
                Met::SharedEvent => Some(AdjustmentProblem::SharedEvent),
                Met::Nothing | Met::Something => None,
            },
        }
    });
    let reviewable: BTreeSet<&str> =
        scanned.catalog.definitions.iter().flat_map(|one| one.rules.reviewable_types()).collect();
    let looked = scanned.log_complete && assessments.iter().any(|one| !one.control.reviewable.is_empty());
    let reviews = config.reviewed.iter().map(|review| Dated {
        adjustment: Adjustment::Review { event: review.event.clone() },
        line: review.line,
        on: Some(review.review.on),
        expires: None,
        limit: None,
        problem: review_problem(review, &reviewable, looked, scanned),
    });
    let mut warnings = Vec::new();
    let mut first = BTreeMap::new();
    for dated in attestations.chain(waivers).chain(reviews) {
        let Dated { adjustment, line, on, expires, limit, problem } = dated;
        let exists = adjustment.control().is_none_or(|id| control(id).is_some());
        let mut say = |problem| {
            warnings.push(Warning::Adjustment {
                path: config.path.clone(),
                line,
                adjustment: adjustment.clone(),
                problem,
            });
        };
        if !exists {
            say(AdjustmentProblem::UnknownControl);
        }
        match expires {
            Some(expires) if expires < today => say(AdjustmentProblem::Expired { on: expires, limit }),
            Some(expires) if soon(expires, today) => say(AdjustmentProblem::Expires { on: expires, limit }),
            _ => {}
        }
        if let Some(on) = on.filter(|on| *on > today) {
            say(AdjustmentProblem::Future(on));
        }
        if let Some(problem) = problem.filter(|_| exists) {
            say(problem);
        }
        // An entry of another day is a renewal, which may begin before the renewed one ends. An event is reviewed once.
        let key = (folded(&adjustment), on.filter(|_| adjustment.control().is_some()));
        if let Some(line) = first.get(&key) {
            say(AdjustmentProblem::Twice { line: *line });
        } else {
            first.insert(key, line);
        }
    }
    warnings
}

/// The adjustment in the form for comparison.
fn folded(adjustment: &Adjustment) -> Adjustment {
    let mut folded = adjustment.clone();
    if let Adjustment::Attestation { control } | Adjustment::Waiver { control, .. } = &mut folded {
        *control = casefold::fold(control).into_owned();
    }
    if let Adjustment::Waiver { covers: Covers::Subject(subject), .. } = &mut folded {
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
) -> Option<AdjustmentProblem> {
    match scanned.events.named(&review.event) {
        Named::Several => Some(AdjustmentProblem::SharedEvent),
        Named::One(name) if !name.is_empty() && !reviewable.contains(&*name) => {
            Some(AdjustmentProblem::NotReviewable { event_type: name })
        }
        Named::One(_) => None,
        // While it cannot be told, it is not blamed.
        Named::None => {
            (looked && review.review.on >= scanned.since).then_some(AdjustmentProblem::MatchesNothing)
        }
    }
}

fn soon(expires: Date, today: Date) -> bool {
    today.checked_add(NOTICE_DAYS.days()).is_ok_and(|limit| expires <= limit)
}
