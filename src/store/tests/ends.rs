//! What ends a finding or a message other than that it is gone.

use super::*;

#[test]
fn a_decision_of_a_person_ends_a_finding_until_it_ends_itself() {
    let world = World { administrators: vec![(0, 9), (0, 9)], ..World::default() };
    let mut store = Store::in_memory().unwrap();
    keep(&mut store, &world.report(0));
    let mut waived = world.report(1);
    waived.controls[0].findings[0].waived = Some(hostile::waiver("until March"));
    assert_eq!(keep(&mut store, &waived), ["- 2.3 p0@example.com waived"]);
    assert_eq!(keep(&mut store, &world.report(2)), ["+ 2.3 p0@example.com"]);
    let first: String = {
        let sql = "SELECT first_seen FROM v_open_findings WHERE subject = 'p0@example.com'";
        store.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(first, day(0).to_string(), "it was seen before");
}

#[test]
fn what_is_waived_at_its_first_sight_has_one() {
    let waived = vec![("p0@example.com".to_owned(), 1, 3)];
    let world = World { administrators: vec![(1, 9)], waived, ..World::default() };
    let mut store = Store::in_memory().unwrap();
    for today in [0, 1, 2] {
        assert!(keep(&mut store, &world.report(today)).is_empty());
    }
    let workspace = store.workspace(None).unwrap();
    let findings = |store: &Store| store.findings(&workspace, false, None, day(9)).unwrap();
    let [one] = &findings(&store)[..] else { panic!("one finding") };
    assert_eq!((one.first_seen, one.last_seen), (day(1), day(2)));
    assert_eq!((one.ended_at, one.ended_by.as_deref()), (Some(day(1)), Some("waived")));
    let report = world.report(3);
    let changes = brought(&mut store, &entry(&report));
    assert!(matches!(&changes.opened[..], [OpenedFinding { waiver_ended: true, .. }]), "{changes:?}");
    assert_eq!(findings(&store).len(), 2);
}

#[test]
fn a_control_that_is_no_longer_in_force_ends_its_findings_and_one_that_was_not_selected_does_not() {
    let world = World { administrators: vec![(0, 9)], ..World::default() };
    let mut store = Store::in_memory().unwrap();
    keep(&mut store, &world.report(0));
    let without = |today| {
        let mut report = world.report(today);
        report.controls.retain(|control| control.id != "2.3");
        recounted(report)
    };
    assert!(keep(&mut store, &without(1)).is_empty());
    assert_eq!(open_findings(&store).len(), 1);
    let report = without(2);
    let gone = RunEntry { is_in_force: &|id| id != "2.3", ..entry(&report) };
    assert_eq!(told(&brought(&mut store, &gone)), ["- 2.3 p0@example.com incomparable"]);
    assert!(open_findings(&store).is_empty());
    assert!(keep(&mut store, &world.report(3)).is_empty(), "it is no news");
    assert_eq!(open_findings(&store).len(), 1);
}

#[test]
fn messages_go_with_the_reports_that_are_dropped() {
    let mut store = Store::in_memory().unwrap();
    let message =
        |id: &str| Message { id: id.to_owned(), destination: "team".to_owned(), body: "{}".to_owned() };
    let keep_a_day = Some(SignedDuration::from_hours(24));
    for (today, id) in [(0, "waits"), (1, "accepted"), (5, "new")] {
        let report = World::default().report(today);
        store.keep(&entry(&report), keep_a_day, |_, _| vec![message(id)]).unwrap();
        let accept = "UPDATE message SET accepted_at = 1 WHERE id = 'accepted'";
        store.connection.execute_batch(accept).unwrap();
    }
    let mut query = store.connection.prepare("SELECT id, body FROM message ORDER BY row").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let left: Vec<(String, String)> = rows.collect::<rusqlite::Result<_>>().unwrap();
    let pair = |id: &str, body: &str| (id.to_owned(), body.to_owned());
    assert_eq!(left, [pair("accepted", ""), pair("new", "{}")]);
}
