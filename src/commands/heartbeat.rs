//! The heartbeat of a scan: what watches it hears that it ran, or that it failed. What it does not hear of at all did not
//! run.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::resolve::redaction;
use super::{environment, signals};
use crate::confidential::Place;
use crate::error::Error;
use crate::exit::Exit;
use crate::http::{self, Address, SendError};
use crate::report::Report;
use crate::standard_error;

/// The variable with the path of the file.
const VARIABLE: &str = "INTERCOM_HARDEN_HEARTBEAT";
/// The option with the path of the file.
const OPTION: &str = "--heartbeat-file";
/// The commands that have a heartbeat.
const COMMANDS: [&str; 2] = ["scan", "watch"];

/// An address that hears of each scan.
#[derive(Clone)]
pub(super) struct Heartbeat(Address);

impl Heartbeat {
    /// Reads the address from the file that the option or the environment names, in that order; none where neither does.
    ///
    /// # Errors
    /// When there is no address in the file.
    pub(super) fn open(option: Option<&Path>) -> Result<Option<Self>, Error> {
        let variable = || env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        let Some(path) = option.map(Path::to_path_buf).or_else(variable) else { return Ok(None) };
        let lookup = |name: &str| env::var_os(name);
        let (address, warning) = Address::read("the heartbeat's address", &Place::File(path), &lookup)?;
        warning.iter().for_each(|warning| environment::messages().warn(warning));
        Ok(Some(Self(address)))
    }

    /// Says that a scan ran.
    fn alive(&self) {
        self.send(async { http::get(&self.0).await });
    }

    /// Says that a scan failed, and why, in a line.
    fn failed(&self, exit: Exit, why: &str) {
        let line = standard_error::fit(&format!("exit {}: {}", exit.code(), redaction::error(why)));
        let headers = [("content-type", "text/plain; charset=utf-8")];
        self.send(async { http::post(&self.0.below("fail"), &headers, line).await });
    }

    /// One that does not arrive changes nothing: what watches the scan misses it.
    fn send(&self, request: impl Future<Output = Result<(), SendError>>) {
        let sent = environment::drive(async { Ok(request.await) });
        let why = match sent {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        environment::messages().warn(format!("The heartbeat did not arrive: {why}."));
    }
}

/// Does the work of a scan, and says how it ended. A signal that ends it is a failure.
pub(super) fn around(
    heartbeat: Option<Heartbeat>,
    work: impl FnOnce() -> Result<Report, Error>,
) -> Result<Report, Error> {
    let Some(heartbeat) = heartbeat else { return work() };
    let at_signal = heartbeat.clone();
    let done = signals::with_last_words(move |why| at_signal.failed(Exit::Incomplete, why), work);
    match &done {
        Ok(report) if report.gate.exit_code == Exit::Incomplete => {
            let why = report.failures().next();
            let why = why.unwrap_or_else(|| "The list of teammates could not be read in full.".to_owned());
            heartbeat.failed(Exit::Incomplete, &why);
        }
        Ok(_) => heartbeat.alive(),
        Err(error) => {
            let problems = error.problems().map(ToString::to_string).unwrap_or_default();
            let first = problems.lines().next().map(|first| format!(": {}", first.trim()));
            heartbeat.failed(error.exit(), &format!("{error}{}", first.unwrap_or_default()));
        }
    }
    done
}

/// Says that a scan never started, since its command line is wrong.
pub(super) fn never_started(why: &str) {
    let words: Vec<OsString> = env::args_os().skip(1).collect();
    let is_command = |word: &OsString| COMMANDS.iter().any(|command| word == command);
    // The command is the first word that is neither an option nor the value of one.
    let mut before = OsString::new();
    let mut is_value = |word: &OsString| std::mem::replace(&mut before, word.clone()) == "--color";
    let mut apart = words.iter().filter(|word| !is_value(word) && !word.to_string_lossy().starts_with('-'));
    if !apart.next().is_some_and(is_command) {
        return;
    }
    // Where the file cannot be used either, what watches the scan misses it.
    if let Ok(Some(heartbeat)) = Heartbeat::open(option_in(&words).as_deref()) {
        let why = why.lines().next().unwrap_or_default();
        heartbeat.failed(Exit::Usage, why.strip_prefix("error: ").unwrap_or(why));
    }
}

/// The file that a command line names, which could not be taken apart as a whole.
fn option_in(words: &[OsString]) -> Option<PathBuf> {
    let joined = words.iter().find_map(|word| word.to_str()?.strip_prefix(OPTION)?.strip_prefix('='));
    let apart = || words.iter().skip_while(|word| *word != OPTION).nth(1);
    joined.map(PathBuf::from).or_else(|| apart().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_found_in_a_command_line_that_is_wrong() {
        let file = |words: &[&str]| option_in(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(file(&["scan", "--bad", "--heartbeat-file", "a b"]), Some("a b".into()));
        assert_eq!(file(&["scan", "--heartbeat-file=a=b", "--bad"]), Some("a=b".into()));
        for words in [&["scan"][..], &["scan", "--heartbeat-file"], &["scan", "--heartbeat-files=a"]] {
            assert_eq!(file(words), None, "{words:?}");
        }
    }
}
