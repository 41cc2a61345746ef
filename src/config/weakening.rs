//! What a configuration does to the result: everything in it that may make the result look better.
//!
//! A change of the file can make a scan look better; these entries say so wherever the scan is announced or reported.

use std::fmt;
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::Value;

use crate::level::{FailOn, Level};
use crate::sentence::Sentence;
use crate::toml_document::excerpt;

use super::checked::Config;
use crate::verdict::Attested;

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
    Waiver {
        control: String,
        subject: Option<String>,
        expires: Date,
        by: String,
        reason: String,
    },
    Attestation {
        control: String,
        result: Attested,
        expires: Date,
        by: String,
    },
    FailOnNever,
    Level(Level),
    /// Either way: a shorter window misses events, a longer one finds activity that is long over.
    Since(String),
    Param {
        control: String,
        name: String,
        value: Value,
    },
    Fact {
        name: String,
        value: Value,
    },
    /// What is declared is no finding any more.
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
        waivers: usize,
        attestations: usize,
    },
}

impl Weakening {
    /// The entry in words.
    pub(crate) fn sentence(&self) -> Sentence {
        match self {
            Self::Waiver { control, subject, expires, by, reason } => {
                let sentence = Sentence::from(format!("waives {}", excerpt(control)));
                let sentence = match subject {
                    Some(subject) => sentence.and(" for ").person(excerpt(subject)),
                    None => sentence,
                };
                let sentence = sentence.and(format!(" until {expires}, by ")).person(excerpt(by));
                sentence.and(": ").words(excerpt(reason))
            }
            Self::Attestation { control, result, expires, by } => {
                let (control, result) = (excerpt(control), result.into_str());
                Sentence::from(format!("attests {control} as {result} until {expires}, by "))
                    .person(excerpt(by))
            }
            Self::FailOnNever => "scan.fail_on = \"never\": no failing control fails the scan".into(),
            Self::Level(level) => {
                format!("scan.level = \"{}\": stricter controls are left out", level.as_str()).into()
            }
            Self::Since(since) => format!(
                "scan.since = \"{}\": events are judged over another window than the last 30 days",
                excerpt(since)
            )
            .into(),
            Self::Param { control, name, value } => {
                set(&format!("params.\"{}\".{}", excerpt(control), excerpt(name)), value)
            }
            Self::Fact { name, value } => set(&format!("facts.{}", excerpt(name)), value),
            Self::Declared { key, value, effect } => {
                let effect = effect.map_or_else(String::new, |effect| format!(": {effect}"));
                format!("{key} = {}{effect}", listed(value)).into()
            }
            Self::File { key, path } => {
                Sentence::from(format!("{key} = \"")).file(excerpt(&path.display().to_string())).and("\"")
            }
            Self::More { entries, params, waivers, attestations } => format!(
                "and {entries} more; in all {params} parameters, {waivers} waivers and {attestations} attestations"
            )
            .into(),
        }
    }
}

/// What a parameter is set to. Text in it may name anyone.
fn set(key: &str, value: &Value) -> Sentence {
    let sentence = Sentence::from(format!("{key} = "));
    let shown = excerpt(&value.to_string());
    if value.is_number() || value.is_boolean() { sentence.and(shown) } else { sentence.words(shown) }
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
        let waivers = self.waivers.iter().map(|waiver| Weakening::Waiver {
            control: waiver.control.value.clone(),
            subject: waiver.subject.clone(),
            expires: waiver.expires.value,
            by: waiver.by.clone(),
            reason: waiver.reason.clone(),
        });
        let attestations = self.attestations.iter().map(|attestation| Weakening::Attestation {
            control: attestation.control.value.clone(),
            result: attestation.result,
            expires: attestation.expires.value,
            by: attestation.by.clone(),
        });
        let params = self.params.iter().flat_map(|(control, params)| {
            params.iter().map(|(name, value)| Weakening::Param {
                control: control.clone(),
                name: name.clone(),
                value: value.value.clone(),
            })
        });
        let facts = self
            .facts
            .iter()
            .map(|(name, value)| Weakening::Fact { name: name.clone(), value: value.value.clone() });
        let mut entries: Vec<_> = waivers
            .chain(attestations)
            .chain(self.scan_weakens())
            .chain(params)
            .chain(facts)
            .chain(self.declarations_weaken())
            .collect();
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
        let never = (self.scan.fail_on == Some(FailOn::Never)).then_some(Weakening::FailOnNever);
        let level = self.scan.level.filter(|level| *level < Level::L3).map(Weakening::Level);
        let since = self.scan.since.as_ref().filter(|since| !since.is_default());
        let since = since.map(|since| Weakening::Since(since.as_str().to_owned()));
        [never, level, since].into_iter().flatten()
    }

    fn declarations_weaken(&self) -> Vec<Weakening> {
        let (organization, identities) = (&self.organization, &self.rbac.identities);
        let networks = organization.approved_networks.as_ref();
        let networks = networks.map(|networks| networks.iter().map(ToString::to_string).collect());
        let (saml, rbac) = (organization.saml.as_ref(), &self.rbac);
        let file = |key, path: Option<&PathBuf>| Some(Weakening::File { key, path: path?.clone() });
        let names = |names: Vec<String>| (!names.is_empty()).then(|| Value::from(names));
        let unencrypted = saml.and_then(|saml| saml.encrypted_assertions) == Some(false);
        let declared =
            |key, value: Option<Value>, effect| value.map(|value| Weakening::Declared { key, value, effect });
        [
            declared("rbac.roles", names(rbac.roles.keys().cloned().collect()), None),
            declared("rbac.groups", names(rbac.groups.keys().cloned().collect()), None),
            file("organization.saml.metadata", saml.and_then(|saml| saml.metadata.as_ref())),
            file("organization.saml.certificate", saml.and_then(|saml| saml.certificate.as_ref())),
            declared(
                "organization.allowed_domains",
                organization.allowed_domains.clone().map(Value::from),
                None,
            ),
            declared("organization.approved_networks", networks, None),
            declared(
                "organization.export_approvers",
                organization.export_approvers.clone().map(Value::from),
                None,
            ),
            declared(
                "organization.required_region",
                organization.required_region.map(|region| Value::from(region.label())),
                None,
            ),
            declared(
                "organization.saml.encrypted_assertions",
                unencrypted.then_some(Value::from(false)),
                None,
            ),
            declared(
                "rbac.identities.plus_aliases",
                identities.plus_aliases.then_some(Value::from(true)),
                Some("addresses that differ in a tag are one person's"),
            ),
            declared(
                "rbac.identities.domain_aliases",
                names(identities.domain_aliases.keys().cloned().collect()),
                Some("people are told apart without them"),
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
