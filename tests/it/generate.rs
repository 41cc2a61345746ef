//! `generate`: the pages and schemas in `docs/` are what it writes, and what points at them leads to them.

use std::collections::BTreeSet;
use std::path::Path;

use crate::program::{built_in, demo, program};
use crate::readme::{document, every_command};
use crate::run::files_under;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a file of the repository with what is generated, or rewrites it.
fn assert_in_step(path: &str, generated: &str) {
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        let path = root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, generated).unwrap();
    }
    assert!(document(path) == generated, "{path} is stale: run the tests with UPDATE_FIXTURES=1");
}

#[test]
fn the_pages_of_controls_are_those_that_are_generated() {
    let run =
        program().args(["generate", "reference", "new/pages"]).run().exits(0).says("pages to new/pages");
    let names: BTreeSet<String> =
        run.files().into_iter().map(|path| path.replace("new/pages/", "")).collect();
    assert_eq!(names.len(), built_in(&["guide", "extended", "rbac"]) + 1, "{names:?}");
    for name in &names {
        assert_in_step(&format!("docs/controls/{name}"), &run.read(&format!("new/pages/{name}")).unwrap());
    }
    for path in files_under(&root().join("docs/controls")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(names.contains(&name), "{} is of no control: delete it", path.display());
    }
}

#[test]
fn the_schemas_are_those_that_are_generated() {
    for name in ["config", "control"] {
        let schema = program().args(["generate", "schema", name]).run().exits(0).stdout;
        assert_in_step(&format!("docs/schemas/{name}.schema.json"), &schema);
    }
}

/// The file of the repository that an address of it leads to.
fn of_address(address: &str) -> Option<String> {
    let version = concat!("/v", env!("CARGO_PKG_VERSION"), "/");
    let (repository, path) = address.split_once(version)?;
    let repository = repository.strip_prefix(env!("CARGO_PKG_REPOSITORY"))?;
    ["/blob", "/raw"].contains(&repository).then(|| path.to_owned())
}

#[test]
fn what_points_at_a_page_leads_to_it() {
    let run = demo().args(["-o", "r.sarif", "-o", "r.html", "--format", "none"]).run().exits(0);
    let sarif: serde_json::Value = serde_json::from_str(&run.read("r.sarif").unwrap()).unwrap();
    let html = run.read("r.html").unwrap();
    for rule in sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        let address = rule["helpUri"].as_str().unwrap();
        let path = of_address(address).unwrap_or_else(|| panic!("{address} is not of the repository"));
        let title = rule["shortDescription"]["text"].as_str().unwrap().trim_end_matches('.');
        let heading = document(&path).lines().next().unwrap().to_owned();
        assert_eq!(heading, format!("# {} {title}", rule["id"].as_str().unwrap()));
        assert!(html.contains(&format!("href=\"{address}\"")), "{address}");
    }
    let explained = program().args(["explain", "R4"]).env("COLUMNS", "200").run().exits(0).stdout;
    let address = explained.lines().find_map(|line| line.trim().strip_prefix("- ").and_then(of_address));
    assert!(document(address.unwrap()).starts_with("# R4 "));
    let own = "own/2.3-limit-admins.toml";
    let changed = document("controls/guide/2.3-limit-admins.toml").replace("Limit admin access", "Ours");
    let replaced = program().args(["explain", "2.3", "--controls", "own"]).file(own, changed);
    assert!(!replaced.run().exits(0).stdout.contains("docs/controls"), "a replaced control has no page");
}

#[test]
fn what_editors_read_names_a_schema_that_is_there() {
    for folder in ["guide", "extended", "rbac"] {
        for path in files_under(&root().join("controls").join(folder)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let named = text
                .lines()
                .next()
                .unwrap()
                .strip_prefix("#:schema ")
                .unwrap_or_else(|| panic!("{}", path.display()));
            assert!(path.parent().unwrap().join(named).is_file(), "{named} of {}", path.display());
        }
    }
    for more in [&[][..], &["--rbac"]] {
        let text =
            program().args(["init", "--demo", "--stdout"]).args(more.iter().copied()).run().exits(0).stdout;
        let address = text.lines().next().unwrap().strip_prefix("#:schema ").unwrap();
        let schema = document(of_address(address).unwrap());
        assert!(schema.contains(&format!("\"$id\": \"{address}\"")), "{address}");
    }
}

#[test]
fn pages_of_own_controls_are_written_too() {
    let control = document("controls/extended/E2-no-shared-accounts.toml")
        .replace("id = \"E2\"", "id = \"X2\"")
        .replace("title = \"", "title = \"<b>Ours</b> | ");
    let reference = program().args(["generate", "reference", "out", "--controls", "own"]);
    let run = reference.file("own/X2-no-shared-accounts.toml", control).run().exits(0);
    let page = run.read("out/X2-no-shared-accounts.md").unwrap();
    assert!(page.starts_with("# X2 \\<b>Ours\\</b> \\| "), "{page}");
    assert!(run.read("out/README.md").unwrap().contains("## Added or replaced\n"));
}

#[test]
fn what_replaces_a_control_is_not_the_guides_and_no_page_takes_the_place_of_another() {
    let reference = || program().args(["generate", "reference", "out", "--controls", "own"]);
    let control = document("controls/guide/2.3-limit-admins.toml");
    let require = "[[check]]\nname = \"more\"\n[check.value]\nrequire = \"\"\"\ntrue\n|| facts.workspace.teammates > 0\"\"\"\n";
    let ours = format!("{}\n{require}", control.replace("Limit admin access", "Ours"));
    let run = reference().file("own/2.3-limit-admins.toml", ours).run().exits(0);
    let index = run.read("out/README.md").unwrap();
    let (guide, ours) = index.split_once("## Added or replaced").unwrap();
    assert!(!guide.contains("2.3") && ours.contains("[Ours"), "{index}");
    let page = run.read("out/2.3-limit-admins.md").unwrap();
    assert!(page.contains("\nIt replaces the built-in control.\n"), "{page}");
    assert!(
        page.contains("- Require:\n  ```cel\n  true\n  || facts.workspace.teammates > 0\n  ```\n"),
        "{page}"
    );
    let same =
        control.replace("id = \"2.3\"", "id = \"2.3-Limit-admins\"").replace("slug = \"limit-admins\"\n", "");
    let run = reference().file("own/2.3-Limit-admins.toml", same).run().exits(2);
    run.says("two pages would be called 2.3-").says("hint: ");
}

#[test]
fn a_readme_of_another_origin_is_kept() {
    for text in ["# Mine\n", ""] {
        let run = program().args(["generate", "reference", "."]).file("README.md", text).run().exits(2);
        assert_eq!(run.read("README.md").as_deref(), Some(text));
        assert_eq!(
            run.says("README.md was not written by this command").says("hint: ").files(),
            ["README.md"]
        );
    }
    let index = document("docs/controls/README.md");
    program().args(["generate", "reference", "."]).file("README.md", index).run().exits(0);
}

#[test]
fn a_man_page_is_written_for_every_command() {
    let run = program().args(["generate", "man", "man"]).run().exits(0).says("man pages to man");
    let commands: Vec<_> = every_command().into_iter().map(|(command, _)| command).collect();
    assert_eq!(run.files().len(), commands.len(), "{:?}", run.files());
    for command in commands {
        let name = format!("intercom-harden {command}").trim().replace(' ', "-");
        let page = run.read(&format!("man/{name}.1")).unwrap_or_else(|| panic!("no page for {name}"));
        assert!(page.contains(&format!(".TH {} 1 ", name.to_uppercase())), "{page}");
    }
    let all: String = run.files().iter().map(|file| run.read(file).unwrap().replace("\\-", "-")).collect();
    let is_for_tests = |path: &Path| path.iter().any(|part| part == "tests");
    for path in files_under(&root().join("src")).into_iter().filter(|path| !is_for_tests(path)) {
        let code = std::fs::read_to_string(&path).unwrap();
        for name in code.split('"').filter(|word| {
            word.starts_with("INTERCOM_") && word.chars().all(|ch| ch.is_ascii_uppercase() || ch == '_')
        }) {
            let others = ["_SCHEMAS", "_FUZZ_SECONDS", "_COMMIT", "_TARGET", "_DATE"];
            let is_known = all.contains(name) || others.iter().any(|end| name.ends_with(end));
            assert!(is_known, "no man page has {name}, of {}", path.display());
        }
    }
}

#[test]
fn a_place_that_cannot_be_written_to_is_named() {
    for what in ["man", "reference"] {
        let run = program().args(["generate", what, "taken"]).file("taken", "x").run().exits(2);
        let run = run.says("cannot write the files into taken: ").says("hint: name a folder");
        assert_eq!(run.read("taken").as_deref(), Some("x"));
    }
}

#[test]
fn an_unknown_word_is_named_with_those_that_there_are() {
    program().args(["generate", "schema", "confg"]).run().exits(2).says("'confg'").says("alert");
}
