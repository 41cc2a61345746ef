//! The report as a page for a browser: one file, complete in itself.
//!
//! The page asks for nothing from anywhere. Its Content-Security-Policy forbids every request, and of scripts and styles
//! permits only the one in the page, by its digest: were a hostile name ever to become markup, it could neither run
//! nor call home. Without scripts everything is readable; the script adds filters, search and the choice of a theme.
//!
//! ```html
//! <!DOCTYPE html>
//! <html lang="en">…<meta http-equiv="Content-Security-Policy" content="default-src 'none'; …">…
//! <details class="control" id="control-2-3" data-status="fail" data-level="l1" data-frameworks="cis-v8/ cis-v8/5.4">
//! <summary>… <h4>Limit admin access</h4> …</summary> evidence, steps, frameworks </details>…
//! ```

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::answers::Answers;
use super::grouping::Grouping;
use super::{Report, words};
use people::People;

mod answers;
mod brief;
mod control;
mod filter;
mod findings;
mod groups;
mod headline;
mod parts;
mod people;
mod plots;
mod scope;
#[cfg(test)]
pub(super) mod tests;
mod text;

pub(crate) use text::{NAME, SENTENCE, shown, soft};

/// The longest name of a workspace in the title of the page, in columns.
const TITLE: usize = 44;

/// The one style of the page.
const STYLE: &str = include_str!("report.css");

/// The one script of the page.
const SCRIPT: &str = include_str!("report.js");

/// Renders the report.
pub(super) fn render(report: &Report, by: Option<&Grouping>) -> String {
    let answers = Answers::of(report);
    let people = People::of(report, &answers);
    let body = html! {
        a.skip href="#controls" { "Skip to the controls" }
        (scope::masthead(report))
        main {
            (headline::section(report))
            (brief::section(report, &answers, &people))
            (scope::warnings(report))
            (answers::section(report, &answers, &people))
            @if let Some(by) = by { (groups::section(report, by)) }
            (people.section())
            (plots::section(report))
            (groups::compliance(report))
            (scope::section(report))
        }
        (scope::footer(report))
    };
    page(&title(report), &body, SCRIPT)
}

/// The page around a body, with the one script that runs on it; none where that is empty.
pub(crate) fn page(title: &str, body: &Markup, script: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(script));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (body)
                @if !script.is_empty() { script { (PreEscaped(script)) } }
            }
        }
    };
    page.into_string() + "\n"
}

/// The policy: nothing is loaded, sent or embedded, and nothing runs but what this module put there.
fn policy(script: &str) -> String {
    let digest = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let scripts = if script.is_empty() { "'none'".to_owned() } else { digest(script) };
    format!(
        "default-src 'none'; script-src {scripts}; style-src {}; base-uri 'none'; form-action 'none'",
        digest(STYLE),
    )
}

fn title(report: &Report) -> String {
    let what = if report.is_of_policy() { "Access against policy" } else { "Security posture" };
    format!("{} · {what}", shown(words::workspace(&report.workspace), TITLE))
}
