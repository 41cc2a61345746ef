//! The report for people: what it looks like, and that nothing hostile gets through it.

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::exit::Exit;
use crate::level::FailOn;
use crate::report::hostile;
use crate::report::sample::sample;
use crate::sources::SourceStatus;
use crate::terminal::Style;
use crate::text;

fn plain(report: &Report, width: usize) -> String {
    render(report, &Options::plain(width))
}

/// Keeps a snapshot from changing with the program's version.
fn without_version(rendered: &str) -> String {
    rendered.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

/// Asserts what every report has to keep to, whatever is in it.
fn assert_orderly(rendered: &str, width: usize) {
    for line in rendered.lines() {
        assert!(line.width() <= width, "{} columns: {line}", line.width());
        assert_eq!(line, line.trim_end());
    }
    let control = rendered.chars().find(|&ch| ch != '\n' && text::is_invisible(ch));
    assert_eq!(control, None);
}

#[test]
fn at_80_columns() {
    insta::assert_snapshot!(without_version(&plain(&sample(), 80)), @r#"
    intercom-harden VERSION: 6 controls up to L3, Intercom Hardening Guide 0.2.0
                           (draft, AI drafted),
                           https://howtoharden.com/guides/intercom

    Workspace  Example Support (ab12cd34), region EU, 12 teammates
    Source     the workspace itself, through the API
    Window     2026-01-02 12:00 to 2026-02-01 12:00 UTC (30 days)
    Config     intercom-harden.toml (sha256:aa11)
               weakens: params.2.3.max_admins = 4

    Status   ID   Level  Title               Reason
    ────────────────────────────────────────────────────────────────────────────────
    FAIL     2.3  L1     Limit admin access  5 of 12 teammates are privileged; at
                         to 2–3 people       most 3 should be.
    MANUAL   1.3  L1     Configure session   Session length and idle timeout are not
                         security            readable through the API.
    FAIL     E6*  L2     No burst of failed  1 address failed to sign in at least 10
                         sign-ins goes       times within 10 minutes.
                         unexplained
    MANUAL   5.1  L2     Restrict REST API   The token may not read the IP
                         access by IP        allowlist.
                         allowlist
    UNKNOWN  X1   L3     Every export is by  The activity log could not be read: the
                         a named approver    server answered 500 four times.
    PASS     1.1  L1     Configure SAML      All 312 sign-ins by 11 of 12 teammates
                         single sign-on      used SAML; enforcement itself is not
                                             readable.
    * The built-in control E6 was replaced by ours/E6-bursts.toml.

    What failed

    FAIL 2.3 (L1) Limit admin access to 2–3 people
      - ada@example.com: privileged: role Owner
      - grace@example.com: privileged: role Admin
      - katherine.johnson@example.com: privileged: its newest permission snapshot
        has manage_teammates
      - linus@example.com: privileged: role Super admin
      - margaret@example.com: privileged: role Admin
      note: Newest change: ada@example.com changed the role of linus on 2026-01-14.
      next: Settings > Workspace > Teammates: Open each teammate of the list and
            choose a narrower role.

    FAIL E6 (L2) No burst of failed sign-ins goes unexplained
      - 203.0.113.7: 12 failures from 09:00:00 to 09:08:14
      next: Settings > Workspace > Teammates: Open each teammate of the list and
            choose a narrower role.

    All steps of a control: intercom-harden controls show ID

    What is known about the undecided ones

    MANUAL 1.3 (L1) Configure session security
      note: The security settings were last changed by ada@example.com on
            2025-11-03.

    Sources
    Source        Request                            Outcome    Records  Requests
    ─────────────────────────────────────────────────────────────────────────────
    me            GET /me                            complete         1         1
    admins        GET /admins                        complete        13         1
    activity-log  POST /admins/activity_logs/search  failed        1250         9
    ip-allowlist  GET /ip_allowlist                  forbidden        0         1
    activity-log: HTTP 500 (request id 0001abcd)
    ip-allowlist: only the scope manage_ip_allowlist opens it, which a scan should
                  not have; HTTP 403: not permitted

    Warnings
    ! The workspace is in the EU, but US was asked for: use --region eu.

    Summary
    Level  Pass  Fail  Manual  Unknown  Coverage
    ────────────────────────────────────────────
    L1        1     1       1        0      67 %
    L2        0     1       1        0      50 %
    L3        0     0       0        1       0 %
    All       1     2       2        1      50 %
    Coverage is the share of controls that pass or fail by what was observed.

    GATE FAILED: 1 of 3 controls evaluated up to L1 fails: 2.3
    Incomplete: not all could be read of the activity log
    Exit code 1
    "#);
}

#[test]
fn lines_keep_to_any_width() {
    for width in 60..=200 {
        assert_orderly(&plain(&sample(), width), width);
    }
}

/// Takes the colours out again.
fn without_colours(rendered: &str) -> String {
    let mut parts = rendered.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').expect("a colour ends in m").1)
}

#[test]
fn colour_changes_nothing_but_colour() {
    let style = Style { color: true, ..Style::plain(80) };
    let coloured = render(&sample(), &Options { style, ..Options::plain(100) });
    let plain = plain(&sample(), 80);
    assert!(coloured.contains("\x1b[1m\x1b[38;5;160mFAIL\x1b[0m"), "{coloured:?}");
    assert!(!plain.contains('\x1b'));
    assert_eq!(without_colours(&coloured), plain);
}

#[test]
fn lines_keep_to_any_width_whatever_is_said_in_them() {
    for text in hostile::texts() {
        for width in [60, 80, 200] {
            let rendered = plain(&hostile::report(&text), width);
            assert_orderly(&rendered, width);
            assert!(rendered.lines().count() < 400, "{} lines", rendered.lines().count());
            for kept in ["  - grace@example.com: privileged: role Admin", "! the last warning", "GATE FAILED"]
            {
                assert!(rendered.lines().any(|line| line.starts_with(kept)), "{kept} is hidden by {text:?}");
            }
        }
    }
}

#[test]
fn a_hostile_control_does_not_crowd_the_table() {
    let mut report = sample();
    report.controls[0].id = "9".repeat(10_000);
    assert_orderly(&plain(&report, 60), 60);
}

#[test]
fn findings_are_bounded_and_say_where_the_rest_is() {
    let rendered = plain(&hostile::many(25), 80);
    assert!(rendered.contains("person00019@") && !rendered.contains("person00020@"));
    assert!(rendered.contains("… and 5 more (all of them in the JSON report)"));
}

#[test]
fn nothing_failing_means_no_list_of_failures() {
    let mut report = sample();
    report.controls.truncate(1);
    report.gate.passed = true;
    report.gate.violations.clear();
    report.gate.exit_code = Exit::Success;
    report.sources.retain(|source| source.status == SourceStatus::Complete);
    let rendered = plain(&report, 80);
    assert!(!rendered.contains("What failed") && !rendered.contains("FAIL "));
    assert!(
        rendered.ends_with("GATE PASSED: up to L1, of 1 control evaluated, none fails\nExit code 0\n"),
        "{rendered}"
    );
}

#[test]
fn an_incomplete_scan_says_what_is_missing() {
    let mut report = sample();
    report.gate.passed = true;
    report.gate.violations.clear();
    report.gate.exit_code = Exit::Incomplete;
    report.sources[1].status = SourceStatus::Forbidden;
    let rendered = plain(&report, 200);
    assert!(rendered.contains("Incomplete: not all could be read of the list of teammates and of the activity log\nExit code 3\n"), "{rendered}");
    assert!(rendered.contains("admins: the token needs the permission \"Read admins\"\n"));
}

#[test]
fn the_gate_can_be_off_or_strict() {
    let mut report = sample();
    report.gate.fail_on = FailOn::Never;
    report.gate.passed = true;
    report.gate.violations.clear();
    report.gate.exit_code = Exit::Success;
    assert!(plain(&report, 80).contains("GATE OFF"));

    let mut report = sample();
    report.gate.strict = true;
    report.gate.violations = vec!["1.3".to_owned(), "2.3".to_owned()];
    assert!(
        plain(&report, 120)
            .contains("2 of 3 controls evaluated up to L1 failed, manual or unknown: 1.3, 2.3")
    );
}

#[test]
fn groups_come_first_with_the_worst_verdict_of_each() {
    let mut report = sample();
    report.controls[4].waived = Some(hostile::waiver("known"));
    for (index, serves) in [(0, &["5.10", "5.9"][..]), (1, &["5.9"]), (4, &["5.10", "6.2"]), (5, &[])] {
        let control = &mut report.controls[index];
        control.frameworks =
            [("cis-v8".to_owned(), serves.iter().map(|&name| name.to_owned()).collect())].into();
    }
    let by = Some("cis-v8".parse().unwrap());
    let rendered = render(&report, &Options { by, ..Options::plain(80) });
    let (_, groups) = rendered.split_once("\nBy CIS Controls v8\n").unwrap();
    let (groups, rest) = groups.split_once("\n\n").unwrap();
    insta::assert_snapshot!(groups, @r#"
    Status   Group                                     Controls
    ─────────────────────────────────────────────────────────────────────────────
    FAIL     5.4 Restrict Administrator Privileges to  fail 2.3; manual 5.1
             Dedicated Administrator Accounts
    MANUAL   5.9                                       manual 1.3; pass 1.1
    FAIL     5.10                                      fail E6 (waived); pass 1.1
    FAIL     6.2 Establish an Access Revoking Process  fail E6 (waived)
    UNKNOWN  (not mapped)                              unknown X1
    The status of a group is the worst in it. A control that passes serves what a
    framework asks for; it does not by itself meet it.
    "#);
    assert!(rest.starts_with("Status   ID   Level"), "the controls with their reasons follow");
}
