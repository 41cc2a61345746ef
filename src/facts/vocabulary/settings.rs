//! The settings of facts, as `controls/facts.toml` declares them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::{Field, Personal, Type, field};

/// A setting of facts.
#[derive(Debug)]
pub(crate) struct Setting {
    /// The value `settings.NAME`, for controls.
    pub field: Field,
    /// The default.
    pub default: Value,
    /// Tables, columns and values that it affects.
    pub decides: Vec<String>,
}

impl Setting {
    /// The name under `[facts]`.
    pub(crate) fn name(&self) -> &'static str {
        self.field.name.trim_start_matches(PREFIX)
    }
}

/// The prefix of settings among the values.
const PREFIX: &str = "settings.";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredSetting {
    meaning: String,
    default: Value,
    #[serde(default)]
    decides: Vec<String>,
}

/// Every setting, by name.
pub(crate) static SETTINGS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    // The file is built in, and a test reads it: it is never empty.
    entries().unwrap_or_default().into_iter().map(|(name, entry)| setting(&name, entry)).collect()
});

fn entries() -> Result<BTreeMap<String, DeclaredSetting>, toml::de::Error> {
    toml::from_str(include_str!("../../../controls/facts.toml"))
}

fn setting(name: &str, entry: DeclaredSetting) -> Setting {
    let DeclaredSetting { meaning, default, decides } = entry;
    let name = format!("{PREFIX}{name}").leak();
    let ty = Type::of(&default).unwrap_or(Type::Text);
    Setting { field: field(name, ty, &[], Personal::No, meaning.leak()), default, decides }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_declarations_have_no_mistake() {
        assert_eq!(super::entries().map(|entries| entries.is_empty()), Ok(false));
    }
}
