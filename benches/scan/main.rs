//! Measures the program as a whole against a local server of known latency, size and rate limit.
//!
//! `cargo bench --bench scan` runs the scenarios of `docs/performance.md` one after the other;
//! `cargo bench --bench scan -- --events 20000 --latency 50` a single one, `-- --help` lists the options.

#![expect(clippy::print_stdout, reason = "the measurements are what it is for")]

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Parser;
use serde_json::Value;

use program::Run;
use server::{Conditions, Server};
use workspace::{Log, NOW_TEXT};

mod floor;
mod program;
mod server;
mod workspace;

/// Measure a scan against a local server.
#[derive(Debug, Parser)]
struct Options {
    /// Events in the window; without it all scenarios are run
    #[arg(long)]
    events: Option<u64>,
    /// Teammates
    #[arg(long, default_value_t = 200)]
    teammates: u64,
    /// Milliseconds between a request and its answer
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// Requests side by side
    #[arg(long, default_value_t = 16)]
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
    /// What `cargo bench` passes to every benchmark
    #[arg(long = "bench", hide = true)]
    _bench: bool,
}

fn main() -> io::Result<()> {
    let options = Options::parse();
    let conditions = |events, latency, limit| Conditions {
        events,
        teammates: options.teammates,
        latency: Duration::from_millis(latency),
        limit,
    };
    let (runs, concurrency) = (options.runs, options.concurrency);
    if let Some(events) = options.events {
        let conditions = conditions(events, options.latency, options.limit);
        return if options.snapshot { replay(conditions, runs) } else { scan(conditions, concurrency, runs) };
    }
    scan(conditions(20_000, 50, None), concurrency, runs)?;
    scan(conditions(250_000, 0, Some(1_667)), concurrency, 1)?;
    scan(conditions(1_000_000, 0, None), concurrency, runs)?;
    replay(conditions(1_000_000, 0, None), runs)?;
    start_up(runs * 4)
}

/// Scans a live workspace.
fn scan(conditions: Conditions, concurrency: u16, runs: u64) -> io::Result<()> {
    announce("scan", conditions);
    println!("  {concurrency} requests side by side, medians of {runs} runs");
    let (mut measured, mut floors, mut last) = (Vec::new(), Vec::new(), (0, 0, 0));
    for _ in 0..runs {
        let server = Server::start(conditions)?;
        let url = format!("http://{}", server.address);
        let run = program::run(&live(
            &["scan", "--format", "json", "--fail-on", "never"],
            &url,
            &concurrency.to_string(),
        ))?;
        complete(&run, conditions.events)?;
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        last = (count(&server.counts.requests), count(&server.counts.pages), count(&server.counts.refused));
        measured.push(run);
        // Turn by turn, so that both see the same machine. Without a limit: the floor knows none.
        let bare = Server::start(Conditions { limit: None, ..conditions })?;
        let pages = Log::new(conditions.events, 1).pages();
        floors.push(floor::measure(&bare.address, pages, usize::from(concurrency))?);
    }
    let (requests, pages, refused) = last;
    println!(
        "  requests    {requests}, of which {pages} for pages of the window; {refused} refused with a 429"
    );
    show(&measured, conditions.events);
    let floor = median(floors);
    let wall = median(measured.iter().map(|run| run.wall).collect());
    // Against a server that answers at once the floor is no more than what copying bytes takes.
    if !conditions.latency.is_zero() {
        let ratio = wall.as_secs_f64() / floor.as_secs_f64();
        println!("  floor       {:.3} s, ratio {ratio:.2}", floor.as_secs_f64());
    }
    Ok(())
}

/// Collects a snapshot, then scans it.
fn replay(conditions: Conditions, runs: u64) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("bench.snapshot").display().to_string();
    announce("collect -o", conditions);
    let mut measured = Vec::new();
    for _ in 0..runs {
        let server = Server::start(conditions)?;
        let url = format!("http://{}", server.address);
        measured.push(program::run(&live(&["collect", "--output", &file], &url, "16"))?);
    }
    println!("  file        {:.1} MiB", std::fs::metadata(&file)?.len() as f64 / f64::from(1 << 20));
    show(&measured, conditions.events);
    announce("scan --snapshot", conditions);
    let arguments = [
        "scan",
        "--snapshot",
        &file,
        "--now",
        NOW_TEXT,
        "--no-config",
        "--format",
        "json",
        "--fail-on",
        "never",
    ];
    let measured = (0..runs).map(|_| program::run(&arguments)).collect::<io::Result<Vec<_>>>()?;
    measured.iter().try_for_each(|run| complete(run, conditions.events))?;
    show(&measured, conditions.events);
    Ok(())
}

/// Lists the controls.
fn start_up(runs: u64) -> io::Result<()> {
    println!("controls list");
    let measured = (0..runs).map(|_| program::run(&["controls", "list"])).collect::<io::Result<Vec<_>>>()?;
    show(&measured, 0);
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_intercom-harden"))?.len();
    println!("  binary      {:.1} MiB", size as f64 / f64::from(1 << 20));
    Ok(())
}

/// The arguments for a live workspace on this machine.
fn live<'a>(command: &[&'a str], url: &'a str, concurrency: &'a str) -> Vec<&'a str> {
    let common = ["--base-url", url, "--now", NOW_TEXT, "--no-config", "--concurrency", concurrency];
    command.iter().copied().chain(common).collect()
}

/// A fast scan that missed something would be worth nothing.
fn complete(run: &Run, events: u64) -> io::Result<()> {
    let report: Value = serde_json::from_slice(&run.output)?;
    let sources = report["sources"].as_array().into_iter().flatten();
    let records =
        sources.filter(|source| source["id"] == "activity-log").find_map(|source| source["records"].as_u64());
    if records == Some(events) {
        Ok(())
    } else {
        Err(io::Error::other(format!("the scan read {records:?} events of {events}")))
    }
}

fn announce(command: &str, conditions: Conditions) {
    let Conditions { events, teammates, latency, limit } = conditions;
    let limit =
        limit.map_or_else(|| "no rate limit".to_owned(), |limit| format!("at most {limit} requests in 10 s"));
    let size = Log::new(events, teammates).event_size();
    println!(
        "{command}: {events} events of {size} bytes, {teammates} teammates, {} ms, {limit}",
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
