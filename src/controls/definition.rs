//! A control file, read: what people read, what is evaluated, and the examples that show it works.

use std::borrow::Cow;
use std::sync::Arc;

use super::control::Control;
use super::example::Example;
use crate::checks::{self, Rules};
use crate::facts::Facts;
use crate::toml_document::Problem;
use crate::verdict::{Status, Verdict};

/// A control file, read and checked.
#[derive(Debug)]
pub(crate) struct Definition {
    /// The descriptive part; shared with reports.
    pub control: Arc<Control>,
    /// The checks.
    pub rules: Rules,
    /// Whether it compares the teammates with a roster, and says nothing without one.
    pub needs_roster: bool,
    pub(super) examples: Vec<Example>,
    /// The file as messages name it.
    pub(super) path: Arc<str>,
    /// `sha256` input of the catalog's digest.
    pub(super) text: Cow<'static, str>,
}

impl Definition {
    /// Decides the control over the facts, and puts down what decided it. Call it inside `on_deep_stack`.
    pub(crate) fn judge(&self, facts: &Facts) -> (Arc<Control>, Verdict) {
        let Control { id, params, .. } = &*self.control;
        (Arc::clone(&self.control), checks::evaluate(id, params, &self.rules, facts))
    }

    /// Every example that yields another verdict than it expects. Call it inside `on_deep_stack`.
    pub(super) fn run_examples(&self) -> Vec<Problem> {
        self.examples
            .iter()
            .filter_map(|example| example.run(&self.control, &self.rules, &self.path))
            .collect()
    }

    /// Data that can decide a control has to be shown to decide it.
    pub(super) fn missing_examples(&self) -> Vec<Problem> {
        let shown = |status| self.examples.iter().any(|example| example.expect == Some(status));
        let reachable = self.rules.decidable();
        let missing =
            [Status::Pass, Status::Fail].into_iter().filter(|s| reachable.contains(s) && !shown(*s));
        missing
            .map(|status| Problem {
                path: self.path.to_string(),
                line: 1,
                message: format!("no [[example]] expects {}, which the checks can yield", status.as_str()),
                suggestion: None,
            })
            .collect()
    }
}
