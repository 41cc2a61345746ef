//! What machine formats list one by one: a finding, or a control that has none.
//!
//! Waivers and baselines reach a finding in two ways, on its own and through its control. Here the two are one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Control, Gate, Report};
use crate::casefold::same_name;
use crate::posture::Person;
use crate::verdict::{Finding, Fingerprint, Review, Status, WORKSPACE, Waiver};

/// A finding with its control, or a control without findings.
#[derive(Clone, Copy)]
pub(crate) struct Item<'a> {
    /// The control and what the scan says about it.
    pub control: &'a Control,
    /// The finding, where there is one.
    pub finding: Option<&'a Finding>,
}

/// Every finding of every control in order; a control without findings is one item.
pub(super) fn items(report: &Report) -> impl Iterator<Item = Item<'_>> {
    report.controls.iter().flat_map(items_of)
}

/// The findings of one control, or the control itself.
pub(crate) fn items_of(control: &Control) -> impl Iterator<Item = Item<'_>> {
    let alone = control.findings.is_empty().then_some(Item::whole(control));
    control.findings.iter().map(move |finding| Item { control, finding: Some(finding) }).chain(alone)
}

impl Report {
    /// The findings about an event, with their controls.
    pub(crate) fn about_event(&self, event: &str) -> impl Iterator<Item = (&Control, &Finding)> {
        let all = self.controls.iter().flat_map(|one| one.findings.iter().map(move |finding| (one, finding)));
        all.filter(move |(_, finding)| finding.event.as_deref() == Some(event))
    }

    /// The ids that findings about different events have.
    pub(crate) fn shared_events(&self) -> BTreeSet<&str> {
        let mut kinds = BTreeMap::new();
        let findings = self.controls.iter().flat_map(|control| &control.findings);
        let events = findings.filter_map(|finding| {
            let event = finding.event.as_deref()?;
            let mut row = finding.evidence.row();
            Some((event, ["type", "at"].map(|column| row.remove(column))))
        });
        events
            .filter(|(event, kind)| kinds.entry(*event).or_insert_with(|| kind.clone()) != kind)
            .map(|(event, _)| event)
            .collect()
    }

    /// The current teammates by id.
    pub(super) fn teammates(&self) -> BTreeMap<&str, &Person> {
        self.people.iter().map(|person| (&*person.id, person)).collect()
    }

    /// The control of that id.
    pub(crate) fn control(&self, id: &str) -> Option<&Control> {
        self.controls.iter().find(|control| same_name(&control.id, id))
    }
}

impl Control {
    /// The event of a finding, where a review of it would count: different events have none of the shared ids.
    pub(crate) fn event_to_review<'f>(
        &self,
        finding: &'f Finding,
        shared: &BTreeSet<&str>,
    ) -> Option<&'f str> {
        let reviewable = !finding.is_reviewed() && self.reviewable.contains(&finding.check);
        finding.event.as_deref().filter(|event| reviewable && !shared.contains(event))
    }
}

impl<'a> Item<'a> {
    /// The control as a whole, whatever findings it has.
    pub(crate) const fn whole(control: &'a Control) -> Self {
        Self { control, finding: None }
    }

    /// The waiver that covers it: its own, or else that of its control.
    pub(crate) fn waived(&self) -> Option<&'a Waiver> {
        let own = self.finding.and_then(|finding| finding.waived.as_ref());
        own.or(self.control.waived.as_ref())
    }

    /// The review of its event.
    pub(crate) fn reviewed(&self) -> Option<&'a Review> {
        self.finding.and_then(|finding| finding.reviewed.as_ref())
    }

    /// Whether a person took it out of the gate: by a waiver or a review.
    pub(crate) fn is_set_aside(&self) -> bool {
        self.waived().is_some() || self.reviewed().is_some()
    }

    /// Whether the baseline has it.
    pub(super) fn in_baseline(&self) -> bool {
        self.finding.map_or(self.control.in_baseline, |finding| finding.in_baseline)
    }

    /// Whether it counts against the gate.
    pub(super) fn violates(&self, gate: &Gate) -> bool {
        let decided = matches!(self.control.status, Status::Pass | Status::Fail);
        // A control without a verdict is in the baseline with its findings, or none of it is.
        let in_baseline = self.in_baseline() && (decided || self.control.in_baseline);
        gate.violations.contains(&self.control.id) && !self.is_set_aside() && !in_baseline
    }

    /// Identifies it across runs. A control without findings has an identity of its own.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        match self.finding {
            Some(finding) => finding.fingerprint.clone(),
            None => Fingerprint::new(&self.control.id, "", []),
        }
    }

    /// The id of the person it is about.
    pub(crate) fn person(&self) -> Option<&'a str> {
        self.finding?.person.as_deref()
    }

    /// Who or what it is about; a control without findings is about the workspace.
    pub(crate) fn subject(&self) -> &'a str {
        self.finding.map_or(WORKSPACE, |finding| &finding.subject)
    }

    /// What is wrong, or why the control ended as it did.
    pub(crate) fn message(&self) -> &'a str {
        self.finding.map_or_else(|| self.control.headline(), |finding| &finding.message)
    }

    /// What there is to say: who is concerned and what is wrong, or why the control ended as it did.
    pub(super) fn sentence(&self) -> String {
        self.finding.map_or_else(|| self.control.headline().to_owned(), Finding::sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hostile::waiver;
    use crate::report::sample::sample;

    #[test]
    fn each_finding_is_an_item_and_so_is_each_control_without() {
        let report = sample();
        let listed: Vec<_> = items(&report).map(|item| (item.control.id.as_str(), item.subject())).collect();
        assert_eq!(listed.len(), 4 + 5 + 1);
        assert_eq!(listed[0], ("1.1", WORKSPACE));
        assert_eq!(listed[2], ("2.3", "ada@example.com"));
    }

    #[test]
    fn a_decision_about_the_control_covers_its_findings() {
        let mut report = sample();
        report.controls[2].waived = Some(waiver("control"));
        report.controls[2].findings[0].waived = Some(waiver("finding"));
        let reason = |item: Item<'_>| item.waived().map(|decision| decision.reason.clone());
        let waived: Vec<_> = items_of(&report.controls[2]).map(reason).collect();
        assert_eq!(waived[0].as_deref(), Some("finding"));
        assert!(waived[1..].iter().all(|reason| reason.as_deref() == Some("control")));
        assert!(!items(&report).any(|item| item.violates(&report.gate)));
    }

    #[test]
    fn what_is_waived_or_known_does_not_violate_the_gate() {
        let mut report = sample();
        report.controls[2].findings[0].waived = Some(waiver("finding"));
        report.controls[2].findings[1].in_baseline = true;
        assert_eq!(items(&report).filter(|item| item.violates(&report.gate)).count(), 3);
    }

    #[test]
    fn a_control_and_its_findings_have_different_fingerprints() {
        let report = sample();
        let whole = Item::whole(&report.controls[2]).fingerprint();
        assert!(items_of(&report.controls[2]).all(|item| item.fingerprint() != whole));
        assert_ne!(whole, Item::whole(&report.controls[1]).fingerprint());
    }
}
