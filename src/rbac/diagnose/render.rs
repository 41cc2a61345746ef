//! The diagnosis for people: first what is at hand, then every case.

use super::{Case, Diagnosis, Open, State};
use crate::terminal::Style;
use crate::terminal::page::Page;
use crate::terminal::style::Role;
use crate::text;

/// The longest text shown on one line, in columns.
const LINE_COLUMNS: usize = 600;
/// How many people are listed for one case; the JSON has them all.
const MOST_LISTED: usize = 20;

/// Renders the diagnosis. The first line is never broken, so that it can be read by itself.
pub(crate) fn render(diagnosis: &Diagnosis, style: Style) -> String {
    let first = style.paint(looks(overall(diagnosis)), &summary(diagnosis));
    let mut page = Page::new(style);
    if let Some([since, until]) = &diagnosis.window {
        let workspace = diagnosis.workspace.as_ref().or(diagnosis.workspace_id.as_ref());
        let workspace = workspace.map_or("a workspace without a name", String::as_str);
        page.text(0, &line(&format!("{workspace}, from {since} to {until}")));
    }
    diagnosis.cases.iter().for_each(|case| write(&mut page, case));
    page.gap();
    page.text(0, &format!("Exit code {}", diagnosis.exit().code()));
    format!("{first}\n{}", page.finish())
}

/// The sentence that matters.
pub(super) fn summary(diagnosis: &Diagnosis) -> String {
    let at_hand = diagnosis.at_hand();
    match (at_hand.as_slice(), overall(diagnosis)) {
        ([], State::NotAtHand) => "at hand: nothing".to_owned(),
        ([], _) => "at hand: nothing, as far as could be told".to_owned(),
        (titles, _) => format!("at hand: {}", titles.join(", ")),
    }
}

fn overall(diagnosis: &Diagnosis) -> State {
    let states = diagnosis.cases.iter().map(|case| case.state);
    [State::AtHand, State::Unknown]
        .into_iter()
        .find(|state| states.clone().any(|other| other == *state))
        .unwrap_or(State::NotAtHand)
}

const fn looks(state: State) -> Role {
    match state {
        State::AtHand => Role::Bad,
        State::NotAtHand => Role::Good,
        State::Unknown => Role::Caution,
    }
}

fn write(page: &mut Page, case: &Case) {
    let word = match case.state {
        State::AtHand => "at hand",
        State::NotAtHand => "not at hand",
        State::Unknown => "cannot be told",
    };
    page.heading(&format!("{}: {word}", case.trouble.title()));
    for affected in case.affected.iter().take(MOST_LISTED) {
        page.entry(2, Role::Label, "-", &line(&format!("{}: {}", affected.who, affected.evidence)));
    }
    let more = case.affected.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        page.entry(2, Role::Label, "-", &format!("and {more} more; --format json lists them all"));
    }
    for evidence in case.evidence.iter().take(MOST_LISTED) {
        page.entry(2, Role::Label, "-", &line(evidence));
    }
    let more = case.evidence.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        page.entry(2, Role::Label, "-", &format!("and {more} more; --format json lists them all"));
    }
    for note in &case.notes {
        page.entry(2, Role::Label, "note:", &line(note));
    }
    for Open { why, .. } in &case.open {
        page.entry(2, Role::Caution, "?", &line(why));
    }
    if case.state == State::AtHand {
        page.entry(2, Role::Label, "Fix:", case.trouble.fix());
    }
}

fn line(text: &str) -> String {
    text::line(text, LINE_COLUMNS)
}
