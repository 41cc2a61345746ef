//! Selecting the controls to evaluate.

use super::catalog::Catalog;
use super::control::Pack;
use super::definition::Definition;
use crate::casefold::same_name;
use crate::level::Level;
use crate::toml_document::{closest, excerpt};

#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// The highest level.
    pub level: Level,
    /// Only this built-in pack; if absent, all packs that need no declared policy.
    pub pack: Option<Pack>,
    /// Only these ids; all, if empty.
    pub only: Vec<String>,
    /// Without these ids.
    pub skip: Vec<String>,
    /// Only controls that compare the teammates with a directory export (roster).
    pub needs_roster: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no control `{id}`{}", suggestion.as_ref().map(|s| format!(" (did you mean `{s}`?)")).unwrap_or_default())]
pub(crate) struct UnknownControl {
    pub id: String,
    pub suggestion: Option<String>,
}

impl Catalog {
    /// The control of that id, in any letter case.
    ///
    /// # Errors
    /// If there is none, with the closest id.
    pub(crate) fn find(&self, id: &str) -> Result<&Definition, UnknownControl> {
        let found = self.definitions.iter().find(|d| same_name(&d.control.id, id));
        found.ok_or_else(|| {
            let known = self.definitions.iter().map(|definition| definition.control.id.as_str());
            UnknownControl { id: excerpt(id), suggestion: closest(id, known).map(str::to_owned) }
        })
    }

    ///
    /// # Errors
    /// If an id names no control.
    pub(crate) fn select(&self, selection: &Selection) -> Result<Vec<&Definition>, UnknownControl> {
        let ids = |given: &[String]| {
            given.iter().map(|id| Ok(self.find(id)?.control.id.as_str())).collect::<Result<Vec<_>, _>>()
        };
        let (only, skip) = (ids(&selection.only)?, ids(&selection.skip)?);
        let wanted = |definition: &&Definition| {
            let control = &definition.control;
            let named = only.contains(&control.id.as_str());
            let of_pack = match (control.pack, selection.pack) {
                (Some(Pack::Rbac), None) => named,
                (None, Some(Pack::Rbac)) => false,
                (None, _) | (_, None) => true,
                (Some(own), Some(wanted)) => own == wanted,
            };
            control.level <= selection.level
                && of_pack
                && (only.is_empty() || named)
                && !skip.contains(&control.id.as_str())
                && (definition.needs_roster || !selection.needs_roster)
        };
        Ok(self.definitions.iter().filter(wanted).collect())
    }

    /// The controls that compare the workspace with the declared policy, or all others.
    pub(crate) fn of_policy(&self, policy: bool) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().filter(move |d| (d.control.pack == Some(Pack::Rbac)) == policy)
    }
}
