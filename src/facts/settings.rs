//! What facts need to know beforehand.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::{Organization, Rbac, Saml};
use crate::directory::Roster;
use crate::saml::IdentityProvider;

/// The identity provider's own file, and what it is judged by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SamlFile {
    /// What it says.
    pub provider: IdentityProvider,
    /// What the configuration says about it.
    pub config: Saml,
    /// How many days before its end a certificate is a problem.
    pub notice_days: u64,
}

/// What facts need to know beforehand: parameters of the catalog, and the configuration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    /// Names of roles that may change settings or teammates.
    pub privileged_roles: Vec<String>,
    /// Names of roles known not to.
    pub unprivileged_roles: Vec<String>,
    /// How many failed sign-ins make a burst; at least 1.
    pub burst_count: u64,
    /// How many minutes lie between the first and the last of them at most.
    pub burst_minutes: u64,
    /// A shorter IPv4 prefix counts as wide.
    pub widest_ipv4: u8,
    /// A shorter IPv6 prefix counts as wide.
    pub widest_ipv6: u8,
    /// What the organization declares about itself.
    pub organization: Organization,
    /// Declared roles and groups.
    pub rbac: Rbac,
    /// The rosters that were given.
    pub roster: Option<Arc<Roster>>,
    /// The identity provider's own file.
    pub saml: Option<Arc<SamlFile>>,
    /// The event types that checks over `events` ask for.
    pub event_types: BTreeSet<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            privileged_roles: list(&["owner", "admin", "administrator", "super admin", "superadmin"]),
            unprivileged_roles: list(&[
                "teammate",
                "agent",
                "support agent",
                "support",
                "viewer",
                "read only",
                "read-only",
                "lite",
                "member",
            ]),
            burst_count: 10,
            burst_minutes: 10,
            widest_ipv4: 8,
            widest_ipv6: 32,
            organization: Organization::default(),
            rbac: Rbac::default(),
            roster: None,
            saml: None,
            event_types: BTreeSet::new(),
        }
    }
}
