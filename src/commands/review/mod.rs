//! `review`: events that a person looked at, written into the configuration.

use jiff::civil::Date;

use super::{environment, look};
use crate::cli::ReviewArgs;
use crate::config::{Config, Reviewed};
use crate::edit::{Entry, Target, outlook};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::Report;
use crate::verdict::Review;

mod interactive;

/// Adds the reviews, or asks for one after the other.
///
/// # Errors
/// When the day lies ahead, or the configuration cannot be edited.
pub(super) fn run(args: &ReviewArgs) -> Result<Exit, Error> {
    match &args.by {
        Some(by) if !args.interactive => review(args, by),
        _ => interactive::run(args),
    }
}

fn review(args: &ReviewArgs, by: &str) -> Result<Exit, Error> {
    let target = Target::new(args.target.config.as_deref());
    let config = target.load()?;
    let on = day(args)?;
    let report = report(args, config.as_ref())?;
    let progress = environment::messages();
    let (mut entries, mut told) = (Vec::<Reviewed>::new(), Vec::new());
    for event in &args.events {
        let review = Review { by: by.to_owned(), on, note: args.note.clone() };
        let new = Reviewed { event: event.clone(), review };
        if entries.iter().any(|known| known.event == new.event) {
            continue;
        }
        if let Some(line) = reviewed(config.as_ref(), event) {
            told.push(format!("{}:{line}: {event} is reviewed already", target.path().display()));
            continue;
        }
        told.push(done(&target, &new));
        told.extend(outlook::of_review(&new, report.as_ref()));
        entries.push(new);
    }
    if !entries.is_empty() {
        target.append(&entries.into_iter().map(Entry::from).collect::<Vec<_>>())?;
    }
    told.iter().for_each(|line| progress.message(line));
    Ok(Exit::Success)
}

/// The day from which the reviews count.
fn day(args: &ReviewArgs) -> Result<Date, Error> {
    look::day_seen(args.on.as_deref(), environment::today(args.source.connection.now))
}

/// What the events are checked against: a report, or a scan of the sample or of a snapshot.
fn report(args: &ReviewArgs, config: Option<&Config>) -> Result<Option<Report>, Error> {
    match &args.report {
        Some(path) => look::saved(path).map(Some),
        None if args.source.demo || args.source.snapshot.is_some() => scan(args, config).map(Some),
        None => Ok(None),
    }
}

fn scan(args: &ReviewArgs, config: Option<&Config>) -> Result<Report, Error> {
    let look::Look { job, run, .. } = look::scan(&args.source, &args.catalog.controls, config.cloned())?;
    Ok(Report::of(&job, run, true))
}

/// The line of the review of an event.
fn reviewed(config: Option<&Config>, event: &str) -> Option<usize> {
    config?.reviewed.iter().find(|review| review.event == event).map(|review| review.line)
}

fn done(target: &Target, new: &Reviewed) -> String {
    format!("{}: {} is reviewed as of {}", target.path().display(), new.event, new.review.on)
}
