//! Comparing the program with a second implementation of the rules, on generated workspaces.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cases::{side_by_side, thorough};
use crate::generated::{self, Scene};
use crate::oracle::{self, Allowed};
use crate::program::scan;
use crate::workspace::DAY;

/// The number of workspaces to compare, in the short form and in the long one.
const SCENES: [u64; 2] = [150, 1_000];

/// The seed of the first.
const FIRST: u64 = 200;

/// The environment variable with another number.
const SCENES_VARIABLE: &str = "INTERCOM_HARDEN_WORKSPACES";

/// Compares one workspace; the differences, and the statuses that each control may have.
fn compare(seed: u64) -> (Vec<String>, BTreeMap<&'static str, Allowed>) {
    let scene = generated::scene(seed);
    let server = scene.api().serve();
    let days = format!("{}d", scene.case.since / DAY);
    let timeout = if generated::fails(seed) { "8s" } else { "30s" };
    let mut program = scan(&server.origin()).args(["--since", &days, "--timeout", timeout]);
    program = program.config(scene.configuration());
    if scene.case.probe.is_none() {
        program = program.arg("--no-probe");
    }
    let run = program.run();
    let expected = oracle::statuses(&scene.outcome(&server));
    if run.stdout.is_empty() {
        return (vec![format!("seed {seed}: no report\n{}", run.streams())], expected);
    }
    let report = run.report();
    let mut differences = Vec::new();
    let evaluated = report.0["controls"].as_array().unwrap().iter().map(|control| &control["id"]);
    let evaluated: BTreeSet<_> = evaluated.map(|id| id.as_str().unwrap()).collect();
    if evaluated != expected.keys().copied().collect() {
        differences.push(format!("seed {seed}: evaluated are {evaluated:?}"));
    }
    for (id, allowed) in &expected {
        if !evaluated.contains(id) {
            continue;
        }
        let found = report.status(id);
        if !allowed.iter().any(|status| status.as_str() == found) {
            differences.push(format!(
                "seed {seed}: {id} is {found}, the rules say {allowed:?}\n{}\n{}\n{}",
                report.control(id)["reason"],
                report.control(id)["findings"],
                relevant(&scene)
            ));
        }
    }
    (differences, expected)
}

/// The workspace on a few lines.
fn relevant(scene: &Scene) -> String {
    let workspace = &scene.case.workspace;
    let mut text = format!("{}\napp {}\n", scene.circumstances(), workspace.me["app"]);
    for admin in &workspace.admins {
        text += &format!("  {} {} {}\n", admin["id"], admin["email"], admin["role"]["name"]);
    }
    let ago = |event: &Value| event["created_at"].as_i64().map(|at| scene.case.now - at);
    for event in &workspace.events {
        let (by, name) = (&event["performed_by"], &event["activity_type"]);
        let metadata = &event["metadata"];
        text += &format!(
            "  {:>10?} s ago {name} {} {} {} {} {metadata}\n",
            ago(event),
            event["id"],
            by["id"],
            by["email"],
            by["ip"]
        );
    }
    text
}

#[test]
fn no_status_differs_from_the_rules() {
    // Comparisons that wait for failing sources start first.
    let asked = std::env::var(SCENES_VARIABLE).ok();
    let scenes = asked.map_or(SCENES[usize::from(thorough())], |number| number.parse().expect("a number"));
    // From here on, few are enough to reach every status.
    let mut seeds: Vec<u64> = (FIRST..FIRST + scenes).collect();
    seeds.sort_by_key(|seed| !generated::fails(*seed));
    let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut differences = Vec::new();
    for (found, expected) in side_by_side(seeds, compare) {
        differences.extend(found);
        for (id, allowed) in expected {
            if let [status] = allowed[..] {
                reached.entry(id).or_default().insert(status.as_str());
            }
        }
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
    // The generated workspaces must differ.
    let always_manual = ["1.3", "1.4", "4.2"];
    let never_pass = ["1.2", "2.1", "2.2", "3.1", "4.1"];
    for (id, statuses) in &reached {
        let mut wanted = vec!["manual"];
        if !always_manual.contains(id) {
            wanted.extend((*id != "E9").then_some("fail"));
            wanted.extend((!never_pass.contains(id)).then_some("pass"));
            wanted.push("unknown");
        }
        for status in wanted {
            assert!(statuses.contains(status), "no workspace where {id} is {status}: {statuses:?}");
        }
    }
}
