//! What a configuration does to the result: everything in it that may make the result look better.
//!
//! A change of the file can make a scan look better; these entries say so wherever the scan is announced or reported.

use std::fmt;
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::Value;

use crate::level::{FailOn, Level};
use crate::sentence::Sentence;
use crate::toml_document::{Located, excerpt};
use crate::verdict::counts;

use super::checked::Config;
use super::entries::{Attestation, Reviewed, Waiver};

/// How many entries of a kind, and how many items of a list, are named; what is beyond is counted.
const MOST: usize = 50;

/// Something in a configuration that may make the result look better.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Weakening {
    Waiver(Waiver),
    Attestation(Attestation),
    Reviewed(Reviewed),
    /// A control that is left out.
    Disabled(String),
    /// A control at another level than its own.
    Level(String, Level),
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
    /// Entries of a kind that are not listed.
    More {
        entries: usize,
        kind: &'static str,
    },
}

impl Weakening {
    /// The entry in words.
    pub(crate) fn sentence(&self) -> Sentence {
        match self {
            Self::Waiver(Waiver { control, subject, event, waiver }) => {
                let sentence = Sentence::from(format!("waives {}", excerpt(control)));
                let sentence = match (subject, event) {
                    (Some(subject), _) => sentence.and(" for ").person(excerpt(subject)),
                    (None, Some(event)) => sentence.and(format!(" for the event {}", excerpt(event))),
                    (None, None) => sentence,
                };
                let sentence =
                    sentence.and(format!(" until {}, by ", waiver.expires)).person(excerpt(&waiver.by));
                sentence.and(": ").words(excerpt(&waiver.reason))
            }
            Self::Attestation(Attestation { control, result, expires, by, .. }) => {
                let (control, result, expires) = (excerpt(control), result.into_str(), expires);
                Sentence::from(format!("attests {control} as {result} until {expires}, by "))
                    .person(excerpt(by))
            }
            Self::Reviewed(Reviewed { event, review }) => {
                let event = excerpt(event);
                Sentence::from(format!("takes the event {event} as reviewed on {}, by ", review.on))
                    .person(excerpt(&review.by))
            }
            Self::Disabled(id) => {
                format!("controls.\"{}\".enabled = false: the control is left out", excerpt(id)).into()
            }
            Self::Level(id, level) => {
                let (id, level) = (excerpt(id), level.label());
                format!(
                    "controls.\"{id}\".level = \"{level}\": a gate below {level} does not count the control"
                )
                .into()
            }
            Self::Set { key, value } => {
                let (sentence, shown) = (Sentence::from(format!("{key} = ")), listed(value));
                // Text may name a person.
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
            Self::More { entries, kind } => format!("and {entries} more {kind}").into(),
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
        items.iter().take(MOST).map(|item| format!("\"{}\"", excerpt(&text(item)))).collect();
    if let Some(more @ 1..) = items.len().checked_sub(MOST) {
        shown.push(format!("and {more} more"));
    }
    format!("[{}]", shown.join(", "))
}

impl Config {
    /// Everything in it that may make the result look better: what people signed for and is in force on that day, then
    /// keys, then what has ended or is dated ahead. Only entries of one kind can crowd each other out.
    pub(crate) fn weakens(&self, today: Date) -> Vec<Weakening> {
        let (waivers, old_waivers) =
            values(&self.waivers).partition(|Waiver { waiver, .. }| counts(waiver.on, waiver.expires, today));
        let (attestations, old_attestations) = values(&self.attestations)
            .partition(|attestation| counts(Some(attestation.on), attestation.expires, today));
        let (reviewed, early) = values(&self.reviewed).partition(|one| one.review.on <= today);
        let signed = |waivers: Vec<Waiver>, attestations: Vec<Attestation>, reviewed: Vec<Reviewed>| {
            let waivers = bounded("waivers", waivers.into_iter().map(Weakening::Waiver));
            let attestations = bounded("attestations", attestations.into_iter().map(Weakening::Attestation));
            let reviewed = bounded("reviewed events", reviewed.into_iter().map(Weakening::Reviewed));
            waivers.chain(attestations).chain(reviewed)
        };
        let params = self.params.iter().flat_map(|(control, params)| {
            let key = move |name: &str| format!("params.\"{}\".{}", excerpt(control), excerpt(name));
            params.iter().map(move |(name, value)| set(key(name), value.value.clone()))
        });
        let facts = self.facts.iter();
        let facts = facts.map(|(name, value)| set(format!("facts.{}", excerpt(name)), value.value.clone()));
        signed(waivers, attestations, reviewed)
            .chain(self.scan_weakens())
            .chain(bounded("settings of controls", self.controls_weaken()))
            .chain(bounded("parameters", params))
            .chain(bounded("settings of facts", facts))
            .chain(self.declarations_weaken())
            .chain(signed(old_waivers, old_attestations, early))
            .collect()
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

    fn controls_weaken(&self) -> impl Iterator<Item = Weakening> {
        self.controls.iter().filter_map(|(id, setting)| {
            let disabled = setting.disabled.then(|| Weakening::Disabled(id.clone()));
            disabled.or_else(|| setting.level.map(|level| Weakening::Level(id.clone(), level)))
        })
    }

    fn declarations_weaken(&self) -> impl Iterator<Item = Weakening> {
        let (organization, rbac) = (&self.organization, &self.rbac);
        let (saml, identities) = (organization.saml.as_ref(), &rbac.identities);
        let networks = organization.approved_networks.as_ref();
        let networks = networks.map(|networks| networks.iter().map(ToString::to_string).collect::<Vec<_>>());
        let file = |key, path: Option<&PathBuf>| Some(Weakening::File { key, path: path?.clone() });
        let text = |key: &str, value: Option<&String>| Some(set(key.to_owned(), value?.as_str().into()));
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
            text("organization.default_role", organization.default_role.as_ref()),
            text("organization.saml.issuer", saml.and_then(|saml| saml.issuer.as_ref())),
            text("organization.saml.entry_point", saml.and_then(|saml| saml.entry_point.as_ref())),
            text("organization.saml.audience", saml.and_then(|saml| saml.audience.as_ref())),
            text("organization.saml.acs_url", saml.and_then(|saml| saml.acs_url.as_ref())),
            declared("organization.sso", organization.sso.map(|sso| sso.into_str()), None),
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

/// Entries without their lines.
fn values<T: Clone>(entries: &[Located<T>]) -> impl Iterator<Item = T> {
    entries.iter().map(|entry| entry.value.clone())
}

const fn set(key: String, value: Value) -> Weakening {
    Weakening::Set { key, value }
}

/// The first entries of a kind, and how many there are beside.
fn bounded(kind: &'static str, entries: impl Iterator<Item = Weakening>) -> impl Iterator<Item = Weakening> {
    let mut all: Vec<_> = entries.collect();
    if let Some(entries @ 1..) = all.len().checked_sub(MOST) {
        all.truncate(MOST);
        all.push(Weakening::More { entries, kind });
    }
    all.into_iter()
}

fn declared(
    key: &'static str,
    value: Option<impl Into<Value>>,
    effect: Option<&'static str>,
) -> Option<Weakening> {
    Some(Weakening::Declared { key, value: value?.into(), effect })
}
