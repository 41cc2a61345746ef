//! Entries that are odd, out of range, or alike.

use super::*;

#[tokio::test]
async fn an_entry_that_may_be_any_event_leaves_the_range_unread() {
    let milliseconds = (SINCE + 60) * 1000;
    for odd in [
        json!(7),
        json!({"id": "a", "activity_type": "t"}),
        json!({"id": "a", "activity_type": "t", "created_at": milliseconds}),
        json!({"id": "a", "activity_type": null, "created_at": SINCE + 60}),
    ] {
        let body =
            json!({"activity_logs": [entries(&log(1))[0], odd, null, odd], "pages": {"total_pages": 1}});
        let server = Server::start(move |asked| {
            // A wide range fails, so that its halves are read as if for the second time.
            let wide = asked.number("created_at_after") < Some(SINCE);
            if wide && asked.number("created_at_before") > Some(SINCE + 20 * DAY) {
                return refusal(500, "server_error");
            }
            ok(&body)
        });
        let (got, ended, _, unreadable) = read_counting(&server, query(30)).await;
        assert!(ended.is_ok(), "{odd}: {ended:?}");
        // The odd one twice, and null; which of them cannot be in range is known.
        assert_eq!((got, unreadable), (vec!["e0".to_owned()], 3), "{odd}");
    }
}

#[tokio::test]
async fn an_entry_whose_time_is_out_of_range_is_no_matter() {
    let entry = |at: i64| json!({"id": at.to_string(), "activity_type": null, "created_at": at});
    let range = [SINCE - 1, SINCE, SINCE + 30 * DAY, SINCE + 30 * DAY + 1].map(entry);
    let body = json!({"activity_logs": range, "pages": {"total_pages": 1}});
    let server = Server::start(move |_| ok(&body));
    let (got, ended, _, unreadable) = read_counting(&server, query(30)).await;
    assert!(ended.is_ok() && got.is_empty());
    assert_eq!(unreadable, 2);
}

#[tokio::test]
async fn events_are_the_same_only_if_id_type_and_time_are() {
    let event = |kind: &str, at: i64| json!({"id": "one", "activity_type": kind, "created_at": SINCE + at});
    let body = json!({
        "activity_logs": [event("a", 2), event("b", 2), event("a", 1), event("a", 2)],
        "pages": {"total_pages": 1, "per_page": 250},
    });
    let server = Server::start(move |_| ok(&body));
    let (got, ended, _) = read(&server, query(30)).await;
    assert!(ended.is_ok());
    assert_eq!(got, ["one"; 3]);
}

#[tokio::test]
async fn a_field_that_decides_nothing_costs_no_event() {
    let body = format!(
        r#"{{"activity_logs": [
            {{"id": "a", "activity_type": "t", "created_at": {SINCE}, "activity_description": "half \ud83d"}},
            {{"id": "b", "activity_type": "t", "created_at": {SINCE}, "activity_description": 1e999}},
            {{"id": "c", "activity_type": "t", "created_at": {SINCE}, "activity_description": {}}},
            {{"id": "d", "activity_type": "t", "created_at": {SINCE}, "performed_by": {{"email": "\udfff", "ip": [1e999]}}}},
            {{"id": "e", "activity_type": "t", "created_at": {SINCE}, "performed_by": ["x"], "metadata": "\ud800"}},
            {{"id": "f", "activity_type": "half \ud83d", "created_at": {SINCE}}},
            {{"id": "g", "activity_type": 7, "created_at": {SINCE}}},
            {{"id": "h", "activity_type": "t", "created_at": 0}}
        ], "pages": {{"total_pages": 1, "per_page": 250}}}}"#,
        "[".repeat(300) + &"]".repeat(300)
    );
    let server = Server::start(move |_| reply(200, &[], &body));
    let (got, ended, _, unreadable) = read_counting(&server, query(30)).await;
    assert!(ended.is_ok(), "{ended:?}");
    assert_eq!((got.concat().as_str(), unreadable), ("abcde", 3));
}
