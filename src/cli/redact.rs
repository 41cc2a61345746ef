//! The options of the commands that write what can be redacted.

use std::path::PathBuf;

use clap::Args;

/// Whether people and addresses are shown.
#[derive(Debug, Args)]
pub(crate) struct RedactArgs {
    /// Put pseudonyms in the place of e-mail addresses, names and network addresses; the key is in
    /// INTERCOM_HARDEN_REDACT_KEY, or else drawn for this run
    #[arg(long, help_heading = "Redaction")]
    pub redact: bool,
    /// Read the key of the pseudonyms from a file: the same key gives the same pseudonyms
    #[arg(long, value_name = "PATH", requires = "redact", help_heading = "Redaction")]
    pub redact_key_file: Option<PathBuf>,
}
