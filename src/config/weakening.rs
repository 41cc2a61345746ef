//! What a configuration does to the result: everything in it that may make the result look better.
//!
//! A change of the file can make a scan look better; these entries say so wherever the scan is announced or reported.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

use crate::level::{FailOn, Level};
use crate::sentence::Sentence;
use crate::toml_document::excerpt;

use super::checked::Config;
use super::entries::{Attestation, Reviewed, Waiver};

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
    Reviewed(Reviewed),
    /// A parameter of a control, or a setting of facts.
    Set {
        key: String,
        value: Value,
    },
    /// What the configuration says of the scan or the organization. What is declared is no finding any more.
    Declared {
        key: &'static str,
        value: Value,
        effect: Option<&'static str>,
    },
    File {
        key: &'static str,
        path: PathBuf,
    },
    /// What is not listed, and of which kinds it is, so that none can hide among the others.
    More {
        entries: usize,
        params: usize,
        facts: usize,
        waivers: usize,
        attestations: usize,
        reviewed: usize,
    },
}

impl Weakening {
    /// The entry in words.
    pub(crate) fn sentence(&self) -> Sentence {
        match self {
            Self::Waiver(Waiver { control, subject, event, expires, by, reason, .. }) => {
                let sentence = Sentence::from(format!("waives {}", excerpt(control)));
                let sentence = match (subject, event) {
                    (Some(subject), _) => sentence.and(" for ").person(excerpt(subject)),
                    (None, Some(event)) => sentence.and(format!(" for the event {}", excerpt(event))),
                    (None, None) => sentence,
                };
                let sentence = sentence.and(format!(" until {}, by ", expires.value)).person(excerpt(by));
                sentence.and(": ").words(excerpt(reason))
            }
            Self::Attestation(Attestation { control, result, expires, by, .. }) => {
                let (control, result, expires) = (excerpt(control), result.into_str(), expires.value);
                Sentence::from(format!("attests {control} as {result} until {expires}, by ")).person(excerpt(by))
            }
            Self::Reviewed(Reviewed { event, by, on, .. }) => {
                let event = excerpt(event);
                Sentence::from(format!("takes the event {event} as reviewed on {}, by ", on.value)).person(excerpt(by))
            }
            Self::Set { key, value } => {
                let (sentence, shown) = (Sentence::from(format!("{key} = ")), excerpt(&value.to_string()));
                // Text may name anyone.
                let plain = value.is_number() || value.is_boolean();
                if plain { sentence.and(shown) } else { sentence.words(shown) }
            }
            Self::Declared { key, value, effect } => {
                let effect = effect.map_or_else(String::new, |effect| format!(": {effect}"));
                format!("{key} = {}{effect}", listed(value)).into()
            }
            Self::File { key, path } => {
                Sentence::from(format!("{key} = \"")).file(excerpt(&path.display().to_string())).and("\"")
            }
            Self::More { entries, params, facts, waivers, attestations, reviewed } => format!(
                "and {entries} more; in all {params} parameters, {facts} settings of facts, {waivers} waivers, \
                 {attestations} attestations and {reviewed} reviews"
            )
            .into(),
        }
    }
}

impl fmt::Display for Weakening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
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
            params
                .iter()
                .map(move |(name, value)| Weakening::Set { key: key(name), value: value.value.clone() })
        });
        let facts = self.facts.iter().map(|(name, value)| Weakening::Set {
            key: format!("facts.{}", excerpt(name)),
            value: value.value.clone(),
        });
        let mut entries: Vec<_> = self.waivers.iter().cloned().map(Weakening::Waiver).collect();
        entries.extend(self.attestations.iter().cloned().map(Weakening::Attestation));
        entries.extend(self.reviewed.iter().cloned().map(Weakening::Reviewed));
        entries.extend(self.scan_weakens().chain(params).chain(facts).chain(self.declarations_weaken()));
        if let Some(more @ 1..) = entries.len().checked_sub(MOST) {
            entries.truncate(MOST);
            entries.push(Weakening::More {
                entries: more,
                params: self.params.values().map(|params| params.len()).sum(),
                facts: self.facts.len(),
                waivers: self.waivers.len(),
                attestations: self.attestations.len(),
                reviewed: self.reviewed.len(),
            });
        }
        entries
    }

    fn scan_weakens(&self) -> impl Iterator<Item = Weakening> {
        let never = self.scan.fail_on.filter(|gate| *gate == FailOn::Never).map(|_| "never");
        let level = self.scan.level.filter(|level| *level < Level::L3).map(Level::as_str);
        // Either way: a shorter window misses events, a longer one finds activity that is long over.
        let since = self.scan.since.as_ref().filter(|since| !since.is_default());
        [
            declared("scan.fail_on", never, Some("no failing control fails the scan")),
            declared("scan.level", level, Some("stricter controls are left out")),
            declared(
                "scan.since",
                since.map(|since| since.as_str()),
                Some("events are judged over another window than the last 30 days"),
            ),
        ]
        .into_iter()
        .flatten()
    }

    fn declarations_weaken(&self) -> impl Iterator<Item = Weakening> {
        let (organization, rbac) = (&self.organization, &self.rbac);
        let (saml, identities) = (organization.saml.as_ref(), &rbac.identities);
        let networks = organization.approved_networks.as_ref();
        let networks = networks.map(|networks| networks.iter().map(ToString::to_string).collect::<Vec<_>>());
        let file = |key, path: Option<&PathBuf>| Some(Weakening::File { key, path: path?.clone() });
        let names = |names: Vec<&String>| {
            (!names.is_empty()).then(|| names.into_iter().cloned().collect::<Vec<String>>())
        };
        let unencrypted = saml.and_then(|saml| saml.encrypted_assertions) == Some(false);
        let region = organization.required_region.map(|region| region.label());
        let (tags, domains) =
            ("addresses that differ in a tag are one person's", "people are told apart without them");
        [
            declared("rbac.roles", names(rbac.roles.keys().collect()), None),
            declared("rbac.groups", names(rbac.groups.keys().collect()), None),
            file("organization.saml.metadata", saml.and_then(|saml| saml.metadata.as_ref())),
            file("organization.saml.certificate", saml.and_then(|saml| saml.certificate.as_ref())),
            file(
                "organization.saml.encryption_certificate",
                saml.and_then(|saml| saml.encryption_certificate.as_ref()),
            ),
            declared("organization.allowed_domains", organization.allowed_domains.clone(), None),
            declared("organization.approved_networks", networks, None),
            declared("organization.export_approvers", organization.export_approvers.clone(), None),
            declared("organization.required_region", region, None),
            declared("organization.saml.encrypted_assertions", unencrypted.then_some(false), None),
            declared("rbac.identities.plus_aliases", identities.plus_aliases.then_some(true), Some(tags)),
            declared(
                "rbac.identities.domain_aliases",
                names(identities.domain_aliases.keys().collect()),
                Some(domains),
            ),
        ]
        .into_iter()
        .flatten()
    }
}

fn declared(
    key: &'static str,
    value: Option<impl Into<Value>>,
    effect: Option<&'static str>,
) -> Option<Weakening> {
    Some(Weakening::Declared { key, value: value?.into(), effect })
}
