//! `watch`: the same scan again and again. It keeps nothing in memory: each scan resolves everything anew.

use std::thread;
use std::time::{Duration, Instant};

use super::{complain, environment, heartbeat, scan, signals};
use crate::cli::WatchArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::words::minute;
use crate::time::parse_duration;

/// How often the clock is looked at: one that sleeps with the machine is behind when that wakes up.
const LOOK: Duration = Duration::from_secs(60);

/// Scans until a signal ends the program.
///
/// # Errors
/// What keeps the first scan from starting. Later ones are complained about, and the next one follows.
pub(super) fn run(args: &WatchArgs) -> Result<Exit, Error> {
    let (every, splay) = pace(args).inspect_err(|error| heartbeat::never_started(&error.to_string()))?;
    let (mut first, mut late) = (true, Duration::ZERO);
    loop {
        let began = Beginning::now();
        match scan::run(&args.scan) {
            Err(error) if first && error.exit() == Exit::Usage => return Err(error),
            Err(error) => complain(&error),
            Ok(_) => {}
        }
        first = false;
        // What one scan is late by, the next one is not.
        let next = splay.mul_f64(fastrand::f64());
        signals::idle(|| began.wait((every + next).saturating_sub(late)));
        late = next;
    }
}

/// How long from one start to the next, and how much later it may be.
fn pace(args: &WatchArgs) -> Result<(Duration, Duration), Error> {
    if let Some(option) = args.one_scan_alone() {
        return Err(Error::OneScan { option });
    }
    let duration = |option, text: &str| parse_duration(text).map_err(|source| Error::Time { option, source });
    let every = duration("--every", &args.every)?;
    let splay =
        args.splay.as_deref().map(|splay| duration("--splay", splay)).transpose()?.unwrap_or_default();
    if splay < every { Ok((every, splay)) } else { Err(Error::LongSplay) }
}

/// When a scan began, by two clocks: one of them stands still while the machine sleeps, and the other can be set.
struct Beginning {
    instant: Instant,
    at: jiff::Timestamp,
}

impl Beginning {
    fn now() -> Self {
        Self { instant: Instant::now(), at: environment::clock() }
    }

    /// How long ago it is, by the clock that says more.
    fn elapsed(&self) -> Duration {
        let by_clock = environment::clock().duration_since(self.at);
        self.instant.elapsed().max(Duration::try_from(by_clock).unwrap_or_default())
    }

    /// Waits until it is so long ago.
    fn wait(&self, long: Duration) {
        let left = || long.saturating_sub(self.elapsed());
        let next = environment::clock().checked_add(left());
        if let Ok(next) = next {
            environment::messages().message(&format!("Next scan: {} UTC.", minute(next)));
        }
        while !left().is_zero() {
            thread::sleep(left().min(LOOK));
        }
    }
}
