//! `install.sh`: what it downloads, what it verifies, and what it leaves of the program that was there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::published::{Published, published, release_of};
use super::text;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A home, and programs that stand before those of the system.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn program(&self) -> PathBuf {
        self.path().join(".local/bin/intercom-harden")
    }

    fn stand_in(&self, name: &str, script: &str) {
        let folder = self.path().join("bin");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a script, as `sh -s` does what it reads.
    fn run(&self, script: &str, args: &[&str]) -> Output {
        let file = self.path().join("install.sh");
        fs::write(&file, script).unwrap();
        let path = format!("{}:{}", self.path().join("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        command.arg(&file).args(args).env_clear().env("PATH", path).env("HOME", self.path());
        command.env("GH_TOKEN", "ghs_secret").env("GITHUB_TOKEN", "ghs_secret");
        command.output().expect("sh is there")
    }

    fn install(&self, args: &[&str]) -> Output {
        self.run(&text("install.sh"), args)
    }
}

/// Asserts that the script refused, for this reason, and installed nothing.
#[track_caller]
fn refused(home: &Home, output: &Output, reason: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains(&format!("install.sh: {reason}")), "{error}");
    assert!(!home.program().exists(), "{reason}");
}

fn requested(release: &Published, file: &str) -> bool {
    release
        .requested()
        .iter()
        .any(|head| head.lines().next().is_some_and(|line| line.contains(&format!("/{file} "))))
}

#[test]
fn the_newest_release_is_installed_into_the_home_of_its_user() {
    let (release, home) = (published(), Home::new());
    let output = home.install(&["--from", &release.from()]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let program = home.program();
    assert!(said.starts_with(&format!("Installed intercom-harden {VERSION} ")), "{said}");
    assert!(
        said.contains(&format!(" as {}. ", program.display())) && said.contains("is not in PATH"),
        "{said}"
    );
    let scan =
        Command::new(&program).args(["scan", "--demo", "--no-config"]).current_dir(home.path()).output();
    assert!(String::from_utf8_lossy(&scan.unwrap().stdout).contains("The built-in sample workspace"));
    assert!(release.requested().iter().all(|head| head.contains("/releases/latest/download/")));
    let left: Vec<_> = fs::read_dir(program.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_version_and_a_folder_can_be_named() {
    let (release, home) = (published(), Home::new());
    let folder = home.path().join("a folder");
    for version in [VERSION, concat!("v", env!("CARGO_PKG_VERSION"))] {
        let args = ["--from", &release.from(), "--to", folder.to_str().unwrap(), "--version", version];
        assert!(home.install(&args).status.success());
        assert!(folder.join("intercom-harden").exists() && !home.program().exists());
    }
    refused(&home, &home.install(&["--from", &release.from(), "--version", "9.9.9"]), "http://");
}

#[test]
fn the_archive_suits_the_system() {
    let release = published();
    for (system, processor, libc, target) in [
        ("Linux", "x86_64", "echo glibc 2.36", "x86_64-unknown-linux-gnu"),
        ("Linux", "aarch64", "echo glibc 2.35", "aarch64-unknown-linux-gnu"),
        ("Linux", "x86_64", "echo glibc 2.34", "x86_64-unknown-linux-musl"),
        ("Linux", "x86_64", "echo glibc 2.9", "x86_64-unknown-linux-musl"),
        ("Linux", "aarch64", "exit 1", "aarch64-unknown-linux-musl"),
        ("Darwin", "arm64", "exit 1", "aarch64-apple-darwin"),
        ("Darwin", "x86_64", "exit 1", "x86_64-apple-darwin"),
    ] {
        let home = Home::new();
        home.stand_in("uname", &format!("case $1 in -m) echo {processor} ;; *) echo {system} ;; esac\n"));
        home.stand_in("getconf", &format!("{libc}\n"));
        let before = release.requested().len();
        assert!(home.install(&["--from", &release.from()]).status.success(), "{target}");
        assert!(release.requested()[before..].iter().any(|head| head.contains(target)), "{target}");
    }
    for (system, processor, reason) in [
        ("Linux", "riscv64", "There is no release for the processor riscv64."),
        ("FreeBSD", "amd64", "There is no release for the system FreeBSD."),
    ] {
        let home = Home::new();
        home.stand_in("uname", &format!("case $1 in -m) echo {processor} ;; *) echo {system} ;; esac\n"));
        refused(&home, &home.install(&["--from", &release.from()]), reason);
    }
}

#[test]
fn what_is_damaged_or_missing_does_not_replace_the_program() {
    let release = published();
    for archive in release.archives() {
        let mut bytes = fs::read(&archive).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&archive, bytes).unwrap();
    }
    let home = Home::new();
    refused(&home, &home.install(&["--from", &release.from()]), "intercom-harden-");
    fs::create_dir_all(home.program().parent().unwrap()).unwrap();
    fs::write(home.program(), "the old one").unwrap();
    let output = home.install(&["--from", &release.from()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("is damaged: its SHA-256 is "));
    assert_eq!(fs::read_to_string(home.program()).unwrap(), "the old one");

    let home = Home::new();
    for sums in ["", "x  intercom-harden-x86_64-unknown-linux-gnu.tar.gz\n", "<html>"] {
        fs::write(release.file("SHA256SUMS"), sums).unwrap();
        refused(&home, &home.install(&["--from", &release.from()]), "The release has no archive for ");
    }
    fs::remove_file(release.file("SHA256SUMS")).unwrap();
    refused(&home, &home.install(&["--from", &release.from()]), "http://");
}

#[test]
fn the_provenance_is_verified_before_anything_is_unpacked() {
    let (release, home) = (published(), Home::new());
    home.stand_in("gh", "exit 1\n");
    let from = release.from();
    refused(
        &home,
        &home.install(&["--from", &from, "--attested"]),
        "The option --attested needs --version or",
    );
    let args = ["--from", &from, "--version", VERSION, "--attested"];
    refused(&home, &home.install(&args), "No build provenance of intercom-harden-");
    home.stand_in("gh", "echo \"$@\" >> \"$HOME/asked\"\n");
    assert!(home.install(&args).status.success());
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let args = ["--from", &from, "--version", VERSION, "--commit", commit];
    assert!(home.install(&args).status.success());
    let asked = fs::read_to_string(home.path().join("asked")).unwrap();
    let asked: Vec<_> = asked.lines().collect();
    let workflow = "--repo acme/intercom-harden --deny-self-hosted-runners \
                    --signer-workflow acme/intercom-harden/.github/workflows/release.yml";
    let bound = format!("{workflow} --source-ref refs/tags/v{VERSION}");
    assert!(asked[0].starts_with("attestation verify /") && asked[0].ends_with(&bound), "{asked:?}");
    assert!(asked[1].ends_with(&format!("{bound} --source-digest {commit}")), "{asked:?}");
}

#[test]
fn options_and_addresses_are_checked_before_anything_is_downloaded() {
    let home = Home::new();
    for (args, reason) in [
        (&["--prefix", "/usr"][..], "There is no option --prefix."),
        (&["--version"], "The option --version needs a value."),
        (&["--to", ""], "The option --to needs a value."),
        (&["--from", "http://example.com/acme/intercom-harden"], "--from takes https://"),
        (&["--from", "http://127.0.0.1.example.com/acme/intercom-harden"], "--from takes https://"),
        (&["--from", "https://github.com"], "--from takes https://"),
        (&["--from", "ftp://github.com/acme/intercom-harden"], "--from takes https://"),
        (&["--from", "http://127.0.0.1:x@example.com/acme/intercom-harden"], "--from takes https://"),
        (&["--from", "https://github.com/acme/{a,b}"], "--from takes https://"),
        (
            &["--from", "https://github.com/YOUR_ORG/x"],
            "Name the repository that has the releases with --from",
        ),
        (&["--version", "x/../../y"], "x/../../y is no version"),
        (&["--version", "1..2"], "1..2 is no version"),
        (&["--version", "{1,2}"], "{1,2} is no version"),
        (&["--target", "x$/y/;e id"], "x$/y/;e id is no target"),
    ] {
        refused(&home, &home.install(args), reason);
    }
    let help = home.install(&["--help"]);
    let said = String::from_utf8_lossy(&help.stdout);
    assert!(help.status.success() && said.contains("--attested") && said.contains("--target"), "{said}");
}

#[test]
fn what_is_missing_on_the_system_is_named() {
    let (release, home) = (published(), Home::new());
    for (name, reason) in [("curl", "curl is not installed."), ("tar", "tar is not installed.")] {
        let script = text("install.sh").replacen(
            "command -v \"$1\"",
            &format!("[ \"$1\" != {name} ] && command -v \"$1\""),
            1,
        );
        refused(&home, &home.run(&script, &["--from", &release.from()]), reason);
    }
    assert_eq!(release.requested(), [""; 0]);
}

#[test]
fn a_program_that_does_not_run_replaces_none() {
    let home = Home::new();
    fs::create_dir_all(home.program().parent().unwrap()).unwrap();
    fs::write(home.program(), "the old one").unwrap();
    for script in ["exit 1", "kill -9 $$"] {
        let release = release_of(&format!("#!/bin/sh\n{script}\n"));
        let output = home.install(&["--from", &release.from()]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(" does not run on this system. Nothing was installed."), "{error}");
        assert_eq!(fs::read_to_string(home.program()).unwrap(), "the old one");
        assert_eq!(fs::read_dir(home.program().parent().unwrap()).unwrap().count(), 1);
    }
    let release = release_of("#!/bin/sh\necho \"intercom-harden ${GH_TOKEN-no token}${GITHUB_TOKEN-}\"\n");
    let output = home.install(&["--from", &release.from()]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.starts_with("Installed intercom-harden no token as "), "{said}");
}

#[test]
fn what_lies_at_the_place_of_the_program_is_not_followed() {
    let (release, home) = (published(), Home::new());
    fs::create_dir_all(home.program()).unwrap();
    let output = home.install(&["--from", &release.from()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("intercom-harden is a folder. Name another"));
    fs::remove_dir(home.program()).unwrap();
    fs::write(home.path().join("other"), "other").unwrap();
    std::os::unix::fs::symlink(home.path().join("other"), home.program()).unwrap();
    assert!(home.install(&["--from", &release.from()]).status.success());
    assert_eq!(fs::read_to_string(home.path().join("other")).unwrap(), "other");
    assert!(fs::symlink_metadata(home.program()).unwrap().is_file());
}

#[test]
fn a_script_that_arrives_in_part_does_nothing() {
    let (release, home) = (published(), Home::new());
    let script = text("install.sh");
    let ends = script.lines().scan(0, |end, line| {
        *end += line.len() + 1;
        Some(*end)
    });
    let ends: Vec<_> = ends.collect();
    for end in &ends[..ends.len() - 1] {
        home.run(&script[..*end], &["--from", &release.from()]);
        assert!(!home.program().exists(), "{}", &script[..*end]);
    }
    assert_eq!(release.requested(), [""; 0]);
    assert!(home.run(&script, &["--from", &release.from()]).status.success());
    assert!(requested(&release, "SHA256SUMS"));
}
