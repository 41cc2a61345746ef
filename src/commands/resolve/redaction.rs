//! Whether what is written is redacted, and with which key.

use std::env;

use super::inputs;
use crate::cli::RedactArgs;
use crate::config::Config;
use crate::error::Error;
use crate::facts::FactSettings;
use crate::progress::Progress;
use crate::redact::{Key, Redactor};

/// The redactor of a report; none where nothing is redacted. It is the same one for a scan and for a saved report.
///
/// # Errors
/// When the key is not usable.
pub(in crate::commands) fn of_report(
    args: &RedactArgs,
    progress: &Progress,
) -> Result<Option<Redactor>, Error> {
    redactor(args, None, progress)
}

/// The redactor of a snapshot; none where nothing is redacted. What the configuration calls a function stays, too.
///
/// # Errors
/// When the key is not usable.
pub(in crate::commands) fn of_snapshot(
    args: &RedactArgs,
    config: Option<&Config>,
    progress: &Progress,
) -> Result<Option<Redactor>, Error> {
    redactor(args, config, progress)
}

fn redactor(
    args: &RedactArgs,
    config: Option<&Config>,
    progress: &Progress,
) -> Result<Option<Redactor>, Error> {
    if !args.redact {
        return Ok(None);
    }
    let mut functions = FactSettings::declared().generic_names;
    if config.is_some() {
        functions.extend(inputs::facts(config)?.generic_names);
    }
    Ok(Some(Redactor::new(key(args, progress)?, functions)))
}

/// The key of the file, else of the environment, else one for this run alone.
fn key(args: &RedactArgs, progress: &Progress) -> Result<Key, Error> {
    if let Some(path) = &args.redact_key_file {
        let (key, warning) = Key::from_file(path)?;
        if let Some(warning) = warning {
            progress.warn(warning);
        }
        return Ok(key);
    }
    if let Some(secret) = env::var_os("INTERCOM_HARDEN_REDACT_KEY") {
        return Ok(Key::new(secret.as_encoded_bytes())?);
    }
    progress.message(
        "No redaction key is set, so these pseudonyms match those of no other report: set INTERCOM_HARDEN_REDACT_KEY, or \
         use --redact-key-file.",
    );
    Ok(Key::random()?)
}
