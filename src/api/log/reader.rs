//! What is kept while ranges of the log are read: which events were seen, how many of each feed, which warnings.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;

use super::ids::{EventHash, Fingerprinter, IdSet};
use super::longest::LongestRange;
use super::page::{LogQuery, Page, Position, request};
use crate::api::client::{Client, Request};
use crate::api::error::ApiError;
use crate::api::notice::Notice;
use crate::api::record::{Record, Sink};
use crate::sources::Feed;
use crate::warning::Warning;

/// The bytes of pages to read ahead, if all are like the first.
const MOST_READ_AHEAD: usize = 32 * 1024 * 1024;

/// Why a range was not read to its end.
#[derive(Debug)]
pub(crate) enum LogError {
    /// The API refused or failed.
    Api(ApiError),
    /// The receiver failed.
    Sink(io::Error),
}

impl From<ApiError> for LogError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

/// Reads ranges of one workspace's log. What one feed has seen, no other emits again.
pub(crate) struct LogReader<'s> {
    client: &'s Client,
    sink: &'s Sink<'s>,
    pub(super) printer: Fingerprinter,
    pub(super) seen: RefCell<IdSet>,
    /// Whether the workspace offers the search, as far as is known.
    pub(super) search: Cell<bool>,
    /// How long a range may be.
    pub(super) longest: Cell<LongestRange>,
    records: [Cell<u64>; Feed::ALL.len()],
    /// Whether a page was answered.
    answered: Cell<bool>,
    /// Whether the search has answered one: then it is offered, and what it refuses later it refuses.
    pub(super) search_answered: Cell<bool>,
    warnings: RefCell<Vec<Warning>>,
}

/// What a page brought.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Events in range that the pass had not seen.
    pub(super) fresh: u64,
    /// Events in range that the pass had seen already.
    pub(super) repeated: u64,
    /// What it holds, in order, whether in range or not.
    pub(super) content: Vec<EventHash>,
}

impl<'s> LogReader<'s> {
    pub(crate) fn new(client: &'s Client, sink: &'s Sink<'s>) -> Self {
        Self {
            client,
            sink,
            printer: Fingerprinter::default(),
            seen: RefCell::default(),
            search: Cell::new(true),
            longest: Cell::default(),
            records: Default::default(),
            answered: Cell::new(false),
            search_answered: Cell::new(false),
            warnings: RefCell::default(),
        }
    }

    /// Whether it is read by the older endpoint, since the workspace does not offer the search.
    pub(crate) fn is_listed(&self) -> bool {
        !self.search.get()
    }

    /// Whether the log has delivered a page, of whatever range: a refusal after that is none of a scope.
    pub(crate) fn answered(&self) -> bool {
        self.answered.get()
    }

    /// How many events of a feed were emitted.
    pub(crate) fn records(&self, feed: Feed) -> u64 {
        self.records[feed as usize].get()
    }

    /// What the person who runs the scan should know.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.warnings.borrow().clone()
    }

    pub(super) fn note_answer(&self, part: &LogQuery) {
        let mut longest = self.longest.get();
        longest.note_answer(part.length());
        self.longest.set(longest);
    }

    /// Records that a part failed, and tells it the first time.
    pub(super) fn note_failure(&self, part: &LogQuery, error: &ApiError) {
        let mut longest = self.longest.get();
        if longest.note_failure(part.length()) {
            self.client.notify(Notice::ShorterRanges { reason: error.to_string() });
        }
        self.longest.set(longest);
    }

    /// The first second that matters, which the workspace's record tells for the history.
    pub(super) async fn start_of(&self, query: &LogQuery) -> i64 {
        if query.feed == Feed::LogHistory { self.sink.opened().await } else { query.since }
    }

    pub(super) fn warn(&self, warning: Warning) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// So many pages of a range are kept ready: enough that evaluating one never idles the connections, and fewer where the
    /// first one is large.
    pub(super) fn read_ahead(&self, first: &Page) -> usize {
        (self.client.concurrency() * 2).min(MOST_READ_AHEAD / first.size().max(1)).max(1)
    }

    pub(super) async fn fetch(
        &self,
        query: &LogQuery,
        position: Position,
        search: bool,
    ) -> Result<Page, ApiError> {
        // Shorter parts help more than asking again, above all where none of this length was answered yet.
        let is_known = position != Position::Page(1) || self.longest.get().was_answered(query.length());
        let repeats = query.can_be_shortened().then_some(u32::from(is_known));
        let request = Request { repeats, ..request(query, &position, search) };
        let page =
            self.client.json(query.feed, &request, |body| Page::parse(body, self.client.origin())).await;
        self.answered.set(self.answered.get() || page.is_ok());
        self.search_answered.set(self.search_answered.get() || (search && page.is_ok()));
        page.map(|page| page.counted_by(self.client))
    }

    /// Emits what is new on a page. `pass` holds what this pass has seen, where that differs from
    /// what all of them have.
    pub(super) async fn take(
        &self,
        query: &LogQuery,
        page: &Page,
        mut pass: Option<&mut IdSet>,
        total: Option<u64>,
    ) -> Result<Taken, LogError> {
        let history_since = self.sink.opened().await;
        let (mut taken, mut emitted) = (Taken::default(), 0);
        let mut same_text = HashMap::<&str, u64>::new();
        let mut seen = self.seen.borrow_mut();
        for (text, entry) in page.entries() {
            let event = match entry {
                Ok(event) => event,
                Err(unread) => {
                    // Once, however often its range is read; but the same text twice on a page is two.
                    let nth = same_text.entry(text).or_default();
                    *nth += 1;
                    let id = self.printer.of(&(text, *nth));
                    taken.content.push(id);
                    let may_matter = unread.at.is_none_or(|at| query.covers(at, history_since));
                    if may_matter && seen.insert(id) {
                        self.sink.emit(Record::Unread(&unread)).map_err(LogError::Sink)?;
                    }
                    continue;
                }
            };
            let id = if event.id.is_empty() {
                self.printer.of(text)
            } else {
                self.printer.of(&(&*event.id, &*event.activity_type, event.created_at))
            };
            taken.content.push(id);
            if !query.wants(&event, history_since) {
                continue;
            }
            let new = seen.insert(id);
            if pass.as_mut().map_or(new, |pass| pass.insert(id)) {
                taken.fresh += 1;
            } else {
                taken.repeated += 1;
            }
            if new {
                emitted += 1;
                self.sink.emit(Record::Event(query.feed, &event)).map_err(LogError::Sink)?;
            }
        }
        let records = &self.records[query.feed as usize];
        records.set(records.get() + emitted);
        self.client.notify(Notice::Progress { feed: query.feed, records: records.get(), total });
        Ok(taken)
    }
}
