//! Every command that README.md and docs/ show is run, in the order of its document, with the files it names.
//!
//! A live command goes to a mock of the API. What the commands of a document write is there for those that follow.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::program::{FILE, NOW, Program, Run, TOKEN, live, program};
use crate::readme::{block, document};
use crate::server::Server;
use crate::workspace::{HOUR, Workspace};

/// Lines that no test can run, by how they begin, and why.
const NOT_RUN: [(&str, &str); 9] = [
    ("cargo test", "this is it"),
    ("cargo install ", "installs into the user's home"),
    ("cargo bench ", "takes minutes; the benchmark checks its own results"),
    ("read -rs ", "reads a secret from the keyboard"),
    ("export INTERCOM_HARDEN_REDACT_KEY=", "sets the variable that the test sets"),
    ("INTERCOM_HARDEN_SCHEMAS=", "runs cargo"),
    ("awk ", "makes an export of 100,000 people; the test has a smaller one"),
    ("echo ", "shows the exit code, which the test asserts"),
    ("cat report.md >> ", "writes the summary of a job"),
];

/// Programs that may stand beside this one in a pipeline.
const OTHERS: [&str; 6] = ["jq", "sort", "uniq", "cat", "ssh", "echo"];

/// The exit codes of commands that do not end with 0, by how they begin; all others do, or end with 1 where a gate fails.
const CODES: [(&str, i32); 5] = [
    ("rbac can dana@acme.example delete", 1),
    ("rbac can sol.amari@kestrelparcel.example delete", 1),
    // Without a token, as the document says.
    ("rbac roster people.csv --no-config", 2),
    // Without a terminal; `interactive.rs` answers the questions.
    ("attest --interactive", 2),
    ("review --interactive", 2),
];

/// The documents, README.md first.
fn documents() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md")];
    walk(&root.join("docs"), &mut found);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found.sort();
    let name = |path: &PathBuf| path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
    found.iter().map(name).collect()
}

/// The command lines of a document, continued lines joined: all lines of its `console` and `sh` blocks, or those
/// behind a `$ ` where there is one, and the `run:` and `script:` of its YAML.
fn command_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut fence: Option<(String, bool)> = None;
    let mut rest = text.lines().peekable();
    while let Some(line) = rest.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let prompts = rest.peek().is_some_and(|line| line.starts_with("$ "));
            fence = if fence.is_some() { None } else { Some((language.to_owned(), prompts)) };
            continue;
        }
        let Some((language, prompts)) = &fence else { continue };
        match language.as_str() {
            "console" | "sh" | "bash" => {
                let command = if *prompts { line.strip_prefix("$ ") } else { Some(line.trim_start()) };
                let joined = lines.last_mut().filter(|last| last.ends_with('\\') || open_quote(last));
                match (joined, command) {
                    (Some(last), _) => *last = format!("{}\n{line}", last.trim_end_matches('\\')),
                    (None, Some(command)) if !command.is_empty() && !command.starts_with('#') => {
                        lines.push(command.to_owned());
                    }
                    _ => {}
                }
            }
            "yaml" => {
                let line = line.trim_start().trim_start_matches("- ");
                let script = line.strip_prefix("run: ").or_else(|| line.strip_prefix("script: "));
                lines.extend(script.map(str::to_owned));
            }
            _ => {}
        }
    }
    lines
}

/// Whether a line ends inside quotes.
fn open_quote(line: &str) -> bool {
    line.matches('\'').count() % 2 == 1
}

/// Splits a command line into the pipeline's commands, each into words, as a shell would; redirections and what
/// follows `||` are left out.
fn pipeline(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let (mut word, mut begun, mut quote) = (String::new(), false, None);
    let mut letters = line.chars().chain([' ']).peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some('"'), '\\') => word.extend(letters.next()),
            (Some(_), _) => word.push(letter),
            (None, '"' | '\'') => (quote, begun) = (Some(letter), true),
            (None, '#') if !begun => break,
            (None, '|') if letters.peek() == Some(&'|') => break,
            (None, '|') => commands.push(Vec::new()),
            (None, _) if letter.is_whitespace() => {
                if begun {
                    commands.last_mut().unwrap().push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (None, _) => {
                word.push(letter);
                begun = true;
            }
        }
    }
    for command in &mut commands {
        if let Some(at) = command.iter().position(|word| word.starts_with('>')) {
            command.truncate(at);
        }
    }
    commands
}

/// The folder in which the commands of a document run, and the workspace that they read.
struct Reader {
    files: BTreeMap<String, Vec<u8>>,
    server: Server,
}

impl Reader {
    fn new() -> Self {
        let people = [("dana", "Support Agent"), ("ana", "Admin"), ("cto", "Owner"), ("di", "Viewer")];
        let workspace =
            people.into_iter().fold(Workspace::new().app("region", "EU"), |workspace, (name, role)| {
                let email = format!("{name}@acme.example");
                workspace.teammate(&email, role).sign_in(&email, "saml", 3 * HOUR)
            });
        let mut reader = Self { files: BTreeMap::new(), server: workspace.serve() };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (name, fixture) in [
            ("okta.csv", "okta-users.csv"),
            ("okta-users.csv", "okta-users.csv"),
            ("people.csv", "okta-users.csv"),
            ("okta-groups.csv", "okta-groups.csv"),
            ("groups.csv", "okta-groups.csv"),
            ("users.json", "scim-users.json"),
            ("groups.json", "scim-groups.json"),
            ("fixtures/rosters/sample-okta.csv", "sample-okta.csv"),
        ] {
            let bytes = std::fs::read(root.join("fixtures/rosters").join(fixture)).unwrap();
            reader.files.insert(name.to_owned(), bytes);
        }
        for path in ["fixtures/configs/kestrel-parcel.toml", "fixtures/saml/sample-idp-metadata.xml"] {
            reader.files.insert(path.to_owned(), std::fs::read(root.join(path)).unwrap());
        }
        let policy = "[rbac.roles.\"Support Agent\"]\npermissions = [\"read\", \"write\"]\n";
        for name in [FILE, "security/intercom-harden.toml", "etc/intercom-harden.toml"] {
            reader.files.insert(name.to_owned(), policy.as_bytes().to_vec());
        }
        let control = block(&document("docs/controls.md"), "`X1-contractors.toml`:");
        reader.files.insert("my-dir/X1-contractors.toml".to_owned(), control.into_bytes());
        for words in [
            &["collect", "-o", "acme.snapshot"][..],
            &["collect", "-o", "nightly.snapshot"],
            &["scan", "--no-config", "-o", "report.json", "-o", "baseline.json", "-o", "intercom.json"],
        ] {
            let run = live(&reader.server.origin(), words).run().exits(0);
            reader.keep(&run);
        }
        let baseline = reader.files["baseline.json"].clone();
        reader.files.insert("security/baseline.json".to_owned(), baseline);
        reader
    }

    /// Keeps what a command wrote.
    fn keep(&mut self, run: &Run) {
        self.files.extend(run.files().into_iter().map(|name| (name.clone(), run.bytes(&name))));
    }

    /// The command with everything that it needs.
    fn prepare(&self, words: &[String], token: bool) -> Program {
        let mut words: Vec<_> = words.to_vec();
        for word in &mut words {
            *word = word.replace("/etc/", "etc/").replace("$WHO", "dana@acme.example");
        }
        let given = words.clone();
        let has = |name: &str| given.iter().any(|word| word == name);
        let offline = has("--demo") || has("--snapshot") || !token;
        let reads = match words[0].as_str() {
            "scan" | "collect" | "doctor" | "init" => true,
            "rbac" => true,
            "attest" | "review" => has("--interactive") && !has("--report"),
            _ => false,
        };
        let begins_anew = words[0] == "init";
        let evaluates =
            matches!(words[0].as_str(), "scan" | "collect" | "rbac") || (reads && words[0] != "init");
        let mut run =
            program().env("INTERCOM_HARDEN_REDACT_KEY", "a key of the reader's").env("COLUMNS", "100");
        for (name, bytes) in &self.files {
            if !(begins_anew && name == FILE) {
                run = run.file(name, bytes);
            }
        }
        if reads && !offline {
            words.extend(["--base-url".to_owned(), self.server.origin()]);
            run = run.env("INTERCOM_ACCESS_TOKEN", TOKEN);
        }
        if evaluates && !has("--snapshot") && token {
            words.extend(["--now".to_owned(), NOW.to_owned()]);
        }
        run.args(words)
    }

    /// Runs a command line, and asserts how it ends.
    fn run(&mut self, path: &str, line: &str) {
        if NOT_RUN.iter().any(|(start, _)| line.starts_with(start)) {
            return;
        }
        let mut handed: Option<String> = None;
        let mut ran = false;
        for mut words in pipeline(line) {
            let token = !words.iter().any(|word| word == "env");
            let skipped = ["time", "env", "-u", "INTERCOM_ACCESS_TOKEN"];
            while words.first().is_some_and(|word| skipped.contains(&word.as_str())) {
                words.remove(0);
            }
            let ours = match words.first().map(String::as_str) {
                Some("intercom-harden" | "bin/intercom-harden") => Some(words.split_off(1)),
                Some("cargo") if words.get(1).is_some_and(|word| word == "run") => {
                    let at = words.iter().position(|word| word == "--").expect("arguments of the program");
                    Some(words.split_off(at + 1))
                }
                _ => None,
            };
            let Some(words) = ours else {
                let name = words.first().map_or("", String::as_str);
                assert!(OTHERS.contains(&name), "{path}: no test knows how to run {line:?}");
                if name == "jq" {
                    handed = handed.map(|text| jq(path, line, &words[1..], &text));
                }
                if name == "ssh" {
                    handed = Some(String::from_utf8(self.files["report.json"].clone()).unwrap());
                }
                continue;
            };
            let run = self.prepare(&words, token).stdin(handed.take().unwrap_or_default()).run();
            let command = words.join(" ");
            let stated = CODES.iter().find(|(start, _)| command.starts_with(start)).map(|(_, code)| *code);
            let may_fail = matches!(words[0].as_str(), "scan" | "rbac");
            let fits = stated.map_or(run.code == 0 || (may_fail && run.code == 1), |code| run.code == code);
            assert!(fits, "{path}: {line}\n{}", run.streams());
            if command.contains(" --interactive") {
                assert!(run.stderr.contains("terminal"), "{path}: {line}\n{}", run.streams());
            }
            self.keep(&run);
            handed = Some(run.stdout);
            ran = true;
        }
        assert!(ran, "{path}: no test knows how to run {line:?}");
    }
}

/// Runs jq, where it is installed, and asserts that it takes the filter.
fn jq(path: &str, line: &str, words: &[String], input: &str) -> String {
    let mut command = Command::new("jq");
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = command.spawn() else { return input.to_owned() };
    let mut stdin = child.stdin.take().unwrap();
    let text = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{path}: jq refuses {line}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_command_of_the_documents_runs() {
    let documents = documents();
    assert!(documents.len() > 10, "{documents:?}");
    let mut lines = 0;
    std::thread::scope(|scope| {
        for path in &documents {
            let commands = command_lines(&document(path));
            lines += commands.len();
            scope.spawn(move || {
                let mut reader = Reader::new();
                for line in &commands {
                    reader.run(path, line);
                }
            });
        }
    });
    assert!(lines > 70, "{lines} commands are too few: the blocks are read wrongly");
}

#[test]
fn an_unknown_command_is_noticed() {
    let lines = command_lines("```console\nintercom-harden scan \\\n  --demo # now\nrm -rf x\n```\n");
    assert_eq!(pipeline(&lines[0]), [["intercom-harden", "scan", "--demo"]]);
    assert_eq!(lines.len(), 2);
    assert!(!OTHERS.contains(&"rm") && !NOT_RUN.iter().any(|(start, _)| lines[1].starts_with(start)));
    assert_eq!(
        pipeline("jq -r '.a | \"b\"' x | sort > y || exit"),
        [vec!["jq", "-r", ".a | \"b\"", "x"], vec!["sort"]]
    );
}
