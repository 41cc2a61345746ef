//! What a run of the program came to: its exit code, what it said, and its files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::leak::shown_in;
use crate::report::Report;

/// The result of a run.
pub(crate) struct Run {
    /// The exit code; -1 if a signal ended the program.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) elapsed: Duration,
    /// The peak memory in KiB; 0 if unknown.
    pub(crate) peak_memory: u64,
    pub(crate) directory: tempfile::TempDir,
}

impl Run {
    /// Asserts the exit code; shows both streams if it differs.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n{}", self.streams());
        self
    }

    /// Asserts that stderr contains a text, ignoring case.
    #[track_caller]
    pub(crate) fn says(self, phrase: &str) -> Self {
        let said = self.stderr.to_lowercase().contains(&phrase.to_lowercase());
        assert!(said, "stderr does not say {phrase:?}\n{}", self.streams());
        self
    }

    /// stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{}", self.streams()))
    }

    /// stdout as a report.
    #[track_caller]
    pub(crate) fn report(&self) -> Report {
        Report(self.json())
    }

    /// The content of a file in the run's directory, if it exists.
    pub(crate) fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.directory.path().join(name)).ok()
    }

    /// What a file says that may be a page: where that lets lines break is no part of it.
    pub(crate) fn said(&self, name: &str) -> String {
        self.read(name).unwrap().replace("<wbr>", "")
    }

    /// The bytes of a file the program wrote.
    #[track_caller]
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.directory.path().join(name)).unwrap()
    }

    /// The permissions of a file in the run's directory.
    #[cfg(unix)]
    pub(crate) fn mode(&self, name: &str) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(self.directory.path().join(name)).unwrap().permissions().mode() & 0o777
    }

    /// The names of the files in the run's directory.
    pub(crate) fn files(&self) -> Vec<String> {
        let relative =
            |path: PathBuf| path.strip_prefix(self.directory.path()).unwrap().display().to_string();
        files_under(self.directory.path()).into_iter().map(relative).collect()
    }

    /// Both streams, for messages.
    pub(crate) fn streams(&self) -> String {
        let cut = |text: &str| text.chars().take(20_000).collect::<String>();
        format!("exit: {}\nstdout: {}\nstderr: {}", self.code, cut(&self.stdout), cut(&self.stderr))
    }

    #[track_caller]
    pub(crate) fn assert_sound(&self, secrets: &[String], written_by_test: &[PathBuf]) {
        assert!(self.code >= 0, "a signal ended the program\n{}", self.streams());
        assert!(!self.stderr.contains("panicked at"), "the program panicked\n{}", self.streams());
        for secret in secrets {
            for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
                let shown = shown_in(text.as_bytes(), secret);
                assert_eq!(shown, None, "{name} shows the token\n{}", self.streams());
            }
            for path in files_under(self.directory.path()) {
                if !written_by_test.contains(&path) {
                    let shown = shown_in(&fs::read(&path).unwrap_or_default(), secret);
                    assert_eq!(shown, None, "{} holds the token", path.display());
                }
            }
        }
    }
}

/// Every file in a directory and those below it, in order.
pub(crate) fn files_under(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}
