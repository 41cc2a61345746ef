//! Forged and truncated snapshots are refused, within the limits.

use sha2::Digest as _;

use super::*;
use crate::snapshot::file::{EMPTY_DIGEST, VERSION};

mod fuzz;

const ME: &str = r#"{"me":{"id":"1"}}"#;
const ADMINS: &str = r#"{"admins":[]}"#;
const PROBE: &str = r#"{"probe":[]}"#;
/// 2025-10-09, inside the window of [`header`].
const EVENT: &str = r#"{"event":{"id":"a","activity_type":"x","created_at":1760000000}}"#;

fn header() -> Header {
    Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        tool: "0.1.0".to_owned(),
        at: "2025-10-20T00:00:00Z".parse().unwrap(),
        since: "2025-10-01T00:00:00Z".parse().unwrap(),
        arrivals_since: "2025-09-01T00:00:00Z".parse().unwrap(),
        redaction_key: None,
        digest: EMPTY_DIGEST.to_owned(),
    }
}

/// The last line of a snapshot without events.
fn end() -> String {
    end_after(0)
}

/// The last line of a snapshot with this number of events in its window.
fn end_after(events: u64) -> String {
    let feed = |feed: &Feed| {
        let records = match feed {
            Feed::Me => 1,
            Feed::LogWindow => events,
            _ => 0,
        };
        let status = if *feed == Feed::IpAllowlist { "forbidden" } else { "complete" };
        let feed = serde_json::to_string(feed).unwrap();
        format!(r#"{{"feed":{feed},"status":"{status}","detail":null,"records":{records},"requests":1}}"#)
    };
    let feeds: Vec<_> = Feed::ALL.iter().map(feed).collect();
    format!(r#"{{"end":{{"feeds":[{}],"warnings":[]}}}}"#, feeds.join(","))
}

fn frame(lines: &[&str]) -> Vec<u8> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    zstd::encode_all(text.as_bytes(), 1).unwrap()
}

/// A header with the right digest for its content, as an attacker could forge it.
fn sealed(content: &[u8]) -> Vec<u8> {
    let mut header = header();
    let mut hash = header.start_digest().unwrap();
    hash.update(content);
    header.digest = digest::written(hash);
    [header.line().unwrap(), content.to_vec()].concat()
}

/// A snapshot of these lines with a digest that fits.
pub(crate) fn forged(lines: &[u8]) -> Vec<u8> {
    sealed(&zstd::encode_all(lines, 1).unwrap())
}

fn ranges() -> Ranges {
    let header = header();
    Ranges { now: header.at, since: header.since, arrivals_since: header.arrivals_since }
}

fn read(bytes: &[u8], limits: LoadLimits, ranges: &Ranges) -> Result<(Vec<Feed>, Outcomes), SnapshotError> {
    let mut feeds = Vec::new();
    let replay = Replay { limits, ..Replay::open(bytes)? };
    let outcomes = replay.run(ranges, &mut |record| {
        if let Record::Event(feed, _) = record {
            feeds.push(feed);
        }
        Ok(())
    })?;
    Ok((feeds, outcomes))
}

#[track_caller]
fn refuses(bytes: &[u8], phrase: &str) {
    let error = read(bytes, LoadLimits::GENEROUS, &ranges()).unwrap_err().to_string();
    assert!(error.contains(phrase), "{error:?} does not say {phrase:?}");
}

#[test]
fn what_is_whole_is_read() {
    let bytes = sealed(&frame(&[ME, ADMINS, EVENT, PROBE, EVENT, &end_after(2)]));
    let (feeds, outcomes) = read(&bytes, LoadLimits::GENEROUS, &ranges()).unwrap();
    assert_eq!((feeds.len(), outcomes.feeds.len()), (2, Feed::ALL.len()));
}

#[test]
fn entries_that_may_be_any_event_are_read() {
    let with = |at: &str| format!(r#"{{"unread":{{"id":"u","at":{at},"shown":"7"}}}}"#);
    for at in ["null", "1760000000"] {
        let last = end().replace(r#""warnings":[]"#, r#""warnings":[],"unread":1"#);
        refuses(&sealed(&frame(&[ME, ADMINS, &with(at), PROBE, &end()])), "unreadable entries");
        refuses(&sealed(&frame(&[ME, ADMINS, PROBE, &last])), "unreadable entries");
        let bytes = sealed(&frame(&[ME, ADMINS, &with(at), PROBE, &last]));
        let mut seen = Vec::new();
        let replay = Replay::open(&bytes[..]).unwrap();
        let mut receive = |record: Record<'_>| {
            if let Record::Unread(entry) = record {
                seen.push((entry.id.to_string(), entry.at, entry.shown.to_string()));
            }
            Ok(())
        };
        replay.run(&ranges(), &mut receive).unwrap();
        let at = (at != "null").then_some(1_760_000_000);
        assert_eq!(seen, [("u".to_owned(), at, "7".to_owned())]);
    }
    refuses(&sealed(&frame(&[ME, ADMINS, &with("1"), PROBE, &end()])), "outside the time");
}

#[test]
fn only_one_frame_is_read() {
    let whole = frame(&[ME, ADMINS, PROBE, &end()]);
    refuses(&sealed(&[whole.clone(), whole.clone()].concat()), "something follows");
    refuses(&sealed(&[whole, b"\n".to_vec()].concat()), "something follows");
    refuses(&sealed(&frame(&[ME, ADMINS, PROBE, &end(), ""])), "something follows");
    refuses(&sealed(&[frame(&[ME, ADMINS]), frame(&[PROBE, &end()])].concat()), "last line is missing");
    refuses(&sealed(&[]), "");
}

#[test]
fn lines_keep_their_order_and_fit_the_last_one() {
    let last = end();
    for (lines, phrase) in [
        (vec![ME, ME, ADMINS, PROBE, &last], "two answers"),
        (vec![ME, ADMINS, ADMINS, PROBE, &last], "two lists"),
        (vec![ME, ADMINS, PROBE, PROBE, &last], "two token probes"),
        (vec![ME, EVENT, ADMINS, PROBE, &last], "out of order"),
        (vec![ADMINS, PROBE, &last], "does not fit"),
        (vec![ME, ADMINS, &last], "does not fit"),
        (vec![ME, ADMINS, PROBE], "last line is missing"),
        (vec![ME, ADMINS, PROBE, &last, &last], "something follows"),
        (vec![ME, "", ADMINS, PROBE, &last], "a line of it"),
        (vec![ME, r#"{"later":1}"#, &last], "a line of it"),
        (vec![ME, ADMINS, PROBE, r#"{"end":{"feeds":[],"warnings":[]}}"#], "omits a source"),
    ] {
        refuses(&sealed(&frame(&lines)), phrase);
    }
}

#[test]
fn there_is_as_much_as_was_counted() {
    let two = r#"{"admins":[{"id":"1"},{"id":"2"}]}"#;
    for lines in [
        vec![ME, ADMINS, PROBE, EVENT, &end_after(2)],
        vec![ME, ADMINS, PROBE, EVENT, EVENT, EVENT, &end_after(2)],
        vec![ME, ADMINS, PROBE, &end_after(1)],
        vec![ME, ADMINS, PROBE, EVENT, &end()],
        vec![ME, two, PROBE, &end()],
        vec![ME, ADMINS, r#"{"probe":[{"endpoint":"/tags","status":403}]}"#, &end()],
    ] {
        refuses(&sealed(&frame(&lines)), "more or fewer records than its last line counts");
    }
}

#[test]
fn deep_nesting_and_odd_bytes_are_refused() {
    let deep = format!(r#"{{"event":{}{}}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
    refuses(&sealed(&frame(&[ME, ADMINS, &deep, PROBE, &end()])), "a line of it");
    let deep = format!(r#"{{"admins":[{{"role":{}{}}}]}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
    refuses(&sealed(&frame(&[ME, &deep, PROBE, &end()])), "a line of it");
    refuses(&sealed(&zstd::encode_all(&b"{\"me\":{\"id\":\"\xff\"}}\n"[..], 1).unwrap()), "a line of it");
}

#[test]
fn events_outside_the_time_it_covers_are_refused() {
    for created_at in [header().at.as_second() + 1, 253_000_000_000] {
        let event = format!(r#"{{"event":{{"activity_type":"role_change","created_at":{created_at}}}}}"#);
        refuses(&sealed(&frame(&[ME, ADMINS, &event, PROBE, &end()])), "outside the time");
    }
}

#[test]
fn decompression_is_bounded_in_lines_and_in_all() {
    let limits = LoadLimits { line: 2_000, total: 100_000 };
    let long = format!(r#"{{"me":{{"id":"{}"}}}}"#, "1".repeat(3_000));
    let error = read(&sealed(&frame(&[&long])), limits, &ranges()).unwrap_err().to_string();
    assert!(error.contains("longer than 2000 bytes"), "{error}");

    let bomb: Vec<&str> = [ME, ADMINS].into_iter().chain(std::iter::repeat_n(EVENT, 100_000)).collect();
    let bytes = sealed(&frame(&bomb));
    assert!(bytes.len() < 10_000, "a bomb is small: {}", bytes.len());
    let error = read(&bytes, limits, &ranges()).unwrap_err();
    assert!(matches!(error, SnapshotError::TooLarge { limit: 100_000 }), "{error}");
    let error = read(&bytes, LoadLimits::GENEROUS, &ranges()).unwrap_err().to_string();
    assert!(error.contains("last line is missing"), "{error}");
}

#[test]
fn header_is_read_as_it_was_written_only() {
    let whole = sealed(&frame(&[ME, ADMINS, PROBE, &end()]));
    let text = String::from_utf8_lossy(&whole[..whole.len().min(400)]).into_owned();
    let swap = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        let at = text.find(from).unwrap();
        [&whole[..at], to.as_bytes(), &whole[at + from.len()..]].concat()
    };
    refuses(&swap("2025-10-20T", "2025-10-20t"), "first line was changed");
    refuses(&swap(r#""tool":"0"#, r#""tool":"9"#), "digest does not match");
    refuses(&swap("2025-09-01", "2025-09-02"), "digest does not match");
    refuses(&swap("2025-10-01", "2026-10-01"), "first line was changed");
    refuses(&swap(r#""version":1"#, r#""version":0"#), "first line was changed");
    refuses(&swap(r#""version":1"#, r#""version":3"#), "format version 3");
    // The redacted version without the key's id, and the reverse.
    refuses(&swap(r#""version":1"#, r#""version":2"#), "first line was changed");
    refuses(&swap(r#","digest""#, r#","redaction_key":"5e0c1b7a9d42","digest""#), "first line was changed");
    refuses(&swap(r#""format":"i"#, r#""format":"I"#), "another format");
    refuses(b"", "empty");
    refuses(&whole[..60], "ends within its first line");
    refuses(&[b'x'; 100_000], "no header");
}

#[test]
fn window_and_instant_lie_inside_what_it_knows() {
    let bytes = sealed(&frame(&[ME, ADMINS, EVENT, PROBE, &end_after(1)]));
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let later = Ranges { now: at("2025-10-20T00:00:01Z"), ..ranges() };
    assert!(matches!(read(&bytes, LoadLimits::GENEROUS, &later), Err(SnapshotError::TooOld { .. })));
    let wider = Ranges { since: at("2025-09-30T23:59:59Z"), ..ranges() };
    assert!(matches!(read(&bytes, LoadLimits::GENEROUS, &wider), Err(SnapshotError::WindowTooWide { .. })));
    let earlier = Ranges { now: at("2025-10-05T00:00:00Z"), ..ranges() };
    assert_eq!(read(&bytes, LoadLimits::GENEROUS, &earlier).unwrap().0, []);
}

#[test]
fn a_longer_silence_than_was_read_is_not_known() {
    let bytes = sealed(&frame(&[ME, ADMINS, EVENT, PROBE, &end_after(1)]));
    let status =
        |ranges| read(&bytes, LoadLimits::GENEROUS, &ranges).unwrap().1.feeds[&Feed::LogArrivals].status;
    assert_eq!(status(ranges()), SourceStatus::Complete);
    let arrivals_since = "2025-08-31T00:00:00Z".parse().unwrap();
    assert_eq!(status(Ranges { arrivals_since, ..ranges() }), SourceStatus::Skipped);
}
