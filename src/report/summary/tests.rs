//! What the summary looks like, and what it keeps to.

use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::level::Level;
use crate::report::hostile;
use crate::report::sample::sample;

fn summary(report: &Report, width: usize) -> String {
    let text = render(report, &Options::plain(width));
    for line in text.lines() {
        assert!(line.width() <= width, "{} columns: {line}", line.width());
        assert_eq!(line, line.trim_end());
    }
    hostile::assert_harmless(&text, "\n");
    text
}

#[test]
fn at_100_columns() {
    insta::assert_snapshot!(summary(&sample(), 100));
}

/// More of everything than there is room for.
fn crowded() -> Report {
    let mut report = sample();
    let pattern = report.controls[2].clone();
    let numbered = |number: usize| {
        let mut control = pattern.clone();
        control.id = format!("2.{number}");
        control.level = if number < 15 { Level::L1 } else { Level::L2 };
        control.headline = Some(format!("{number} of 60 teammates {}.", "sign in without it ".repeat(9)));
        control.priority = Some(number);
        control.findings.truncate(number % 4 + 1);
        for (position, finding) in control.findings.iter_mut().enumerate() {
            finding.person = Some(format!("{}", (number + position) % 9));
        }
        control
    };
    report.controls.splice(2..3, (1..=25).map(numbered));
    report.warnings =
        (0..9).map(|number| format!("Warning {number} {}", "of many words ".repeat(40))).collect();
    report
}

#[test]
fn it_takes_forty_lines_whatever_there_is_to_say() {
    for report in [crowded(), hostile::report(&"long words ".repeat(900)), hostile::many(5_000)] {
        for width in [100, 120, 200] {
            let text = summary(&report, width);
            assert!(text.lines().count() <= MAX_LINES, "{text}");
        }
    }
    let text = summary(&crowded(), 100);
    for part in [
        "Do first (",
        "of 14)",
        "People to look at (",
        "Also failing (",
        "of 12)",
        "Ask a person:",
        "more warnings",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn no_width_breaks_a_word() {
    for report in [sample(), crowded()] {
        let words = |width: usize| -> Vec<String> {
            let text = summary(&report, width);
            text.split_whitespace().map(str::to_owned).collect()
        };
        // What fits at 100 columns is what narrower terminals show too, on more lines.
        for width in [60, 80] {
            assert_eq!(words(width), words(100), "at {width}");
        }
    }
    let report = hostile::report("authentication-methods@example.com");
    for width in [60, 80, 100, 160] {
        let text = summary(&report, width);
        assert!(!text.contains("authentication-methods@example\n"), "{text}");
        assert!(text.contains("authentication-methods@example.com"), "{text}");
    }
}

#[test]
fn a_long_name_leaves_narrow_lines_their_room() {
    let mut report = sample();
    report.workspace.name = Some("Workspace of ".repeat(8));
    for width in [60, 80, 100] {
        let text = summary(&report, width).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("region EU, 12 teammates"), "{text}");
    }
}

#[test]
fn a_long_way_is_shortened_before_the_action_is() {
    let step = |path: &[&str]| Step {
        title: "Title".to_owned(),
        path: path.iter().map(|&menu| menu.to_owned()).collect(),
        actions: vec!["Switch off passwords.".to_owned(), "And more.".to_owned()],
    };
    let menus = ["Settings", "Workspace", "Security"];
    assert_eq!(action_within(&step(&menus), 80), "Settings > Workspace > Security: Switch off passwords.");
    assert_eq!(action_within(&step(&menus), 40), "… > Security: Switch off passwords.");
    assert_eq!(action_within(&step(&menus), 30), "… > Security: Switch off…");
    assert_eq!(action_within(&step(&[]), 16), "Switch off…");
}
