//! The token in places where it does not belong, in answers, and in memory: no output, file or message has it. Every run of
//! the harness checks that.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cases::side_by_side;
use crate::intercom::Api;
use crate::program::{Program, TOKEN, demo, live, program, scan_without_token};
use crate::server::{Answer, Server};
use crate::workspace::Workspace;

const NAME: &str = "INTERCOM_ACCESS_TOKEN";

/// A token of the form that Intercom gives them, with characters that texts may write in other ways.
const LIFELIKE: &str = "dG9rOjVjNTliZjA4Xz/lZGZf+DU5Zl8wMDAwOjE6MA==";

/// What of it must be nowhere.
const PART: &str = "dG9rOjVjNTliZjA4X";

fn hiding(program: Program) -> Program {
    program.secret(PART)
}

#[test]
fn a_command_line_with_a_token_is_refused_in_plain_words() {
    for token in [LIFELIKE, TOKEN] {
        for words in [
            &["scan", "--token-file", token][..],
            &["scan", "--token", token],
            &["scan", "--region", token],
            &["scan", "--config", token],
            &["scan", "--base-url", &format!("https://{token}@127.0.0.1")],
            &["scan", &format!("--{token}")],
            &["scan", token],
            &[token],
            &["scan", "--demo", "-o", &format!("json={token}.json")],
            &["render", token],
            &["attest", "1.3", "--by", token],
            &["waive", "2.3", "--by", "Dana", "--reason", &format!("see {token}")],
        ] {
            let run = hiding(program()).args(words.iter().copied()).env(NAME, TOKEN).run().exits(2);
            let run =
                run.says("error: the command line contains an access token").says("regenerate this token");
            assert_eq!((run.stdout.as_str(), run.files().len()), ("", 0), "{words:?}");
        }
    }
}

#[test]
fn a_token_in_a_variable_or_a_file_is_not_repeated() {
    for (name, value) in [("INTERCOM_REGION", LIFELIKE), ("INTERCOM_REGION", TOKEN)] {
        hiding(program()).arg("scan").env(NAME, TOKEN).env(name, value).run().exits(2).says("***");
    }
    for config in [
        "[workspace]\nregion = \"TOKEN\"\n",
        "[workspace]\ntoken = \"TOKEN\"\n",
        "[scan]\nsince = \"TOKEN\"\n",
        "TOKEN = 1\n",
        "[controls.\"TOKEN\"]\nenabled = false\n",
        "= TOKEN",
    ] {
        for token in [LIFELIKE, TOKEN] {
            let scan = hiding(demo()).env(NAME, TOKEN).config(config.replace("TOKEN", token));
            scan.run().exits(2).says("own.toml");
        }
    }
}

/// A server that says the same text in every place where one can be said.
fn echo(text: &str) -> Vec<Server> {
    let json = format!(
        r#"{{"type":"error.list","errors":[{{"code":"{text}","message":"{text}"}}],"request_id":"{text}"}}"#
    );
    let name = format!(
        r#"{{"type":"admin.list","admins":[{{"type":"admin","id":"7","name":"{text}","email":"{text}@x.example"}}]}}"#
    );
    let answers = [
        Answer::bytes(401, json.clone()),
        Answer::bytes(500, json),
        Answer::bytes(302, "").header("Location", format!("https://x.example/?{text}")),
        Answer::bytes(404, "").header("X-Request-Id", text),
        Answer::bytes(200, format!(r#"{{"type":"{text}","admins":7,"activity_logs":{{"{text}":1}}}}"#)),
        Answer::bytes(200, format!("<html>{text}")).html(),
        Answer::bytes(200, name),
    ];
    answers.map(|answer| Api::new(Workspace::healthy()).fault("*", answer).serve()).into()
}

#[test]
fn a_server_that_sends_the_token_back_finds_it_nowhere_again() {
    let escaped: String = LIFELIKE.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let percent: String = LIFELIKE.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let encoded = STANDARD.encode(format!("Bearer {LIFELIKE}"));
    let forms = [LIFELIKE, &LIFELIKE.replace('/', "\\/"), &escaped, &percent, &encoded].join(",");
    let (percent, encoded) = (&percent[..60], &encoded[12..60]);
    side_by_side(echo(&forms), |server| {
        let origin = server.origin();
        let outputs = ["-o", "json=r.json", "-o", "html=r.html", "--verbose", "--timeout", "3s"];
        for program in [
            scan_without_token(&origin).args(outputs),
            live(&origin, &["collect", "-o", "w.snapshot", "--timeout", "3s"]),
            live(&origin, &["doctor"]),
        ] {
            let run = hiding(program).secret(percent).secret(encoded).env(NAME, LIFELIKE).run();
            assert!([0, 1, 3].contains(&run.code), "{}", run.streams());
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn no_memory_dump_is_taken() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    let start = "ulimit -c unlimited; exec \"$0\" scan --token-stdin";
    command.args(["-c", start, env!("CARGO_BIN_EXE_intercom-harden")]).current_dir(folder.path());
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let file =
        |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", child.id())).unwrap_or_default();
    let limit = || {
        let limits = file("limits");
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default();
        line.split_whitespace().skip(4).take(2).collect::<Vec<_>>().join(" ")
    };
    for _ in 0..1000 {
        if limit() == "0 0" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(limit(), "0 0");
    assert!(Command::new("kill").args(["-s", "ABRT", &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
