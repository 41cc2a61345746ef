//! People who failed to sign in and have not signed in since.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{AccessProblem, DiagnosisInput, day_of, on_by, text, texts};
use crate::facts::Row;
use crate::sources::{Feed, SourceStatus};

/// From this number of people within a day, a common cause is likely.
const MANY: usize = 3;

/// Setting changes that affect sign-in.
const SETTINGS: [&str; 3] =
    ["app_authentication_method_change", "app_google_sso_domain_change", "security_settings_change"];

pub(super) const PROBLEM: AccessProblem = AccessProblem::new(
    "sso-login",
    "SSO login fails",
    "Compare the ACS URL, the audience and the signing certificate in the identity provider with Settings > Workspace > \
     Security in Intercom. Check that the identity provider assigns the people to the app, and that the workspace \
     allows the method they use.",
);

/// Looks for people who cannot sign in.
pub(super) fn look(situation: &DiagnosisInput<'_>) -> AccessProblem {
    let facts = situation.facts;
    let mut problem = PROBLEM;
    problem.rests_on(facts, Feed::LogWindow);
    let rows = problem.rows(facts, "failed_sign_ins", &[]);
    // If reading ended early, a later sign-in may be missing, so failures prove nothing.
    if facts.feed(Feed::LogWindow).status != SourceStatus::Complete {
        return problem;
    }
    let is_out = |row: &&Row| text(row, "last_failure") > text(row, "last_sign_in");
    let is_outsider = |row: &&Row| row.get("teammate") == Some(&Value::Bool(false));
    let (outsiders, people): (Vec<&Row>, Vec<&Row>) = rows.into_iter().filter(is_out).partition(is_outsider);
    people.iter().for_each(|row| problem.affects(row, tried(row)));
    let together = most_within_a_day(&people);
    if together >= MANY {
        problem.shows(format!(
            "{together} people failed within 24 hours. The cause is probably the identity provider's configuration \
             or the ACS URL"
        ));
    }
    if !people.is_empty() {
        settings(situation, &mut problem);
    }
    if !outsiders.is_empty() {
        problem.notes.push(format!(
            "{} more failures came from people who are not teammates: guessed addresses, former staff, or never invited",
            outsiders.len()
        ));
    }
    problem
}

/// The attempts of a person, with the day of the last.
fn tried(row: &Row) -> String {
    let count = |column: &str, word: &str| match row.get(column).and_then(Value::as_u64).unwrap_or(0) {
        0 => None,
        1 => Some(format!("1 {word}")),
        number => Some(format!("{number} {word}s")),
    };
    let refused =
        count("unauthorized", "attempt").map(|count| format!("{count} by a method that is not allowed"));
    let parts: Vec<_> = count("failures", "failed sign-in").into_iter().chain(refused).collect();
    let methods = texts(row, "methods").join(", ");
    let by = if methods.is_empty() { methods } else { format!(" ({methods})") };
    let last = day_of(text(row, "last_failure"));
    format!("{}{by}, last on {last}, and no sign-in since", parts.join(" and "))
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

/// Lists the setting changes in the window that affect sign-in.
fn settings(situation: &DiagnosisInput<'_>, problem: &mut AccessProblem) {
    for row in situation.facts.rows("setting_changes", &[]).rows {
        let name = text(row, "type").filter(|name| SETTINGS.contains(name));
        if let (Some(name), Some(&Value::Bool(true))) = (name, row.get("in_window")) {
            problem.shows(format!("{name} {}", on_by(row)));
        }
    }
}
