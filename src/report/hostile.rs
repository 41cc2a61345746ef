//! Text that tries to break out of a report, for the tests of the formats.

use jiff::civil::date;
use serde_json::{Value, json};

use super::sample::{finding, sample};
use super::{
    BaselineInfo, Format, Options, Report, WorkspaceInfo, github, html, junit, markdown, metrics, render,
};
use crate::posture::Person;
use crate::text;
use crate::verdict::{Attestation, Attested, Evidence, Review, Waiver};

/// Names that an attacker might give to a teammate, a team or a workspace.
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
        "\"><img src=x onerror=alert(3)>",
        "' onmouseover='alert(4)",
        "</title></style></script><script>alert(2)</script>",
        "PASS     2.3  L1",
        "\t\u{0}\u{7f}\u{3000}\u{a0}",
        "",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(["x".repeat(10_000), "|".repeat(10_000), "`".repeat(10_000), "@a".repeat(5_000), "田".repeat(10_000), "\u{301}".repeat(10_000), "❤\u{fe0f}".repeat(500), format!("a{}PASS", " ".repeat(200)), "PASS ".repeat(100)])
    .collect()
}

/// A waiver that gives the text as its reason.
pub(crate) fn waiver(text: &str) -> Waiver {
    let by = "grace@example.com".to_owned();
    Waiver { reason: text.to_owned(), by, on: None, expires: date(2026, 3, 1) }
}

/// An earlier report at that path.
pub(super) fn baseline(path: &str) -> BaselineInfo {
    BaselineInfo { path: path.to_owned(), digest: "sha256:00ff".to_owned() }
}

/// The sample with the text wherever an outsider can put one, and one finding more than the sample.
pub(crate) fn report(text: &str) -> Report {
    let mut report = sample();
    report.workspace = WorkspaceInfo {
        id: Some(text.to_owned()),
        name: Some(text.to_owned()),
        region: Some(text.to_owned()),
        teammates: None,
    };
    report.tool.version = text.to_owned();
    report.catalog.guide_version = text.to_owned();
    report.catalog.digest = text.to_owned();
    report.warnings = vec![text.to_owned(), "the last warning".to_owned()];
    report.sources[2].detail = Some(text.to_owned());
    report.people = vec![Person {
        id: text.to_owned(),
        name: Some(text.to_owned()),
        email: Some(text.to_owned()),
        role: Some(text.to_owned()),
        privilege: text.to_owned(),
        privilege_reason: Some(text.to_owned()),
        two_factor: Some(text.to_owned()),
        last_seen: Some(text.to_owned()),
        sign_in_methods: vec![text.to_owned()],
        permissions_at: Some(text.to_owned()),
        conversation_access: Some(text.to_owned()),
        directory: Some(text.to_owned()),
        findings: vec![text.to_owned()],
    }];
    report.activity.as_mut().unwrap().sign_ins[0].method = Some(text.to_owned());
    let config = report.scan.config.as_mut().unwrap();
    config.path = text.to_owned();
    config.digest = text.to_owned();
    config.weakens = vec![text.to_owned()];
    for control in &mut report.controls {
        for field in [
            &mut control.reason,
            &mut control.slug,
            &mut control.title,
            &mut control.section,
            &mut control.description,
            &mut control.rationale,
            &mut control.effort,
        ] {
            text.clone_into(field);
        }
        control.headline = Some(text.to_owned());
        control.since = Some(text.to_owned());
        control.context = vec![text.to_owned()];
        control.prerequisites = vec![text.to_owned()];
        control.references = vec![text.to_owned()];
        control.frameworks = [(text.to_owned(), vec![text.to_owned()])].into();
        control.own_mappings = vec![text.to_owned()];
        control.attestation = Some(Attestation {
            result: Attested::Pass,
            by: text.to_owned(),
            on: date(2026, 2, 1),
            expires: date(2026, 3, 1),
            evidence: Some(text.to_owned()),
            note: Some(text.to_owned()),
        });
        for step in control.remediation.iter_mut().chain(&mut control.next_step) {
            step.title = text.to_owned();
            step.path = vec![text.to_owned()];
            step.actions = vec![text.to_owned()];
        }
    }
    let failing = &mut report.controls[2];
    failing.findings.insert(0, finding("2.3", text, text));
    let mut row = failing.findings[0].evidence.row();
    row.insert(format!("named {text}"), json!([text, { "a": text }]));
    failing.findings[0].evidence = Evidence::from(&row);
    failing.findings[0].person = Some(text.to_owned());
    failing.findings[1].waived = Some(waiver(text));
    failing.findings[2].reviewed =
        Some(Review { by: text.to_owned(), on: date(2026, 2, 1), note: Some(text.to_owned()) });
    failing.findings[3].event = Some(text.to_owned());
    failing.findings[3].check = "added".to_owned();
    failing.reviewable = vec!["added".to_owned()];
    report.controls[4].origin = text.to_owned();
    report.controls[4].waived = Some(Waiver { by: text.to_owned(), ..waiver(text) });
    report
}

/// The sample with that many findings.
pub(crate) fn many(count: usize) -> Report {
    let mut report = sample();
    let each = |number| finding("2.3", &format!("person{number:05}@example.com"), "privileged: role Admin");
    report.controls[2].findings = (0..count).map(each).collect();
    report
}

/// Asserts that nothing in the text acts on a terminal but the characters that the format is made of.
pub(super) fn assert_harmless(rendered: &str, layout: &str) {
    let raw = rendered.chars().find(|&ch| !layout.contains(ch) && text::is_invisible(ch));
    assert_eq!(raw, None, "in {}", rendered.chars().take(3_000).collect::<String>());
}

fn rendered(report: &Report, format: Format) -> String {
    render(report, format, &Options::plain(100)).unwrap()
}

/// What a reader of the format takes the report to be made of: the same for every text, unless one breaks out.
fn shape(format: Format, rendered: &str) -> Vec<String> {
    let json = |text: &str| structure(&serde_json::from_str(text).unwrap());
    match format {
        Format::Json | Format::Sarif => vec![json(rendered)],
        Format::Ndjson | Format::Ocsf => rendered.lines().map(json).collect(),
        Format::Csv | Format::Plan | Format::People => {
            cells(rendered).iter().map(|row| row.len().to_string()).collect()
        }
        Format::Junit => junit::tests::read(rendered).0,
        Format::Metrics => metrics::tests::read(rendered).into_iter().map(|(name, ..)| name).collect(),
        Format::None => Vec::new(),
        Format::Github => rendered.lines().map(github::tests::read).map(|(command, ..)| command).collect(),
        Format::Markdown => markdown::tests::read(rendered).0,
        Format::Html => html::tests::tags(rendered),
        Format::Summary => {
            let parts = ["Gate ", "Do first", "Also failing", "Ask a person:", "More:"];
            let starts = |line: &str| parts.into_iter().find(|part| line.starts_with(part));
            rendered.lines().filter_map(starts).map(str::to_owned).collect()
        }
        Format::Table => {
            let statuses = ["PASS ", "FAIL ", "MANUAL ", "UNKNOWN ", "GATE ", "! the last"];
            let starts = |line: &str| statuses.into_iter().find(|word| line.starts_with(word));
            rendered.lines().filter_map(starts).map(str::to_owned).collect()
        }
    }
}

/// The kinds of values, as they are nested. Names of fields are left out: evidence has any.
fn structure(value: &Value) -> String {
    match value {
        Value::Object(fields) => format!("{{{}}}", fields.values().map(structure).collect::<String>()),
        Value::Array(items) => format!("[{}]", items.iter().map(structure).collect::<String>()),
        Value::String(_) => "s".to_owned(),
        other => other.to_string().chars().take(1).collect(),
    }
}

fn cells(rendered: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(rendered.as_bytes()).records().map(Result::unwrap).collect()
}

#[test]
fn text_from_outside_stays_in_its_place_in_every_format() {
    for &format in Format::ALL {
        let expected = shape(format, &rendered(&report("x"), format));
        for text in texts() {
            let rendered = rendered(&report(&text), format);
            let is_table = format.is_spreadsheet();
            assert_harmless(&rendered, if is_table { "\r\n" } else { "\n" });
            let found = shape(format, &rendered);
            // A page leaves out what is empty, and a comment what does not fit.
            if !text.is_empty() && (text.len() < 5_000 || format != Format::Markdown) {
                assert_eq!(found, expected, "{text:?} in {}", format.as_str());
            }
            match format {
                Format::Csv | Format::Plan | Format::People => {
                    for field in cells(&rendered).iter().flatten() {
                        let formula = field.trim_start().starts_with(['=', '+', '-', '@', '＝', '\t', '\r']);
                        assert!(!formula && !field.contains(['\n', '\r']), "{field:?}");
                    }
                }
                Format::Github => assert!(!rendered.contains("##[") && rendered.len() < 40_000, "{rendered}"),
                Format::Junit => assert!(!rendered.lines().any(|line| line.trim_start().starts_with("::"))),
                Format::Markdown => markdown::tests::assert_refers_to_nothing(&rendered),
                _ => {}
            }
        }
    }
}

#[test]
fn text_from_outside_is_told_as_it_is_where_nothing_in_it_acts() {
    let acts = |text: &str| text::line(text, 100) != *text || text.contains('\u{fffe}');
    for text in texts().into_iter().filter(|text| !acts(text)) {
        let report = report(&text);
        let (_, junit) = junit::tests::read(&rendered(&report, Format::Junit));
        assert!(junit.contains(&text), "{text:?} is not told");
        let (_, markdown) = markdown::tests::read(&rendered(&report, Format::Markdown));
        let words = |text: &str| text.split_whitespace().collect::<String>();
        assert!(words(&markdown).contains(&words(&text)), "{text:?} is not in\n{markdown}");
    }
    for text in texts() {
        let report = report(&text);
        for format in [Format::Ndjson, Format::Ocsf, Format::Json] {
            let quoted = serde_json::to_string(&text).unwrap();
            let read: Vec<Value> = serde_json::Deserializer::from_str(&rendered(&report, format))
                .into_iter()
                .map(Result::unwrap)
                .collect();
            assert!(serde_json::to_string(&read).unwrap().contains(&quoted), "{text:?}");
        }
    }
}

#[test]
fn five_thousand_findings_take_less_than_a_second() {
    // An unoptimised build takes ten times as long, which would still show what grows faster than the findings do.
    let limit = if cfg!(debug_assertions) { 10.0 } else { 1.0 };
    let report = many(5_000);
    for &format in Format::ALL {
        let timed = || {
            let started = std::time::Instant::now();
            let rendered = render(&report, format, &Options::plain(100)).unwrap();
            assert_eq!(rendered.len() > 100, format != Format::None);
            started.elapsed()
        };
        // A machine may be busy with something else once, but not three times in a row.
        let in_time = (0..3).any(|_| timed().as_secs_f64() < limit);
        assert!(in_time, "{} takes longer than {limit} s", format.as_str());
    }
}

#[test]
fn nothing_at_all_is_a_report_too() {
    let mut report = sample();
    report.controls.clear();
    report.gate.violations.clear();
    report.workspace = WorkspaceInfo::default();
    report.scan.config = None;
    for &format in Format::ALL {
        let rendered = render(&report, format, &Options::plain(100)).unwrap();
        assert_harmless(&rendered, "\r\n");
    }
    let sarif = render(&report, Format::Sarif, &Options::plain(100)).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"], Value::Array(Vec::new()));
}
