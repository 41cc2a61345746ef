//! What holds whatever happens, and whatever cannot be read on which day.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::diff::Fate;

/// The last day.
const LAST: i64 = 20;

fn worlds() -> impl Strategy<Value = World> {
    let days = 0..LAST;
    (
        prop::collection::btree_set(days.clone(), 0..6),
        prop::collection::vec((days.clone(), 1..8_i64), 0..4),
        prop::collection::btree_set(days.clone(), 0..8),
        prop::collection::btree_set(days, 0..4),
        prop::collection::vec(covers(), 0..4),
        prop::collection::vec(covers(), 0..4),
    )
        .prop_map(|(bursts, stays, unread, lost, waived, reviewed)| World {
            bursts: bursts.into_iter().collect(),
            administrators: stays.into_iter().map(|(from, length)| (from, from + length)).collect(),
            unread,
            lost,
            waived,
            reviewed,
        })
}

/// A subject, and from when to when a person has decided on it.
fn covers() -> impl Strategy<Value = (String, i64, i64)> {
    let subject = prop_oneof![
        (0..4).prop_map(|number| format!("p{number}@example.com")),
        (0..LAST).prop_map(|at| format!("burst {at}")),
    ];
    (subject, 0..LAST, 1..8_i64).prop_map(|(subject, from, length)| (subject, from, from + length))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_aged_out_is_never_fixed_and_what_was_not_read_closes_nothing(world in worlds()) {
        let mut store = Store::in_memory().unwrap();
        for today in 0..LAST {
            let report = world.report(today);
            let changes = brought(&mut store, &entry(&report));
            prop_assert!(changes.ended.is_empty() || !world.lost.contains(&today), "{:?}", changes.ended);
            for ended in &changes.ended {
                let covered = |what: &[(String, i64, i64)]| super::covers(what, &ended.subject, today);
                if covered(&world.waived) || covered(&world.reviewed) {
                    let by = if covered(&world.waived) { End::Waived } else { End::Gone(Gone::Reviewed) };
                    let mut is_there = report.controls.iter().flat_map(|control| &control.findings);
                    if is_there.any(|finding| finding.subject == ended.subject) {
                        prop_assert_eq!(ended.by, by);
                        continue;
                    }
                }
                let at: Option<i64> = ended.subject.strip_prefix("burst ").map(|at| at.parse().unwrap());
                match at {
                    Some(at) if at < today - WINDOW => prop_assert_eq!(ended.by, End::Gone(Gone::AgedOut)),
                    Some(at) => prop_assert!(false, "burst {} of {} is still in the window", at, today),
                    None => prop_assert_eq!(ended.by, End::Gone(Gone::Fixed)),
                }
                prop_assert!(at.is_none() || !world.unread.contains(&today), "the log was not read on {}", today);
            }
        }
    }

    #[test]
    fn what_is_open_after_days_that_were_read_depends_on_the_last_of_them_alone(
        world in worlds(),
        some in prop::collection::btree_set(0..LAST, 0..20),
    ) {
        let complete = (0..=LAST).filter(|day| !world.unread.contains(day) && !world.lost.contains(day));
        let complete: Vec<i64> = complete.collect();
        let last = complete.last().copied();
        let replayed = |days: &mut dyn Iterator<Item = i64>| {
            let mut store = Store::in_memory().unwrap();
            days.for_each(|day| drop(keep(&mut store, &world.report(day))));
            open_findings(&store)
        };
        let all = replayed(&mut complete.iter().copied());
        let subset = complete.iter().copied().filter(|day| some.contains(day) || Some(*day) == last);
        prop_assert_eq!(all, replayed(&mut subset.into_iter()));
    }

    #[test]
    fn where_all_could_be_read_the_store_tells_as_new_what_a_comparison_does(world in worlds()) {
        let world = World { unread: BTreeSet::new(), lost: BTreeSet::new(), ..world };
        let mut store = Store::in_memory().unwrap();
        keep(&mut store, &world.report(0));
        for today in 1..LAST {
            let (old, new) = (world.report(today - 1), world.report(today));
            let diff = crate::diff::Diff::between(&old, &new, crate::level::FailOn::L3).unwrap();
            let found = diff.findings.iter().filter(|one| matches!(one.fate, Fate::New | Fate::WaiverEnded));
            let mut compared: Vec<_> = found.map(|one| format!("+ {} {}", one.control, one.finding.subject)).collect();
            let told = keep(&mut store, &new);
            let mut told: Vec<_> = told.into_iter().filter(|line| line.starts_with('+')).collect();
            compared.sort();
            told.sort();
            prop_assert_eq!(told, compared);
        }
    }

    #[test]
    fn each_finding_has_its_first_and_its_last_sight_whatever_covers_it(world in worlds()) {
        let world = World { unread: BTreeSet::new(), lost: BTreeSet::new(), ..world };
        let mut store = Store::in_memory().unwrap();
        let mut sights: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for today in 0..LAST {
            let report = world.report(today);
            keep(&mut store, &report);
            let at = day(today).as_second();
            for finding in report.controls.iter().flat_map(|control| &control.findings) {
                sights.entry(finding.subject.clone()).or_insert((at, at)).1 = at;
            }
        }
        let sql = "SELECT subject, MIN(open_since), MAX(last_seen) FROM finding GROUP BY subject";
        let mut query = store.connection.prepare(sql).unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).unwrap();
        prop_assert_eq!(rows.collect::<rusqlite::Result<BTreeMap<_, _>>>().unwrap(), sights);
    }
}
