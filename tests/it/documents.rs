//! Every command that a document shows does what it is shown for.

use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::cases::side_by_side;
use crate::program::{FILE, NOW, Program, TOKEN, live, program};
use crate::readme::document;
use crate::run::{Run, files_under};
use crate::workspace::{DAY, HOUR, Workspace};

/// The beginnings of commands that cannot run here, each with the reason.
const ELSEWHERE: [(&str, &str); 5] = [
    ("watch ", "runs until a signal ends it: `liveness` drives it"),
    ("attest --interactive", "asks on a terminal: `interactive` drives it"),
    ("review --interactive", "asks on a terminal: `interactive` drives it"),
    ("rbac can \"$WHO\"", "a hook with a variable of its own"),
    ("scan --demo --format json | jq '(.controls[]", "continues on the next line, for jq"),
];

/// How lines of console blocks begin that are not the program's, each with the reason why they do not run here.
const NOT_OURS: [(&str, &str); 18] = [
    ("cargo test", "this is it"),
    ("cargo install ", "installs into the user's home"),
    ("cargo bench ", "takes minutes, and checks its own results"),
    ("read -rs ", "reads a secret from the keyboard"),
    ("export INTERCOM_HARDEN_REDACT_KEY=", "a variable of the reader's shell"),
    ("INTERCOM_HARDEN_SCHEMAS=", "runs cargo"),
    ("INTERCOM_HARDEN_FUZZ_SECONDS=", "runs cargo"),
    ("jq ", "a program of its own"),
    ("sqlite3 ", "`history` runs its query"),
    ("echo ", "shows the exit code"),
    ("ssh ", "another machine"),
    ("man ", "a pager of its own"),
    ("mkdir -p ~/", "makes folders of the reader's"),
    ("curl -fsSL", "downloads a release"),
    ("sh install.sh ", "installs a release: `ci::install` drives it"),
    ("gh attestation verify ", "asks GitHub"),
    ("sudo systemctl ", "another machine"),
    ("docker run ", "needs a container engine"),
];

/// A policy that fits the workspace.
const POLICY: &str = "[rbac.roles.Admin]\npermissions = [\"admin\"]\n[rbac.roles.Viewer]\npermissions = [\"read\"]\n\
                      [rbac.groups]\nAdmins = \"Admin\"\n";

/// A receiver of alerts that accepts everything.
const ALERTS: &str = "[[alert]]\nname = 'soc'\nkind = 'command'\ncommand = ['true']\n";

/// A directory export with the people of the workspace.
const EXPORT: &str = "email,status,groups\ndana@acme.example,active,Admins\ncto@acme.example,active,Admins\n";

/// A workspace with the people that documents name.
fn workspace() -> Workspace {
    let people = ["dana", "cto", "ana", "bo"];
    people.into_iter().fold(Workspace::healthy().app("region", "EU"), |workspace, name| {
        let email = format!("{name}@acme.example");
        workspace.teammate(&email, "Admin").sign_in(&email, "email_password", 3 * HOUR + DAY)
    })
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and everything in docs/.
fn documents() -> Vec<PathBuf> {
    let found = files_under(&root().join("docs")).into_iter();
    let found = found.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    found.chain([root().join("README.md")]).collect()
}

/// The command lines in the blocks of a document, each without its prompt, its comment and what it is piped into.
pub(crate) fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let joined = text.replace("\\\n", " ");
    for block in joined.split("```").skip(1).step_by(2) {
        for line in block.lines().map(|line| line.trim().trim_start_matches("$ ")) {
            let command = line
                .strip_prefix("intercom-harden ")
                .or_else(|| line.strip_prefix("cargo run --release -- "));
            let Some(command) = command else { continue };
            if ELSEWHERE.iter().any(|(beginning, _)| command.starts_with(beginning)) {
                continue;
            }
            let end = [" #", " | ", " > ", " && ", " || "].iter().filter_map(|sign| command.find(sign)).min();
            found.push(command[..end.unwrap_or(command.len())].trim().to_owned());
        }
    }
    found
}

/// The words of a command line, as a shell takes them apart.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for sign in command.chars() {
        match (quote, sign) {
            (None, '"' | '\'') => quote = Some(sign),
            (Some(open), _) if open == sign => quote = None,
            (None, ' ') if word.is_empty() => {}
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(sign),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// The words of a command line, with the repository's files where they are.
pub(crate) fn in_repository(command: &str) -> Vec<String> {
    let here = |word: String| {
        let is_here = ["fixtures/", "controls/"].iter().any(|folder| word.starts_with(folder));
        if is_here { root().join(word).display().to_string() } else { word }
    };
    words(command).into_iter().map(here).collect()
}

/// What a reader has who follows the documents: a workspace, exports, a saved report, a snapshot, a store.
struct Reader {
    origin: String,
    report: String,
    snapshot: Vec<u8>,
    store: Vec<u8>,
}

impl Reader {
    fn prepared(&self) -> Program {
        let files = ["okta.csv", "okta-users.csv", "people.csv"];
        let program = files.iter().fold(program(), |program, file| program.file(file, EXPORT));
        let program = program.file("okta-groups.csv", "group,email\nAdmins,dana@acme.example\n");
        let program = program.file("groups.csv", "group,email\nAdmins,dana@acme.example\n");
        let users = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"Resources":[
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"dana@acme.example","active":true,
             "emails":[{"value":"dana@acme.example","primary":true}]}]}"#;
        let groups = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"Resources":[
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"9","displayName":"Admins","members":[{"value":"1"}]}]}"#;
        let program = program.file("users.json", users).file("groups.json", groups);
        let reports = [
            "report.json",
            "baseline.json",
            "intercom.json",
            "security/baseline.json",
            "last-week.json",
            "last.json",
        ];
        let program = program.file("posture.db", &self.store);
        let program = reports.iter().fold(program, |program, file| program.file(file, &self.report));
        let snapshots = ["acme.snapshot", "workspace.snapshot", "nightly.snapshot"];
        let program = snapshots.iter().fold(program, |program, file| program.file(file, &self.snapshot));
        let program = program.file("heartbeat", format!("{}/ping", self.origin));
        let program = program.file("alerts.toml", ALERTS);
        program.file("security/intercom-harden.toml", POLICY)
    }

    fn run(&self, command: &str) -> Run {
        let words = in_repository(command);
        let has = |option: &str| words.iter().any(|word| word == option);
        let reads = match words[0].as_str() {
            "scan" | "collect" | "doctor" | "init" | "rbac" => !has("--demo") && !has("--snapshot"),
            _ => false,
        };
        let mut program = self.prepared();
        if words[0] != "init" && !has("--config") {
            program = program.file(FILE, POLICY);
        }
        if has("my-dir") {
            let own = root().join("controls/extended/E2-no-shared-accounts.toml");
            program = program.file("my-dir/E2-no-shared-accounts.toml", std::fs::read(own).unwrap());
        }
        let takes_instant = match words[0].as_str() {
            "alert" | "render" | "controls" | "explain" | "generate" => false,
            "diff" => has("--demo"),
            _ => true,
        };
        let program = program.args(words).env("INTERCOM_ACCESS_TOKEN", TOKEN).env("COLUMNS", "100");
        let program = if reads { program.args(["--base-url", &self.origin]) } else { program };
        if takes_instant { program.now(NOW).run() } else { program.run() }
    }
}

#[test]
fn every_command_of_a_document_runs() {
    let server = workspace().serve();
    let origin = server.origin();
    let scan = ["scan", "--region", "eu", "--format", "json", "--fail-on", "never"];
    let report = live(&origin, &scan).run().exits(0).stdout;
    let collected = live(&origin, &["collect", "--region", "eu", "-o", "acme.snapshot"]).run().exits(0);
    // A month of two runs, as a store keeps them.
    let mut store = Vec::new();
    for day in ["2026-07-01T12:00:00Z", NOW] {
        let kept = live(&origin, &["scan", "--region", "eu", "--fail-on", "never", "--store", "posture.db"]);
        let kept = if store.is_empty() { kept } else { kept.file("posture.db", &store) };
        store = kept.now(day).run().exits(0).bytes("posture.db");
    }
    let reader = Reader { report, snapshot: collected.bytes("acme.snapshot"), store, origin: origin.clone() };
    let documents = documents();
    let of = |path| commands(&document(path)).into_iter().map(move |command| (command, path));
    let commands: std::collections::BTreeMap<_, _> = documents.iter().flat_map(of).collect();
    assert!(commands.len() > 40, "{commands:?}");
    let wrong = side_by_side(commands, |(command, path)| {
        let run = reader.run(&command);
        // A gate may fail, access may be denied, and a problem may be found.
        let most = i32::from(["scan", "rbac", "diff"].iter().any(|word| command.starts_with(word)));
        (!(0..=most).contains(&run.code)).then(|| format!("{}: {command}\n{}", path.display(), run.streams()))
    });
    let wrong: Vec<_> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the links of a document lead within the repository, and the anchors that its headings have.
fn links_and_anchors(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut links, mut anchors, mut heading) = (Vec::new(), Vec::new(), None);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push(dest_url.to_string())
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(part) | Event::Code(part) => heading.iter_mut().for_each(|heading| *heading += &part),
            Event::End(TagEnd::Heading(_)) => {
                let heading = heading.take().unwrap_or_default().to_lowercase().replace(' ', "-");
                anchors.push(heading.replace(|ch: char| !ch.is_alphanumeric() && !"-_".contains(ch), ""));
            }
            _ => {}
        }
    }
    links.retain(|link| !link.contains("://") && !link.starts_with("mailto:"));
    (links, anchors)
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let others = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(|name| root().join(name));
    let documents: Vec<_> = documents().into_iter().chain(others).collect();
    let mut followed = 0;
    for path in &documents {
        for link in links_and_anchors(&document(path)).0 {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link}", path.display());
            if !anchor.is_empty() && target.extension().is_some_and(|extension| extension == "md") {
                let anchors = links_and_anchors(&document(&target)).1;
                assert!(
                    anchors.iter().any(|known| known == anchor),
                    "{}: {link}: {anchors:?}",
                    path.display()
                );
            }
            followed += 1;
        }
    }
    assert!(followed > 200, "{followed}");
}

/// The lines of console blocks that are no command of this program, no comment, no output and not in the list.
fn unknown(text: &str) -> Vec<&str> {
    let blocks = text.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(|block| {
        let prompts = block.starts_with("$ ");
        block
            .lines()
            .filter_map(move |line| if prompts { line.strip_prefix("$ ") } else { Some(line.trim()) })
    });
    let ours = ["intercom-harden ", "cargo run --release -- ", "#"];
    let known = |line: &&str| {
        line.is_empty()
            || ours.iter().chain(NOT_OURS.iter().map(|(start, _)| start)).any(|start| line.starts_with(start))
    };
    lines.filter(|line| !known(line)).collect()
}

#[test]
fn every_line_of_a_console_block_is_known() {
    for path in documents() {
        let text = document(&path);
        assert_eq!(unknown(&text), [] as [&str; 0], "{}", path.display());
    }
    assert_eq!(unknown("```console\nmake it\n# so\n```\n```console\n$ echo 1\n1\n```\n"), ["make it"]);
}

#[test]
fn commands_are_found_and_taken_apart() {
    let text = "```console\n$ intercom-harden waive 2.3 --reason \"a b\" # why\nintercom-harden scan | jq x\n```\nintercom-harden prose\n";
    assert_eq!(commands(text), ["waive 2.3 --reason \"a b\"", "scan"]);
    assert_eq!(
        words("waive 2.3 --reason \"a b\" -o 'c d'"),
        ["waive", "2.3", "--reason", "a b", "-o", "c d"]
    );
}

#[test]
fn every_promise_is_held_by_a_test_that_exists() {
    let promises = document("SECURITY.md");
    let mut tests = 0;
    for (place, name) in promises.split('`').filter_map(|word| word.split_once("::")) {
        let folder = root().join("tests/it").join(place);
        let files = match place.strip_prefix("src/") {
            Some(_) => vec![root().join(place)],
            None => files_under(&folder).into_iter().chain([folder.with_extension("rs")]).collect(),
        };
        let code: String = files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect();
        let is_test = code.contains(&format!("fn {name}("));
        assert!(is_test || place == "a", "SECURITY.md names {place}::{name}, which is not there");
        tests += 1;
    }
    assert!(tests > 25, "{tests}");
}
