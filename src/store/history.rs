//! What became of findings over the runs of a workspace, and how long ago the last good run was.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Row, TransactionBehavior, params};
use serde::Serialize;

use super::keep::drop_reports;
use super::{RunRow, Store, StoreError, Workspace};
use crate::level::Level;

/// A finding from a first sight to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Sighting {
    pub control: String,
    pub level: String,
    pub check: String,
    pub subject: String,
    pub message: String,
    /// The id of the person it is about.
    pub person: Option<String>,
    pub fingerprint: String,
    /// When it was seen for the first time ever.
    pub first_seen: Timestamp,
    /// When it was seen first since it last ended.
    pub open_since: Timestamp,
    pub last_seen: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// How it ended: fixed, aged-out, reviewed, waived or incomparable; null where it is open.
    pub ended_by: Option<String>,
    /// How long it has been open, or was.
    pub age_seconds: i64,
}

/// How many findings of a level are open, and how the others ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Fates {
    pub open: u64,
    pub fixed: u64,
    pub aged_out: u64,
    pub reviewed: u64,
    pub waived: u64,
    pub incomparable: u64,
    /// Half of those that were fixed took no longer than this; null where none was. What aged out is not among them.
    pub median_seconds_to_fix: Option<i64>,
}

/// What was dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Pruned {
    /// How many reports.
    pub dropped: u64,
    /// How many are left.
    pub left: u64,
}

impl Fates {
    /// How many have ended.
    pub(crate) const fn ended(&self) -> u64 {
        self.fixed + self.aged_out + self.reviewed + self.waived + self.incomparable
    }
}

fn instant(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    Ok(Timestamp::from_second(row.get(index)?).unwrap_or(Timestamp::UNIX_EPOCH))
}

impl Store {
    /// The findings of a workspace, those that are open first, then by level and control, the oldest first: all of them,
    /// or as many as asked for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn findings(
        &self,
        workspace: &Workspace,
        open_only: bool,
        most: Option<usize>,
        now: Timestamp,
    ) -> Result<Vec<Sighting>, StoreError> {
        let which = if open_only { "AND ended_by IS NULL" } else { "" };
        let sql = format!(
            "SELECT control, level, check_name, subject, message, person, fingerprint, \
             (SELECT MIN(earlier.first_seen) FROM finding AS earlier WHERE earlier.workspace = f.workspace \
              AND earlier.control = f.control AND earlier.fingerprint = f.fingerprint), \
             first_seen, last_seen, ended_at, ended_by \
             FROM (SELECT * FROM finding WHERE workspace = ?1 {which} \
             ORDER BY ended_by IS NOT NULL, level, control, first_seen, subject, fingerprint LIMIT ?2) AS f"
        );
        let read = || {
            let mut query = self.connection.prepare(&sql)?;
            let most = most.and_then(|most| i64::try_from(most).ok()).unwrap_or(-1);
            let rows = query.query_map(params![workspace.id, most], |row| {
                let (open_since, ended): (_, Option<i64>) = (instant(row, 8)?, row.get(10)?);
                let ended_at = ended.and_then(|ended| Timestamp::from_second(ended).ok());
                Ok(Sighting {
                    control: row.get(0)?,
                    level: row.get(1)?,
                    check: row.get(2)?,
                    subject: row.get(3)?,
                    message: row.get(4)?,
                    person: row.get(5)?,
                    fingerprint: row.get(6)?,
                    first_seen: instant(row, 7)?,
                    open_since,
                    last_seen: instant(row, 9)?,
                    ended_at,
                    ended_by: row.get(11)?,
                    age_seconds: ended_at.unwrap_or(now).duration_since(open_since).as_secs().max(0),
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// For each level how many findings are open, how the others ended, and how long it took to fix one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn fates(&self, workspace: &Workspace) -> Result<[Fates; 3], StoreError> {
        let counts =
            "SELECT level, ended_by, COUNT(*) FROM finding WHERE workspace = ?1 GROUP BY level, ended_by";
        let times = "SELECT ended_at - first_seen FROM finding WHERE workspace = ?1 AND level = ?2 \
                     AND ended_by = 'fixed' ORDER BY 1";
        let read = || {
            let mut all = Level::ALL.map(|level| (level, Fates::default()));
            let mut query = self.connection.prepare(counts)?;
            let mut rows = query.query([workspace.id])?;
            while let Some(row) = rows.next()? {
                let (level, by): (String, Option<String>) = (row.get(0)?, row.get(1)?);
                let Some((_, fates)) = all.iter_mut().find(|(one, _)| one.as_str() == level) else {
                    continue;
                };
                let count = match by.as_deref() {
                    None => &mut fates.open,
                    Some("fixed") => &mut fates.fixed,
                    Some("aged-out") => &mut fates.aged_out,
                    Some("reviewed") => &mut fates.reviewed,
                    Some("waived") => &mut fates.waived,
                    Some(_) => &mut fates.incomparable,
                };
                *count += row.get::<_, i64>(2)?.unsigned_abs();
            }
            let mut query = self.connection.prepare(times)?;
            for (level, fates) in &mut all {
                let rows = query.query_map(params![workspace.id, level.as_str()], |row| row.get(0))?;
                fates.median_seconds_to_fix = median(&rows.collect::<rusqlite::Result<Vec<i64>>>()?);
            }
            Ok(all.map(|(_, fates)| fates))
        };
        read().map_err(self.failed())
    }

    /// The newest run that was good, and the newest of all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn newest(
        &self,
        workspace: &Workspace,
    ) -> Result<(Option<RunRow>, Option<RunRow>), StoreError> {
        let newest = |which: &str| self.one_run(workspace, which, 0);
        Ok((newest("outcome = 'good'")?, newest("true")?))
    }

    /// Drops the reports of runs before an instant, but for the newest one of each workspace, and gives the room back to the
    /// system. Everything else stays.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(crate) fn prune(
        &mut self,
        workspaces: &[Workspace],
        now: Timestamp,
        keep: SignedDuration,
    ) -> Result<Pruned, StoreError> {
        let failed = self.failed();
        let before = now.as_second().saturating_sub(keep.as_secs());
        let change =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let mut pruned = Pruned::default();
        for Workspace { id, .. } in workspaces {
            pruned.dropped += drop_reports(&change, *id, before).map_err(&failed)? as u64;
            let left = "SELECT COUNT(*) FROM run WHERE workspace = ?1 AND report IS NOT NULL";
            let left: i64 = change.query_row(left, [id], |row| row.get(0)).map_err(&failed)?;
            pruned.left += left.unsigned_abs();
        }
        change.commit().map_err(&failed)?;
        let shrink = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)";
        self.connection.execute_batch(shrink).map_err(&failed)?;
        Ok(pruned)
    }
}

/// The middle of sorted numbers.
fn median(sorted: &[i64]) -> Option<i64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some(lower.midpoint(upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7]), Some(7));
        assert_eq!(median(&[1, 4]), Some(2));
        assert_eq!(median(&[1, 3, 90]), Some(3));
        assert_eq!(median(&[1, 3, 5, i64::MAX]), Some(4));
    }
}
