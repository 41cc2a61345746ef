use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::diff::Gone;
use crate::exit::Exit;
use crate::hint::Hint as _;
use crate::report::hostile;
use crate::report::sample::{finding, recounted, sample};
use crate::report::{Control, Report};
use crate::sources::{Provenance, SourceId, SourceStatus};
use crate::verdict::{Review, Status};

mod ends;
mod laws;
mod news;

const DAY: i64 = 24 * 3600;

/// How long the window of a scan is, in days.
const WINDOW: i64 = 5;

/// The instant that days are counted from.
pub(super) fn day(number: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + number * DAY).unwrap()
}

/// What happens: a burst is an event that ages out of the window, an administrator is there from one day to another.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub(super) bursts: Vec<i64>,
    pub(super) administrators: Vec<(i64, i64)>,
    /// The days on which the log could not be read.
    pub(super) unread: BTreeSet<i64>,
    /// The days on which the list of teammates could not be read.
    pub(super) lost: BTreeSet<i64>,
    /// Which subjects a waiver covers, from one day to another.
    pub(super) waived: Vec<(String, i64, i64)>,
    /// The same of reviews.
    pub(super) reviewed: Vec<(String, i64, i64)>,
}

/// Whether something covers a subject on a day.
pub(super) fn covers(what: &[(String, i64, i64)], subject: &str, today: i64) -> bool {
    what.iter().any(|(covered, from, to)| covered == subject && (from..to).contains(&&today))
}

impl World {
    /// What a scan of that day reports: E6 rests on the log, 2.3 on the list of teammates.
    pub(super) fn report(&self, today: i64) -> Report {
        let mut report = sample();
        let now = day(today);
        report.scan.at = now;
        report.scan.window = crate::report::Window { since: day(today - WINDOW), until: now };
        report.sources.iter_mut().for_each(|source| source.status = SourceStatus::Complete);
        let log_read = !self.unread.contains(&today);
        if !log_read {
            set(&mut report, SourceId::ActivityLog, SourceStatus::Failed);
        }
        let teammates_read = !self.lost.contains(&today);
        if !teammates_read {
            set(&mut report, SourceId::Admins, SourceStatus::Failed);
        }
        report.controls.retain(|control| ["2.3", "E6"].contains(&&*control.id));
        let [admins, bursts] = &mut report.controls[..] else { panic!("two controls") };
        admins.sources = vec![SourceId::Admins];
        let there =
            self.administrators.iter().enumerate().filter(|(_, (from, to))| (from..to).contains(&&today));
        admins.findings = there
            .map(|(number, _)| finding("2.3", &format!("p{number}@example.com"), "privileged"))
            .collect();
        bursts.sources = vec![SourceId::ActivityLog];
        let seen = self.bursts.iter().filter(|at| (today - WINDOW..=today).contains(*at));
        bursts.findings = seen
            .map(|at| {
                let mut burst = finding("E6", &format!("burst {at}"), "12 failures");
                burst.last = Some(day(*at));
                burst
            })
            .collect();
        for control in [admins, bursts] {
            for finding in &mut control.findings {
                let waived = covers(&self.waived, &finding.subject, today);
                finding.waived = waived.then(|| hostile::waiver("until March"));
                let reviewed = covers(&self.reviewed, &finding.subject, today);
                finding.reviewed = reviewed.then(review);
            }
            control.status = if control.open().next().is_none() { Status::Pass } else { Status::Fail };
            let read = if control.id == "E6" { log_read } else { teammates_read };
            if !read && control.status == Status::Pass {
                control.status = Status::Unknown;
            }
        }
        recounted(report)
    }
}

fn review() -> Review {
    Review { by: "grace@example.com".to_owned(), on: jiff::civil::date(2026, 1, 1), note: None }
}

fn set(report: &mut Report, id: SourceId, status: SourceStatus) {
    report.sources.iter_mut().find(|source| source.id == id).unwrap().status = status;
}

/// A live run of every control, with this report.
pub(crate) fn entry(report: &Report) -> RunEntry<'_> {
    RunEntry {
        workspace: "ab12cd34",
        redaction_key: None,
        at: report.scan.at,
        catalog: &report.catalog.digest,
        selection: "all",
        source: Provenance::Api,
        exit: report.gate.exit_code,
        outcome: Ok(report),
        is_in_force: &|_| true,
    }
}

/// Keeps a report and says what it brought, in words.
#[track_caller]
fn keep(store: &mut Store, report: &Report) -> Vec<String> {
    told(&brought(store, &entry(report)))
}

/// What a run brings that is kept.
#[track_caller]
fn brought<'a>(store: &mut Store, entry: &RunEntry<'a>) -> Changes<'a> {
    let mut brought = None;
    let note = |_, changes: &Changes<'a>| {
        brought = Some(changes.clone());
        Vec::new()
    };
    assert_eq!(store.keep(entry, None, note).unwrap(), None);
    brought.unwrap()
}

fn told(changes: &Changes<'_>) -> Vec<String> {
    let opened = changes.opened.iter().map(|one| format!("+ {one:?}"));
    let ended =
        changes.ended.iter().map(|one| format!("- {} {} {}", one.control, one.subject, one.by.as_str()));
    let mut ended: Vec<_> = ended.collect();
    ended.sort();
    let conditions = [
        ("undecided", &changes.undecided),
        ("incomparable", &changes.incomparable),
        ("incomplete", &changes.incomplete),
    ];
    let conditions = conditions
        .into_iter()
        .flat_map(|(kind, names)| names.iter().map(move |name| format!("{kind} {name}")));
    opened.chain(ended).chain(conditions).collect()
}

fn open_findings(store: &Store) -> BTreeSet<(String, String)> {
    let mut query = store.connection.prepare("SELECT control, subject FROM v_open_findings").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn a_finding_opens_once_and_ends_by_what_ended_it() {
    let world = World { bursts: vec![2], administrators: vec![(0, 9), (1, 4), (1, 9)], ..World::default() };
    let mut store = Store::in_memory().unwrap();
    assert!(brought(&mut store, &entry(&world.report(0))).first);
    assert_eq!(keep(&mut store, &world.report(1)), ["+ 2.3 p1@example.com", "+ 2.3 p2@example.com"]);
    assert_eq!(keep(&mut store, &world.report(2)), ["+ E6 burst 2"]);
    assert!(keep(&mut store, &world.report(3)).is_empty());
    assert_eq!(keep(&mut store, &world.report(4)), ["- 2.3 p1@example.com fixed"]);
    assert_eq!(keep(&mut store, &world.report(8)), ["- E6 burst 2 aged-out"]);
    let open = open_findings(&store).into_iter().map(|(_, subject)| subject).collect::<Vec<_>>();
    assert_eq!(open, ["p0@example.com", "p2@example.com"]);
}

#[test]
fn what_begins_is_told_once() {
    let world = World { administrators: vec![(0, 9)], unread: BTreeSet::from([1, 2, 4]), ..World::default() };
    let mut store = Store::in_memory().unwrap();
    keep(&mut store, &world.report(0));
    let begins = ["undecided E6", "incomplete activity-log"];
    assert_eq!(keep(&mut store, &world.report(1)), begins);
    assert!(keep(&mut store, &world.report(2)).is_empty());
    assert!(keep(&mut store, &world.report(3)).is_empty());
    assert_eq!(keep(&mut store, &world.report(4)), begins, "it began anew");
    let mut other = world.report(5);
    other.controls[0].digest = "sha256:ff".to_owned();
    other.controls[0].findings.push(finding("2.3", "noor@example.com", "privileged"));
    assert_eq!(keep(&mut store, &other), ["incomparable 2.3"], "whether the finding is new cannot be said");
    let mut failed = entry(&other);
    failed.at = day(6);
    failed.outcome = Err("the API could not be reached");
    for expected in [&["incomplete scan"][..], &[]] {
        assert_eq!(told(&brought(&mut store, &failed)), expected);
        failed.at = day(7);
    }
}

#[test]
fn what_the_earlier_run_did_not_look_for_is_open_and_no_news() {
    let world = World { bursts: vec![2, 8], ..World::default() };
    let mut store = Store::in_memory().unwrap();
    keep(&mut store, &world.report(9));
    let mut wider = world.report(10);
    let mut older = finding("E6", "burst 1", "12 failures");
    older.last = Some(day(1));
    wider.controls[1].findings.push(older);
    assert!(keep(&mut store, &wider).is_empty());
    assert!(open_findings(&store).contains(&("E6".to_owned(), "burst 1".to_owned())));
}

#[test]
fn the_same_run_is_one_and_an_older_one_is_kept_in_its_place() {
    let world = World { administrators: vec![(0, 3)], ..World::default() };
    let mut store = Store::in_memory().unwrap();
    keep(&mut store, &world.report(5));
    for (today, newer) in [(5, None), (1, Some(day(5)))] {
        let kept = store.keep(&entry(&world.report(today)), None, |_, _| panic!("nothing is told"));
        assert_eq!(kept.unwrap(), newer);
    }
    assert!(open_findings(&store).is_empty(), "what was then is not now");
    let workspace = store.workspace(None).unwrap();
    assert_eq!(store.runs(&workspace).unwrap().iter().map(|run| run.late).collect::<Vec<_>>(), [false, true]);
    assert_eq!(store.run(&workspace, "latest").unwrap().at, day(5));
    assert!(matches!(store.run(&workspace, "previous"), Err(StoreError::NoRun { .. })));
    for (asked, at) in [("2026-01-06", 5), ("2026-01-08", 5), ("2026-01-06T00:00:00Z", 5), ("1", 5), ("2", 1)]
    {
        assert_eq!(store.run(&workspace, asked).unwrap().at, day(at), "{asked}");
    }
    for none in ["2026-01-05", "3", "yesterday", "' OR 1=1 --"] {
        assert!(matches!(store.run(&workspace, none), Err(StoreError::NoRun { .. })), "{none}");
    }
}

#[test]
fn a_report_comes_back_as_it_was_and_is_dropped_when_it_is_old() {
    let world = World { administrators: vec![(0, 9)], ..World::default() };
    let mut store = Store::in_memory().unwrap();
    let report = world.report(0);
    keep(&mut store, &report);
    let workspace = store.workspace(Some("Example Support")).unwrap();
    let run = store.run(&workspace, "latest").unwrap();
    let json = |report: &Report| serde_json::to_value(report).unwrap();
    assert_eq!(json(&store.report(&run).unwrap())["controls"], json(&report)["controls"]);
    let keep_a_day = Some(SignedDuration::from_hours(24));
    for today in [3, 4, 9] {
        store.keep(&entry(&world.report(today)), keep_a_day, |_, _| Vec::new()).unwrap();
    }
    let left: Vec<_> = store.runs(&workspace).unwrap().iter().map(|run| (run.at, run.has_report)).collect();
    assert_eq!(left, [(day(9), true), (day(4), false), (day(3), false), (day(0), false)]);
    let gone = store.report(&store.run(&workspace, "1").unwrap());
    assert!(matches!(gone, Err(StoreError::WithoutReport { .. })));
}

#[test]
fn messages_are_written_with_their_run_or_not_at_all() {
    let world = World::default();
    let mut store = Store::in_memory().unwrap();
    let message =
        |id: &str| Message { id: id.to_owned(), destination: "team".to_owned(), body: "{}".to_owned() };
    store.keep(&entry(&world.report(0)), None, |_, _| vec![message("one")]).unwrap();
    let next = world.report(1);
    let twice = store.keep(&entry(&next), None, |_, _| vec![message("one")]);
    assert!(matches!(twice, Err(StoreError::Database { .. })));
    let workspace = store.workspace(None).unwrap();
    assert_eq!(store.runs(&workspace).unwrap().len(), 1, "the run went with its message");
}

#[test]
fn many_may_make_one_store_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..10 {
        let path = folder.path().join(format!("{round}.db"));
        std::thread::scope(|scope| {
            let open = || Store::open(&path).map(drop).map_err(|error| error.to_string());
            let opened: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            opened.into_iter().for_each(|one| assert_eq!(one.join().unwrap(), Ok(())));
        });
    }
}

#[test]
fn a_file_is_private_and_of_no_other_program_or_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("posture.db");
    drop(Store::open(&path).unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    Store::open(&path).unwrap();
    Store::open_to_read(&path).unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::TooNew { found: 99, .. })));
    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    assert!(matches!(Store::open(&other), Err(StoreError::NotAStore { .. })));
    let text = folder.path().join("text.db");
    std::fs::write(&text, "no database at all, but long enough to have a header of one".repeat(20)).unwrap();
    assert_eq!(Store::open(&text).map(drop).unwrap_err().exit(), Exit::Usage);
    assert!(matches!(
        Store::open_to_read(&folder.path().join("absent.db")),
        Err(StoreError::Unopened { .. })
    ));
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Unopened { .. })));
}

#[test]
fn a_control_without_findings_stands_for_itself() {
    let mut store = Store::in_memory().unwrap();
    let world = World::default();
    keep(&mut store, &world.report(0));
    let mut failing = world.report(1);
    failing.controls[0].status = Status::Fail;
    failing.controls[0].headline = Some("No one owns it.".to_owned());
    assert_eq!(keep(&mut store, &failing), ["+ 2.3 workspace"]);
    let control: &Control = &failing.controls[0];
    assert!(control.findings.is_empty());
    assert_eq!(keep(&mut store, &world.report(2)), ["- 2.3 workspace fixed"]);
}
