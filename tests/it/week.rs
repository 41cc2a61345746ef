//! A week of hourly scans in simulated time, against a workspace that goes on: its log moves, its API breaks down, its token is
//! exchanged, nothing runs for a while, and an event comes late.

use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use crate::intercom::Api;
use crate::program::{NOW_SECONDS, Program, TOKEN, live};
use crate::receiver::{Receiver, Reply};
use crate::server::Answer;
use crate::workspace::{Event, HOUR, Workspace};

/// The number of the last hour.
const HOURS: i64 = 168;
/// The hours in which the API is out of order, and the one in which only the log is.
const OUTAGE: [i64; 3] = [30, 31, 32];
const LOG_OUTAGE: i64 = 34;
/// The hours in which four people, not two, are administrators.
const CROWDED: std::ops::Range<i64> = 60..90;
/// The hour in which the receiver accepts nothing.
const REFUSED: i64 = 60;
/// The hour from which another token counts; the scan of that hour still has the old one.
const EXCHANGED: i64 = 80;
const NEXT_TOKEN: &str = "fixture-token-next-51fa";
/// The hours in which nothing runs.
const RESTART: std::ops::Range<i64> = 100..108;

const CONFIG: &str = "[workspace]\nid = 'fixture1'\n[[alert]]\nname = 'ops'\nkind = 'webhook'\nurl_env = 'OPS_URL'\n\
                      level = 'l3'\non = ['new', 'resolved', 'incomplete']\n";

/// What happens: the hour after it, the hour in which the API has it, and what it is.
const EVENTS: [(i64, i64, &str); 5] = [
    (20, 20, "security_settings_change"),
    (31, 31, "bulk_delete"),
    (103, 103, "app_webhook_creation"),
    (110, 118, "app_package_installation"),
    // Older than the window of two days when it comes: no scan looked for it.
    (90, 150, "custom_authentication_token_creation"),
];

const fn second(hour: i64) -> i64 {
    NOW_SECONDS - (HOURS - hour) * HOUR
}

fn instant(hour: i64) -> String {
    jiff::Timestamp::from_second(second(hour)).unwrap().to_string()
}

/// What the API has in an hour.
fn workspace(hour: i64) -> Workspace {
    let agent = if CROWDED.contains(&hour) { "Admin" } else { "Support agent" };
    let people = [("ana", "Admin"), ("bo", "Owner"), ("cy", agent), ("di", agent)];
    let email = |name: &str| format!("{name}@fixture.example");
    let mut workspace =
        people.iter().fold(Workspace::new(), |all, (name, role)| all.teammate(&email(name), role));
    // Ten minutes before the scan of that hour.
    let ago = |hour: i64| NOW_SECONDS - second(hour) + 600;
    for at in (-35 * 24..=hour).step_by(12) {
        for (name, _) in people {
            workspace = workspace.sign_in(&email(name), "saml", ago(at));
        }
    }
    if hour >= 40 {
        workspace = workspace.sign_in(&email("cy"), "email_password", ago(40));
    }
    for (at, _, name) in EVENTS.into_iter().filter(|(_, known, _)| *known <= hour) {
        workspace = workspace.event(Event::new(name).by(&email("ana")).ago(ago(at)).field("id", name.into()));
    }
    workspace
}

/// The scan of an hour, and how it ends.
fn scan(hour: i64, store: &Path, receiver: &Receiver) -> (Program, i32) {
    let api = Api::new(workspace(hour));
    let broken = Answer::error(500, "server_error", "Something went wrong");
    let (api, exit) = match hour {
        _ if OUTAGE.contains(&hour) => (api.fault("*", broken), 3),
        LOG_OUTAGE => (api.log_fault(&broken), 3),
        EXCHANGED => (api.token(NEXT_TOKEN), 3),
        _ => (api, i32::from(CROWDED.contains(&hour) || (40..88).contains(&hour))),
    };
    let api = if hour > EXCHANGED { api.token(NEXT_TOKEN) } else { api };
    let server = api.serve();
    let store = store.display().to_string();
    // Nothing is waited for that does not come.
    let patience = if OUTAGE.contains(&hour) || hour == LOG_OUTAGE { "1s" } else { "1m" };
    let words = ["scan", "--format", "none", "--since", "2d", "--timeout", patience, "--store", &store];
    let token = if hour > EXCHANGED { NEXT_TOKEN } else { TOKEN };
    let program = live(&server.origin(), &words).against(server).now(&instant(hour)).config(CONFIG);
    let program = program.env("INTERCOM_ACCESS_TOKEN", token).env("OPS_URL", receiver.address("/hook"));
    (program.secret(NEXT_TOKEN), exit)
}

/// What a message tells, in words.
fn told(message: &Value) -> Vec<String> {
    let list = |name: &str| message[name].as_array().unwrap().clone();
    let finding = |sign: &'static str| {
        move |one: Value| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            format!("{sign} {} {}", text(&one["control"]["id"]), text(&one["subject"]))
        }
    };
    let new = list("new").into_iter().map(finding("+"));
    let resolved = list("resolved").into_iter().map(finding("-"));
    let incomplete =
        list("incomplete").into_iter().map(|one| format!("! {}", one["source"].as_str().unwrap()));
    let mut told: Vec<_> = new.chain(resolved).chain(incomplete).collect();
    told.sort();
    told
}

fn rows(store: &Path, sql: &str) -> Vec<String> {
    let store = Connection::open(store).unwrap();
    let mut query = store.prepare(sql).unwrap();
    query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_week_of_hourly_scans_tells_each_thing_once_and_calls_nothing_fixed_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let (store, receiver) = (folder.path().join("posture.db"), Receiver::start(Reply::Status(204)));
    let (mut log, mut ids) = (Vec::new(), Vec::new());
    for hour in (0..=HOURS).filter(|hour| !RESTART.contains(hour)) {
        if hour == REFUSED {
            receiver.reply([Reply::Status(503)]);
        }
        // What catches up after a restart may do so twice.
        for _ in 0..if hour == RESTART.end { 2 } else { 1 } {
            let (program, exit) = scan(hour, &store, &receiver);
            program.run().exits(exit);
        }
        for sent in receiver.take() {
            let message = sent.json();
            ids.push((message["id"].as_str().unwrap().to_owned(), hour));
            log.push(format!("{hour}: {}", told(&message).join(", ")));
        }
    }
    let crowd = "+ 2.3 ana@fixture.example, + 2.3 bo@fixture.example, + 2.3 cy@fixture.example, + 2.3 di@fixture.example";
    let expected = [
        "20: + E7 security_settings_change at 2026-07-26T07:50:00Z",
        "30: ! scan",
        // What happened in the outage is told after it, and the two that go on are not told again.
        "33: + E13 bulk_delete at 2026-07-26T18:50:00Z",
        "34: ! activity-log",
        "40: + 1.1 cy@fixture.example",
        &format!("60: {crowd}"),
        // The same message once more, since the receiver did not accept it.
        &format!("61: {crowd}"),
        // Nothing at 68, 79 and 88: what aged out is not resolved.
        "80: ! scan",
        &format!("90: {}", crowd.replace('+', "-")),
        "108: + E8 app_webhook_creation at 2026-07-29T18:50:00Z",
        "118: + E8 app_package_installation at 2026-07-30T01:50:00Z",
    ];
    assert_eq!(log, expected);
    let lives = "SELECT control || ' ' || subject || ': ' || ((open_since - {0}) / 3600) || ' to ' || \
                 COALESCE(((ended_at - {0}) / 3600) || ' ' || ended_by, 'now') FROM finding ORDER BY open_since, subject";
    let lives = rows(&store, &lives.replace("{0}", &second(0).to_string()));
    let expected = [
        "E7 security_settings_change at 2026-07-26T07:50:00Z: 20 to 68 aged-out",
        "E13 bulk_delete at 2026-07-26T18:50:00Z: 33 to 79 aged-out",
        "1.1 cy@fixture.example: 40 to 88 aged-out",
        "2.3 ana@fixture.example: 60 to 90 fixed",
        "2.3 bo@fixture.example: 60 to 90 fixed",
        "2.3 cy@fixture.example: 60 to 90 fixed",
        "2.3 di@fixture.example: 60 to 90 fixed",
        "E8 app_webhook_creation at 2026-07-29T18:50:00Z: 108 to 151 aged-out",
        "E8 app_package_installation at 2026-07-30T01:50:00Z: 118 to 158 aged-out",
    ];
    assert_eq!(lives, expected);
    let runs = rows(
        &store,
        "SELECT outcome || ' ' || exit_code || ' ' || COUNT(*) FROM v_runs GROUP BY outcome, exit_code",
    );
    // Three hours of outage and the exchanged token failed; the hour without a log is compared all the same.
    assert_eq!(runs, ["failed 3 4", "good 0 107", "good 1 49", "good 3 1"]);
    let (again, mut once): (Vec<_>, Vec<_>) =
        ids.iter().partition(|(id, hour)| ids.iter().any(|(other, earlier)| other == id && earlier < hour));
    assert_eq!(again.len(), 1, "only what was refused is repeated");
    once.sort();
    once.dedup_by(|(one, _), (other, _)| one == other);
    let accepted = rows(&store, "SELECT id FROM message WHERE accepted_at IS NOT NULL ORDER BY id");
    assert_eq!(accepted, once.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>());
    assert_eq!(rows(&store, "SELECT id FROM message WHERE accepted_at IS NULL"), [""; 0]);
}
