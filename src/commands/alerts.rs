//! Alerts: from the configuration to receivers that can be sent to, and `alert test`.

use std::env;

use jiff::Timestamp;

use super::destinations::print;
use super::environment;
use super::resolve::inputs;
use crate::alert::{self, AlertDestination, Delivery};
use crate::casefold::same_name;
use crate::cli::AlertTestArgs;
use crate::config::Config;
use crate::controls::Catalog;
use crate::error::Error;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::store::{Outbox, Store};
use crate::text::terminal;
use crate::toml_document::{Located, Problem, closest, excerpt};

/// The destinations of the configuration, with their addresses and secrets.
///
/// # Errors
/// When one of these is missing, or an alert is about a control that does not exist.
pub(super) fn open(
    config: Option<&Config>,
    catalog: &Catalog,
    progress: &Progress,
) -> Result<Vec<AlertDestination>, Error> {
    let Some(config) = config else { return Ok(Vec::new()) };
    let mut unknown = Vec::new();
    for Located { value, line } in config.alerts.iter().flat_map(|alert| &alert.controls) {
        if let Err(error) = catalog.find(value) {
            let message = format!("there is no control `{}`", error.id);
            let path = config.path.clone();
            unknown.push(Problem { path, line: *line, message, suggestion: error.suggestion });
        }
    }
    if !unknown.is_empty() {
        return Err(Error::Parameters(unknown.into()));
    }
    let mut warn = |warning: String| progress.warn(warning);
    Ok(AlertDestination::open_all(&config.alerts, &|name| env::var_os(name), &mut warn)?)
}

/// Sends what waits in the store, and warns of what was not accepted.
pub(super) fn deliver(
    store: &Store,
    outbox: &Outbox,
    destinations: &[AlertDestination],
    at: Timestamp,
    progress: &Progress,
) {
    let work = async { Ok(alert::deliver(store, outbox, destinations, at, &environment::clock).await) };
    match environment::drive(work) {
        Ok(deliveries) => deliveries.iter().filter_map(warning).for_each(|warning| progress.warn(warning)),
        Err(error) => progress.warn(error),
    }
}

fn warning(Delivery { name, failure, waiting }: &Delivery<'_>) -> Option<String> {
    let failure = failure.as_ref()?;
    let waiting = match waiting {
        0 => String::new(),
        1 => " 1 message waits for the next run.".to_owned(),
        _ => format!(" {waiting} messages wait for the next run."),
    };
    Some(format!("Alert \"{}\" was not accepted: {failure}.{waiting}", terminal(name)))
}

/// Sends a test to every receiver, or to one.
///
/// # Errors
/// When there is none, or its address or secret is missing.
pub(super) fn test(args: &AlertTestArgs) -> Result<Exit, Error> {
    let progress = environment::progress();
    let config = inputs::load(&args.config, &progress)?;
    let (catalog, _) = inputs::rules(&[], config.as_ref())?;
    let mut destinations = open(config.as_ref(), &catalog, &progress)?;
    if let Some(name) = &args.name {
        let known: Vec<_> = destinations.iter().map(|one| one.alert.name.clone()).collect();
        destinations.retain(|one| same_name(&one.alert.name, name));
        if destinations.is_empty() && !known.is_empty() {
            let suggestion = closest(name, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(Error::NoSuchAlert { name: excerpt(name), suggestion });
        }
    }
    if destinations.is_empty() {
        return Err(Error::NoAlerts);
    }
    let store = inputs::store(args.store.as_deref(), config.as_ref());
    let mut store = store.map(|path| Store::open(&path)).transpose()?;
    let pinned = inputs::pinned(config.as_ref());
    let (mut exit, mut unrecorded) = (Exit::Success, false);
    for destination in &destinations {
        let (name, at) = (&destination.alert.name, environment::clock());
        let Some(message) = alert::test_message(name, at) else { continue };
        let sent = environment::drive(async { Ok(alert::send_test(destination, &message, at).await) })?;
        match (&sent, &mut store) {
            (Ok(()), Some(store)) => unrecorded |= !store.keep_test(pinned, &message, at)?,
            (Ok(()), None) => {}
            (Err(_), _) => exit = Exit::Incomplete,
        }
        let outcome =
            sent.map_or_else(|failure| format!("not accepted: {failure}"), |()| "accepted".to_owned());
        print(&format!("{}: {outcome}\n", terminal(name)))?;
    }
    if unrecorded {
        progress.warn("The test is not recorded: set id in [workspace], since the store holds no run, or several workspaces.");
    }
    Ok(exit)
}
