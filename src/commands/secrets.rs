//! What keeps the token where it belongs, from the first instruction on.

use std::env;

use super::heartbeat;
use crate::error::Error;
use crate::secret::{Secret, hide_tokens};
use crate::standard_error;

/// The variable with the access token.
pub(super) const TOKEN: &str = "INTERCOM_ACCESS_TOKEN";

/// The fewest characters of the variable that cannot be in the command line by chance.
const TELLING: usize = 16;

/// Switches memory dumps off where the system allows, and hides the token of the environment in every message.
pub(crate) fn guard() {
    refuse_dumps();
    if let Some(secret) = known(0) {
        standard_error::add_filter(move |line| secret.hide(line).into_owned());
    }
}

/// Refuses a command line with a token in it, which other users can read, and which would be written into files.
///
/// # Errors
/// Where there is one.
pub(crate) fn inspect_command_line() -> Result<(), Error> {
    let known = known(TELLING);
    let shows_token = env::args_os().skip(1).any(|word| {
        let word = word.to_string_lossy();
        hide_tokens(&word) != word || known.as_ref().is_some_and(|known| known.hide(&word) != word)
    });
    if !shows_token {
        return Ok(());
    }
    let error = Error::TokenInCommandLine;
    heartbeat::never_started(&error.to_string());
    Err(error)
}

/// The token of the environment, where it has so many characters.
fn known(fewest: usize) -> Option<Secret> {
    let token = env::var_os(TOKEN).filter(|token| token.len() >= fewest)?;
    Some(Secret::new(&token.to_string_lossy()))
}

#[cfg(unix)]
fn refuse_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // What the system refuses here is not worth ending the program for.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // Crash reporters take dumps whatever the limit is; this keeps them and debuggers of other programs away.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(not(unix))]
fn refuse_dumps() {}
