//! One pass over a range: all of its pages, in order.

use std::collections::HashSet;
use std::pin::pin;

use futures_util::{StreamExt, stream};

use super::ids::{EventHash, IdSet};
use super::page::{LIST_PER_PAGE, LogQuery, Page, Position};
use super::reader::{LogError, LogReader};
use crate::api::error::ApiError;
use crate::warning::Warning;

/// No range has more pages than this.
const MAX_PAGES: u64 = 100_000;
/// So many pages in a row that bring nothing new mean that the log goes in circles. Fewer can come
/// from a burst of new events that pushes whole pages back.
const MAX_REPEATS: u32 = 5;

/// How a pass over a range ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Every page was read, and the pages agree with each other.
    Clean,
    /// Something shifted meanwhile: events may have slipped between two pages.
    Shifted,
    /// The pages repeat or are missing, and their end was not found.
    Stuck,
}

/// How the pages of a pass are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Side by side, where the number of pages is known.
    Parallel,
    /// Each after the one before it, so that a late event can repeat others but never hide one.
    Sequential,
}

/// Reads every page of a range once. `again` says that events of it may have been emitted before.
pub(super) async fn run(
    reader: &LogReader<'_>,
    query: &LogQuery,
    order: Order,
    again: bool,
) -> Result<Ended, LogError> {
    let mut pass = Pass {
        reader,
        query,
        search: reader.search.get(),
        own: again.then(IdSet::default),
        pages: HashSet::new(),
        repeats: 0,
        shifted: false,
        total: None,
        first_len: 0,
    };
    let first = pass.fetch(Position::Page(1)).await?;
    pass.total = first.total_pages;
    pass.first_len = first.len();
    if first.len() == 0 && (first.next.more || first.total_pages.is_some_and(|total| total > 1)) {
        // Nothing, and more of it to come: that is no empty log.
        return Ok(Ended::Stuck);
    }
    let mut last = (first, 1);
    if let (Order::Parallel, Some(total)) = (order, pass.total) {
        let total = total.min(MAX_PAGES);
        let events = total.saturating_mul(pass.first_len);
        pass.own.as_mut().unwrap_or(&mut reader.seen.borrow_mut()).expect(events);
        let search = pass.search;
        let fetch = |number| {
            let fetch = reader.fetch(query, Position::Page(number), search);
            async move { (number, fetch.await) }
        };
        let mut pages =
            pin!(stream::iter(2..=total).map(fetch).buffered(reader.read_ahead(&last.0)).peekable());
        // Nothing is emitted before the teammates are known; the other pages need not wait for that.
        let (taken, _) = tokio::join!(pass.take(&last.0), pages.as_mut().peek());
        taken?;
        while let Some((number, page)) = pages.next().await {
            let page = page?;
            let empty = page.len() == 0;
            pass.shifted |= page.total_pages.is_some_and(|announced| Some(announced) != pass.total);
            pass.shifted |= empty || (number < total && page.len() != pass.first_len);
            if empty {
                return Ok(Ended::Shifted);
            }
            pass.take(&page).await?;
            if pass.repeats >= MAX_REPEATS {
                return Ok(Ended::Stuck);
            }
            pass.total = pass.total.max(page.total_pages);
            last = (page, number);
        }
        if pass.repeats > 0 {
            return Ok(Ended::Stuck);
        }
    } else {
        pass.take(&last.0).await?;
    }
    pass.follow(last).await
}

struct Pass<'a, 's> {
    reader: &'a LogReader<'s>,
    query: &'a LogQuery,
    search: bool,
    /// What this pass has seen, where that differs from what all passes have.
    own: Option<IdSet>,
    /// The content of every page so far.
    pages: HashSet<EventHash>,
    /// Pages in a row that brought nothing new.
    repeats: u32,
    shifted: bool,
    total: Option<u64>,
    first_len: u64,
}

impl Pass<'_, '_> {
    async fn fetch(&self, position: Position) -> Result<Page, ApiError> {
        self.reader.fetch(self.query, position, self.search).await
    }

    async fn take(&mut self, page: &Page) -> Result<(), LogError> {
        if page.len() == 0 {
            return Ok(());
        }
        let total = self.total.map(|pages| pages.saturating_mul(self.first_len));
        let taken = self.reader.take(self.query, page, self.own.as_mut(), total).await?;
        self.shifted |= taken.repeated > 0;
        let known = !self.pages.insert(self.reader.printer.of(&taken.content[..]));
        if known || (taken.repeated > 0 && taken.fresh == 0) {
            self.repeats += 1;
            self.shifted = true;
        } else {
            self.repeats = 0;
        }
        Ok(())
    }

    /// Goes on from a page, one page at a time, to the end.
    async fn follow(&mut self, (mut page, mut number): (Page, u64)) -> Result<Ended, LogError> {
        let mut used = HashSet::new();
        let (mut cursor, mut by_cursor, mut linked, mut whole) = (None, false, false, false);
        while page.len() > 0 {
            if page.next.foreign {
                self.reader.warn(Warning::NextPageElsewhere);
            }
            let read_all = self.total.is_some_and(|total| number >= total);
            if self.repeats == 0 {
                whole = read_all;
            }
            let back = page.next.page.is_some_and(|named| named <= number)
                || page.next.cursor.as_ref().is_some_and(|cursor| used.contains(cursor));
            if back {
                self.reader.warn(Warning::NextPageAgain);
            }
            let says_more = page.next.more && !(back && read_all);
            linked |= page.next.more;
            // A full page may have a successor that no total announces, and so may one that says nothing of itself; after
            // pages that named their next one, it says that it is the last.
            let most = if number > 1 { self.first_len } else { u64::MAX };
            let guess = match self.total {
                Some(_) => page.is_full(self.search, most),
                None => page.is_full(self.search, u64::MAX) || (page.is_unpaged() && !linked),
            };
            if !(says_more || guess || self.total.is_some_and(|total| number < total)) {
                break;
            }
            if self.repeats == 0 {
                cursor = page.next.cursor.clone();
                by_cursor |= self.total.is_none() && page.next.page.is_none();
            } else {
                // Page numbers, or cursors, lead in a circle: the other of the two may not.
                by_cursor = !by_cursor;
            }
            let step = cursor.clone().filter(|cursor| by_cursor && !used.contains(cursor));
            by_cursor = step.is_some();
            // What repeated was not the page of this number, where a cursor takes its place.
            number += u64::from(!by_cursor || self.repeats == 0);
            let position = step.map_or(Position::Page(number), |cursor| {
                used.insert(cursor.clone());
                Position::Cursor(cursor)
            });
            page = self.fetch(position).await?;
            let total = self.total;
            let announced = page.total_pages.filter(|_| page.len() > 0);
            if self.total.is_some() && announced.is_some_and(|total| Some(total) != self.total) {
                self.shifted = true;
                self.total = self.total.max(page.total_pages);
            }
            let shifted = self.shifted;
            self.take(&page).await?;
            if self.repeats > 0 && whole && self.total.is_some_and(|total| number >= total) {
                // All announced pages are read, and what follows is one of them, or was pushed back by newer events.
                if total == self.total {
                    self.reader.warn(Warning::PagesRepeat);
                }
                (self.repeats, self.shifted) = (0, shifted);
                break;
            }
            if self.repeats == 1 && page.is_unpaged() && page.len() < LIST_PER_PAGE {
                // The log knows no pages, and is shorter than any page that is cut off somewhere.
                (self.repeats, self.shifted) = (0, shifted);
                break;
            }
            if self.repeats >= MAX_REPEATS || number >= MAX_PAGES {
                return Ok(Ended::Stuck);
            }
        }
        if page.len() == 0 && self.goes_on_after(&page, number, by_cursor, &used).await? {
            return Ok(Ended::Stuck);
        }
        Ok(match (self.repeats, self.shifted) {
            (1.., _) => Ended::Stuck,
            (0, true) => Ended::Shifted,
            (0, false) => Ended::Clean,
        })
    }

    /// Whether events follow an empty page. Where none do, it was merely said that there are more.
    async fn goes_on_after(
        &self,
        page: &Page,
        number: u64,
        by_cursor: bool,
        used: &HashSet<String>,
    ) -> Result<bool, ApiError> {
        let total = self.total.filter(|total| *total > number && !by_cursor);
        let announced =
            total.map_or(Vec::new(), |total| vec![Position::Page(number + 1), Position::Page(total)]);
        let named = match &page.next.cursor {
            Some(cursor) => Some(Position::Cursor(cursor.clone())).filter(|_| !used.contains(cursor)),
            None => page.next.more.then(|| Position::Page(page.next.page.unwrap_or(0).max(number + 1))),
        };
        let mut asked = HashSet::new();
        for further in announced.into_iter().chain(named) {
            if asked.insert(further.clone()) && self.fetch(further).await?.len() > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
