//! Behaviour of the facts as a whole: records in, tables and values out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Facts, Observer, Row, Settings};
use crate::api::model::{Admin, Event, IpAllowlist, Me};
use crate::api::record::Record;
use crate::sources::{Feed, Outcome, Outcomes, Ranges, SourceStatus};

mod failures;
mod filled;
mod laws;
mod people;
mod window;

/// The end of the window of every test.
const NOW: i64 = 1_750_000_000;
const DAY: i64 = 86_400;
/// Its start: 30 days before.
const SINCE: i64 = NOW - 30 * DAY;

/// A workspace that tests build up.
#[derive(Clone)]
struct Workspace {
    settings: Settings,
    /// The id of the workspace in `/me`; none where that was not read.
    app: Option<String>,
    admins: Option<Value>,
    events: Vec<(Feed, String)>,
    statuses: BTreeMap<Feed, SourceStatus>,
}

impl Workspace {
    fn new(admins: Value) -> Self {
        let statuses = Feed::ALL.iter().map(|feed| (*feed, SourceStatus::Complete)).collect();
        Self { settings: Settings::default(), app: None, admins: Some(admins), events: Vec::new(), statuses }
    }

    /// One teammate, `jo@acme.example` with id 1, and the bot with id 9.
    fn of_jo() -> Self {
        Self::new(json!([
            {"id": "1", "name": "Jo", "email": "Jo@Acme.example", "role": {"name": "Agent"}},
            {"id": "9", "name": "Fin", "email": "Operator+x1@intercom.io", "role": {"name": "Admin"}},
        ]))
    }

    fn event(mut self, feed: Feed, name: &str, at: i64, by: Value, metadata: Value) -> Self {
        let id = format!("e{}", self.events.len());
        let event = json!({"id": id, "activity_type": name, "created_at": at, "performed_by": by, "metadata": metadata});
        self.events.push((feed, event.to_string()));
        self
    }

    fn window(self, name: &str, at: i64, by: Value, metadata: Value) -> Self {
        self.event(Feed::LogWindow, name, at, by, metadata)
    }

    fn ended(mut self, feed: Feed, status: SourceStatus) -> Self {
        self.statuses.insert(feed, status);
        self
    }

    fn log_ended(self, status: SourceStatus) -> Self {
        [Feed::LogWindow, Feed::LogHistory, Feed::LogArrivals]
            .into_iter()
            .fold(self, |workspace, feed| workspace.ended(feed, status))
    }

    fn facts(&self) -> Facts {
        self.observed(None)
    }

    fn observed(&self, allowlist: Option<&IpAllowlist>) -> Facts {
        let second = |at| Timestamp::from_second(at).unwrap();
        let ranges =
            Ranges { now: second(NOW), since: second(SINCE), arrivals_since: second(NOW - 90 * DAY) };
        let mut observer = Observer::new(self.settings.clone(), ranges);
        let admins: Option<Vec<Admin>> =
            self.admins.as_ref().map(|admins| serde_json::from_str(&admins.to_string()).unwrap());
        if let Some(app) = &self.app {
            let me: Me = serde_json::from_str(&json!({"app": {"id_code": app}}).to_string()).unwrap();
            observer.observe(Record::Me(&me));
        }
        if let Some(admins) = &admins {
            observer.observe(Record::Admins(admins));
        }
        if let Some(list) = allowlist {
            observer.observe(Record::IpAllowlist(list));
        }
        for (feed, json) in &self.events {
            if let Ok(event) = serde_json::from_str::<Event<'_>>(json) {
                observer.observe(Record::Event(*feed, &event));
            }
        }
        let outcome = |&status| Outcome { status, ..Outcome::skipped() };
        let feeds = self.statuses.iter().map(|(&feed, status)| (feed, outcome(status))).collect();
        observer.finish(&Outcomes { feeds, ..Outcomes::default() })
    }
}

/// The rows of a table, events of every type included.
fn rows(facts: &Facts, table: &str) -> Vec<Row> {
    let types: Vec<String> = facts.events.keys().cloned().collect();
    facts.rows(table, &types).rows.into_iter().cloned().collect()
}

/// These cells of every row of a table.
fn cells(facts: &Facts, table: &str, columns: &[&str]) -> Value {
    let row = |row: &Row| columns.iter().map(|&column| row[column].clone()).collect::<Value>();
    rows(facts, table).iter().map(row).collect()
}

/// A side of a change of permissions on which these are granted.
fn granted(names: &[&str]) -> Value {
    let denied =
        ["access_workspace_settings", "manage_teammates"].map(|name| (name.to_owned(), json!(false)));
    let granted = names.iter().map(|&name| (name.to_owned(), json!(true)));
    let map: serde_json::Map<_, _> = denied.into_iter().chain(granted).collect();
    json!({"permissions": map, "conversation_access": {"access_type": "all"}})
}

/// The only row of a table.
fn only(facts: &Facts, table: &str) -> Row {
    let rows = rows(facts, table);
    assert_eq!(rows.len(), 1, "{table}: {rows:?}");
    rows[0].clone()
}

fn by(id: &str) -> Value {
    json!({"type": "admin", "id": id, "email": format!("{id}@left.example"), "ip": "203.0.113.7"})
}
