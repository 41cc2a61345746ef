//! Many cases of one test: side by side, and a part of them where time is short.

use std::iter;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread;

/// How many cases run at once: most of their time is waiting.
const AT_ONCE: usize = 16;

/// Whether the long form of each test is asked for, as `.ci/run` does.
pub(crate) fn thorough() -> bool {
    std::env::var_os("INTERCOM_HARDEN_THOROUGH").is_some()
}

/// Every third case, or all in the long form. The cases are rows of `columns`, none of which is left out.
pub(crate) fn some<C>(columns: usize, cases: impl Iterator<Item = C>) -> Vec<C> {
    let step = [3, 4, 5].into_iter().find(|step| !columns.is_multiple_of(*step)).unwrap();
    cases.step_by(if thorough() { 1 } else { step }).collect()
}

/// Runs cases several at a time. What they return comes in no particular order.
pub(crate) fn side_by_side<C, R>(cases: impl IntoIterator<Item = C>, run: impl Fn(C) -> R + Sync) -> Vec<R>
where
    C: Send,
    R: Send,
{
    let cases: Vec<C> = cases.into_iter().collect();
    let at_once = AT_ONCE.min(cases.len());
    let cases = Mutex::new(cases.into_iter());
    let next = || cases.lock().unwrap().next();
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..at_once).map(|_| scope.spawn(|| iter::from_fn(next).map(&run).collect::<Vec<_>>())).collect();
        let results =
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        results.flatten().collect()
    })
}
