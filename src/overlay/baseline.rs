//! The baseline: an earlier report, whose findings are known and do not fail the gate again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::report::Assessment;
use crate::verdict::Status;

/// The largest report that is read, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;
/// The version of the report format that is understood.
const SCHEMA_VERSION: &str = "1";

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
pub(crate) enum BaselineError {
    /// It cannot be read.
    #[error("cannot read the baseline {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not a JSON report of this program.
    #[error("the baseline {} is not a JSON report of intercom-harden: {source}", .path.display())]
    NotAReport {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It has a format this program does not know.
    #[error("the baseline {} has schema version {found}, this program reads {SCHEMA_VERSION}", .path.display())]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The version in it.
        found: String,
    },
}

impl BaselineError {
    /// What to do about it.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "check that the file exists and may be read",
            Self::NotAReport { .. } => "give a file that `scan -o json=FILE` wrote",
            Self::OtherVersion { .. } => "make a new baseline with `scan -o json=FILE`",
        }
    }
}

impl Baseline {
    /// Reads a report that `scan -o json=FILE` wrote.
    ///
    /// # Errors
    /// When the file cannot be read or is something else.
    pub(crate) fn load(path: &Path) -> Result<Self, BaselineError> {
        let unreadable = |source| BaselineError::Unreadable { path: path.to_path_buf(), source };
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(unreadable(io::Error::other("not a regular file")));
        }
        let mut text = Vec::new();
        fs::File::open(path)
            .and_then(|file| file.take(LARGEST).read_to_end(&mut text))
            .map_err(unreadable)?;
        let report: Report = serde_json::from_slice(&text)
            .map_err(|source| BaselineError::NotAReport { path: path.to_path_buf(), source })?;
        if report.schema_version != SCHEMA_VERSION {
            let found = report.schema_version.chars().take(20).collect();
            return Err(BaselineError::OtherVersion { path: path.to_path_buf(), found });
        }
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

#[derive(Deserialize)]
struct Report {
    schema_version: String,
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
