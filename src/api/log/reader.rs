//! What is kept while ranges of the log are read: which events were seen, how many of each feed, which warnings.

use std::cell::{Cell, RefCell};
use std::io;

use super::ids::{EventHash, Fingerprinter, IdSet};
use super::page::{LogQuery, Page, Position, request};
use crate::api::client::Client;
use crate::api::error::ApiError;
use crate::api::notice::Notice;
use crate::api::record::{Record, Sink};
use crate::sources::Feed;
use crate::warning::Warning;

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
    records: [Cell<u64>; Feed::ALL.len()],
    unreadable: [Cell<u64>; Feed::ALL.len()],
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
            records: Default::default(),
            unreadable: Default::default(),
            warnings: RefCell::default(),
        }
    }

    /// How many entries of a feed's range have no readable time or type. Each may be any event, so what is said about
    /// the range rests on less than all of it.
    pub(crate) fn unreadable(&self, feed: Feed) -> u64 {
        self.unreadable[feed as usize].get()
    }

    /// How many events of a feed were emitted.
    pub(crate) fn records(&self, feed: Feed) -> u64 {
        self.records[feed as usize].get()
    }

    /// What the person who runs the scan should know.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.warnings.borrow().clone()
    }

    pub(super) fn warn(&self, warning: Warning) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// So many pages are kept ready: enough that evaluating one never idles the connections.
    pub(super) fn read_ahead(&self) -> usize {
        self.client.concurrency() * 2
    }

    pub(super) async fn fetch(
        &self,
        query: &LogQuery,
        position: Position,
        search: bool,
    ) -> Result<Page, ApiError> {
        let request = request(query, &position, search);
        self.client.json(query.feed, &request, |body| Page::parse(body, self.client.origin())).await
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
        let (mut taken, mut emitted, mut unreadable) = (Taken::default(), 0, 0);
        let mut seen = self.seen.borrow_mut();
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
            let too_old = query.feed == Feed::LogHistory && event.created_at < history_since;
            if too_old || !query.wants(&event) {
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
        let left_out = &self.unreadable[query.feed as usize];
        left_out.set(left_out.get() + unreadable);
        let records = &self.records[query.feed as usize];
        records.set(records.get() + emitted);
        self.client.notify(Notice::Progress { feed: query.feed, records: records.get(), total });
        Ok(taken)
    }
}
