//! Waivers: decisions to live with a finding for a while. They never change a status.

use jiff::civil::Date;

use super::counts;
use crate::address;
use crate::assessment::Assessment;
use crate::casefold::same_name;
use crate::config;
use crate::verdict::{Status, Waiver};

/// Marks what the waivers cover, and says for each waiver whether it covered anything. One for a control that was
/// not evaluated is not blamed for it.
pub(super) fn apply(assessments: &mut [Assessment], waivers: &[config::Waiver], today: Date) -> Vec<bool> {
    waivers.iter().map(|waiver| cover(assessments, waiver, today)).collect()
}

fn cover(assessments: &mut [Assessment], waiver: &config::Waiver, today: Date) -> bool {
    let is_meant = |assessment: &Assessment| same_name(&assessment.control.id, &waiver.control);
    let in_question =
        |assessment: &&mut Assessment| is_meant(assessment) && assessment.verdict.status != Status::Pass;
    let valid = counts(waiver.on.as_ref().map(|on| on.value), waiver.expires.value, today);
    let mut matched = !assessments.iter().any(is_meant);
    for assessment in assessments.iter_mut().filter(in_question) {
        let decision = decision(waiver);
        match &waiver.subject {
            None => {
                matched = true;
                if valid {
                    assessment.waived = Some(decision);
                }
            }
            Some(subject) => {
                let subject = address::fold(subject);
                // Nobody knows what there would be to cover.
                matched |= assessment.verdict.status == Status::Unknown;
                let findings = assessment.verdict.findings.iter_mut();
                for finding in findings.filter(|finding| address::fold(&finding.subject) == subject) {
                    matched = true;
                    if valid {
                        finding.waived = Some(decision.clone());
                    }
                }
            }
        }
    }
    matched
}

fn decision(waiver: &config::Waiver) -> Waiver {
    Waiver {
        reason: waiver.reason.clone(),
        by: waiver.by.clone(),
        on: waiver.on.as_ref().map(|on| on.value),
        expires: waiver.expires.value,
    }
}
