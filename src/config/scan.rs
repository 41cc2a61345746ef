//! `[workspace]`, `[scan]`, `[controls]`, `[params]` and `[facts]`: what is scanned, how, and with which limits.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::level::{FailOn, Level};
use crate::region::Region;
use crate::time::Window;
use crate::toml_document::{Located, Table};

use super::section::{Context, filled, timed};

/// Values under names of the file's choosing, each with its line.
pub(crate) type Values = BTreeMap<String, Located<Value>>;

/// Values that replace parameters of controls: control id to parameter to value.
pub(crate) type Overrides = BTreeMap<String, Located<Values>>;

/// What replaces the level of a control, or leaves the control out: control id to setting.
pub(crate) type ControlSettings = BTreeMap<String, Located<ControlSetting>>;

/// One entry of `[controls]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ControlSetting {
    /// The level in place of the control's own.
    pub level: Option<Level>,
    pub disabled: bool,
}

/// The workspace to scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Workspace {
    /// Its id: another workspace is refused.
    pub id: Option<String>,
    /// Where it is hosted.
    pub region: Option<Region>,
    /// Its name, for people.
    pub name: Option<String>,
    /// The file that holds the token.
    pub token_file: Option<PathBuf>,
}

/// Settings of the scan; an option on the command line outweighs each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ScanSettings {
    /// The highest level to evaluate.
    pub level: Option<Level>,
    /// The gate.
    pub fail_on: Option<FailOn>,
    /// The window for high-volume events.
    pub since: Option<Located<Window>>,
    /// Whether manual and unknown fail the gate too.
    pub strict: Option<bool>,
    /// The least share of controls that data or a person decides, in percent.
    pub min_coverage: Option<u8>,
}

pub(super) fn workspace(mut table: Table<'_>, context: &Context) -> Workspace {
    refuse_token(&mut table);
    let workspace = Workspace {
        id: filled(&mut table, "id").map(|id| id.value.trim().to_owned()),
        region: table.word("region"),
        name: filled(&mut table, "name").map(|name| name.value),
        token_file: context.trusted_file(&mut table, "token_file"),
    };
    table.finish();
    workspace
}

/// Says plainly that a token must not be written into the file; its value is never repeated.
fn refuse_token(table: &mut Table<'_>) {
    for key in ["token", "access_token"] {
        let line = table.keys().iter().find(|known| known.value == key).map(|known| known.line);
        if let Some(line) = line {
            table.value_at(key);
            table.document().report(
                line,
                format!(
                    "`{key}`: never put a token into the configuration file; revoke this one if it is real, and pass \
                     a new one in INTERCOM_ACCESS_TOKEN or a token file"
                ),
            );
        }
    }
}

pub(super) fn settings(mut table: Table<'_>) -> ScanSettings {
    let settings = ScanSettings {
        level: table.word("level"),
        fail_on: table.word("fail_on"),
        since: timed(&mut table, "since", Window::parse),
        strict: table.flag("strict").map(|strict| strict.value),
        min_coverage: percent(&mut table, "min_coverage"),
    };
    table.finish();
    settings
}

/// Takes a whole number from 0 to 100.
fn percent(table: &mut Table<'_>, key: &'static str) -> Option<u8> {
    let value = table.number_or_text(key)?;
    let percent = value.as_u64().and_then(|number| u8::try_from(number).ok()).filter(|number| *number <= 100);
    if percent.is_none() {
        table.document().report(value.line, format!("`{key}` must be a whole number from 0 to 100"));
    }
    percent
}

/// Takes the parameters of every control; which control has which is for the catalog to say.
pub(super) fn overrides(mut table: Table<'_>) -> Overrides {
    let mut overrides = Overrides::new();
    for control in table.keys() {
        let Some(params) = table.table_at(&control.value) else { continue };
        let line = params.line();
        overrides.insert(control.value, Located { value: params.values(), line });
    }
    overrides
}

/// Takes the settings of every control; which controls there are is for the catalog to say.
pub(super) fn controls(mut table: Table<'_>) -> ControlSettings {
    let mut settings = ControlSettings::new();
    for control in table.keys() {
        let Some(mut entry) = table.table_at(&control.value) else { continue };
        let line = entry.line();
        let level = entry.word("level");
        let disabled = entry.flag("enabled").is_some_and(|enabled| !enabled.value);
        entry.finish();
        // What is left out has no level to move.
        let level = level.filter(|_| !disabled);
        settings.insert(control.value, Located { value: ControlSetting { level, disabled }, line });
    }
    settings
}
