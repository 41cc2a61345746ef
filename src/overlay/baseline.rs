//! The baseline: an earlier report, whose findings are known and do not fail the gate again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::report::Assessment;
use crate::report::json::{self, ReadError};
use crate::verdict::Status;

/// What an earlier report showed.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    controls: BTreeMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    status: Option<Status>,
    fingerprints: BTreeSet<String>,
}

/// Why a report cannot serve as a baseline.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the baseline {}: {source}", .path.display())]
pub(crate) struct BaselineError {
    /// The file.
    path: PathBuf,
    /// What is wrong with it.
    source: ReadError,
}

impl BaselineError {
    /// What to do about it.
    pub(crate) const fn hint(&self) -> &'static str {
        self.source.hint()
    }
}

impl Baseline {
    /// Reads a report that `scan -o json=FILE` wrote.
    ///
    /// # Errors
    /// When the file cannot be read or is something else.
    pub(crate) fn load(path: &Path) -> Result<Self, BaselineError> {
        let read = || json::parse::<Report>(&json::bytes_of(path)?);
        let report = read().map_err(|source| BaselineError { path: path.to_path_buf(), source })?;
        // What was waived then left the gate by a decision, which has an end: it is not known for good.
        let known = |control: Control| {
            let whole = control.waived.is_some();
            let counted = control.findings.into_iter().filter(|finding| !whole && finding.waived.is_none());
            let fingerprints = counted.map(|finding| finding.fingerprint).collect();
            let status = Status::parse(&control.status).filter(|_| !whole);
            (control.id, Known { status, fingerprints })
        };
        Ok(Self { controls: report.controls.into_iter().map(known).collect() })
    }

    /// Marks what the earlier report showed too.
    pub(crate) fn lay_over(&self, assessments: &mut [Assessment]) {
        for assessment in assessments {
            let Some(known) = self.controls.get(&assessment.control.id) else { continue };
            assessment.known = known.status == Some(assessment.verdict.status);
            for finding in &mut assessment.verdict.findings {
                finding.known = known.fingerprints.contains(finding.fingerprint.as_str());
            }
        }
    }
}

/// What a baseline needs of a report, whatever else was taken out of it before it was kept.
#[derive(Deserialize)]
struct Report {
    controls: Vec<Control>,
}

#[derive(Deserialize)]
struct Control {
    id: String,
    status: String,
    findings: Vec<Finding>,
    #[serde(default)]
    waived: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Finding {
    fingerprint: String,
    #[serde(default)]
    waived: Option<IgnoredAny>,
}
