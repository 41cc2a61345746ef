//! The store: one SQLite database that keeps the reports of any number of workspaces, each finding's first and last sight,
//! how it ended, and the messages that alert on what is new.
//!
//! A run is written in one transaction with everything that follows from it, so that a program that is killed leaves it
//! whole or not at all. `schema.sql` is version 1; a later version adds a migration and never edits an older one.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::level::Level;

mod changes;
mod conditions;
mod error;
mod history;
mod keep;
mod lifetimes;
mod monitoring;
mod outbox;
mod runs;
#[cfg(test)]
pub(crate) mod tests;
mod trend;

pub(crate) use changes::{Changes, End, OpenedFinding};
pub(crate) use error::StoreError;
pub(crate) use history::{Fates, Pruned, Sighting};
pub(crate) use keep::{Message, RunEntry};
pub(crate) use outbox::{CLAIM, Outbox, WaitingMessage};
pub(crate) use runs::{RunRow, Workspace};
pub(crate) use trend::Point;

/// Marks a database as a store of this program: "icHd".
const APPLICATION_ID: i32 = 0x6963_4864;

/// What brings a store from each version to the next.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// How long a process waits for another to finish its transaction.
const BUSY: Duration = Duration::from_secs(30);

/// How soon it looks again where SQLite does not wait.
const AGAIN: Duration = Duration::from_millis(20);

/// An open store.
pub(crate) struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens a store to write to, creates it where there is none, and brings it up to date. Only its owner can read it.
    ///
    /// # Errors
    /// When it cannot be opened, is something else, or is newer than this program.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let unopened = |source| StoreError::Unopened { path: path.to_path_buf(), source };
        create_private(path).map_err(&unopened)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut store = Self::with(path, flags)?;
        store.migrate()?;
        make_private(path).map_err(unopened)?;
        Ok(store)
    }

    /// Opens a store that is there, to read from it alone.
    ///
    /// # Errors
    /// When it is not there, is something else, or is of another version.
    pub(crate) fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let unopened = |source| StoreError::Unopened { path: path.to_path_buf(), source };
        if !fs::metadata(path).map_err(unopened)?.is_file() {
            return Err(unopened(std::io::Error::other("it is not a regular file")));
        }
        let store = Self::with(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let version = store.version()?;
        let known = MIGRATIONS.len() as i64;
        match version {
            0 => Err(StoreError::NotAStore { path: path.to_path_buf() }),
            found if found > known => Err(StoreError::TooNew { path: path.to_path_buf(), found, known }),
            _ => Ok(store),
        }
    }

    /// A store that lives as long as the process.
    ///
    /// # Errors
    /// None that a test would not have met.
    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        let path = PathBuf::from("(in memory)");
        let connection = Connection::open_in_memory()
            .map_err(|source| StoreError::Database { path: path.clone(), source })?;
        let mut store = Self { connection, path };
        store.migrate()?;
        Ok(store)
    }

    fn with(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let database = |source| StoreError::Database { path: path.to_path_buf(), source };
        let connection = Connection::open_with_flags(path, flags).map_err(database)?;
        let store = Self { connection, path: path.to_path_buf() };
        store.prepare().map_err(database)?;
        Ok(store)
    }

    /// A store may come from anywhere: its schema can call nothing, and damage is noticed.
    fn prepare(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(BUSY)?;
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        self.connection.pragma_update(None, "cell_size_check", true)?;
        // What is dropped leaves no trace in the file.
        self.connection.pragma_update(None, "secure_delete", true)?;
        self.connection.pragma_update(None, "foreign_keys", true)
    }

    /// The version of the schema; 0 where there is none yet.
    fn version(&self) -> Result<i64, StoreError> {
        // In one transaction: another process may be making the store.
        let _read = self.connection.unchecked_transaction().map_err(self.failed())?;
        let application: i32 = self.pragma("application_id")?;
        let version: i64 = self.pragma("user_version")?;
        let tables = "SELECT COUNT(*) FROM sqlite_schema";
        let tables: i64 = self.connection.query_row(tables, [], |row| row.get(0)).map_err(self.failed())?;
        match (application, version, tables) {
            (APPLICATION_ID, version, _) if version == MIGRATIONS.len() as i64 => {
                let own = self.is_own_schema().map_err(self.failed())?;
                own.then_some(version).ok_or_else(|| StoreError::NotAStore { path: self.path.clone() })
            }
            (APPLICATION_ID, version @ 1.., _) => Ok(version),
            (0, 0, 0) => Ok(0),
            _ => Err(StoreError::NotAStore { path: self.path.clone() }),
        }
    }

    /// Whether every table and view is what this program makes, and nothing acts by itself. Others may be there too.
    fn is_own_schema(&self) -> rusqlite::Result<bool> {
        let schema = |connection: &Connection| -> rusqlite::Result<BTreeSet<[String; 3]>> {
            let sql = "SELECT type, name, COALESCE(sql, '') FROM sqlite_schema";
            let mut query = connection.prepare(sql)?;
            let rows = query.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
            rows.collect()
        };
        let own = Connection::open_in_memory()?;
        MIGRATIONS.iter().try_for_each(|migration| own.execute_batch(migration))?;
        let found = schema(&self.connection)?;
        Ok(schema(&own)?.is_subset(&found) && !found.iter().any(|[kind, ..]| kind == "trigger"))
    }

    fn pragma<T: FromSql>(&self, name: &str) -> Result<T, StoreError> {
        self.connection.pragma_query_value(None, name, |row| row.get(0)).map_err(self.failed())
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        let failed = self.failed();
        // Another process may be at it: the second one finds it done.
        let known = MIGRATIONS.len() as i64;
        let version = self.version()?;
        if version > known {
            return Err(StoreError::TooNew { path: self.path.clone(), found: version, known });
        }
        if version == known {
            return Ok(());
        }
        self.log_ahead().map_err(&failed)?;
        let change =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let done: i64 = change.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(&failed)?;
        for migration in MIGRATIONS.iter().skip(usize::try_from(done).unwrap_or(usize::MAX)) {
            change.execute_batch(migration).map_err(&failed)?;
        }
        change.pragma_update(None, "application_id", APPLICATION_ID).map_err(&failed)?;
        change.pragma_update(None, "user_version", known).map_err(&failed)?;
        change.commit().map_err(&failed)
    }

    /// Has readers not wait for writers, nor the other way round. SQLite does not wait by itself where another process is
    /// changing the same.
    fn log_ahead(&self) -> rusqlite::Result<()> {
        let end = Instant::now() + BUSY;
        loop {
            let changed = self
                .connection
                .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
            match changed {
                Err(error)
                    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < end =>
                {
                    thread::sleep(AGAIN);
                }
                changed => return changed.map(drop),
            }
        }
    }

    /// Makes an error of the database one of this store.
    fn failed(&self) -> impl Fn(rusqlite::Error) -> StoreError + use<> {
        let path = self.path.clone();
        move |source| StoreError::Database { path: path.clone(), source }
    }
}

impl FromSql for Level {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_word(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

/// Makes sure that a file is there. A new one can be read by its owner alone, and SQLite gives its other files the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => return Err(std::io::Error::other("it is not a regular file")),
        Ok(_) => {}
        Err(_) => {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(path) {
                // Another process was faster.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                opened => drop(opened?),
            }
        }
    }
    Ok(())
}

/// Leaves a store to its owner alone, with the files beside it. What is no store is left as it is.
fn make_private(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    for end in ["", "-wal", "-shm"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        let loose = fs::metadata(&file).is_ok_and(|file| file.permissions().mode() & 0o077 != 0);
        if loose {
            match fs::set_permissions(&file, fs::Permissions::from_mode(0o600)) {
                // The last process to close the store removes them.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                set => set?,
            }
        }
    }
    Ok(())
}
