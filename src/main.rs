//! A *target* (workspace, region, token) makes a `Client`; the client streams what the API answers, source by source, with
//! how each ended; the stream yields `Facts` (named values and tables); the `Catalog` of controls is evaluated over the
//! facts into `Verdict`s; attestations, waivers and a baseline adjust them into `Assessment`s; the `Report` is rendered,
//! and decides the `Exit`.
//!
//! Each module uses those listed before it, and none after it.

#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests may ask the standard library what they expect")
)]

mod atomic_file;
mod bounded_file;
mod casefold;
mod event_type;
mod exit;
mod hint;
mod level;
mod sentence;
mod text;
mod time;
mod toml_document;

mod address;
mod digest;
mod progress;
mod region;

mod warning;

mod sources;
mod verdict;

mod config;
mod directory;
mod saml;

mod api;
mod snapshot;

mod facts;
mod posture;

mod assessment;
mod checks;
mod controls;
mod expression;

mod redact;
mod report;
mod terminal;

mod adjust;
mod scan;

mod doctor;
mod edit;
mod rbac;

mod cli;
mod commands;
mod error;

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
