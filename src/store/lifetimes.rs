//! The life of a finding: first and last sight, and how it ended.
//!
//! Each control is compared with the newest run that decided it from complete sources. A source that was not complete may
//! open a finding, since it proves one, and closes none; what aged out has ended, and is not fixed.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use crate::diff::{Gone, is_read_whole};
use crate::report::{Control, Item, Report, items_of};
use crate::sources::SourceStatus;
use crate::verdict::Status;

/// What a run brought, next to what the store knew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes<'a> {
    /// Whether it is the first one of its workspace: then nothing is news.
    pub first: bool,
    /// What fails now and did not, or is no longer waived.
    pub opened: Vec<Opened<'a>>,
    /// What has ended, and how.
    pub ended: Vec<Ended>,
    /// The ids of the controls that are no longer decided.
    pub undecided: Vec<String>,
    /// The ids of the controls that fail, and that no earlier run decided by the same rules.
    pub incomparable: Vec<String>,
    /// The ids of the sources that can no longer be read; `scan` where there is no report at all.
    pub incomplete: Vec<String>,
}

/// A finding that is news; a control without findings stands for itself.
#[derive(Clone, Copy)]
pub(crate) struct Opened<'a> {
    /// The finding.
    pub item: Item<'a>,
    /// Whether it was there before, and waived.
    pub waiver_ended: bool,
}

impl std::fmt::Debug for Opened<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.item.control.id, self.item.subject())
    }
}

/// A finding that has ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ended {
    pub control: String,
    pub level: String,
    pub fingerprint: String,
    pub subject: String,
    pub message: String,
    pub first_seen: Timestamp,
    pub by: End,
}

/// How a finding ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It is no longer there.
    Gone(Gone),
    /// A waiver covers it.
    Waived,
}

impl End {
    /// The word in the database.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Gone(why) => why.into(),
            Self::Waived => "waived",
        }
    }
}

/// A finding that is open in the store.
struct Open {
    id: i64,
    level: String,
    subject: String,
    message: String,
    digest: String,
    evidence_at: Option<i64>,
    first_seen: i64,
}

/// The newest run that decided a control from complete sources.
struct State {
    digest: String,
    status: String,
    window_since: i64,
}

/// Brings the findings of a workspace up to a run, which is newer than all that were compared before.
pub(super) fn advance<'a>(
    change: &Transaction<'_>,
    workspace: i64,
    report: &'a Report,
    first: bool,
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
        let base = state.filter(|_| comparable);
        follow(change, workspace, report, control, base.as_ref(), &mut changes)?;
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
    let evaluated = |id: &str| report.control(id).is_some();
    changes.undecided = begin(change, workspace, "undecided", at, undecided, evaluated)?;
    changes.incomparable = begin(change, workspace, "incomparable", at, incomparable, evaluated)?;
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
    base: Option<&State>,
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
    if fails {
        for (fingerprint, item) in &seen {
            if item.is_set_aside() {
                continue;
            }
            let evidence_at = item.finding.and_then(|finding| finding.last).map(Timestamp::as_second);
            if let Some(known) = open.remove(fingerprint) {
                change
                    .prepare_cached(
                        "UPDATE finding SET last_seen = ?2, evidence_at = ?3, message = ?4, digest = ?5, \
                         level = ?6 WHERE id = ?1",
                    )?
                    .execute(params![
                        known.id,
                        at,
                        evidence_at,
                        item.message(),
                        control.digest,
                        control.level.as_str()
                    ])?;
                continue;
            }
            let waived_before =
                last_end(change, workspace, &control.id, fingerprint)?.is_some_and(|end| end == "waived");
            change
                .prepare_cached(
                    "INSERT INTO finding (workspace, control, level, fingerprint, check_name, subject, message, \
                     person, digest, evidence_at, first_seen, last_seen) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
                )?
                .execute(params![
                    workspace,
                    control.id,
                    control.level.as_str(),
                    fingerprint,
                    item.finding.map_or("", |finding| &finding.check),
                    item.subject(),
                    item.message(),
                    item.person(),
                    control.digest,
                    evidence_at,
                    at,
                ])?;
            // What the earlier run did not look for is not news.
            let looked_for = |base: &State| evidence_at.is_none_or(|last| last >= base.window_since);
            if waived_before || base.map_or(told, looked_for) {
                changes.opened.push(Opened { item: *item, waiver_ended: waived_before });
            }
        }
    }
    let order = |Opened { item, .. }: &Opened<'a>| (item.control.priority, item.subject());
    changes.opened.sort_by(|one, other| order(one).cmp(&order(other)));
    let decided = is_decided(report, control);
    let mut open: Vec<_> = open.into_iter().collect();
    open.sort_by(|(one, first), (other, second)| (&first.subject, one).cmp(&(&second.subject, other)));
    for (fingerprint, known) in open {
        let now = seen.get(&fingerprint);
        let is_old = known.evidence_at.is_some_and(|last| last < report.scan.window.since.as_second());
        let by = match now {
            Some(item) if item.waived().is_some() => End::Waived,
            Some(item) if item.reviewed().is_some() => End::Gone(Gone::Reviewed),
            _ if !decided => continue,
            _ if is_old => End::Gone(Gone::AgedOut),
            // Another rule looked, or the same one left it to a person.
            _ if known.digest != control.digest || now.is_some() => End::Gone(Gone::Incomparable),
            _ => End::Gone(Gone::Fixed),
        };
        change
            .prepare_cached("UPDATE finding SET ended_at = ?2, ended_by = ?3 WHERE id = ?1")?
            .execute(params![known.id, at, by.as_str()])?;
        changes.ended.push(Ended {
            control: control.id.clone(),
            level: known.level,
            fingerprint,
            subject: known.subject,
            message: known.message,
            first_seen: Timestamp::from_second(known.first_seen).unwrap_or(Timestamp::UNIX_EPOCH),
            by,
        });
    }
    Ok(())
}

fn state(change: &Transaction<'_>, workspace: i64, control: &str) -> rusqlite::Result<Option<State>> {
    let sql = "SELECT digest, status, window_since FROM control_state WHERE workspace = ?1 AND control = ?2";
    let mut query = change.prepare_cached(sql)?;
    let mut rows = query.query_map(params![workspace, control], |row| {
        Ok(State { digest: row.get(0)?, status: row.get(1)?, window_since: row.get(2)? })
    })?;
    rows.next().transpose()
}

fn open(change: &Transaction<'_>, workspace: i64, control: &str) -> rusqlite::Result<HashMap<String, Open>> {
    let sql = "SELECT fingerprint, id, level, subject, message, digest, evidence_at, first_seen FROM finding \
               WHERE workspace = ?1 AND control = ?2 AND ended_by IS NULL";
    let mut query = change.prepare_cached(sql)?;
    let rows = query.query_map(params![workspace, control], |row| {
        let open = Open {
            id: row.get(1)?,
            level: row.get(2)?,
            subject: row.get(3)?,
            message: row.get(4)?,
            digest: row.get(5)?,
            evidence_at: row.get(6)?,
            first_seen: row.get(7)?,
        };
        Ok((row.get(0)?, open))
    })?;
    rows.collect()
}

/// How the newest time that a finding was open ended; none where it never was.
fn last_end(
    change: &Transaction<'_>,
    workspace: i64,
    control: &str,
    fingerprint: &str,
) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT ended_by FROM finding WHERE workspace = ?1 AND control = ?2 AND fingerprint = ?3 \
               ORDER BY id DESC LIMIT 1";
    let mut query = change.prepare_cached(sql)?;
    let mut rows = query.query_map(params![workspace, control, fingerprint], |row| row.get(0))?;
    Ok(rows.next().transpose()?.flatten())
}

fn holds(change: &Transaction<'_>, workspace: i64, kind: &str, name: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM condition WHERE workspace = ?1 AND kind = ?2 AND name = ?3";
    change.prepare_cached(sql)?.exists(params![workspace, kind, name])
}

/// Keeps which conditions of a kind hold, and says which of them begin. One that the run did not look at goes on.
pub(super) fn begin(
    change: &Transaction<'_>,
    workspace: i64,
    kind: &str,
    at: i64,
    names: Vec<&str>,
    looked_at: impl Fn(&str) -> bool,
) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM condition WHERE workspace = ?1 AND kind = ?2";
    let known: Vec<String> = {
        let mut query = change.prepare_cached(sql)?;
        let rows = query.query_map(params![workspace, kind], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for over in known.iter().filter(|known| looked_at(known) && !names.contains(&known.as_str())) {
        change
            .prepare_cached("DELETE FROM condition WHERE workspace = ?1 AND kind = ?2 AND name = ?3")?
            .execute(params![workspace, kind, over])?;
    }
    let new: Vec<String> = names
        .into_iter()
        .filter(|name| !known.iter().any(|known| known == name))
        .map(str::to_owned)
        .collect();
    for name in &new {
        change
            .prepare_cached("INSERT INTO condition (workspace, kind, name, since) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![workspace, kind, name, at])?;
    }
    Ok(new)
}
