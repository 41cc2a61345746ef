//! Problems of single sign-on that the identity provider's file and the configuration show.
//!
//! Pure: the same file, configuration and instant yield the same problems in the same order.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use strum::IntoStaticStr;
use url::Url;

use crate::config::Saml;
use crate::region::Region;
use crate::toml_document::excerpt;

use super::{Endpoint, IdentityProvider};

mod certificates;
mod declared;

/// A problem of single sign-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SamlProblem {
    pub kind: ProblemKind,
    /// A certificate, a URL or the metadata.
    pub subject: String,
    /// What was found and what is expected.
    pub message: String,
    /// The remedy.
    pub fix: String,
    /// False if the file cannot decide, or the problem is only a leftover.
    pub certain: bool,
    /// The instant from which it matters, if any.
    pub at: Option<Timestamp>,
}

impl SamlProblem {
    /// A problem with the usual remedy.
    fn new(kind: ProblemKind, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            subject: subject.into(),
            message: message.into(),
            fix: kind.fix().to_owned(),
            certain: kind != ProblemKind::Leftover,
            at: None,
        }
    }

    fn unclear(self) -> Self {
        Self { certain: false, ..self }
    }

    fn at(self, at: Timestamp) -> Self {
        Self { at: Some(at), ..self }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub(crate) enum ProblemKind {
    /// No certificate is valid any more; this one has expired.
    Expired,
    /// A certificate expires soon, and no other one is valid longer.
    Expiring,
    /// No certificate is valid yet; this one will be.
    NotYetValid,
    /// A certificate has expired or expires soon, but another one is valid longer: remove it; single sign-on is not at risk.
    Leftover,
    /// A certificate is signed with a hash that can be forged.
    WeakSignature,
    /// A key is too short, or of a weak kind.
    WeakKey,
    /// A signing key has no certificate, or could not be read.
    UnclearKey,
    /// The key usage of a signing certificate does not include signing.
    WrongKeyUsage,
    /// The metadata has no certificate to check signatures with.
    NoSigningCertificate,
    /// An address is not https.
    InsecureEndpoint,
    /// The metadata has no sign-in address.
    NoSignOnEndpoint,
    /// The metadata lists no e-mail address format for names.
    NoEmailNameId,
    /// Assertions are issued for another application.
    WrongAudience,
    /// Assertions are sent to another address.
    WrongAcsUrl,
    /// The identity provider's name differs from the configuration.
    WrongIssuer,
    /// The sign-in address differs from the configuration.
    WrongEntryPoint,
    /// Assertions are encrypted with a certificate of Intercom that expires.
    EncryptedAssertions,
    /// Assertions are encrypted with a certificate that is weak, not Intercom's, or not for encryption.
    UnfitEncryption,
    /// The metadata has expired.
    MetadataExpired,
}

impl ProblemKind {
    const fn fix(self) -> &'static str {
        match self {
            Self::Expired | Self::Expiring | Self::WeakSignature | Self::WeakKey | Self::WrongKeyUsage => {
                "create a new signing certificate in the identity provider, enter it in Intercom under Settings > \
                 Workspace > Security, and make it the active one"
            }
            Self::NotYetValid => "sign with a certificate that is valid now until then",
            Self::Leftover => {
                "check that Intercom has the newer certificate, then remove this one from the identity provider"
            }
            Self::NoSigningCertificate => {
                "export the metadata with the signing certificate from the identity provider"
            }
            Self::UnclearKey => {
                "export the metadata with a certificate for each signing key from the identity provider"
            }
            Self::InsecureEndpoint => {
                "have the identity provider publish an https address, and enter that in Intercom"
            }
            Self::NoSignOnEndpoint | Self::MetadataExpired => {
                "download the metadata from the identity provider again"
            }
            Self::NoEmailNameId => "set the NameID format of the Intercom application to e-mail address",
            Self::WrongAudience => {
                "copy the SAML URL from Settings > Workspace > Security into the audience in the identity provider"
            }
            Self::WrongAcsUrl => {
                "enter the SAML URL from Settings > Workspace > Security, followed by /consume, as the ACS URL in \
                 the identity provider"
            }
            Self::WrongIssuer | Self::WrongEntryPoint => {
                "compare Settings > Workspace > Security with the identity provider, and correct what is wrong: \
                 Intercom, the configuration, or the file"
            }
            Self::UnfitEncryption => {
                "download Intercom's certificate under Settings > Workspace > Security, and encrypt with that"
            }
            Self::EncryptedAssertions => {
                "install it in the identity provider and name it as `encryption_certificate`"
            }
        }
    }
}

/// The problems of single sign-on at an instant.
pub(crate) fn problems(
    provider: &IdentityProvider,
    saml: &Saml,
    region: Option<Region>,
    now: Timestamp,
    expiring_within_days: u64,
) -> Vec<SamlProblem> {
    let mut problems = Vec::new();
    problems.extend(metadata_expired(provider, now));
    problems.extend(certificates::signing(provider, now, expiring_within_days));
    problems.extend(provider.endpoints.iter().filter_map(insecure));
    problems.extend(declared::issuer(provider, saml));
    problems.extend(declared::entry_point(provider, saml));
    problems.extend(no_sign_on(provider));
    problems.extend(no_email(provider));
    problems.extend(declared::audience(provider, saml, region));
    problems.extend(declared::acs_url(provider, saml, region));
    problems.extend(certificates::encryption(provider, saml, now));
    // One address may serve several bindings; report its problem once.
    let mut distinct = Vec::new();
    for problem in problems {
        if !distinct.contains(&problem) {
            distinct.push(problem);
        }
    }
    distinct
}

fn metadata_expired(provider: &IdentityProvider, now: Timestamp) -> Option<SamlProblem> {
    let until = provider.valid_until.filter(|until| *until <= now)?;
    let message = format!(
        "the metadata was valid until {} ({}), so it may be out of date",
        day(until),
        away(now, until)
    );
    Some(SamlProblem::new(ProblemKind::MetadataExpired, &provider.path, message).at(until))
}

fn insecure(endpoint: &Endpoint) -> Option<SamlProblem> {
    let found = match Url::parse(&endpoint.location) {
        Ok(url) if url.scheme() == "https" => return None,
        Ok(url) => format!("is reached over {}", excerpt(url.scheme())),
        Err(_) => "is not a URL".to_owned(),
    };
    let message = format!("the {} of the identity provider {found}; expected https", endpoint.service);
    Some(SamlProblem::new(ProblemKind::InsecureEndpoint, excerpt(&endpoint.location), message))
}

fn no_sign_on(provider: &IdentityProvider) -> Option<SamlProblem> {
    let has_sign_on = provider.endpoints.iter().any(|endpoint| endpoint.service == "SingleSignOnService");
    let message = "the metadata names no SingleSignOnService, so people cannot be sent to sign in";
    (provider.from_metadata && !has_sign_on)
        .then(|| SamlProblem::new(ProblemKind::NoSignOnEndpoint, &provider.path, message))
}

/// The name format by which Intercom identifies teammates.
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

/// The name formats that are certainly not e-mail addresses. Any other format, such as `unspecified`, may be one.
const OTHER_NAMES: [&str; 6] = [
    "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
];

fn no_email(provider: &IdentityProvider) -> Option<SamlProblem> {
    let formats = &provider.name_id_formats;
    if !provider.from_metadata || formats.iter().any(|format| format == EMAIL) {
        return None;
    }
    if formats.is_empty() {
        let message = "the metadata names no NameIDFormat, so it does not show whether it identifies people by e-mail address";
        return Some(SamlProblem::new(ProblemKind::NoEmailNameId, &provider.path, message).unclear());
    }
    let certain = formats.iter().all(|format| OTHER_NAMES.contains(&format.as_str()));
    let found: Vec<_> = formats.iter().take(5).map(|format| excerpt(short_name(format))).collect();
    let (found, expected) = (found.join(", "), short_name(EMAIL));
    let message = format!("the identity provider identifies people by {found}; Intercom needs {expected}");
    Some(SamlProblem { certain, ..SamlProblem::new(ProblemKind::NoEmailNameId, &provider.path, message) })
}

/// The part of a format's URI that differs between formats.
fn short_name(format: &str) -> &str {
    format.strip_prefix("urn:oasis:names:tc:SAML:").unwrap_or(format)
}

/// The day of an instant, in UTC.
fn day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// The distance of an instant in words, counted in UTC calendar days.
fn away(now: Timestamp, at: Timestamp) -> String {
    // Instants before 1970 round down as well.
    let number = |instant: Timestamp| instant.as_second().div_euclid(SECONDS_A_DAY);
    match number(at) - number(now) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", days.unsigned_abs()),
    }
}
