//! Tokens that are refused, and tokens that stopped working in the window.

use super::{Case, Finding, Situation, Trouble, day, text};
use crate::event_type::{EventKind, EventType};
use crate::sources::{Failure, Feed, SourceStatus};

/// Looks for a token that is no longer accepted: this one, or one that the log says was replaced.
pub(super) fn look(situation: &Situation<'_>) -> Case {
    let mut finding = Finding::default();
    own(situation, &mut finding);
    finding.rests_on(situation.facts, Feed::LogWindow);
    let types: Vec<_> = EventType::of_kind(EventKind::Token).map(str::to_owned).collect();
    let events = situation.facts.rows("events", &types);
    if events.truncated {
        finding.unread("there is more in the log than the program keeps (events)");
    }
    for row in events.rows {
        let did = match text(row, "type") {
            Some("oauth_token_revocation") => "revoked",
            _ => "regenerated",
        };
        let at = text(row, "at").map_or("an unknown day", day);
        let by = text(row, "by").unwrap_or("nobody recorded");
        let said = text(row, "description").map_or_else(String::new, |said| format!(": {said}"));
        finding.shows(format!("a token was {did} on {at} by {by}; whatever still uses it gets a 401{said}"));
    }
    finding.case(Trouble::Token)
}

/// The case of a token that opens nothing.
pub(super) fn refused(said: &str) -> Case {
    let mut finding = Finding::default();
    finding.shows(format!("the API answered with 401 from the start: {said}"));
    finding.unread("whether tokens were regenerated or revoked: the activity log could not be read");
    finding.case(Trouble::Token)
}

/// Whether the token of this reading was refused: midway, or where it may merely lack a permission.
fn own(situation: &Situation<'_>, finding: &mut Finding) {
    let feeds = [Feed::Me, Feed::Admins, Feed::LogWindow, Feed::LogHistory, Feed::LogArrivals];
    let outcomes = feeds.iter().filter_map(|feed| Some((*feed, situation.outcomes.feeds.get(feed)?)));
    let log_was_open = outcomes.clone().any(|(feed, outcome)| is_log(feed) && outcome.records > 0);
    for (feed, outcome) in outcomes {
        let Some(Failure::TokenRefused(detail)) = &outcome.failure else { continue };
        if outcome.status == SourceStatus::Complete {
            continue;
        }
        let what = super::describe(feed);
        // Intercom refuses a missing permission with the same status, but never halfway through.
        if outcome.records > 0 || (is_log(feed) && log_was_open) {
            finding.shows(format!("{what} was refused with 401 midway: {detail}"));
        } else {
            finding.unread(format!(
                "{what} was refused with 401, which a token without the permission gets too: {detail}"
            ));
        }
    }
}

const fn is_log(feed: Feed) -> bool {
    matches!(feed, Feed::LogWindow | Feed::LogHistory | Feed::LogArrivals)
}
