use super::*;
use crate::report::sample::sample;

fn decided(min_coverage: u8, failed: bool, allow_incomplete: bool) -> (bool, Exit) {
    let mut report = sample();
    let rule = GateRule {
        fail_on: FailOn::Never,
        min_coverage: Some(min_coverage),
        allow_incomplete,
        ..GateRule::default()
    };
    report.sources[2].status = if failed { SourceStatus::Failed } else { SourceStatus::Complete };
    let gate = Gate::decide(rule, &report.controls, &report.sources, false);
    (gate.passed, gate.exit_code)
}

#[test]
fn too_few_decided_controls_fail_any_gate() {
    // 3 of 6 controls pass or fail.
    assert_eq!(decided(50, false, false), (true, Exit::Success));
    assert_eq!(decided(51, false, false), (false, Exit::Violation));
    assert_eq!(decided(51, true, false), (false, Exit::Incomplete), "coverage is not known");
    assert_eq!(decided(51, true, true), (false, Exit::Incomplete), "nor is it then");
    assert_eq!(decided(50, true, true), (true, Exit::Success));
    let rule = |least| GateRule { min_coverage: Some(least), ..GateRule::default() };
    let of_nothing = |least| Gate::decide(rule(least), &[], &sample().sources, false).passed;
    assert!(of_nothing(0) && !of_nothing(1), "of no control, nothing is decided");
}

#[test]
fn what_does_not_apply_is_neither_covered_nor_missing() {
    let mut report = sample();
    let attested = serde_json::json!({
        "result": "n/a", "by": "Dana Ruiz", "on": "2026-01-05", "expires": "2026-04-05", "note": "no such data"
    });
    // One that is manual, one that passes, one that fails and one that is unknown.
    for control in [1, 0, 2, 5] {
        report.controls[control].attestation = Some(serde_json::from_value(attested.clone()).unwrap());
    }
    let all = Summary::of(&report.controls).all;
    assert_eq!((all.not_applicable, all.manual, all.coverage), (1, 2, Some(0.6)));
    let violates = |control: usize| report.controls[control].violates(true);
    assert_eq!([0, 1, 2, 3, 5].map(violates), [false, false, true, true, true]);
}

#[test]
fn a_new_finding_of_a_manual_control_is_new_to_a_strict_gate() {
    let mut control = sample().controls[2].clone();
    control.status = Status::Manual;
    control.in_baseline = true;
    control.findings.iter_mut().for_each(|finding| finding.in_baseline = true);
    assert!(!control.violates(true));
    control.findings[3].in_baseline = false;
    assert!(control.violates(true) && !control.violates(false));
    control.in_baseline = false;
    control.findings.clear();
    assert!(control.violates(true), "it was not manual before");
}
