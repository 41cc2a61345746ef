//! One page of the activity log: how it is asked for, what it holds, and where it says the next one is.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use url::Url;

use crate::api::client::{Client, MemoryShare, Request};
use crate::api::model::metadata::{id, object, string};
use crate::api::model::{Event, EventPage, UnreadEntry, is_nothing, number};
use crate::api::origin::ApiOrigin;
use crate::sources::Feed;

/// The path of the search endpoint.
pub(crate) const SEARCH: &str = "/admins/activity_logs/search";
/// The path of the plain list, 20 events a page.
pub(crate) const LIST: &str = "/admins/activity_logs";
/// The largest page, in bytes: 32 KiB for each event.
const LARGEST_PAGE: usize = 8 * 1024 * 1024;
/// The most events a search may ask for at once.
const PER_PAGE: u64 = 250;
/// How many events a page of the plain list holds. No known page is smaller.
pub(super) const LIST_PER_PAGE: u64 = 20;

/// Seconds in a day: no shorter range is asked for because of a failure.
pub(super) const DAY: i64 = 86_400;

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
    /// In seconds.
    pub(super) const fn length(&self) -> i64 {
        self.until.saturating_sub(self.since).saturating_add(1)
    }

    pub(super) const fn can_be_shortened(&self) -> bool {
        self.length() > DAY
    }

    /// Its newest part, of a day at least.
    pub(super) fn newest(self, length: i64) -> Self {
        Self { since: self.since.max(self.until.saturating_sub(length.max(DAY) - 1)), ..self }
    }

    /// Whether a time lies in the range. That of the history is asked for as a whole, and counts from `history_since` on.
    pub(super) fn covers(&self, at: i64, history_since: i64) -> bool {
        (self.since..=self.until).contains(&at) && (self.feed != Feed::LogHistory || at >= history_since)
    }

    pub(super) fn wants(&self, event: &Event<'_>, history_since: i64) -> bool {
        self.covers(event.created_at, history_since)
            && self.types.is_none_or(|types| types.contains(&&*event.activity_type))
    }
}

/// Which page of a range.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Position {
    /// By number, from 1.
    Page(u64),
    /// By the cursor that the page before gave.
    Cursor(String),
}

/// Where a page says the next one is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Next {
    /// The page number it names.
    pub(super) page: Option<u64>,
    /// The cursor it names.
    pub(super) cursor: Option<String>,
    /// It says that there is more, in whatever words.
    pub(super) more: bool,
    /// It is an address on another host.
    pub(super) foreign: bool,
}

impl Next {
    /// Reads each of the forms the API uses. The address itself is never requested.
    pub(super) fn read(value: &RawValue, origin: &ApiOrigin) -> Self {
        let mut next = Self { more: !is_nothing(value), ..Self::default() };
        if let Some(text) = string(value).filter(|_| next.more) {
            let base = origin.join("/", &[]);
            if let Ok(url) = base.join(text.trim()) {
                next.foreign = !origin.covers(&url);
                next.read_query(&url);
            }
        } else if let Some(NextPage { page, starting_after }) = object(value) {
            next.page = page.and_then(page_number);
            next.cursor = starting_after.and_then(id).map(Cow::into_owned);
        } else {
            next.page = page_number(value);
        }
        next.cursor = next.cursor.filter(|cursor| cursor.len() <= LONGEST_CURSOR);
        next
    }

    fn read_query(&mut self, url: &Url) {
        for (key, value) in url.query_pairs() {
            match &*key {
                "page" => self.page = value.parse().ok().filter(|page| *page > 0),
                "starting_after" if !value.is_empty() => self.cursor = Some(value.into_owned()),
                _ => {}
            }
        }
    }
}

/// A longer cursor is not sent back.
const LONGEST_CURSOR: usize = 2048;

/// The form of [`Next`] that is an object.
#[derive(Default, Deserialize)]
#[serde(default)]
struct NextPage<'a> {
    #[serde(borrow)]
    page: Option<&'a RawValue>,
    #[serde(borrow)]
    starting_after: Option<&'a RawValue>,
}

fn page_number(value: &RawValue) -> Option<u64> {
    number(value).filter(|page| *page > 0)
}

/// A page as it was answered, its events still unparsed.
#[derive(Debug)]
pub(super) struct Page {
    body: String,
    entries: Vec<Range<usize>>,
    /// How many pages there are, where the page says so.
    pub(super) total_pages: Option<u64>,
    /// How many events it says a page holds.
    pub(super) per_page: Option<u64>,
    /// Where the next one is.
    pub(super) next: Next,
    /// Its part of the answers in memory.
    share: Option<MemoryShare>,
}

impl Page {
    /// Reads an answer; single events are looked at later.
    pub(super) fn parse(body: String, origin: &ApiOrigin) -> Result<Self, serde_json::Error> {
        let answer: EventPage<'_> = serde_json::from_str(&body)?;
        let start = body.as_ptr().addr();
        let span = |raw: &RawValue| {
            let from = raw.get().as_ptr().addr() - start;
            from..from + raw.get().len()
        };
        let entries: Vec<_> = answer.entries()?.into_iter().map(span).collect();
        let pages = answer.pages.unwrap_or_default();
        let next = pages.next.map(|next| Next::read(next, origin)).unwrap_or_default();
        let per_page = pages.per_page.filter(|size| *size > 0);
        // No pages at all, and entries on this one: that total says nothing.
        let total_pages = pages.total_pages.filter(|total| *total > 0 || entries.is_empty());
        Ok(Self { total_pages, per_page, next, body, entries, share: None })
    }

    /// Counts it among the answers in memory, as long as it is there.
    pub(super) fn counted_by(mut self, client: &Client) -> Self {
        self.share = Some(client.share_of_memory(self.size()));
        self
    }

    /// Its size in bytes.
    pub(super) fn size(&self) -> usize {
        self.body.len()
    }

    /// How many entries it has, odd ones included.
    pub(super) fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Its entries: the text, and the event where it can be read as one.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, Result<Event<'_>, UnreadEntry<'_>>)> {
        self.entries.iter().filter_map(|span| {
            let text = self.body.get(span.clone())?;
            Some((text, Event::read(serde_json::from_str::<&RawValue>(text).ok()?)))
        })
    }

    /// Whether it holds as many events as a page can, as far as it tells. No page has more than `most`: a server may give
    /// fewer than it was asked for.
    pub(super) fn is_full(&self, search: bool, most: u64) -> bool {
        self.len() >= self.per_page.unwrap_or(if search { PER_PAGE } else { LIST_PER_PAGE }).min(most)
    }

    /// Whether it says nothing of how it stands among others: no total, no size, no next page.
    pub(super) fn is_unpaged(&self) -> bool {
        self.total_pages.is_none() && self.per_page.is_none() && self.next == Next::default()
    }
}

/// The request for one page. One second more is asked for at both ends than is wanted: whether the server takes its bounds
/// as included is not documented.
pub(super) fn request(query: &LogQuery, position: &Position, search: bool) -> Request<'static> {
    let limit = Some(LARGEST_PAGE);
    let (after, before) = (query.since.saturating_sub(1), query.until.saturating_add(1));
    if search {
        let mut body = json!({
            "created_at_after": after, "created_at_before": before, "per_page": PER_PAGE,
        });
        if let Some(types) = query.types {
            body["event_types"] = json!(types);
        }
        match position {
            Position::Page(page) => body["page"] = json!(page),
            Position::Cursor(cursor) => body["starting_after"] = json!(cursor),
        }
        return Request { path: SEARCH, body: Some(body.to_string()), limit, ..Request::default() };
    }
    let mut pairs = vec![("created_at_after", after.to_string()), ("created_at_before", before.to_string())];
    match position {
        Position::Page(1) => {}
        Position::Page(page) => pairs.push(("page", page.to_string())),
        Position::Cursor(cursor) => pairs.push(("starting_after", cursor.clone())),
    }
    Request { path: LIST, query: pairs, limit, ..Request::default() }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn origin() -> ApiOrigin {
        ApiOrigin::parse("https://api.intercom.io").unwrap()
    }

    fn next(value: Value) -> Next {
        Next::read(&serde_json::value::to_raw_value(&value).unwrap(), &origin())
    }

    #[test]
    fn next_is_read_in_each_form() {
        let same = next(json!("https://api.intercom.io/admins/activity_logs?page=3&per_page=20"));
        assert_eq!((same.page, same.more, same.foreign), (Some(3), true, false));
        let relative = next(json!("/admins/activity_logs?starting_after=a%2Bb"));
        assert_eq!((relative.cursor.as_deref(), relative.foreign), (Some("a+b"), false));
        assert_eq!(next(json!({"per_page": 250, "starting_after": "c"})).cursor.as_deref(), Some("c"));
        assert_eq!(next(json!({"page": 2, "starting_after": null})).page, Some(2));
        for end in
            [json!(null), json!(""), json!({}), json!([]), json!(false), json!({"starting_after": null})]
        {
            assert_eq!(next(end), Next::default());
        }
        for other in [json!(true), json!({"cursor": "c"}), json!(["/admins/activity_logs?page=2"])] {
            assert_eq!(next(other), Next { more: true, ..Next::default() }, "more, in unknown words");
        }
    }

    #[test]
    fn an_address_elsewhere_is_marked() {
        for url in [
            "https://evil.example/admins/activity_logs?page=2",
            "http://api.intercom.io/?page=2",
            "https://api.intercom.io:444/?page=2",
            "//evil.example/?page=2",
            "https://api.intercom.io@evil.example/?page=2",
        ] {
            assert!(next(json!(url)).foreign, "{url}");
        }
    }

    #[test]
    fn odd_entries_do_not_spoil_a_page() {
        let body = json!({
            "pages": [],
            "activity_logs": [
                null, 7, "x", {}, {"id": "a", "created_at": "soon"},
                {"id": 5, "activity_type": null, "created_at": 1.7e9, "performed_by": "me", "metadata": null},
                {"id": null, "activity_type": "t", "created_at": "1700000000", "performed_by": {"id": 3, "ip": []}},
            ],
        });
        let page = Page::parse(body.to_string(), &origin()).unwrap();
        let (events, unread): (Vec<_>, Vec<_>) =
            page.entries().map(|(_, entry)| entry).partition(Result::is_ok);
        let events: Vec<_> = events.into_iter().flatten().collect();
        assert_eq!((page.len(), events.len(), unread.len()), (7, 1, 6));
        assert_eq!((&*events[0].id, events[0].created_at), ("", 1_700_000_000));
        assert_eq!(events[0].performed_by.as_ref().unwrap().id.as_deref(), Some("3"));
        let unread: Vec<_> = unread.into_iter().filter_map(Result::err).collect();
        assert_eq!((&*unread[5].id, unread[5].at), ("5", Some(1_700_000_000)));
        let shown = r#"{"id":"a","activity_type":null,"created_at":"soon"}"#;
        assert_eq!((&*unread[4].shown, &*unread[2].shown), (shown, "\"x\""));
    }

    #[test]
    fn a_page_without_the_list_is_no_empty_page() {
        let parse = |body: &str| Page::parse(body.to_owned(), &origin());
        assert!(parse("{}").is_err());
        assert!(parse(r#"{"activity_logs": "none"}"#).is_err());
        assert!(parse(r#"{"activity_logs": null, "pages": null}"#).is_err());
        assert_eq!(parse(r#"{"activity_logs": [], "pages": null}"#).unwrap().len(), 0);
    }

    #[test]
    fn requests_ask_for_one_second_more_at_both_ends() {
        let types: Option<&'static [&'static str]> = Some(&["a"]);
        let query = LogQuery { feed: crate::sources::Feed::LogHistory, since: 100, until: 200, types };
        let search: Value =
            serde_json::from_str(&request(&query, &Position::Page(4), true).body.unwrap()).unwrap();
        let expected = json!({
            "created_at_after": 99, "created_at_before": 201, "event_types": ["a"], "page": 4, "per_page": 250,
        });
        assert_eq!(search, expected);
        let list = request(&query, &Position::Cursor("c".to_owned()), false);
        assert_eq!(list.path, LIST);
        assert_eq!(list.query[2], ("starting_after", "c".to_owned()));
    }
}
