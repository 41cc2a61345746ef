//! Refused and replaced tokens, and gaps in the activity log.

use super::{AccessProblem, DiagnosisInput, day_of, describe, on_by, text};
use crate::event_type::{EventKind, EventType};
use crate::sources::{Failure, Feed, SourceStatus};

pub(super) const TOKEN: AccessProblem = AccessProblem::new(
    "token-refused",
    "Token expired",
    "Intercom's tokens do not expire: a 401 means that the token was regenerated or revoked, or that the region is \
     wrong. Replace the old token wherever it is still used, and check --region. Run `intercom-harden doctor` for details.",
);

pub(super) const GAPS: AccessProblem = AccessProblem::new(
    "audit-gaps",
    "Audit gaps",
    "Give the token the permission Read admin activity logs. If it has it, find out what stopped at the time named. \
     Save snapshots with `intercom-harden collect` on a schedule, to keep the log longer than Intercom does.",
);

/// The parts of the log that are read separately.
const LOG: [Feed; 3] = [Feed::LogWindow, Feed::LogHistory, Feed::LogArrivals];

/// Looks for tokens that no longer work: this one, or one that the log shows as replaced.
pub(super) fn refused_tokens(situation: &DiagnosisInput<'_>) -> AccessProblem {
    let mut problem = TOKEN;
    own_token(situation, &mut problem);
    problem.rests_on(situation.facts, Feed::LogWindow);
    let types: Vec<_> = EventType::of_kind(EventKind::Token).map(str::to_owned).collect();
    for row in problem.rows(situation.facts, "events", &types) {
        let did = match text(row, "type") {
            Some("oauth_token_revocation") => "revoked",
            _ => "regenerated",
        };
        let said = text(row, "description").map_or_else(String::new, |said| format!(": {said}"));
        problem.shows(format!("a token was {did} {}, and no longer works{said}", on_by(row)));
    }
    problem
}

/// Checks whether this token was refused: midway, or because it may lack a permission.
fn own_token(situation: &DiagnosisInput<'_>, problem: &mut AccessProblem) {
    let ended = |feed: &Feed| Some((*feed, situation.outcomes.feeds.get(feed)?));
    let log_was_open = LOG.iter().filter_map(ended).any(|(_, outcome)| outcome.records > 0);
    for (feed, outcome) in [Feed::Me, Feed::Admins].iter().chain(&LOG).filter_map(ended) {
        let Some(Failure::TokenRefused(detail)) = &outcome.failure else { continue };
        if outcome.status == SourceStatus::Complete {
            continue;
        }
        let what = describe(feed);
        // Intercom uses the same status for a missing permission, but never midway.
        if outcome.records > 0 || (LOG.contains(&feed) && log_was_open) {
            problem.shows(format!("{what} was refused with 401 midway: {detail}"));
        } else {
            problem.unread(format!(
                "{what} was refused with 401, which may also mean that the token lacks the permission: {detail}"
            ));
        }
    }
}

/// Looks for parts of the log that cannot be read, and for days without events.
pub(super) fn gaps(situation: &DiagnosisInput<'_>) -> AccessProblem {
    let mut problem = GAPS;
    for feed in LOG {
        let state = situation.facts.feed(feed);
        let what = describe(feed);
        let said = state.failure.as_ref().map_or_else(String::new, |failure| format!(": {failure}"));
        match state.status {
            // A log that may not be read is a gap. After an error, another attempt may decide.
            SourceStatus::Forbidden => problem.shows(format!("{what} may not be read{said}")),
            // Sign-ins before the window do not matter here.
            SourceStatus::Skipped if feed != Feed::LogWindow => {}
            SourceStatus::Complete | SourceStatus::Skipped | SourceStatus::Failed => {
                problem.rests_on(situation.facts, feed);
            }
        }
    }
    if situation.facts.feed(Feed::LogWindow).status == SourceStatus::Complete {
        silence(situation, &mut problem);
    }
    problem
}

fn silence(situation: &DiagnosisInput<'_>, problem: &mut AccessProblem) {
    let value = |name| situation.facts.value(name);
    let days = value("window.days").as_f64().unwrap_or(0.0);
    if value("log.events").as_u64() == Some(0) && days >= 1.0 {
        problem.shows(format!("the log recorded nothing in the {} days of the window", days.floor()));
        return;
    }
    if let Some(age) = value("log.newest_age_days").as_f64().filter(|age| *age > situation.max_silence) {
        problem.shows(format!("the newest event of the log is {} days old", age.floor()));
    }
    let longest = value("log.longest_silence_days").as_f64().filter(|days| *days > situation.max_silence);
    if let Some(longest) = longest {
        let since = day_of(value("log.silence_since").as_str());
        problem.shows(format!("the log recorded nothing for {longest} days, starting {since}"));
    }
}
