//! Questions on a terminal, line by line, that Ctrl-C can end at any time.

use std::io::{BufRead as _, Read as _, stdin};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::destinations::print;
use super::signals;
use crate::cli::one_line;
use crate::error::Error;
use crate::exit::Exit;
use crate::text;

/// The longest line that is taken in, in bytes.
const LONGEST_LINE: u64 = 64 << 10;

/// The longest line that is shown, in columns.
const LINE_COLUMNS: usize = 2_000;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Stop {
    /// The input ended, or the person wants to stop here.
    Quit,
    /// Ctrl-C.
    Interrupted,
    /// It could not go on.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Takes an answer that may be empty.
pub(super) fn optional(text: &str) -> Result<Option<String>, String> {
    match text {
        "" => Ok(None),
        text => one_line(text).map(Some).map_err(str::to_owned),
    }
}

/// Takes an answer that has to be there.
pub(super) fn required(what: &'static str) -> impl Fn(&str) -> Result<String, String> {
    move |text| one_line(text).map_err(|why| format!("{what} is needed: {why}"))
}

/// Goes through all, one by one, until the person stops.
///
/// # Errors
/// What kept it from going on.
pub(super) fn each<T>(all: &[T], mut one: impl FnMut(usize, &T) -> Result<(), Stop>) -> Result<Exit, Error> {
    for (number, item) in (1..).zip(all) {
        match one(number, item) {
            Ok(()) => {}
            Err(Stop::Quit) => break,
            Err(Stop::Interrupted) => return Ok(Exit::Incomplete),
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
    Ok(Exit::Success)
}

/// A person at a terminal.
pub(super) struct Dialogue {
    heard: Receiver<Heard>,
}

/// What a person does at a terminal.
enum Heard {
    Line(String),
    /// The input ended.
    End,
    CtrlC,
}

impl Dialogue {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the system has no resources for it.
    pub(super) fn start() -> Result<Self, Error> {
        let (sender, heard) = channel();
        let interrupted = sender.clone();
        signals::answer_interrupt(move || interrupted.send(Heard::CtrlC).is_ok());
        let listen = move || {
            let mut input = stdin().lock();
            loop {
                let mut line = Vec::new();
                match input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
                    Ok(1..) => drop(sender.send(Heard::Line(String::from_utf8_lossy(&line).into_owned()))),
                    _ => return drop(sender.send(Heard::End)),
                }
            }
        };
        let start = |source| Error::Start { what: "the dialogue", source };
        thread::Builder::new().spawn(listen).map_err(start)?;
        Ok(Self { heard })
    }

    /// Asks until `read` makes sense of the answer; the default, if any, stands for an empty one.
    ///
    /// # Errors
    /// When the person stops, or standard output is gone.
    pub(super) fn ask<T>(
        &mut self,
        question: &str,
        default: Option<&str>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Stop> {
        let hint = default.map(|default| format!(" [{default}]")).unwrap_or_default();
        let prompt = text::line(&format!("{question}{hint}: "), LINE_COLUMNS);
        loop {
            print(&prompt)?;
            let line = self.line()?;
            let answer = match line.trim() {
                "" => default.unwrap_or_default(),
                answer => answer,
            };
            match read(answer) {
                Ok(answer) => return Ok(answer),
                Err(why) => print(&format!("  {}\n", text::line(&why, LINE_COLUMNS)))?,
            }
        }
    }

    fn line(&mut self) -> Result<String, Stop> {
        match self.heard.recv() {
            Ok(Heard::Line(line)) => Ok(line),
            Ok(Heard::CtrlC) => Err(Stop::Interrupted),
            Ok(Heard::End) | Err(_) => Err(Stop::Quit),
        }
    }
}
