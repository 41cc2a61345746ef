//! Whether what is written is redacted, and with which key.

use std::env;

use crate::cli::RedactArgs;
use crate::config::Config;
use crate::controls::Catalog;
use crate::error::Error;
use crate::progress::Progress;
use crate::redact::{Key, Redactor};

/// The control that knows names of functions in addresses, and its parameter.
const FUNCTIONS: (&str, &str) = ("E2", "generic_names");

/// The redactor of a report; none where nothing is redacted. It is the same one for a scan and for a saved report.
///
/// # Errors
/// When the key is not usable.
pub(super) fn of_report(args: &RedactArgs, progress: &Progress) -> Result<Option<Redactor>, Error> {
    redactor(args, None, progress)
}

/// The redactor of a snapshot; none where nothing is redacted. What the configuration calls a function stays, too.
///
/// # Errors
/// When the key is not usable.
pub(super) fn of_snapshot(
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
    let (control, param) = FUNCTIONS;
    let mut functions = Catalog::load(&[])?.param_texts(control, param).unwrap_or_default();
    let configured = config.and_then(|config| config.params.get(control)?.get(param));
    if let Some(names) = configured.and_then(|names| names.value.as_array()) {
        functions.extend(names.iter().filter_map(|name| name.as_str().map(str::to_owned)));
    }
    Ok(Some(Redactor::new(key(args, progress)?, functions)))
}

/// The key of the file, else of the environment, else one for this run alone.
fn key(args: &RedactArgs, progress: &Progress) -> Result<Key, Error> {
    if let Some(path) = &args.redact_key_file {
        let (key, warning) = Key::from_file(path)?;
        if let Some(warning) = warning {
            progress.message(&format!("warning: {warning}"));
        }
        return Ok(key);
    }
    if let Some(secret) = env::var_os("INTERCOM_HARDEN_REDACT_KEY") {
        return Ok(Key::new(secret.as_encoded_bytes())?);
    }
    progress.message(
        "note: no redaction key is set, so these pseudonyms can be compared with no others \
         (INTERCOM_HARDEN_REDACT_KEY or --redact-key-file)",
    );
    Ok(Key::random()?)
}
