//! What a scan evaluates, and by which rules: decided from flags and configuration, in that order.

use super::given::Given;
use crate::cli::{GateArgs, PackName, SelectionArgs};
use crate::config::Config;
use crate::controls::{Pack, Selection};
use crate::facts::{FactSettings, Settings};
use crate::level::{FailOn, Level};
use crate::report::GateRule;
use crate::scan::Plan;

/// Which controls a scan evaluates.
pub(super) fn selection(args: &SelectionArgs, config: Option<&Config>) -> Selection {
    Selection {
        level: args.level.unwrap_or_else(|| everything(config).level),
        pack: match args.pack {
            PackName::Guide => Some(Pack::Guide),
            PackName::Extended => Some(Pack::Extended),
            PackName::All => None,
        },
        only: args.control.clone(),
        skip: args.skip.clone(),
        needs_roster: false,
    }
}

/// Every control up to the configuration's level.
pub(super) fn everything(config: Option<&Config>) -> Selection {
    let level = config.and_then(|config| config.scan.level).unwrap_or(Level::L3);
    Selection { level, pack: None, only: Vec::new(), skip: Vec::new(), needs_roster: false }
}

/// What fails a scan.
pub(super) fn gate(args: &GateArgs, demo: bool, config: Option<&Config>) -> GateRule {
    let scan = config.map(|config| config.scan.clone()).unwrap_or_default();
    GateRule {
        fail_on: match args.fail_on {
            Some(fail_on) => fail_on,
            None if demo => FailOn::Never,
            None => scan.fail_on.unwrap_or_default(),
        },
        strict: args.strict || scan.strict.unwrap_or(false),
        allow_incomplete: args.allow_incomplete,
        fail_on_hygiene: args.fail_on_hygiene,
    }
}

/// What facts go by.
pub(super) fn settings(facts: FactSettings, plan: &Plan, config: Option<&Config>, given: &Given) -> Settings {
    Settings {
        facts,
        organization: config.map(|config| config.organization.clone()).unwrap_or_default(),
        rbac: config.map(|config| config.rbac.clone()).unwrap_or_default(),
        roster: given.roster.clone(),
        saml: given.saml.clone(),
        event_types: plan.selected().flat_map(|definition| definition.rules.event_types()).collect(),
    }
}
