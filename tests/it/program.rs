//! Runs the built binary in a scrubbed environment, in an empty directory, under a hard time limit.
//!
//! Every run also checks that the token is, in whatever form, in no output and no file the program wrote, and that a JSON
//! report matches its schema.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::contract::assert_contract;
use crate::run::{Run, files_under};
use crate::server::Server;

/// A token that is easy to find in output.
pub(crate) const TOKEN: &str = "fixture-token-0c5e71b9";

/// The configuration in the directory the program runs in.
pub(crate) const FILE: &str = "intercom-harden.toml";

/// The instant at which tests evaluate.
pub(crate) const NOW: &str = "2026-08-01T12:00:00Z";

/// [`NOW`] in seconds since 1970.
pub(crate) const NOW_SECONDS: i64 = 1_785_585_600;

/// The longest run before it is killed and the test fails.
const HARD_LIMIT: Duration = Duration::from_secs(60);

/// The name of a signal, and when to send it.
type Signal = (&'static str, Box<dyn Fn() -> bool>);

/// Prepares a run.
pub(crate) struct Program {
    args: Vec<String>,
    env: Vec<(String, String)>,
    stdin: Option<Vec<u8>>,
    directory: tempfile::TempDir,
    secrets: Vec<String>,
    now: Option<String>,
    signal: Option<Signal>,
    /// The server, which lives as long as the run.
    server: Option<Server>,
}

/// The built program, to which signals mean what they usually do: it would ignore those that the tests were started to
/// ignore, as in the background of a shell.
pub(crate) fn binary() -> Command {
    let binary = env!("CARGO_BIN_EXE_intercom-harden");
    if cfg!(not(target_os = "linux")) {
        return Command::new(binary);
    }
    let mut command = Command::new("/usr/bin/env");
    command.args(["--default-signal=INT,QUIT,HUP,TERM", binary]);
    command
}

/// The program, without arguments.
pub(crate) fn program() -> Program {
    Program {
        args: Vec::new(),
        env: Vec::new(),
        stdin: None,
        directory: tempfile::tempdir().unwrap(),
        secrets: vec![TOKEN.to_owned()],
        now: None,
        signal: None,
        server: None,
    }
}

/// The number of built-in controls: one file each in the folders of `controls/`.
pub(crate) fn built_in(packs: &[&str]) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("controls");
    packs.iter().map(|pack| std::fs::read_dir(folder.join(pack)).unwrap().count()).sum()
}

/// The number of controls that a scan evaluates.
pub(crate) fn evaluated() -> usize {
    built_in(&["guide", "extended"])
}

/// `scan` against a server, with the token in the environment, JSON on stdout, evaluated at [`NOW`].
pub(crate) fn scan(origin: &str) -> Program {
    scan_without_token(origin).env("INTERCOM_ACCESS_TOKEN", TOKEN)
}

/// [`scan`], with no token anywhere.
pub(crate) fn scan_without_token(origin: &str) -> Program {
    program().args(["scan", "--format", "json", "--base-url", origin]).now(NOW)
}

/// A command against a server, with the token in the environment, evaluated at [`NOW`].
pub(crate) fn live(origin: &str, words: &[&str]) -> Program {
    let words = words.iter().copied().chain(["--base-url", origin]);
    program().args(words).env("INTERCOM_ACCESS_TOKEN", TOKEN).now(NOW)
}

/// `scan` of the sample workspace, evaluated at [`NOW`].
pub(crate) fn demo() -> Program {
    program().args(["scan", "--demo"]).now(NOW)
}

/// Every format with output, as the program lists them.
pub(crate) fn formats() -> Vec<String> {
    let run = demo().args(["-o", "no-such=x"]).run().exits(2).says("the formats are ");
    let list = run.stderr.split("the formats are ").nth(1).unwrap().lines().next().unwrap();
    list.split([',', ' ', '(']).filter(|name| !matches!(*name, "" | "none")).map(str::to_owned).collect()
}

/// The options that write each format into a file of its name.
pub(crate) fn outputs<S: AsRef<str>>(formats: &[S]) -> Vec<String> {
    let option = |format: &S| ["-o".to_owned(), format!("{0}={0}.out", format.as_ref())];
    formats.iter().flat_map(option).collect()
}

impl Program {
    /// Keeps a server alive for the run.
    pub(crate) fn against(mut self, server: Server) -> Self {
        self.server = Some(server);
        self
    }

    pub(crate) fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    pub(crate) fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable; only these and a few harmless ones are passed.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Sets stdin, which is empty by default.
    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// Writes a file into the directory the program runs in.
    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        // Readable by the owner only, so that no test sees a warning about permissions.
        self.mode(name, 0o600)
    }

    /// Writes and names a configuration.
    pub(crate) fn config(self, text: impl AsRef<[u8]>) -> Self {
        self.file("own.toml", text).args(["--config", "own.toml"])
    }

    /// Names the report of an earlier scan.
    pub(crate) fn baseline(self, report: impl AsRef<[u8]>) -> Self {
        self.file("before.json", report).args(["--baseline", "before.json"])
    }

    /// Copies a file of the repository's `fixtures` into the directory the program runs in.
    pub(crate) fn fixture(self, name: &str, fixture: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture);
        self.file(name, fs::read(path).expect("the fixture is there"))
    }

    /// Changes the permissions of a file in the directory.
    pub(crate) fn mode(self, name: &str, mode: u32) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        #[cfg(not(unix))]
        let _ = (name, mode);
        self
    }

    /// A path in the directory the program runs in.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The instant of evaluation.
    pub(crate) fn now(mut self, instant: &str) -> Self {
        self.now = Some(instant.to_owned());
        self
    }

    /// Evaluates at the clock's time.
    pub(crate) fn by_the_clock(mut self) -> Self {
        self.now = None;
        self
    }

    /// Another text that must not appear in any output.
    pub(crate) fn secret(mut self, text: &str) -> Self {
        self.secrets.push(text.to_owned());
        self
    }

    /// Sends a signal, such as `INT`, once a condition is met.
    pub(crate) fn signal(mut self, name: &'static str, when: impl Fn() -> bool + 'static) -> Self {
        self.signal = Some((name, Box::new(when)));
        self
    }

    /// Runs the program to its end.
    pub(crate) fn run(mut self) -> Run {
        let written_by_test = files_under(self.directory.path());
        let home = tempfile::tempdir().unwrap();
        let mut command = binary();
        command.env_clear().current_dir(self.directory.path());
        command.env("HOME", home.path()).env("LANG", "C.UTF-8").env("TZ", "UTC");
        for name in ["PATH", "SystemRoot"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value))).args(&self.args);
        if let Some(now) = &self.now {
            command.args(["--now", now]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());

        let began = Instant::now();
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().unwrap();
        let input = self.stdin.clone().unwrap_or_default();
        // The program may not read it, so ignore a broken pipe.
        thread::spawn(move || drop(stdin.write_all(&input)));
        let stdout = drain(child.stdout.take().unwrap());
        let stderr = drain(child.stderr.take().unwrap());
        let mut peak_memory = 0;
        let status = loop {
            peak_memory = peak_memory.max(memory(child.id()));
            if let Some((name, _)) = self.signal.take_if(|(_, when)| when()) {
                let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
                assert!(sent.unwrap().success(), "the signal is sent");
            }
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > HARD_LIMIT {
                child.kill().unwrap();
                child.wait().unwrap();
                let (stdout, stderr) = (text(&stdout), text(&stderr));
                panic!("{:?} hung for {HARD_LIMIT:?}\nstdout: {stdout}\nstderr: {stderr}", self.args);
            }
            thread::sleep(Duration::from_millis(5));
        };
        let run = Run {
            code: status.code().unwrap_or(-1),
            stdout: text(&stdout),
            stderr: text(&stderr),
            elapsed: began.elapsed(),
            peak_memory,
            directory: self.directory,
        };
        run.assert_sound(&self.secrets, &written_by_test);
        let words: Vec<&str> = self.args.iter().take(2).map(String::as_str).collect();
        let makes_reports = matches!(words[..], ["scan", ..] | ["rbac", "check" | "roster"]);
        let prints_json = self.args.windows(2).any(|pair| pair == ["--format", "json"]);
        if makes_reports && prints_json && run.stdout.starts_with('{') {
            assert_contract(&run.json());
        }
        run
    }
}

/// The peak memory of a process so far, in KiB. While it is being started, its memory is still that of the tests.
fn memory(process: u32) -> u64 {
    let running = fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
    if running != Path::new(env!("CARGO_BIN_EXE_intercom-harden")) {
        return 0;
    }
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    peak.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn drain(mut stream: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        drop(sender.send(bytes));
    });
    receiver
}

fn text(stream: &mpsc::Receiver<Vec<u8>>) -> String {
    let bytes = stream.recv_timeout(Duration::from_secs(5)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
