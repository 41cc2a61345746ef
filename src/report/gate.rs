//! What stands behind the gate's decision, for the reports that tell people.

use super::Report;
use crate::controls::Level;
use crate::snapshot::{SourceId, SourceStatus};
use crate::verdict::Status;

impl Report {
    /// How many controls would fail the gate of that level, were they not waived or known.
    pub(crate) fn excused(&self, level: Level) -> usize {
        let counts = |status| match status {
            Status::Pass => false,
            Status::Fail => true,
            Status::Manual | Status::Unknown => self.gate.strict,
        };
        let excused = self.assessments.iter().filter(|assessment| {
            assessment.control.level <= level
                && counts(assessment.verdict.status)
                && !assessment.violates(self.gate.strict)
        });
        excused.count()
    }

    /// The sources that the scan would have needed: those that broke, and the list of teammates whatever
    /// kept it. Others may be forbidden, which makes their controls manual.
    pub(crate) fn unread(&self) -> Vec<SourceId> {
        let unread = self.sources.iter().filter(|source| match source.id {
            SourceId::Admins => source.status != SourceStatus::Complete,
            _ => source.status == SourceStatus::Failed,
        });
        unread.map(|source| source.id).collect()
    }
}
