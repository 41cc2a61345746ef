//! What the runs of a store show of monitoring, as evidence of a later one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::params;

use super::{Store, StoreError};
use crate::facts::{History, LogReading};

/// How far back is looked, in seconds: further than the evidence has to reach, since a run may turn out to be earlier
/// than this machine's clock says.
const LOOK_BACK: i64 = 62 * 24 * 3600;

impl Store {
    /// When the log of each workspace was read in full, and when one of these destinations accepted a message, until an
    /// instant. What was kept late shows nothing: it was not there when it was needed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn histories(
        &self,
        until: Timestamp,
        destinations: &[&str],
    ) -> Result<BTreeMap<String, History>, StoreError> {
        let until = until.as_second();
        let since = until.saturating_sub(LOOK_BACK);
        let read = || {
            let mut all: BTreeMap<String, History> = BTreeMap::new();
            // In this order the join goes by the index, not through every run.
            let sql = "SELECT workspace.intercom_id, run.window_since, run.window_until \
                       FROM workspace CROSS JOIN run ON run.workspace = workspace.id \
                       WHERE run.outcome IN ('good', 'failed') AND run.late = 0 AND run.at BETWEEN ?1 AND ?2 \
                       AND run.source = 'api' AND run.log_complete = 1 AND run.window_since <= run.window_until";
            let mut query = self.connection.prepare(sql)?;
            let rows = query.query_map(params![since, until], |row| {
                Ok((row.get::<_, String>(0)?, LogReading { since: row.get(1)?, until: row.get(2)? }))
            })?;
            for row in rows {
                let (workspace, reading) = row?;
                all.entry(workspace).or_default().readings.push(reading);
            }
            let sql = "SELECT workspace.intercom_id, message.destination, message.accepted_at \
                       FROM message JOIN workspace ON workspace.id = message.workspace \
                       WHERE message.accepted_at BETWEEN ?1 AND ?2";
            let mut query = self.connection.prepare(sql)?;
            let rows = query.query_map(params![since, until], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?))
            })?;
            for row in rows {
                let (workspace, destination, at) = row?;
                if destinations.contains(&destination.as_str()) {
                    all.entry(workspace).or_default().accepted.push(at);
                }
            }
            Ok(all)
        };
        read().map_err(self.failed())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sources::Provenance;
    use crate::store::tests::{World, day, entry};
    use crate::store::{Message, RunEntry};

    /// The days on which the log was read, and on which messages were accepted, as known on day 10.
    fn known(store: &Store, destinations: &[&str]) -> (Vec<i64>, Vec<i64>) {
        let mut all = store.histories(day(10), destinations).unwrap();
        let History { readings, mut accepted } = all.remove("ab12cd34").unwrap_or_default();
        assert!(all.is_empty());
        let number = |at: i64| (at - day(0).as_second()) / (24 * 3600);
        let mut read: Vec<_> = readings.into_iter().map(|reading| number(reading.until)).collect();
        read.sort_unstable();
        accepted.sort_unstable();
        (read, accepted.into_iter().map(number).collect())
    }

    #[test]
    fn live_runs_with_a_complete_log_count_until_an_instant() {
        let world = World { unread: BTreeSet::from([3]), ..World::default() };
        let mut store = Store::in_memory().unwrap();
        for today in [0, 2, 3, 5, 10, 11] {
            store.keep(&entry(&world.report(today)), None, |_, _| Vec::new()).unwrap();
        }
        let saved = world.report(6);
        let key = Some("a key");
        let of_snapshot = RunEntry { source: Provenance::Snapshot, redaction_key: key, ..entry(&saved) };
        store.keep(&of_snapshot, None, |_, _| Vec::new()).unwrap();
        let redacted = world.report(7);
        store.keep(&RunEntry { redaction_key: key, ..entry(&redacted) }, None, |_, _| Vec::new()).unwrap();
        let late = world.report(8);
        store.keep(&entry(&late), None, |_, _| Vec::new()).unwrap();
        assert_eq!(known(&store, &[]).0, [0, 2, 5, 7, 10]);
    }

    #[test]
    fn messages_count_where_a_destination_that_was_asked_for_accepted_them() {
        let world = World::default();
        let mut store = Store::in_memory().unwrap();
        for (today, destination) in [(1, "team"), (2, "team"), (4, "some"), (5, "team")] {
            let id = today.to_string();
            let message = Message { id, destination: destination.to_owned(), body: "{}".to_owned() };
            store.keep(&entry(&world.report(today)), None, |_, _| vec![message]).unwrap();
        }
        assert_eq!(known(&store, &["team"]).1, [0; 0], "none was accepted");
        for (id, on) in [("1", 1), ("4", 5), ("5", 11)] {
            let sql = "UPDATE message SET accepted_at = ?2 WHERE id = ?1";
            store.connection.execute(sql, params![id, day(on).as_second()]).unwrap();
        }
        assert_eq!(known(&store, &["team"]).1, [1]);
        assert_eq!(known(&store, &["team", "some"]).1, [1, 5]);
        assert_eq!(known(&store, &[]).1, [0; 0]);
    }
}
