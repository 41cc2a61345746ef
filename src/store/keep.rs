//! Keeping a run: the report and everything that follows from it, in one transaction.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, TransactionBehavior, params};

use super::changes::Changes;
use super::conditions::begin;
use super::lifetimes::advance;
use super::{Store, StoreError};
use crate::exit::Exit;
use crate::report::{Report, WorkspaceInfo, items_of};
use crate::sources::{Provenance, SourceId, SourceStatus};
use crate::verdict::Status;

/// How much zstd compresses: the middle of what is fast.
const COMPRESSION: i32 = 3;

/// A run to keep.
pub(crate) struct RunEntry<'a> {
    /// The id of the workspace.
    pub workspace: &'a str,
    /// The key of the pseudonyms in it; none where it is not redacted.
    pub redaction_key: Option<&'a str>,
    /// The instant of evaluation.
    pub at: Timestamp,
    /// The digest of the controls in force.
    pub catalog: &'a str,
    /// Which of them were evaluated, over which window.
    pub selection: &'a str,
    /// Where the facts came from.
    pub source: Provenance,
    /// How the scan ended.
    pub exit: Exit,
    /// The report, or why there is none.
    pub outcome: Result<&'a Report, &'a str>,
    /// Whether a control is in force: one that is and has no verdict was not selected.
    pub is_in_force: &'a dyn Fn(&str) -> bool,
}

/// A message that goes out because of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its id, the same however often it is sent.
    pub id: String,
    /// The name of the destination.
    pub destination: String,
    /// What is sent.
    pub body: String,
}

impl RunEntry<'_> {
    /// Whether it can be compared with others.
    fn is_good(&self) -> bool {
        self.outcome.is_ok_and(Report::is_good)
    }
}

fn status(report: &Report, id: SourceId) -> SourceStatus {
    let source = report.sources.iter().find(|source| source.id == id);
    source.map_or(SourceStatus::Skipped, |source| source.status)
}

impl Store {
    /// Keeps a run with what follows from it, and the messages that `compose` makes of that: all of it, or nothing.
    /// Reports older than `keep` are dropped, but for the newest.
    ///
    /// A run that is there already is not written again. One that is older than the newest is kept in its place, not compared,
    /// and told to no one: then the instant of the newest is returned.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(crate) fn keep<'a>(
        &mut self,
        entry: &RunEntry<'a>,
        keep: Option<SignedDuration>,
        compose: impl FnOnce(i64, &Changes<'a>) -> Vec<Message>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let failed = self.failed();
        let change =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let newer = keep_in(&change, entry, keep, compose).map_err(&failed)?;
        change.commit().map_err(&failed)?;
        Ok(newer)
    }
}

fn keep_in<'a>(
    change: &Transaction<'_>,
    entry: &RunEntry<'a>,
    keep: Option<SignedDuration>,
    compose: impl FnOnce(i64, &Changes<'a>) -> Vec<Message>,
) -> rusqlite::Result<Option<Timestamp>> {
    let info = entry.outcome.ok().map(|report| &report.workspace);
    let workspace = workspace_row(change, entry.workspace, entry.redaction_key, info)?;
    let at = entry.at.as_second();
    let same = "SELECT id FROM run WHERE workspace = ?1 AND at = ?2 AND catalog = ?3 AND selection = ?4";
    if change.prepare_cached(same)?.exists(params![workspace, at, entry.catalog, entry.selection])? {
        return Ok(None);
    }
    // A scan that failed may have failed because its clock was wrong: it makes no other one late.
    let newest = "SELECT MAX(at) FROM run WHERE workspace = ?1 AND outcome = 'good'";
    let newest: Option<i64> = change.query_row(newest, [workspace], |row| row.get(0))?;
    let late = newest.filter(|newest| *newest > at);
    let run = insert(change, workspace, entry, late.is_some())?;
    if let Some(newest) = late {
        return Ok(Some(Timestamp::from_second(newest).unwrap_or(entry.at)));
    }
    let changes = match entry.outcome {
        Ok(report) if entry.is_good() => {
            let earlier =
                "SELECT 1 FROM run WHERE workspace = ?1 AND outcome = 'good' AND late = 0 AND id <> ?2";
            let first = !change.prepare_cached(earlier)?.exists(params![workspace, run])?;
            advance(change, workspace, report, first, entry.is_in_force)?
        }
        outcome => {
            let name = outcome.map_or("scan", |_| SourceId::Admins.as_str());
            // What else could not be read before is not read now, either.
            let sql = "SELECT name FROM condition WHERE workspace = ?1 AND kind = 'incomplete'";
            let mut query = change.prepare_cached(sql)?;
            let rows = query.query_map([workspace], |row| row.get::<_, String>(0))?;
            let mut names = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            names.push(name.to_owned());
            let names = names.iter().map(String::as_str).collect();
            let earlier = "SELECT 1 FROM run WHERE workspace = ?1 AND id <> ?2";
            let first = !change.prepare_cached(earlier)?.exists(params![workspace, run])?;
            Changes {
                first,
                incomplete: begin(change, workspace, "incomplete", at, names, |_| true)?,
                ..Changes::default()
            }
        }
    };
    for Message { id, destination, body } in compose(run, &changes) {
        change
            .prepare_cached(
                "INSERT INTO message (id, workspace, run, destination, body, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![id, workspace, run, destination, body, at])?;
    }
    if let Some(keep) = keep {
        drop_reports(change, workspace, at.saturating_sub(keep.as_secs()))?;
    }
    Ok(None)
}

/// The number of the workspace, which is written where it is not known.
pub(super) fn workspace_row(
    change: &Transaction<'_>,
    id: &str,
    redaction_key: Option<&str>,
    info: Option<&WorkspaceInfo>,
) -> rusqlite::Result<i64> {
    let name = info.and_then(|info| info.name.as_deref());
    let region = info.and_then(|info| info.region.as_deref());
    change.query_row(
        "INSERT INTO workspace (intercom_id, redaction_key, name, region) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (intercom_id, redaction_key) DO UPDATE SET \
         name = COALESCE(excluded.name, name), region = COALESCE(excluded.region, region) RETURNING id",
        params![id, redaction_key.unwrap_or_default(), name, region],
        |row| row.get(0),
    )
}

fn insert(
    change: &Transaction<'_>,
    workspace: i64,
    entry: &RunEntry<'_>,
    late: bool,
) -> rusqlite::Result<i64> {
    let report = entry.outcome.ok();
    let failure = match entry.outcome {
        Err(why) => Some(why.to_owned()),
        Ok(report) if !entry.is_good() => Some(report.failures().collect::<Vec<_>>().join(" ")),
        Ok(_) => None,
    };
    let blob = report.map(compressed).transpose()?;
    let counters = report.map(|report| report.summary.all);
    let window = report.map(|report| report.scan.window);
    let count = |of: fn(&crate::report::Counters) -> usize| counters.as_ref().map(|all| of(all) as i64);
    change
        .prepare_cached(
            "INSERT INTO run (workspace, at, catalog, selection, source, outcome, failure, late, window_since, \
             window_until, log_complete, exit_code, passed, pass, fail, manual, unknown, coverage, teammates, \
             duration_ms, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
             ?17, ?18, ?19, ?20, ?21)",
        )?
        .execute(params![
            workspace,
            entry.at.as_second(),
            entry.catalog,
            entry.selection,
            entry.source.as_str(),
            if entry.is_good() { "good" } else { "failed" },
            failure,
            late,
            window.map(|window| window.since.as_second()),
            window.map(|window| window.until.as_second()),
            report.is_some_and(|report| status(report, SourceId::ActivityLog) == SourceStatus::Complete),
            entry.exit.code(),
            report.map(|report| report.gate.passed),
            count(|all| all.pass),
            count(|all| all.fail),
            count(|all| all.manual),
            count(|all| all.unknown),
            counters.and_then(|all| all.coverage),
            report.and_then(|report| report.workspace.teammates).map(|count| count as i64),
            report.and_then(|report| report.scan.duration_ms).map(|duration| duration as i64),
            blob,
        ])?;
    let run = change.last_insert_rowid();
    for source in report.into_iter().flat_map(|report| &report.sources) {
        change
            .prepare_cached(
                "INSERT INTO run_source (run, source, status, records, requests) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                run,
                source.id.as_str(),
                source.status.as_str(),
                source.records as i64,
                source.requests as i64
            ])?;
    }
    for control in report.into_iter().flat_map(|report| &report.controls) {
        let open = items_of(control).filter(|item| !item.is_set_aside()).count();
        let open = if control.status == Status::Fail { open } else { 0 };
        change
            .prepare_cached(
                "INSERT INTO run_control (run, control, level, status, open) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                run,
                control.id,
                control.level.as_str(),
                control.status.as_str(),
                open as i64
            ])?;
    }
    Ok(run)
}

/// A report as the store has it.
fn compressed(report: &Report) -> rusqlite::Result<Vec<u8>> {
    let unwritable =
        |error: Box<dyn std::error::Error + Send + Sync>| rusqlite::Error::ToSqlConversionFailure(error);
    let json = serde_json::to_vec(report).map_err(|error| unwritable(error.into()))?;
    zstd::encode_all(&*json, COMPRESSION).map_err(|error| unwritable(error.into()))
}

/// Drops the reports of runs before an instant, but for the newest good one, which later runs are compared with.
/// What was told then is forgotten, too; that it was accepted is not. What still waits since then is not sent any more.
pub(super) fn drop_reports(change: &Transaction<'_>, workspace: i64, before: i64) -> rusqlite::Result<usize> {
    change.execute(
        "UPDATE message SET body = '' WHERE workspace = ?1 AND created_at < ?2 AND accepted_at IS NOT NULL",
        params![workspace, before],
    )?;
    change.execute(
        "DELETE FROM message WHERE workspace = ?1 AND created_at < ?2 AND accepted_at IS NULL",
        params![workspace, before],
    )?;
    change.execute(
        "UPDATE run SET report = NULL WHERE workspace = ?1 AND at < ?2 AND report IS NOT NULL AND id <> COALESCE((\
         SELECT id FROM run WHERE workspace = ?1 AND outcome = 'good' AND late = 0 ORDER BY at DESC, id DESC LIMIT 1), 0)",
        params![workspace, before],
    )
}
