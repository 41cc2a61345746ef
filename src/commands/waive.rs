//! `waive`: a decision to live with a finding for a while, written into the configuration.

use super::resolve::inputs;
use super::{environment, look};
use crate::cli::WaiveArgs;
use crate::config::Waiver;
use crate::edit::{Entry, Target, outlook};
use crate::error::Error;
use crate::exit::Exit;
use crate::time::parse_expiry;
use crate::verdict;

/// Adds the waiver.
///
/// # Errors
/// When no control has the id, the waiver would be over already, or the configuration cannot be edited.
pub(super) fn run(args: &WaiveArgs) -> Result<Exit, Error> {
    let target = Target::new(args.target.config.as_deref());
    let config = target.load()?;
    let (catalog, _) = inputs::rules(&args.catalog.controls, config.as_ref())?;
    let control = catalog.find(&args.id)?.control.id.clone();
    let today = environment::today(args.now);
    let expires = parse_expiry(&args.expires, today, today)
        .map_err(|source| Error::Time { option: "--expires", source })?;
    let scope = match (&args.subject, &args.event) {
        (Some(subject), _) => format!(" for {subject}"),
        (None, Some(event)) => format!(" for the event {event}"),
        (None, None) => String::new(),
    };
    let done = format!("{}: {control} is waived{scope} until {expires}", target.path().display());
    let report = args.report.as_deref().map(look::saved).transpose()?;
    let waiver =
        verdict::Waiver { reason: args.reason.clone(), by: args.by.clone(), on: Some(today), expires };
    let new = Waiver { control, subject: args.subject.clone(), event: args.event.clone(), waiver };
    let doubts = outlook::of_waiver(&new, report.as_ref());
    target.append(&[Entry::from(new)])?;
    let progress = environment::messages();
    std::iter::once(&done).chain(&doubts).for_each(|line| progress.message(line));
    Ok(Exit::Success)
}
