//! What a scan evaluates, and by which rules: decided from flags and configuration, in that order.

use super::given::Given;
use crate::cli::{GateArgs, PackName, ScanArgs};
use crate::config::Config;
use crate::controls::{Catalog, Pack, Selection};
use crate::facts::Settings;
use crate::level::{FailOn, Level};
use crate::scan::{GateRule, Plan};

/// How long a teammate may be silent where no control says so, in days.
pub(super) const STALE_AFTER_DAYS: u64 = 90;

/// Which controls a scan evaluates.
pub(super) fn selection(args: &ScanArgs, config: Option<&Config>) -> Selection {
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

/// Takes from the controls' parameters what the facts need to know beforehand.
pub(super) fn settings(plan: &Plan, config: Option<&Config>, given: &Given) -> Settings {
    let catalog = &plan.catalog;
    let defaults = Settings::default();
    let number = |id, name| number(catalog, id, name);
    let prefix = |name| number("1.4", name).map(|bits| u8::try_from(bits).unwrap_or(u8::MAX));
    Settings {
        privileged_roles: catalog.param_texts("2.3", "privileged_roles").unwrap_or(defaults.privileged_roles),
        unprivileged_roles: catalog
            .param_texts("2.3", "unprivileged_roles")
            .unwrap_or(defaults.unprivileged_roles),
        burst_count: number("E6", "burst_count").unwrap_or(defaults.burst_count),
        burst_minutes: number("E6", "burst_minutes").unwrap_or(defaults.burst_minutes),
        widest_ipv4: prefix("widest_ipv4").unwrap_or(defaults.widest_ipv4),
        widest_ipv6: prefix("widest_ipv6").unwrap_or(defaults.widest_ipv6),
        organization: config.map(|config| config.organization.clone()).unwrap_or_default(),
        rbac: config.map(|config| config.rbac.clone()).unwrap_or_default(),
        roster: given.roster.clone(),
        saml: given.saml.clone(),
        event_types: plan.selected().flat_map(|definition| definition.rules.event_types()).collect(),
    }
}

/// For how many days a teammate may be silent: sign-ins and arrivals are read as far back.
pub(super) fn stale_after_days(catalog: &Catalog) -> u64 {
    number(catalog, "E5", "stale_after").unwrap_or(STALE_AFTER_DAYS)
}

/// A parameter that counts something; fractions are rounded up, so that a limit is never tighter than it was written.
pub(super) fn number(catalog: &Catalog, id: &str, name: &str) -> Option<u64> {
    let number = catalog.param(id, name)?.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, which serves"
    )]
    Some(number.ceil() as u64)
}
