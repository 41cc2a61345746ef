//! A *target* (workspace, region, token) makes a `Client`; the client streams what the API answers, source by source, with
//! how each ended; the stream yields `Facts` (named values and tables); the `Catalog` of controls is evaluated over the
//! facts into `Verdict`s; attestations, waivers, reviews and a baseline adjust them into `Assessment`s; the `Report` is rendered,
//! and decides the `Exit`.
//!
//! Each module uses those of the groups listed before its own.

#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests may ask the standard library what they expect")
)]

mod atomic_file;
mod bounded_file;
mod bounded_json;
mod casefold;
mod characters;
mod event_type;
mod exit;
mod level;
mod secret;
mod sentence;
mod text;
mod time;

mod standard_error;

mod address;
mod digest;
mod evidence;
mod progress;
mod reason;
mod toml_document;

mod hint;

mod confidential;
mod region;
mod verdict;

mod warning;

mod config;
mod directory;
mod sources;
mod terminal;

mod api;
mod saml;

mod facts;
mod http;
mod snapshot;

mod expression;
mod posture;

mod checks;

mod controls;

mod assessment;

mod report;

mod diff;
mod schema;

mod adjust;
mod redact;
mod store;

mod alert;

mod scan;

mod doctor;
mod edit;
mod rbac;

mod cli;

mod error;

mod commands;

#[cfg(test)]
mod fuzz;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    commands::secrets::guard();
    let done = commands::secrets::inspect_command_line().and_then(|()| match cli::Cli::try_parse() {
        Ok(command_line) => commands::run(command_line),
        Err(answer) => Ok(commands::answer(&answer)),
    });
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            commands::complain(&error);
            error.exit().into()
        }
    }
}
