//! What is told of runs that see less than others: by their clock, their selection or their sources.

use super::*;

#[test]
fn a_scan_that_failed_by_a_wrong_clock_makes_no_later_one_late() {
    let world = World { administrators: vec![(2, 9)], ..World::default() };
    let mut store = Store::in_memory().unwrap();
    keep(&mut store, &world.report(0));
    let report = world.report(1);
    let why = Err("the certificate has expired");
    let failed = RunEntry { at: day(365), outcome: why, ..entry(&report) };
    assert_eq!(told(&brought(&mut store, &failed)), ["incomplete scan"]);
    assert_eq!(keep(&mut store, &world.report(2)), ["+ 2.3 p0@example.com"]);
}

#[test]
fn what_a_control_finds_after_it_was_told_as_incomparable_is_news() {
    let world = World { bursts: vec![1, 2, 3], unread: BTreeSet::from([1, 2, 3]), ..World::default() };
    let by_other_rules = |today| {
        let mut report = world.report(today);
        report.controls[1].digest = "sha256:ff".to_owned();
        report
    };
    let mut store = Store::in_memory().unwrap();
    keep(&mut store, &world.report(0));
    assert_eq!(keep(&mut store, &by_other_rules(1)), ["incomparable E6", "incomplete activity-log"]);
    assert_eq!(keep(&mut store, &by_other_rules(2)), ["+ E6 burst 2"]);
    assert_eq!(keep(&mut store, &by_other_rules(3)), ["+ E6 burst 3"]);
}

#[test]
fn a_run_that_looks_at_less_ends_no_condition() {
    let world = World { unread: (1..9).collect(), ..World::default() };
    let mut store = Store::in_memory().unwrap();
    keep(&mut store, &world.report(0));
    assert_eq!(keep(&mut store, &world.report(1)), ["undecided E6", "incomplete activity-log"]);
    let mut narrow = world.report(2);
    narrow.controls.truncate(1);
    set(&mut narrow, SourceId::ActivityLog, SourceStatus::Skipped);
    assert!(keep(&mut store, &narrow).is_empty());
    assert!(keep(&mut store, &world.report(3)).is_empty(), "both were told");
    assert!(keep(&mut store, &world.report(10)).is_empty());
    let anew = World { unread: BTreeSet::from([11]), ..World::default() };
    assert_eq!(keep(&mut store, &anew.report(11)), ["undecided E6", "incomplete activity-log"]);
}
