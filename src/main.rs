//! A *token* makes a `Client`; the client collects a snapshot, record by record (what the API
//! answered, source by source, with how each ended); the records yield `Facts` (named values and
//! tables); the `Catalog` of controls is evaluated over the facts into `Verdict`s; attestations and
//! waivers are laid over them; the `Report` is rendered, and decides the `Exit`.

#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests may ask the standard library what they expect")
)]

mod cli;
mod commands;

mod config;

mod api;
mod event_type;
mod snapshot;
mod sources;

mod directory;
mod saml;

mod facts;

mod expression;

mod controls;

mod assessment;
mod checks;
mod verdict;

mod adjust;

mod scan;

mod doctor;
mod edit;

mod rbac;
mod redact;

mod posture;
mod report;

mod terminal;

mod toml_document;

mod address;
mod atomic_file;
mod bounded_file;
mod casefold;
mod digest;
mod error;
mod exit;
mod hint;
mod level;
mod progress;
mod region;
mod sentence;
mod text;
mod time;
mod warning;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let command_line = match cli::Cli::try_parse() {
        Ok(command_line) => command_line,
        Err(answer) => return commands::answer(&answer).into(),
    };
    match commands::run(command_line) {
        Ok(exit) => exit.into(),
        Err(error) => {
            commands::complain(&error);
            error.exit().into()
        }
    }
}
