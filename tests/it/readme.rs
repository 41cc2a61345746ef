//! What the README and the other documents say is what the program does.

use crate::program::program;

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
        block(&document("docs/configuration.md"), "`stale_after`"),
        block(&document("docs/configuration.md"), "## Attestations and waivers"),
        block(&document("docs/configuration.md"), "## Accepted, without effect yet"),
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
