//! A parsed control file: texts, checks and examples.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::control::Control;
use super::example::Example;
use crate::checks::{self, Rules};
use crate::digest;
use crate::facts::Facts;
use crate::facts::vocabulary::{SETTINGS, Setting};
use crate::level::Level;
use crate::toml_document::Problem;
use crate::verdict::{Reviews, Status, Verdict};

#[derive(Debug)]
pub(crate) struct Definition {
    /// The descriptive part; shared with reports.
    pub control: Arc<Control>,
    /// The level that its file gives it; the one in force is the control's.
    pub own_level: Level,
    /// The checks.
    pub rules: Rules,
    /// Whether it compares the teammates with a directory export (roster) and needs one.
    pub needs_roster: bool,
    pub(super) examples: Vec<Example>,
    /// The path as messages show it.
    pub(super) path: Arc<str>,
    /// The input of the catalog's digest.
    pub(super) text: Cow<'static, str>,
}

impl Definition {
    /// Evaluates the control, and returns it with the digest of the deciding parts and the sources that they read, since
    /// both take compiled expressions.
    pub(crate) fn judge(&self, facts: &Facts, reviews: &Reviews) -> (Arc<Control>, Verdict) {
        let Control { id, params, .. } = &*self.control;
        let verdict = checks::evaluate(id, params, &self.rules, facts, reviews);
        let sources = self.rules.sources().into_iter().collect();
        (Arc::new(Control { digest: self.digest(facts), sources, ..(*self.control).clone() }), verdict)
    }

    /// `sha256:` and the digest of the deciding parts, which texts and formatting do not change.
    fn digest(&self, facts: &Facts) -> String {
        let Control { level, params, .. } = &*self.control;
        let mut checks: Vec<_> = self.rules.checks.iter().collect();
        checks.sort_unstable_by_key(|check| &check.name);
        let read: Vec<_> = checks.iter().map(|check| check.names_read()).collect();
        let shapes = |setting: &&Setting| {
            let mut names = setting.decides.iter().map(String::as_str).chain([setting.field.name]);
            names.any(|name| read.iter().any(|read| read.contains(name)))
        };
        let settings = SETTINGS.iter().filter(shapes).map(|setting| setting.field.name);
        let settings: BTreeMap<_, _> = settings.map(|name| (name, facts.value(name))).collect();
        let checks: Vec<_> = checks.iter().map(|check| check.decisive()).collect();
        let text = json!({ "level": level, "params": params, "settings": settings, "checks": checks });
        digest::of(text.to_string().as_bytes())
    }

    /// The examples whose verdict differs from the expected one.
    pub(super) fn run_examples(&self) -> Vec<Problem> {
        self.examples
            .iter()
            .filter_map(|example| example.run(&self.control, &self.rules, &self.path))
            .collect()
    }

    /// Every status that data can lead to needs an example.
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
