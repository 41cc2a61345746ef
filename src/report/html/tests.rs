//! The page as a parser of HTML reads it.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use html5ever::buffer_queue::BufferQueue;
use html5ever::tokenizer::{
    Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
};
use serde_json::json;

use super::*;
use crate::facts::activity::SignInMethod;
use crate::report::Assessment;
use crate::report::sample::{finding, sample};
use crate::verdict::{Decision, Finding, Statement, Status};

/// Names that are more than names somewhere.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "</title></style></script><script>alert(2)</script>",
    "\"><img src=x onerror=alert(3)>",
    "' onmouseover='alert(4)",
    "]]><!--<svg/onload=alert(5)>",
    "&lt;b&gt; &#x3c;b&#x3e; `${alert(6)}`",
    "\u{1b}[2J\u{202e}gnp\u{2066}.exe\u{0}\u{fffe}",
    "two\r\nlines\u{2028}\u{2029}",
    "=cmd|'/C calc'!A0",
];

/// What a page consists of to a parser.
#[derive(Default)]
struct Parsed {
    tags: RefCell<Vec<Tag>>,
    text: RefCell<String>,
    errors: RefCell<Vec<String>>,
}

impl TokenSink for Parsed {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.text.borrow_mut().push_str(&text),
            Token::ParseError(error) => self.errors.borrow_mut().push(error.into_owned()),
            Token::TagToken(tag) => {
                let raw = match &*tag.name {
                    "script" => Some(RawKind::ScriptData),
                    "style" => Some(RawKind::Rawtext),
                    "title" => Some(RawKind::Rcdata),
                    _ => None,
                };
                let opens = tag.kind == TagKind::StartTag;
                self.tags.borrow_mut().push(tag);
                if let Some(raw) = raw.filter(|_| opens) {
                    return TokenSinkResult::RawData(raw);
                }
            }
            Token::CommentToken(_) => self.errors.borrow_mut().push("a comment".to_owned()),
            Token::DoctypeToken(_) | Token::NullCharacterToken | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

fn parse(page: &str) -> Parsed {
    let tokenizer =
        Tokenizer::new(Parsed::default(), TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() });
    let input = BufferQueue::default();
    input.push_back(page.into());
    while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink
}

impl Parsed {
    fn opened(&self, name: &str) -> usize {
        let tags = self.tags.borrow();
        tags.iter().filter(|tag| tag.kind == TagKind::StartTag && &*tag.name == name).count()
    }

    /// The values of an attribute, wherever it stands.
    fn values(&self, attribute: &str) -> Vec<String> {
        let tags = self.tags.borrow();
        let attributes = tags.iter().flat_map(|tag| &tag.attrs);
        let named = attributes.filter(|one| &*one.name.local == attribute);
        named.map(|one| one.value.to_string()).collect()
    }
}

/// The sample with hostile text wherever text can come from outside.
fn hostile() -> Report {
    let mut report = sample();
    let all = HOSTILE.join(" ") + &"x".repeat(10_000);
    report.workspace.name = Some(all.clone());
    report.workspace.id = Some(all.clone());
    report.workspace.region = Some(all.clone());
    report.catalog.guide_version.clone_from(&all);
    report.catalog.digest.clone_from(&all);
    report.warnings.push(all.clone());
    report.gate.violations.push(all.clone());
    for source in &mut report.sources {
        source.detail = Some(all.clone());
    }
    if let Some(config) = &mut report.scan.config {
        config.path.clone_from(&all);
        config.digest.clone_from(&all);
        config.loosens.push(all.clone());
    }
    if let Some(activity) = &mut report.activity {
        let method = |method: &str| SignInMethod { method: Some(method.to_owned()), count: 1 };
        activity.sign_ins = HOSTILE.map(method).to_vec();
    }
    for Assessment { control, verdict, waived, .. } in &mut report.assessments {
        let control = Arc::make_mut(control);
        let (day, decision) = decision(&all);
        control.title.clone_from(&all);
        control.section.clone_from(&all);
        control.description.clone_from(&all);
        control.rationale.clone_from(&all);
        control.effort.clone_from(&all);
        control.prerequisites = vec![all.clone()];
        control.since = Some(all.clone());
        control.origin = crate::controls::Origin::File(all.clone().into());
        control.frameworks.insert(all.clone(), HOSTILE.map(str::to_owned).to_vec());
        for step in &mut control.steps {
            step.title.clone_from(&all);
            step.path = vec![all.clone()];
            step.actions = vec![all.clone()];
        }
        verdict.reason.clone_from(&all);
        verdict.context = vec![all.clone()];
        verdict.attestation = Some(Statement {
            pass: true,
            by: all.clone(),
            on: day,
            expires: day,
            evidence: Some(all.clone()),
            note: Some(all.clone()),
        });
        verdict.findings = HOSTILE.map(|name| hostile_finding(name, &decision)).to_vec();
        *waived = Some(decision);
    }
    Arc::make_mut(&mut report.assessments[0].control).id = all;
    report
}

fn decision(text: &str) -> (jiff::civil::Date, Decision) {
    let day = jiff::civil::date(2026, 2, 1);
    (day, Decision { reason: text.to_owned(), by: text.to_owned(), on: Some(day), expires: day })
}

fn hostile_finding(name: &str, decision: &Decision) -> Finding {
    let mut finding = finding(name, name, name);
    finding.evidence.insert(name.to_owned(), json!([name, { name: name }]));
    finding.waived = Some(decision.clone());
    finding
}

#[test]
fn hostile_text_is_text_and_nothing_else() {
    let page = render(&hostile(), None);
    let parsed = parse(&page);
    assert_eq!(*parsed.errors.borrow(), Vec::<String>::new());
    assert_eq!((parsed.opened("script"), parsed.opened("style"), parsed.opened("title")), (1, 1, 1));
    assert_eq!((parsed.opened("img"), parsed.opened("b")), (0, 0));
    let names: Vec<String> = {
        let tags = parsed.tags.borrow();
        tags.iter().flat_map(|tag| &tag.attrs).map(|one| one.name.local.to_string()).collect()
    };
    assert!(
        !names.iter().any(|name| name.starts_with("on") || name == "style" || name == "src"),
        "{names:?}"
    );
    for shown in
        ["<script>alert(1)</script>", r"\u{1b}[2J\u{202e}gnp\u{2066}.exe\u{0}\u{fffe}", r"two\r\nlines"]
    {
        assert!(parsed.text.borrow().contains(shown), "{shown} is there to be read");
    }
    let visible = |ch: char| ch == '\n' || !crate::text::is_invisible(ch);
    assert!(page.chars().all(visible), "nothing invisible is left");
    assert!(page.len() < 700_000, "{}", page.len());
}

#[test]
fn every_element_that_is_opened_is_closed() {
    const VOID: [&str; 3] = ["meta", "input", "br"];
    let page = render(&hostile(), None);
    let parsed = parse(&page);
    let mut open = Vec::new();
    for tag in parsed.tags.borrow().iter().filter(|tag| !VOID.contains(&&*tag.name)) {
        match tag.kind {
            TagKind::StartTag => open.push(tag.name.to_string()),
            TagKind::EndTag => assert_eq!(open.pop().as_deref(), Some(&*tag.name)),
        }
    }
    assert!(open.is_empty());
}

#[test]
fn the_policy_permits_the_one_script_and_the_one_style_and_no_request() {
    let page = render(&sample(), None);
    let between = |from: &str, to: &str| {
        let (_, rest) = page.split_once(from).unwrap();
        rest.split_once(to).unwrap().0.to_owned()
    };
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    let policy = parse(&page).values("content").into_iter().find(|value| value.contains("-src")).unwrap();
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            hash(&between("<script>", "</script>")),
            hash(&between("<style>", "</style>"))
        )
    );
    let position = |text: &str| page.find(text).unwrap();
    assert!(position("Content-Security-Policy") < position("<style>"), "it holds for all that follows");
}

#[test]
fn nothing_in_the_page_points_outside() {
    let page = render(&sample(), None);
    for outside in ["http:", "https:", "=\"//", "url(", "@import", "src="] {
        assert_eq!(page.find(outside), None, "{outside}");
    }
    let links = parse(&page).values("href");
    assert!(links.iter().all(|link| link.starts_with('#')), "{links:?}");
}

#[test]
fn links_lead_to_controls_that_are_there() {
    let parsed = parse(&render(&sample(), None));
    let places = parsed.values("id");
    for link in parsed.values("href") {
        assert!(places.iter().any(|place| format!("#{place}") == link), "{link}");
    }
    let mut unique = places.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), places.len());
}

#[test]
fn five_thousand_findings_stay_below_two_megabytes_and_a_second() {
    let mut report = sample();
    for (number, assessment) in report.assessments.iter_mut().enumerate() {
        assessment.verdict.status = Status::Fail;
        let finding = |index: usize| {
            let mut one = finding("2.3", &format!("somebody.{index}@example.com"), "privileged: role Admin");
            for column in ["domain", "id", "inbox_seat", "last_seen", "role", "two_factor"] {
                one.evidence.insert(column.to_owned(), json!("2026-01-31T11:58:12Z"));
            }
            one
        };
        let count = if number == 0 { 4_000 } else { 200 };
        assessment.verdict.findings = (0..count).map(finding).collect();
    }
    let started = Instant::now();
    let page = render(&report, None);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert!((500_000..2_000_000).contains(&page.len()), "{}", page.len());
    let text = parse(&page).text.take();
    assert!(text.contains("somebody.199@example.com"));
    assert!(text.contains("more in the JSON report"));
}

#[test]
fn findings_share_the_room_that_there_is() {
    let mut report = sample();
    for assessment in &mut report.assessments {
        // As large as they come: what is escaped takes many times the room.
        let long = "\"\u{202e}".repeat(5_000);
        assessment.verdict.findings = (0..1_000).map(|_| finding("2.3", &long, &long)).collect();
    }
    let page = render(&report, None);
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert_eq!(page.matches("class=\"findings\"").count(), report.assessments.len());
    for table in page.split("class=\"findings\"").skip(1) {
        assert!(table.contains("<th scope=\"row\">"), "every control shows some");
    }
}

#[test]
fn an_empty_report_is_a_page_too() {
    let mut report = sample();
    report.assessments.clear();
    report.sources.clear();
    report.warnings.clear();
    report.activity = None;
    report.scan.config = None;
    report.workspace = crate::report::WorkspaceInfo::default();
    let parsed = parse(&render(&report, None));
    let text = parsed.text.take();
    assert!(text.contains("Intercom workspace") && text.contains("No control was evaluated."));
    assert!(!text.contains("Sign-in methods") && !text.contains("Each framework control"));
}

#[test]
fn what_the_headline_says_follows_from_the_controls() {
    let text = |report: &Report| parse(&render(report, None)).text.take();
    let report = sample();
    let said = text(&report);
    assert!(said.contains("1 of 3 decided controls pass"), "{said}");
    assert!(said.contains("3 of 6 controls could be decided"));
    assert!(said.contains("1 control up to L1 fails: 2.3"));
    assert!(said.contains("not all could be read of the activity log"));
    let mut off = report;
    off.gate.fail_on = None;
    off.gate.violations.clear();
    off.gate.passed = true;
    assert!(text(&off).contains("Nothing fails the scan"));
}

#[test]
fn the_same_report_is_the_same_page() {
    assert_eq!(render(&hostile(), None), render(&hostile(), None));
}
