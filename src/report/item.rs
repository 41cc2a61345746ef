//! What machine formats list one by one: a finding, or a control that has none.
//!
//! Waivers and baselines reach a finding in two ways, on its own and through its control. Here the two are one.

use super::{Assessment, Gate, Report};
use crate::controls::Control;
use crate::verdict::{Decision, Finding, Fingerprint, Status, WORKSPACE};

/// A finding with its control, or a control without findings.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    /// The control and what the scan says about it.
    pub assessment: &'a Assessment,
    /// The finding, where there is one.
    pub finding: Option<&'a Finding>,
}

/// Every finding of every control in order; a control without findings is one item.
pub(super) fn items(report: &Report) -> impl Iterator<Item = Item<'_>> {
    report.assessments.iter().flat_map(items_of)
}

/// The findings of one control, or the control itself.
pub(super) fn items_of(assessment: &Assessment) -> impl Iterator<Item = Item<'_>> {
    let findings = &assessment.verdict.findings;
    let alone = findings.is_empty().then_some(Item { assessment, finding: None });
    findings.iter().map(move |finding| Item { assessment, finding: Some(finding) }).chain(alone)
}

impl<'a> Item<'a> {
    /// The control as a whole, whatever findings it has.
    pub(super) const fn whole(assessment: &'a Assessment) -> Self {
        Self { assessment, finding: None }
    }

    /// The control.
    pub(super) fn control(&self) -> &'a Control {
        &self.assessment.control
    }

    /// How the control ended.
    pub(super) const fn status(&self) -> Status {
        self.assessment.verdict.status
    }

    /// Whether the control fails.
    pub(super) fn fails(&self) -> bool {
        self.status() == Status::Fail
    }

    /// The decision that covers it: its own, or else that of its control.
    pub(super) fn waived(&self) -> Option<&'a Decision> {
        let own = self.finding.and_then(|finding| finding.waived.as_ref());
        own.or(self.assessment.waived.as_ref())
    }

    /// Whether the baseline has it.
    pub(super) fn known(&self) -> bool {
        self.finding.map_or(self.assessment.known, |finding| finding.known)
    }

    /// Whether it counts against the gate.
    pub(super) fn violates(&self, gate: &Gate) -> bool {
        let decided = matches!(self.status(), Status::Pass | Status::Fail);
        // Whether a control without a verdict is known does not hang on its findings.
        let known = if decided { self.known() } else { self.assessment.known };
        gate.violations.contains(&self.control().id) && self.waived().is_none() && !known
    }

    /// Identifies it across runs. A control without findings has an identity of its own.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        match self.finding {
            Some(finding) => finding.fingerprint.clone(),
            None => Fingerprint::new(&self.control().id, "", []),
        }
    }

    /// Who or what it is about; a control without findings is about the workspace.
    pub(super) fn subject(&self) -> &'a str {
        self.finding.map_or(WORKSPACE, |finding| &finding.subject)
    }

    /// What there is to say: what is wrong with whom, or why the control ended as it did.
    pub(super) fn sentence(&self) -> String {
        self.finding.map_or_else(|| self.assessment.verdict.reason.clone(), Finding::sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hostile::decision;
    use crate::report::sample::sample;

    #[test]
    fn each_finding_is_an_item_and_so_is_each_control_without() {
        let report = sample();
        let listed: Vec<_> =
            items(&report).map(|item| (item.control().id.as_str(), item.subject())).collect();
        assert_eq!(listed.len(), 4 + 5 + 1);
        assert_eq!(listed[0], ("1.1", WORKSPACE));
        assert_eq!(listed[2], ("2.3", "ada@example.com"));
    }

    #[test]
    fn a_decision_about_the_control_covers_its_findings() {
        let mut report = sample();
        report.assessments[2].waived = Some(decision("control"));
        report.assessments[2].verdict.findings[0].waived = Some(decision("finding"));
        let reason = |item: Item<'_>| item.waived().map(|decision| decision.reason.clone());
        let waived: Vec<_> = items_of(&report.assessments[2]).map(reason).collect();
        assert_eq!(waived[0].as_deref(), Some("finding"));
        assert!(waived[1..].iter().all(|reason| reason.as_deref() == Some("control")));
        assert!(!items(&report).any(|item| item.violates(&report.gate)));
    }

    #[test]
    fn what_is_waived_or_known_does_not_violate_the_gate() {
        let mut report = sample();
        report.assessments[2].verdict.findings[0].waived = Some(decision("finding"));
        report.assessments[2].verdict.findings[1].known = true;
        assert_eq!(items(&report).filter(|item| item.violates(&report.gate)).count(), 3);
    }

    #[test]
    fn a_control_and_its_findings_have_different_fingerprints() {
        let report = sample();
        let whole = Item::whole(&report.assessments[2]).fingerprint();
        assert!(items_of(&report.assessments[2]).all(|item| item.fingerprint() != whole));
        assert_ne!(whole, Item::whole(&report.assessments[1]).fingerprint());
    }
}
