//! The shape of a control in the JSON report, with what was found and decided about it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::values::{self, Attested, Basis, Day, Fingerprint, Level, Pack, Status, distinct};
use crate::controls::{ATTEST_FOR, LONGEST_ATTESTATION};
use crate::facts::Row;

/// The most controls that a report may have: twice as many as there may be control files.
const MOST_CONTROLS: usize = 2_000;

/// A control and what the scan says about it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(extend(
    "if" = { "properties": { "status": { "enum": ["manual", "unknown"] } } },
    "then" = { "properties": { "basis": { "maxItems": 0 } } },
    "else" = { "properties": { "basis": { "minItems": 1 } } },
))]
pub(in crate::report::json) struct Control<'a> {
    /// The control's id, such as 2.3 or E4.
    #[serde(deserialize_with = "values::id")]
    pub(super) id: Cow<'a, str>,
    /// A short title in the imperative.
    #[serde(deserialize_with = "values::prose")]
    #[schemars(length(min = 1))]
    pub(super) title: Cow<'a, str>,
    /// The level at which it is asked for.
    pub(super) level: Level,
    /// The section of the guide it belongs to.
    #[serde(deserialize_with = "values::prose")]
    pub(super) section: Cow<'a, str>,
    /// How it ended.
    pub(super) status: Status,
    /// What a pass or a fail rests on; empty for manual and unknown.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    pub(super) basis: Vec<Basis>,
    /// Why, in one sentence; empty where a control that was added says nothing.
    pub(super) reason: Cow<'a, str>,
    /// What is wrong, one by one. Those of a manual control are what a person has to look at.
    #[serde(default)]
    pub(super) findings: Vec<Finding<'a>>,
    /// The decision to live with the control as a whole; null where there is none.
    #[serde(default)]
    pub(super) waived: Option<Decision<'a>>,
    /// The attestation that counts for it, whether it decided or not; null where there is none.
    #[serde(default)]
    pub(super) attestation: Option<Statement<'a>>,
    /// Further observations: how much evidence there is, what stays undecided, the last relevant change.
    #[serde(default)]
    pub(super) context: Cow<'a, [String]>,
    /// What the control asks for.
    #[serde(default, deserialize_with = "values::prose")]
    pub(super) description: Cow<'a, str>,
    /// Why it matters.
    #[serde(default, deserialize_with = "values::prose")]
    pub(super) rationale: Cow<'a, str>,
    /// What has to be in place before.
    #[serde(default)]
    pub(super) prerequisites: Cow<'a, [String]>,
    /// How long it takes to put in place; empty where the control does not say.
    #[serde(default)]
    pub(super) effort: Cow<'a, str>,
    /// The version of the guide that brought it; null for controls that are not the guide's.
    #[serde(default)]
    pub(super) since: Option<Cow<'a, str>>,
    /// Names of frameworks, each with the framework's controls that this one serves.
    #[serde(default)]
    pub(super) frameworks: Cow<'a, BTreeMap<String, Vec<String>>>,
    /// The steps that put it right.
    #[serde(default)]
    pub(super) remediation: Vec<Step<'a>>,
    /// How long an attestation of it holds by default, in days.
    #[serde(default = "usual_days", deserialize_with = "values::attest_for")]
    #[schemars(range(min = 1, max = LONGEST_ATTESTATION))]
    pub(super) attest_for: u16,
    /// `built-in`, or the path of the control file.
    #[serde(default = "built_in")]
    pub(super) origin: Cow<'a, str>,
    /// Whether it is a file that stands in for a built-in control.
    #[serde(default)]
    pub(super) replaces_built_in: bool,
    /// The built-in pack it belongs to; null for a control that was added.
    #[serde(default)]
    pub(super) pack: Option<Pack>,
    /// Whether the baseline has the control with the same status.
    #[serde(default)]
    pub(super) known: bool,
}

/// One thing that is wrong: who or what, and why.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::report::json) struct Finding<'a> {
    /// Identifies the finding across runs.
    pub(super) fingerprint: Fingerprint,
    /// Who or what it is about, usually an e-mail address.
    pub(super) subject: Cow<'a, str>,
    /// What is wrong with it.
    pub(super) message: Cow<'a, str>,
    /// The row of data that shows it, free in form.
    #[serde(default)]
    pub(super) evidence: Cow<'a, Row>,
    /// The decision to live with it; null where there is none.
    #[serde(default)]
    pub(super) waived: Option<Decision<'a>>,
    /// Whether the baseline shows it too.
    #[serde(default)]
    pub(super) known: bool,
}

/// A decision to live with something for a while.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::report::json) struct Decision<'a> {
    /// Why.
    pub(super) reason: Cow<'a, str>,
    /// Who decided.
    pub(super) by: Cow<'a, str>,
    /// The day of the decision; null where it is not known.
    #[serde(default)]
    pub(super) on: Option<Day>,
    /// The last day on which it counts.
    pub(super) expires: Day,
}

/// What a person saw and signed for.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::report::json) struct Statement<'a> {
    /// Whether the requirement was seen to hold.
    pub(super) result: Attested,
    /// Who saw it.
    pub(super) by: Cow<'a, str>,
    /// The day it was seen.
    pub(super) on: Day,
    /// The last day on which it counts.
    pub(super) expires: Day,
    /// Where the proof is kept; null where nobody said.
    #[serde(default)]
    pub(super) evidence: Option<Cow<'a, str>>,
    /// What else is worth knowing; null where there is nothing.
    #[serde(default)]
    pub(super) note: Option<Cow<'a, str>>,
}

/// A step of the remediation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::report::json) struct Step<'a> {
    /// What the step achieves.
    #[serde(deserialize_with = "values::prose")]
    pub(super) title: Cow<'a, str>,
    /// The way through Intercom's menus.
    #[serde(default)]
    pub(super) path: Cow<'a, [String]>,
    /// What to do there, one by one.
    #[serde(default)]
    pub(super) actions: Cow<'a, [String]>,
}

/// What a report says that was made before it said how long attestations hold.
const fn usual_days() -> u16 {
    ATTEST_FOR
}

/// What `origin` says about a control that is part of the program.
pub(super) const BUILT_IN: &str = "built-in";

const fn built_in<'a>() -> Cow<'a, str> {
    Cow::Borrowed(BUILT_IN)
}

/// Reads the controls, each of which is there once.
pub(super) fn controls<'de, 'a, D: Deserializer<'de>>(input: D) -> Result<Vec<Control<'a>>, D::Error> {
    let controls: Vec<Control<'a>> = Vec::deserialize(input)?;
    if controls.len() > MOST_CONTROLS {
        return Err(D::Error::custom(format_args!("there are more than {MOST_CONTROLS} controls")));
    }
    distinct("control", controls.iter().map(|control| &*control.id))?;
    Ok(controls)
}
