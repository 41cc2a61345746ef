//! The outbox: messages that wait until their receiver has accepted them.
//!
//! A process claims a message before it sends it, so that two do not send it at once. A claim ends by itself: the process may
//! have been killed.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, TransactionBehavior, params};

use super::keep::workspace_row;
use super::{Message, Store, StoreError};

/// How long a claim lasts, in seconds: a little longer than a message may take.
pub(crate) const CLAIM: i64 = 7;

/// The messages of a workspace: its number in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outbox(i64);

/// A message that waits, and is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WaitingMessage {
    /// Its number: later messages have higher ones.
    pub row: i64,
    /// Its id, the same however often it is sent.
    pub id: String,
    /// What is sent.
    pub body: String,
    /// How often it was claimed, this time included.
    pub attempts: i64,
}

impl Store {
    /// The messages of a workspace, of the runs that are redacted with this key; none where there is no such run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn outbox(
        &self,
        workspace: &str,
        redaction_key: Option<&str>,
    ) -> Result<Option<Outbox>, StoreError> {
        let sql = "SELECT id FROM workspace WHERE intercom_id = ?1 AND redaction_key = ?2";
        let key = redaction_key.unwrap_or_default();
        let found = self.connection.query_row(sql, [workspace, key], |row| row.get(0).map(Outbox)).optional();
        found.map_err(self.failed())
    }

    /// Claims the oldest message that waits for a destination, behind a given one. There is none where another process has
    /// claimed it: order is kept.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(crate) fn claim(
        &self,
        Outbox(workspace): &Outbox,
        destination: &str,
        after: i64,
        at: Timestamp,
        clock: Timestamp,
    ) -> Result<Option<WaitingMessage>, StoreError> {
        let sql = "UPDATE message SET attempts = attempts + 1, tried_at = ?4, claimed_until = ?5 + ?6 \
                   WHERE row = (SELECT MIN(row) FROM message WHERE workspace = ?1 AND destination = ?2 \
                   AND accepted_at IS NULL AND row > ?3) \
                   AND COALESCE(claimed_until NOT BETWEEN ?5 AND ?5 + ?6, TRUE) RETURNING row, id, body, attempts";
        let parameters = params![workspace, destination, after, at.as_second(), clock.as_second(), CLAIM];
        let claimed = self.connection.query_row(sql, parameters, |row| {
            Ok(WaitingMessage { row: row.get(0)?, id: row.get(1)?, body: row.get(2)?, attempts: row.get(3)? })
        });
        claimed.optional().map_err(self.failed())
    }

    /// Whether another process has claimed a message that waits for a destination, or had when it was killed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn is_claimed(
        &self,
        Outbox(workspace): &Outbox,
        destination: &str,
        clock: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM message WHERE workspace = ?1 AND destination = ?2 AND accepted_at IS NULL \
                   AND claimed_until BETWEEN ?3 AND ?3 + ?4";
        let parameters = params![workspace, destination, clock.as_second(), CLAIM];
        let claimed = self.connection.prepare_cached(sql).and_then(|mut query| query.exists(parameters));
        claimed.map_err(self.failed())
    }

    /// Records that the receiver has accepted a message: it is never sent again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(crate) fn accepted(&self, message: &WaitingMessage, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE message SET accepted_at = ?2, failure = NULL, claimed_until = NULL WHERE row = ?1";
        self.connection.execute(sql, params![message.row, at.as_second()]).map(drop).map_err(self.failed())
    }

    /// Records why a message was not accepted.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(crate) fn refused(&self, message: &WaitingMessage, why: &str) -> Result<(), StoreError> {
        let sql = "UPDATE message SET failure = ?2, claimed_until = NULL WHERE row = ?1";
        self.connection.execute(sql, params![message.row, why]).map(drop).map_err(self.failed())
    }

    /// How many messages wait for a destination.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn waiting(&self, Outbox(workspace): &Outbox, destination: &str) -> Result<usize, StoreError> {
        let sql =
            "SELECT COUNT(*) FROM message WHERE workspace = ?1 AND destination = ?2 AND accepted_at IS NULL";
        let count =
            self.connection.query_row(sql, params![workspace, destination], |row| row.get::<_, i64>(0));
        count.map(|count| usize::try_from(count).unwrap_or_default()).map_err(self.failed())
    }

    /// Keeps a test message that was accepted, as the newest of a workspace: the pinned one, else the only one there is.
    /// False where it is not known which.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(crate) fn keep_test(
        &mut self,
        pinned: Option<&str>,
        message: &Message,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let failed = self.failed();
        let mut workspaces = self.workspaces()?;
        workspaces.retain(|one| pinned.is_none_or(|pinned| one.intercom_id == pinned));
        let change =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let workspace = match (&*workspaces, pinned) {
            ([one], _) => one.id,
            (_, Some(pinned)) => workspace_row(&change, pinned, None, None).map_err(&failed)?,
            (_, None) => return Ok(false),
        };
        let sql = "INSERT INTO message (id, workspace, destination, body, created_at, attempts, tried_at, accepted_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, 1, ?5, ?5)";
        let Message { id, destination, body } = message;
        change.execute(sql, params![id, workspace, destination, body, at.as_second()]).map_err(&failed)?;
        change.commit().map_err(failed)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A store with two messages to one destination.
    fn store() -> (Store, Outbox) {
        let store = Store::in_memory().unwrap();
        let insert = "INSERT INTO workspace (id, intercom_id) VALUES (7, 'ws');
                      INSERT INTO message (id, workspace, destination, body, created_at) VALUES
                      ('b', 7, 'ops', '{1}', 1), ('a', 7, 'ops', '{2}', 2), ('c', 7, 'other', '{3}', 2);";
        store.connection.execute_batch(insert).unwrap();
        let outbox = store.outbox("ws", None).unwrap().unwrap();
        (store, outbox)
    }

    #[test]
    fn the_oldest_is_claimed_and_another_process_waits_for_it() {
        let (store, outbox) = store();
        let claim = |clock| store.claim(&outbox, "ops", 0, at(50), at(clock)).unwrap();
        let is_claimed = |clock| store.is_claimed(&outbox, "ops", at(clock)).unwrap();
        assert!(!is_claimed(100));
        let first = claim(100).unwrap();
        assert!(is_claimed(100) && is_claimed(100 + CLAIM) && !is_claimed(101 + CLAIM) && !is_claimed(10));
        assert_eq!((&*first.id, &*first.body), ("b", "{1}"));
        assert_eq!(claim(100), None, "another process has it");
        assert_eq!(claim(100 + CLAIM), None);
        assert_eq!(claim(101 + CLAIM).unwrap().id, "b", "the process was killed");
        assert_eq!(claim(10).unwrap().id, "b", "a claim by a clock that was wrong ends");
        store.refused(&first, "it answered 500").unwrap();
        assert_eq!(claim(100).unwrap().id, "b");
        store.accepted(&first, at(50)).unwrap();
        assert_eq!(claim(100).unwrap().id, "a");
        assert_eq!(store.waiting(&outbox, "ops").unwrap(), 1);
    }

    #[test]
    fn one_that_is_refused_can_be_passed_over() {
        let (store, outbox) = store();
        let first = store.claim(&outbox, "ops", 0, at(50), at(100)).unwrap().unwrap();
        store.refused(&first, "it answered 400").unwrap();
        let next = store.claim(&outbox, "ops", first.row, at(50), at(100)).unwrap().unwrap();
        assert_eq!(next.id, "a");
        assert_eq!(store.claim(&outbox, "ops", next.row, at(50), at(100)).unwrap(), None);
        let (attempts, failure): (i64, String) = store
            .connection
            .query_row("SELECT attempts, failure FROM message WHERE id = 'b'", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!((attempts, &*failure), (1, "it answered 400"));
    }

    #[test]
    fn other_workspaces_and_other_keys_have_outboxes_of_their_own() {
        let (store, _) = store();
        assert_eq!(store.outbox("other", None).unwrap(), None);
        assert_eq!(store.outbox("ws", Some("key")).unwrap(), None);
    }

    #[test]
    fn a_test_is_kept_where_it_is_known_of_which_workspace() {
        let (mut store, outbox) = store();
        let message =
            |id: &str| Message { id: id.to_owned(), destination: "ops".to_owned(), body: "{}".to_owned() };
        assert!(store.keep_test(None, &message("t1"), at(5)).unwrap());
        assert!(store.keep_test(Some("ws"), &message("t2"), at(5)).unwrap());
        assert_eq!(store.waiting(&outbox, "ops").unwrap(), 2, "a test does not wait");
        assert!(store.keep_test(Some("unknown"), &message("t3"), at(5)).unwrap());
        assert!(!store.keep_test(None, &message("t4"), at(5)).unwrap(), "there are two now");
    }
}
