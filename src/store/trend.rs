//! How a workspace fared from run to run.

use jiff::Timestamp;
use rusqlite::params;
use serde::Serialize;

use super::{RunRow, Store, StoreError, Workspace};
use crate::level::Level;

/// Where a workspace stood at a run that can be compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Point {
    pub run: i64,
    pub at: Timestamp,
    pub pass: Option<i64>,
    pub fail: Option<i64>,
    pub manual: Option<i64>,
    pub unknown: Option<i64>,
    /// The share of controls that pass or fail.
    pub coverage: Option<f64>,
    pub teammates: Option<i64>,
    /// How many findings of each level were open: what this run saw, and what it could not look for and was open before.
    pub open_l1: usize,
    pub open_l2: usize,
    pub open_l3: usize,
}

impl Store {
    /// The runs of a workspace that can be compared, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn trend(&self, workspace: &Workspace) -> Result<Vec<Point>, StoreError> {
        let open = [
            self.lifetimes(workspace, Level::L1)?,
            self.lifetimes(workspace, Level::L2)?,
            self.lifetimes(workspace, Level::L3)?,
        ];
        let runs = self.runs(workspace)?;
        let points = runs.into_iter().rev().filter(RunRow::is_compared).map(|run| {
            let [open_l1, open_l2, open_l3] = [0, 1, 2].map(|level| open[level].open_at(run.at.as_second()));
            let RunRow { id, at, pass, fail, manual, unknown, coverage, teammates, .. } = run;
            Point { run: id, at, pass, fail, manual, unknown, coverage, teammates, open_l1, open_l2, open_l3 }
        });
        Ok(points.collect())
    }

    fn lifetimes(&self, workspace: &Workspace, level: Level) -> Result<Lifetimes, StoreError> {
        let times = |column: &str| {
            let sql = format!(
                "SELECT {column} FROM finding WHERE workspace = ?1 AND level = ?2 AND {column} IS NOT NULL ORDER BY 1"
            );
            let mut query = self.connection.prepare(&sql)?;
            let rows = query.query_map(params![workspace.id, level.as_str()], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<Vec<i64>>>()
        };
        let read = || Ok(Lifetimes { began: times("open_since")?, ended: times("ended_at")? });
        read().map_err(self.failed())
    }
}

/// When the findings of a level began and ended, both in order.
struct Lifetimes {
    began: Vec<i64>,
    ended: Vec<i64>,
}

impl Lifetimes {
    fn open_at(&self, at: i64) -> usize {
        let until = |times: &[i64]| times.partition_point(|time| *time <= at);
        until(&self.began).saturating_sub(until(&self.ended))
    }
}
