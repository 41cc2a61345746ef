//! How controls ended then and now.

use schemars::JsonSchema;
use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

use super::comparable::{Comparable, Incomparable, is_read_whole, pairs};
use super::findings;
use crate::level::Level;
use crate::report::{Control, Report};
use crate::verdict::Status;

/// A control that ended otherwise than before, or that cannot be compared.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ControlChange<'a> {
    /// The control's id.
    pub id: &'a str,
    /// Its short name.
    pub slug: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The level at which it is asked for.
    pub level: Level,
    /// What became of it.
    pub outcome: ControlOutcome,
    /// What keeps it from being compared; null where nothing does.
    pub why: Option<Incomparable>,
    /// How it ended then; null where it was not evaluated.
    pub from: Option<Status>,
    /// How it ends now; null where it is not evaluated.
    pub to: Option<Status>,
    /// What is wrong now in one sentence with numbers; null where nothing is.
    pub headline: Option<&'a str>,
    /// Whether waivers cover all that is wrong with it now.
    pub waived: bool,
    /// The control in the newer report, else in the older one.
    #[serde(skip)]
    pub control: &'a Control,
}

/// What became of a control, the most urgent first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub(crate) enum ControlOutcome {
    /// It fails, and did not.
    Regressed,
    /// It passed, and nothing decides it now.
    NoLongerDecided,
    /// It cannot be compared.
    Incomparable,
    /// It failed and does not, and something of what failed is too old for the window: that is not a remedy.
    AgedOut,
    /// It failed, and does not.
    Fixed,
    /// Nothing decided it, and it passes.
    NowDecided,
}

impl ControlChange<'_> {
    /// Whether it fails now, by something that no waiver covers.
    pub(crate) fn fails(&self) -> bool {
        self.to == Some(Status::Fail) && !self.waived
    }
}

/// The controls that changed, and how many did not.
pub(super) fn changes<'a>(
    old: &'a Report,
    new: &'a Report,
    comparable: &Comparable,
) -> (Vec<ControlChange<'a>>, usize) {
    let mut changes: Vec<_> = pairs(old, new)
        .filter_map(|(before, now)| {
            let control = now.or(before)?;
            let (outcome, why) = match (comparable.obstacle(before, now), before, now) {
                (None, Some(before), Some(now)) => match outcome(before, now, new)? {
                    ControlOutcome::Fixed if !is_read_whole(now, &new.sources) => {
                        (ControlOutcome::Incomparable, Some(Incomparable::SourceNotRead))
                    }
                    outcome => (outcome, None),
                },
                (why, ..) => (ControlOutcome::Incomparable, why),
            };
            Some(ControlChange {
                id: &control.id,
                slug: &control.slug,
                title: &control.title,
                level: control.level,
                outcome,
                why,
                from: before.map(|control| control.status),
                to: now.map(|control| control.status),
                headline: now.and_then(|control| control.headline.as_deref()),
                waived: now.is_some_and(Control::is_waived),
                control,
            })
        })
        .collect();
    let unchanged = pairs(old, new).count() - changes.len();
    changes.sort_by_key(|change| (change.outcome, change.level, change.control.priority));
    (changes, unchanged)
}

/// What became of a control that can be compared; none where it ends as before, or nothing was decided or is.
fn outcome(before: &Control, now: &Control, new: &Report) -> Option<ControlOutcome> {
    let fails = |control: &Control| control.status == Status::Fail;
    Some(match (before.status, now.status) {
        _ if fails(now) && !fails(before) => ControlOutcome::Regressed,
        _ if fails(before) && !fails(now) => {
            let aged = |gone: &findings::Missing<'_>| gone.is_older_than(new.scan.window);
            if findings::missing(before, Some(now)).any(|gone| aged(&gone)) {
                ControlOutcome::AgedOut
            } else {
                ControlOutcome::Fixed
            }
        }
        (Status::Pass, Status::Manual) => ControlOutcome::NoLongerDecided,
        (Status::Manual, Status::Pass) => ControlOutcome::NowDecided,
        _ => return None,
    })
}
