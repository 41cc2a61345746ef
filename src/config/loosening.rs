//! What a configuration does to the result: what it loosens, and what of it has no effect yet.
//!
//! Whoever can change the file can make a scan look better; these sentences say so wherever the scan is
//! announced or reported.

use std::fmt::Display;

use crate::level::Level;
use crate::toml_document::excerpt;

use super::Config;

/// How many sentences are kept; what is beyond is counted.
const SENTENCES: usize = 50;

/// What is said about a configuration before it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announcement {
    /// Its path as given.
    pub path: String,
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
    /// Everything in it that may make the result look better, a sentence each.
    pub loosens: Vec<String>,
}

impl Config {
    /// The path, the digest and what loosens the result.
    pub(crate) fn announcement(&self) -> Announcement {
        Announcement { path: self.path.clone(), digest: self.digest.clone(), loosens: self.loosens() }
    }

    /// Everything in it that may make the result look better, a sentence each.
    pub(crate) fn loosens(&self) -> Vec<String> {
        let mut sentences = self.scan_loosens();
        sentences.extend(self.declarations_loosen());
        for (control, params) in &self.params {
            let control = excerpt(control);
            sentences.extend(params.iter().map(|(name, value)| {
                format!("params.\"{control}\".{} = {}", excerpt(name), excerpt(&value.value.to_string()))
            }));
        }
        sentences.extend(self.waivers.iter().map(|waiver| {
            let scope =
                waiver.subject.as_ref().map_or(String::new(), |subject| format!(" for {}", excerpt(subject)));
            format!(
                "waives {}{scope} until {}, by {}: {}",
                excerpt(&waiver.control),
                waiver.expires.value,
                excerpt(&waiver.by),
                excerpt(&waiver.reason)
            )
        }));
        sentences.extend(self.attestations.iter().map(|attestation| {
            format!(
                "attests {} as {} until {}, by {}",
                excerpt(&attestation.control),
                attestation.result.as_str(),
                attestation.expires.value,
                excerpt(&attestation.by)
            )
        }));
        self.bounded(sentences)
    }

    fn scan_loosens(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.scan.fail_on == Some(None) {
            sentences.push("scan.fail_on = \"never\": no failing control fails the scan".to_owned());
        }
        if let Some(level @ (Level::L1 | Level::L2)) = self.scan.level {
            sentences.push(format!("scan.level = \"{}\": stricter controls are left out", level.as_str()));
        }
        // Either way: a shorter window misses events, a longer one finds activity that is long over.
        if let Some(since) = self.scan.since.as_ref().filter(|since| !since.is_default()) {
            sentences.push(format!(
                "scan.since = \"{}\": events are judged over another window than the last 30 days",
                excerpt(since.as_str())
            ));
        }
        sentences
    }

    /// A declared network, domain or person is one that is no longer a finding.
    fn declarations_loosen(&self) -> Vec<String> {
        let organization = &self.organization;
        let mut sentences = Vec::new();
        if let Some(domains) = &organization.allowed_domains {
            sentences.push(declared("allowed_domains", domains));
        }
        if let Some(networks) = &organization.approved_networks {
            sentences.push(declared("approved_networks", networks));
        }
        if let Some(people) = &organization.export_approvers {
            sentences.push(declared("export_approvers", people));
        }
        if let Some(region) = &organization.required_region {
            sentences.push(format!("organization.required_region = \"{region}\""));
        }
        if organization.saml.as_ref().and_then(|saml| saml.encrypted_assertions) == Some(false) {
            sentences.push("organization.saml.encrypted_assertions = false".to_owned());
        }
        let identities = &self.rbac.identities;
        if identities.plus_aliases {
            sentences.push(
                "rbac.identities.plus_aliases = true: addresses that differ in a tag are one person's"
                    .to_owned(),
            );
        }
        if !identities.domain_aliases.is_empty() {
            let aliases: Vec<&String> = identities.domain_aliases.keys().collect();
            sentences.push(format!(
                "rbac.identities.{}: people are told apart without them",
                listed("domain_aliases", &aliases)
            ));
        }
        sentences
    }

    /// Cuts a flood short, but still says of which kinds it is, so that none can hide among the others.
    fn bounded(&self, mut sentences: Vec<String>) -> Vec<String> {
        let more = sentences.len().saturating_sub(SENTENCES);
        sentences.truncate(SENTENCES);
        if more > 0 {
            let params: usize = self.params.values().map(|params| params.len()).sum();
            sentences.push(format!(
                "and {more} more; in all {params} parameters, {} waivers and {} attestations",
                self.waivers.len(),
                self.attestations.len()
            ));
        }
        sentences
    }

    /// Sections that are accepted although nothing acts on them yet, a sentence each.
    pub(crate) fn without_effect(&self) -> Vec<String> {
        let given = [(!self.workspaces.is_empty(), "[[workspaces]]"), (!self.alerts.is_empty(), "[[alert]]")];
        let named = given.into_iter().filter_map(|(given, section)| given.then_some(section));
        named.map(|section| format!("{section} is accepted but has no effect in this version")).collect()
    }
}

fn declared<T: Display>(key: &str, items: &[T]) -> String {
    format!("organization.{}", listed(key, items))
}

fn listed<T: Display>(key: &str, items: &[T]) -> String {
    let shown: Vec<_> =
        items.iter().take(3).map(|item| format!("\"{}\"", excerpt(&item.to_string()))).collect();
    let more = match items.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!("{key} = [{}{more}]", shown.join(", "))
}
