//! What the README and the other documents say is what the program does.

use crate::program::{Run, program};

/// A document of the repository, by its path from the root.
fn document(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    // A checkout on Windows may have other line ends.
    std::fs::read_to_string(path).expect("the document is there").replace("\r\n", "\n")
}

fn readme() -> String {
    document("README.md")
}

/// The fenced block after a marker comment.
fn block(text: &str, marker: &str) -> String {
    let after = text.split_once(marker).unwrap_or_else(|| panic!("the document has no {marker}")).1;
    let fenced = after.split("```").nth(1).expect("a fenced block follows the marker");
    fenced.split_once('\n').expect("the fence is a line of its own").1.to_owned()
}

#[test]
fn usage_is_what_help_prints() {
    let help = program().args(["scan", "--help"]).env("COLUMNS", "100").run().exits(0).stdout;
    let trimmed = |text: &str| text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(
        trimmed(&block(&readme(), "<!-- scan --help -->")),
        trimmed(&help),
        "copy it from `scan --help`"
    );
}

#[test]
fn exit_codes_are_in_the_help_and_the_readme() {
    let help = program().args(["scan", "--help"]).run().exits(0).stdout;
    for code in 0..=3 {
        let documented = help.lines().any(|line| line.trim_start().starts_with(&format!("{code}  ")));
        assert!(documented, "exit code {code} is not in\n{help}");
    }
}

#[test]
fn stdout_of_help_and_version_is_plain() {
    let version = program().arg("--version").run().exits(0);
    assert_eq!(version.stdout.trim(), format!("intercom-harden {}", env!("CARGO_PKG_VERSION")));
    program().run().exits(2);
    program().arg("no-such-command").run().exits(2);
}

#[test]
fn every_exit_code_is_in_the_readme() {
    for code in 0..=3 {
        assert!(readme().contains(&format!("\n| {code} | ")), "exit code {code}");
    }
}

#[test]
fn example_configurations_are_accepted() {
    let examples = [
        block(&readme(), "<!-- intercom-harden.toml -->"),
        block(&document("docs/configuration.md"), "## `[params.\"ID\"]`"),
        block(&document("docs/configuration.md"), "## Attestations and waivers"),
        block(&document("docs/configuration.md"), "## Roles and groups"),
        block(&document("docs/configuration.md"), "## `[facts]`"),
    ];
    for example in examples {
        program()
            .args(["scan", "--demo", "--config", "example.toml"])
            .file("example.toml", example)
            .run()
            .exits(0);
    }
}

#[test]
fn the_example_control_has_no_mistakes() {
    let control = block(&document("docs/controls.md"), "`X1-contractors.toml`:");
    program().args(["controls", "check", "own"]).file("own/X1-contractors.toml", control).run().exits(0);
}

/// The commands of a document that need neither an account nor a file of the reader's.
fn demo_commands(text: &str) -> Vec<String> {
    let commands = text.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("$ ");
        let line =
            line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("intercom-harden "))?;
        let command = line.split(" #").next().unwrap_or(line).trim();
        command.split(' ').any(|word| word == "--demo").then(|| command.to_owned())
    });
    commands.collect()
}

/// Runs a command as a reader in the repository's folder would.
fn run_from_the_repository(command: &str) -> Run {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/");
    let here = |word: &str| {
        word.strip_prefix("fixtures/").map_or_else(|| word.to_owned(), |path| format!("{root}{path}"))
    };
    program().args(command.split_whitespace().map(here)).env("COLUMNS", "100").run()
}

#[test]
fn commands_over_the_sample_workspace_run() {
    for (path, least) in [("README.md", 2), ("docs/rbac.md", 5)] {
        let commands = demo_commands(&document(path));
        assert!(commands.len() >= least, "{path}: {commands:?}");
        for command in commands {
            let run = run_from_the_repository(&command);
            let expected = i32::from(command.starts_with("rbac can"));
            assert_eq!(run.code, expected, "{path}: {command}\n{}", run.streams());
        }
    }
}

#[test]
fn what_a_document_says_the_sample_shows_is_shown() {
    let text = document("docs/rbac.md");
    let command =
        demo_commands(&text).into_iter().find(|command| command.starts_with("rbac roster")).unwrap();
    let shown = run_from_the_repository(&command).exits(0).stdout;
    let shown: Vec<_> = shown.lines().collect();
    let quoted = block(&text, "<!-- rbac roster --demo -->");
    for line in quoted.lines().filter(|line| !line.is_empty() && *line != "…") {
        assert!(shown.contains(&line), "{command} does not print {line:?}:\n{}", shown.join("\n"));
    }
}

#[test]
fn the_table_of_policy_controls_is_the_catalog() {
    let text = document("docs/rbac.md");
    let listed = program().args(["controls", "list", "--rbac", "--format", "json"]).run().exits(0).json();
    for control in listed["controls"].as_array().unwrap() {
        let (id, level) = (control["id"].as_str().unwrap(), control["level"].as_str().unwrap());
        let row = format!("\n| {id} | {} | ", level.to_uppercase());
        assert!(text.contains(&row), "docs/rbac.md has no row{row}");
    }
}
