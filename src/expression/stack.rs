//! Threads whose stack a bounded expression cannot overflow.

use std::io;
use std::thread;

/// Enough for a 1 KiB expression in an unoptimised build; the pages are only touched when used.
const STACK_BYTES: usize = 256 * 1024 * 1024;

/// Runs `work` on a thread with a large stack and hands its result back.
///
/// The CEL parser and interpreter recurse with the depth of an expression, and their frames are large
/// in unoptimised builds; a test thread's 2 MiB would not do.
///
/// # Errors
/// When the system cannot start a thread.
pub(crate) fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work)?;
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
