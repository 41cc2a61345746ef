//! What the README and the other documents say is what the program does.

use crate::program::{NOW, formats, program};

/// A document of the repository, by its path from the root.
pub(crate) fn document(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    // A checkout on Windows may have other line ends.
    std::fs::read_to_string(path).expect("the document is there").replace("\r\n", "\n")
}

fn readme() -> String {
    document("README.md")
}

/// Every command and subcommand that has a help text, but `help` itself.
pub(crate) fn commands_with_help() -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(command) = open.pop() {
        let words = command.split_whitespace().chain(["--help"]);
        let help = program().args(words).run().exits(0).stdout;
        let listed = help.split_once("Commands:\n").map_or("", |(_, listed)| listed);
        let names = listed.lines().take_while(|line| line.starts_with("  "));
        let names = names.filter_map(|line| {
            line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   "))
        });
        open.extend(
            names.filter(|name| *name != "help").map(|name| format!("{command} {name}").trim().to_owned()),
        );
        if !command.is_empty() {
            found.push(command);
        }
    }
    found.sort();
    found
}

/// The fenced block after a marker comment.
pub(crate) fn block(text: &str, marker: &str) -> String {
    let after = text.split_once(marker).unwrap_or_else(|| panic!("the document has no {marker}")).1;
    let fenced = after.split("```").nth(1).expect("a fenced block follows the marker");
    fenced.split_once('\n').expect("the fence is a line of its own").1.to_owned()
}

#[test]
fn usage_is_what_help_prints() {
    let help = program().args(["scan", "--help"]).env("COLUMNS", "100").run().exits(0).stdout;
    assert_quoted("docs/options.md", "<!-- scan --help -->", &help);
}

#[test]
fn exit_codes_are_documented_as_help_lists_them() {
    let (readme, options) = (readme(), document("docs/options.md"));
    for code in 0..=3 {
        assert!(readme.contains(&format!("\n| {code} | ")), "exit code {code} is not in README.md");
    }
    for command in commands_with_help() {
        let help = program().args(command.split(' ')).arg("--help").run().exits(0).stdout;
        let Some((_, listed)) = help.split_once("Exit codes:\n") else { continue };
        let row =
            options.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{command}`")));
        let row = row.unwrap_or_else(|| panic!("docs/options.md has no row for {command}"));
        let cells: Vec<_> = row.split('|').map(str::trim).skip(2).collect();
        for (code, cell) in cells.iter().take(4).enumerate() {
            let listed = listed.lines().any(|line| line.starts_with(&format!("  {code}  ")));
            assert_eq!(listed, *cell != "–", "{command}: exit code {code} in docs/options.md and in --help");
        }
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

/// Asserts that the block after a marker is this text; `UPDATE_FIXTURES=1` puts it there.
fn assert_quoted(path: &str, marker: &str, shown: &str) {
    let text = document(path);
    let shown = shown.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n";
    let quoted = block(&text, marker);
    if quoted != shown && std::env::var_os("UPDATE_FIXTURES").is_some() {
        let (before, after) = text.split_once(marker).unwrap();
        let after = after.replacen(&format!("\n{quoted}```"), &format!("\n{shown}```"), 1);
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::write(file, format!("{before}{marker}{after}")).unwrap();
        return;
    }
    assert_eq!(quoted, shown, "{path} quotes something else; UPDATE_FIXTURES=1 puts it right");
}

#[test]
fn what_documents_quote_is_what_the_program_prints() {
    let sample = ["--demo", "--config", "fixtures/configs/kestrel-parcel.toml"];
    let roster = ["rbac", "roster", "fixtures/rosters/sample-okta.csv"];
    for (path, marker, words) in [
        ("README.md", "<!-- scan --demo -->", &["scan", "--demo"][..]),
        ("docs/rbac.md", "<!-- rbac roster --demo -->", &[&roster[..], &sample].concat()),
    ] {
        let run = program()
            .fixture("fixtures/rosters/sample-okta.csv", "rosters/sample-okta.csv")
            .fixture("fixtures/configs/kestrel-parcel.toml", "configs/kestrel-parcel.toml")
            .fixture("fixtures/saml/sample-idp-metadata.xml", "saml/sample-idp-metadata.xml")
            .args(words.iter().copied())
            .env("COLUMNS", "100")
            .now(NOW)
            .run();
        assert_quoted(path, marker, &run.exits(0).stdout);
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

/// Whether a table of a document has a row that begins with this name, alone or among others.
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
