//! Ranges that are too long for the server, and the parts they are asked for in.

use super::*;

/// A server that fails on ranges longer than this many days.
fn limited(all: Log, days: i64) -> Server {
    Server::start(move |asked| {
        let width = asked.number("created_at_before").unwrap() - asked.number("created_at_after").unwrap();
        if width > days * DAY {
            return refusal(500, "server_error");
        }
        let (events, page, total) = page_of(&all, asked, 10);
        ok(&json!({"activity_logs": events, "pages": {"page": page, "total_pages": total}}))
    })
}

#[tokio::test]
async fn the_longest_range_that_the_server_answers_is_learned_once() {
    let all: Log = (0..600).rev().map(|n| (format!("e{n}"), SINCE + n * DAY)).collect();
    let expected = ids(&all);
    let server = limited(all, 5);
    let client = server.client(Duration::from_secs(60));
    let mut got = Vec::new();
    let mut receive = |record: Record<'_>| {
        if let Record::Event(_, event) = record {
            got.push(event.id.to_string());
        }
        Ok(())
    };
    let sink = Sink::new(&mut receive);
    sink.open(SINCE + 100 * DAY);
    let reader = LogReader::new(&client, &sink);
    let of = |feed, since: i64, until: i64| LogQuery {
        feed,
        since: SINCE + since * DAY,
        until: SINCE + until * DAY - 1,
        types: None,
    };
    crate::api::log::read(&reader, of(Feed::LogWindow, 300, 600)).await.unwrap();
    let first = server.asked().len();
    assert!((60..=80).contains(&first), "{first} requests for 300 days");
    // The next range knows the limit, and the history ends where the workspace begins.
    crate::api::log::read(&reader, of(Feed::LogHistory, -5_000, 300)).await.unwrap();
    let second = server.asked().len() - first;
    assert!((40..=60).contains(&second), "{second} requests for 200 days");
    drop(reader);
    assert_eq!(got, expected[..500]);
}

#[tokio::test]
async fn a_dead_log_fails_soon() {
    let server = Server::start(|_| refusal(503, "server_error"));
    let (got, ended, _) = read(&server, query(730)).await;
    assert!(matches!(ended, Err(LogError::Api(ApiError::Server(_)))) && got.is_empty());
    // Ten ranges once, then five attempts for a day.
    assert_eq!(server.asked().len(), 15);
}

#[tokio::test]
async fn a_refused_log_is_asked_for_once() {
    let server = Server::start(|_| refusal(403, "forbidden"));
    assert!(matches!(read(&server, query(30)).await.1, Err(LogError::Api(ApiError::Forbidden(_)))));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn parts_meet_without_overlap_down_to_a_day() {
    let whole = LogQuery { feed: Feed::LogWindow, since: 1_000, until: 9_999_999, types: None };
    assert_eq!(whole.newest(i64::MAX).since, 1_000);
    let (mut until, mut parts) = (whole.until, 0);
    while until >= whole.since {
        let part = LogQuery { until, ..whole }.newest(7);
        assert!(part.until == until && part.length() <= DAY && !part.can_be_shortened());
        (until, parts) = (part.since - 1, parts + 1);
    }
    assert_eq!((until, parts), (999, 116));
}
