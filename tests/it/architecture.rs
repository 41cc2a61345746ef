//! The source itself: what stands in one place only.

use std::fs;
use std::path::{Path, PathBuf};

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
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
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
    let controls = Path::new(env!("CARGO_MANIFEST_DIR")).join("controls");
    let mut ids = Vec::new();
    for pack in ["guide", "extended", "rbac"] {
        let files = fs::read_dir(controls.join(pack)).unwrap().map(|file| file.unwrap().file_name());
        ids.extend(files.map(|name| name.to_str().unwrap().split_once('-').unwrap().0.to_owned()));
    }
    assert!(ids.contains(&"2.3".to_owned()) && ids.len() > 20, "{ids:?}");
    let is_test = |name: &str| matches!(name, "report/sample.rs" | "report/hostile.rs");
    for (name, code) in sources().iter().filter(|(name, _)| !is_test(name)) {
        let code: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        for id in &ids {
            let written = [format!("\"{id}\""), format!("\\\"{id}\\\""), format!("params.{id}")];
            for text in written {
                assert!(!code.contains(&text), "src/{name} knows control {id}: declare it in a control file");
            }
        }
    }
}
