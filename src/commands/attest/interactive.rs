//! `attest --interactive`: every control that only a person can judge, one after the other.

use std::io::{IsTerminal as _, stdin};

use jiff::civil::Date;

use super::{record, usual};
use crate::adjust::{limit_of, newest, valid_until};
use crate::casefold::{fold, same_name};
use crate::cli::AttestArgs;
use crate::commands::destinations::print;
use crate::commands::dialogue::{Dialogue, Stop, each, optional, required};
use crate::commands::{environment, look};
use crate::config::{Attestation, Config};
use crate::edit::Target;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::{Control, Report, explain};
use crate::terminal::page::Page;
use crate::terminal::style::Tone;
use crate::text;
use crate::time::parse_expiry;
use crate::toml_document::Located;
use crate::verdict::{Attested, Status, counts};

/// The longest text shown for one fact about a control, in columns.
const LINE_COLUMNS: usize = 4_000;

/// How to attest without being asked.
const INSTEAD: &str = "\
attest one control at a time instead:
  intercom-harden attest ID --by NAME [--result fail] [--evidence URL] [--expires 90d] [--note TEXT]";

/// How much of what the data leaves to a person's judgement is listed with one control.
const MOST_FINDINGS: usize = 50;

/// Scans, then asks. Each answer is written at once, so that leaving early loses none.
///
/// # Errors
/// Without a terminal, the workspace cannot be read, or the configuration cannot be edited.
pub(super) fn run(args: &AttestArgs) -> Result<Exit, Error> {
    if !stdin().is_terminal() {
        return Err(Error::NotATerminal { instead: INSTEAD });
    }
    let target = Target::new(args.target.config.as_deref());
    let (open, today) = undecided(args, target.load()?)?;
    if open.is_empty() {
        print("Nothing is left to attest: every control is decided.\n")?;
        return Ok(Exit::Success);
    }
    let mut round =
        Round { target, today, by: args.by.clone(), dialogue: Dialogue::start()?, recorded: 0, skipped: 0 };
    let exit = each(&open, |number, control| {
        print(&introduction(control, number, open.len()))?;
        round.attest(control)
    })?;
    print(&round.farewell(open.len()))?;
    Ok(exit)
}

/// The controls that data and earlier attestations leave open, and the day they are looked at.
fn undecided(args: &AttestArgs, config: Option<Config>) -> Result<(Vec<Control>, Date), Error> {
    let (report, today, since) = match &args.report {
        Some(path) => {
            let today = environment::today(args.source.connection.now);
            // A report does not know what was attested since.
            (look::saved(path)?, today, config.map(|config| config.attestations).unwrap_or_default())
        }
        None => {
            let look::Look { job, run, today } = look::scan(&args.source, &args.catalog.controls, config)?;
            (Report::of(&job, run, true), today, Vec::new())
        }
    };
    let mut controls = report.controls;
    controls.retain(|control| {
        let signed = newest(since.iter().filter(|one| same_name(&one.control, &control.id)), today);
        let is_attested =
            |one: &Located<Attestation>| counts(Some(one.on), valid_until(one, control.attest_for), today);
        control.status == Status::Manual && !control.is_not_applicable() && !signed.is_some_and(is_attested)
    });
    Ok((controls, today))
}

/// What a person has to know to answer: the control, why a person is asked, and what to click.
fn introduction(control: &Control, number: usize, count: usize) -> String {
    let mut page = Page::new(environment::style());
    let line = |text: &str| text::line(text, LINE_COLUMNS);
    page.gap();
    let lead = format!("[{number} of {count}] {}", line(&control.id));
    page.entry(0, Tone::Heading, &lead, &format!("{} ({})", line(&control.title), control.level.label()));
    page.entry(2, Tone::Label, "why a person:", &line(&control.reason));
    for finding in control.findings.iter().take(MOST_FINDINGS) {
        page.entry(2, Tone::Label, "seen:", &line(&finding.sentence()));
    }
    if let Some(more @ 1..) = control.findings.len().checked_sub(MOST_FINDINGS) {
        page.text(2, &format!("… and {more} more (all of them in the JSON report of a scan)"));
    }
    for remark in &control.context {
        page.entry(2, Tone::Label, "known:", &line(remark));
    }
    explain::steps(&mut page, &control.remediation);
    page.finish()
}

/// One session at the terminal.
struct Round {
    target: Target,
    today: Date,
    /// Who answered last: most probably who answers next.
    by: Option<String>,
    dialogue: Dialogue,
    recorded: usize,
    skipped: usize,
}

impl Round {
    fn attest(&mut self, control: &Control) -> Result<(), Stop> {
        let today = self.today;
        let dialogue = &mut self.dialogue;
        let result =
            match dialogue.ask("Is the requirement met? pass, fail, n/a, skip or quit", None, choice)? {
                Choice::Attest(result) => result,
                Choice::Skip => {
                    self.skipped += 1;
                    return Ok(());
                }
                Choice::Quit => return Err(Stop::Quit),
            };
        let by = dialogue.ask("Seen by", self.by.as_deref(), required("a name"))?;
        let evidence = dialogue.ask("Evidence, such as a link (may be empty)", None, optional)?;
        let expires = dialogue.ask("Valid for, or until", Some(&usual(control.attest_for)), |text| {
            let expires = parse_expiry(text, today, today).map_err(|error| error.to_string())?;
            match limit_of(today, control.attest_for).filter(|limit| *limit < expires) {
                Some(limit) => {
                    Err(format!("it is valid for {} days at most, until {limit}", control.attest_for))
                }
                None => Ok(expires),
            }
        })?;
        let note = match result {
            Attested::NotApplicable => {
                dialogue.ask("Why it does not apply", None, required("a note")).map(Some)?
            }
            Attested::Pass | Attested::Fail => dialogue.ask("Note (may be empty)", None, optional)?,
        };
        self.by = Some(by.clone());
        let new = Attestation {
            control: control.id.clone(),
            result,
            by,
            on: today,
            expires,
            evidence,
            evidence_file: None,
            note,
        };
        let done = record(&self.target, new).map_err(Error::from)?;
        self.recorded += 1;
        print(&format!("{}\n", text::line(&done, LINE_COLUMNS)))?;
        Ok(())
    }

    fn farewell(&self, count: usize) -> String {
        let left = count - self.recorded - self.skipped;
        let resume = if left + self.skipped > 0 { "; run it again to go on with the rest" } else { "" };
        format!("\n{} recorded, {} skipped, {left} left{resume}\n", self.recorded, self.skipped)
    }
}

/// What a person says about a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Attest(Attested),
    Skip,
    Quit,
}

fn choice(text: &str) -> Result<Choice, String> {
    match fold(text).as_ref() {
        "p" | "pass" => Ok(Choice::Attest(Attested::Pass)),
        "f" | "fail" => Ok(Choice::Attest(Attested::Fail)),
        "n" | "n/a" => Ok(Choice::Attest(Attested::NotApplicable)),
        "s" | "skip" => Ok(Choice::Skip),
        "q" | "quit" => Ok(Choice::Quit),
        _ => Err("answer pass, fail, n/a, skip or quit, or their first letter".to_owned()),
    }
}
