//! What is wrong with single sign-on, as far as the identity provider's file and the configuration show.
//!
//! Pure: the same material, configuration and instant yield the same problems in the same order.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use url::Url;

use crate::config::Saml;
use crate::toml_document::excerpt;

use super::{Endpoint, Material, audience};

mod certificates;
mod encryption;

/// Something wrong with single sign-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What kind of thing is wrong.
    pub kind: ProblemKind,
    /// What it is wrong with: a certificate, a URL, the metadata.
    pub subject: String,
    /// What is wrong: what was found and what is expected.
    pub message: String,
    /// What to do about it.
    pub fix: String,
    /// The instant it turns on, where there is one.
    pub at: Option<Timestamp>,
}

/// The kinds of things that can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// No certificate is valid any more, and this is one of those that were.
    Expired,
    /// A certificate expires soon, and no other outlasts it.
    Expiring,
    /// No certificate is valid yet, and this one will be.
    NotYetValid,
    /// A certificate that has expired or soon will, beside one that goes on: to be tidied up.
    Leftover,
    /// A certificate is signed with a hash that can be forged.
    WeakSignature,
    /// A key is too short, or of a kind that is.
    WeakKey,
    /// The metadata has no certificate to check signatures with.
    NoSigningCertificate,
    /// An address is not https.
    InsecureEndpoint,
    /// The metadata has no address to sign in at.
    NoSignOnEndpoint,
    /// Names are listed in other forms only than an e-mail address.
    NoEmailNameId,
    /// Assertions are made out to somebody else than Intercom.
    WrongAudience,
    /// Assertions are encrypted for a certificate of Intercom's that runs out.
    EncryptedAssertions,
    /// The metadata says itself that it is no longer to be relied on.
    MetadataExpired,
}

impl ProblemKind {
    /// The word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Expiring => "expiring",
            Self::NotYetValid => "not-yet-valid",
            Self::Leftover => "leftover",
            Self::WeakSignature => "weak-signature",
            Self::WeakKey => "weak-key",
            Self::NoSigningCertificate => "no-signing-certificate",
            Self::InsecureEndpoint => "insecure-endpoint",
            Self::NoSignOnEndpoint => "no-sign-on-endpoint",
            Self::NoEmailNameId => "no-email-name-id",
            Self::WrongAudience => "wrong-audience",
            Self::EncryptedAssertions => "encrypted-assertions",
            Self::MetadataExpired => "metadata-expired",
        }
    }

    /// Whether it is worth a word, but no reason to call single sign-on insecure or about to fail.
    pub(crate) const fn is_note(self) -> bool {
        matches!(self, Self::Leftover)
    }
}

/// Judges what a file says about single sign-on, at an instant.
pub(crate) fn problems(
    material: &Material,
    saml: &Saml,
    now: Timestamp,
    expiring_within_days: u64,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(metadata_expired(material, now));
    problems.extend(certificates::problems(material, now, expiring_within_days));
    problems.extend(material.endpoints.iter().filter_map(insecure));
    problems.extend(no_sign_on(material));
    problems.extend(no_email(material));
    problems.extend(wrong_audience(material, saml));
    problems.extend(encryption::problem(material, saml, now));
    // One address serves several bindings: what is wrong with it is said once.
    let mut distinct = Vec::new();
    for problem in problems {
        if !distinct.contains(&problem) {
            distinct.push(problem);
        }
    }
    distinct
}

fn metadata_expired(material: &Material, now: Timestamp) -> Option<Problem> {
    let until = material.valid_until.filter(|until| *until <= now)?;
    Some(Problem {
        kind: ProblemKind::MetadataExpired,
        subject: material.path.clone(),
        message: format!(
            "the metadata says that it is valid until {} ({}), so what it says may no longer hold",
            day(until),
            away(now, until)
        ),
        fix: "download the metadata from the identity provider again".to_owned(),
        at: Some(until),
    })
}

fn insecure(endpoint: &Endpoint) -> Option<Problem> {
    let found = match Url::parse(&endpoint.location) {
        Ok(url) if url.scheme() == "https" => return None,
        Ok(url) => format!("is reached over {}", excerpt(url.scheme())),
        Err(_) => "is not a URL".to_owned(),
    };
    Some(Problem {
        kind: ProblemKind::InsecureEndpoint,
        subject: excerpt(&endpoint.location),
        message: format!("the {} of the identity provider {found}; expected https", endpoint.service),
        fix: "have the identity provider publish an https address, and enter that in Intercom".to_owned(),
        at: None,
    })
}

fn no_sign_on(material: &Material) -> Option<Problem> {
    let has_sign_on = material.endpoints.iter().any(|endpoint| endpoint.service == "SingleSignOnService");
    (material.from_metadata && !has_sign_on).then(|| Problem {
        kind: ProblemKind::NoSignOnEndpoint,
        subject: material.path.clone(),
        message: "the metadata names no SingleSignOnService, so there is nowhere to send people to"
            .to_owned(),
        fix: "download the metadata from the identity provider again".to_owned(),
        at: None,
    })
}

/// The form of names that Intercom finds its teammates by.
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

fn no_email(material: &Material) -> Option<Problem> {
    let formats = &material.name_id_formats;
    if formats.is_empty() || formats.iter().any(|format| format == EMAIL) {
        return None;
    }
    let found: Vec<_> = formats.iter().take(5).map(|format| excerpt(short_name(format))).collect();
    Some(Problem {
        kind: ProblemKind::NoEmailNameId,
        subject: material.path.clone(),
        message: format!(
            "the identity provider names people as {}; Intercom needs {}",
            found.join(", "),
            short_name(EMAIL)
        ),
        fix: "set the NameID format of the Intercom application to e-mail address".to_owned(),
        at: None,
    })
}

/// The part of a format's URI that tells it from the others.
fn short_name(format: &str) -> &str {
    format.strip_prefix("urn:oasis:names:tc:SAML:").unwrap_or(format)
}

fn wrong_audience(material: &Material, saml: &Saml) -> Option<Problem> {
    let entity_id = material.entity_id.as_deref();
    let declared = &material.audiences;
    let (found, why) = match &saml.audience {
        Some(audience) => match audience::fault(audience, entity_id) {
            Some(why) => (audience, why),
            None if declared.is_empty() || declared.contains(audience) => return None,
            None => (declared.first()?, format!("the configuration says {}", excerpt(audience))),
        },
        None if declared.iter().any(|audience| audience::fault(audience, entity_id).is_none()) => {
            return None;
        }
        None => {
            let first = declared.first()?;
            (first, audience::fault(first, entity_id)?)
        }
    };
    Some(Problem {
        kind: ProblemKind::WrongAudience,
        subject: format!("audience {}", excerpt(found)),
        message: format!(
            "assertions are made out to somebody else: {why}; expected the workspace's SAML URL, \
             https://app.intercom.com/saml/NAME"
        ),
        fix: "copy the SAML URL from Settings > Workspace > Security into the audience in the identity provider"
            .to_owned(),
        at: None,
    })
}

/// The day of an instant, in UTC.
fn day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

/// How many days lie between two instants, counted in days of the calendar in UTC.
fn days(now: Timestamp, at: Timestamp) -> i64 {
    // The day number of the instant: negative ones round down as well.
    let number = |instant: Timestamp| instant.as_second().div_euclid(SECONDS_A_DAY);
    number(at) - number(now)
}

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// How far away an instant is, in words.
fn away(now: Timestamp, at: Timestamp) -> String {
    match days(now, at) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", days.unsigned_abs()),
    }
}
