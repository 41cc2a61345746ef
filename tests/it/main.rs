//! Runs the built program against servers that answer, or misbehave, as Intercom's API does.

/// The harness itself: the mock API answers as documented.
mod harness;
/// A mock of Intercom's API over wiremock.
mod intercom;
/// Runs the built binary in a scrubbed environment.
mod program;
/// A TCP server that breaks off, never ends, or trickles.
mod raw;
/// Workspaces for tests.
mod workspace;
