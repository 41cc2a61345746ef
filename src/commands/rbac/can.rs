//! `rbac can`: whether a teammate may do something, for scripts and hooks.

use std::sync::Arc;

use crate::cli::{AnswerFormat, CanArgs};
use crate::commands::destinations::print;
use crate::commands::plan::STALE_AFTER_DAYS;
use crate::commands::source::Source;
use crate::commands::{configuration, given, terminal};
use crate::error::Error;
use crate::exit::Exit;
use crate::facts::Settings;
use crate::rbac::can::{CanError, can, json, policy, sentence};
use crate::report::RenderError;
use crate::snapshot::collect::ReadScope;

/// Asks the policy about one teammate and one action. A live workspace is asked who its teammates are, and no more.
///
/// # Errors
/// When the policy, the person or the role cannot be resolved, or the teammates cannot be read.
pub(super) fn run(args: &CanArgs) -> Result<Exit, Error> {
    let progress = terminal::progress();
    let config = configuration::load(&args.config, &progress)?;
    let config = policy(config.as_ref())?;
    let roster = given::roster(&args.roster)?;
    if let Some(roster) = &roster {
        if !roster.has_provider() {
            return Err(CanError::NotTheProvider.into());
        }
        for notice in given::notices(roster) {
            progress.message(&format!("warning: {notice}"));
        }
    }
    let settings =
        Settings { rbac: config.rbac.clone(), roster: roster.map(Arc::new), ..Settings::default() };
    let from = &args.source;
    let source = Source::open(from.snapshot.as_deref(), from.demo, &from.connection, Some(config))?;
    let source = source.reaching(ReadScope::Teammates);
    let ranges = source.ranges(&from.connection, Some(config), STALE_AFTER_DAYS)?;
    let (facts, outcomes) = source.read(settings, &ranges, &progress)?;
    for warning in &outcomes.warnings {
        progress.message(&format!("warning: {warning}"));
    }
    let answer = can(&facts, config, &args.who, args.action.into())?;
    print(&match args.answer.format {
        AnswerFormat::Table => sentence(&answer, terminal::style()),
        AnswerFormat::Json => {
            json(&answer, facts.value("workspace.id").as_str()).map_err(RenderError::from)?
        }
    })?;
    Ok(if answer.allowed { Exit::Success } else { Exit::Violation })
}
