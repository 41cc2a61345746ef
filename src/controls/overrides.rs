//! The parameters and levels that a configuration sets for controls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::catalog::Catalog;
use super::control::Control;
use crate::casefold::same_name;
use crate::facts::vocabulary::{SETTINGS, replaces};
use crate::level::Level;
use crate::toml_document::{Located, Problem, Problems, closest, excerpt};

/// Configured parameters: control id to parameter to value, each with its line.
type Params = BTreeMap<String, Located<BTreeMap<String, Located<Value>>>>;

impl Catalog {
    /// Replaces the controls' parameters by configured values.
    ///
    /// # Errors
    /// All mistakes: unknown controls, unknown parameters, values of another type.
    pub(crate) fn override_params(&mut self, path: &str, overrides: &Params) -> Result<(), Problems> {
        let mut problems = Vec::new();
        for (id, params) in overrides {
            let Some(control) = self.named(path, id, params.line, &mut problems) else { continue };
            let mut report = |line: usize, message: String, suggestion: Option<&str>| {
                let suggestion = suggestion.map(str::to_owned);
                problems.push(Problem { path: path.to_owned(), line, message, suggestion });
            };
            for (name, value) in &params.value {
                let Some(own) = control.params.get_mut(name) else {
                    let known = control.params.keys().map(String::as_str);
                    let setting = SETTINGS.iter().find(|setting| setting.name() == name.as_str());
                    let setting = setting.map(|setting| format!("facts.{}", setting.name()));
                    let message = format!("control {id} has no parameter `{}`", excerpt(name));
                    report(value.line, message, setting.as_deref().or_else(|| closest(name, known)));
                    continue;
                };
                match replaces(value, own) {
                    Ok(()) => *own = value.value.clone(),
                    Err(wanted) => {
                        report(value.line, format!("`{name}` of control {id} must be {wanted}"), None);
                    }
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Problems::from(problems)) }
    }

    /// Replaces the controls' levels by configured ones. A control that is left out keeps its level, so the gate still
    /// looks for it there.
    ///
    /// # Errors
    /// All unknown controls, and controls that occur twice in different spellings.
    pub(crate) fn override_levels<'s>(
        &mut self,
        path: &str,
        settings: impl IntoIterator<Item = (&'s str, usize, Option<Level>)>,
    ) -> Result<(), Problems> {
        let (mut problems, mut met) = (Vec::new(), BTreeSet::new());
        for (id, line, level) in settings {
            let Some(control) = self.named(path, id, line, &mut problems) else { continue };
            if !met.insert(control.id.clone()) {
                let message = format!("`controls` holds {} twice, in different spellings", control.id);
                problems.push(Problem { path: path.to_owned(), line, message, suggestion: None });
            }
            control.level = level.unwrap_or(control.level);
        }
        if problems.is_empty() { Ok(()) } else { Err(Problems::from(problems)) }
    }

    /// The control with an id of the configuration, or a problem.
    fn named(
        &mut self,
        path: &str,
        id: &str,
        line: usize,
        problems: &mut Vec<Problem>,
    ) -> Option<&mut Control> {
        let found = self.definitions.iter().position(|definition| same_name(&definition.control.id, id));
        let Some(index) = found else {
            let known = self.definitions.iter().map(|definition| definition.control.id.as_str());
            let suggestion = closest(id, known).map(str::to_owned);
            let message = format!("there is no control `{}`", excerpt(id));
            problems.push(Problem { path: path.to_owned(), line, message, suggestion });
            return None;
        };
        Some(Arc::make_mut(&mut self.definitions[index].control))
    }
}
