//! Runs the built program against servers that answer, or misbehave, as Intercom's API does.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage up ought to fail at once")]
#![expect(clippy::disallowed_methods, reason = "tests may ask the standard library what they expect")]

/// Attestations, waivers and baselines.
mod adjustments;
/// The source itself: what stands in one place only.
mod architecture;
/// The GitHub Action, and the examples for CI systems.
mod ci;
/// The configuration, found or named.
mod config;
/// The JSON Schema of the report.
mod contract;
/// Control files and the `controls` commands.
mod controls;
/// The built-in sample workspace.
mod demo;
/// The program against the rules written a second time.
mod differential;
/// What `doctor` says, problem by problem.
mod doctor;
/// Every command that a document shows.
mod documents;
/// What adds to the configuration.
mod editing;
/// What the gate judges, and what a saved report says of it.
mod gate;
/// Workspaces from a seed.
mod generated;
/// Servers that fail, lie or stall.
mod hostile_server;
/// Questions and answers on a terminal.
#[cfg(unix)]
mod interactive;
/// A mock of Intercom's API.
mod intercom;
/// Signals while a workspace is read.
#[cfg(unix)]
mod interrupt;
/// How the program is put together.
mod layers;
/// Options of every command, files by their names, and what other tools call things.
mod manners;
/// The rules of the catalog a second time.
mod oracle;
/// Reports in files, hostile strings in reports.
mod output;
/// The workspace that a configuration and a baseline are for.
mod pin;
/// Runs the built binary in a scrubbed environment.
mod program;
/// Files that attestations name as proof.
mod proof;
/// Roles that are declared, and problems with access.
mod rbac;
/// The README against the program.
mod readme;
/// Pseudonyms in the place of people and addresses.
mod redact;
/// Regions and origins.
mod region;
/// Saved reports in any format, and grouped ones.
mod render;
/// A scan of a snapshot against a scan of the workspace.
mod replay;
/// What a scan printed, control by control.
mod report;
/// Reviewed events.
mod reviews;
/// Teammates against the identity provider's roster and the declared policy.
mod roster;
mod roster_cases;
/// What vendors export, through the program.
mod roster_files;
/// The identity provider's metadata and certificates.
mod saml;
/// The sample workspace of `--demo`, and its generator.
mod sample;
/// Shapes recorded from a live workspace.
mod samples;
/// Whole scans: requests, report, options.
mod scan;
/// Missing scopes and failing sources.
mod scopes;
/// The mock on a loopback port, and how it may break off, never end, or trickle.
mod server;
/// Snapshots as files: how they are written, and which are refused.
mod snapshot;
/// A configuration to start from.
mod starter;
/// The summary, the default format.
mod summary;
/// Where the token comes from.
mod token;
/// What was not understood, what broke off, and whose clock is right.
mod understood;
/// A log that moves between requests.
mod unsteady;
/// What a workspace shows, control by control.
mod verdicts;
/// Who events are put down to.
mod who;
/// Workspaces for tests.
mod workspace;
