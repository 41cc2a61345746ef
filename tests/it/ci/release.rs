//! What a release is made of: the workflow, the manifest, the packages and the installer agree about it.

use std::collections::BTreeSet;
use std::path::Path;

use toml::Table;

use super::{RELEASE, text, yaml};
use crate::run::files_under;

fn manifest() -> Table {
    text("Cargo.toml").parse().unwrap()
}

/// The strings of an array.
fn words(value: &toml::Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_part_knows_the_targets() {
    let targets: BTreeSet<_> = super::targets().into_iter().collect();
    assert!(targets.len() >= 7);
    let about: Table = text("packaging/about.toml").parse().unwrap();
    assert_eq!(words(&about["targets"]), targets);
    let (installer, formula) = (text("install.sh"), text("packaging/formula"));
    for target in &targets {
        let (cpu, system) = target.split_once('-').unwrap();
        let libc = system.strip_prefix("unknown-linux-");
        assert!(installer.contains(libc.map_or(system, |_| "$cpu-unknown-linux-$libc")), "{target}");
        // Homebrew is for neither Windows nor a glibc of the system.
        let brewed = !system.contains("windows") && libc != Some("gnu");
        assert_eq!(formula.contains(&format!("$(archive {target})")), brewed, "{target}");
        assert!(installer.contains(cpu), "{target}");
    }
    let binstall = &manifest()["package"]["metadata"]["binstall"];
    let zipped: BTreeSet<_> = binstall["overrides"].as_table().unwrap().keys().cloned().collect();
    assert_eq!(zipped, targets.into_iter().filter(|target| target.contains("windows")).collect());
    assert!(
        binstall["pkg-url"]
            .as_str()
            .unwrap()
            .ends_with("/v{ version }/{ name }-{ target }{ archive-suffix }")
    );
}

#[test]
fn licences_of_what_is_shipped_are_those_that_are_allowed() {
    let (deny, about): (Table, Table) =
        (text("deny.toml").parse().unwrap(), text("packaging/about.toml").parse().unwrap());
    let (allowed, accepted) = (words(&deny["licenses"]["allow"]), words(&about["accepted"]));
    assert!(accepted.is_subset(&allowed), "{:?}", accepted.difference(&allowed));
    let archive = text("packaging/archive");
    for file in ["THIRD-PARTY-LICENSES.txt", "LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(archive.contains(file), "{file}");
    }
    let assets = format!("{:?}", manifest()["package"]["metadata"]["deb"]["assets"]);
    assert!(assets.contains("THIRD-PARTY-LICENSES.txt") && assets.contains("LICENSE-MIT"));
}

#[test]
fn the_package_has_what_is_compiled_in_and_no_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cargo = std::process::Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .output()
        .unwrap();
    let listed = String::from_utf8(cargo.stdout).unwrap().replace('\\', "/");
    let listed: BTreeSet<_> = listed.lines().collect();
    assert!(listed.contains("src/main.rs"), "{}", String::from_utf8_lossy(&cargo.stderr));
    for path in &listed {
        let tests = path.split('/').any(|part| ["tests", "tests.rs", "fuzz"].contains(&part));
        assert!(!tests && !path.starts_with('.') || *path == ".cargo_vcs_info.json", "{path} is for no user");
    }
    let mut included = 0;
    for path in files_under(&root.join("src")) {
        let folder = path.parent().unwrap();
        let source = std::fs::read_to_string(&path).unwrap_or_default();
        let own = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        if !listed.contains(&*own) {
            continue;
        }
        let source = source.split("#[cfg(test)]").next().unwrap();
        let calls =
            ["include_str!(\"", "include_bytes!(\""].into_iter().flat_map(|call| source.split(call).skip(1));
        for name in calls.map(|rest| rest.split('"').next().unwrap()) {
            let file =
                folder.join(name).canonicalize().unwrap_or_else(|error| panic!("{own}: {name}: {error}"));
            let file =
                file.strip_prefix(root.canonicalize().unwrap()).unwrap().to_string_lossy().replace('\\', "/");
            assert!(listed.contains(&*file), "{own} needs {file}: add it to `include` in Cargo.toml");
            included += 1;
        }
    }
    assert!(included > 10, "{included}");
}

#[test]
fn the_workflow_publishes_only_what_it_tried() {
    let jobs = yaml(RELEASE)["jobs"].clone();
    for (job, needs) in [("build", "prepare"), ("publish", "build"), ("image", "publish")] {
        assert_eq!(jobs[job]["needs"], needs);
    }
    for (name, job) in jobs.as_object().unwrap() {
        let publishes = job["permissions"].as_object().unwrap().values().any(|granted| granted == "write");
        assert_eq!(job["if"] == "github.event_name == 'push'", publishes, "{name}");
        assert_eq!(job["environment"] == "release", publishes, "{name}");
    }
    let script = |job: &str| {
        let steps = jobs[job]["steps"].as_array().unwrap().iter().filter_map(|step| step["run"].as_str());
        steps.collect::<Vec<_>>().join("\n")
    };
    for check in
        ["cargo deny --all-features check", "cargo audit", "cargo package --locked", "packaging/inventory"]
    {
        assert!(script("prepare").contains(check), "{check}");
    }
    for check in ["packaging/archive \"$TARGET\"", "packaging/try-install \"$TARGET\"", "packaging/try-deb"] {
        assert!(script("build").contains(check), "{check}");
    }
    let checked = script("publish");
    let (sums, published) = (checked.find("sha256sum").unwrap(), checked.find("gh release create").unwrap());
    assert!(sums < published);
}

#[test]
fn the_image_is_the_program_alone_and_runs_without_rights() {
    let file = text("packaging/Dockerfile");
    let lines: Vec<_> = file.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(lines[0].starts_with("FROM gcr.io/distroless/static-") && lines[0].ends_with(":nonroot"));
    assert!(lines.contains(&"USER 65532:65532"));
    assert!(
        !file.contains("\nRUN ") && !file.contains("\nADD "),
        "nothing of the base runs, nothing is downloaded"
    );
}

/// What the scripts print.
#[cfg(unix)]
mod scripts {
    use std::collections::BTreeMap;
    use std::fs;
    use std::process::{Command, Output};

    use super::text;

    /// Runs a script of a copy of the repository in which the files have these texts.
    fn run(script: &str, args: &[&str], files: &[(&str, &str)]) -> (Output, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("packaging")).unwrap();
        for (name, content) in [(script, &*text(script))].iter().chain(files) {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let output = Command::new("bash").arg(script).args(args).current_dir(folder.path()).output().unwrap();
        (output, folder)
    }

    #[test]
    fn the_notes_are_those_of_the_version() {
        let version = env!("CARGO_PKG_VERSION");
        let cargo = text("Cargo.toml").replace("YOUR_ORGANIZATION", "acme");
        let log = format!(
            "# Changelog\n\n## [Unreleased]\n\nnext\n\n## [{version}] - 2026-12-01\n\nfirst\n\n### Scan\n\n- a\n\n## [0.0.9]\n\nold\n"
        );
        let (tag, here) = (format!("v{version}"), "acme/intercom-harden");
        let notes = |tag: &str, repository: &str, log: &str| {
            noted(tag, repository, &[("Cargo.toml", &cargo), ("CHANGELOG.md", log), ("install.sh", "")])
        };
        let (code, printed) = notes(&tag, here, &log);
        assert_eq!((code, printed.trim()), (Some(0), "first\n\n### Scan\n\n- a"));
        for (tag, repository, log, reason) in [
            ("v9.9.9", here, &*log, "The tag is v9.9.9, and Cargo.toml has version "),
            (&tag, "other/intercom-harden", &log, "Cargo.toml names the repository https://github.com/acme/"),
            (&tag, here, "# Changelog\n\n## [Unreleased]\n\n- a\n", "CHANGELOG.md has no section for "),
            (&tag, here, &log.replace("first\n\n### Scan\n\n- a", ""), "CHANGELOG.md has no section for "),
        ] {
            let (code, printed) = notes(tag, repository, log);
            assert_eq!(code, Some(1), "{printed}");
            assert!(printed.starts_with(&format!("packaging/notes: {reason}")), "{printed}");
        }
        // In two parts, so that who replaces it leaves it here.
        const PLACEHOLDER: &str = concat!("YOUR_ORG", "ANIZATION");
        // A copy in which the placeholder still stands somewhere releases nothing.
        for left in [("install.sh", PLACEHOLDER), ("Cargo.toml", &*format!("{cargo}# {PLACEHOLDER}"))] {
            let mut files =
                BTreeMap::from([("Cargo.toml", &*cargo), ("CHANGELOG.md", &log), ("install.sh", "")]);
            files.extend([left]);
            let (code, printed) = noted(&tag, here, &files.into_iter().collect::<Vec<_>>());
            let reason = format!("packaging/notes: {} still has the placeholder ", left.0);
            assert!(code == Some(1) && printed.starts_with(&reason), "{printed}");
        }
    }

    /// How `packaging/notes` ends, and what it says.
    fn noted(tag: &str, repository: &str, files: &[(&str, &str)]) -> (Option<i32>, String) {
        let (output, _) = run("packaging/notes", &[tag, repository], files);
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code(), said.concat())
    }

    #[test]
    fn the_formula_names_each_archive_with_its_checksum() {
        let targets = super::super::targets();
        let sums: Vec<_> = targets
            .iter()
            .enumerate()
            .map(|(number, target)| format!("{number:064x}  intercom-harden-{target}.tar.gz\n"))
            .collect();
        let args = ["1.2.3", "acme/intercom-harden", "SHA256SUMS"];
        let (output, _) = run("packaging/formula", &args, &[("SHA256SUMS", &sums.concat())]);
        let formula = String::from_utf8(output.stdout).unwrap();
        for (number, target) in targets.iter().enumerate() {
            let lines = format!(
                "url \"https://github.com/acme/intercom-harden/releases/download/v1.2.3/intercom-harden-{target}.tar.gz\"\n      \
                 sha256 \"{number:064x}\"\n"
            );
            let brewed = target.contains("apple") || target.contains("musl");
            assert_eq!(formula.contains(&lines), brewed, "{target}\n{formula}");
        }
        let without: String = sums.into_iter().filter(|line| !line.contains("aarch64-apple")).collect();
        let (output, _) = run("packaging/formula", &args, &[("SHA256SUMS", &without)]);
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(
            String::from_utf8_lossy(&output.stderr)
                .contains("does not list intercom-harden-aarch64-apple-darwin")
        );
    }
}
