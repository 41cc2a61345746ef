//! The page as a parser of HTML reads it.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use html5ever::buffer_queue::BufferQueue;
use html5ever::tokenizer::{
    Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
};
use serde_json::json;

use super::*;
use crate::level::FailOn;
use crate::report::Control;
use crate::report::sample::{finding, sample};
use crate::verdict::{Evidence, Status};

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
    /// The values of an attribute, wherever it stands.
    fn values(&self, attribute: &str) -> Vec<String> {
        let tags = self.tags.borrow();
        let attributes = tags.iter().flat_map(|tag| &tag.attrs);
        let named = attributes.filter(|one| &*one.name.local == attribute);
        named.map(|one| one.value.to_string()).collect()
    }
}

/// The elements that are opened, each with the names of its attributes, once all of them are closed again and nothing
/// in them runs or loads.
pub(in crate::report) fn tags(page: &str) -> Vec<String> {
    const VOID: [&str; 3] = ["meta", "input", "br"];
    let parsed = parse(page);
    assert_eq!(*parsed.errors.borrow(), Vec::<String>::new());
    let mut open = Vec::new();
    let mut opened = Vec::new();
    for tag in parsed.tags.borrow().iter() {
        if tag.kind == TagKind::EndTag {
            assert_eq!(open.pop().as_deref(), Some(&*tag.name));
            continue;
        }
        // Where lines may break follows from the text.
        if &*tag.name == "wbr" {
            continue;
        }
        if !VOID.contains(&&*tag.name) {
            open.push(tag.name.to_string());
        }
        let names: Vec<_> = tag.attrs.iter().map(|one| &*one.name.local).collect();
        assert!(
            !names.iter().any(|name| name.starts_with("on") || ["style", "src"].contains(name)),
            "{names:?}"
        );
        // Evidence on the web is a link, and leads nowhere else.
        if names == ["href", "rel"] {
            let href = tag.attrs.iter().find(|one| &*one.name.local == "href").unwrap();
            assert!(href.value.starts_with("https://") || href.value.starts_with("http://"), "{href:?}");
            continue;
        }
        opened.push(format!("{} {}", tag.name, names.join(" ")));
    }
    assert!(open.is_empty());
    opened
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
    for outside in ["=\"//", "url(", "@import", "src="] {
        assert_eq!(page.find(outside), None, "{outside}");
    }
    // The pages of the controls are links, which a browser follows only if a person does.
    let pages = concat!("href=\"", env!("CARGO_PKG_REPOSITORY"), "/blob/");
    assert_eq!(page.matches("=\"http").count(), page.matches(pages).count());
    let links = parse(&page).values("href");
    let repository = env!("CARGO_PKG_REPOSITORY");
    assert!(links.iter().all(|link| link.starts_with('#') || link.starts_with(repository)), "{links:?}");
}

#[test]
fn links_lead_to_controls_that_are_there() {
    let parsed = parse(&render(&sample(), None));
    let places = parsed.values("id");
    for link in parsed.values("href").iter().filter(|link| link.starts_with('#')) {
        assert!(places.iter().any(|place| format!("#{place}") == *link), "{link}");
    }
    let mut unique = places.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), places.len());
}

#[test]
fn five_thousand_findings_stay_below_two_megabytes_and_a_second() {
    let mut report = sample();
    for (number, control) in report.controls.iter_mut().enumerate() {
        control.status = Status::Fail;
        let finding = |index: usize| {
            let mut one = finding("2.3", &format!("person.{index}@example.com"), "privileged: role Admin");
            let mut row = one.evidence.row();
            for column in ["domain", "id", "inbox_seat", "last_seen", "role", "two_factor"] {
                row.insert(column.to_owned(), json!("2026-01-31T11:58:12Z"));
            }
            one.evidence = Evidence::from(&row);
            one
        };
        let count = if number == 0 { 4_000 } else { 200 };
        control.findings = (0..count).map(finding).collect();
    }
    let started = Instant::now();
    let page = render(&report, None);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert!((500_000..2_000_000).contains(&page.len()), "{}", page.len());
    let text = parse(&page).text.take();
    assert!(text.contains("person.199@example.com"));
    assert!(text.contains("more in the JSON report"));
}

#[test]
fn every_control_shows_some_of_its_findings_and_the_page_has_an_end() {
    let mut report = sample();
    let one = report.controls[2].clone();
    report.controls = (0..2_000)
        .map(|number| {
            let findings = (0..20).map(|_| finding("2.3", "ada@example.com", "privileged")).collect();
            Control { id: format!("C{number}"), findings, ..one.clone() }
        })
        .collect();
    let page = render(&report, None);
    assert!(page.len() < 20_000_000, "{}", page.len());
    assert_eq!(page.matches("class=\"findings\"").count(), 2_000);
    for table in page.split("class=\"findings\"").skip(1) {
        assert!(table.contains("<th scope=\"row\">"), "every control shows some");
    }
}

#[test]
fn an_empty_report_is_a_page_too() {
    let mut report = sample();
    report.controls.clear();
    report.sources.clear();
    report.warnings.clear();
    report.activity = None;
    report.scan.config = None;
    report.workspace = crate::report::WorkspaceInfo::default();
    let parsed = parse(&render(&report, None));
    let text = parsed.text.take();
    assert!(text.contains("(workspace without a name)") && text.contains("No control was evaluated."));
    assert!(!text.contains("Sign-in methods") && !text.contains("Each framework control"));
}

#[test]
fn what_the_headline_says_follows_from_the_controls() {
    let text = |report: &Report| parse(&render(report, None)).text.take();
    let report = sample();
    let said = text(&report);
    assert!(said.contains("1 of 3 decided controls pass"), "{said}");
    assert!(said.contains("3 of 6 controls could be decided"));
    assert!(said.contains("1 of 3 controls evaluated up to L1 fails: 2.3"));
    assert!(said.contains("not all could be read of the activity log"));
    let mut off = report;
    off.gate.fail_on = FailOn::Never;
    off.gate.violations.clear();
    off.gate.passed = true;
    assert!(text(&off).contains("Nothing fails the scan"));
}
