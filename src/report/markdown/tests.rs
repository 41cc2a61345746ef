//! The report, read back with a parser of the dialect that comments are written in.

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::*;
use crate::report::hostile;
use crate::report::sample::{recounted, sample};

/// The HTML that the report is written with; everything else would have broken out.
const OWN_HTML: [&str; 6] = [
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
    "<!-- -->",
    "<details><summary>What to do</summary>",
];

/// What the report is made of, and its text.
pub(in crate::report) fn read(markdown: &str) -> (Vec<String>, String) {
    let (mut parts, mut text) = (Vec::new(), String::new());
    for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Text(part) => text.push_str(&part),
            Event::Start(Tag::Paragraph | Tag::HtmlBlock) | Event::End(_) => {}
            Event::Start(
                tag @ (Tag::Heading { .. }
                | Tag::List(_)
                | Tag::Item
                | Tag::Table(_)
                | Tag::TableHead
                | Tag::TableRow
                | Tag::TableCell
                | Tag::Emphasis
                | Tag::Strong
                | Tag::BlockQuote(_)),
            ) => parts.push(format!("{tag:?}")),
            Event::Code(code) => {
                assert!(code.starts_with("intercom-harden attest "), "{code} broke out");
                text.push_str(&code);
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = html.trim();
                let opens =
                    ["<details><summary>", "<details open><summary>"].iter().any(|tag| html.starts_with(tag));
                let summary = opens && html.ends_with("</summary>");
                let own = OWN_HTML.contains(&html) || (summary && html.matches('<').count() == 3);
                assert!(own, "{html} broke out");
            }
            other => panic!("{other:?} broke out of\n{}", &markdown[..markdown.len().min(3_000)]),
        }
        text.push(' ');
    }
    (parts, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn what_failed_comes_first_and_what_waits_is_folded() {
    let mut report = sample();
    report.controls[4].waived = Some(hostile::waiver("until March"));
    insta::assert_snapshot!(render(&recounted(report), None), @r#"
    ## intercom-harden: gate failed

    Workspace **Example Support** (ab12cd34), region EU, 12 teammates. Scanned 2026-02-01 12:00 UTC: 6 controls up to L3, Intercom Hardening Guide 0.2.0 (draft, AI drafted), https&#58;<!-- -->//howtoharden.com/guides/intercom.

    **Gate failed: 1 of 3 controls evaluated up to L1 fails: 2.3. Incomplete: not all could be read of the activity log. Exit code 1.**

    - ⚠ The workspace is in the EU, but US was asked for: use --region eu.
    - ⚠ The configuration weakens the result: params.2.3.max&#95;admins &#61; 4

    ### Do first

    - **2.3** (L1): 5 of 12 teammates are privileged; at most 3 should be.
      - Next (1-2 hours): Settings &#62; Workspace &#62; Teammates: Open each teammate of the list and choose a narrower role.

    ### Also failing

    - **E6** (L2): 1 address failed to sign in at least 10 times within 10 minutes.

    **Not decided**: 1 control, because activity-log could not be read: X1 limit-admins. Scan again.

    **Ask a person**: 2 controls that the data does not decide: 1.3 limit-admins, 5.1 limit-admins. Run: `intercom-harden attest -i`

    | Level | Pass | Fail | Manual | Unknown | Coverage |
    |:--|--:|--:|--:|--:|--:|
    | L1 | 1 | 1 | 1 | 0 | 67 % |
    | L2 | 0 | 1 | 1 | 0 | 50 % |
    | L3 | 0 | 0 | 0 | 1 | 0 % |
    | All | 1 | 2 | 2 | 1 | 50 % |

    1 control left the gate by a decision.

    ### What failed

    #### 2.3 Limit admin access to 2–3 people (L1)

    5 of 12 teammates are privileged; at most 3 should be.

    - ada&#64;<!-- -->example.com: privileged: role Owner
    - grace&#64;<!-- -->example.com: privileged: role Admin
    - katherine.johnson&#64;<!-- -->example.com: privileged: its newest permission snapshot has manage&#95;teammates
    - linus&#64;<!-- -->example.com: privileged: role Super admin
    - margaret&#64;<!-- -->example.com: privileged: role Admin

    > Newest change: ada&#64;<!-- -->example.com changed the role of linus on 2026-01-14.

    <details><summary>What to do</summary>

    1. Take the admin role away where it is not needed (Settings &#62; Workspace &#62; Teammates)

    </details>

    #### E6 No burst of failed sign-ins goes unexplained (L2)

    1 address failed to sign in at least 10 times within 10 minutes.

    *waived by grace&#64;<!-- -->example.com until 2026-03-01: until March*

    - 203.0.113.7: 12 failures from 09:00:00 to 09:08:14

    <details><summary>What to do</summary>

    1. Take the admin role away where it is not needed (Settings &#62; Workspace &#62; Teammates)

    </details>

    <details><summary>1 control could not be decided</summary>

    - **X1 Every export is by a named approver (L3)**: The activity log could not be read: the server answered 500 four times.

    </details>

    <details><summary>2 controls for a person to check</summary>

    - **1.3 Configure session security (L1)**: Session length and idle timeout are not readable through the API.

    - **5.1 Restrict REST API access by IP allowlist (L2)**: The token may not read the IP allowlist.

    </details>
    "#);
}

#[test]
fn long_lists_are_folded_and_cut() {
    let rendered = render(&hostile::many(150), None);
    assert_eq!(rendered.matches("\n- person").count(), 100);
    assert!(rendered.contains("\n\n<details><summary>90 more</summary>\n\n- person00010&#64;"));
    assert!(rendered.contains("\n… and 50 more (all of them in the JSON report)\n"));
}

#[test]
fn what_the_baseline_knows_is_merely_counted() {
    let mut report = sample();
    report.controls[2].findings[0].in_baseline = true;
    let rendered = render(&report, None);
    assert!(!rendered.contains("\n- ada") && rendered.contains("\n1 finding in the baseline too\n"));
}

#[test]
fn a_report_fits_a_comment_whatever_is_said_in_it() {
    // Each of these takes thirteen bytes once it is escaped.
    let mut report = hostile::report(&"@".repeat(1_000));
    report.warnings = vec!["@".repeat(1_000); 50];
    for control in &mut report.controls {
        let names = (0..100).map(|number| "@".repeat(50) + &number.to_string()).collect();
        control.frameworks = [("own".to_owned(), names)].into();
    }
    let rendered = render(&report, Some(&Grouping::Framework("own".to_owned())));
    assert!(rendered.len() < 65_536, "{}", rendered.len());
    assert!(rendered.contains("What failed") && rendered.contains("\n- … and "));
    read(&rendered);
}

/// Asserts that nothing in it is a mention, a link or the number of an issue, and that it fits a comment.
pub(in crate::report) fn assert_refers_to_nothing(rendered: &str) {
    assert!(rendered.len() < 65_536);
    for (at, _) in rendered.match_indices(['@', '#']) {
        let after = rendered[at + 1..].chars().next().unwrap_or(' ');
        // Of the report's own: headings and character references.
        let own = matches!(after, '#' | ' ') || rendered[..at].ends_with('&');
        assert!(own, "{} refers to something", rendered[at..].chars().take(20).collect::<String>());
    }
    for link in ["://", "www.", "mailto:", "](", "GH-7"] {
        assert!(!rendered.contains(link), "{link} in\n{rendered}");
    }
}

#[test]
fn groups_come_before_the_controls_and_escape_their_names() {
    let mut report = hostile::report("x");
    for (index, control) in report.controls.iter_mut().enumerate() {
        control.section = if index == 0 { "a | <b>\n`c`".to_owned() } else { "Plain".to_owned() };
    }
    let rendered = render(&report, Some(&Grouping::Section));
    let line = rendered.lines().find(|line| line.contains("&lt;b&gt;") || line.contains("&#60;b")).unwrap();
    assert_eq!(line.matches(" | ").count(), 2, "{line}");
    assert!(rendered.find("By section").unwrap() < rendered.find("What failed").unwrap());
}
