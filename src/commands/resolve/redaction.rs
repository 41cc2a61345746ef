//! Whether what is written is redacted, and with which key.

use std::borrow::Cow;
use std::env;
use std::sync::OnceLock;

use crate::cli::RedactArgs;
use crate::error::Error;
use crate::facts::FactSettings;
use crate::progress::Progress;
use crate::redact::{Key, Redactor};
use crate::sentence::Sentence;
use crate::standard_error;

/// The redactor of standard error.
static IN_FORCE: OnceLock<Redactor> = OnceLock::new();

/// The redactor of a report; none where nothing is redacted. It is the same one for a scan and for a saved report. From
/// now on, standard error is redacted too.
///
/// # Errors
/// When the key is not usable.
pub(in crate::commands) fn of_report(
    args: &RedactArgs,
    progress: &Progress,
) -> Result<Option<Redactor>, Error> {
    if !args.redact {
        return Ok(None);
    }
    let (key, notice) = key(args)?;
    let redactor = IN_FORCE.get_or_init(|| {
        let redactor = Redactor::new(key, FactSettings::declared().generic_names);
        let filter = redactor.clone();
        standard_error::add_filter(move |line| filter.line(line));
        redactor
    });
    if let Some(notice) = notice {
        progress.message(&notice);
    }
    Ok(Some(redactor.clone()))
}

/// A sentence, for standard error.
pub(in crate::commands) fn sentence(sentence: Sentence) -> String {
    match IN_FORCE.get() {
        Some(redactor) => redactor.sentence(sentence),
        None => sentence.to_string(),
    }
}

/// An error or its problems, for standard error.
pub(in crate::commands) fn error(error: &str) -> Cow<'_, str> {
    IN_FORCE.get().map_or(error.into(), |redactor| redactor.error(error).into())
}

/// The key of the file, else of the environment, else one for this run alone; with what is to be said about it.
fn key(args: &RedactArgs) -> Result<(Key, Option<String>), Error> {
    if let Some(path) = &args.redact_key_file {
        let (key, warning) = Key::from_file(path)?;
        return Ok((key, warning.map(|warning| format!("warning: {warning}"))));
    }
    if let Some(secret) = env::var_os("INTERCOM_HARDEN_REDACT_KEY") {
        return Ok((Key::new(secret.as_encoded_bytes())?, None));
    }
    let notice = "No redaction key is set, so these pseudonyms match those of no other report: set \
                  INTERCOM_HARDEN_REDACT_KEY, or use --redact-key-file.";
    Ok((Key::random()?, Some(notice.to_owned())))
}
