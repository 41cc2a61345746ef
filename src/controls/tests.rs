use std::path::Path;

use super::catalog::BuiltIn;
use super::error::CatalogError;
use super::*;
use crate::checks::{CheckKind, Count, Every, Value};
use crate::facts::Facts;
use crate::level::Level;
use crate::verdict::{Reviews, Status};

fn built_in() -> Catalog {
    Catalog::read(&[], BuiltIn::Examined).unwrap()
}

fn statuses_shown(definition: &Definition) -> Vec<Status> {
    definition.examples.iter().filter_map(|example| example.expect).collect()
}

/// A new name is a new kind of finding; a removed name ends the history of its findings.
#[test]
fn the_names_of_the_checks_stay() {
    let catalog = Catalog::load(&[]).unwrap();
    let names = |definition: &Definition| {
        let mut names: Vec<_> = definition.rules.checks.iter().map(|check| check.name.as_str()).collect();
        names.sort_unstable();
        format!("{}: {}", definition.control.id, names.join(", "))
    };
    let names: Vec<_> = catalog.definitions.iter().map(names).collect();
    insta::assert_snapshot!(names.join("\n"));
}

#[test]
fn every_status_a_built_in_control_can_reach_has_an_example() {
    for definition in &built_in().definitions {
        let shown = statuses_shown(definition);
        let mut reachable = definition.rules.decidable();
        // Any source may be forbidden to the token, or fail.
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

/// Text after the first example is read only when the built-in controls are checked.
#[test]
fn examples_stand_last_in_the_built_in_controls() {
    for definition in &Catalog::load(&[]).unwrap().definitions {
        let (_, examples) = definition.text.split_once("\n[[example]]").unwrap();
        let mut tables = examples.lines().filter(|line| line.starts_with('['));
        let of_example = |line: &str| line == "[[example]]" || line.starts_with("[example.");
        assert!(tables.all(of_example), "{}", definition.path);
    }
}

#[test]
fn the_guide_comes_first_then_its_extension_then_the_policy() {
    let catalog = Catalog::load(&[]).unwrap();
    let packs: Vec<_> = catalog.definitions.iter().map(|definition| definition.control.pack).collect();
    let order = [Some(Pack::Guide), Some(Pack::Extended), Some(Pack::Rbac)];
    assert!(packs.is_sorted_by_key(|pack| order.iter().position(|known| known == pack)));
    let guide = catalog.definitions.iter().filter(|d| d.control.pack == Some(Pack::Guide));
    let guide: Vec<_> = guide.map(|definition| definition.control.id.as_str()).collect();
    assert_eq!(
        guide,
        ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "3.1", "3.2", "4.1", "4.2", "5.1"]
    );
    for definition in &catalog.definitions {
        let control = &definition.control;
        assert_eq!(control.since.is_some(), control.pack == Some(Pack::Guide), "{}", control.id);
        assert!(!control.steps.is_empty(), "{} says what to do", control.id);
        assert!(!control.slug.is_empty() && definition.text.contains("\nslug = "), "{}", control.id);
    }
}

fn select(
    only: &[&str],
    skip: &[&str],
    level: Level,
    pack: Option<Pack>,
) -> Result<Vec<String>, UnknownControl> {
    let owned = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
    let selection = Selection { level, pack, only: owned(only), skip: owned(skip), needs_roster: false };
    let catalog = Catalog::load(&[]).unwrap();
    Ok(catalog.select(&selection)?.iter().map(|definition| definition.control.id.clone()).collect())
}

#[test]
fn levels_are_cumulative_and_packs_apart() {
    assert_eq!(select(&["e10", "2.3"], &[], Level::L3, None).unwrap(), ["2.3", "E10"]);
    assert_eq!(select(&["E10", "2.3"], &[], Level::L1, None).unwrap(), ["2.3"]);
    assert!(select(&[], &["2.3"], Level::L3, None).unwrap().iter().all(|id| id != "2.3"));
    let of_pack = |pack| select(&[], &[], Level::L3, pack).unwrap();
    let all = [of_pack(Some(Pack::Guide)), of_pack(Some(Pack::Extended))].concat();
    assert_eq!(of_pack(None), all, "policy is judged where it is asked for");
    assert!(of_pack(Some(Pack::Rbac)).iter().all(|id| id.starts_with('R')));
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

/// The digest of a control whose file is changed like this, with these settings of facts.
fn digest_of(id: &str, change: impl Fn(&str) -> String, facts: &Facts) -> String {
    let catalog = Catalog::load(&[]).unwrap();
    let definition = catalog.find(id).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(Path::new(&*definition.path).file_name().unwrap());
    let (described, _) = definition.text.split_once("[[example]]").unwrap();
    std::fs::write(path, change(described)).unwrap();
    let changed = Catalog::load(&[folder.path().to_path_buf()]).unwrap();
    let (control, _) = changed.find(id).unwrap().judge(facts, &Reviews::new());
    control.digest.clone()
}

fn facts_with(settings: &serde_json::Value) -> Facts {
    Facts { values: serde_json::json!({ "settings": settings }), ..Facts::default() }
}

#[test]
fn the_digest_of_a_control_follows_what_decides() {
    let facts = facts_with(&serde_json::json!({"privileged_roles": ["owner"], "burst_count": 10}));
    let as_it_is = digest_of("2.3", str::to_owned, &facts);
    assert!(as_it_is.starts_with("sha256:") && as_it_is.len() == 71);
    let with = |from: &str, to: &str| {
        let change = |text: &str| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        };
        digest_of("2.3", change, &facts)
    };
    for (from, to) in [
        ("title = \"", "title = \"As we say: "),
        ("[params]\n", "# A comment.\n[params]\n"),
        ("max_admins = 3\nmin_admins = 2\n", "min_admins = 2\nmax_admins   =   3\n"),
        ("note = \"", "note = \"We say: "),
        ("on_fail = ", "when_empty = \"manual\"\non_fail = "),
        ("next_step = 2", "next_step = 1"),
    ] {
        assert_eq!(with(from, to), as_it_is, "{from}");
    }
    for (from, to) in [
        ("max_admins = 3", "max_admins = 4"),
        ("level = \"L1\"", "level = \"L2\""),
        ("name = \"too-many\"", "name = \"more\""),
        ("row.privilege == 'privileged'", "row.privilege != 'unprivileged'"),
    ] {
        assert_ne!(with(from, to), as_it_is, "{from}");
    }
    let boss = facts_with(&serde_json::json!({"privileged_roles": ["boss"], "burst_count": 10}));
    assert_ne!(digest_of("2.3", str::to_owned, &boss), as_it_is, "roles decide who is privileged");
    let fewer = facts_with(&serde_json::json!({"privileged_roles": ["owner"], "burst_count": 5}));
    assert_eq!(digest_of("2.3", str::to_owned, &fewer), as_it_is, "bursts do not");
    assert_ne!(digest_of("E6", str::to_owned, &fewer), digest_of("E6", str::to_owned, &facts));
}

/// The titles of the controls that data alone can pass. A title must not promise more than its checks show. Read the
/// checks before changing a title here.
#[test]
fn titles_of_the_guide_say_what_a_pass_proves() {
    let catalog = Catalog::load(&[]).unwrap();
    let guide = catalog.definitions.iter().filter(|d| d.control.pack == Some(Pack::Guide));
    let (pass, never): (Vec<_>, Vec<_>) = guide.partition(|d| d.rules.decidable().contains(&Status::Pass));
    let titles = |of: Vec<&Definition>| {
        of.iter().map(|d| format!("{} {}", d.control.id, d.control.title)).collect::<Vec<_>>()
    };
    assert_eq!(
        titles(pass),
        [
            "1.1 Sign-ins use SAML single sign-on",
            "1.5 Provision teammates with SCIM",
            "2.3 Limit admin access to 2–3 people",
            "3.2 Redaction rules and a deletion schedule exist",
            "4.1 Monitor teammate activity logs",
            "5.1 Restrict REST API access by IP allowlist",
        ]
    );
    let ids: Vec<_> = never.iter().map(|d| d.control.id.as_str()).collect();
    assert_eq!(ids, ["1.2", "1.3", "1.4", "2.1", "2.2", "3.1", "4.2"], "a person attests these");
}

/// An event type is the last relevant change of one guide control only: the one whose setting it changes.
#[test]
fn an_event_type_is_relevant_to_one_control_of_the_guide() {
    let catalog = Catalog::load(&[]).unwrap();
    let guide = catalog.definitions.iter().filter(|d| d.control.pack == Some(Pack::Guide));
    let mut seen = std::collections::BTreeSet::new();
    for definition in guide {
        for name in &definition.rules.relevant {
            assert!(seen.insert(name.clone()), "{name} again in {}", definition.control.id);
        }
    }
}

#[test]
fn titles_of_steps_say_more_than_a_word() {
    for Definition { control, .. } in &Catalog::load(&[]).unwrap().definitions {
        for step in &control.steps {
            assert!(step.title.contains(' '), "{}: the step `{}` says too little", control.id, step.title);
        }
    }
}

/// The longest first action of a step, and the longest sentence about a fail, in characters: each is a line of the summary.
const LONGEST_LINE: usize = 90;

/// The summary shows the path and the first action of the step that puts right what a check found.
#[test]
fn checks_of_the_built_in_controls_name_a_step_that_says_what_to_do_first() {
    let vague = ["Look", "See", "Know", "Go through", "Think", "Remember", "Mind", "Make sure"];
    for Definition { control, rules, text, .. } in &Catalog::load(&[]).unwrap().definitions {
        let (described, _) = text.split_once("\n[[example]]").unwrap();
        let named = described.matches("\nnext_step = ").count();
        assert_eq!(named, rules.checks.len(), "{}: each check names a step", control.id);
        for check in &rules.checks {
            for index in check.next_step.iter().chain(&check.needs_step) {
                let step = &control.steps[*index];
                let first = step.actions.first().unwrap_or_else(|| panic!("{}: {}", control.id, step.title));
                let context = format!("{}: {}: {first}", control.id, check.name);
                assert!(!step.path.is_empty() && first.chars().count() <= LONGEST_LINE, "{context}");
                assert!(first.starts_with(char::is_uppercase) && !first.ends_with('.'), "{context}");
                assert!(!vague.iter().any(|word| first.starts_with(&format!("{word} "))), "{context}");
            }
        }
    }
}

/// The sentence about a fail is the headline of the summary, and what is found stands behind its subject and a colon.
#[test]
fn verdicts_of_the_built_in_controls_read_well() {
    let is_sentence = |text: &str| {
        text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) && text.ends_with('.')
    };
    for Definition { control, rules, examples, .. } in &built_in().definitions {
        let id = &control.id;
        for note in rules.checks.iter().filter_map(|check| check.note.as_deref()) {
            assert!(is_sentence(note), "{id}: {note}");
        }
        for verdict in examples.iter().map(|example| example.judge(control, rules)) {
            let reason = verdict.reason.to_string();
            if matches!(verdict.status, Status::Pass | Status::Fail) {
                assert!(is_sentence(&reason), "{id}: {reason}");
            }
            if verdict.status == Status::Fail {
                let longest = reason.split(". ").map(|sentence| sentence.chars().count()).max();
                assert!(longest <= Some(LONGEST_LINE), "{id}: {reason}");
            }
            for finding in &verdict.findings {
                let message = &finding.message;
                assert!(!message.ends_with('.') && !message.contains(": "), "{id}: {message}");
            }
        }
    }
}

/// Without a message, a finding shows only the name of its check.
#[test]
fn checks_of_the_built_in_controls_say_what_is_wrong() {
    for definition in &Catalog::load(&[]).unwrap().definitions {
        for check in &definition.rules.checks {
            let says = match &check.kind {
                CheckKind::Every(Every { over, .. }) | CheckKind::Count(Count { over, max: Some(_), .. }) => {
                    over.message.is_some()
                }
                // A check that needs what it requires has no findings: it only names what is missing. So does one that
                // leaves it to a person.
                CheckKind::Value(Value { require, message, .. }) => {
                    message.is_some()
                        || check.needs.iter().any(|need| need.source() == require.source())
                        || check.otherwise == Status::Manual && check.on_fail.is_some()
                }
                CheckKind::Count(_) | CheckKind::Manual => true,
            };
            assert!(says, "{}: {} has no message", definition.control.id, check.name);
        }
    }
}

#[test]
fn mappings_that_are_not_the_guides_are_named() {
    let catalog = Catalog::load(&[]).unwrap();
    for Definition { control, .. } in &catalog.definitions {
        let own: Vec<&str> = control.own_mappings.iter().map(String::as_str).collect();
        match (control.pack, control.id.as_str()) {
            (Some(Pack::Guide), "1.2") => assert_eq!(own, ["soc2"]),
            (Some(Pack::Guide), id) => assert!(own.is_empty(), "{id}"),
            (_, id) => assert!(!own.is_empty() || control.frameworks.is_empty(), "{id}"),
        }
    }
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
