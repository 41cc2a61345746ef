//! The catalog: controls as data, read from TOML and checked before anything runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

mod level;

pub use level::Level;

/// A step of the remediation: where to click and what to do there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// What the step achieves.
    pub title: String,
    /// The way through Intercom's menus.
    pub path: Vec<String>,
    /// What to do there, one by one.
    pub actions: Vec<String>,
}

/// Where a control was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// It was added by `--controls`.
    File(PathBuf),
    /// It was read by `--controls` in place of the built-in control of the same id.
    Replaces(PathBuf),
}

/// Which of the built-in packs a control belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pack {
    /// The hardening guide's own controls.
    Guide,
    /// What goes beyond the guide; ids start with E.
    Extended,
}

/// The descriptive part of a control: what people read.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// The id, as in the file name: `2.3`, `E4`.
    pub id: String,
    /// A short imperative title.
    pub title: String,
    /// The level at which it is asked for.
    pub level: Level,
    /// The section of the guide.
    pub section: String,
    /// The guide version that brought it; none in the extended pack.
    pub since: Option<String>,
    /// What it asks for.
    pub description: String,
    /// Why it matters.
    pub rationale: String,
    /// What has to be in place before.
    pub prerequisites: Vec<String>,
    /// How long it takes.
    pub effort: String,
    /// Framework id to the framework's controls.
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// What to click.
    pub steps: Vec<Step>,
    /// Parameters with the values in force.
    pub params: BTreeMap<String, Value>,
    /// Which pack it belongs to.
    pub pack: Pack,
    /// Where it was read from.
    pub origin: Origin,
}
