//! The baseline: an earlier report, whose findings do not fail the gate again.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::diff::Comparable;
use crate::hint::Hint;
use crate::report::{BaselineInfo, Control, ReadError, Report, ScanInfo, SourceReport, Window};
use crate::verdict::Fingerprint;
use crate::warning::Warning;

/// An earlier report.
#[derive(Debug)]
pub(crate) struct Baseline {
    /// Which file it is.
    pub info: BaselineInfo,
    report: Report,
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
        let (report, digest) = Report::open_with_digest(path).map_err(unreadable)?;
        let ScanInfo { redacted, redaction_key, .. } = &report.scan;
        if *redacted && (redaction_key.is_none() || *redaction_key != scan_key) {
            return Err(BaselineError::OtherKey { path: path.to_path_buf() });
        }
        let info = BaselineInfo { path: path.display().to_string(), digest };
        Ok(Self { info, report })
    }

    /// The workspace that it is about.
    pub(crate) fn workspace(&self) -> Option<&str> {
        self.report.workspace.known_id()
    }

    /// What makes it differ from a scan with this catalog and this window.
    pub(crate) fn warnings(&self, catalog: &str, window: Window) -> Vec<Warning> {
        let path = || self.info.path.clone();
        let other_catalog = self.report.catalog.digest != catalog;
        let catalog = other_catalog.then(|| Warning::BaselineCatalog { path: path() });
        let hours = window.hours_beside(self.report.scan.window);
        let window = hours.map(|(before, now)| Warning::BaselineWindow { path: path(), before, now });
        catalog.into_iter().chain(window).collect()
    }

    /// Marks what the earlier report showed too, where the two can be compared: what cannot be is judged as if there were
    /// no baseline. What a redacted one showed is compared by what `keyed` makes of the fingerprints, which are not
    /// redacted yet.
    pub(crate) fn mark(
        &self,
        controls: &mut [Control],
        sources: &[SourceReport],
        keyed: impl Fn(&Fingerprint) -> Option<Fingerprint>,
    ) {
        let comparable = Comparable::between(&self.report.sources, sources);
        for control in controls {
            let before = self.report.control(&control.id);
            // What was waived then left the gate by a decision, which has an end: it is not in the baseline for good.
            let before = before.filter(|before| {
                comparable.obstacle(Some(before), Some(control)).is_none() && before.waived.is_none()
            });
            let Some(before) = before else { continue };
            let findings = before.open().filter(|finding| finding.waived.is_none());
            let fingerprints: HashSet<_> = findings.map(|finding| &finding.fingerprint).collect();
            control.in_baseline = before.status == control.status;
            for finding in &mut control.findings {
                let keyed = if self.report.scan.redacted { keyed(&finding.fingerprint) } else { None };
                finding.in_baseline = fingerprints.contains(keyed.as_ref().unwrap_or(&finding.fingerprint));
            }
        }
    }
}
