//! Alerts: what is sent where and when, and what happens if it is not accepted.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

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

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The part of an address that must not show.
const PATH: &str = "/hooks/9f86d081884c7d65";

/// The instants of runs, an hour apart, up to the one that tests run at.
const HOURS: [&str; 4] = ["2026-08-01T09:00:00Z", "2026-08-01T10:00:00Z", "2026-08-01T11:00:00Z", NOW];

const WEBHOOK: &str =
    "[[alert]]\nname = 'ops'\nkind = 'webhook'\nurl_env = 'OPS_URL'\nsecret_env = 'OPS_SECRET'\n";

/// A store that outlasts runs, and a receiver.
struct Scene {
    folder: tempfile::TempDir,
    receiver: Receiver,
}

impl Scene {
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
    let scene = Scene::new();
    scene.begin(WEBHOOK);
    let run = scene.scan(Workspace::crowded(), HOURS[1], WEBHOOK).run().exits(1);
    assert!(!run.stderr.contains("lert"), "nothing went wrong: {}", run.stderr);
    let sent = scene.receiver.take();
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
    scene.scan(Workspace::crowded(), HOURS[2], WEBHOOK).run().exits(1);
    assert!(scene.receiver.take().is_empty(), "it was told");
    scene.scan(Workspace::crowded(), HOURS[2], WEBHOOK).run().exits(1);
    assert!(scene.receiver.take().is_empty(), "the same run twice is one");
    assert_eq!(
        scene.query::<String>("SELECT message.id FROM message WHERE accepted_at IS NOT NULL"),
        [body["id"].as_str().unwrap()]
    );
    let accepted =
        scene.query::<String>("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', accepted_at, 'unixepoch') FROM message");
    assert_eq!(accepted, [HOURS[1]]);
}

#[test]
fn what_was_not_accepted_is_sent_again_with_the_next_run_in_order() {
    let scene = Scene::new();
    let both = format!("{WEBHOOK}on = ['new', 'resolved']\n");
    scene.begin(&both);
    scene.receiver.reply([Reply::Saying(500, "disk full".to_owned())]);
    let run = scene.scan(Workspace::crowded(), HOURS[1], &both).run().exits(1);
    let run = run.says("warning: alert \"ops\" was not accepted: it answered 500 (disk full). 1 message waits for the next run.");
    assert!(run.json()["gate"]["exit_code"] == 1);
    let first = scene.receiver.take();
    scene.receiver.reply([Reply::Saying(503, "<html>".to_owned())]);
    scene.scan(Workspace::healthy(), HOURS[2], &both).run().exits(0).says("2 messages wait");
    let again = scene.receiver.take();
    assert_eq!((first.len(), again.len()), (1, 1), "nothing behind the one that waits is sent");
    assert_eq!(
        (&first[0].json(), first[0].headers["webhook-id"].as_str()),
        (&again[0].json(), again[0].headers["webhook-id"].as_str())
    );
    scene.scan(Workspace::healthy(), HOURS[3], &both).run().exits(0);
    let sent = scene.receiver.take();
    sent.iter().for_each(assert_signed);
    let [new, resolved] = sent.iter().map(Heard::json).collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(new, first[0].json());
    assert!(subjects(&resolved, "resolved").contains(&"one@fixture.example".to_owned()), "{resolved}");
    assert!(resolved["new"].as_array().unwrap().is_empty());
    assert_eq!(scene.query::<i64>("SELECT attempts FROM message ORDER BY row"), [3, 1]);
    assert!(scene.query::<Option<String>>("SELECT failure FROM message").iter().all(Option::is_none));
}

#[test]
fn a_message_that_is_never_accepted_does_not_keep_others_back() {
    let scene = Scene::new();
    scene.begin(WEBHOOK);
    scene.receiver.reply([Reply::Saying(400, "bad".to_owned()), Reply::Saying(413, String::new())]);
    scene.scan(Workspace::crowded(), HOURS[1], WEBHOOK).run().exits(1).says("it answered 400 (bad)");
    let more = Workspace::crowded().teammate("four@fixture.example", "Admin");
    scene.scan(more, HOURS[2], WEBHOOK).run().exits(1).says("it answered 413. 1 message waits");
    let subjects: Vec<_> =
        scene.receiver.take().iter().map(|sent| subjects(&sent.json(), "new").len()).collect();
    assert_eq!(subjects.len(), 3, "the later one was sent, too");
}

#[test]
fn a_receiver_that_hangs_redirects_or_is_gone_changes_neither_exit_code_nor_report() {
    let scene = Scene::new();
    scene.begin(WEBHOOK);
    let elsewhere = Receiver::start(Reply::Status(204));
    scene.receiver.reply([Reply::Silence]);
    let run = scene.scan(Workspace::crowded(), HOURS[1], WEBHOOK).run().exits(1);
    assert!(run.elapsed < Duration::from_secs(15), "{:?}", run.elapsed);
    run.says("there was no answer within 5 s");
    for (reply, said) in [
        (Reply::Redirect(elsewhere.address("/stolen")), "it redirects (302), which is not followed"),
        (Reply::Saying(410, String::new()), "it answered 410: the receiver is gone for good"),
        (Reply::Saying(404, format!("Cannot POST {PATH}\x1b[2J")), "it answered 404 (Cannot POST ***"),
    ] {
        scene.receiver.reply([reply]);
        let run = scene.scan(Workspace::crowded(), HOURS[2], WEBHOOK).run().exits(1).says(said);
        assert!(!run.stderr.contains('\x1b') && !run.stderr.contains("stolen"), "{}", run.stderr);
    }
    assert!(elsewhere.take().is_empty(), "redirects are not followed");
    assert_eq!(scene.receiver.take().len(), 4);
    let closed = "[[alert]]\nname = 'ops'\nkind = 'slack'\nurl_env = 'CLOSED'\n";
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let program = scene.scan(Workspace::crowded(), HOURS[3], closed);
    program.env("CLOSED", format!("http://{port}{PATH}")).run().exits(1).says("the connection was refused");
}

#[test]
fn several_processes_send_a_message_once() {
    let scene = Scene::new();
    scene.begin(WEBHOOK);
    scene.receiver.reply([Reply::Saying(500, String::new())]);
    scene.scan(Workspace::crowded(), HOURS[1], WEBHOOK).run().exits(1);
    assert_eq!(scene.receiver.take().len(), 1);
    thread::scope(|scope| {
        for minute in 1..=4 {
            let scene = &scene;
            scope.spawn(move || {
                let now = format!("2026-08-01T10:0{minute}:00Z");
                scene.scan(Workspace::crowded(), &now, WEBHOOK).run().exits(1)
            });
        }
    });
    assert_eq!(scene.receiver.take().len(), 1);
}

#[test]
fn slack_is_sent_blocks_in_which_nothing_acts() {
    let scene = Scene::new();
    let slack = "[[alert]]\nname = 'team'\nkind = 'slack'\nurl_env = 'OPS_URL'\n";
    scene.begin(slack);
    let workspace = Workspace::crowded().app("name", "<!channel> & <https://evil.example|Co>");
    scene.scan(workspace, HOURS[1], slack).run().exits(1);
    let [sent] = scene.receiver.take().try_into().unwrap();
    assert!(!sent.headers.contains_key("webhook-signature"));
    let message = sent.json();
    let text = sent.body;
    assert!(!text.contains('<') && text.contains("&lt;!channel&gt; &amp; "), "{text}");
    assert_eq!(message["blocks"][0]["type"], "header");
    assert!(message["text"].as_str().unwrap().contains("one@fixture.example"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_command_reads_the_message_and_sees_no_secret() {
    let scene = Scene::new();
    let config = "[[alert]]\nname = 'team'\nkind = 'slack'\nurl_env = 'OPS_URL'\n\
                  [[alert]]\nname = 'mail'\nkind = 'command'\ncommand = ['./notify', '$HOME; touch owned', '*']\n";
    let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > args\nenv | cut -d= -f1 > environment\ncat > message\n";
    let with = |program: Program, script: &str| program.file("notify", script).mode("notify", 0o700);
    with(scene.scan(Workspace::healthy(), HOURS[0], config), script).run().exits(0);
    let run = with(scene.scan(Workspace::crowded(), HOURS[1], config), script).run().exits(1);
    assert_eq!(run.read("args").unwrap(), "$HOME; touch owned\n*\n", "there is no shell");
    let environment = run.read("environment").unwrap();
    let has = |name: &str| environment.lines().any(|line| line == name);
    assert!(has("HOME") && has("OTHER"), "{environment}");
    assert!(!has("INTERCOM_ACCESS_TOKEN") && !has("OPS_URL"), "{environment}");
    let message: Value = serde_json::from_str(&run.read("message").unwrap()).unwrap();
    assert!(subjects(&message, "new").contains(&"one@fixture.example".to_owned()));
    let failing = "#!/bin/sh\necho 'no \u{1b}[2J route' >&2\nexit 3\n";
    let more = || Workspace::crowded().teammate("four@fixture.example", "Admin");
    let run = with(scene.scan(more(), HOURS[2], config), failing).run().exits(1);
    let run = run.says("alert \"mail\" was not accepted: it ended with exit status: 3 (no \\u{1b}[2J route)");
    assert!(!run.stderr.contains('\u{1b}'));
    let hanging = "#!/bin/sh\nsleep 300 &\nsleep 300\n";
    let run = with(scene.scan(more(), HOURS[3], config), hanging).run().exits(1);
    let run = run.says("it did not end within 5 s and was killed");
    assert!(run.elapsed < Duration::from_secs(20), "{:?}", run.elapsed);
    scene.scan(more(), "2026-08-01T13:00:00Z", config).run().exits(1).says("it cannot be started");
}

#[test]
fn addresses_and_secrets_are_asked_for_before_anything_is_read() {
    let scene = Scene::new();
    let api = || Workspace::healthy().serve();
    let scan = |config: &str| {
        let server = api();
        let origin = server.origin();
        let program = crate::program::scan(&origin).against(server);
        program.args(["--store", "posture.db"]).config(config)
    };
    let run = scan(WEBHOOK)
        .run()
        .exits(2)
        .says("cannot read the address of alert \"ops\" from OPS_URL: the variable is not set");
    assert!(run.files() == ["own.toml"], "no store was begun: {:?}", run.files());
    scan(WEBHOOK)
        .env("OPS_URL", "http://hooks.example/9f86d081884c7d65")
        .secret("9f86d081884c7d65")
        .run()
        .exits(2)
        .says("is not encrypted");
    let url = scene.receiver.address(PATH);
    scan(WEBHOOK).env("OPS_URL", &url).run().exits(2).says("from OPS_SECRET");
    let bad = scan(WEBHOOK).env("OPS_URL", &url).env("OPS_SECRET", "hunter2hunter2").secret("hunter2hunter2");
    bad.run().exits(2).says("is no secret of a webhook").says("openssl rand -base64 32");
    let files = "[[alert]]\nname = 'ops'\nkind = 'webhook'\nurl_file = 'url'\nsecret_file = 'absent'\n";
    scan(files).file("url", &url).run().exits(2).says("absent");
    let unsigned = "[[alert]]\nname = 'ops'\nkind = 'webhook'\nurl_file = 'url'\n";
    scan(unsigned)
        .file("url", &url)
        .secret(PATH)
        .run()
        .exits(0)
        .says("messages of alert \"ops\" are not signed");
    let unknown = format!("{WEBHOOK}controls = ['2.33']\n");
    scan(&unknown).run().exits(2).says("there is no control `2.33` (did you mean `2.3`?)");
    let found = Workspace::healthy().scan().file(crate::program::FILE, WEBHOOK);
    found.run().exits(2).says("`[[alert]]` is refused in a configuration found in the working directory");
}

#[test]
fn without_a_store_nothing_is_told_and_that_is_said() {
    let scan = Workspace::healthy().scan().config(WEBHOOK);
    scan.run().exits(0).says("nothing is alerted on without a store");
    crate::program::demo().config(WEBHOOK).run().exits(0);
}

#[test]
fn a_source_that_fails_is_told_when_it_begins() {
    let scene = Scene::new();
    let config = &format!("[workspace]\nid = 'fixture1'\n{WEBHOOK}");
    scene.begin(config);
    let broken = || Api::new(Workspace::healthy()).log_fault(&Answer::error(400, "bad", "no"));
    scene.with(broken().scan().now(HOURS[1]), config).run().exits(3);
    let [sent] = scene.receiver.take().try_into().unwrap();
    let body = sent.json();
    assert_eq!(
        (&body["incomplete"][0]["source"], &body["incomplete"][0]["status"]),
        (&"activity-log".into(), &"failed".into())
    );
    scene.with(broken().scan().now(HOURS[2]), config).run().exits(3);
    assert!(scene.receiver.take().is_empty(), "it was told when it began");
    // A scan that cannot read anything is told as well, where it is known of which workspace it would have been.
    let denied = Api::new(Workspace::healthy())
        .fault("/me", Answer::error(401, "unauthorized", "Access Token Invalid"));
    scene.with(denied.scan().now(HOURS[3]), config).run().exits(3);
    let [sent] = scene.receiver.take().try_into().unwrap();
    let body = sent.json();
    assert_eq!(body["incomplete"][0]["source"], "scan", "{body}");
    assert!(body["incomplete"][0]["reason"].as_str().unwrap().contains("GET /me"), "{body}");
}

#[test]
fn redaction_covers_messages_and_store() {
    let scene = Scene::new();
    let redacted = |workspace: Workspace, now: &str| {
        let program = scene.scan(workspace, now, WEBHOOK).arg("--redact");
        program.env("INTERCOM_HARDEN_REDACT_KEY", "0123456789abcdef0123")
    };
    redacted(Workspace::healthy(), HOURS[0]).run().exits(0);
    redacted(Workspace::crowded(), HOURS[1]).run().exits(1);
    let [sent] = scene.receiver.take().try_into().unwrap();
    let text = sent.body;
    assert!(!text.contains("one@") && text.contains("person-") && !text.contains("\"Fixture\""), "{text}");
    let bodies = scene.query::<String>("SELECT body FROM message");
    assert_eq!(bodies, [text]);
}

#[test]
fn a_test_is_marked_and_recorded() {
    let scene = Scene::new();
    let both = format!("{WEBHOOK}[[alert]]\nname = 'Team'\nkind = 'slack'\nurl_env = 'OPS_URL'\n");
    scene.begin(&both);
    let test = |words: &[&str]| {
        let program = program().args(["alert", "test"]).args(words.iter().copied());
        scene.with(program, &both)
    };
    let run = test(&[]).run().exits(0);
    assert_eq!(run.stdout, "ops: accepted\nTeam: accepted\n");
    let [webhook, slack] = scene.receiver.take().try_into().unwrap();
    assert_signed(&webhook);
    let body = webhook.json();
    assert_eq!(
        (&body["test"], &body["new"], &body["run"]),
        (&true.into(), &Value::Array(Vec::new()), &Value::Null)
    );
    assert!(slack.json()["text"].as_str().unwrap().starts_with("*Test of alert Team*"));
    let accepted = scene.query::<String>(
        "SELECT destination FROM message WHERE accepted_at IS NOT NULL AND run IS NULL ORDER BY row",
    );
    assert_eq!(accepted, ["ops", "Team"]);
    scene.receiver.reply([Reply::Saying(403, "invalid_token".to_owned())]);
    let run = test(&["team"]).run().exits(3);
    assert_eq!(run.stdout, "Team: not accepted: it answered 403 (invalid_token)\n");
    assert_eq!(
        scene.query::<i64>("SELECT COUNT(*) FROM message"),
        [2],
        "a test that failed is not sent again"
    );
    test(&["opps"]).run().exits(2).says("there is no alert `opps` (did you mean `ops`?)");
    program()
        .args(["alert", "test"])
        .run()
        .exits(2)
        .says("the configuration has no [[alert]]")
        .says("hint: ");
}

/// The program that `docs/alerts.md` recommends, with something in the place of `sendmail`.
#[cfg(unix)]
#[test]
fn the_documented_program_mails_a_message() {
    if std::process::Command::new("jq").arg("--version").output().is_err() {
        eprintln!("skipped: jq is not there to write a mail");
        return;
    }
    let scene = Scene::new();
    let config =
        "[[alert]]\nname = 'mail'\nkind = 'command'\ncommand = ['./mail', 'security@acme.example']\n";
    let with = |program: Program| {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mail = std::fs::read(root.join("docs/alerts/mail")).unwrap();
        let program = program.file("mail", mail).mode("mail", 0o700);
        let program = program.file("bin/sendmail", "#!/bin/sh\ncat > sent\n").mode("bin/sendmail", 0o700);
        let path = format!("{}:{}", program.path("bin").display(), std::env::var("PATH").unwrap());
        program.env("PATH", path)
    };
    with(scene.scan(Workspace::healthy(), HOURS[0], config)).run().exits(0);
    let named = Workspace::crowded().app("name", "Acme\nBcc: eve@evil.example");
    let run = with(scene.scan(named, HOURS[1], config)).run().exits(1);
    let sent = run.read("sent").unwrap_or_else(|| panic!("{}", run.stderr));
    let (head, body) = sent.split_once("\n\n").unwrap();
    assert_eq!(
        head.lines().collect::<Vec<_>>(),
        [
            "To: security@acme.example",
            "Subject: [intercom-harden] 5 new, 0 resolved, 0 undecided or unread",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
        ]
    );
    assert!(
        body.contains(
            "- 2.3 Limit admin access to 2–3 people: one@fixture.example: is privileged by role Admin"
        ),
        "{body}"
    );
    assert!(body.contains("\n  Next: Settings > Workspace > Teammates"), "{body}");
}

/// The tables and the example of `docs/alerts.md`.
#[test]
fn the_document_says_what_there_is() {
    let text = crate::readme::document("docs/alerts.md");
    let example = text.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let scene = Scene::new();
    let secret = scene.folder.path().join("slack");
    std::fs::write(&secret, scene.receiver.address(PATH)).unwrap();
    let example = example.replace("/run/credentials/slack-url", &secret.display().to_string());
    let program = Workspace::healthy().scan().config(&example).env("SOC_URL", scene.receiver.address(PATH));
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
