//! Reads the activity log: every event of a range once, newest first, as fast as the limiter allows.
//!
//! A *range* is read in [`pass`]es. The first page tells how many there are, and the others are fetched
//! side by side. The end of the range is pinned, but events may still turn up late and push others from
//! one page to the next while pages are fetched; such a shift shows as an event seen twice, and then the
//! range is read again. [`range`] decides that, and halves a range that the server cannot cope with.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use tokio::sync::watch;

use super::client::Client;
use super::error::ApiError;
use super::model::Event;
use super::notice::Notice;
use crate::sources::Feed;
use crate::warning::Warning;
use ids::{Fingerprint, Fingerprinter, IdSet};
use page::Page;

mod ids;
mod page;
mod pass;
mod range;

/// Seconds in a day: no narrower range is halved.
const DAY: i64 = 86_400;

/// A range of the log. Both ends are seconds since 1970, and included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogQuery {
    /// The feed that the events are for.
    pub feed: Feed,
    /// The first second.
    pub since: i64,
    /// The last second.
    pub until: i64,
    /// Only events of these types; all types without.
    pub types: Option<&'static [&'static str]>,
}

impl LogQuery {
    fn can_be_halved(&self) -> bool {
        self.until.saturating_sub(self.since) > DAY
    }

    fn wants(&self, event: &Event<'_>) -> bool {
        (self.since..=self.until).contains(&event.created_at)
            && self.types.is_none_or(|types| types.contains(&&*event.activity_type))
    }
}

/// Why a range was not read to its end.
#[derive(Debug)]
pub(crate) enum LogError {
    /// The API refused or failed.
    Api(ApiError),
    /// The receiver wants no more.
    Stopped,
}

impl From<ApiError> for LogError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

/// Receives the events, and says whether it wants more.
pub(crate) type Receive<'a> = dyn Fn(Feed, &Event<'_>) -> ControlFlow<()> + 'a;

/// Reads ranges of one workspace's log. What one feed has seen, no other delivers again.
pub(crate) struct LogReader<'a> {
    client: &'a Client,
    gate: watch::Receiver<bool>,
    receive: &'a Receive<'a>,
    printer: Fingerprinter,
    seen: RefCell<IdSet>,
    search: Cell<bool>,
    records: [Cell<u64>; Feed::ALL.len()],
    unreadable: [Cell<u64>; Feed::ALL.len()],
    warnings: RefCell<Vec<Warning>>,
}

/// What a page brought.
#[derive(Debug, Default)]
struct Taken {
    /// Events in range that the pass had not seen.
    fresh: u64,
    /// Events in range that the pass had seen already.
    repeated: u64,
    /// What it holds, in order, whether in range or not.
    content: Vec<Fingerprint>,
}

impl<'a> LogReader<'a> {
    /// A reader that delivers nothing until `gate` is true.
    pub(crate) fn new(client: &'a Client, gate: watch::Receiver<bool>, receive: &'a Receive<'a>) -> Self {
        Self {
            client,
            gate,
            receive,
            printer: Fingerprinter::default(),
            seen: RefCell::default(),
            search: Cell::new(true),
            records: Default::default(),
            unreadable: Default::default(),
            warnings: RefCell::default(),
        }
    }

    /// Reads a range to its end. What was delivered before an error stays delivered.
    pub(crate) async fn read(&self, query: LogQuery) -> Result<(), LogError> {
        range::read(self, query).await
    }

    /// How many entries of a feed's range have no readable time or type. Each may be any event, so what is said about
    /// the range rests on less than all of it.
    pub(crate) fn unreadable(&self, feed: Feed) -> u64 {
        self.unreadable[feed as usize].get()
    }

    /// How many events of a feed were delivered.
    pub(crate) fn records(&self, feed: Feed) -> u64 {
        self.records[feed as usize].get()
    }

    /// What the person who runs the scan should know.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.warnings.borrow().clone()
    }

    fn warn(&self, warning: Warning) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// Delivers what is new on a page. `pass` holds what this pass has seen, where that differs from
    /// what all of them have.
    async fn take(
        &self,
        query: &LogQuery,
        page: &Page,
        pass: Option<&mut IdSet>,
        total: Option<u64>,
    ) -> Result<Taken, LogError> {
        if self.gate.clone().wait_for(|open| *open).await.is_err() {
            return Err(LogError::Stopped);
        }
        let (mut taken, mut delivered, mut unreadable) = (Taken::default(), 0, 0);
        let (mut seen, mut pass) = (self.seen.borrow_mut(), pass);
        for (text, event) in page.events() {
            if text == "null" {
                continue;
            }
            let id = event.as_ref().map_or("", |event| &event.id);
            let id = self.printer.of(if id.is_empty() { text } else { id });
            taken.content.push(id);
            let Some(event) = event.filter(|event| !event.activity_type.is_empty()) else {
                // Counted once for each feed, however often its range is read.
                let id = self.printer.of(&format!("{:?} {text}", query.feed));
                unreadable += u64::from(seen.insert(id));
                continue;
            };
            if !query.wants(&event) {
                continue;
            }
            let new = seen.insert(id);
            if pass.as_mut().map_or(new, |pass| pass.insert(id)) {
                taken.fresh += 1;
            } else {
                taken.repeated += 1;
            }
            if new {
                delivered += 1;
                if (self.receive)(query.feed, &event).is_break() {
                    return Err(LogError::Stopped);
                }
            }
        }
        let left_out = &self.unreadable[query.feed as usize];
        left_out.set(left_out.get() + unreadable);
        let records = &self.records[query.feed as usize];
        records.set(records.get() + delivered);
        self.client.notify(Notice::Progress { feed: query.feed, records: records.get(), total });
        Ok(taken)
    }
}

#[cfg(test)]
mod tests;
