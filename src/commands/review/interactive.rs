//! `review --interactive`: the events that are open to a review, and for each of them the questions that one needs.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, stdin};

use jiff::civil::Date;

use super::{day, done, report, reviewed, scan};
use crate::casefold::fold;
use crate::cli::ReviewArgs;
use crate::commands::destinations::print;
use crate::commands::dialogue::{Dialogue, Stop, each, optional, required};
use crate::commands::environment;
use crate::config::Reviewed;
use crate::edit::{Entry, Target, outlook};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::{Control, Report};
use crate::terminal::page::Page;
use crate::terminal::style::Tone;
use crate::text;
use crate::verdict::{Finding, Review};

/// The longest line that is shown, in columns.
const LINE_COLUMNS: usize = 4_000;

/// How to review without being asked.
const INSTEAD: &str = "\
name the events instead:
  intercom-harden review EVENT… --by NAME [--note TEXT]";

/// Reads a report or scans, then asks. Each answer is written at once, so that leaving early loses none.
///
/// # Errors
/// Without a terminal, when the workspace or report cannot be read, or the configuration cannot be edited.
pub(super) fn run(args: &ReviewArgs) -> Result<Exit, Error> {
    if !stdin().is_terminal() {
        return Err(Error::NotATerminal { instead: INSTEAD });
    }
    let target = Target::new(args.target.config.as_deref());
    let config = target.load()?;
    let on = day(args)?;
    let report = match report(args, config.as_ref())? {
        Some(report) => report,
        None => scan(args, config.as_ref())?,
    };
    let shared = report.shared_events();
    let all = report.controls.iter().flat_map(|one| one.findings.iter().map(move |finding| (one, finding)));
    // An event that several controls list is reviewed once for all of them.
    let mut met = BTreeSet::new();
    let open: Vec<(&Control, &Finding, &str)> = all
        .filter_map(|(control, finding)| Some((control, finding, control.event_to_review(finding, &shared)?)))
        .filter(|(.., event)| reviewed(config.as_ref(), event).is_none() && met.insert(*event))
        .collect();
    if open.is_empty() {
        print("Nothing is left to review: every event found is reviewed.\n")?;
        return Ok(Exit::Success);
    }
    let mut round = Round { target, on, by: args.by.clone(), dialogue: Dialogue::start()?, recorded: 0 };
    let exit = each(&open, |number, (control, finding, event)| {
        print(&introduction(control, finding, event, &format!("[{number} of {}]", open.len())))?;
        round.review(event, &report)
    })?;
    let (recorded, left) = (round.recorded, open.len() - round.recorded);
    let resume = if left > 0 { "; run it again to go on with the rest" } else { "" };
    print(&format!("\n{recorded} recorded, {left} left{resume}\n"))?;
    Ok(exit)
}

/// What a person has to know to answer: the control, and what is known of the event.
fn introduction(control: &Control, finding: &Finding, event: &str, lead: &str) -> String {
    let mut page = Page::new(environment::style());
    let line = |text: &str| text::line(text, LINE_COLUMNS);
    page.gap();
    let lead = format!("{lead} {}", line(&control.id));
    page.entry(0, Tone::Heading, &lead, &format!("{} ({})", line(&control.title), control.level.label()));
    page.entry(2, Tone::Label, "found:", &line(&finding.sentence()));
    page.entry(2, Tone::Label, "event:", &line(event));
    let row = finding.evidence.row();
    for column in &control.columns {
        if let Some(text) = row.get(column).and_then(|cell| cell.as_str()) {
            page.entry(2, Tone::Label, &format!("{}:", line(&column.replace('_', " "))), &line(text));
        }
    }
    if let Some(waiver) = &finding.waived {
        page.entry(2, Tone::Label, "waived:", &line(&waiver.reason));
    }
    page.finish()
}

/// One session at the terminal.
struct Round {
    target: Target,
    on: Date,
    /// Who answered last: most probably who answers next.
    by: Option<String>,
    dialogue: Dialogue,
    recorded: usize,
}

impl Round {
    fn review(&mut self, event: &str, report: &Report) -> Result<(), Stop> {
        let dialogue = &mut self.dialogue;
        match dialogue.ask("Is it in order? yes, skip or quit", None, choice)? {
            Choice::Reviewed => {}
            Choice::Skip => return Ok(()),
            Choice::Quit => return Err(Stop::Quit),
        }
        let by = dialogue.ask("Reviewed by", self.by.as_deref(), required("a name"))?;
        let note = dialogue.ask("Note, such as the number of a ticket (may be empty)", None, optional)?;
        self.by = Some(by.clone());
        let new = Reviewed { event: event.to_owned(), review: Review { by, on: self.on, note } };
        let done = done(&self.target, &new);
        let doubt = outlook::of_review(&new, Some(report));
        self.target.append(&[Entry::from(new)]).map_err(Error::from)?;
        self.recorded += 1;
        for line in std::iter::once(done).chain(doubt) {
            print(&format!("{}\n", text::line(&line, LINE_COLUMNS)))?;
        }
        Ok(())
    }
}

/// What a person says about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Reviewed,
    Skip,
    Quit,
}

fn choice(text: &str) -> Result<Choice, String> {
    match fold(text).as_ref() {
        "y" | "yes" => Ok(Choice::Reviewed),
        "s" | "skip" => Ok(Choice::Skip),
        "q" | "quit" => Ok(Choice::Quit),
        _ => Err("answer yes, skip or quit, or their first letter".to_owned()),
    }
}
