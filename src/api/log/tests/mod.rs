//! The log reader against a simulated log that shifts, lies, repeats and breaks.

use std::cell::Cell;
use std::time::Duration;

use serde_json::{Value, json};

use super::page::DAY;
use super::*;
use crate::api::fake::{Asked, Server, ok, refusal, reply};
use crate::api::record::{Record, Sink};
use crate::sources::Feed;

mod entries;
mod fuzz;
mod growing;
mod ranges;

/// The range every test reads.
const SINCE: i64 = 1_700_000_000;

fn query(days: i64) -> LogQuery {
    LogQuery { feed: Feed::LogWindow, since: SINCE, until: SINCE + days * DAY, types: None }
}

/// Events of a log, newest first: id and time.
type Log = Vec<(String, i64)>;

/// `count` events, one a minute, the oldest at the start of the range.
fn log(count: usize) -> Log {
    (0..count).rev().map(|n| (format!("e{n}"), SINCE + n as i64 * 60)).collect()
}

fn entries(events: &[(String, i64)]) -> Value {
    let entry = |(id, at): &(String, i64)| json!({"id": id, "created_at": at, "activity_type": "t"});
    events.iter().map(entry).collect()
}

/// The answer of a well-behaved server that gives at most `most` events a page.
fn page_of(log: &[(String, i64)], asked: &Asked, most: usize) -> (Value, u64, u64) {
    let bounds = asked.number("created_at_after").unwrap()..=asked.number("created_at_before").unwrap();
    let inside: Log = log.iter().filter(|(_, at)| bounds.contains(at)).cloned().collect();
    let size = most.min(asked.number("per_page").unwrap_or(20) as usize);
    let page = asked.number("page").unwrap_or(1) as u64;
    let events: Log = inside.iter().skip((page as usize - 1) * size).take(size).cloned().collect();
    (entries(&events), page, inside.len().div_ceil(size) as u64)
}

/// Reads a range and gives the delivered ids in order, how it ended, and the warnings.
async fn read(server: &Server, query: LogQuery) -> (Vec<String>, Result<(), LogError>, Vec<String>) {
    let (ids, ended, warnings, _) = read_counting(server, query).await;
    (ids, ended, warnings)
}

/// Reads, and also says how many entries were not readable.
async fn read_counting(
    server: &Server,
    query: LogQuery,
) -> (Vec<String>, Result<(), LogError>, Vec<String>, u64) {
    let client = server.client(Duration::from_secs(10));
    let (mut ids, mut unreadable) = (Vec::new(), 0);
    let mut receive = |record: Record<'_>| {
        match record {
            Record::Event(_, event) => ids.push(event.id.to_string()),
            Record::Unread(_) => unreadable += 1,
            _ => unreachable!("the log holds events"),
        }
        Ok(())
    };
    let sink = Sink::new(&mut receive);
    sink.open(0);
    let reader = LogReader::new(&client, &sink);
    let ended = super::read(&reader, query).await;
    let warnings = reader.warnings().iter().map(Warning::to_string).collect();
    (ids, ended, warnings, unreadable)
}

fn ids(log: &[(String, i64)]) -> Vec<String> {
    log.iter().map(|(id, _)| id.clone()).collect()
}

/// Serves a log of `count` events, ten a page, with `pages` as the test wants it.
fn serve(count: usize, pages: impl Fn(&Asked, u64, u64) -> Value + Send + Sync + 'static) -> Server {
    let all = log(count);
    Server::start(move |asked| {
        let (events, page, total) = page_of(&all, asked, 10);
        ok(&json!({"activity_logs": events, "pages": pages(asked, page, total)}))
    })
}

#[tokio::test]
async fn a_full_last_page_costs_one_request_more() {
    let server = serve(
        200,
        |_, page, total| json!({"page": page, "per_page": 10, "total_pages": total, "next": null}),
    );
    let (got, ended, warnings) = read(&server, query(30)).await;
    assert!(ended.is_ok() && warnings.is_empty());
    assert_eq!(got, ids(&log(200)));
    assert_eq!(server.asked().len(), 21);
    let first = server.asked()[0].json();
    assert_eq!((&first["per_page"], &first["created_at_after"]), (&json!(250), &json!(SINCE - 1)));
}

#[tokio::test]
async fn further_pages_are_asked_for_before_anything_may_be_delivered() {
    let server = serve(200, |_, _, total| json!({"total_pages": total}));
    let client = server.client(Duration::from_secs(10));
    let delivered = Cell::new(0);
    let mut receive = |_: Record<'_>| {
        delivered.set(delivered.get() + 1);
        Ok(())
    };
    let sink = Sink::new(&mut receive);
    let reader = LogReader::new(&client, &sink);
    let opened = async {
        while server.asked().len() < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(delivered.get(), 0);
        sink.open(0);
    };
    let both = async { tokio::join!(super::read(&reader, query(30)), opened) };
    let (ended, ()) = tokio::time::timeout(Duration::from_secs(10), both).await.unwrap();
    assert!(ended.is_ok());
    assert_eq!(delivered.get(), 200);
}

#[tokio::test]
async fn bounds_are_included_and_no_more() {
    let events: Log = [SINCE + DAY + 1, SINCE + DAY, SINCE, SINCE - 1].map(|at| (at.to_string(), at)).into();
    let expected = ids(&events[1..3]);
    let server = Server::start(move |asked| ok(&json!({"activity_logs": page_of(&events, asked, 10).0})));
    assert_eq!(read(&server, query(1)).await.0, expected);
}

#[tokio::test]
async fn missing_totals_are_made_up_for() {
    // Nothing but the size of a page: a full one may have a successor.
    let bare = serve(40, |_, _, _| json!({"per_page": 10}));
    assert_eq!(read(&bare, query(30)).await.0, ids(&log(40)));
    assert_eq!(bare.asked().len(), 5);
    let linked = serve(
        35,
        |_, page, total| json!({"next": (page < total).then(|| format!("/admins/activity_logs?page={}", page + 1))}),
    );
    assert_eq!(read(&linked, query(30)).await.0, ids(&log(35)));
    assert_eq!(linked.asked().len(), 4);
}

#[tokio::test]
async fn wrong_totals_lose_nothing() {
    let low = serve(
        45,
        |_, page, total| json!({"total_pages": 2, "next": (page < total).then(|| json!({"page": page + 1}))}),
    );
    let (got, ended, _) = read(&low, query(30)).await;
    assert!(ended.is_ok());
    assert_eq!(got, ids(&log(45)));
    let high = serve(45, |_, _, _| json!({"total_pages": 5000, "next": null}));
    let (got, ended, _) = read(&high, query(30)).await;
    assert!(ended.is_ok());
    assert_eq!(got, ids(&log(45)));
    assert!(high.asked().len() < 80);
}

#[tokio::test]
async fn cursors_are_followed_where_numbers_mean_nothing() {
    for total in [None, Some(4), Some(9)] {
        let all = log(if total == Some(9) { 90 } else { 40 });
        let expected = ids(&all);
        let server = Server::start(move |asked| {
            let from = asked.json()["starting_after"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
            let to = (from + 10).min(all.len());
            let next = (to < all.len()).then(|| json!({"per_page": 10, "starting_after": to.to_string()}));
            ok(
                &json!({"activity_logs": entries(&all[from..to]), "pages": {"total_pages": total, "next": next}}),
            )
        });
        let (got, ended, _) = read(&server, query(30)).await;
        assert!(ended.is_ok(), "{total:?} {ended:?}");
        assert_eq!(got, expected, "{total:?}");
    }
}

#[tokio::test]
async fn a_next_on_another_host_gets_nothing() {
    let elsewhere = Server::start(|_| ok(&json!({})));
    let url = elsewhere.url.clone();
    let server = serve(
        35,
        move |_, page, total| json!({"next": (page < total).then(|| format!("{url}/admins/activity_logs?page={}", page + 1))}),
    );
    let (got, ended, warnings) = read(&server, query(30)).await;
    assert!(ended.is_ok());
    assert_eq!(got, ids(&log(35)));
    assert!(warnings[0].contains("another host"));
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_looping_next_ends() {
    let server = serve(35, |_, _, _| json!({"next": "/admins/activity_logs?page=1"}));
    let (got, ended, warnings) = read(&server, query(30)).await;
    assert!(ended.is_ok());
    assert_eq!(got, ids(&log(35)));
    assert!(warnings[0].contains("already read"));
}

#[tokio::test]
async fn a_log_that_always_gives_the_same_page_fails() {
    for total in [Some(3), Some(40), None] {
        let server = Server::start(move |_| {
            ok(
                &json!({"activity_logs": entries(&log(10)), "pages": {"total_pages": total, "next": "/?page=2"}}),
            )
        });
        let (got, ended, _) = read(&server, query(30)).await;
        assert!(matches!(ended, Err(LogError::Api(ApiError::Paging { .. }))), "{total:?}");
        assert_eq!(got, ids(&log(10)));
        assert!(server.asked().len() < 60);
    }
}

#[tokio::test]
async fn an_empty_page_that_promises_more_is_no_empty_log() {
    for pages in [json!({"total_pages": 5}), json!({"next": "/admins/activity_logs?page=2"})] {
        let body = json!({"activity_logs": [], "pages": pages});
        let server = Server::start(move |_| ok(&body));
        let (_, ended, _) = read(&server, query(30)).await;
        assert!(matches!(ended, Err(LogError::Api(ApiError::Paging { .. }))), "{pages}");
    }
    let null = Server::start(|_| ok(&json!({"activity_logs": null, "pages": {"total_pages": 1}})));
    let (_, ended, _) = read(&null, query(30)).await;
    assert!(matches!(ended, Err(LogError::Api(ApiError::UnexpectedShape { .. }))), "{ended:?}");
    let empty =
        Server::start(|_| ok(&json!({"activity_logs": [], "pages": {"total_pages": 1, "next": null}})));
    assert!(read(&empty, query(30)).await.1.is_ok());
}

#[tokio::test]
async fn an_empty_page_amid_others_is_no_end() {
    for missing in [2, 3] {
        let all = log(40);
        let server = Server::start(move |asked| {
            let (events, page, total) = page_of(&all, asked, 10);
            let events = if page == missing { json!([]) } else { events };
            ok(&json!({"activity_logs": events, "pages": {"total_pages": total, "next": null}}))
        });
        let (_, ended, _) = read(&server, query(30)).await;
        assert!(matches!(ended, Err(LogError::Api(ApiError::Paging { .. }))), "{missing}: {ended:?}");
    }
}

#[tokio::test]
async fn an_empty_page_that_names_a_further_one_is_no_end_either() {
    let named: [fn(u64) -> Value; 3] = [
        |page| json!({"next": format!("/admins/activity_logs?page={}", page + 1)}),
        |page| json!({"next": {"starting_after": (page + 1).to_string()}}),
        |_| json!({"next": {"token": "in other words"}}),
    ];
    for (further, empty, whole) in named.iter().flat_map(|next| [(next, 3, false), (next, 5, true)]) {
        let (all, further) = (log(40), *further);
        let server = Server::start(move |asked| {
            let cursor = asked.json()["starting_after"].as_str().and_then(|cursor| cursor.parse().ok());
            let page = cursor.or(asked.number("page").map(|page| page as u64)).unwrap_or(1);
            let events: Log = all.iter().skip((page as usize - 1) * 10).take(10).cloned().collect();
            let events = if page == empty { json!([]) } else { entries(&events) };
            ok(&json!({"activity_logs": events, "pages": further(page)}))
        });
        let (_, ended, _) = read(&server, query(30)).await;
        assert_eq!(ended.is_ok(), whole, "page {empty} is empty: {ended:?}");
    }
}

#[tokio::test]
async fn a_log_that_says_nothing_of_pages_is_asked_once_more() {
    // A server that gives fewer than it was asked for, and does not say so.
    for count in [1, 7, 60, 65] {
        let all = log(count);
        let server = Server::start(move |asked| ok(&json!({"activity_logs": page_of(&all, asked, 30).0})));
        let (got, ended, _) = read(&server, query(30)).await;
        assert!(ended.is_ok(), "{count} {ended:?}");
        assert_eq!(got, ids(&log(count)), "{count}");
    }
    // One that knows no pages at all: what it gives is the whole if no cap is as short.
    for (count, whole) in [(1, true), (19, true), (20, false), (50, false)] {
        let body = json!({"activity_logs": entries(&log(count)), "pages": {}});
        let server = Server::start(move |_| ok(&body));
        let (got, ended, _) = read(&server, query(30)).await;
        assert_eq!((ended.is_ok(), got.len()), (whole, count), "{count} {ended:?}");
    }
}

#[tokio::test]
async fn a_full_last_page_is_not_taken_for_the_end() {
    for (most, total, count) in [(10, 3, 45), (10, 1, 20), (7, 2, 14)] {
        let all = log(count);
        let server = Server::start(move |asked| {
            let (events, page, _) = page_of(&all, asked, most);
            ok(
                &json!({"activity_logs": events, "pages": {"page": page, "per_page": most, "total_pages": total, "next": null}}),
            )
        });
        let (got, ended, _) = read(&server, query(30)).await;
        assert!(ended.is_ok(), "{ended:?}");
        assert_eq!(got, ids(&log(count)));
    }
}

#[tokio::test]
async fn the_last_page_given_for_ever_is_read_once() {
    let all = log(25);
    let server = Server::start(move |asked| {
        let page = asked.number("page").unwrap().min(3) as usize;
        let events = entries(&all[(page - 1) * 10..(page * 10).min(25)]);
        ok(&json!({"activity_logs": events, "pages": {"total_pages": 3, "next": {"page": page + 1}}}))
    });
    let (got, ended, warnings) = read(&server, query(30)).await;
    assert!(ended.is_ok() && warnings[0].contains("repeats pages"));
    assert_eq!(got, ids(&log(25)));
}

#[tokio::test]
async fn the_list_is_read_where_there_is_no_search() {
    for status in [400, 404] {
        let all = log(90);
        let server = Server::start(move |asked| {
            if asked.method == "POST" {
                return refusal(status, "not_found");
            }
            let (events, page, total) = page_of(&all, asked, 20);
            let next = (page < total)
                .then(|| format!("https://api.intercom.io/admins/activity_logs?page={}", page + 1));
            ok(&json!({"activity_logs": events, "pages": {"page": page, "total_pages": total, "next": next}}))
        });
        let (got, ended, warnings) = read(&server, query(30)).await;
        assert!(ended.is_ok() && warnings.iter().any(|warning| warning.contains("search")));
        assert_eq!(got, ids(&log(90)));
        assert_eq!(server.asked().len(), 6);
    }
}
