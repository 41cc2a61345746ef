//! Alerts: what is sent where and when, and what happens if it is not accepted.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use rusqlite::Connection;
use serde_json::Value;

use crate::intercom::Api;
use crate::program::{NOW, Program, program};
use crate::receiver::{Heard, Receiver, Reply};
use crate::run::Run;
use crate::server::Answer;
use crate::workspace::Workspace;

mod delivery;
mod receivers;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The part of an address that must not show.
const PATH: &str = "/hooks/9f86d081884c7d65";

/// The instants of runs, an hour apart, up to the one that tests run at.
const HOURS: [&str; 4] = ["2026-08-01T09:00:00Z", "2026-08-01T10:00:00Z", "2026-08-01T11:00:00Z", NOW];

const WEBHOOK: &str =
    "[[alert]]\nname = 'ops'\nkind = 'webhook'\nurl_env = 'OPS_URL'\nsecret_env = 'OPS_SECRET'\n";

/// A store that outlasts runs, and a receiver.
struct Setup {
    folder: tempfile::TempDir,
    receiver: Receiver,
}

impl Setup {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), receiver: Receiver::start(Reply::Status(204)) }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("posture.db")
    }

    /// Adds the store, the configuration and what that names.
    fn with(&self, program: Program, config: &str) -> Program {
        let program = program.args(["--store".to_owned(), self.store().display().to_string()]).config(config);
        let program = program
            .env("OPS_URL", self.receiver.address(PATH))
            .env("OPS_SECRET", SECRET)
            .env("OTHER", "x")
            .env("OTHER", "x");
        program.secret(PATH).secret(SECRET)
    }

    /// A scan of a workspace at an instant.
    fn scan(&self, workspace: Workspace, now: &str, config: &str) -> Program {
        self.with(workspace.scan().now(now), config)
    }

    /// A first run, of which nothing is told.
    fn begin(&self, config: &str) -> Run {
        let run = self.scan(Workspace::healthy(), HOURS[0], config).run().exits(0);
        assert!(self.receiver.take().is_empty(), "the first run is silent");
        run
    }

    fn query<T: rusqlite::types::FromSql>(&self, sql: &str) -> Vec<T> {
        let store = Connection::open(self.store()).unwrap();
        let mut query = store.prepare(sql).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

/// Whether a message is signed as Standard Webhooks asks, not long ago.
#[track_caller]
fn assert_signed(sent: &Heard) {
    let header = |name: &str| sent.headers.get(name).unwrap_or_else(|| panic!("no {name}")).as_str();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", sent.body.as_bytes()].concat();
    let signature = STANDARD.decode(header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), &signed, &signature).expect("the signature fits");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(timestamp.parse().unwrap()) < 60, "the time is this machine's");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(sent.json()["id"], id);
}

fn subjects(message: &Value, list: &str) -> Vec<String> {
    let entries = message[list].as_array().unwrap();
    let subjects = entries.iter().map(|entry| entry["subject"].as_str().unwrap().to_owned());
    subjects.collect()
}

#[test]
fn what_is_new_is_told_once_with_a_signature() {
    let setup = Setup::new();
    setup.begin(WEBHOOK);
    let run = setup.scan(Workspace::crowded(), HOURS[1], WEBHOOK).run().exits(1);
    assert!(!run.stderr.contains("lert"), "nothing went wrong: {}", run.stderr);
    let sent = setup.receiver.take();
    assert_eq!(sent.len(), 1, "one message a run and destination");
    assert_signed(&sent[0]);
    assert_eq!(sent[0].request, format!("POST {PATH}"));
    let body = sent[0].json();
    let schema = program_schema();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&body), "{body}");
    for name in ["one", "two", "three"] {
        assert!(subjects(&body, "new").contains(&format!("{name}@fixture.example")), "{body}");
    }
    assert!(body["new"].as_array().unwrap().iter().all(|one| one["control"]["level"] == "l1"), "{body}");
    assert!(body["new"][0]["next"].as_str().unwrap().contains("Settings"));
    assert_eq!(
        (&body["workspace"]["id"], &body["run"], &body["at"]),
        (&"fixture1".into(), &2.into(), &HOURS[1].into())
    );
    setup.scan(Workspace::crowded(), HOURS[2], WEBHOOK).run().exits(1);
    assert!(setup.receiver.take().is_empty(), "it was told");
    setup.scan(Workspace::crowded(), HOURS[2], WEBHOOK).run().exits(1);
    assert!(setup.receiver.take().is_empty(), "the same run twice is one");
    assert_eq!(
        setup.query::<String>("SELECT message.id FROM message WHERE accepted_at IS NOT NULL"),
        [body["id"].as_str().unwrap()]
    );
    let accepted =
        setup.query::<String>("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', accepted_at, 'unixepoch') FROM message");
    assert_eq!(accepted, [HOURS[1]]);
    let store = String::from_utf8_lossy(&std::fs::read(setup.store()).unwrap()).into_owned();
    assert!(!store.contains(PATH) && !store.contains("MfKQ9r8G"), "the store has no address and no secret");
}

#[test]
fn without_a_store_nothing_is_told_and_that_is_said() {
    let scan = Workspace::healthy().scan().config(WEBHOOK);
    scan.run().exits(0).says("no alert is sent without a store");
    crate::program::demo().config(WEBHOOK).run().exits(0);
}

#[test]
fn a_source_that_fails_is_told_when_it_begins() {
    let setup = Setup::new();
    let config = &format!("[workspace]\nid = 'fixture1'\n{WEBHOOK}");
    setup.begin(config);
    let broken = || Api::new(Workspace::healthy()).log_fault(&Answer::error(400, "bad", "no"));
    setup.with(broken().scan().now(HOURS[1]), config).run().exits(3);
    let [sent] = setup.receiver.take().try_into().unwrap();
    let body = sent.json();
    assert_eq!(
        (&body["incomplete"][0]["source"], &body["incomplete"][0]["status"]),
        (&"activity-log".into(), &"failed".into())
    );
    setup.with(broken().scan().now(HOURS[2]), config).run().exits(3);
    assert!(setup.receiver.take().is_empty(), "it was told when it began");
    // A scan that cannot read anything is told as well, where it is known of which workspace it would have been.
    let denied = Api::new(Workspace::healthy())
        .fault("/me", Answer::error(401, "unauthorized", "Access Token Invalid"));
    setup.with(denied.scan().now(HOURS[3]), config).run().exits(3);
    let [sent] = setup.receiver.take().try_into().unwrap();
    let body = sent.json();
    assert_eq!(body["incomplete"][0]["source"], "scan", "{body}");
    assert!(body["incomplete"][0]["reason"].as_str().unwrap().contains("GET /me"), "{body}");
}

#[test]
fn redaction_covers_messages_and_store() {
    let setup = Setup::new();
    let redacted = |workspace: Workspace, now: &str| {
        let program = setup.scan(workspace, now, WEBHOOK).arg("--redact");
        program.env("INTERCOM_HARDEN_REDACT_KEY", "0123456789abcdef0123")
    };
    redacted(Workspace::healthy(), HOURS[0]).run().exits(0);
    redacted(Workspace::crowded(), HOURS[1]).run().exits(1);
    let [sent] = setup.receiver.take().try_into().unwrap();
    let text = sent.body;
    assert!(!text.contains("one@") && text.contains("person-") && !text.contains("\"Fixture\""), "{text}");
    let bodies = setup.query::<String>("SELECT body FROM message");
    assert_eq!(bodies, [text]);
}

/// The tables and the example of `docs/alerts.md`.
#[test]
fn the_document_says_what_there_is() {
    let text = crate::readme::document("docs/alerts.md");
    let example = text.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let setup = Setup::new();
    let secret = setup.folder.path().join("slack");
    std::fs::write(&secret, setup.receiver.address(PATH)).unwrap();
    let example = example.replace("/run/credentials/slack-url", &secret.display().to_string());
    let program = Workspace::healthy().scan().config(&example).env("SOC_URL", setup.receiver.address(PATH));
    let run = program.file("soc.secret", SECRET).run().exits(0);
    assert!(run.files().contains(&"posture.db".to_owned()), "{:?}", run.files());
    let body: Value =
        serde_json::from_str(text.split("```json\n").nth(1).unwrap().split("```").next().unwrap()).unwrap();
    let schema = program_schema();
    let problems: Vec<_> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&body)
        .map(|error| error.to_string())
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
}

fn program_schema() -> Value {
    program().args(["generate", "schema", "alert"]).run().exits(0).json()
}
