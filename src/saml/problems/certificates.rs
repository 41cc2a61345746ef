//! Problems of the identity provider's signing keys, and of Intercom's certificates for encryption.
//!
//! Several signing certificates at once mean that one replaces another. If one of them is valid beyond the warning time,
//! sign-in keeps working: a certificate that ends earlier is a leftover, and one that begins later is no problem. A
//! certificate that issued another one replaces none, because an authority outlives its leaf certificates.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::Offset;

use crate::config::Saml;
use crate::saml::certificate::{EC_BITS, RSA_BITS};
use crate::saml::{Certificate, Hash, IdentityProvider, KeyKind, RawKey};

use super::{ProblemKind, SECONDS_A_DAY, SamlProblem, away, day};

/// The phase of a certificate's validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Ahead,
    Good,
    Ending,
    Over,
}

pub(super) fn signing(provider: &IdentityProvider, now: Timestamp, within_days: u64) -> Vec<SamlProblem> {
    let aged: Vec<_> = provider.certificates.iter().map(|c| (c, age(c, now, within_days))).collect();
    let has = |wanted| aged.iter().any(|(one, age)| *age == wanted && !one.has_issued);
    let (has_good, has_valid) = (has(Age::Good), has(Age::Good) || has(Age::Ending));
    let mut problems = raw_keys(provider);
    if aged.is_empty() && problems.is_empty() {
        let message = "the metadata has an encryption key only, and no signing certificate";
        problems.push(SamlProblem::new(ProblemKind::NoSigningCertificate, &provider.path, message));
    }
    for (certificate, age) in aged {
        let is_replaced = match age {
            Age::Ahead | Age::Over => has_valid,
            Age::Good | Age::Ending => has_good,
        };
        problems.extend(aging(certificate, age, is_replaced, now));
        let subject = certificate.to_string();
        problems.extend(weak_key(certificate.key).map(|weak| weak.problem(ProblemKind::WeakKey, &subject)));
        // No sign-in uses an expired leftover, so its signature does not matter. Its key may still be trusted.
        if age == Age::Over && has_valid {
            continue;
        }
        let weak = weak_signature(certificate);
        problems.extend(weak.map(|weak| weak.problem(ProblemKind::WeakSignature, &subject)));
        if !certificate.may_sign && !certificate.has_issued {
            let message = "the key usage of the certificate does not include signing";
            problems.push(SamlProblem::new(ProblemKind::WrongKeyUsage, subject, message));
        }
    }
    problems
}

/// Problems of keys without a certificate.
fn raw_keys(provider: &IdentityProvider) -> Vec<SamlProblem> {
    let is_bare = |raw: &&RawKey| provider.certificates.iter().all(|one| one.key_id != raw.id);
    let bare = provider.raw_keys.iter().filter(is_bare).map(|raw| {
        let subject = format!("signing key {}", raw.id);
        match weak_key(raw.key) {
            Some(weak) => weak.problem(ProblemKind::WeakKey, &subject),
            None => {
                let message = "it has no certificate, so its end of validity is not known";
                SamlProblem::new(ProblemKind::UnclearKey, subject, message).unclear()
            }
        }
    });
    let unread = (provider.unread_keys > 0).then(|| {
        let message = match provider.unread_keys {
            1 => "1 signing key of the metadata could not be read".to_owned(),
            keys => format!("{keys} signing keys of the metadata could not be read"),
        };
        SamlProblem::new(ProblemKind::UnclearKey, &provider.path, message).unclear()
    });
    bare.chain(unread).collect()
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

/// The problem of a certificate's age, considering whether another one is valid longer.
fn aging(certificate: &Certificate, age: Age, is_replaced: bool, now: Timestamp) -> Option<SamlProblem> {
    let turn = if age == Age::Ahead { certificate.not_before } else { certificate.not_after };
    let when = format!("{} ({})", day(turn), away(now, turn));
    let (kind, message) = match age {
        Age::Good => return None,
        Age::Ahead if is_replaced => return None,
        Age::Ahead => (
            ProblemKind::NotYetValid,
            format!("the signing certificate is valid from {when}; no certificate is valid now"),
        ),
        Age::Ending if is_replaced => {
            (ProblemKind::Leftover, format!("it expires on {when}; another certificate is valid longer"))
        }
        Age::Over if is_replaced => {
            (ProblemKind::Leftover, format!("it expired on {when}; another certificate is valid longer"))
        }
        Age::Ending => (
            ProblemKind::Expiring,
            format!("the signing certificate expires on {when}; no other certificate is valid longer"),
        ),
        Age::Over => (ProblemKind::Expired, format!("the signing certificate expired on {when}")),
    };
    Some(SamlProblem::new(kind, certificate.to_string(), message).at(turn))
}

/// A weakness, which may be uncertain.
struct Weakness {
    message: String,
    certain: bool,
}

impl Weakness {
    fn problem(self, kind: ProblemKind, subject: &str) -> SamlProblem {
        SamlProblem { certain: self.certain, ..SamlProblem::new(kind, subject, self.message) }
    }
}

fn weak_signature(certificate: &Certificate) -> Option<Weakness> {
    let hash = match certificate.hash {
        Hash::Md => "MD5 or older",
        Hash::Sha1 => "SHA-1",
        Hash::Unknown => "an unknown hash",
        Hash::Sound => return None,
    };
    let message = format!("the certificate is signed with {hash}; expected SHA-256 or better");
    Some(Weakness { message, certain: certificate.hash != Hash::Unknown })
}

fn weak_key(key: KeyKind) -> Option<Weakness> {
    let expected = match key {
        KeyKind::Ec(_) => format!("at least {EC_BITS} bits"),
        _ => format!("RSA of at least {RSA_BITS} bits"),
    };
    let message = format!("the key is a {key}; expected {expected}");
    (key.is_weak() || key == KeyKind::Unknown).then_some(Weakness { message, certain: key.is_weak() })
}

/// The day on which Intercom replaces its certificate.
const CHANGE: Date = date(2026, 12, 12);

/// An identity provider encrypts assertions with a certificate of Intercom. The one in use since 2016 ends in December
/// 2026, and its successor must be installed before. The file does not show which one is installed; the configuration can
/// name it as `encryption_certificate`.
pub(super) fn encryption(provider: &IdentityProvider, saml: &Saml, now: Timestamp) -> Vec<SamlProblem> {
    let installed = &provider.encryption_certificates;
    let mut problems = Vec::new();
    for certificate in installed {
        let ends = day(certificate.not_after);
        if ends <= CHANGE || certificate.not_after < now {
            let how = format!("assertions are encrypted with a certificate that ends on {ends}");
            problems.extend(changed(certificate.to_string(), &how, saml, now));
        }
        problems.extend(unfit(certificate, provider, now));
    }
    if installed.is_empty() {
        let how = match saml.encrypted_assertions {
            Some(true) => "the configuration says that assertions are encrypted",
            None if provider.has_encryption_key => "a key in the metadata suggests encrypted assertions",
            _ => return problems,
        };
        problems.extend(changed("encrypted assertions".to_owned(), how, saml, now));
    }
    problems
}

/// The problem of Intercom's new certificate for an identity provider that may encrypt.
fn changed(subject: String, how: &str, saml: &Saml, now: Timestamp) -> Option<SamlProblem> {
    let change = Offset::UTC.to_timestamp(CHANGE.at(0, 0, 0, 0)).ok()?;
    let state = if now < change {
        format!(
            "Intercom replaces its certificate on {CHANGE} ({}), and encrypted sign-ins then need the new one",
            away(now, change)
        )
    } else {
        format!("Intercom replaced its certificate on {CHANGE}, and encrypted sign-ins need the new one")
    };
    let mut problem = SamlProblem::new(ProblemKind::EncryptedAssertions, subject, format!("{how}; {state}"));
    // An encryption key in the metadata does not prove that assertions are encrypted; the configuration does.
    problem.certain = saml.encrypted_assertions == Some(true);
    if saml.encrypted_assertions.is_none() && saml.encryption_certificate.is_none() {
        problem.fix.push_str("; or set `encrypted_assertions = false` if they are not");
    }
    Some(problem.at(change))
}

/// The problems of a certificate for encryption, apart from its validity.
fn unfit(certificate: &Certificate, provider: &IdentityProvider, now: Timestamp) -> Option<SamlProblem> {
    let key = &certificate.key_id;
    let is_own = provider.certificates.iter().any(|own| own.key_id == *key)
        || provider.raw_keys.iter().any(|own| own.id == *key)
        || provider.encryption_keys.contains(key);
    let certain =
        |found: bool, message: &str| found.then(|| Weakness { message: message.to_owned(), certain: true });
    let faults: Vec<_> = [
        certain(is_own, "it is the identity provider's own, not Intercom's"),
        weak_key(certificate.key),
        weak_signature(certificate),
        certain(
            !certificate.may_encrypt && !certificate.has_issued,
            "its key usage does not include encryption",
        ),
        certain(now < certificate.not_before, &format!("it is valid from {}", day(certificate.not_before))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if faults.is_empty() {
        return None;
    }
    let certain = faults.iter().any(|fault| fault.certain);
    let faults: Vec<_> = faults.into_iter().map(|fault| fault.message).collect();
    let message = format!("assertions are encrypted with it, and {}", faults.join("; "));
    Some(Weakness { message, certain }.problem(ProblemKind::UnfitEncryption, &certificate.to_string()))
}
