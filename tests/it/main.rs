//! Runs the built program against servers that answer, or misbehave, as Intercom's API does.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage up ought to fail at once")]
#![expect(clippy::disallowed_methods, reason = "tests may ask the standard library what they expect")]

/// Attestations, waivers and baselines.
mod adjustments;
/// What `doctor` says against what `scan` does.
mod agreement;
/// Messages about what is new, and their receivers.
mod alerts;
/// Rules of the source.
mod architecture;
/// The GitHub Action, and the examples for CI systems.
mod cases;

mod ci;
/// The configuration, found or named.
mod config;
/// Proxies and trusted certificates, as the environment names them.
mod connection;
/// The JSON Schema of the report.
mod contract;
/// Control files and the `controls` commands.
mod controls;
/// The built-in sample workspace.
mod demo;
/// What changed between two reports.
mod diff;
/// The program compared with a second implementation of the rules.
mod differential;
/// `doctor`, problem by problem.
mod doctor;
/// Every command that a document shows.
mod documents;
/// Commands that add to the configuration.
mod editing;
/// Each source with each fault of a server.
mod faults;
/// Every text of a saved report in every format.
mod fields;
/// What the gate judges, and the gate of saved reports.
mod gate;
/// Pages, schemas and scripts that the program writes about itself.
mod generate;
/// Workspaces from a seed.
mod generated;
/// The store of earlier scans, and what it answers.
mod history;
/// Servers that fail, lie or stall.
mod hostile_server;
/// Questions and answers on a terminal.
#[cfg(unix)]
mod interactive;
/// A mock of Intercom's API.
mod intercom;
/// Signals, and what a killed program leaves behind.
#[cfg(unix)]
mod interrupt;
/// What a killed program leaves in a store.
#[cfg(unix)]
mod killed;
/// Dependencies between modules.
mod layers;
/// The forms in which a secret may show.
mod leak;
/// Metrics, the heartbeat, and `watch`.
mod liveness;
/// Options of every command, files by their names, and what other tools call things.
mod manners;
/// Memory in proportion to answers and files.
mod memory;
/// Control 4.1 by what a store shows.
mod monitoring;
/// The second implementation of the rules.
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
/// A receiver of what is sent to addresses of the user's own.
mod receiver;
/// Pseudonyms instead of people and addresses.
mod redact;
/// Regions and origins.
mod region;
/// Saved reports in any format, and grouped ones.
mod render;
/// A scan of a snapshot compared with a scan of the workspace.
mod replay;
/// A printed report, control by control.
mod report;
/// Reviewed events.
mod reviews;
/// Teammates compared with directory exports (rosters) and the declared policy.
mod roster;
mod roster_cases;
/// Directory exports (rosters) of vendors.
mod roster_files;
mod roster_vendors;
/// What a run came to.
mod run;
/// The identity provider's metadata and certificates.
mod saml;
/// The sample workspace of `--demo`, and its generator.
mod sample;
/// Shapes recorded from a live workspace.
mod samples;
/// Whole scans: requests, report, options.
mod scan;
/// What starts a scan regularly.
mod schedules;
/// Missing scopes and failing sources.
mod scopes;
/// Tokens in wrong places and in answers, and memory dumps.
mod secrets;
/// The mock on a loopback port, over TLS and HTTP/2 too, with truncated, endless and slow answers.
mod server;
/// Snapshot files: writing and refusing.
mod snapshot;
/// A configuration to start from.
mod starter;
/// The store as a file.
mod store;
/// The summary, the default format.
mod summary;
/// Where the token comes from.
mod token;
/// Unreadable data, refusals midway, and clocks.
mod understood;
/// A log that grows between requests.
mod unsteady;
/// Verdicts, control by control.
mod verdicts;
/// A week of hourly scans.
mod week;
/// The people of events.
mod who;
/// The words that the project does without.
mod words;
/// Workspaces for tests.
mod workspace;
