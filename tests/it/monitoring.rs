//! Control 4.1 by evidence: what the store shows of earlier scans, and of alerts that arrived.

use std::path::PathBuf;

use crate::cases::side_by_side;
use crate::intercom::Api;
use crate::program::{NOW_SECONDS, Program, program};
use crate::receiver::{Receiver, Reply};
use crate::report::Report;
use crate::server::Answer;
use crate::workspace::{DAY, Workspace};

const ALERT: &str = "[[alert]]\nname = 'ops'\nkind = 'webhook'\nurl_env = 'OPS_URL'\n";

/// A store that outlasts runs, and a receiver.
struct Setup {
    folder: tempfile::TempDir,
    receiver: Receiver,
}

/// Four teammates who sign in every week.
fn workspace() -> Workspace {
    (0..60).step_by(6).fold(Workspace::healthy(), |workspace, days| {
        ["ana", "bo", "cy", "di"].iter().fold(workspace, |workspace, name| {
            workspace.sign_in(&format!("{name}@fixture.example"), "saml", days * DAY + 60)
        })
    })
}

/// The instant so many days before that of tests.
fn instant(days_ago: i64) -> String {
    jiff::Timestamp::from_second(NOW_SECONDS - days_ago * DAY).unwrap().to_string()
}

impl Setup {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), receiver: Receiver::start(Reply::Status(204)) }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("posture.db")
    }

    fn with(&self, program: Program, days_ago: i64, config: &str) -> Program {
        let store = self.store().display().to_string();
        let program = program.args(["--store".to_owned(), store]).config(config).now(&instant(days_ago));
        program.args(["--fail-on", "never"]).env("OPS_URL", self.receiver.address("/hook"))
    }

    /// Scans on these days. Between the first two, two people become administrators, which is told.
    fn scan(&self, days: &[i64], config: &str) -> &Self {
        for (number, days_ago) in days.iter().enumerate() {
            let crowd = if number == 0 { &[][..] } else { &["eva", "flo"] };
            let workspace = crowd.iter().fold(workspace(), |workspace, name| {
                workspace.teammate(&format!("{name}@fixture.example"), "Admin")
            });
            self.with(workspace.scan(), *days_ago, config).run().exits(0);
        }
        self
    }

    /// The report of a scan today.
    fn today(&self, config: &str) -> Report {
        self.with(workspace().scan(), 0, config).run().exits(0).report()
    }
}

const WEEKS: [i64; 4] = [28, 21, 14, 7];

#[test]
fn scans_every_week_and_an_alert_that_arrived_are_monitoring() {
    let setup = Setup::new();
    let report = setup.scan(&WEEKS, ALERT).today(ALERT);
    assert_eq!(setup.receiver.take().len(), 1);
    report.assert("4.1", "pass");
    let control = report.control("4.1");
    assert!(control["basis"].as_array().unwrap().contains(&"history".into()), "{control}");
    let reason = "5 scans read the whole log in the last 30 days, never more than 7 days apart, and an alert destination accepted \
                  a message on 2026-07-11.";
    assert!(report.text("4.1").contains(reason), "{}", report.text("4.1"));
    // A scan of a snapshot of the same day reads no log.
    let snapshot = Api::new(workspace()).serve();
    let saved =
        crate::program::live(&snapshot.origin(), &["collect", "--output", "a.snapshot"]).against(snapshot);
    let saved = saved.run().exits(0).bytes("a.snapshot");
    let replay =
        program().file("a.snapshot", saved).args(["scan", "--format", "json", "--snapshot", "a.snapshot"]);
    let other = Setup::new();
    other.scan(&WEEKS, ALERT);
    let replayed = other.with(replay, 0, ALERT).run().exits(0).report();
    replayed.assert("4.1", "manual");
}

#[test]
fn what_the_store_does_not_show_is_left_to_a_person() {
    for (days, config, why) in [
        (&[28, 14, 7][..], ALERT.to_owned(), "between 2026-07-04 and 2026-07-18"),
        (&[21, 14, 7], ALERT.to_owned(), "between 2026-07-02 and 2026-07-11"),
        (&[28, 21, 14], ALERT.to_owned(), "between 2026-07-18 and 2026-08-01"),
        (&WEEKS, format!("[scan]\nsince = '6d'\n{ALERT}"), "leave out a part of the last 30 days"),
        (&WEEKS, format!("{ALERT}controls = ['2.3']\n"), "No destination that takes every new finding"),
        (
            &WEEKS,
            format!("{ALERT}on = ['resolved', 'undecided']\n"),
            "No destination that takes every new finding",
        ),
        (&WEEKS, String::new(), "No destination that takes every new finding"),
    ] {
        let report = Setup::new().scan(days, &config).today(&config);
        report.assert("4.1", "manual");
        assert!(report.text("4.1").contains(why), "{days:?} {config}: {}", report.text("4.1"));
    }
    let refused = Setup::new();
    refused.receiver.reply([(); 3].map(|()| Reply::Status(500)));
    let report = refused.scan(&WEEKS, ALERT).today(ALERT);
    report.assert("4.1", "manual");
    // That scan sent what had waited. The evidence of a run is what was there before it.
    refused.with(workspace().scan(), -1, ALERT).run().exits(0).report().assert("4.1", "pass");
}

#[test]
fn an_attestation_a_parameter_and_a_key_do_what_they_do_elsewhere() {
    let strict = format!("[params.'4.1']\nmax_gap = 6\n{ALERT}");
    let setup = Setup::new();
    setup.scan(&WEEKS, ALERT).today(&strict).assert("4.1", "manual");
    let attested = format!(
        "{strict}[[attestation]]\ncontrol = '4.1'\nby = 'A'\non = 2026-07-31\nexpires = 2026-09-01\n"
    );
    let setup = Setup::new();
    let report = setup.scan(&WEEKS, ALERT).today(&attested);
    report.assert("4.1", "pass");
    assert_eq!(report.control("4.1")["basis"], serde_json::json!(["attestation"]));
    let setup = Setup::new();
    let redacted = |days_ago: i64, people: &[&str]| {
        let workspace = people.iter().fold(workspace(), |workspace, name| workspace.teammate(name, "Admin"));
        let program = setup.with(workspace.scan(), days_ago, ALERT).arg("--redact");
        program.env("INTERCOM_HARDEN_REDACT_KEY", "a key that is long enough").run().exits(0).report()
    };
    redacted(28, &[]);
    for days_ago in [21, 14, 7] {
        redacted(days_ago, &["eva@fixture.example", "flo@fixture.example"]);
    }
    redacted(0, &[]).assert("4.1", "pass");
}

#[test]
fn a_log_that_cannot_be_read_now_is_not_made_up_for() {
    let answers = [
        (Answer::error(500, "server_error", "no"), "unknown"),
        (Answer::error(403, "token_unauthorized", "no"), "manual"),
    ];
    side_by_side(answers, |(answer, status)| {
        let setup = Setup::new();
        setup.scan(&[28, 21, 14, 7, 1], ALERT);
        let program = Api::new(workspace()).log_fault(&answer).scan();
        let report = setup.with(program, 0, ALERT).run().report();
        report.assert("4.1", status);
    });
}
