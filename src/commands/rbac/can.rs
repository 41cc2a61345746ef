//! `rbac can`: whether a teammate may do something, for scripts and hooks.

use crate::cli::{AnswerFormat, CanArgs};
use crate::commands::destinations::print;
use crate::commands::{environment, resolve, resolve::inputs};
use crate::error::Error;
use crate::exit::Exit;
use crate::rbac::can::{CanError, can, policy};
use crate::report::json_text;
use crate::scan::Run;
use crate::snapshot::collect::ReadScope;

/// Asks the policy about one teammate and one action. A live workspace is asked who its teammates are, and no more.
///
/// # Errors
/// When the policy, the person or the role cannot be resolved, or the teammates cannot be read.
pub(super) fn run(args: &CanArgs) -> Result<Exit, Error> {
    let progress = environment::progress();
    let config = inputs::load(&args.config, &progress)?;
    policy(config.as_ref())?;
    let mut resolved = resolve::job(&args.source, &[], &args.roster, None, config)?;
    resolved.job.scope = ReadScope::Teammates;
    if resolved.job.settings.roster.as_ref().is_some_and(|roster| !roster.has_provider()) {
        return Err(CanError::NotTheProvider.into());
    }
    let Run { facts, warnings, .. } = resolved.run(&progress)?;
    for warning in &warnings {
        progress.warn(warning);
    }
    let answer = can(&facts, policy(resolved.job.config.as_ref())?, &args.who, args.action)?;
    print(&match args.answer.format {
        AnswerFormat::Table => answer.sentence(environment::style()),
        AnswerFormat::Json => json_text(&answer).map_err(Error::Stdout)?,
    })?;
    Ok(if answer.allowed { Exit::Success } else { Exit::Violation })
}
