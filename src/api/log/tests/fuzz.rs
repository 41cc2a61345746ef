//! Pages of the log: each on its own, and what a server makes of them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::super::page::Page;
use super::{query, read_counting};
use crate::api::fake::{Server, reply};
use crate::api::log::LogError;
use crate::api::model::Event;
use crate::api::origin::ApiOrigin;
use crate::fuzz::Target;

/// The most requests that a range costs whose pages are a few, over and over.
const MOST_REQUESTS: usize = 600;

#[test]
fn pages() {
    let origin = ApiOrigin::parse("https://api.intercom.io").unwrap();
    let target = Target {
        name: "pages",
        seeds: &["tests/corpus/paging"],
        made: Vec::new(),
        words: &[
            "starting_after",
            "next",
            "total_pages",
            "1700000000",
            "\"https://api.intercom.io/?page=2\"",
        ],
    };
    target.run(|body| {
        let text = String::from_utf8(body.to_vec()).map_err(|error| error.to_string())?;
        let page = Page::parse(text, &origin).map_err(|error| error.to_string())?;
        assert_eq!(page.entries().count() as u64, page.len());
        for (_, entry) in page.entries() {
            match entry {
                // What a snapshot keeps of an event is the event.
                Ok(event) => {
                    let saved = serde_json::to_string(&event).unwrap();
                    let again: Event<'_> = serde_json::from_str(&saved).unwrap();
                    assert_eq!(serde_json::to_string(&again).unwrap(), saved);
                    assert!(jiff::Timestamp::from_second(event.created_at).is_ok());
                }
                Err(entry) => assert!(entry.shown.chars().count() < 300),
            }
        }
        Ok::<_, String>(())
    });
}

/// The nth request is answered with the nth line, and all further ones with the last.
#[test]
fn paging() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let target = Target {
        name: "paging",
        seeds: &[],
        made: Vec::new(),
        words: &["{\"activity_logs\":[],\"pages\":{\"next\":\"x\"}}\n", "starting_after", "\"?page=3\""],
    };
    // One server for all inputs, since each has a thread that stays.
    let answers = Arc::new(Mutex::new(VecDeque::from([String::new()])));
    let left = Arc::clone(&answers);
    let server = Server::start(move |_| {
        let mut left = left.lock().unwrap();
        let answer = if left.len() > 1 { left.pop_front() } else { left.front().cloned() };
        reply(200, &["Content-Type: application/json"], &answer.unwrap_or_default())
    });
    target.run(|input| {
        let lines = input.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned());
        let lines: VecDeque<_> = lines.collect();
        let most: usize = lines.iter().map(|line| line.matches("created_at").count()).sum();
        *answers.lock().unwrap() = lines;
        server.forget();
        let (got, ended, _, unread) = runtime.block_on(read_counting(&server, query(3)));
        let requests = server.asked().len();
        assert!(requests <= MOST_REQUESTS, "{requests} requests");
        assert!(got.len() <= most, "{} events of {most}", got.len());
        assert!(unread <= input.len() as u64);
        match ended {
            Ok(()) => Ok(()),
            Err(LogError::Api(error)) => Err(error.to_string()),
            Err(LogError::Sink(error)) => panic!("{error}"),
        }
    });
}
