//! Measures the program as a whole against a local server of known latency, size and rate limit.
//!
//! `cargo bench --bench scan` runs the scenarios of `docs/performance.md` one after the other;
//! `cargo bench --bench scan -- --events 20000 --latency 50` a single one, `-- --help` lists the options.

#![expect(clippy::print_stdout, reason = "the measurements are what it is for")]

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Parser;
use serde_json::Value;

use program::Run;
use server::{Conditions, Server};
use workspace::{Log, NOW_TEXT};

mod program;
mod server;
mod workspace;

/// Measure a scan against a local server.
#[derive(Debug, Parser)]
struct Options {
    /// Events in the window; without it all scenarios are run
    #[arg(long)]
    events: Option<u64>,
    /// State-setting events before the window
    #[arg(long, default_value_t = 0)]
    history: u64,
    /// Teammates
    #[arg(long, default_value_t = 200)]
    teammates: u64,
    /// Milliseconds between a request and its answer
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// Requests in flight at once
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: u16,
    /// Requests that the server allows in ten seconds; without it there is no limit
    #[arg(long)]
    limit: Option<u64>,
    /// Runs, of which the medians are shown
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// Collect a snapshot and scan that
    #[arg(long)]
    snapshot: bool,
    /// Measure commands that need no workspace
    #[arg(long, conflicts_with = "events")]
    start_up: bool,
    /// Measure this program instead of the one just built, such as an earlier version
    #[arg(long, default_value = env!("CARGO_BIN_EXE_intercom-harden"))]
    program: PathBuf,
    /// What `cargo bench` passes to every benchmark
    #[arg(long = "bench", hide = true)]
    _bench: bool,
}

fn main() -> io::Result<()> {
    let Options {
        events,
        history,
        teammates,
        latency,
        concurrency,
        limit,
        runs,
        snapshot,
        start_up,
        program,
        ..
    } = Options::parse();
    let conditions = |events, latency, limit| {
        let latency = Duration::from_millis(latency);
        Conditions { events, history, teammates, latency, limit }
    };
    let bench = Bench { program, runs };
    if let Some(events) = events {
        let conditions = conditions(events, latency, limit);
        return if snapshot { bench.replay(conditions) } else { bench.scan(conditions, concurrency) };
    }
    if start_up {
        return bench.start_up();
    }
    bench.scan(conditions(20_000, 150, None), 16)?;
    bench.scan(Conditions { history: 500, ..conditions(20_000, 150, None) }, 16)?;
    bench.scan(conditions(20_000, 150, None), 32)?;
    Bench { runs: 1, ..bench.clone() }.scan(conditions(250_000, 0, Some(1_667)), 32)?;
    bench.scan(conditions(1_000_000, 0, None), 32)?;
    bench.replay(conditions(1_000_000, 0, None))?;
    bench.start_up()
}

/// Which program is measured, and how often.
#[derive(Debug, Clone)]
struct Bench {
    program: PathBuf,
    runs: u64,
}

impl Bench {
    /// Scans a live workspace.
    fn scan(&self, conditions: Conditions, concurrency: u16) -> io::Result<()> {
        announce("scan", conditions);
        println!("  {concurrency} requests in flight, medians of {} runs", self.runs);
        let (mut measured, mut counted, mut chain) = (Vec::new(), (0, 0, 0), u64::MAX);
        for _ in 0..self.runs {
            let server = Server::start(conditions)?;
            let url = format!("http://{}", server.address);
            let arguments = ["scan", "--format", "json", "--fail-on", "never"];
            let run = self.run(&live(&arguments, &url, &concurrency.to_string()))?;
            complete(&run, conditions)?;
            let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
            let counts = &server.counts;
            counted = (count(&counts.requests), count(&counts.further), count(&counts.refused));
            chain = chain.min(counts.longest_chain());
            measured.push(run);
        }
        let (requests, further, refused) = counted;
        println!(
            "  requests    {requests}, of which {further} for further pages of the log; {refused} refused with a 429"
        );
        show(&measured, conditions.events);
        // Against a server that answers at once there is nothing to wait for.
        if !conditions.latency.is_zero() {
            let rounds = rounds(requests, further, concurrency.into());
            let floor = conditions.latency.as_secs_f64() * rounds as f64;
            let wall = median(measured.iter().map(|run| run.wall).collect()).as_secs_f64();
            println!("  rounds      {rounds} have to wait for each other; {chain} did");
            println!("  floor       {floor:.3} s, ratio {:.2}", wall / floor);
            println!("  target      {:.3} s: 1.1 × the floor and 50 ms", floor.mul_add(1.1, 0.05));
        }
        Ok(())
    }

    /// Collects a snapshot, then scans it.
    fn replay(&self, conditions: Conditions) -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("bench.snapshot").display().to_string();
        announce("collect -o", conditions);
        let mut measured = Vec::new();
        for _ in 0..self.runs {
            let server = Server::start(conditions)?;
            let url = format!("http://{}", server.address);
            measured.push(self.run(&live(&["collect", "--output", &file], &url, "32"))?);
        }
        println!("  file        {:.1} MiB", std::fs::metadata(&file)?.len() as f64 / f64::from(1 << 20));
        show(&measured, conditions.events);
        announce("scan --snapshot", conditions);
        let scan = ["scan", "--snapshot", &file, "--now", NOW_TEXT, "--no-config"];
        let scan = [&scan[..], &["--format", "json", "--fail-on", "never"]].concat();
        let measured = (0..self.runs).map(|_| self.run(&scan)).collect::<io::Result<Vec<_>>>()?;
        measured.iter().try_for_each(|run| complete(run, conditions))?;
        show(&measured, conditions.events);
        Ok(())
    }

    /// What needs no workspace: most of it is start-up. In turns, so that all see the same machine.
    fn start_up(&self) -> io::Result<()> {
        let commands: [&[&str]; 4] = [
            &["--version"],
            &["controls", "list"],
            &["controls", "show", "2.3", "--no-config"],
            &["scan", "--demo", "--no-config"],
        ];
        let mut measured = commands.map(|_| Vec::new());
        for _ in 0..self.runs * 4 {
            for (command, runs) in commands.iter().zip(&mut measured) {
                runs.push(self.run(command)?);
            }
        }
        for (command, runs) in commands.iter().zip(&measured) {
            println!("{}", command.join(" "));
            show(runs, 0);
        }
        let size = std::fs::metadata(&self.program)?.len();
        println!("binary        {:.1} MiB", size as f64 / f64::from(1 << 20));
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> io::Result<Run> {
        program::run(&self.program, arguments)
    }
}

/// The longest chain of requests that have to wait for each other: the first page of a range tells how many there are.
/// All requests but further pages can be sent at the start, as far as there is room.
const fn rounds(requests: u64, further: u64, concurrency: u64) -> u64 {
    let first = requests - further;
    1 + (further + first.saturating_sub(concurrency)).div_ceil(concurrency)
}

/// The arguments for a live workspace on this machine.
fn live<'a>(command: &[&'a str], url: &'a str, concurrency: &'a str) -> Vec<&'a str> {
    let common = ["--base-url", url, "--now", NOW_TEXT, "--no-config", "--concurrency", concurrency];
    command.iter().copied().chain(common).collect()
}

/// A fast scan that missed something would be worth nothing.
fn complete(run: &Run, conditions: Conditions) -> io::Result<()> {
    let report: Value = serde_json::from_slice(&run.output)?;
    let sources = report["sources"].as_array().into_iter().flatten();
    let records =
        sources.filter(|source| source["id"] == "activity-log").find_map(|source| source["records"].as_u64());
    let events = conditions.events + conditions.history;
    if records == Some(events) {
        Ok(())
    } else {
        Err(io::Error::other(format!("the scan read {records:?} events of {events}")))
    }
}

fn announce(command: &str, conditions: Conditions) {
    let Conditions { events, history, teammates, latency, limit } = conditions;
    let limit =
        limit.map_or_else(|| "no rate limit".to_owned(), |limit| format!("at most {limit} requests in 10 s"));
    let size = Log::window(events, teammates).event_size();
    println!(
        "{command}: {events} events of {size} bytes, {history} before the window, {teammates} teammates, {} ms, {limit}",
        latency.as_millis()
    );
}

fn show(runs: &[Run], events: u64) {
    let walls: Vec<_> = runs.iter().map(|run| run.wall).collect();
    let (least, most) = (walls.iter().min().copied(), walls.iter().max().copied());
    let seconds = |time: Option<Duration>| time.unwrap_or_default().as_secs_f64();
    println!(
        "  wall        {:.3} s ({:.3} to {:.3})",
        median(walls.clone()).as_secs_f64(),
        seconds(least),
        seconds(most)
    );
    if let Some(users) = runs.iter().map(|run| run.user).collect::<Option<Vec<_>>>() {
        let user = median(users).as_secs_f64();
        // The kernel counts in hundredths of a second: few events cannot be told apart from none.
        let each = (events >= 100_000).then(|| format!(", {:.2} µs per event", user * 1e6 / events as f64));
        println!("  user CPU    {user:.2} s{}", each.unwrap_or_default());
    }
    if let Some(peak) = runs.iter().map(|run| run.peak_kib).max().flatten() {
        println!("  peak memory {:.1} MiB", peak as f64 / 1024.0);
    }
}

/// The middle one, or the later of the two in the middle.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
