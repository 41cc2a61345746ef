//! `rbac diagnose`: which of four troubles with access is at hand.

use crate::api::error::ApiError;
use crate::cli::{AnswerFormat, DiagnoseArgs};
use crate::commands::destinations::print;
use crate::commands::plan::{self, Plan};
use crate::commands::source::Source;
use crate::commands::{configuration, terminal};
use crate::config::Config;
use crate::error::Error;
use crate::exit::Exit;
use crate::facts::Settings;
use crate::progress::Progress;
use crate::rbac::diagnose::{Diagnosis, Situation, TOKEN_TYPES, render_json, render_table};
use crate::report::RenderError;
use crate::snapshot::collect::{CollectError, ReadScope};

/// How many days without an event are odd, where no control says so.
const MAX_SILENCE_DAYS: f64 = 7.0;

/// Reads the workspace and its log, and says what is at hand.
///
/// # Errors
/// When configuration or options are wrong, or the workspace cannot be read for another reason than its token.
pub(super) fn run(args: &DiagnoseArgs) -> Result<Exit, Error> {
    let progress = terminal::progress();
    let config = configuration::load(&args.config, &progress)?;
    let diagnosis = diagnose(args, config.as_ref(), &progress)?;
    print(&match args.answer.format {
        AnswerFormat::Table => render_table(&diagnosis, terminal::style()),
        AnswerFormat::Json => render_json(&diagnosis).map_err(RenderError::from)?,
    })?;
    Ok(diagnosis.exit())
}

fn diagnose(
    args: &DiagnoseArgs,
    config: Option<&Config>,
    progress: &std::sync::Arc<Progress>,
) -> Result<Diagnosis, Error> {
    let plan = Plan::new(&[], plan::everything(config), config)?;
    let max_silence = plan.catalog.param("4.1", "max_silence").and_then(serde_json::Value::as_f64);
    let from = &args.source;
    let source = Source::open(from.snapshot.as_deref(), from.demo, &from.connection, config)?;
    let source = source.reaching(ReadScope::Log);
    let ranges = source.ranges(&from.connection, config, plan.stale_after_days)?;
    let event_types = TOKEN_TYPES.map(str::to_owned).into();
    let settings = Settings { event_types, ..plan.settings };
    let (facts, outcomes) = match source.read(settings, &ranges, progress) {
        Ok(read) => read,
        Err(error) => {
            progress.finish();
            return refused(error);
        }
    };
    for warning in &outcomes.warnings {
        progress.message(&format!("warning: {warning}"));
    }
    Ok(Diagnosis::of(&Situation {
        facts: &facts,
        outcomes: &outcomes,
        config,
        max_silence: max_silence.unwrap_or(MAX_SILENCE_DAYS),
    }))
}

/// A token that opens nothing is one of the cases; any other failure is one.
fn refused(error: Error) -> Result<Diagnosis, Error> {
    match error {
        Error::Collect(collect) => match *collect {
            CollectError::BadToken(ApiError::Unauthorized(answer)) => {
                Ok(Diagnosis::of_refused_token(&answer.to_string()))
            }
            other => Err(Error::Collect(Box::new(other))),
        },
        other => Err(other),
    }
}
