//! The baseline: an earlier report, whose findings are known and do not fail the gate again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::assessment::Assessment;
use crate::digest;
use crate::hint::Hint;
use crate::report::{BaselineInfo, ReadError, read};
use crate::verdict::{Fingerprint, Status};

/// What an earlier report showed.
#[derive(Debug)]
pub(crate) struct Baseline {
    /// Which file it is.
    pub info: BaselineInfo,
    controls: BTreeMap<String, Known>,
    /// Whether its fingerprints are keyed.
    redacted: bool,
}

#[derive(Debug)]
struct Known {
    status: Option<Status>,
    fingerprints: BTreeSet<String>,
}

/// Why a report cannot serve as a baseline.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BaselineError {
    /// It cannot be read.
    #[error("cannot use the baseline {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ReadError,
    },
    /// It is redacted, and this scan is not, or has another key: nothing of it would be found again.
    #[error("cannot use the baseline {}: it is redacted, and not with the key of this scan", .path.display())]
    OtherKey {
        /// The file.
        path: PathBuf,
    },
}

impl Hint for BaselineError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Unreadable { source, .. } => source.hint(),
            Self::OtherKey { .. } => {
                Some("use --redact with the key of the baseline, or a baseline that is not redacted".into())
            }
        }
    }
}

impl Baseline {
    /// Reads a report that `scan -o json=FILE` wrote.
    ///
    /// # Errors
    /// When the file cannot be read or is something else, or is redacted with another key than this scan will be.
    pub(crate) fn load(path: &Path, scan_key: Option<String>) -> Result<Self, BaselineError> {
        let unreadable = |source| BaselineError::Unreadable { path: path.to_path_buf(), source };
        let bytes = read::bytes_of(path).map_err(unreadable)?;
        let report: Report = read::parse(&bytes).map_err(unreadable)?;
        let Scan { redacted, redaction_key } = report.scan;
        if redacted && (redaction_key.is_none() || redaction_key != scan_key) {
            return Err(BaselineError::OtherKey { path: path.to_path_buf() });
        }
        // What was waived then left the gate by a decision, which has an end: it is not known for good.
        let known = |control: Control| {
            let whole = control.waived.is_some();
            let counted = control.findings.into_iter().filter(|finding| !whole && finding.waived.is_none());
            let fingerprints = counted.map(|finding| finding.fingerprint).collect();
            let status = control.status.parse().ok().filter(|_| !whole);
            (control.id, Known { status, fingerprints })
        };
        let info = BaselineInfo { path: path.display().to_string(), digest: digest::of(&bytes) };
        Ok(Self { info, controls: report.controls.into_iter().map(known).collect(), redacted })
    }

    /// Marks what the earlier report showed too. What a redacted one showed is compared by what `keyed` makes of the
    /// fingerprints, which are not redacted yet.
    pub(crate) fn apply(
        &self,
        assessments: &mut [Assessment],
        keyed: impl Fn(&Fingerprint) -> Option<Fingerprint>,
    ) {
        for assessment in assessments {
            let Some(known) = self.controls.get(&assessment.control.id) else { continue };
            assessment.in_baseline = known.status == Some(assessment.verdict.status);
            for finding in &mut assessment.verdict.findings {
                let keyed = if self.redacted { keyed(&finding.fingerprint) } else { None };
                let fingerprint = keyed.as_ref().unwrap_or(&finding.fingerprint);
                finding.in_baseline = known.fingerprints.contains(fingerprint.as_str());
            }
        }
    }
}

/// What a baseline needs of a report, whatever else was taken out of it before it was kept.
#[derive(Deserialize)]
struct Report {
    controls: Vec<Control>,
    #[serde(default)]
    scan: Scan,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Scan {
    redacted: bool,
    redaction_key: Option<String>,
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
