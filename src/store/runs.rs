//! The runs of a store: which there are, and the report of one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::Serialize;

use super::{Store, StoreError};
use crate::level::Level;
use crate::report::Report;
use crate::text;

/// How many columns of what was asked for an error repeats.
const ECHO_COLUMNS: usize = 60;

/// A workspace of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Workspace {
    /// Its number in the store.
    #[serde(skip)]
    pub(super) id: i64,
    /// Its id.
    #[serde(rename = "id")]
    pub intercom_id: String,
    /// Its name, as far as known.
    pub name: Option<String>,
    /// The key of its pseudonyms; empty where it is not redacted.
    pub redaction_key: String,
}

/// A run of a store.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct RunRow {
    /// Its number.
    #[serde(rename = "run")]
    pub id: i64,
    /// The instant of evaluation.
    pub at: Timestamp,
    /// `good`, or `failed`: then it cannot be compared.
    pub outcome: String,
    /// Why it cannot be.
    pub failure: Option<String>,
    /// Whether it was kept after a newer one.
    pub late: bool,
    /// How the scan ended.
    pub exit_code: i64,
    /// How many controls passed; null where there was no report, as the counts below.
    pub pass: Option<i64>,
    pub fail: Option<i64>,
    pub manual: Option<i64>,
    pub unknown: Option<i64>,
    /// The share of controls that pass or fail.
    pub coverage: Option<f64>,
    /// How many teammates there were.
    pub teammates: Option<i64>,
    /// Whether its report is still there.
    pub has_report: bool,
}

const COLUMNS: &str = "id, at, outcome, failure, late, exit_code, pass, fail, manual, unknown, coverage, teammates, \
                       report IS NOT NULL";

fn run_row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        id: row.get(0)?,
        at: Timestamp::from_second(row.get(1)?).unwrap_or(Timestamp::UNIX_EPOCH),
        outcome: row.get(2)?,
        failure: row.get(3)?,
        late: row.get(4)?,
        exit_code: row.get(5)?,
        pass: row.get(6)?,
        fail: row.get(7)?,
        manual: row.get(8)?,
        unknown: row.get(9)?,
        coverage: row.get(10)?,
        teammates: row.get(11)?,
        has_report: row.get(12)?,
    })
}

impl Workspace {
    /// What it is called: its name, else its id, with the key of its pseudonyms; escaped for a line of text.
    pub(crate) fn label(&self) -> String {
        let name = self.name.as_deref().filter(|name| !name.trim().is_empty());
        let name = text::line(name.unwrap_or(&self.intercom_id), ECHO_COLUMNS);
        match self.redaction_key.as_str() {
            "" => name,
            key => format!("{name} (redacted, {})", text::line(key, ECHO_COLUMNS)),
        }
    }
}

impl RunRow {
    /// Whether it has a report that later ones are compared with.
    pub(crate) fn is_compared(&self) -> bool {
        self.outcome == "good" && !self.late
    }
}

impl Store {
    /// The workspaces, by id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn workspaces(&self) -> Result<Vec<Workspace>, StoreError> {
        let sql =
            "SELECT id, intercom_id, name, redaction_key FROM workspace ORDER BY intercom_id, redaction_key";
        let read = || {
            let mut query = self.connection.prepare(sql)?;
            let rows = query.query_map([], |row| {
                Ok(Workspace {
                    id: row.get(0)?,
                    intercom_id: row.get(1)?,
                    name: row.get(2)?,
                    redaction_key: row.get(3)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// The workspace of that id or name; without one, the only one.
    ///
    /// # Errors
    /// When there is no such workspace, or several.
    pub(crate) fn workspace(&self, asked: Option<&str>) -> Result<Workspace, StoreError> {
        let mut fitting = self.workspaces()?;
        if let Some(asked) = asked {
            let is = |one: &Workspace| {
                let keyed = !asked.is_empty() && one.redaction_key == asked;
                keyed || one.intercom_id == asked || one.name.as_deref() == Some(asked)
            };
            fitting.retain(is);
            // Who names a workspace means the one whose people are named; the redacted ones have the name of their key.
            let of_one = fitting.iter().all(|one| one.intercom_id == fitting[0].intercom_id);
            if of_one && fitting.iter().any(|one| one.redaction_key.is_empty()) {
                fitting.retain(|one| one.redaction_key.is_empty());
            }
            if fitting.is_empty() {
                let asked = text::line(asked, ECHO_COLUMNS);
                return Err(StoreError::NoWorkspace { path: self.path.clone(), asked });
            }
        }
        match fitting.len() {
            1 => Ok(fitting.remove(0)),
            0 => Err(StoreError::NoRun {
                path: self.path.clone(),
                asked: "latest".to_owned(),
                of: String::new(),
            }),
            _ => {
                let name = |one: &Workspace| {
                    let id = text::line(&one.intercom_id, ECHO_COLUMNS);
                    let label = one.label();
                    if label == id { label } else { format!("{id} {label}") }
                };
                let workspaces = fitting.iter().map(name).collect();
                Err(StoreError::SeveralWorkspaces { path: self.path.clone(), workspaces })
            }
        }
    }

    /// The runs of a workspace, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn runs(&self, workspace: &Workspace) -> Result<Vec<RunRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM run WHERE workspace = ?1 ORDER BY at DESC, id DESC");
        let read = || {
            let mut query = self.connection.prepare(&sql)?;
            let rows = query.query_map([workspace.id], run_row)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// The run that is asked for: `latest`, `previous`, its number, or the last one of a day or before an instant. Words and
    /// times pass over runs that failed or came late.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn run(&self, workspace: &Workspace, asked: &str) -> Result<RunRow, StoreError> {
        let compared = "outcome = 'good' AND late = 0";
        let until = |instant: Timestamp| (format!("{compared} AND at <= {}", instant.as_second()), 0);
        let end_of = |day: Date| {
            let next = day.tomorrow().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
            next.checked_sub(jiff::SignedDuration::from_secs(1)).ok()
        };
        let (which, skip) = match asked {
            "latest" => (compared.to_owned(), 0),
            "previous" => (compared.to_owned(), 1),
            _ => match (asked.parse::<i64>(), asked.parse::<Date>(), asked.parse::<Timestamp>()) {
                (Ok(id), ..) => (format!("id = {id}"), 0),
                (_, _, Ok(instant)) => until(instant),
                (_, Ok(day), _) => until(end_of(day).unwrap_or(Timestamp::MAX)),
                _ => return Err(self.no_run(workspace, asked)),
            },
        };
        self.one_run(workspace, &which, skip)?.ok_or_else(|| self.no_run(workspace, asked))
    }

    /// The newest run that a condition of the program's own holds for, after so many that are newer.
    pub(super) fn one_run(
        &self,
        workspace: &Workspace,
        which: &str,
        skip: i64,
    ) -> Result<Option<RunRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM run WHERE workspace = ?1 AND {which} ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?2"
        );
        let found = self.connection.query_row(&sql, params![workspace.id, skip], run_row);
        found.optional().map_err(self.failed())
    }

    /// The run that is asked for, to compare it.
    ///
    /// # Errors
    /// When there is none, it failed, or it was kept after a newer one.
    pub(crate) fn compared_run(&self, workspace: &Workspace, asked: &str) -> Result<RunRow, StoreError> {
        let run = self.run(workspace, asked)?;
        let why = if run.outcome == "good" { "it was kept after a newer run" } else { "the scan failed" };
        if run.is_compared() {
            Ok(run)
        } else {
            Err(StoreError::NotCompared { path: self.path.clone(), run: run.id, why })
        }
    }

    fn no_run(&self, workspace: &Workspace, asked: &str) -> StoreError {
        let of = format!(" of {}", text::line(&workspace.intercom_id, ECHO_COLUMNS));
        StoreError::NoRun { path: self.path.clone(), asked: text::line(asked, ECHO_COLUMNS), of }
    }

    /// Since when the oldest open finding of each level is open, in the workspace of that id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn oldest_open(
        &self,
        workspace: &str,
        redaction_key: Option<&str>,
    ) -> Result<BTreeMap<Level, Timestamp>, StoreError> {
        let sql = "SELECT level, MIN(first_seen) FROM finding WHERE ended_by IS NULL AND workspace = (\
                   SELECT id FROM workspace WHERE intercom_id = ?1 AND redaction_key = ?2) GROUP BY level";
        let read = || {
            let mut query = self.connection.prepare(sql)?;
            let key = redaction_key.unwrap_or_default();
            let rows = query.query_map(params![workspace, key], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let rows = read().map_err(self.failed())?.into_iter();
        let known = |(level, since): (String, i64)| {
            let level = Level::ALL.into_iter().find(|one| one.as_str() == level)?;
            Some((level, Timestamp::from_second(since).ok()?))
        };
        Ok(rows.filter_map(known).collect())
    }

    /// The report of a run.
    ///
    /// # Errors
    /// When it has none, or it cannot be read back.
    pub(crate) fn report(&self, run: &RunRow) -> Result<Report, StoreError> {
        let sql = "SELECT report FROM run WHERE id = ?1";
        let blob: Option<Vec<u8>> =
            self.connection.query_row(sql, [run.id], |row| row.get(0)).map_err(self.failed())?;
        let Some(blob) = blob else {
            let why = run.failure.as_deref().map_or_else(
                || "it was dropped, since it is older than the store keeps them".to_owned(),
                |why| text::line(why, ECHO_COLUMNS * 3),
            );
            return Err(StoreError::WithoutReport { path: self.path.clone(), run: run.id, why });
        };
        let unreadable = |source| StoreError::Report { path: self.path.clone(), run: run.id, source };
        let decoder = zstd::Decoder::new(&*blob).map_err(|error| unreadable(error.into()))?;
        Report::read(decoder).map_err(unreadable)
    }
}
