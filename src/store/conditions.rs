//! What holds from run to run, and is told when it begins.

use rusqlite::{Transaction, params};

pub(super) fn holds(
    change: &Transaction<'_>,
    workspace: i64,
    kind: &str,
    name: &str,
) -> rusqlite::Result<bool> {
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
