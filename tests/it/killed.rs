//! `kill -9` at random moments of `scan --store`, while a receiver refuses half of the messages: the store opens, no run is
//! half-written, and each new finding is told until that was confirmed, and then no more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use crate::program::{NOW_SECONDS, TOKEN, binary, evaluated};
use crate::receiver::{Heard, Receiver, Reply};
use crate::server::Server;
use crate::workspace::{Event, Workspace};

/// How many processes are killed, where the variable `INTERCOM_HARDEN_KILLS` does not say.
const KILLS: usize = 5;
/// Accepts a message.
const ACCEPT: Reply = Reply::Status(204);
/// The receivers, which are told side by side.
const NAMES: [&str; 3] = ["one", "two", "three"];
/// Runs of one store, a minute apart. Each has an app that the one before did not have.
struct Setup {
    folder: tempfile::TempDir,
    receiver: Receiver,
    server: Server,
    random: u64,
}

/// The instant of a run, in seconds since 1970.
fn second(run: usize) -> i64 {
    NOW_SECONDS + 60 * run as i64
}

/// The id of the event that the scan of a run sees first.
fn event(run: usize) -> String {
    format!("00000000-0000-4000-9000-{run:012}")
}

impl Setup {
    fn new(runs: usize) -> Self {
        let installed = |workspace: Workspace, run: usize| {
            let event = Event::new("app_package_installation")
                .by("ana@fixture.example")
                .field("id", event(run).into());
            workspace.event(event.ago(NOW_SECONDS - second(run)))
        };
        let server = (1..=runs).fold(Workspace::healthy(), installed).serve();
        let folder = tempfile::tempdir().unwrap();
        let alert = |name: &str| {
            format!(
                "[[alert]]\nname = '{name}'\nkind = 'webhook'\nurl_env = 'HOOK'\nlevel = 'l3'\non = ['new']\n"
            )
        };
        std::fs::write(folder.path().join("own.toml"), NAMES.map(alert).concat()).unwrap();
        Self { folder, receiver: Receiver::start(ACCEPT), server, random: 0x9e37_79b9_7f4a_7c15 }
    }

    fn store(&self) -> std::path::PathBuf {
        self.folder.path().join("posture.db")
    }

    /// A number below a limit.
    fn below(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % limit
    }

    /// Scans, and kills the program after some time, if it has not ended by then. Says whether it was killed, and how long it ran.
    fn scan(&self, run: usize, kill_after: Option<Duration>) -> (bool, Duration) {
        let mut command = binary();
        command
            .env_clear()
            .current_dir(self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        // The path says which process sent a message, also where it arrives after that was killed.
        command.env("INTERCOM_ACCESS_TOKEN", TOKEN).env("HOOK", self.receiver.address(&format!("/{run}")));
        let now = jiff::Timestamp::from_second(second(run)).unwrap().to_string();
        command.args([
            "scan",
            "--format",
            "none",
            "--fail-on",
            "never",
            "--config",
            "own.toml",
            "--store",
            "posture.db",
        ]);
        command.args(["--now", &now, "--base-url", &self.server.origin()]);
        let began = Instant::now();
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
                assert_eq!(status.code(), Some(0), "run {run}: {said}");
                return (false, began.elapsed());
            }
            if kill_after.is_some_and(|after| began.elapsed() >= after) {
                child.kill().unwrap();
                // It may have ended in between.
                let killed = child.wait().unwrap().code().is_none();
                return (killed, began.elapsed());
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Takes back what a process has claimed that is no more.
    fn free(&self) {
        if self.store().exists() {
            let store = Connection::open(self.store()).unwrap();
            // The first process may have been killed before there was a table.
            let _ = store.execute("UPDATE message SET claimed_until = NULL", []);
        }
    }

    /// Gives the next messages replies, of which half accept.
    fn waver(&mut self) {
        let replies: Vec<Reply> = (0..40)
            .map(|_| match self.below(4) {
                0 | 1 => ACCEPT,
                2 => Reply::Status(500),
                _ => Reply::Hangup,
            })
            .collect();
        self.receiver.reply(replies);
    }
}

fn texts(store: &Connection, sql: &str) -> Vec<String> {
    let mut query = store.prepare(sql).unwrap();
    query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Opens the store, makes sure that every run in it is whole, and gives the ids of the messages whose acceptance it knows.
#[track_caller]
fn confirmed(path: &Path) -> BTreeSet<String> {
    if !path.exists() {
        return BTreeSet::new();
    }
    let store = Connection::open(path).unwrap();
    let is_empty = texts(&store, "SELECT name FROM sqlite_schema").is_empty();
    if is_empty {
        return BTreeSet::new();
    }
    assert_eq!(texts(&store, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(texts(&store, "SELECT \"table\" FROM pragma_foreign_key_check"), [""; 0]);
    let halves = format!(
        "SELECT 'run ' || id FROM run WHERE report IS NULL OR outcome <> 'good' \
         OR (SELECT COUNT(*) FROM run_source WHERE run = run.id) <> 5 \
         OR (SELECT COUNT(*) FROM run_control WHERE run = run.id) <> {} \
         OR (SELECT COUNT(*) FROM message WHERE run = run.id) <> \
            CASE WHEN id > 1 AND EXISTS (SELECT 1 FROM finding WHERE open_since = run.at) THEN {} ELSE 0 END",
        evaluated(),
        NAMES.len()
    );
    assert_eq!(texts(&store, &halves), [""; 0], "runs that are half-written");
    texts(&store, "SELECT id FROM message WHERE accepted_at IS NOT NULL").into_iter().collect()
}

/// The run that sent a message.
fn sender(sent: &Heard) -> usize {
    sent.request.trim_start_matches("POST /").parse().unwrap()
}

fn told(body: &Value) -> Vec<String> {
    let new = body["new"].as_array().unwrap().iter();
    new.map(|finding| finding["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_program_that_is_killed_at_any_moment_leaves_a_whole_store_and_tells_everything_once() {
    let kills = std::env::var("INTERCOM_HARDEN_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let most = 4 * kills + 50;
    let mut setup = Setup::new(most);
    // The first run tells nothing.
    let (_, mut whole) = setup.scan(0, None);
    let (mut run, mut killed, mut known) = (0, BTreeSet::new(), BTreeMap::new());
    while killed.len() < kills {
        run += 1;
        assert!(run < most - 10, "{} of {run} processes were killed", killed.len());
        setup.waver();
        let percent = setup.below(120) as u32;
        let (was_killed, took) = setup.scan(run, Some(whole * percent / 100));
        if was_killed {
            killed.insert(run);
            if killed.len() < kills {
                // As if the seconds had passed that a message is left to the process that was sending it. After the last
                // one, the next run waits for them.
                setup.free();
            }
        }
        // One that was killed would have run for longer.
        whole = if was_killed { whole.max(took) * 103 / 100 } else { took };
        known.insert(run, confirmed(&setup.store()));
    }
    // Everything is accepted now.
    setup.receiver.reply([]);
    for _ in 0..2 {
        run += 1;
        setup.scan(run, None);
        known.insert(run, confirmed(&setup.store()));
    }
    let store = Connection::open(setup.store()).unwrap();
    assert_eq!(texts(&store, "SELECT id FROM message WHERE accepted_at IS NULL"), [""; 0], "nothing waits");

    let sent = setup.receiver.take();
    for one in &sent {
        let id = one.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(one.headers["webhook-id"], id);
        let before = known.range(..sender(one)).next_back();
        assert!(
            before.is_none_or(|(_, known)| !known.contains(&id)),
            "{id} was confirmed before run {}",
            sender(one)
        );
    }
    // Each finding is in one message to each receiver.
    let mut ids: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut accepted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for one in sent.iter().filter(|one| one.accepted) {
        let body = one.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        for finding in told(&body) {
            ids.entry((text("alert"), finding)).or_default().insert(text("id"));
        }
        accepted.entry(text("id")).or_default().push(sender(one));
    }
    for (name, number) in NAMES.iter().flat_map(|name| (1..=run).map(move |number| (name, number))) {
        let ids = ids.get(&((*name).to_owned(), event(number))).map_or(0, BTreeSet::len);
        assert_eq!(ids, 1, "the app of run {number} was told to {name} under {ids} ids");
    }
    // Accepted more than once is only what a kill kept from being recorded, once a kill.
    for (id, mut senders) in accepted {
        let last = senders.pop().unwrap();
        let once: BTreeSet<_> = senders.iter().copied().collect();
        assert!(
            once.len() == senders.len() && !once.contains(&last),
            "{id} was sent twice by one process: {senders:?}"
        );
        assert!(once.is_subset(&killed), "{id} was repeated although run {senders:?} was not killed");
    }
    let repeated = sent.iter().filter(|one| one.accepted).count();
    eprintln!(
        "{} processes of {run} were killed; {} messages were sent, {repeated} accepted",
        killed.len(),
        sent.len()
    );
}
