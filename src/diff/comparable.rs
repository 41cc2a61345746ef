//! What of two reports can be compared, and why the rest cannot.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::{Control, Report, SourceReport};
use crate::sources::{SourceId, SourceStatus};
use crate::verdict::Status;

/// What two reports have in common as far as comparing them goes.
pub(crate) struct Comparable {
    /// The sources that were complete in one of them and not in the other.
    differing: BTreeSet<SourceId>,
}

/// Why a control cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Incomparable {
    /// It was not evaluated before.
    NotEvaluatedBefore,
    /// It is not evaluated now.
    NotEvaluatedNow,
    /// An error left it undecided before.
    UnknownBefore,
    /// An error leaves it undecided now.
    UnknownNow,
    /// Its level, checks, parameters or settings are not the same.
    DecidedOtherwise,
    /// A source that it rests on was complete in one of the two alone.
    OtherSource,
    /// It no longer fails, and a source that it rests on is not complete now, so that it is not fixed for certain.
    SourceNotRead,
}

impl Incomparable {
    /// The reason in a sentence.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::NotEvaluatedBefore => "It was not evaluated before.",
            Self::NotEvaluatedNow => "It is not evaluated now.",
            Self::UnknownBefore => "An error left it undecided before.",
            Self::UnknownNow => "An error leaves it undecided now.",
            Self::DecidedOtherwise => "Its level, checks, parameters or settings are not the same.",
            Self::OtherSource => "A source that it rests on was complete in one of the two alone.",
            Self::SourceNotRead => {
                "It no longer fails, but a source that it rests on was not read completely."
            }
        }
    }
}

impl Comparable {
    /// Compares how the sources of two reports ended.
    pub(crate) fn between(old: &[SourceReport], new: &[SourceReport]) -> Self {
        let differs = |id: &SourceId| is_complete(old, *id) != is_complete(new, *id);
        Self { differing: SourceId::ALL.iter().copied().filter(differs).collect() }
    }

    /// What keeps the control of the two reports from being compared; none where nothing does.
    pub(crate) fn obstacle(&self, old: Option<&Control>, new: Option<&Control>) -> Option<Incomparable> {
        let (Some(old), Some(new)) = (old, new) else {
            return Some(if old.is_none() {
                Incomparable::NotEvaluatedBefore
            } else {
                Incomparable::NotEvaluatedNow
            });
        };
        let rests_on = |id: &SourceId| new.sources.contains(id) || old.sources.contains(id);
        Some(match () {
            () if old.status == Status::Unknown => Incomparable::UnknownBefore,
            () if new.status == Status::Unknown => Incomparable::UnknownNow,
            () if old.digest != new.digest => Incomparable::DecidedOtherwise,
            () if self.differing.iter().any(rests_on) => Incomparable::OtherSource,
            () => return None,
        })
    }

    /// What makes the two reports differ as a whole.
    pub(super) fn warnings(&self, old: &Report, new: &Report) -> Vec<String> {
        let differing: Vec<_> = self.differing.iter().map(|id| id.describe()).collect();
        [
            (old.scan.at > new.scan.at)
                .then(|| "The first report is newer than the second: give the older one first.".to_owned()),
            (old.catalog.digest != new.catalog.digest).then(|| {
                "The two reports were made by other versions of the controls: those that changed cannot be \
                 compared."
                    .to_owned()
            }),
            new.scan.window.hours_beside(old.scan.window).map(|(before, now)| {
                format!(
                    "The windows are of {before} and {now} hours: events that only one of them looked at are \
                     listed apart."
                )
            }),
            (!differing.is_empty()).then(|| {
                format!(
                    "Complete in one of the two alone: {}. What rests on it cannot be compared.",
                    differing.join(", ")
                )
            }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The controls of the newer report with those of the older one, then those that only the older one has.
pub(super) fn pairs<'a>(
    old: &'a Report,
    new: &'a Report,
) -> impl Iterator<Item = (Option<&'a Control>, Option<&'a Control>)> {
    let before: BTreeMap<&str, &Control> = old.controls.iter().map(|one| (&*one.id, one)).collect();
    let now: BTreeMap<&str, &Control> = new.controls.iter().map(|one| (&*one.id, one)).collect();
    let both = new.controls.iter().map(move |one| (before.get(&*one.id).copied(), Some(one)));
    let gone = old.controls.iter().filter(move |one| !now.contains_key(&*one.id));
    both.chain(gone.map(|one| (Some(one), None)))
}

/// Whether every source that a control rests on was read completely: only then has what is not found ended.
pub(crate) fn is_read_whole(control: &Control, sources: &[SourceReport]) -> bool {
    control.sources.iter().all(|id| is_complete(sources, *id))
}

/// Whether all of a source was read.
pub(super) fn is_complete(sources: &[SourceReport], id: SourceId) -> bool {
    let is = |id, status| sources.iter().any(|source| source.id == id && source.status == status);
    // What the token may read includes the allowlist, which is a source of its own.
    let part = id == SourceId::TokenProbe && is(SourceId::IpAllowlist, SourceStatus::Failed);
    is(id, SourceStatus::Complete) && !part
}
