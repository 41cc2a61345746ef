//! A control of the report: its text, its verdict, and what people decided about it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read;
use crate::assessment::Assessment;
use crate::controls::{self, ATTEST_FOR, LONGEST_ATTESTATION, Pack, Step};
use crate::level::Level;
use crate::reason::Observation;
use crate::sources::SourceId;
use crate::verdict::{Attestation, Attested, Basis, Finding, Status, Waiver};

/// A control and what the scan says about it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(extend(
    "if" = { "properties": { "status": { "enum": ["manual", "unknown"] } } },
    "then" = { "properties": { "basis": { "type": "array", "maxItems": 0 } } },
    "else" = { "properties": { "basis": { "type": "array", "minItems": 1 } } },
))]
pub(crate) struct Control {
    /// The control's id, such as 2.3 or E4.
    #[serde(deserialize_with = "read::id")]
    pub id: String,
    /// A short name for the control, as in the name of its file.
    #[serde(default, deserialize_with = "read::prose")]
    pub slug: String,
    /// `sha256:` and the digest of what decides: level, checks, parameters and the settings of facts that it reads.
    #[serde(default)]
    pub digest: String,
    /// A short title in the imperative.
    #[serde(deserialize_with = "read::prose")]
    #[schemars(length(min = 1))]
    pub title: String,
    /// The level at which it is asked for.
    pub level: Level,
    /// The section of the guide it belongs to.
    #[serde(deserialize_with = "read::prose")]
    pub section: String,
    /// How it ended.
    pub status: Status,
    /// What a pass or a fail rests on; empty for manual and unknown.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    pub basis: Vec<Basis>,
    /// The sources that its checks read: where one is complete in one report alone, two reports of it cannot be compared.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    pub sources: Vec<SourceId>,
    /// Why, in one sentence; empty where a control that was added says nothing.
    pub reason: String,
    /// What is wrong in one sentence with numbers, from the check that the next step belongs to; what keeps it from being
    /// decided where that is so; null on a pass.
    #[serde(default)]
    pub headline: Option<String>,
    /// The step that puts right what the failed check found; null on a pass.
    #[serde(default)]
    pub next_step: Option<Step>,
    /// Its rank among what is left to do, 1 first; null on a pass.
    #[serde(default)]
    pub priority: Option<usize>,
    /// What is wrong, one by one. Those of a manual control are what a person has to look at.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// The waiver of the control as a whole; null where there is none.
    #[serde(default)]
    pub waived: Option<Waiver>,
    /// The attestation that counts for it, whether it decided or not; null where there is none.
    #[serde(default)]
    pub attestation: Option<Attestation>,
    /// Further observations: how much evidence there is, what stays undecided, the last relevant change.
    #[serde(default)]
    pub context: Vec<String>,
    /// What the control asks for.
    #[serde(default, deserialize_with = "read::prose")]
    pub description: String,
    /// Why it matters.
    #[serde(default, deserialize_with = "read::prose")]
    pub rationale: String,
    /// What has to be in place before.
    #[serde(default)]
    pub prerequisites: Vec<String>,
    /// How long it takes to put in place; empty where the control does not say.
    #[serde(default)]
    pub effort: String,
    /// The version of the guide that brought it; null for controls that are not the guide's.
    #[serde(default)]
    pub since: Option<String>,
    /// Names of frameworks, each with the framework's controls that this one serves.
    #[serde(default)]
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// Those of these frameworks whose mapping is not the hardening guide's own.
    #[serde(default)]
    pub own_mappings: Vec<String>,
    /// The steps that put it right.
    #[serde(default)]
    pub remediation: Vec<Step>,
    /// Addresses of official documentation.
    #[serde(default)]
    pub references: Vec<String>,
    /// Columns of a finding's evidence that tables for people show, in this order; empty where all may be shown.
    #[serde(default)]
    pub columns: Vec<String>,
    /// How long an attestation of it holds by default, in days.
    #[serde(default = "usual_days", deserialize_with = "read::attest_for")]
    #[schemars(range(min = 1, max = LONGEST_ATTESTATION))]
    pub attest_for: u16,
    /// The names of the checks whose events can be reviewed, with `review`.
    #[serde(default)]
    pub reviewable: Vec<String>,
    /// `built-in`, or the path of the control file.
    #[serde(default = "built_in")]
    pub origin: String,
    /// Whether it is a file that stands in for a built-in control.
    #[serde(default)]
    pub replaces_built_in: bool,
    /// The built-in pack it belongs to; null for a control that was added.
    #[serde(default)]
    pub pack: Option<Pack>,
    /// Whether the baseline has the control with the same status.
    #[serde(default)]
    pub in_baseline: bool,
}

/// What `origin` says about a control that is part of the program.
pub(crate) const BUILT_IN: &str = "built-in";

fn built_in() -> String {
    BUILT_IN.to_owned()
}

/// What a report says that was made before it said how long attestations hold.
const fn usual_days() -> u16 {
    ATTEST_FOR
}

impl From<Assessment> for Control {
    fn from(Assessment { control, verdict, waived }: Assessment) -> Self {
        let controls::Control { id, slug, title, level, section, since, description, .. } = &*control;
        let (origin, replaces_built_in) = match &control.origin {
            controls::Origin::BuiltIn => (built_in(), false),
            controls::Origin::File(path) => (path.to_string_lossy().into_owned(), false),
            controls::Origin::Replaces(path) => (path.to_string_lossy().into_owned(), true),
        };
        let is_open = verdict.status != Status::Pass;
        let reason = verdict.reason.to_string();
        let headline = verdict.headline.map(|headline| headline.text).filter(|text| !text.is_empty());
        let headline = headline.unwrap_or_else(|| reason.clone());
        let next_step = verdict.next_step.and_then(|step| control.steps.get(step));
        Self {
            id: id.clone(),
            slug: slug.clone(),
            digest: control.digest.clone(),
            title: title.clone(),
            level: *level,
            section: section.clone(),
            status: verdict.status,
            basis: verdict.basis,
            sources: control.sources.clone(),
            reason,
            headline: is_open.then_some(headline),
            next_step: next_step.filter(|_| is_open).cloned(),
            priority: None,
            findings: verdict.findings,
            waived,
            attestation: verdict.attestation,
            context: verdict.context.iter().map(Observation::to_string).collect(),
            description: description.clone(),
            rationale: control.rationale.clone(),
            prerequisites: control.prerequisites.clone(),
            effort: control.effort.clone(),
            since: since.clone(),
            frameworks: control.frameworks.clone(),
            own_mappings: control.own_mappings.clone(),
            remediation: control.steps.clone(),
            references: control.references.clone(),
            columns: control.columns.clone(),
            attest_for: control.attest_for,
            reviewable: control.reviewable.clone(),
            origin,
            replaces_built_in,
            pack: control.pack,
            in_baseline: false,
        }
    }
}

impl Control {
    /// Whether waivers cover all that is wrong with the control.
    pub(crate) fn is_waived(&self) -> bool {
        self.waived.is_some()
            || (self.status == Status::Fail
                && self.open().next().is_some()
                && self.open().all(|finding| finding.waived.is_some()))
    }

    /// The address of its page; none for a control that is not the program's own.
    pub(crate) fn page(&self) -> Option<String> {
        let is_built_in = self.pack.is_some() && !self.replaces_built_in;
        is_built_in.then(|| controls::page_address(&self.id, &self.slug)).flatten()
    }

    /// Where to read more about it: its page, then the official documentation.
    pub(crate) fn documentation(&self) -> Vec<String> {
        self.page().into_iter().chain(self.references.iter().cloned()).collect()
    }

    /// The findings that no review makes no violation.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.is_reviewed())
    }

    /// Whether an attestation decided the control.
    pub(crate) fn is_attested(&self) -> bool {
        self.basis.contains(&Basis::Attestation)
    }

    /// Whether a person attested that a control that data leaves open does not apply.
    pub(crate) fn is_not_applicable(&self) -> bool {
        let attested = self.attestation.as_ref().map(|attestation| attestation.result);
        self.status == Status::Manual && attested == Some(Attested::NotApplicable)
    }

    /// Whether the control counts against a gate that it belongs to: something is wrong with it that is neither
    /// waived, reviewed nor in the baseline. A strict gate counts what was not decided as wrong, but for what does not apply.
    pub(crate) fn violates(&self, strict: bool) -> bool {
        let open = self.findings.iter().any(Finding::is_open);
        match self.status {
            Status::Pass => false,
            _ if self.waived.is_some() => false,
            Status::Fail if self.findings.is_empty() => !self.in_baseline,
            Status::Fail => open,
            Status::Manual | Status::Unknown => {
                strict && !self.is_not_applicable() && (open || !self.in_baseline)
            }
        }
    }
}
