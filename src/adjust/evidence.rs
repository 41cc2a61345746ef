//! The files that attestations name as evidence, compared with what they were when the attestation was signed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::casefold::same_name;
use crate::config::{Attestation, Config};
use crate::toml_document::Located;
use crate::verdict::Attested;
use crate::warning::{Adjustment, AdjustmentProblem, Warning};

/// A file as it is found now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EvidenceFile {
    /// The digest of its bytes.
    Digest(String),
    Absent,
    /// What the system says.
    Unreadable(String),
}

/// The evidence files of a configuration, by path.
pub(crate) type EvidenceFiles = BTreeMap<PathBuf, EvidenceFile>;

/// Which attestations count as far as their files go.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) sound: Vec<Located<Attestation>>,
    pub(super) warnings: Vec<Warning>,
    /// Control and file, where a file could not be compared because it is not there.
    pub(super) absent: Vec<(String, String)>,
}

/// Compares every file that is there.
pub(super) fn judge(config: &Config, files: &EvidenceFiles) -> Judged {
    let mut judged = Judged::default();
    let (sound, doubtful): (Vec<_>, Vec<_>) =
        config.attestations.iter().partition(|attestation| judged.counts(&config.path, attestation, files));
    // A pass that a doubtful one took over from does not come back; a fail does, since doubt must not lift it.
    let replaced = |old: &Located<Attestation>| {
        old.result != Attested::Fail
            && doubtful
                .iter()
                .any(|new| same_name(&new.control, &old.control) && (new.on, new.line) > (old.on, old.line))
    };
    judged.sound = sound.into_iter().filter(|attestation| !replaced(attestation)).cloned().collect();
    judged
}

impl Judged {
    fn counts(&mut self, path: &str, attestation: &Located<Attestation>, files: &EvidenceFiles) -> bool {
        let Some(evidence) = &attestation.evidence_file else { return true };
        let control = attestation.control.clone();
        let file = evidence.path.display().to_string();
        // A file that can be changed must not be able to lift a fail.
        let counts = attestation.result == Attested::Fail;
        let problem = match files.get(&evidence.path) {
            Some(EvidenceFile::Digest(digest)) if *digest == evidence.sha256 => return true,
            Some(EvidenceFile::Digest(_)) => AdjustmentProblem::OtherEvidence { file, counts },
            Some(EvidenceFile::Unreadable(error)) => {
                AdjustmentProblem::UnreadEvidence { file, error: error.clone(), counts }
            }
            Some(EvidenceFile::Absent) | None => {
                self.absent.push((control, file));
                return true;
            }
        };
        let adjustment = Adjustment::Attestation { control };
        self.warnings.push(Warning::Adjustment {
            path: path.to_owned(),
            line: attestation.line,
            adjustment,
            problem,
        });
        counts
    }
}
