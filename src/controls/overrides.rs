//! Parameters of controls, and the values that a configuration sets for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::catalog::Catalog;
use crate::casefold::same_name;
use crate::facts::vocabulary::{SETTINGS, replaces};
use crate::toml_document::{Located, Problem, Problems, closest, excerpt};

/// Configured values: control id to parameter to value, each with its line.
type Overrides = BTreeMap<String, Located<BTreeMap<String, Located<Value>>>>;

impl Catalog {
    /// Replaces the controls' parameters by configured values.
    ///
    /// # Errors
    /// All mistakes: unknown controls, unknown parameters, values of another type.
    pub(crate) fn override_params(&mut self, path: &str, overrides: &Overrides) -> Result<(), Problems> {
        let mut problems = Vec::new();
        for (id, params) in overrides {
            let mut report = |line: usize, message: String, suggestion: Option<&str>| {
                let suggestion = suggestion.map(str::to_owned);
                problems.push(Problem { path: path.to_owned(), line, message, suggestion });
            };
            let Some(index) = self.definitions.iter().position(|d| same_name(&d.control.id, id)) else {
                let known = self.definitions.iter().map(|definition| definition.control.id.as_str());
                report(params.line, format!("there is no control `{}`", excerpt(id)), closest(id, known));
                continue;
            };
            let control = Arc::make_mut(&mut self.definitions[index].control);
            for (name, value) in &params.value {
                let Some(own) = control.params.get_mut(name) else {
                    let known = control.params.keys().map(String::as_str);
                    let before = format!("params.{}.{name}", control.id);
                    let moved = SETTINGS.iter().find(|setting| setting.was.as_deref() == Some(&*before));
                    let moved = moved.map(|setting| format!("facts.{}", setting.name()));
                    let message = format!("control {id} has no parameter `{}`", excerpt(name));
                    report(value.line, message, moved.as_deref().or_else(|| closest(name, known)));
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
}
