//! The store as a file: that of version 1, its description, and many processes that write to one.

use std::path::Path;

use rusqlite::Connection;

use crate::history::{fixture, written};
use crate::program::{NOW, program};
use crate::readme::document;
use crate::workspace::{DAY, HOUR};

/// Every table, index and view of a store.
fn schema(store: &Path) -> Vec<(String, Option<String>)> {
    let store = Connection::open(store).unwrap();
    let mut query = store.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn the_store_of_version_1_is_what_this_version_writes() {
    let store = written();
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::create_dir_all(fixture().parent().unwrap()).unwrap();
        std::fs::write(fixture(), &store).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let (new, old) = (folder.path().join("new.db"), folder.path().join("old.db"));
    std::fs::write(&new, store).unwrap();
    std::fs::copy(fixture(), &old).unwrap();
    assert_eq!(
        schema(&old),
        schema(&new),
        "before a release UPDATE_FIXTURES=1 writes it anew, after one a migration is due"
    );
    let said = |store: &Path| {
        let list = program().file("posture.db", std::fs::read(store).unwrap());
        list.args(["history", "findings", "--store", "posture.db", "--format", "json"]).now(NOW).run().json()
    };
    assert_eq!(said(&old), said(&new));
}

#[test]
fn the_document_has_every_table_view_and_column_and_its_queries_run() {
    let text = document("docs/store.md");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posture.db");
    std::fs::copy(fixture(), &path).unwrap();
    let store = Connection::open(&path).unwrap();
    for (name, _) in
        schema(&path).iter().filter(|(_, sql)| sql.as_ref().is_some_and(|sql| !sql.contains("CREATE INDEX")))
    {
        assert!(text.contains(&format!("### `{name}`")), "docs/store.md has no section of {name}");
        let section = text.split(&format!("### `{name}`")).nth(1).unwrap().split("\n#").next().unwrap();
        let columns = store.prepare(&format!("SELECT * FROM {name}")).unwrap();
        for column in columns.column_names() {
            assert!(
                section.contains(&format!("`{column}`")),
                "docs/store.md does not say what {name}.{column} is"
            );
        }
    }
    let queries: Vec<_> =
        text.lines().filter_map(|line| line.trim_start_matches("$ ").strip_prefix("sqlite3 ")).collect();
    assert!(queries.len() >= 6, "{queries:?}");
    let mut answered = 0;
    for line in queries {
        let sql = line.split('"').nth(1).unwrap_or_else(|| panic!("no query in {line}"));
        let mut query = store.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let mut rows = query.query([]).unwrap();
        while rows.next().unwrap_or_else(|error| panic!("{sql}: {error}")).is_some() {
            answered += 1;
        }
    }
    assert!(answered > 5, "{answered} rows");
}

/// How long twelve processes write; `tests/external` has them do it for a minute.
fn seconds() -> u64 {
    let given = std::env::var("INTERCOM_HARDEN_STORE_SECONDS").ok();
    given.map_or(5, |given| given.parse().expect("a number of seconds"))
}

#[test]
fn twelve_processes_lose_nothing() {
    let seconds = seconds();
    let folder = tempfile::tempdir().unwrap();
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/snapshots/sample.snapshot");
    let store = folder.path().join("posture.db");
    let began = std::time::Instant::now();
    let threads: Vec<_> = (0..12_i64)
        .map(|process| {
            let (snapshot, store) = (snapshot.clone(), store.clone());
            std::thread::spawn(move || {
                let mut kept = 0_i64;
                while began.elapsed().as_secs() < seconds {
                    let now = jiff::Timestamp::from_second(
                        crate::program::NOW_SECONDS - 200 * DAY + (kept * 12 + process) * HOUR,
                    )
                    .unwrap();
                    let scan = crate::program::binary()
                        .env_clear()
                        .args([
                            "scan",
                            "--no-config",
                            "--fail-on",
                            "never",
                            "--format",
                            "none",
                            "--now",
                            &now.to_string(),
                        ])
                        .arg("--snapshot")
                        .arg(&snapshot)
                        .arg("--store")
                        .arg(&store)
                        .output()
                        .unwrap();
                    assert!(scan.status.success(), "{}", String::from_utf8_lossy(&scan.stderr));
                    kept += 1;
                }
                kept
            })
        })
        .collect();
    let kept: i64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    let store = Connection::open(&store).unwrap();
    let one = |sql: &str| store.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(one("SELECT COUNT(*) FROM run WHERE report IS NOT NULL"), kept);
    assert_eq!(one("SELECT COUNT(*) FROM workspace"), 1);
    assert_eq!(one("SELECT COUNT(DISTINCT at) FROM run"), kept);
    let sound: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    assert!(kept >= 12, "{kept} runs");
    println!("{kept} runs of 12 processes are in one store");
}
