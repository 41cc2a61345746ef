//! Signals that end a command, whatever it is doing: no unfinished file stays behind.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;

use super::environment;
use crate::atomic_file;
use crate::error::Error;
use crate::exit::Exit;
use crate::standard_error;

/// How long the program waits for standard error to take its last message.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Answers a Ctrl-C, unless who would have heard of it is gone.
type Answer = Box<dyn FnOnce() -> bool + Send>;

/// What answers the next Ctrl-C, in place of ending the program.
static ANSWER: Mutex<Option<Answer>> = Mutex::new(None);

/// Hears what ends the program.
type LastWords = Box<dyn FnOnce(&str) + Send>;

/// What a signal that ends the program is told to.
static LAST: Mutex<Option<LastWords>> = Mutex::new(None);

/// Whether the program waits for its next work, so that nothing is interrupted.
static IDLE: AtomicBool = AtomicBool::new(false);

/// From now on, a signal that ends programs ends this one with exit code 3, and without unfinished files.
///
/// # Errors
/// When the system has no resources for it.
pub(super) fn watch() -> Result<(), Error> {
    let start = |source| Error::Start { what: "the handling of signals", source };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(start)?;
    let mut signals = {
        let _inside = runtime.enter();
        listen().map_err(start)?
    };
    let wait = move || {
        loop {
            let name = runtime.block_on(next(&mut signals));
            let answered = name == INTERRUPT && take_answer().is_some_and(|answer| answer());
            if !answered {
                end(name);
            }
        }
    };
    thread::Builder::new().spawn(wait).map(drop).map_err(start)
}

/// Does the work. A signal that ends the program meanwhile is told to `last`, which is forgotten after the work.
pub(super) fn with_last_words<T>(last: impl FnOnce(&str) + Send + 'static, work: impl FnOnce() -> T) -> T {
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(last));
    let done = work();
    while take_last_words().is_none() {
        // A signal ends the program just now, and what is said because of it is not to be cut short.
        thread::park();
    }
    done
}

fn take_last_words() -> Option<LastWords> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Waits. A signal that ends the program meanwhile interrupts nothing: the exit code is 0.
pub(super) fn idle(wait: impl FnOnce()) {
    IDLE.store(true, Ordering::SeqCst);
    wait();
    IDLE.store(false, Ordering::SeqCst);
}

/// Lets a dialogue answer the next Ctrl-C. One more ends the program.
pub(super) fn answer_interrupt(answer: impl FnOnce() -> bool + Send + 'static) {
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(answer));
}

fn take_answer() -> Option<Answer> {
    ANSWER.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[expect(clippy::exit, reason = "the rest of the program may be waiting for a disk, a pipe or a server")]
fn end(signal: &'static str) -> ! {
    let _held = atomic_file::remove_unfinished();
    if IDLE.load(Ordering::SeqCst) {
        std::process::exit(Exit::Success.code().into());
    }
    let message = format!("interrupted by {signal}: the command did not finish");
    let (sender, said) = mpsc::channel();
    let line = format!("error: {message}");
    let speak = move || {
        environment::finish_progress();
        standard_error::say(&line);
        // Nothing waits for it any longer where that took too long.
        let _ = sender.send(());
    };
    if thread::Builder::new().spawn(speak).is_ok() {
        let _ = said.recv_timeout(LAST_WORDS);
    }
    if let Some(last) = take_last_words() {
        last(&message);
    }
    std::process::exit(Exit::Incomplete.code().into())
}

#[cfg(unix)]
const INTERRUPT: &str = "SIGINT";

#[cfg(unix)]
type Signals = Vec<(&'static str, tokio::signal::unix::Signal)>;

/// Every signal that ends programs, but for those that were ignored when this one started: `nohup` and shells that
/// start it in the background ask for that.
#[cfg(unix)]
fn listen() -> std::io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};
    let all = [
        (INTERRUPT, SignalKind::interrupt()),
        ("SIGTERM", SignalKind::terminate()),
        ("SIGHUP", SignalKind::hangup()),
        ("SIGQUIT", SignalKind::quit()),
    ];
    let ignored = ignored();
    let wanted = all.into_iter().filter(|(_, kind)| ignored >> (kind.as_raw_value() - 1) & 1 == 0);
    wanted.map(|(name, kind)| Ok((name, signal(kind)?))).collect()
}

/// The signals that are ignored, a bit each, the lowest for the first.
#[cfg(target_os = "linux")]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Elsewhere this cannot be told. A hangup is then left to the system, since `nohup` is in frequent use.
#[cfg(all(unix, not(target_os = "linux")))]
fn ignored() -> u64 {
    1 << (tokio::signal::unix::SignalKind::hangup().as_raw_value() - 1)
}

#[cfg(unix)]
async fn next(signals: &mut Signals) -> &'static str {
    poll_fn(|context| {
        let mut signals = signals.iter_mut();
        let came = signals.find_map(|(name, signal)| signal.poll_recv(context).is_ready().then_some(*name));
        came.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

#[cfg(windows)]
const INTERRUPT: &str = "Ctrl-C";

#[cfg(windows)]
type Signals = tokio::signal::windows::CtrlC;

#[cfg(windows)]
fn listen() -> std::io::Result<Signals> {
    tokio::signal::windows::ctrl_c()
}

#[cfg(windows)]
async fn next(signals: &mut Signals) -> &'static str {
    let came = poll_fn(|context| signals.poll_recv(context)).await;
    if came.is_none() {
        std::future::pending::<()>().await;
    }
    INTERRUPT
}
