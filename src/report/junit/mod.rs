//! JUnit XML, as the test view of a CI system reads it: a suite for each section, a test case for each control.
//!
//! A control that fails is a failure with its findings as text, one that could not be decided an error. Skipped is what a
//! person has to look at, and what a decision or the baseline has taken out of the gate. Tests take no time and run when
//! the scan was made, so that the same report is the same file. What the report warns about is the first suite's
//! `system-err`.
//!
//! ```xml
//! <testsuites>
//!   <testsuite id="0" package="intercom-harden" name="Access controls" timestamp="2026-02-01T12:00:00" hostname="localhost"
//!              tests="1" failures="1" errors="0" skipped="0" time="0">
//!     <properties><property name="workspace.id" value="ab12cd34"/></properties>
//!     <testcase name="2.3 Limit admin access" classname="intercom-harden.Access controls" time="0">
//!       <failure type="L1" message="5 of 12 teammates are privileged; at most 3 should be.">- ada@example.com: privileged: role Owner
//! Fix:
//! 1. Take the admin role away where it is not needed (Settings &gt; Workspace &gt; Teammates)</failure>
//!     </testcase>
//!     <system-out>2.3 fail: 5 of 12 teammates are privileged; at most 3 should be.</system-out>
//!     <system-err></system-err>
//!   </testsuite>
//! </testsuites>
//! ```

use std::io;

use super::Report;

mod suite;
mod write;

/// Renders the report.
///
/// # Errors
/// When it cannot be put into XML.
pub(super) fn render(report: &Report) -> io::Result<String> {
    write::document(&suite::suites(report))
}

#[cfg(test)]
mod tests;
