//! Alerts: what a run brings is told to receivers, once each.
//!
//! [`compose()`] makes a message for each destination of what changed, in the transaction that keeps the run. [`deliver()`] sends
//! what waits in the store, after the run, and never in its way.

use std::io;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::level::Level;
use crate::report::{SchemaVersion, json};
use crate::sources::SourceStatus;
use crate::verdict::{Fingerprint, Status};

mod command;
mod compose;
mod deliver;
mod receiver;
mod slack;
#[cfg(test)]
mod tests;

pub(crate) use compose::{RunFacts, compose, test_message};
pub(crate) use deliver::{Delivery, deliver, send_test};
pub(crate) use receiver::AlertDestination;

/// A message to a receiver: what a run brought, or a test.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "A message of intercom-harden to a receiver of alerts, schema version 1")]
pub(crate) struct AlertMessage {
    /// The version of this format.
    pub schema_version: SchemaVersion,
    /// Identifies the message: one that is sent again has the same id.
    pub id: String,
    /// The name of the alert in the configuration.
    pub alert: String,
    /// Whether it is a test, and nothing happened.
    pub test: bool,
    /// The workspace; null in a test.
    pub workspace: Option<AlertWorkspace>,
    /// The number of the run in the store, for `history show`; null in a test.
    pub run: Option<i64>,
    /// The instant of the run's evaluation, or of the test.
    pub at: Timestamp,
    /// What fails now and did not.
    pub new: Vec<NewFinding>,
    /// Findings that are fixed or reviewed. What aged out is not listed, since that is no remedy.
    pub resolved: Vec<ResolvedFinding>,
    /// Controls that are no longer decided.
    pub undecided: Vec<UndecidedControl>,
    /// Sources that can no longer be read.
    pub incomplete: Vec<IncompleteSource>,
    /// How many entries the four lists leave out, since a message has at most 1,000 in each.
    pub omitted: usize,
}

/// The workspace of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct AlertWorkspace {
    /// Its id.
    pub id: String,
    /// Its name; null where it could not be read.
    pub name: Option<String>,
    /// Where it is hosted: `US`, `EU` or `AU`; null where it could not be read.
    pub region: Option<String>,
}

/// The control that an entry is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct AlertControl {
    /// Its id.
    pub id: String,
    /// Its short name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The level at which it is asked for.
    pub level: Level,
}

/// A finding that is news.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct NewFinding {
    /// Its control.
    pub control: AlertControl,
    /// Why it is told.
    pub why: Why,
    /// Identifies the finding across runs.
    pub fingerprint: Fingerprint,
    /// Who or what it is about: usually an e-mail address, or `workspace`.
    pub subject: String,
    /// The id of the affected person; null where there is none.
    pub person: Option<String>,
    /// What is wrong.
    pub message: String,
    /// Who did it; null where that is not known.
    pub by: Option<String>,
    /// When it happened, or its newest evidence; null where the finding is about how things are.
    pub at: Option<Timestamp>,
    /// The id of the event; null where there is none.
    pub event: Option<String>,
    /// Where to go, and what to do there first; null where the control does not say.
    pub next: Option<String>,
}

/// Why a finding is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    /// It was not there before.
    New,
    /// It was there and waived, and the waiver no longer holds.
    WaiverEnded,
    /// The control fails, and no earlier run decided it by the same rules: the entry stands for all of its findings.
    Incomparable,
}

/// A finding that is no longer there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ResolvedFinding {
    /// Its control.
    pub control: AlertControl,
    /// How it ended.
    pub how: How,
    /// Identifies the finding across runs.
    pub fingerprint: Fingerprint,
    /// Who or what it was about.
    pub subject: String,
    /// What was wrong.
    pub message: String,
    /// When it was seen first since it last ended.
    pub open_since: Timestamp,
}

/// How a finding ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum How {
    /// It was looked for and is not there.
    Fixed,
    /// A person looked at its event and found it in order.
    Reviewed,
}

/// A control that is no longer decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct UndecidedControl {
    /// The control.
    pub control: AlertControl,
    /// How it ended: `manual` or `unknown`.
    pub status: Status,
    /// Why.
    pub reason: String,
}

/// A source that can no longer be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct IncompleteSource {
    /// The id of the source; `scan` where the scan failed as a whole.
    pub source: String,
    /// What it is called.
    pub name: String,
    /// How reading it ended; null for the scan as a whole.
    pub status: Option<SourceStatus>,
    /// Why; null where nothing is known.
    pub reason: Option<String>,
}

impl AlertMessage {
    /// Whether there is nothing to tell.
    fn is_empty(&self) -> bool {
        self.new.is_empty()
            && self.resolved.is_empty()
            && self.undecided.is_empty()
            && self.incomplete.is_empty()
    }
}

/// Writes the schema (draft 2020-12) of a message.
///
/// # Errors
/// None that a test would not have met.
pub(crate) fn schema() -> io::Result<String> {
    json::schema_of::<AlertMessage>()
}
