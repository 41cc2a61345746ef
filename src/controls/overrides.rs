//! Parameters of controls: the values in force, and those that a configuration sets in place of a control's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::catalog::Catalog;
use crate::casefold::same_name;
use crate::toml_document::{Located, Problem, Problems, closest, excerpt};

/// Values in place of parameters: control id to parameter to value, each with its line.
type Overrides = BTreeMap<String, Located<BTreeMap<String, Located<Value>>>>;

impl Catalog {
    /// The value in force of a control's parameter.
    pub(crate) fn param(&self, id: &str, name: &str) -> Option<&Value> {
        self.find(id).ok()?.control.params.get(name)
    }

    /// The value in force of a parameter that is a list of texts.
    pub(crate) fn param_texts(&self, id: &str, name: &str) -> Option<Vec<String>> {
        let list = self.param(id, name)?.as_array()?;
        Some(list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect())
    }

    /// Puts the configuration's parameters in place of the controls' own.
    ///
    /// # Errors
    /// Everything that is wrong with them: a control or parameter that does not exist, a value of another type.
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
                match control.params.get_mut(name) {
                    Some(own) if same_type(own, value) => *own = value.value.clone(),
                    Some(own) => {
                        report(
                            value.line,
                            format!("`{name}` of control {id} must be {}", type_name(own)),
                            None,
                        );
                    }
                    None => {
                        let known = control.params.keys().map(String::as_str);
                        let message = format!("control {id} has no parameter `{}`", excerpt(name));
                        report(value.line, message, closest(name, known));
                    }
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Problems::from(problems)) }
    }
}

fn same_type(default: &Value, value: &Value) -> bool {
    match (default, value) {
        (Value::Number(_), Value::Number(number)) => {
            number.as_f64().is_some_and(|n| n.is_finite() && n >= 0.0)
        }
        (Value::Array(_), Value::Array(items)) => items.iter().all(Value::is_string),
        (Value::String(_), Value::String(_)) | (Value::Bool(_), Value::Bool(_)) => true,
        _ => false,
    }
}

const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Number(_) => "a number that is not negative",
        Value::Array(_) => "an array of texts",
        Value::Bool(_) => "true or false",
        _ => "text",
    }
}
