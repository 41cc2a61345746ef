//! Runs the built program against servers that answer, or misbehave, as Intercom's API does.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage up ought to fail at once")]

/// The configuration, found or named.
mod config;
/// Control files and the `controls` commands.
mod controls;
/// The built-in sample workspace.
mod demo;
/// What `doctor` says, problem by problem.
mod doctor;
/// The remaining controls, status by status.
mod evidence;
/// A request as a server sees it, and the answer.
mod exchange;
/// The harness itself: the mock API answers as documented.
mod harness;
/// Servers that fail, lie or stall.
mod hostile_server;
/// A mock of Intercom's API over wiremock.
mod intercom;
/// Reports in files, hostile strings in reports.
mod output;
/// Attestations, waivers and baselines.
mod overlay;
/// Who is privileged, and what follows.
mod privilege;
/// Runs the built binary in a scrubbed environment.
mod program;
/// A TCP server that breaks off, never ends, or trickles.
mod raw;
/// The README against the program.
mod readme;
/// Regions and origins.
mod region;
/// What a scan printed, control by control.
mod report;
/// The sample workspace of `--demo`, and its generator.
mod sample;
/// Shapes recorded from a live workspace.
mod samples;
/// Whole scans: requests, report, options.
mod scan;
/// Missing scopes and failing sources.
mod scopes;
/// What sign-ins and failed sign-ins show.
mod sign_ins;
/// Where the token comes from.
mod token;
/// Workspaces for tests.
mod workspace;
