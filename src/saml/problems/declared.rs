//! Comparing the configuration of single sign-on with the file and the workspace.

use clap::ValueEnum as _;
use url::Url;

use crate::config::Saml;
use crate::region::Region;
use crate::saml::IdentityProvider;
use crate::toml_document::excerpt;

use super::{ProblemKind, SamlProblem};

/// Compares the issuer as text; an equivalent URI is another name.
pub(super) fn issuer(provider: &IdentityProvider, saml: &Saml) -> Option<SamlProblem> {
    let expected = saml.issuer.as_ref()?;
    let wrong = |message| {
        SamlProblem::new(ProblemKind::WrongIssuer, format!("issuer {}", excerpt(expected)), message)
    };
    match &provider.entity_id {
        Some(found) if found == expected => None,
        Some(found) => Some(wrong(format!("the identity provider of the metadata is {}", excerpt(found)))),
        None => Some(
            wrong("the file does not name the identity provider, so it is not compared".to_owned()).unclear(),
        ),
    }
}

pub(super) fn entry_point(provider: &IdentityProvider, saml: &Saml) -> Option<SamlProblem> {
    let expected = saml.entry_point.as_ref()?;
    let wrong = |message| {
        SamlProblem::new(ProblemKind::WrongEntryPoint, format!("entry point {}", excerpt(expected)), message)
    };
    let url = match Url::parse(expected) {
        Ok(url) if url.scheme() == "https" => url,
        _ => return Some(wrong("it is not an https address".to_owned())),
    };
    let sign_on = provider.endpoints.iter().filter(|endpoint| endpoint.service == "SingleSignOnService");
    let found: Vec<_> = sign_on.map(|endpoint| endpoint.location.as_str()).collect();
    if found.iter().any(|location| Url::parse(location).as_ref() == Ok(&url)) {
        return None;
    }
    Some(match found.first() {
        Some(first) => wrong(format!("the metadata sends people to {}", excerpt(first))),
        None => wrong("the file names no sign-in address, so it is not compared".to_owned()).unclear(),
    })
}

pub(super) fn audience(
    provider: &IdentityProvider,
    saml: &Saml,
    region: Option<Region>,
) -> Option<SamlProblem> {
    let fault = |audience: &str| audience_fault(audience, provider, region);
    let listed = &provider.audiences;
    // The ACS URL implies the audience.
    let expected = saml.audience.as_deref().or_else(|| saml.acs_url.as_deref()?.strip_suffix(CONSUME));
    let (found, why) = match expected {
        Some(audience) => match fault(audience) {
            None if !listed.is_empty() && !listed.iter().any(|one| one == audience) => {
                let why = format!("the configuration says {}", excerpt(audience));
                (listed.first()?.as_str(), Some(why))
            }
            // `acs_url` judges an ACS URL without an audience.
            _ if listed.is_empty() && saml.audience.is_none() => return None,
            why => (audience, why),
        },
        None => {
            let sound = listed.iter().find(|audience| fault(audience).is_none());
            let found = sound.or(listed.first())?;
            (found.as_str(), fault(found))
        }
    };
    let subject = format!("audience {}", excerpt(found));
    judged(
        ProblemKind::WrongAudience,
        subject,
        why,
        "assertions are issued for another application",
        "",
        region,
    )
}

pub(super) fn acs_url(
    provider: &IdentityProvider,
    saml: &Saml,
    region: Option<Region>,
) -> Option<SamlProblem> {
    let url = saml.acs_url.as_deref()?;
    let why = match (url.strip_suffix(CONSUME), &saml.audience) {
        (None, _) => Some(format!("it does not end in {CONSUME}")),
        (Some(before), Some(audience)) if before != audience => {
            Some(format!("the audience is {}", excerpt(audience)))
        }
        (Some(before), _) => audience_fault(before, provider, region),
    };
    let subject = format!("ACS URL {}", excerpt(url));
    judged(ProblemKind::WrongAcsUrl, subject, why, "assertions are sent elsewhere", CONSUME, region)
}

/// The problem of an address of the workspace. Without the region, a plausible address remains uncertain.
fn judged(
    kind: ProblemKind,
    subject: String,
    why: Option<String>,
    what: &str,
    end: &str,
    region: Option<Region>,
) -> Option<SamlProblem> {
    match (why, region) {
        (None, Some(_)) => None,
        (None, None) => {
            let message = "the workspace's region is not known, so the host is not compared";
            Some(SamlProblem::new(kind, subject, message).unclear())
        }
        (Some(why), _) => {
            let origin = region.unwrap_or(Region::Us).web_origin();
            let message =
                format!("{what}: {why}; expected the workspace's SAML URL, {origin}/saml/NAME{end}");
            Some(SamlProblem::new(kind, subject, message))
        }
    }
}

/// The end of an ACS URL, which its audience does not have.
const CONSUME: &str = "/consume";

/// Why a text cannot be the audience of a workspace.
///
/// Intercom expects the SAML URL of the workspace as the audience: `/saml/` and a name on the host of its region. The API
/// does not show that name, so only the form is judged. It is compared as text, like an audience: an equivalent URL is
/// another audience.
fn audience_fault(audience: &str, provider: &IdentityProvider, region: Option<Region>) -> Option<String> {
    if provider.entity_id.as_deref() == Some(audience) {
        return Some("it is the entity id of the identity provider itself".to_owned());
    }
    let Some(rest) = audience.strip_prefix("https://") else {
        return Some("it does not begin with https://".to_owned());
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let regions = region.as_ref().map_or(Region::value_variants(), std::slice::from_ref);
    let hosts: Vec<_> = regions.iter().map(|region| region.web_host()).collect();
    if !hosts.contains(&host) {
        return Some(format!("its host is not {}", hosts.join(" or ")));
    }
    let fault = match path.strip_prefix("saml/") {
        Some(name) if is_name(name) => return None,
        Some(name) if name.strip_suffix(CONSUME).is_some_and(is_name) => {
            "it is the ACS URL; the audience ends before /consume"
        }
        _ => "its path is not `/saml/` and the name of a workspace",
    };
    Some(fault.to_owned())
}

/// Whether a text is a valid last segment of a path, without escapes.
fn is_name(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c))
}
