//! The certificates that the identity provider signs with, and the one of Intercom's that it encrypts with.
//!
//! Several signing certificates at once are how one is replaced. As long as one is valid for longer than the time to
//! be warned in, sign-in goes on: one that ends earlier is a leftover and not a failure, and one that begins later is
//! nothing at all.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::Offset;

use crate::config::Saml;
use crate::saml::certificate::{EC_BITS, RSA_BITS};
use crate::saml::{Certificate, Hash, IdentityProvider, Key};

use super::{ProblemKind, SECONDS_A_DAY, SamlProblem, away, day};

/// Where a certificate is in its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Ahead,
    Good,
    Ending,
    Over,
}

pub(super) fn signing(provider: &IdentityProvider, now: Timestamp, within_days: u64) -> Vec<SamlProblem> {
    let aged: Vec<_> = provider.certificates.iter().map(|c| (c, age(c, now, within_days))).collect();
    if aged.is_empty() {
        let message = "the metadata has a key for encryption only, and no certificate to sign with";
        return vec![SamlProblem::new(ProblemKind::NoSigningCertificate, &provider.path, message)];
    }
    let has = |wanted| aged.iter().any(|(_, age)| *age == wanted);
    let (has_good, has_valid) = (has(Age::Good), has(Age::Good) || has(Age::Ending));
    let mut problems = Vec::new();
    for (certificate, age) in aged {
        let is_replaced = match age {
            Age::Ahead | Age::Over => has_valid,
            Age::Good | Age::Ending => has_good,
        };
        problems.extend(aging(certificate, age, is_replaced, now));
        // Sign-in does not depend on a leftover that is over, however weak it was.
        if age != Age::Over || !has_valid {
            problems.extend(weak_signature(certificate));
            problems.extend(weak_key(certificate));
        }
    }
    problems
}

fn age(certificate: &Certificate, now: Timestamp, within_days: u64) -> Age {
    let warning = i64::try_from(within_days).unwrap_or(i64::MAX).saturating_mul(SECONDS_A_DAY);
    if now > certificate.not_after {
        Age::Over
    } else if now < certificate.not_before {
        Age::Ahead
    } else if certificate.not_after.as_second().saturating_sub(now.as_second()) <= warning {
        Age::Ending
    } else {
        Age::Good
    }
}

/// What a certificate's age means, by itself or beside one that stays valid longer.
fn aging(certificate: &Certificate, age: Age, is_replaced: bool, now: Timestamp) -> Option<SamlProblem> {
    let turn = if age == Age::Ahead { certificate.not_before } else { certificate.not_after };
    let when = format!("{} ({})", day(turn), away(now, turn));
    let (kind, message) = match age {
        Age::Good => return None,
        Age::Ahead if is_replaced => return None,
        Age::Ahead => (
            ProblemKind::NotYetValid,
            format!("the signing certificate is valid from {when}, and none is valid now"),
        ),
        Age::Ending if is_replaced => {
            (ProblemKind::Leftover, format!("it expires on {when}, beside one that stays valid longer"))
        }
        Age::Over if is_replaced => {
            (ProblemKind::Leftover, format!("it expired on {when}, beside one that stays valid longer"))
        }
        Age::Ending => (
            ProblemKind::Expiring,
            format!("the signing certificate expires on {when}, and no other that is valid now outlasts it"),
        ),
        Age::Over => (ProblemKind::Expired, format!("the signing certificate expired on {when}")),
    };
    Some(SamlProblem::new(kind, certificate.to_string(), message).at(turn))
}

fn weak_signature(certificate: &Certificate) -> Option<SamlProblem> {
    let hash = match certificate.hash {
        Hash::Md => "MD5 or older",
        Hash::Sha1 => "SHA-1",
        Hash::Other => return None,
    };
    let message = format!("the certificate is signed with {hash}; expected SHA-256 or better");
    Some(SamlProblem::new(ProblemKind::WeakSignature, certificate.to_string(), message))
}

fn weak_key(certificate: &Certificate) -> Option<SamlProblem> {
    let key = certificate.key;
    let expected = match key {
        Key::Ec(_) => format!("at least {EC_BITS} bits"),
        _ => format!("RSA of at least {RSA_BITS} bits"),
    };
    let message = format!("the certificate holds a {key}; expected {expected}");
    key.is_weak().then(|| SamlProblem::new(ProblemKind::WeakKey, certificate.to_string(), message))
}

/// The day by which Intercom's new certificate has to be installed.
const CHANGE: Date = date(2026, 12, 12);

/// An identity provider that encrypts assertions does so with a certificate of Intercom's. The one in use since 2016
/// ends in December 2026, and its successor has to be installed before. The file cannot show what is installed; the
/// configuration can name it as `encryption_certificate`.
pub(super) fn encryption(provider: &IdentityProvider, saml: &Saml, now: Timestamp) -> Option<SamlProblem> {
    let change = Offset::UTC.to_timestamp(CHANGE.at(0, 0, 0, 0)).ok()?;
    let installed = provider.encryption_certificate.as_ref();
    let how = match (saml.encrypted_assertions, installed) {
        (Some(false), _) => return None,
        (_, Some(certificate)) if day(certificate.not_after) > CHANGE && certificate.not_after >= now => {
            return None;
        }
        (_, Some(certificate)) => {
            format!("assertions are encrypted with a certificate that ends on {}", day(certificate.not_after))
        }
        (Some(true), None) => "the configuration says that assertions are encrypted".to_owned(),
        (None, None) if provider.has_encryption_key => {
            "a key in the metadata hints that assertions are encrypted".to_owned()
        }
        (None, None) => return None,
    };
    let state = if now < change {
        format!(
            "Intercom changes its certificate on {CHANGE} ({}); encrypted sign-ins then need the new one",
            away(now, change)
        )
    } else {
        format!(
            "Intercom's change of certificate is in force since {CHANGE}; encrypted sign-ins need the new one"
        )
    };
    let subject = installed.map_or_else(|| "encrypted assertions".to_owned(), ToString::to_string);
    let mut problem = SamlProblem::new(ProblemKind::EncryptedAssertions, subject, format!("{how}; {state}"));
    if saml.encrypted_assertions.is_none() && installed.is_none() {
        problem.fix.push_str("; or say `encrypted_assertions = false`, if that is so");
    }
    Some(problem.at(change))
}
