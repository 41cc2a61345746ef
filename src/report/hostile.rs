//! Text that tries to break out of a report, for the tests of the formats.

use std::sync::Arc;

use jiff::civil::date;
use serde_json::Value;

use super::sample::{finding, sample};
use super::{Format, Options, Report, render};
use crate::controls::Origin;
use crate::text;
use crate::verdict::Decision;

/// Names that somebody might give to a teammate, a team or a workspace.
pub(crate) fn texts() -> Vec<String> {
    [
        "<script>alert(1)</script>",
        "</details><img src=x onerror=alert(1)>",
        "]]><evil/>",
        "a | b || c",
        "`` ` ``` code ```",
        "two\r\nlines\n\n# heading\n- item\n\n| a |\n|---|",
        "=cmd|'/C calc'!A0",
        "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1",
        "\x1b[2J\x1b[1;1Hgone\u{9b}31m\u{7f}\u{0}",
        "moc.live\u{202e}\u{2066}\u{200f}\u{feff}\u{2028}\u{e0041}\u{ad}",
        "::error::x",
        "x\n::add-mask::y\r::stop-commands::z",
        "##[add-mask]x ##[error]y",
        "%0A::error::x,title=y%3A%2C",
        "[click](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example>",
        "@octocat #123 GH-7 https://evil.example www.evil.example mailto:a@evil.example :tada: $x$ [^1] ~~x~~ **b** _i_",
        "{0} {{x}} [1] \\ \"quoted\", 'single'; &lt;b&gt; &#64;",
        "1. first\n2) second",
        "    indented",
        "\u{fffe}\u{ffff}\u{fdd0}",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
        "C:\\..\\..\\etc/../passwd?x#y%20 z",
        "",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(["x".repeat(10_000), "|".repeat(10_000), "`".repeat(10_000), "@a".repeat(5_000), "田".repeat(10_000)])
    .collect()
}

/// A decision that gives the text as its reason.
pub(super) fn decision(text: &str) -> Decision {
    let by = "grace@example.com".to_owned();
    Decision { reason: text.to_owned(), by, on: None, expires: date(2026, 3, 1) }
}

/// The sample with the text wherever somebody from outside can put one, and one finding more than the sample.
pub(crate) fn report(text: &str) -> Report {
    let mut report = sample();
    report.workspace.name = Some(text.to_owned());
    report.workspace.id = Some(text.to_owned());
    report.workspace.region = Some(text.to_owned());
    report.catalog.guide_version = text.to_owned();
    report.warnings = vec![text.to_owned()];
    report.sources[2].detail = Some(text.to_owned());
    let config = report.scan.config.as_mut().unwrap();
    config.path = text.to_owned();
    config.loosens = vec![text.to_owned()];
    for assessment in &mut report.assessments {
        assessment.verdict.reason = text.to_owned();
        assessment.verdict.context = vec![text.to_owned()];
        let control = Arc::make_mut(&mut assessment.control);
        for field in [
            &mut control.title,
            &mut control.section,
            &mut control.description,
            &mut control.rationale,
            &mut control.effort,
        ] {
            text.clone_into(field);
        }
        control.prerequisites = vec![text.to_owned()];
        control.frameworks.insert(text.to_owned(), vec![text.to_owned()]);
        for step in &mut control.steps {
            step.title = text.to_owned();
            step.path = vec![text.to_owned()];
            step.actions = vec![text.to_owned()];
        }
    }
    let failing = &mut report.assessments[2];
    failing.verdict.findings.insert(0, finding("2.3", text, text));
    failing.verdict.findings[1].waived = Some(decision(text));
    Arc::make_mut(&mut report.assessments[4].control).origin = Origin::Replaces(text.into());
    report.assessments[4].waived = Some(Decision { by: text.to_owned(), ..decision(text) });
    report
}

/// The sample with that many findings.
pub(crate) fn many(count: usize) -> Report {
    let mut report = sample();
    let each = |number| finding("2.3", &format!("person{number:05}@example.com"), "privileged: role Admin");
    report.assessments[2].verdict.findings = (0..count).map(each).collect();
    report
}

/// Asserts that nothing in the text acts on a terminal but the characters that the format is made of.
pub(super) fn assert_harmless(rendered: &str, layout: &str) {
    let raw = rendered.chars().find(|&ch| !layout.contains(ch) && text::is_invisible(ch));
    assert_eq!(raw, None, "in {}", rendered.chars().take(3_000).collect::<String>());
}

#[test]
fn five_thousand_findings_take_less_than_a_second() {
    // An unoptimised build takes ten times as long, which would still show what grows faster than the findings do.
    let limit = if cfg!(debug_assertions) { 10.0 } else { 1.0 };
    let report = many(5_000);
    for format in Format::ALL {
        let timed = || {
            let started = std::time::Instant::now();
            assert!(render(&report, format, &Options::plain(100)).unwrap().len() > 100);
            started.elapsed()
        };
        // A machine may be busy with something else once, but not three times in a row.
        let in_time = (0..3).any(|_| timed().as_secs_f64() < limit);
        assert!(in_time, "{} takes longer than {limit} s", format.as_str());
    }
}

#[test]
fn a_report_renders_twice_to_the_same_bytes() {
    for format in Format::ALL {
        let once = render(&sample(), format, &Options::plain(100)).unwrap();
        assert_eq!(once, render(&sample(), format, &Options::plain(100)).unwrap());
    }
}

#[test]
fn parts_of_a_second_are_in_no_format() {
    // The JSON report has whole seconds, and whatever is rendered from it should be the same.
    let mut whole = sample();
    whole.scan.at = "2026-02-01T12:00:00Z".parse().unwrap();
    for format in Format::ALL {
        let one = render(&sample(), format, &Options::plain(100)).unwrap();
        assert_eq!(one, render(&whole, format, &Options::plain(100)).unwrap(), "{}", format.as_str());
    }
}

#[test]
fn nothing_at_all_is_a_report_too() {
    let mut report = sample();
    report.assessments.clear();
    report.gate.violations.clear();
    report.workspace = super::WorkspaceInfo::default();
    report.scan.config = None;
    for format in Format::ALL {
        let rendered = render(&report, format, &Options::plain(100)).unwrap();
        assert_harmless(&rendered, "\r\n");
    }
    let sarif = render(&report, Format::Sarif, &Options::plain(100)).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"], Value::Array(Vec::new()));
}
