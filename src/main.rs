//! A *token* makes a `Client`; the client collects a `Snapshot` (what the API answered, source by
//! source, with how each ended); the snapshot yields `Facts` (named values and tables); the `Catalog`
//! of controls is evaluated over the facts into `Verdict`s; the `Report` is rendered, and decides the
//! `Exit`.

mod config;

mod api;
mod snapshot;

mod facts;

mod controls;
mod verdict;

mod report;

mod progress;
mod text;

mod exit;

fn main() {}
