//! What the README and the other documents say is what the program does.

use crate::documents::{commands, in_repository};
use crate::program::{demo, formats, program};

/// A document of the repository, by its path from the root.
pub(crate) fn document(path: impl AsRef<std::path::Path>) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    // A checkout on Windows may have other line ends.
    std::fs::read_to_string(path).expect("the document is there").replace("\r\n", "\n")
}

fn readme() -> String {
    document("README.md")
}

/// Every command and subcommand but `help`, and the program itself as the empty text, each with its help.
pub(crate) fn every_command() -> Vec<(String, String)> {
    let (mut found, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(command) = open.pop() {
        let help = program().args(command.split_whitespace()).arg("--help").run().exits(0).stdout;
        let listed = help.split_once("\nCommands:\n").map_or("", |(_, listed)| listed);
        for line in listed.lines().take_while(|line| !line.is_empty()) {
            let name = line.strip_prefix("  ").filter(|line| !line.starts_with(' '));
            if let Some(name) = name.and_then(|line| line.split(' ').next()).filter(|name| *name != "help") {
                open.push(format!("{command} {name}").trim().to_owned());
            }
        }
        found.push((command, help));
    }
    found
}

/// The fenced block after a marker comment.
fn block(text: &str, marker: &str) -> String {
    let after = text.split_once(marker).unwrap_or_else(|| panic!("the document has no {marker}")).1;
    let fenced = after.split("```").nth(1).expect("a fenced block follows the marker");
    fenced.split_once('\n').expect("the fence is a line of its own").1.to_owned()
}

#[test]
fn usage_and_exit_codes_are_what_help_prints() {
    let help = program().args(["scan", "--help"]).env("COLUMNS", "100").run().exits(0).stdout;
    let trimmed = |text: &str| text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let usage = block(&document("docs/scan.md"), "<!-- scan --help -->");
    assert_eq!(trimmed(&usage), trimmed(&help), "copy it from `scan --help`");
    let scan = document("docs/scan.md");
    for code in 0..=3 {
        let documented = help.lines().any(|line| line.trim_start().starts_with(&format!("{code}  ")));
        assert!(documented, "exit code {code} is not in\n{help}");
        for (name, text) in [("README.md", readme()), ("docs/scan.md", scan.clone())] {
            assert!(text.contains(&format!("\n| {code} | ")), "exit code {code} is not in {name}");
        }
    }
}

#[test]
fn exit_codes_of_every_command_are_those_of_its_help() {
    let text = document("docs/scan.md");
    let mut compared = 0;
    for (command, help) in every_command() {
        let Some((_, listed)) = help.split_once("Exit codes:\n") else { continue };
        let name = format!("`{command}`");
        let row = text.lines().find(|line| line.split('|').nth(1).is_some_and(|cell| cell.contains(&name)));
        let row = row.unwrap_or_else(|| panic!("docs/scan.md has no exit codes of {name}"));
        for (code, cell) in row.split('|').skip(2).take(4).enumerate() {
            let has = listed.lines().any(|line| line.starts_with(&format!("  {code}  ")));
            assert_eq!(has, cell.trim() != "–", "{name}: exit code {code} in docs/scan.md and in --help");
        }
        compared += 1;
    }
    assert!(compared > 10, "{compared} commands list exit codes");
}

#[test]
fn stdout_of_help_and_version_is_plain() {
    let version = program().arg("--version").run().exits(0);
    assert_eq!(version.stdout.trim(), format!("intercom-harden {}", env!("CARGO_PKG_VERSION")));
    program().run().exits(2);
    program().arg("no-such-command").run().exits(2);
}

#[test]
fn example_configurations_are_accepted() {
    let document = document("docs/configuration.md");
    for (text, marker) in [
        (&readme(), "<!-- intercom-harden.toml -->"),
        (&document, "## `[params.\"ID\"]`"),
        (&document, "## Attestations, waivers and reviews"),
        (&document, "## Roles and groups"),
        (&document, "## `[facts]`"),
    ] {
        program().args(["scan", "--demo"]).config(block(text, marker)).run().exits(0);
    }
}

#[test]
fn the_example_control_has_no_mistakes() {
    let control = block(&document("docs/controls.md"), "`X1-contractors.toml`:");
    program().args(["controls", "check", "own"]).file("own/X1-contractors.toml", control).run().exits(0);
}

#[test]
fn the_readme_shows_what_the_first_command_prints() {
    let readme = readme();
    let shown = demo().env("COLUMNS", "100").run().exits(0).stdout;
    assert_eq!(block(&readme, "<!-- scan --demo -->").trim_end(), shown.trim_end());
    assert!(readme.lines().count() <= 300, "{} lines", readme.lines().count());
}

#[test]
fn what_a_document_says_the_sample_shows_is_shown() {
    let text = document("docs/rbac.md");
    let is_shown = |command: &String| command.starts_with("rbac roster") && command.contains(" --demo");
    let command = commands(&text).into_iter().find(is_shown).unwrap();
    let run = program().args(in_repository(&command)).env("COLUMNS", "100").run();
    let shown = run.exits(0).stdout;
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

/// Whether a table of a document has a row that begins with this name, alone or in a list.
fn has_row(text: &str, name: &str) -> bool {
    let first =
        |line: &str| line.strip_prefix("| ").and_then(|row| row.split(" |").next().map(str::to_owned));
    text.lines().filter_map(first).any(|cell| cell.contains(&format!("`{name}`")))
}

#[test]
fn every_format_has_its_rows_and_a_section() {
    let (readme, text) = (readme(), document("docs/formats.md"));
    // What these two are is said in a table of its own and in another document.
    let elsewhere = ["table", "json"];
    for format in formats() {
        assert!(has_row(&readme, &format), "README.md has no row for {format}");
        assert!(has_row(&text, &format), "docs/formats.md has no row for {format}");
        let mut headings = text.lines().filter(|line| line.starts_with("## "));
        let has_section = headings.any(|heading| heading.contains(&format!("`{format}`")));
        assert!(has_section || elsewhere.contains(&&*format), "docs/formats.md has no section for {format}");
    }
}

#[test]
fn every_check_kind_and_every_setting_of_facts_has_a_row() {
    let run = program().args(["controls", "check", "own"]).file("own/X1.toml", "[[check]]\n").run().exits(2);
    let said = format!("{}{}", run.stdout, run.stderr);
    let kinds = said.split("a check has one of the kinds ").nth(1).expect("the kinds are listed");
    let text = document("docs/controls.md");
    for kind in kinds.lines().next().unwrap().split(", ") {
        assert!(has_row(&text, &format!("[check.{kind}]")), "docs/controls.md has no row for {kind:?}");
    }
    let (declared, text) = (document("controls/facts.toml"), document("docs/configuration.md"));
    for name in declared.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')) {
        assert!(has_row(&text, name), "docs/configuration.md has no row for {name}");
    }
}
