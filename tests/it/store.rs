//! The store as a file: that of version 1, its description, and many processes that write to one.

use std::path::Path;

use rusqlite::Connection;
use serde_json::json;

use crate::cases::side_by_side;
use crate::history::{fixture, history, json_of, written};
use crate::program::{NOW, program};
use crate::readme::document;
use crate::workspace::{DAY, HOUR, Workspace};

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

/// Overwrites the first page of a table.
fn damage(path: &Path, table: &str) {
    let store = Connection::open(path).unwrap();
    let number = |sql: &str| store.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    number("PRAGMA wal_checkpoint(TRUNCATE)");
    let page = number(&format!("SELECT rootpage FROM sqlite_schema WHERE name = '{table}'"));
    let size = usize::try_from(number("PRAGMA page_size")).unwrap();
    drop(store);
    let mut bytes = std::fs::read(path).unwrap();
    let from = (usize::try_from(page).unwrap() - 1) * size;
    bytes[from..from + size].fill(0xEE);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_store_whose_schema_is_another_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posture.db");
    let scan = || {
        let program = program().fixture("sample.snapshot", "snapshots/sample.snapshot");
        program.args(["scan", "--snapshot", "sample.snapshot", "--store", path.to_str().unwrap()])
    };
    for change in [
        "CREATE TRIGGER silence AFTER INSERT ON message BEGIN DELETE FROM message; END",
        "DROP VIEW v_runs; CREATE VIEW v_runs AS SELECT 1",
    ] {
        std::fs::copy(fixture(), &path).unwrap();
        Connection::open(&path).unwrap().execute_batch(change).unwrap();
        let list = program().args(["history", "list", "--store", path.to_str().unwrap()]);
        list.run().exits(2).says("not a store of");
        scan().run().exits(2).says("not a store of");
    }
    std::fs::write(&path, "a page for all to read").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        scan().run().exits(2);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    }
}

#[test]
fn a_store_that_cannot_be_written_costs_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posture.db");
    let store = ["--store", path.to_str().unwrap()];
    Workspace::healthy().scan().now("2026-07-01T12:00:00Z").args(store).run();
    damage(&path, "run_source");
    let healthy = Workspace::healthy().scan().args(store).run().exits(3).says("malformed");
    assert_eq!(healthy.json()["gate"]["passed"], true);
    let crowded = Workspace::crowded().scan().args(store).run().exits(1).says("malformed");
    assert_eq!(crowded.json()["gate"]["passed"], false, "the violation is certain");
    // The error of the scan comes last, whatever became of the store.
    damage(&path, "condition");
    let closed = crate::program::live("http://127.0.0.1:9", &["scan", "--timeout", "1s"]).args(store);
    let closed = closed.config("[workspace]\nid = \"ab12cd34\"\n").run().exits(3);
    closed.says("malformed").says("error: the API could not be reached");
}

#[test]
fn prune_drops_reports_and_keeps_sights() {
    let before = json_of(&["findings"]);
    let prune = |words: &[&str]| history(&[&["prune"], words].concat()).now(NOW);
    prune(&[]).run().exits(2).says("no retention period is set").says("--keep 365d");
    let pruned = prune(&["--keep", "10d"]).run().exits(0);
    assert_eq!(pruned.stdout, "Dropped 4 reports from before 2026-07-22, 2 left.\n");
    let store = pruned.bytes("posture.db");
    assert!(store.len() < std::fs::read(fixture()).unwrap().len(), "the room was given back");
    let left = |words: &[&str]| {
        let left = program().file("posture.db", &store).arg("history").args(words.iter().copied());
        left.args(["--store", "posture.db"])
    };
    assert_eq!(left(&["findings", "--format", "json"]).now(NOW).run().json(), before);
    left(&["show", "1"]).run().exits(2).says("older than the store keeps them");
    let list = left(&["list"]).run().stdout;
    assert!(list.contains("report dropped"), "{list}");
    let json = prune(&["--keep", "10d", "--format", "json"]).run().exits(0).json();
    assert_eq!(json, json!({"dropped": 4, "left": 2}));
    assert_eq!(prune(&["--keep", "10d", "--format", "csv"]).run().exits(0).stdout, "dropped,left\n4,2\n");
    let by_configuration = program().fixture("posture.db", "stores/v1.db");
    let by_configuration = by_configuration.args(["history", "prune", "--workspace", "Fixture"]).now(NOW);
    let run = by_configuration.config("[store]\nfile = \"posture.db\"\nkeep = \"10d\"\n").run().exits(0);
    assert_eq!(run.stdout, pruned.stdout);
}

/// How long twelve processes write; `tests/external` has them do it for a minute.
fn seconds() -> u64 {
    let given = std::env::var("INTERCOM_HARDEN_STORE_SECONDS").ok();
    given.map_or(3, |given| given.parse().expect("a number of seconds"))
}

#[test]
fn twelve_processes_lose_nothing() {
    let seconds = seconds();
    let folder = tempfile::tempdir().unwrap();
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/snapshots/sample.snapshot");
    let store = folder.path().join("posture.db");
    let began = std::time::Instant::now();
    let kept = side_by_side(0..12_i64, |process| {
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
    });
    let kept: i64 = kept.into_iter().sum();
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
