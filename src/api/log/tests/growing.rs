//! A log that grows while it is read.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::json;

use super::{Log, SINCE, ids, log, page_of, query, read};
use crate::api::fake::{Reply, Server, ok};

/// Serves a log to which events are added in front while it is read: `bursts[n]` before the nth answer.
fn growing(count: usize, bursts: Vec<usize>, repeat: bool, totals: bool) -> (Server, Arc<Mutex<Log>>) {
    let all = Arc::new(Mutex::new(log(count)));
    let (shared, answered) = (all.clone(), Mutex::new(0));
    let server = Server::start(move |asked| -> Reply {
        let mut all = shared.lock().unwrap();
        let mut nth = answered.lock().unwrap();
        for _ in 0..bursts.get(*nth).copied().unwrap_or(0) {
            let (id, at) = (format!("late{}", all.len()), all.first().map_or(SINCE, |(_, at)| *at));
            all.insert(0, (id, at));
        }
        *nth += 1;
        let (mut events, page, total) = page_of(&all, asked, 7);
        if repeat && let Some(last) = events.get(0).cloned() {
            events.as_array_mut().unwrap().push(last);
        }
        let next = (page < total).then(|| json!({"page": page + 1}));
        ok(&json!({"activity_logs": events, "pages": {"total_pages": totals.then_some(total), "next": next}}))
    });
    (server, all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_event_is_lost_or_counted_twice(
        count in 0usize..90, bursts in proptest::collection::vec(0usize..9, 0..16), repeat: bool, totals: bool,
    ) {
        let (server, all) = growing(count, bursts, repeat, totals);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let before = ids(&all.lock().unwrap());
        let (mut got, ended, _) = runtime.block_on(read(&server, query(30)));
        prop_assert!(ended.is_ok(), "{ended:?}");
        let delivered = got.len();
        got.sort();
        got.dedup();
        prop_assert_eq!(got.len(), delivered);
        prop_assert!(before.iter().all(|id| got.binary_search(id).is_ok()));
    }
}

/// A full last page is asked for a successor. Where the log grew meanwhile, that brings known events: the end, and no circle.
#[tokio::test]
async fn what_newer_events_push_behind_the_last_page_is_its_end() {
    for (count, bursts, repeat) in
        [(4, vec![2, 2, 1, 2, 3, 1], true), (3, vec![0, 5, 8, 4, 6, 1, 4, 1], true)]
    {
        let (server, all) = growing(count, bursts, repeat, true);
        let before = ids(&all.lock().unwrap());
        let (got, ended, _) = read(&server, query(30)).await;
        assert!(ended.is_ok() && before.iter().all(|id| got.contains(id)), "{ended:?}");
    }
}
