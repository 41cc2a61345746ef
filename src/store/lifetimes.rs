//! The life of a finding: first and last sight, and how it ended.
//!
//! Each control is compared with the newest run that decided it from complete sources. A source that was not complete may
//! open a finding, since it proves one, and closes none; what aged out has ended, and is not fixed.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::changes::{Changes, End, EndedFinding, OpenedFinding};
use super::conditions::{begin, holds};
use crate::diff::{Gone, is_read_whole};
use crate::report::{Control, Item, Report, items_of};
use crate::sources::SourceStatus;
use crate::verdict::Status;

/// A finding that is open in the store.
struct Open {
    id: i64,
    subject: String,
    message: String,
    digest: String,
    evidence_at: Option<i64>,
    open_since: i64,
}

/// The newest row of a finding.
struct Newest {
    id: i64,
    last_seen: i64,
    ended_by: Option<String>,
}

/// The newest run that decided a control from complete sources.
struct ControlState {
    digest: String,
    status: String,
    window_since: i64,
    at: i64,
}

/// Brings the findings of a workspace up to a run, which is newer than all that were compared before. Of a control that is
/// not in the report, they stay open if it is in force: then the selection left it out.
pub(super) fn advance<'a>(
    change: &Transaction<'_>,
    workspace: i64,
    report: &'a Report,
    first: bool,
    is_in_force: &dyn Fn(&str) -> bool,
) -> rusqlite::Result<Changes<'a>> {
    let mut changes = Changes { first, ..Changes::default() };
    let (mut undecided, mut incomparable) = (Vec::new(), Vec::new());
    for control in &report.controls {
        let state = state(change, workspace, &control.id)?;
        let comparable = state.as_ref().is_some_and(|state| state.digest == control.digest);
        let fails = control.status == Status::Fail;
        if fails && !control.is_waived() && !comparable && !first {
            incomparable.push(&*control.id);
        }
        let was_decided = || state.as_ref().is_some_and(|state| ["pass", "fail"].contains(&&*state.status));
        match control.status {
            Status::Unknown => undecided.push(&*control.id),
            Status::Manual if was_decided() || holds(change, workspace, "undecided", &control.id)? => {
                undecided.push(&*control.id);
            }
            _ => {}
        }
        follow(change, workspace, report, control, state.as_ref(), &mut changes)?;
        if is_decided(report, control) {
            change.prepare_cached(
                "INSERT OR REPLACE INTO control_state (workspace, control, digest, status, window_since, at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                workspace,
                control.id,
                control.digest,
                control.status.as_str(),
                report.scan.window.since.as_second(),
                report.scan.at.as_second(),
            ])?;
        }
    }
    let at = report.scan.at.as_second();
    for control in with_open(change, workspace)? {
        if report.control(&control).is_none() && !is_in_force(&control) {
            for (fingerprint, known) in open(change, workspace, &control)? {
                changes.ended.push(end(
                    change,
                    at,
                    &control,
                    fingerprint,
                    known,
                    End::Gone(Gone::Incomparable),
                )?);
            }
        }
    }
    let looked_at = |id: &str| report.control(id).is_some() || !is_in_force(id);
    changes.undecided = begin(change, workspace, "undecided", at, undecided, looked_at)?;
    changes.incomparable = begin(change, workspace, "incomparable", at, incomparable, looked_at)?;
    let unread = report
        .sources
        .iter()
        .filter(|source| matches!(source.status, SourceStatus::Failed | SourceStatus::Forbidden));
    let unread = unread.map(|source| source.id.as_str()).collect();
    let skipped = |id: &str| {
        report.sources.iter().any(|one| one.id.as_str() == id && one.status == SourceStatus::Skipped)
    };
    changes.incomplete = begin(change, workspace, "incomplete", at, unread, |id| !skipped(id))?;
    Ok(changes)
}

/// Whether the control was decided, from sources that were read completely.
fn is_decided(report: &Report, control: &Control) -> bool {
    control.status != Status::Unknown && is_read_whole(control, &report.sources)
}

/// Opens, keeps and ends the findings of one control.
fn follow<'a>(
    change: &Transaction<'_>,
    workspace: i64,
    report: &'a Report,
    control: &'a Control,
    state: Option<&ControlState>,
    changes: &mut Changes<'a>,
) -> rusqlite::Result<()> {
    let mut open = open(change, workspace, &control.id)?;
    let at = report.scan.at.as_second();
    let fails = control.status == Status::Fail;
    // It was told that it cannot be compared: what is found from then on is news.
    let told = holds(change, workspace, "incomparable", &control.id)?;
    // A control that does not fail does not stand for itself.
    let seen: BTreeMap<String, Item<'a>> = items_of(control)
        .filter(|item| fails || item.finding.is_some())
        .map(|item| (item.fingerprint().as_str().to_owned(), item))
        .collect();
    for (fingerprint, item) in &seen {
        let cover = covered(item).map(End::as_str);
        let newest = || newest(change, workspace, &control.id, fingerprint);
        let past = match open.get(fingerprint) {
            Some(known) if fails && cover.is_none() => {
                see(change, at, known.id, item)?;
                open.remove(fingerprint);
                continue;
            }
            _ if cover.is_some() => {
                let is_covered = |past: &Newest| {
                    past.ended_by.as_deref().is_none_or(|by| ["waived", "reviewed"].contains(&by))
                };
                if let Some(past) = newest()?.filter(is_covered) {
                    // One that is open ends below.
                    let sql = "UPDATE finding SET last_seen = ?2, \
                               ended_by = CASE WHEN ended_by IS NULL THEN NULL ELSE ?3 END WHERE id = ?1";
                    change.prepare_cached(sql)?.execute(params![past.id, at, cover])?;
                    continue;
                }
                None
            }
            _ if !fails => continue,
            _ => newest()?,
        };
        insert(change, workspace, at, item, cover)?;
        // What the newest run that decided the control had, and no review covered, is news only where a waiver ended.
        let counted = |past: &Newest| {
            past.ended_by.as_deref() != Some("reviewed")
                && state.is_none_or(|state| past.last_seen >= state.at)
        };
        let past = past.filter(counted);
        let waiver_ended = past.as_ref().is_some_and(|past| past.ended_by.as_deref() == Some("waived"));
        // Neither is what it did not look for.
        let looked_for = |base: &ControlState| evidence_at(item).is_none_or(|last| last >= base.window_since);
        let base = state.filter(|state| state.digest == control.digest);
        let is_new = past.is_none() && base.map_or(told, looked_for);
        if cover.is_none() && (waiver_ended || is_new) {
            changes.opened.push(OpenedFinding { item: *item, waiver_ended });
        }
    }
    let order = |OpenedFinding { item, .. }: &OpenedFinding<'a>| (item.control.priority, item.subject());
    changes.opened.sort_by(|one, other| order(one).cmp(&order(other)));
    let decided = is_decided(report, control);
    let mut open: Vec<_> = open.into_iter().collect();
    open.sort_by(|(one, first), (other, second)| (&first.subject, one).cmp(&(&second.subject, other)));
    for (fingerprint, known) in open {
        let now = seen.get(&fingerprint);
        let is_old = known.evidence_at.is_some_and(|last| last < report.scan.window.since.as_second());
        let by = match now.and_then(covered) {
            Some(cover) => cover,
            _ if !decided => continue,
            _ if is_old => End::Gone(Gone::AgedOut),
            // Another rule looked, or the same one left it to a person.
            _ if known.digest != control.digest || now.is_some() => End::Gone(Gone::Incomparable),
            _ => End::Gone(Gone::Fixed),
        };
        changes.ended.push(end(change, at, &control.id, fingerprint, known, by)?);
    }
    Ok(())
}

/// Writes that a finding is open, or by what it is covered at its first sight.
fn insert(
    change: &Transaction<'_>,
    workspace: i64,
    at: i64,
    item: &Item<'_>,
    cover: Option<&str>,
) -> rusqlite::Result<()> {
    change
        .prepare_cached(
            "INSERT INTO finding (workspace, control, level, fingerprint, check_name, subject, message, \
             person, digest, evidence_at, open_since, last_seen, ended_at, ended_by) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13)",
        )?
        .execute(params![
            workspace,
            item.control.id,
            item.control.level.as_str(),
            item.fingerprint().as_str(),
            item.finding.map_or("", |finding| &finding.check),
            item.subject(),
            item.message(),
            item.person(),
            item.control.digest,
            evidence_at(item),
            at,
            cover.map(|_| at),
            cover,
        ])
        .map(drop)
}

/// Writes that a finding is still open.
fn see(change: &Transaction<'_>, at: i64, id: i64, item: &Item<'_>) -> rusqlite::Result<()> {
    change
        .prepare_cached(
            "UPDATE finding SET last_seen = ?2, evidence_at = ?3, message = ?4, digest = ?5, level = ?6 \
             WHERE id = ?1",
        )?
        .execute(params![
            id,
            at,
            evidence_at(item),
            item.message(),
            item.control.digest,
            item.control.level.as_str()
        ])
        .map(drop)
}

fn evidence_at(item: &Item<'_>) -> Option<i64> {
    item.finding.and_then(|finding| finding.last).map(Timestamp::as_second)
}

/// By what a finding that is still there has ended: by a waiver or a review.
fn covered(item: &Item<'_>) -> Option<End> {
    let reviewed = || item.reviewed().map(|_| End::Gone(Gone::Reviewed));
    item.waived().map(|_| End::Waived).or_else(reviewed)
}

fn end(
    change: &Transaction<'_>,
    at: i64,
    control: &str,
    fingerprint: String,
    known: Open,
    by: End,
) -> rusqlite::Result<EndedFinding> {
    change
        .prepare_cached("UPDATE finding SET ended_at = ?2, ended_by = ?3 WHERE id = ?1")?
        .execute(params![known.id, at, by.as_str()])?;
    Ok(EndedFinding {
        control: control.to_owned(),
        fingerprint,
        subject: known.subject,
        message: known.message,
        open_since: Timestamp::from_second(known.open_since).unwrap_or(Timestamp::UNIX_EPOCH),
        by,
    })
}

fn state(change: &Transaction<'_>, workspace: i64, control: &str) -> rusqlite::Result<Option<ControlState>> {
    let sql =
        "SELECT digest, status, window_since, at FROM control_state WHERE workspace = ?1 AND control = ?2";
    let mut query = change.prepare_cached(sql)?;
    let mut rows = query.query_map(params![workspace, control], |row| {
        Ok(ControlState {
            digest: row.get(0)?,
            status: row.get(1)?,
            window_since: row.get(2)?,
            at: row.get(3)?,
        })
    })?;
    rows.next().transpose()
}

fn open(change: &Transaction<'_>, workspace: i64, control: &str) -> rusqlite::Result<HashMap<String, Open>> {
    let sql = "SELECT fingerprint, id, subject, message, digest, evidence_at, open_since FROM finding \
               WHERE workspace = ?1 AND control = ?2 AND ended_by IS NULL";
    let mut query = change.prepare_cached(sql)?;
    let rows = query.query_map(params![workspace, control], |row| {
        let open = Open {
            id: row.get(1)?,
            subject: row.get(2)?,
            message: row.get(3)?,
            digest: row.get(4)?,
            evidence_at: row.get(5)?,
            open_since: row.get(6)?,
        };
        Ok((row.get(0)?, open))
    })?;
    rows.collect()
}

/// The ids of the controls with open findings.
fn with_open(change: &Transaction<'_>, workspace: i64) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT DISTINCT control FROM finding WHERE workspace = ?1 AND ended_by IS NULL";
    let mut query = change.prepare_cached(sql)?;
    let rows = query.query_map([workspace], |row| row.get(0))?;
    rows.collect()
}

fn newest(
    change: &Transaction<'_>,
    workspace: i64,
    control: &str,
    fingerprint: &str,
) -> rusqlite::Result<Option<Newest>> {
    let sql = "SELECT id, last_seen, ended_by FROM finding \
               WHERE workspace = ?1 AND control = ?2 AND fingerprint = ?3 ORDER BY id DESC LIMIT 1";
    let mut query = change.prepare_cached(sql)?;
    let newest = query.query_row(params![workspace, control, fingerprint], |row| {
        Ok(Newest { id: row.get(0)?, last_seen: row.get(1)?, ended_by: row.get(2)? })
    });
    newest.optional()
}
