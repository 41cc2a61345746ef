//! Rules of the source: what may occur in one module only.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::program;

/// Every file of the program with its text, without the tests in it.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            if path.is_dir() && !name.ends_with("tests") {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let tests = ["#[cfg(test)]\nmod tests {", "#[cfg(test)]\npub(super) mod tests {"];
                let code = tests.iter().fold(text.as_str(), |code, tests| code.split(tests).next().unwrap());
                let code = code.to_owned();
                sources.push((name, code));
            }
        }
    }
    sources
}

#[test]
fn letter_case_is_known_in_one_place() {
    const FUNCTIONS: [&str; 6] = [
        "to_lowercase",
        "to_uppercase",
        "to_ascii_lowercase",
        "to_ascii_uppercase",
        "eq_ignore_ascii_case",
        "make_ascii_",
    ];
    let is_test = |name: &str| name == "api/fake.rs";
    let sources = sources();
    assert!(sources.len() > 100 && sources.iter().any(|(name, _)| name == "casefold.rs"));
    for (name, code) in sources.iter().filter(|(name, _)| name != "casefold.rs" && !is_test(name)) {
        for function in FUNCTIONS {
            assert!(!code.contains(function), "src/{name} has {function}: use casefold or address");
        }
        let folds = ["icu_casemap", "unicode_normalization", "unicode_security", "idna::"];
        for library in folds.iter().filter(|_| name != "address.rs") {
            assert!(!code.contains(library), "src/{name} uses {library}: use casefold or address");
        }
    }
}

#[test]
fn no_control_is_known_by_its_id() {
    let list = |arguments: &[&str]| {
        let list = program()
            .args(["controls", "list", "--format", "json"])
            .args(arguments.iter().copied())
            .run()
            .exits(0)
            .json();
        let controls = list["controls"].as_array().unwrap().clone();
        controls.into_iter().map(|control| format!("{:?}", control["id"].as_str().unwrap()))
    };
    let ids: Vec<String> = list(&[]).chain(list(&["--rbac"])).collect();
    let sources = sources();
    let is_test = |name: &str| {
        let stem = Path::new(name).file_stem().unwrap().to_string_lossy();
        let declared =
            [format!("#[cfg(test)]\nmod {stem};"), format!("#[cfg(test)]\npub(crate) mod {stem};")];
        sources.iter().any(|(_, code)| declared.iter().any(|declared| code.contains(declared)))
    };
    for (name, code) in sources.iter().filter(|(name, _)| !is_test(name)) {
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            let known = ids.iter().find(|id| line.contains(id.as_str()));
            assert!(known.is_none(), "src/{name} names a control: {line}");
        }
    }
}
