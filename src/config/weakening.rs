//! What a configuration does to the result: everything in it that may make the result look better.
//!
//! A change of the file can make a scan look better; these entries say so wherever the scan is announced or reported.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

use crate::level::{FailOn, Level};
use crate::toml_document::excerpt;

use super::checked::Config;
use super::entries::{Attestation, Waiver};

/// How many entries are kept; what is beyond is counted.
const MOST: usize = 50;

/// How many items of a list are named; what is beyond is counted.
const ITEMS: usize = 3;

/// What is said about a configuration before it is used.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Announcement {
    /// Its path as given.
    pub path: String,
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
    pub weakens: Vec<Weakening>,
}

/// Something in a configuration that may make the result look better.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Weakening {
    Waiver(Waiver),
    Attestation(Attestation),
    Setting {
        key: String,
        value: Value,
        effect: Option<&'static str>,
    },
    /// What is not listed, and of which kinds it is, so that none can hide among the others.
    More {
        entries: usize,
        params: usize,
        waivers: usize,
        attestations: usize,
    },
}

impl Weakening {
    fn setting(key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Setting { key: key.into(), value: value.into(), effect: None }
    }
}

impl fmt::Display for Weakening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiver(Waiver { control, subject, expires, by, reason, .. }) => {
                write!(f, "waives {}", excerpt(control))?;
                if let Some(subject) = subject {
                    write!(f, " for {}", excerpt(subject))?;
                }
                write!(f, " until {}, by {}: {}", expires.value, excerpt(by), excerpt(reason))
            }
            Self::Attestation(Attestation { control, result, expires, by, .. }) => {
                let (control, result, by) = (excerpt(control), result.into_str(), excerpt(by));
                write!(f, "attests {control} as {result} until {}, by {by}", expires.value)
            }
            Self::Setting { key, value, effect } => {
                write!(f, "{key} = {}", listed(value))?;
                effect.map_or(Ok(()), |effect| write!(f, ": {effect}"))
            }
            Self::More { entries, params, waivers, attestations } => write!(
                f,
                "and {entries} more; in all {params} parameters, {waivers} waivers and {attestations} attestations"
            ),
        }
    }
}

/// A list with its first items alone, another value as it is.
fn listed(value: &Value) -> String {
    let Value::Array(items) = value else { return excerpt(&value.to_string()) };
    let text = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    let mut shown: Vec<_> =
        items.iter().take(ITEMS).map(|item| format!("\"{}\"", excerpt(&text(item)))).collect();
    if let Some(more @ 1..) = items.len().checked_sub(ITEMS) {
        shown.push(format!("and {more} more"));
    }
    format!("[{}]", shown.join(", "))
}

impl Config {
    /// The path, the digest and what weakens the result.
    pub(crate) fn announcement(&self) -> Announcement {
        Announcement { path: self.path.clone(), digest: self.digest.clone(), weakens: self.weakens() }
    }

    /// Everything in it that may make the result look better, what people signed for first.
    pub(crate) fn weakens(&self) -> Vec<Weakening> {
        let params = self.params.iter().flat_map(|(control, params)| {
            let key = move |name: &str| format!("params.\"{}\".{}", excerpt(control), excerpt(name));
            params.iter().map(move |(name, value)| Weakening::setting(key(name), value.value.clone()))
        });
        let facts = self
            .facts
            .iter()
            .map(|(name, value)| Weakening::setting(format!("facts.{}", excerpt(name)), value.value.clone()));
        let mut entries: Vec<_> = self.waivers.iter().cloned().map(Weakening::Waiver).collect();
        entries.extend(self.attestations.iter().cloned().map(Weakening::Attestation));
        entries.extend(self.scan_weakens().chain(params).chain(facts).chain(self.declarations_weaken()));
        if let Some(more @ 1..) = entries.len().checked_sub(MOST) {
            entries.truncate(MOST);
            entries.push(Weakening::More {
                entries: more,
                params: self.params.values().map(|params| params.len()).sum(),
                waivers: self.waivers.len(),
                attestations: self.attestations.len(),
            });
        }
        entries
    }

    fn scan_weakens(&self) -> impl Iterator<Item = Weakening> {
        let never = self.scan.fail_on.filter(|gate| *gate == FailOn::Never).map(|_| "never");
        let level = self.scan.level.filter(|level| *level < Level::L3).map(Level::as_str);
        // Either way: a shorter window misses events, a longer one finds activity that is long over.
        let since = self.scan.since.as_ref().filter(|since| !since.is_default()).map(|since| since.as_str());
        [
            ("scan.fail_on", never, "no failing control fails the scan"),
            ("scan.level", level, "stricter controls are left out"),
            ("scan.since", since, "events are judged over another window than the last 30 days"),
        ]
        .into_iter()
        .filter_map(|(key, value, effect)| {
            Some(Weakening::Setting { key: key.to_owned(), value: value?.into(), effect: Some(effect) })
        })
    }

    /// What is declared is no finding any more.
    fn declarations_weaken(&self) -> impl Iterator<Item = Weakening> {
        let (organization, rbac) = (&self.organization, &self.rbac);
        let (saml, identities) = (organization.saml.as_ref(), &rbac.identities);
        let networks = organization.approved_networks.as_ref();
        let networks = networks.map(|networks| networks.iter().map(ToString::to_string).collect());
        let file = |file: Option<&PathBuf>| file.map(|file| file.display().to_string().into());
        let names = |names: Vec<&String>| (!names.is_empty()).then(|| names.into_iter().cloned().collect());
        let unencrypted = saml.and_then(|saml| saml.encrypted_assertions) == Some(false);
        let (tags, domains) =
            ("addresses that differ in a tag are one person's", "people are told apart without them");
        let declared: [(_, Option<Value>, _); 11] = [
            ("rbac.roles", names(rbac.roles.keys().collect()), None),
            ("rbac.groups", names(rbac.groups.keys().collect()), None),
            ("organization.saml.metadata", file(saml.and_then(|saml| saml.metadata.as_ref())), None),
            ("organization.saml.certificate", file(saml.and_then(|saml| saml.certificate.as_ref())), None),
            ("organization.allowed_domains", organization.allowed_domains.clone().map(Value::from), None),
            ("organization.approved_networks", networks, None),
            ("organization.export_approvers", organization.export_approvers.clone().map(Value::from), None),
            (
                "organization.required_region",
                organization.required_region.map(|region| region.label().into()),
                None,
            ),
            ("organization.saml.encrypted_assertions", unencrypted.then_some(false.into()), None),
            ("rbac.identities.plus_aliases", identities.plus_aliases.then_some(true.into()), Some(tags)),
            (
                "rbac.identities.domain_aliases",
                names(identities.domain_aliases.keys().collect()),
                Some(domains),
            ),
        ];
        declared.into_iter().filter_map(|(key, value, effect)| {
            Some(Weakening::Setting { key: key.to_owned(), value: value?, effect })
        })
    }
}
