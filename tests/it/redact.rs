//! `--redact`: no person is named in any format or snapshot, and the findings stay.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cases::side_by_side;
use crate::generated;
use crate::intercom::Api;
use crate::program::{FILE, Program, demo, formats, live, outputs, program, scan};
use crate::replay::Saved;
use crate::run::Run;
use crate::server::Answer;
use crate::workspace::{DAY, Event, Workspace};

const KEY: &str = "a key that cannot be guessed 4711";

fn keyed(program: Program) -> Program {
    program.arg("--redact").env("INTERCOM_HARDEN_REDACT_KEY", KEY).secret(KEY)
}

/// All people of the sample workspace: addresses, names, ids, and where they sign in from.
fn people_of_the_sample() -> BTreeSet<String> {
    let sample: Value = serde_json::from_str(include_str!("../../fixtures/workspaces/sample.json")).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut all = BTreeSet::new();
    for admin in sample["admins"].as_array().unwrap() {
        let email = admin["email"].as_str().unwrap();
        if !email.ends_with("@intercom.io") {
            all.extend([email.to_owned(), email.split('@').next().unwrap().to_owned()]);
            all.extend(text(&admin["name"]));
        }
    }
    for event in sample["events"].as_array().unwrap() {
        all.extend(["email", "ip"].iter().filter_map(|field| text(&event["performed_by"][field])));
        let admin = &event["metadata"]["admin"];
        all.extend(
            text(&admin["first_name"]).zip(text(&admin["last_name"])).map(|(a, b)| format!("{a} {b}")),
        );
    }
    all.extend(text(&sample["me"]["app"]["name"]));
    assert!(all.len() > 100 && all.contains("Corin Blake"));
    all
}

/// Asserts that no person is named; lines are too long to break names.
#[track_caller]
fn assert_no_one(people: &BTreeSet<String>, shown: &str, what: &str) {
    for person in people {
        let mut found = shown.match_indices(person.as_str()).map(|(at, _)| at);
        let is_word = |at: usize| {
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == ':');
            !joins(shown[..at].chars().next_back()) && !joins(shown[at + person.len()..].chars().next())
        };
        assert!(!found.any(is_word), "{person} is in {what}");
    }
}

fn statuses(report: &Value) -> Vec<(String, String, usize)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of =
        |one: &Value| (text(&one["id"]), text(&one["status"]), one["findings"].as_array().unwrap().len());
    report["controls"].as_array().unwrap().iter().map(of).collect()
}

/// The JSON file of a run with several formats.
fn written_json(run: &Run) -> Value {
    serde_json::from_str(&run.read("json.out").unwrap()).unwrap()
}

#[test]
fn no_one_of_the_sample_is_in_any_format() {
    let (formats, people) = (formats(), people_of_the_sample());
    let (plain, run) =
        (demo().args(outputs(&formats)).run(), keyed(demo().args(outputs(&formats))).run().exits(0));
    assert_no_one(&people, &run.stderr, "standard error");
    for format in &formats {
        let name = format!("{format}.out");
        let shown = run.said(&name);
        assert_no_one(&people, &shown, format);
    }
    let (report, before) = (written_json(&run), written_json(&plain));
    assert_eq!(statuses(&report), statuses(&before));
    assert_eq!((&report["summary"], &report["gate"]), (&before["summary"], &before["gate"]));
    assert_eq!((&report["scan"]["redacted"], &before["scan"]["redacted"]), (&json!(true), &json!(false)));
    for format in ["table", "html", "csv", "plan", "people"] {
        let plain = plain.said(&format!("{format}.out"));
        assert!(
            people.iter().any(|person| plain.contains(person)),
            "{format} names no person before redaction"
        );
    }
    for format in ["table", "markdown"] {
        assert!(run.read(&format!("{format}.out")).unwrap().contains("Redacted"), "{format} does not say it");
        assert!(!plain.read(&format!("{format}.out")).unwrap().contains("Redacted"));
    }
}

#[test]
fn the_key_alone_decides_which_pseudonyms_there_are() {
    let run = |key: &str| {
        let run = demo().args(["--format", "json", "--redact"]).env("INTERCOM_HARDEN_REDACT_KEY", key);
        run.secret(key).run().exits(0).stdout
    };
    let (one, same, other) = (run(KEY), run(KEY), run("quite another key, as long"));
    assert_eq!(one, same);
    let pseudonyms = |report: &str| -> BTreeSet<String> {
        let words = report.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let of = |word: &&str| {
            let digits =
                ["person-", "name-", "id-", "workspace-"].iter().find_map(|kind| word.strip_prefix(kind));
            digits.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()))
        };
        words.filter(of).map(str::to_owned).collect()
    };
    let (one, other) = (pseudonyms(&one), pseudonyms(&other));
    assert!(one.len() > 20 && one.intersection(&other).next().is_none(), "{one:?}");
}

#[test]
fn without_a_key_one_is_drawn_and_said_to_be() {
    let run = || {
        demo().args(["--format", "json", "--redact"]).run().exits(0).says("match those of no other report")
    };
    let (one, other) = (run(), run());
    assert_ne!(one.stdout, other.stdout);
    assert_ne!(one.json()["scan"]["redaction_key"], other.json()["scan"]["redaction_key"]);
    assert!(!keyed(demo()).run().stderr.contains("compared"));
}

#[test]
fn keys_come_from_a_file_too_and_bad_ones_are_refused_before_anything_is_read() {
    let file = |key: &str| {
        demo().args(["--format", "json", "--redact", "--redact-key-file", "key"]).file("key", key)
    };
    let by_file = file(&format!("{KEY}\n")).secret(KEY).run().exits(0);
    assert_eq!(by_file.stdout, keyed(demo().args(["--format", "json"])).run().stdout);
    assert_eq!(by_file.stderr, "");
    #[cfg(unix)]
    file(KEY)
        .mode("key", 0o644)
        .run()
        .exits(0)
        .says("warning: other users of this machine may read the redaction key in key");
    for (key, phrase) in
        [("", "fewer than 16 bytes"), ("tiny key", "fewer than 16"), (&"k".repeat(5_000), "longer")]
    {
        let run = file(key).run().exits(2).says(phrase).says("hint: ");
        assert!(run.stdout.is_empty() && !run.stderr.contains("tiny"), "{}", run.streams());
    }
    let short =
        demo().arg("--redact").env("INTERCOM_HARDEN_REDACT_KEY", "short-secret").secret("short-secret");
    short.run().exits(2).says("fewer than 16 bytes");
    demo().args(["--redact-key-file", "key"]).run().exits(2).says("--redact");
    demo().args(["--redact", "--redact-key-file", "."]).run().exits(2).says("not a regular file");
}

/// A configuration with people in every possible key.
const CONFIG: &str = "\
    [organization]\nexport_approvers = [\"dana.ruiz@kestrelparcel.example\"]\n\
    approved_networks = [\"198.51.100.0/24\"]\n\
    [facts]\ngeneric_names = [\"Dana Ruiz\"]\n\
    [[attestation]]\ncontrol = \"1.3\"\nby = \"Dana Ruiz\"\non = 2026-07-01\nexpires = 2026-12-31\n\
    evidence = \"https://wiki.example/Dana Ruiz\"\nnote = \"seen with Dana Ruiz\"\n\
    [[waiver]]\ncontrol = \"2.3\"\nreason = \"Dana Ruiz knows\"\nby = \"Dana Ruiz\"\nexpires = 2026-08-10\n\
    [[waiver]]\ncontrol = \"2.2\"\nsubject = \"Dana Ruiz\"\nreason = \"left\"\nby = \"dana.ruiz\"\nexpires = 2026-01-31\n";

#[test]
fn people_of_the_configuration_and_the_roster_are_not_named_either() {
    let formats = formats();
    let roster = "email,name,status\nmaren.holt@kestrelparcel.example,Maren Holt,Dana Ruiz\nDana Ruiz,Dana Ruiz,active\n";
    let scan = |args: &[&str]| {
        let scan = demo().file("home/Dana Ruiz/own.toml", CONFIG).file("home/Dana Ruiz/people.csv", roster);
        let scan =
            scan.args(["--config", "home/Dana Ruiz/own.toml", "--roster", "home/Dana Ruiz/people.csv"]);
        scan.args(outputs(&formats)).args(args.to_vec())
    };
    let mut people = people_of_the_sample();
    people.extend(["Dana Ruiz", "dana.ruiz", "dana.ruiz@kestrelparcel.example"].map(str::to_owned));
    let (plain, run) = (scan(&[]).run().exits(0), keyed(scan(&[])).run().exits(0));
    for format in &formats {
        assert_no_one(&people, &run.read(&format!("{format}.out")).unwrap(), format);
    }
    assert!(plain.read("json.out").unwrap().matches("Dana Ruiz").count() > 10);
    assert_eq!(statuses(&written_json(&run)), statuses(&written_json(&plain)));
    assert_eq!(written_json(&run)["scan"]["config"]["path"], "own.toml");
}

#[test]
fn a_saved_report_redacted_later_is_the_report_redacted_at_once() {
    let formats = formats();
    let saved = demo().args(["--format", "json"]).config(CONFIG).run().stdout;
    let direct = keyed(demo().config(CONFIG).args(outputs(&formats))).run();
    let render = |report: &str| program().file("report.json", report).args(["render", "report.json"]);
    let later = keyed(render(&saved).args(outputs(&formats))).run().exits(0);
    for format in &formats {
        let name = format!("{format}.out");
        assert!(later.read(&name) == direct.read(&name), "{format} differs");
    }
    let redacted = direct.read("json.out").unwrap();
    let again = keyed(render(&redacted).args(["--format", "json"])).run().exits(0).stdout;
    assert!(again == redacted, "what is redacted stays as it is");
}

#[test]
fn a_redacted_baseline_is_for_scans_with_its_key() {
    let base = keyed(demo().args(["--format", "json"])).run().stdout;
    let with =
        |base: &str| demo().file("base.json", base).args(["--baseline", "base.json", "--fail-on", "l3"]);
    keyed(with(&base)).run().exits(0);
    demo().args(["--fail-on", "l3"]).run().exits(1);
    let refused =
        |program: Program| program.run().exits(2).says("cannot use the baseline base.json").says("--redact");
    refused(with(&base));
    refused(with(&base).arg("--redact").env("INTERCOM_HARDEN_REDACT_KEY", "quite another key, as long"));
    let plain = demo().args(["--format", "json"]).run().stdout;
    keyed(with(&plain)).run().exits(0);
}

fn collect(origin: &str) -> Program {
    keyed(live(origin, &["collect", "-o", "ws.snapshot"]))
}

/// The header and the lines of a snapshot.
fn lines(run: &Run) -> (String, String) {
    let bytes = run.bytes("ws.snapshot");
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap();
    let lines = zstd::decode_all(&bytes[end + 1..]).unwrap();
    (String::from_utf8(bytes[..end].to_vec()).unwrap(), String::from_utf8(lines).unwrap())
}

fn scan_of(run: &Run, args: &[&str]) -> Program {
    let scan = program().file("ws.snapshot", run.bytes("ws.snapshot"));
    scan.args(["scan", "--format", "json", "--snapshot", "ws.snapshot"]).args(args.to_vec())
}

#[test]
fn a_redacted_snapshot_names_no_one_and_scans_as_the_workspace_does() {
    let fixture = include_str!("../../fixtures/workspaces/sample.json");
    let server = Workspace::from_fixture(fixture).serve();
    let run = collect(&server.origin()).args(["--region", "eu", "--since", "90d"]).run().exits(0);
    let (header, content) = lines(&run);
    assert!(header.contains("\"version\":2") && header.contains("\"redaction_key\""), "{header}");
    assert!(content.contains("operator+kp7demo1@intercom.io"), "the bot stays itself");
    assert_no_one(&people_of_the_sample(), &content, "the snapshot");
    let live = scan(&server.origin()).args(["--region", "eu", "--since", "90d"]).run().json();
    let replay = scan_of(&run, &["--since", "90d"]).run();
    assert_eq!(statuses(&replay.json()), statuses(&live));
    assert!(replay.json()["warnings"].to_string().contains("The snapshot is redacted"));
    assert_eq!(run.stdout, "");
    let again = collect(&server.origin()).args(["--region", "eu", "--since", "90d"]).run().exits(0);
    // The order of concurrent sources may differ.
    let sorted = |content: &str| content.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert!(sorted(&lines(&again).1) == sorted(&content), "the same key, the same records");
}

#[test]
fn whatever_a_workspace_holds_a_redacted_snapshot_ends_as_it_does() {
    let read = side_by_side(1..=10, |seed| {
        let scene = generated::scene(seed);
        let server = scene.api().serve();
        let run = collect(&server.origin()).args(["--since", "60d"]).run();
        if run.files().is_empty() {
            return false;
        }
        let live = Saved::collect(&server.origin(), &["--since", "60d"], run.code).scan().run().json();
        let replay = scan_of(&run, &[]).run().json();
        assert_eq!(statuses(&replay), statuses(&live), "seed {seed}: {}", scene.circumstances());
        true
    });
    let read = read.into_iter().filter(|read| *read).count();
    assert!(read > 2, "only {read} workspaces could be read");
}

#[test]
fn what_lists_real_people_or_networks_is_not_compared_with_pseudonyms() {
    let workspace = Workspace::healthy()
        .allowlist(true, &["10.0.0.0/7", "203.0.113.7", "nowhere"])
        .event(Event::new("app_data_export").by("ana@fixture.example").from("203.0.113.7").ago(DAY));
    let server = workspace.serve();
    let run = collect(&server.origin()).run().exits(0);
    let (_, content) = lines(&run);
    assert!(!content.contains("203.0.113") && !content.contains("10.0.0.0"), "{content}");
    assert!(content.contains("/7"), "{content}");
    let config = "[organization]\nallowed_domains = [\"fixture.example\"]\n\
                  approved_networks = [\"203.0.113.0/24\"]\nexport_approvers = [\"ana@fixture.example\"]\n";
    let report = scan_of(&run, &[]).config(config).run().report();
    for (id, status) in [("E1", "pass"), ("E10", "manual"), ("5.1", "fail")] {
        report.assert(id, status);
    }
    assert_ne!(report.status("E11"), "fail");
    let ignored = "they list real values: organization.approved_networks, organization.export_approvers.";
    assert!(report.warnings().contains(ignored), "{}", report.warnings());
    let roster =
        scan_of(&run, &["--roster", "people.csv"]).file("people.csv", "email\nana@fixture.example\n");
    let run = roster.run().exits(2).says("hint: ");
    run.says("a directory export (roster) cannot be compared with a redacted snapshot");
}

#[test]
fn names_that_a_configuration_calls_functions_stay_so_in_a_snapshot() {
    let server = Workspace::healthy().teammate("Desk@fixture.example", "Support agent").serve();
    let config = "[facts]\ngeneric_names = [\"desk\"]\n";
    let run = collect(&server.origin()).config(config).run().exits(0);
    let replay = scan_of(&run, &[]).config(config).run().report();
    replay.assert("E2", "fail");
    assert_eq!(replay.subjects("E2"), ["Desk@fixture.example"]);
}

#[test]
fn standard_error_names_no_one_either() {
    let people: BTreeSet<String> = [
        "Dana Doe",
        "dana@fixture.example",
        "eve@fixture.example",
        "203.0.113.9",
        "198.51.100.7",
        "/home/dana",
        "Acme sells secrets",
    ]
    .map(str::to_owned)
    .into();
    let refused = "Your IP address 203.0.113.9 is not on the allowlist; ask eve@fixture.example";
    let server = Api::new(Workspace::healthy()).fault("*", Answer::error(403, "forbidden", refused)).serve();
    let found = "[[waiver]]\ncontrol = \"2.3\"\nsubject = \"dana@fixture.example\"\nby = \"Dana Doe\"\n\
                 reason = \"Acme sells secrets\"\nexpires = 2026-09-01\n\
                 [organization]\napproved_networks = [\"198.51.100.7/32\"]\n";
    let commands: [&[&str]; 2] =
        [&["scan", "--timeout", "5s"], &["collect", "-o", "w.snapshot", "--timeout", "5s"]];
    for words in commands {
        let run = keyed(live(&server.origin(), words)).file(FILE, found).arg("--verbose").run().exits(3);
        assert_no_one(&people, &run.stderr, "standard error");
        let run = run.says("it weakens the result: waives 2.3 for person-").says("by name-");
        run.says("Your IP address 2001:db8:7264:4:");
        let broken = found
            .replace("\"2.3\"", "\"a control of Dana Doe\"")
            .replace("expires = 2026-09-01", "on = \"Dana Doe\"");
        for config in [broken, found.replace("[[waiver]]", "\"Dana Doe\" = 1\n[[waiver]]")] {
            let run = keyed(live(&server.origin(), words)).config(config).run().exits(2).says("own.toml:");
            assert_no_one(&people, &run.stderr, "standard error");
        }
        let absent =
            keyed(live(&server.origin(), words)).args(["--config", "/home/dana/own.toml"]).run().exits(2);
        assert_no_one(&people, &absent.stderr, "standard error");
    }
    let absent = keyed(program().args(["render", "/home/dana/report.json"])).run().exits(2);
    assert_no_one(&people, &absent.stderr, "standard error");
}
