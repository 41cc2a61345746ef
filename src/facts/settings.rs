//! The settings of facts.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::history::History;
use super::vocabulary::{SETTINGS, Setting, replaces};
use crate::config::{Organization, Rbac, Saml};
use crate::directory::Roster;
use crate::saml::IdentityProvider;
use crate::toml_document::{Located, Problem, Problems, closest, excerpt};

/// The identity provider's file and its configuration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SamlFile {
    pub provider: IdentityProvider,
    pub config: Saml,
}

/// The values of the settings that `controls/facts.toml` declares.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactSettings {
    pub privileged_roles: Vec<String>,
    pub unprivileged_roles: Vec<String>,
    pub burst_count: u64,
    pub burst_minutes: u64,
    pub stale_after: u64,
    pub max_silence: u64,
    pub widest_ipv4: u64,
    pub widest_ipv6: u64,
    pub certificate_days: u64,
    pub generic_names: Vec<String>,
    pub consumer_domains: Vec<String>,
}

impl FactSettings {
    /// The declared defaults.
    pub(crate) fn declared() -> Self {
        Self::of(defaults())
    }

    /// The declared defaults, overridden by a configuration.
    ///
    /// # Errors
    /// All mistakes: unknown settings, values of another type.
    pub(crate) fn in_force(
        path: &str,
        configured: &BTreeMap<String, Located<Value>>,
    ) -> Result<Self, Problems> {
        let mut values = defaults();
        let mut problems = Vec::new();
        for (name, value) in configured {
            let mut report = |message: String, suggestion: Option<&str>| {
                let suggestion = suggestion.map(str::to_owned);
                problems.push(Problem { path: path.to_owned(), line: value.line, message, suggestion });
            };
            match values.get_mut(name) {
                None => {
                    let known = SETTINGS.iter().map(Setting::name);
                    report(format!("facts have no setting `{}`", excerpt(name)), closest(name, known));
                }
                Some(own) => match replaces(value, own) {
                    Ok(()) if own.is_u64() && !value.is_u64() => {
                        report(format!("`{name}` must be a whole number"), None);
                    }
                    Ok(()) => *own = value.value.clone(),
                    Err(wanted) => report(format!("`{name}` must be {wanted}"), None),
                },
            }
        }
        if problems.is_empty() { Ok(Self::of(values)) } else { Err(Problems::from(problems)) }
    }

    /// Whether networks together have more addresses than a network of the widest prefix, so that they restrict nothing.
    pub(crate) fn is_too_wide(&self, networks: impl IntoIterator<Item = IpNet>) -> bool {
        let mut networks: Vec<IpNet> = networks.into_iter().map(|network| network.trunc()).collect();
        // IPv4-mapped IPv6 counts as IPv4.
        if networks
            .iter()
            .any(|network| network.contains(&IpAddr::from(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped())))
        {
            networks.push(Ipv4Net::default().into());
        }
        let size = |width: u8, prefix: u64| {
            let bits = u64::from(width).saturating_sub(prefix);
            u32::try_from(bits).ok().and_then(|bits| 1_u128.checked_shl(bits)).unwrap_or(u128::MAX)
        };
        let (mut held_v4, mut held_v6) = (0_u128, 0_u128);
        for network in IpNet::aggregate(&networks) {
            let held = if matches!(network, IpNet::V4(_)) { &mut held_v4 } else { &mut held_v6 };
            *held = held.saturating_add(size(network.max_prefix_len(), network.prefix_len().into()));
        }
        held_v4 > size(32, self.widest_ipv4) || held_v6 > size(128, self.widest_ipv6)
    }

    fn of(values: Map<String, Value>) -> Self {
        // A test compares the declarations with the fields, and every value was checked against its declaration.
        serde_json::from_value(Value::Object(values)).unwrap_or_default()
    }

    /// The values by the names that controls use.
    pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
        let values = serde_json::to_value(self).unwrap_or_default();
        SETTINGS.iter().map(|setting| (setting.field.name, values[setting.name()].clone())).collect()
    }
}

fn defaults() -> Map<String, Value> {
    SETTINGS.iter().map(|setting| (setting.name().to_owned(), setting.default.clone())).collect()
}

/// The inputs of facts besides the workspace.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub facts: FactSettings,
    /// The organization's declarations.
    pub organization: Organization,
    /// Declared roles and groups.
    pub rbac: Rbac,
    /// The directory exports (rosters).
    pub roster: Option<Arc<Roster>>,
    pub saml: Option<Arc<SamlFile>>,
    /// What the store knows of each workspace, by its id; none without a store.
    pub history: Option<Arc<BTreeMap<String, History>>>,
    /// Whether the workspace itself is read, so that the log is read now.
    pub live: bool,
    /// The event types that checks over `events` list.
    pub event_types: BTreeSet<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            facts: FactSettings::declared(),
            organization: Organization::default(),
            rbac: Rbac::default(),
            roster: None,
            saml: None,
            history: None,
            live: false,
            event_types: BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::address;
    use crate::facts::vocabulary::{TABLES, values};

    #[test]
    fn every_setting_is_declared_and_has_a_field() {
        let declared = serde_json::to_value(FactSettings::declared()).unwrap();
        assert_eq!(declared, Value::Object(defaults()));
        assert!(!SETTINGS.is_empty());
    }

    #[test]
    fn networks_are_wide_by_what_they_hold_together() {
        for (list, wide) in [
            ("10.0.0.0/8", false),
            ("10.0.0.0/9 10.128.0.0/9 10.1.2.3", false),
            ("10.0.0.0/8 192.0.2.1", true),
            ("0.0.0.0/1 128.0.0.0/1", true),
            ("0.0.0.0/0", true),
            ("10.1.0.0/7", true),
            ("::ffff:10.0.0.0/102", true),
            ("::ffff:10.0.0.0/104", false),
            ("::ffff:0:0/95", true),
            ("2001:db8::/32", false),
            ("2001:db8::/32 2001:db9::/128", true),
            ("::/0", true),
            ("10.0.0.0/8 2001:db8::/32", false),
            ("", false),
        ] {
            let networks = list.split_whitespace().map(|text| address::network(text).unwrap());
            assert_eq!(FactSettings::declared().is_too_wide(networks), wide, "{list}");
        }
    }

    #[test]
    fn what_a_setting_decides_exists() {
        let columns = TABLES.iter().flat_map(|table| table.columns).chain(values()).map(|field| field.name);
        let names: BTreeSet<_> = columns.chain(TABLES.iter().map(|table| table.name)).collect();
        for setting in SETTINGS.iter() {
            assert!(setting.decides.iter().all(|name| names.contains(name.as_str())), "{}", setting.name());
        }
    }

    #[test]
    fn a_configuration_changes_what_is_declared_and_nothing_else() {
        let with = |name: &str, value: Value| {
            let configured = BTreeMap::from([(name.to_owned(), Located { value, line: 3 })]);
            FactSettings::in_force("c.toml", &configured).map_err(|problems| problems.to_string())
        };
        assert_eq!(with("burst_count", json!(3)).unwrap().burst_count, 3);
        assert_eq!(with("privileged_roles", json!(["boss"])).unwrap().privileged_roles, ["boss"]);
        for (name, value, said) in [
            ("burst_cuont", json!(3), "burst_count"),
            ("burst_count", json!(2.5), "whole number"),
            ("burst_count", json!(-1), "not negative"),
            ("privileged_roles", json!([1]), "an array of texts"),
        ] {
            let problem = with(name, value).unwrap_err();
            assert!(problem.contains("c.toml:3") && problem.contains(said), "{problem}");
        }
    }
}
