//! A release on a loopback port, with the archives and checksums that the release workflow publishes.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use super::targets;

/// The repository that has the release.
pub(super) const REPOSITORY: &str = "acme/intercom-harden";

/// A published release. Its server ends with the test process.
pub(super) struct Published {
    folder: tempfile::TempDir,
    /// The address of the server.
    pub(super) server: String,
    requested: Arc<Mutex<Vec<String>>>,
}

/// Publishes the built program for every target.
pub(super) fn published() -> Published {
    // The program itself would take long to pack.
    release_of(&format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_intercom-harden")))
}

/// Publishes a script in place of the program.
pub(super) fn release_of(script: &str) -> Published {
    let folder = tempfile::tempdir().unwrap();
    let releases = folder.path().join(REPOSITORY).join("releases");
    let release = releases.join("download").join(format!("v{}", env!("CARGO_PKG_VERSION")));
    fs::create_dir_all(&release).unwrap();
    for target in targets() {
        let name = format!("intercom-harden-{target}");
        let program = folder.path().join(&name).join("intercom-harden");
        fs::create_dir(folder.path().join(&name)).unwrap();
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let archive = release.join(format!("{name}.tar.gz"));
        let packed =
            Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(folder.path()).arg(&name).status();
        assert!(packed.unwrap().success());
    }
    let sums = Command::new("sh")
        .args(["-c", "if command -v sha256sum > /dev/null; then sha256sum *; else shasum -a 256 *; fi"])
        .current_dir(&release)
        .output()
        .unwrap();
    fs::write(release.join("SHA256SUMS"), sums.stdout).unwrap();
    fs::create_dir(releases.join("latest")).unwrap();
    std::os::unix::fs::symlink(&release, releases.join("latest/download")).unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let requested = Arc::default();
    let (root, seen) = (folder.path().to_owned(), Arc::clone(&requested));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // What a client that has gone away does not read is nothing to a test.
            answer(&stream, &root, &seen).unwrap_or_default();
        }
    });
    Published { folder, server, requested }
}

/// Answers one request with a file, and closes the connection.
fn answer(mut stream: &TcpStream, root: &Path, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or("/").to_owned();
    seen.lock().unwrap().push(head.join("\n"));
    let (status, body) = fs::read(root.join(path.trim_start_matches('/')))
        .map_or_else(|_| ("404 Not Found", Vec::new()), |body| ("200 OK", body));
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(&body)
}

impl Published {
    /// The repository's address.
    pub(super) fn from(&self) -> String {
        format!("{}/{REPOSITORY}", self.server)
    }

    /// A file of the release.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(REPOSITORY).join("releases/latest/download").join(name)
    }

    /// The archives of the release.
    pub(super) fn archives(&self) -> Vec<PathBuf> {
        targets().iter().map(|target| self.file(&format!("intercom-harden-{target}.tar.gz"))).collect()
    }

    /// Requests so far, each with its headers.
    pub(super) fn requested(&self) -> Vec<String> {
        self.requested.lock().unwrap().clone()
    }
}
