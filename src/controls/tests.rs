use std::path::Path;

use super::*;
use crate::verdict::Status;

fn statuses_shown(definition: &Definition) -> Vec<Status> {
    definition.examples.iter().filter_map(|example| example.expect).collect()
}

#[test]
fn the_built_in_controls_have_no_mistakes_and_every_example_holds() {
    let checked = Catalog::check(None).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(checked, 38);
}

#[test]
fn every_status_a_built_in_control_can_reach_has_an_example() {
    let catalog = Catalog::load(&[]).unwrap();
    for definition in &catalog.definitions {
        let shown = statuses_shown(definition);
        let mut reachable = definition.rules.decidable();
        // Every source can be closed to the token; a check that reads one can be kept from it by an error.
        reachable.push(Status::Manual);
        let reads = |check: &crate::checks::Check| !check.reads().sources.is_empty();
        if definition.rules.checks.iter().any(reads) {
            reachable.push(Status::Unknown);
        }
        for status in reachable {
            assert!(shown.contains(&status), "{} has no example for {}", definition.path, status.as_str());
        }
    }
}

#[test]
fn the_guide_is_complete_and_in_order() {
    let catalog = Catalog::load(&[]).unwrap();
    let ids: Vec<_> = catalog.definitions.iter().map(|definition| definition.control.id.as_str()).collect();
    let guide = ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "3.1", "3.2", "4.1", "4.2", "5.1"];
    assert_eq!(ids[..13], guide);
    assert_eq!(ids[13..25], ["E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10", "E11", "E12"]);
    let policy: Vec<String> = (1..=13).map(|number| format!("R{number}")).collect();
    assert_eq!(ids[25..], policy);
    for definition in &catalog.definitions {
        let control = &definition.control;
        assert_eq!(control.since.is_some(), control.pack == Some(Pack::Guide), "{}", control.id);
        assert!(!control.steps.is_empty(), "{} says what to do", control.id);
    }
}

fn select(
    only: &[&str],
    skip: &[&str],
    level: Level,
    pack: Option<Pack>,
) -> Result<Vec<String>, UnknownControl> {
    let owned = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
    let selection = Selection { level, pack, only: owned(only), skip: owned(skip) };
    let catalog = Catalog::load(&[]).unwrap();
    Ok(catalog.select(&selection)?.iter().map(|definition| definition.control.id.clone()).collect())
}

#[test]
fn levels_are_cumulative_and_packs_apart() {
    assert_eq!(select(&["e10", "2.3"], &[], Level::L3, None).unwrap(), ["2.3", "E10"]);
    assert_eq!(select(&["E10", "2.3"], &[], Level::L1, None).unwrap(), ["2.3"]);
    assert!(select(&[], &["2.3"], Level::L3, None).unwrap().iter().all(|id| id != "2.3"));
    assert_eq!(select(&[], &[], Level::L3, Some(Pack::Guide)).unwrap().len(), 13);
    assert_eq!(select(&[], &[], Level::L3, Some(Pack::Extended)).unwrap().len(), 12);
    assert_eq!(select(&[], &[], Level::L3, Some(Pack::Rbac)).unwrap().len(), 13);
    assert_eq!(
        select(&[], &[], Level::L3, None).unwrap().len(),
        25,
        "policy is judged where it is asked for"
    );
    assert_eq!(select(&["r4", "2.3"], &[], Level::L3, None).unwrap(), ["2.3", "R4"]);
    let unknown = select(&["2.33"], &[], Level::L3, None).unwrap_err();
    assert_eq!(unknown.to_string(), "there is no control `2.33` (did you mean `2.3`?)");
}

#[test]
fn the_digest_follows_the_content() {
    let catalog = Catalog::load(&[]).unwrap();
    let digest = catalog.digest();
    assert!(digest.starts_with("sha256:") && digest.len() == 71);
    assert_eq!(digest, Catalog::load(&[]).unwrap().digest());
    let folder = tempfile::tempdir().unwrap();
    let definition = &catalog.definitions[0];
    let changed = definition.text.replacen("effort", "# a comment\neffort", 1);
    std::fs::write(folder.path().join(Path::new(&*definition.path).file_name().unwrap()), changed).unwrap();
    let replaced = Catalog::load(&[folder.path().to_path_buf()]).unwrap();
    assert_ne!(replaced.digest(), digest);
    assert!(matches!(replaced.definitions[0].control.origin, Origin::Replaces(_)));
    assert_eq!(replaced.definitions.len(), catalog.definitions.len());
}

#[test]
fn attestations_hold_as_long_as_the_control_says() {
    let catalog = Catalog::load(&[]).unwrap();
    let days = |id| catalog.find(id).unwrap().control.attest_for;
    assert_eq!((days("4.2"), days("1.3"), days("E12")), (90, ATTEST_FOR, 365));
    let folder = tempfile::tempdir().unwrap();
    let definition = catalog.find("4.2").unwrap();
    let path = folder.path().join(Path::new(&*definition.path).file_name().unwrap());
    for (written, accepted) in
        [("1", true), ("3650", true), ("0", false), ("3651", false), ("-90", false), ("'90d'", false)]
    {
        let text = definition.text.replacen("attest_for = 90", &format!("attest_for = {written}"), 1);
        std::fs::write(&path, text).unwrap();
        match Catalog::load(&[folder.path().to_path_buf()]) {
            Ok(_) => assert!(accepted, "{written}"),
            Err(CatalogError::Invalid { problems }) => {
                assert!(!accepted && problems.to_string().contains("`attest_for`"), "{written}: {problems}");
            }
            Err(other) => panic!("{other}"),
        }
    }
}
