//! How many controls ended how.

use schemars::JsonSchema;
use serde::Serialize;

use super::Control;
use crate::level::Level;
use crate::verdict::Status;

/// How many controls ended how, altogether and by level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Summary {
    #[serde(flatten)]
    pub all: Counters,
    /// The same by level.
    by_level: ByLevel,
}

/// How many controls ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Counters {
    /// Controls that pass.
    pub pass: usize,
    /// Controls that fail.
    pub fail: usize,
    /// Controls a person has to look at.
    pub manual: usize,
    /// Controls that an error kept from being decided.
    pub unknown: usize,
    /// Controls that a waiver took out of the gate, whatever their status.
    pub waived: usize,
    /// Controls that an attestation decided.
    pub attested: usize,
    /// Manual controls that an attestation says do not apply.
    pub not_applicable: usize,
    /// The share that passes or fails of those that apply; null where none was evaluated.
    #[schemars(range(min = 0, max = 1))]
    pub coverage: Option<f64>,
}

/// The counters of each level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
struct ByLevel {
    /// Baseline.
    l1: Counters,
    /// Hardened.
    l2: Counters,
    /// Maximum security.
    l3: Counters,
}

impl Summary {
    /// Counts the controls.
    pub(crate) fn of(controls: &[Control]) -> Self {
        let of_level =
            |level| Counters::of(controls.iter().filter(move |control: &&Control| control.level == level));
        Self {
            all: Counters::of(controls),
            by_level: ByLevel { l1: of_level(Level::L1), l2: of_level(Level::L2), l3: of_level(Level::L3) },
        }
    }

    /// The counters of a level.
    pub(crate) const fn of_level(&self, level: Level) -> &Counters {
        match level {
            Level::L1 => &self.by_level.l1,
            Level::L2 => &self.by_level.l2,
            Level::L3 => &self.by_level.l3,
        }
    }

    /// The counters of each level that has controls.
    pub(crate) fn levels(&self) -> impl Iterator<Item = (Level, &Counters)> {
        let all = Level::ALL.into_iter().map(|level| (level, self.of_level(level)));
        all.filter(|(_, counters)| Status::ALL.iter().any(|status| counters.with(*status) > 0))
    }
}

impl Counters {
    fn of<'a>(controls: impl IntoIterator<Item = &'a Control>) -> Self {
        let mut counters = Self::default();
        for control in controls {
            *match control.status {
                Status::Pass => &mut counters.pass,
                Status::Fail => &mut counters.fail,
                Status::Manual => &mut counters.manual,
                Status::Unknown => &mut counters.unknown,
            } += 1;
            counters.waived += usize::from(control.is_waived());
            counters.attested += usize::from(control.is_attested());
            counters.not_applicable += usize::from(control.is_not_applicable());
        }
        let (decided, applicable) = (counters.pass + counters.fail, counters.applicable());
        Self { coverage: (applicable > 0).then(|| decided as f64 / applicable as f64), ..counters }
    }

    /// How many controls there are beside those that do not apply.
    pub(crate) const fn applicable(&self) -> usize {
        self.pass + self.fail + self.manual + self.unknown - self.not_applicable
    }

    /// How many controls ended like this.
    pub(crate) const fn with(&self, status: Status) -> usize {
        match status {
            Status::Pass => self.pass,
            Status::Fail => self.fail,
            Status::Manual => self.manual,
            Status::Unknown => self.unknown,
        }
    }
}
