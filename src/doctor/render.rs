//! The diagnosis for people: first the sentence that matters, then everything else.

use clap::ValueEnum as _;

use super::{Check, Diagnosis, Mark, SetupProblem, Severity};
use crate::checks::Decided;
use crate::region::Region;
use crate::terminal::Style;
use crate::terminal::page::{self, Page};
use crate::terminal::style::Tone;
use crate::text;

/// The longest text shown on one line, in columns.
const LINE_COLUMNS: usize = 600;

/// Renders the diagnosis. The first line is never broken, so that it can be read by itself.
pub(crate) fn table(diagnosis: &Diagnosis, style: Style) -> String {
    let role = match diagnosis.problems.first().map(|problem| problem.severity) {
        None => Tone::Good,
        Some(Severity::Limiting) => Tone::Caution,
        Some(_) => Tone::Bad,
    };
    let first = style.paint(role, &line(&diagnosis.summary));
    let mut page = Page::new(style);
    if !diagnosis.onboarding.is_empty() {
        steps(&mut page, &diagnosis.onboarding);
    }
    let said = |page: &mut Page, problem: &SetupProblem| {
        if let Some(said) = &problem.said {
            page.entry(4, Tone::Label, "said:", &line(said));
        }
    };
    diagnosis.problems.iter().take(1).for_each(|problem| said(&mut page, problem));
    if diagnosis.problems.len() > 1 {
        page.heading("Also");
        for problem in diagnosis.problems.iter().skip(1) {
            page.entry(2, Tone::Label, "-", &line(&format!("{}. Fix: {}", problem.what, problem.fix)));
            said(&mut page, problem);
        }
    }
    page.heading("What was looked at");
    diagnosis.checks.iter().for_each(|check| entry(&mut page, check));
    if diagnosis.forecasts_observed || !diagnosis.onboarding.is_empty() {
        forecasts(&mut page, diagnosis);
    }
    page.gap();
    page.text(0, &format!("Exit code {}", diagnosis.exit.code()));
    format!("{first}\n{}", page.finish())
}

fn steps(page: &mut Page, steps: &[&str]) {
    page.heading("How to get a token that can do no more than it should");
    for (number, step) in (1..).zip(steps) {
        page.entry(2, Tone::Label, &format!("{number}."), step);
    }
    page.heading("Where the workspace is");
    let mut rows = page::table(page.width(), &["People sign in at", "Option", "API"], 0..0);
    for region in Region::value_variants() {
        rows.add_row([region.web_origin(), &format!("--region {}", region.into_str()), region.api_origin()]);
    }
    page.table(&rows);
}

fn entry(page: &mut Page, check: &Check) {
    let (role, word) = match check.mark {
        Mark::Good => (Tone::Good, "ok  "),
        Mark::Note => (Tone::Caution, "note"),
        Mark::Bad => (Tone::Bad, "BAD "),
        Mark::Unknown => (Tone::Label, "?   "),
    };
    page.entry(2, role, word, &line(&format!("{}: {}", check.id, check.detail)));
}

fn forecasts(page: &mut Page, diagnosis: &Diagnosis) {
    page.heading(if diagnosis.forecasts_observed {
        "What a scan can decide"
    } else {
        "What a scan can decide once the token has the two permissions"
    });
    let mut rows = page::table(page.width(), &["Control", "Decided", "Why not more"], 0..0);
    for forecast in &diagnosis.forecasts {
        let reasons =
            if forecast.outlook == Decided::Data { String::new() } else { forecast.reasons.join("; ") };
        rows.add_row([
            line(&format!("{} {}", forecast.id, forecast.title)),
            forecast.outlook.words().to_owned(),
            line(&reasons),
        ]);
    }
    page.table(&rows);
}

fn line(text: &str) -> String {
    text::line(text, LINE_COLUMNS)
}
