//! Threads whose stack a bounded expression cannot overflow.

use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};

/// Enough for a 1 KiB expression in an unoptimised build; the pages are only touched when used.
const STACK_BYTES: usize = 256 * 1024 * 1024;
/// More threads than this would take longer to start than they save.
const MOST_THREADS: usize = 4;

/// Runs `work` on a thread with a large stack and hands its result back.
///
/// The CEL parser and interpreter recurse with the depth of an expression, and their frames are large
/// in unoptimised builds; a test thread's 2 MiB would not do.
///
/// # Errors
/// When the system cannot start a thread.
pub(crate) fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| Ok(joined(deep(scope, work)?)))
}

/// Applies `work` to every item, on as many such threads as there are processors; the results keep the items' order.
///
/// # Errors
/// When the system cannot start a thread.
pub(crate) fn each_on_deep_stacks<I: Sync, T: Send>(
    items: &[I],
    work: impl Fn(&I) -> T + Sync,
) -> io::Result<Vec<T>> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let share = || {
        let turns = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let mine = turns.map_while(|at| Some((at, items.get(at)?)));
        mine.map(|(at, item)| (at, work(item))).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let threads: io::Result<Vec<_>> =
            (0..processors.min(MOST_THREADS).min(items.len())).map(|_| deep(scope, share)).collect();
        let mut results: Vec<_> = threads?.into_iter().flat_map(joined).collect();
        results.sort_by_key(|(at, _)| *at);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    })
}

fn deep<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work)
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u64> = (0..100).collect();
        let slow_start = |item: &u64| {
            thread::sleep(std::time::Duration::from_micros(100 - item));
            item * 2
        };
        let doubled = each_on_deep_stacks(&items, slow_start).unwrap();
        assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(each_on_deep_stacks(&[], slow_start).unwrap().is_empty());
    }
}
