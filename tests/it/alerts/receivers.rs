//! The receivers: what each kind is sent, and what it is sent with.

use std::time::Duration;

use serde_json::Value;

use super::{HOURS, PATH, SECRET, Setup, WEBHOOK, assert_signed, subjects};
use crate::program::{Program, program};
use crate::receiver::Reply;
use crate::workspace::Workspace;

#[test]
fn slack_is_sent_blocks_in_which_nothing_acts() {
    let setup = Setup::new();
    let slack = "[[alert]]\nname = 'team'\nkind = 'slack'\nurl_env = 'OPS_URL'\n";
    setup.begin(slack);
    let workspace = Workspace::crowded().app("name", "<!channel> & <https://evil.example|Co>");
    setup.scan(workspace, HOURS[1], slack).run().exits(1);
    let [sent] = setup.receiver.take().try_into().unwrap();
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
    let setup = Setup::new();
    let config = "[[alert]]\nname = 'team'\nkind = 'slack'\nurl_env = 'OPS_URL'\n\
                  [[alert]]\nname = 'mail'\nkind = 'command'\ncommand = ['./notify', '$HOME; touch owned', '*']\n";
    let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > args\nenv | cut -d= -f1 > environment\ncat > message\n";
    let with = |program: Program, script: &str| program.file("notify", script).mode("notify", 0o700);
    with(setup.scan(Workspace::healthy(), HOURS[0], config), script).run().exits(0);
    let run = with(setup.scan(Workspace::crowded(), HOURS[1], config), script).run().exits(1);
    assert_eq!(run.read("args").unwrap(), "$HOME; touch owned\n*\n", "there is no shell");
    let environment = run.read("environment").unwrap();
    let has = |name: &str| environment.lines().any(|line| line == name);
    assert!(has("HOME") && has("OTHER"), "{environment}");
    assert!(!has("INTERCOM_ACCESS_TOKEN") && !has("OPS_URL"), "{environment}");
    let message: Value = serde_json::from_str(&run.read("message").unwrap()).unwrap();
    assert!(subjects(&message, "new").contains(&"one@fixture.example".to_owned()));
    let failing = "#!/bin/sh\necho 'no \u{1b}[2J route' >&2\nexit 3\n";
    let more = || Workspace::crowded().teammate("four@fixture.example", "Admin");
    let run = with(setup.scan(more(), HOURS[2], config), failing).run().exits(1);
    let run = run.says("alert \"mail\" was not accepted: it ended with exit status: 3 (no \\u{1b}[2J route)");
    assert!(!run.stderr.contains('\u{1b}'));
    let hanging = "#!/bin/sh\nsleep 300 &\nsleep 300\n";
    let run = with(setup.scan(more(), HOURS[3], config), hanging).run().exits(1);
    let run = run.says("it did not end within 5 s and was killed");
    assert!(run.elapsed < Duration::from_secs(20), "{:?}", run.elapsed);
    setup.scan(more(), "2026-08-01T13:00:00Z", config).run().exits(1).says("it cannot be started");
}

#[test]
fn addresses_and_secrets_are_asked_for_before_anything_is_read() {
    let setup = Setup::new();
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
    let url = setup.receiver.address(PATH);
    scan(WEBHOOK).env("OPS_URL", &url).run().exits(2).says("from OPS_SECRET");
    let bad = scan(WEBHOOK).env("OPS_URL", &url).env("OPS_SECRET", "hunter2hunter2").secret("hunter2hunter2");
    bad.run().exits(2).says("is no secret of a webhook").says("openssl rand -base64 32");
    let files = "[[alert]]\nname = 'ops'\nkind = 'webhook'\nurl_file = 'url'\nsecret_file = 'absent'\n";
    scan(files).file("url", &url).run().exits(2).says("absent");
    let unsigned = "[[alert]]\nname = 'ops'\nkind = 'webhook'\nurl_file = 'url'\n";
    scan(unsigned).file("url", &url).secret(PATH).run().exits(0).says("alert \"ops\" is not signed");
    let unknown = format!("{WEBHOOK}controls = ['2.33']\n");
    scan(&unknown).run().exits(2).says("there is no control `2.33` (did you mean `2.3`?)");
    let found = Workspace::healthy().scan().file(crate::program::FILE, WEBHOOK);
    found.run().exits(2).says("`[[alert]]` is refused in a configuration found in the working directory");
}

#[test]
fn a_test_is_marked_and_recorded() {
    let setup = Setup::new();
    let both = format!("{WEBHOOK}[[alert]]\nname = 'Team'\nkind = 'slack'\nurl_env = 'OPS_URL'\n");
    setup.begin(&both);
    let test = |words: &[&str]| {
        let program = program().args(["alert", "test"]).args(words.iter().copied());
        setup.with(program, &both)
    };
    let run = test(&[]).run().exits(0);
    assert_eq!(run.stdout, "ops: accepted\nTeam: accepted\n");
    let [webhook, slack] = setup.receiver.take().try_into().unwrap();
    assert_signed(&webhook);
    let body = webhook.json();
    assert_eq!(
        (&body["test"], &body["new"], &body["run"]),
        (&true.into(), &Value::Array(Vec::new()), &Value::Null)
    );
    assert!(slack.json()["text"].as_str().unwrap().starts_with("*Test of alert Team*"));
    let accepted = setup.query::<String>(
        "SELECT destination FROM message WHERE accepted_at IS NOT NULL AND run IS NULL ORDER BY row",
    );
    assert_eq!(accepted, ["ops", "Team"]);
    setup.receiver.reply([Reply::Saying(403, "invalid_token".to_owned())]);
    let run = test(&["team"]).run().exits(3);
    assert_eq!(run.stdout, "Team: not accepted: it answered 403 (invalid_token)\n");
    assert_eq!(
        setup.query::<i64>("SELECT COUNT(*) FROM message"),
        [2],
        "a test that failed is not sent again"
    );
    let unpinned = program().args(["alert", "test", "ops", "--store", "new.db"]).config(WEBHOOK);
    let unpinned = unpinned.env("OPS_URL", setup.receiver.address(PATH)).env("OPS_SECRET", SECRET);
    unpinned.run().exits(0).says("the test is not recorded: set id in [workspace]");
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
    let setup = Setup::new();
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
    with(setup.scan(Workspace::healthy(), HOURS[0], config)).run().exits(0);
    let named = Workspace::crowded().app("name", "Acme\nBcc: eve@evil.example");
    let run = with(setup.scan(named, HOURS[1], config)).run().exits(1);
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
    assert!(!body.contains("not listed"), "{body}");
    let tested =
        setup.with(with(program().args(["alert", "test"])), config).run().exits(0).read("sent").unwrap();
    assert!(tested.contains("\nSubject: [intercom-harden] test of alert mail\n"), "{tested}");
    let shortened = r#"{"alert": "mail", "test": false, "run": 12, "workspace": {"id": "a"}, "omitted": 7,
        "new": [], "resolved": [], "undecided": [], "incomplete": []}"#;
    let program = with(program());
    let path = format!("{}:{}", program.path("bin").display(), std::env::var("PATH").unwrap());
    std::fs::write(program.path("message"), shortened).unwrap();
    let mut mail = std::process::Command::new(program.path("mail"));
    mail.arg("security@acme.example").env("PATH", path).current_dir(program.path("."));
    mail.stdin(std::fs::File::open(program.path("message")).unwrap());
    assert!(mail.status().unwrap().success());
    let sent = std::fs::read_to_string(program.path("sent")).unwrap();
    assert!(sent.ends_with("\n7 more are not listed. Run: intercom-harden history show 12\n"), "{sent}");
}
