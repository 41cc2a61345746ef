//! `rbac diagnose`: which of four problems with access there are.

use crate::api::error::ApiError;
use crate::cli::{AnswerFormat, DiagnoseArgs};
use crate::commands::destinations::print;
use crate::commands::{environment, resolve, resolve::inputs};
use crate::config::Config;
use crate::error::Error;
use crate::event_type::{EventKind, EventType};
use crate::exit::Exit;
use crate::progress::Progress;
use crate::rbac::diagnose::{Diagnosis, DiagnosisInput, table};
use crate::report::json_text;
use crate::scan::{Run, ScanError};
use crate::snapshot::collect::{CollectError, ReadScope};

/// Reads the workspace and its log, and says which problems there are.
///
/// # Errors
/// When configuration or options are wrong, or the workspace cannot be read for another reason than its token.
pub(super) fn run(args: &DiagnoseArgs) -> Result<Exit, Error> {
    let progress = environment::progress();
    let config = inputs::load(&args.config, &progress)?;
    let diagnosis = diagnose(args, config, &progress)?;
    print(&match args.answer.format {
        AnswerFormat::Table => table(&diagnosis, environment::style()),
        AnswerFormat::Json => json_text(&diagnosis).map_err(Error::Stdout)?,
    })?;
    Ok(diagnosis.exit)
}

fn diagnose(
    args: &DiagnoseArgs,
    config: Option<Config>,
    progress: &std::sync::Arc<Progress>,
) -> Result<Diagnosis, Error> {
    let mut resolved = resolve::job(&args.source, &[], &[], None, config)?;
    let job = &mut resolved.job;
    let max_silence = job.settings.facts.max_silence as f64;
    job.scope = ReadScope::Log;
    job.settings.event_types = EventType::of_kind(EventKind::Token).map(str::to_owned).collect();
    let Run { facts, outcomes, warnings, .. } = match resolved.run(progress) {
        Ok(run) => run,
        Err(error) => return refused(error),
    };
    for warning in &warnings {
        progress.warn(warning);
    }
    Ok(Diagnosis::of(&DiagnosisInput {
        facts: &facts,
        outcomes: &outcomes,
        config: resolved.job.config.as_ref(),
        max_silence,
    }))
}

/// A token that opens nothing is one of the problems; any other failure is an error.
fn refused(error: Error) -> Result<Diagnosis, Error> {
    match error {
        Error::Scan(ScanError::Collect(collect)) => match *collect {
            CollectError::BadToken(ApiError::Unauthorized(answer)) => {
                Ok(Diagnosis::of_refused_token(&answer.to_string()))
            }
            other => Err(ScanError::from(Box::new(other)).into()),
        },
        other => Err(other),
    }
}
