//! People who tried to sign in, and have not got in since.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Case, Finding, Situation, Trouble, count, day, number, text, who};
use crate::facts::Row;
use crate::sources::{Feed, SourceStatus};

/// So many people within a day share a cause, and it is not their passwords.
const MANY: usize = 3;

/// Changes of how people sign in.
const SETTINGS: [&str; 3] =
    ["app_authentication_method_change", "app_google_sso_domain_change", "security_settings_change"];

/// Looks for people who cannot sign in.
pub(super) fn look(situation: &Situation<'_>) -> Case {
    let facts = situation.facts;
    let mut finding = Finding::default();
    finding.rests_on(facts, Feed::LogWindow);
    finding.rests_on_all_of(facts, "failed_sign_ins");
    let rows = facts.rows("failed_sign_ins", &[]).rows;
    // Where the reading broke off a later sign-in may be missing: the failures of the rest prove nothing.
    if facts.feed(Feed::LogWindow).status == SourceStatus::Complete {
        let shut_out = |row: &&&Row| text(row, "last_failure") > text(row, "last_sign_in");
        let (strangers, people): (Vec<&Row>, Vec<&Row>) =
            rows.iter().filter(shut_out).partition(|row| row.get("teammate") == Some(&Value::Bool(false)));
        people.iter().for_each(|row| finding.affects(who(row), tried(row)));
        let together = most_within_a_day(&people);
        if together >= MANY {
            finding.shows(format!(
                "{together} people within a day: rather the identity provider's configuration or the callback \
                 address than their own doing"
            ));
        }
        if !people.is_empty() {
            settings(situation, &mut finding);
        }
        if !strangers.is_empty() {
            finding.remarks(format!(
                "people who are no teammates had trouble too, {} of them: somebody guesses, has left, or was never \
                 added",
                strangers.len()
            ));
        }
    }
    finding.case(Trouble::SignIn)
}

/// What somebody tried, and when last.
fn tried(row: &Row) -> String {
    let (failures, unauthorized) = (number(row, "failures"), number(row, "unauthorized"));
    let mut parts = Vec::new();
    if failures > 0 {
        parts.push(count(failures, "failed sign-in"));
    }
    if unauthorized > 0 {
        parts.push(format!("{} by a method that is not allowed", count(unauthorized, "attempt")));
    }
    let methods: Vec<&str> = row
        .get("methods")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let by = if methods.is_empty() { String::new() } else { format!(" ({})", methods.join(", ")) };
    let last = text(row, "last_failure").map_or("an unknown day", day);
    format!("{}{by}, the last on {last}, and no sign-in since", parts.join(" and "))
}

/// The most people whose last attempts lie within 24 hours.
fn most_within_a_day(people: &[&Row]) -> usize {
    let time = |row: &&Row| text(row, "last_failure")?.parse::<Timestamp>().ok();
    let mut times: Vec<Timestamp> = people.iter().filter_map(time).collect();
    times.sort_unstable();
    let mut start = 0;
    let mut most = 0;
    for (end, &last) in times.iter().enumerate() {
        while times
            .get(start)
            .is_some_and(|&first| last.duration_since(first) > SignedDuration::from_hours(24))
        {
            start += 1;
        }
        most = most.max(end + 1 - start);
    }
    most
}

/// What was changed in the window about how people sign in.
fn settings(situation: &Situation<'_>, finding: &mut Finding) {
    for row in situation.facts.rows("setting_changes", &[]).rows {
        let name = text(row, "type").filter(|name| SETTINGS.contains(name));
        if let (Some(name), Some(&Value::Bool(true))) = (name, row.get("in_window")) {
            let by = text(row, "by").unwrap_or("nobody recorded");
            let at = text(row, "at").map_or("an unknown day", day);
            finding.shows(format!("{name} on {at} by {by}"));
        }
    }
}
