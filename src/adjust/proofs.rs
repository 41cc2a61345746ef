//! The files that attestations name as proof, compared with what they were when the attestation was signed.

use std::io::ErrorKind;

use crate::config::{Attestation, Attested, Config};
use crate::edit::digest_of;
use crate::report::Assessment;

/// Which attestations count as far as their files go, and what is to be said about the files.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    /// The attestations that count.
    pub(crate) sound: Vec<Attestation>,
    /// What is wrong, a sentence each, with its line.
    pub(crate) complaints: Vec<String>,
    /// Control and remark, where a file could not be compared because it is not there.
    absent: Vec<(String, String)>,
}

impl Proofs {
    /// Compares every file that is there.
    pub(crate) fn check(config: &Config) -> Self {
        let mut proofs = Self::default();
        let (sound, doubtful): (Vec<_>, Vec<_>) =
            config.attestations.iter().partition(|attestation| proofs.holds(&config.path, attestation));
        // A pass that a doubtful one took over from does not come back; a fail does, since doubt must not lift it.
        let replaced = |old: &Attestation| {
            old.result == Attested::Pass
                && doubtful.iter().any(|new| {
                    new.control.eq_ignore_ascii_case(&old.control)
                        && (new.on.value, new.line) > (old.on.value, old.line)
                })
        };
        proofs.sound = sound.into_iter().filter(|attestation| !replaced(attestation)).cloned().collect();
        proofs
    }

    fn holds(&mut self, path: &str, attestation: &Attestation) -> bool {
        let Some(file) = &attestation.evidence_file else { return true };
        let shown = file.path.display();
        let problem = match digest_of(&file.path) {
            Ok(digest) if digest == file.sha256 => return true,
            Ok(_) => format!("{shown} is not the file it was signed with"),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let remark = format!("the evidence {shown} is not here, so it was not compared");
                self.absent.push((attestation.control.value.clone(), remark));
                return true;
            }
            Err(error) => format!("{shown} cannot be read: {error}"),
        };
        // Whoever may change the file must not be able to lift a fail with it.
        let failed = attestation.result == Attested::Fail;
        let consequence = if failed { "a fail counts all the same" } else { "it does not count" };
        let Attestation { line, control, .. } = attestation;
        let control = &control.value;
        self.complaints.push(format!(
            "{path}:{line}: the attestation for {control} is in doubt: {problem}; {consequence}"
        ));
        failed
    }

    /// Mentions the files that were not there, beside the controls they are about.
    pub(crate) fn mention_absent(&self, assessments: &mut [Assessment]) {
        for assessment in assessments {
            let of_control =
                self.absent.iter().filter(|(id, _)| id.eq_ignore_ascii_case(&assessment.control.id));
            assessment.verdict.context.extend(of_control.map(|(_, remark)| remark.clone()));
        }
    }
}
