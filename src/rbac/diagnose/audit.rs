//! Parts of the log that cannot be read, and days on which nothing was recorded.

use super::{Case, Finding, Situation, Trouble, day};
use crate::sources::{Feed, SourceStatus};

/// Looks for gaps in the activity log.
pub(super) fn look(situation: &Situation<'_>) -> Case {
    let mut finding = Finding::default();
    for feed in [Feed::LogWindow, Feed::LogHistory, Feed::LogArrivals] {
        readable(situation, feed, &mut finding);
    }
    if situation.facts.feed(Feed::LogWindow).status == SourceStatus::Complete {
        silence(situation, &mut finding);
    }
    finding.case(Trouble::Audit)
}

/// A log that may not be read is a gap, whatever it holds. An error that ended the reading says nothing about the
/// log: another attempt may tell.
fn readable(situation: &Situation<'_>, feed: Feed, finding: &mut Finding) {
    let state = situation.facts.feed(feed);
    let what = super::describe(feed);
    let said = state.detail.as_ref().map_or_else(String::new, |detail| format!(": {detail}"));
    match state.status {
        SourceStatus::Forbidden => finding.shows(format!("{what} may not be read{said}")),
        SourceStatus::Failed => finding.unread(format!("{what} could not be read in full{said}")),
        SourceStatus::Complete if state.unreadable > 0 => {
            finding.shows(format!("{what} has {} entries that make no sense{said}", state.unreadable));
        }
        // Sign-ins before the window say nothing about the window.
        SourceStatus::Skipped if feed == Feed::LogWindow => finding.unread(format!("{what} was not read")),
        SourceStatus::Complete | SourceStatus::Skipped => {}
    }
}

/// Days without an event, which people who work leave none of.
fn silence(situation: &Situation<'_>, finding: &mut Finding) {
    let value = |name| situation.facts.value(name);
    let days = value("window.days").as_f64().unwrap_or(0.0);
    if value("log.events").as_u64() == Some(0) && days >= 1.0 {
        finding.shows(format!("nothing at all was recorded in the {} days of the window", days.floor()));
        return;
    }
    if let Some(age) = value("log.newest_age_days").as_f64().filter(|age| *age > situation.max_silence) {
        finding.shows(format!("the newest event is {} days old", age.floor()));
    }
    let longest = value("log.longest_silence_days").as_f64().filter(|days| *days > situation.max_silence);
    if let Some(longest) = longest {
        let since = value("log.silence_since").as_str().map_or("an unknown day", day);
        finding.shows(format!("nothing was recorded for {longest} days from {since} on"));
    }
}
