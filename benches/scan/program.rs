//! Runs the program as a whole and measures it from outside: time, memory, processor time.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often the peak of memory is read; it only grows, so the last reading before the end is what counts.
const POLL: Duration = Duration::from_millis(5);
/// The kernel's clock ticks, as `/proc` shows them, per second.
const TICKS: u64 = 100;

/// How a run of the program went.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// From its start to its end.
    pub(crate) wall: Duration,
    /// The processor time it spent outside the kernel, all threads together, where the system tells.
    pub(crate) user: Option<Duration>,
    /// The most memory it held, in KiB, where the system tells.
    pub(crate) peak_kib: Option<u64>,
    /// What it wrote to standard output.
    pub(crate) output: Vec<u8>,
}

/// Runs the program to its end.
///
/// # Errors
/// When it cannot be run, or ends with anything but success.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> io::Result<Run> {
    let mut command = Command::new(program);
    command.args(arguments).env("INTERCOM_ACCESS_TOKEN", "benchmark").env_remove("INTERCOM_REGION");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn()?;
    let ended = AtomicBool::new(false);
    let (output, errors, wall, peak_kib) = thread::scope(|scope| {
        let (id, stop) = (child.id(), &ended);
        let peak = scope.spawn(move || watch(id, stop));
        let stderr = child.stderr.take();
        let errors = scope.spawn(move || read_all(stderr));
        let output = read_all(child.stdout.take());
        let wall = started.elapsed();
        ended.store(true, Ordering::Relaxed);
        (output, errors.join().unwrap_or_default(), wall, peak.join().unwrap_or_default())
    });
    let user = user_time(&child);
    let status = child.wait()?;
    if !status.success() {
        return Err(io::Error::other(format!("{status}: {}", String::from_utf8_lossy(&errors))));
    }
    Ok(Run { wall, user, peak_kib, output })
}

fn read_all(source: Option<impl Read>) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(mut source) = source {
        // Whatever was read until it broke is shown.
        let _ = source.read_to_end(&mut all);
    }
    all
}

fn watch(process: u32, ended: &AtomicBool) -> Option<u64> {
    let mut peak = None;
    while !ended.load(Ordering::Relaxed) {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(now);
        thread::sleep(POLL);
    }
    peak
}

/// The user time of a child that has ended and is not waited for yet.
fn user_time(child: &Child) -> Option<Duration> {
    for _ in 0..1000 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
        // The name in the second field may hold spaces; what follows it does not.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        if fields.next() == Some("Z") {
            let ticks: u64 = fields.nth(10)?.parse().ok()?;
            return Some(Duration::from_millis(ticks * 1000 / TICKS));
        }
        thread::sleep(Duration::from_millis(1));
    }
    None
}
