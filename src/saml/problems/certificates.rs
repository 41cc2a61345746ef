//! The certificates that the identity provider signs with.
//!
//! Several at once are how a certificate is replaced. As long as one is valid for longer than the time to
//! be warned in, sign-in goes on: one that ends earlier is a leftover and not a failure, and one that
//! begins later is nothing at all.

use jiff::Timestamp;

use crate::saml::certificate::{EC_BITS, RSA_BITS};
use crate::saml::{Certificate, Hash, Key, Material};

use super::{Problem, ProblemKind, SECONDS_A_DAY, away, day};

/// Where a certificate is in its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Ahead,
    Good,
    Ending,
    Over,
}

pub(super) fn problems(material: &Material, now: Timestamp, within_days: u64) -> Vec<Problem> {
    let aged: Vec<_> = material.certificates.iter().map(|c| (c, age(c, now, within_days))).collect();
    if aged.is_empty() {
        return vec![Problem {
            kind: ProblemKind::NoSigningCertificate,
            subject: material.path.clone(),
            message: "the metadata has a key for encryption only, and no certificate to sign with".to_owned(),
            fix: "export the metadata with the signing certificate from the identity provider".to_owned(),
            at: None,
        }];
    }
    let has = |wanted| aged.iter().any(|(_, age)| *age == wanted);
    let (has_good, has_valid) = (has(Age::Good), has(Age::Good) || has(Age::Ending));
    let mut problems = Vec::new();
    for (certificate, age) in aged {
        let ended = match age {
            Age::Over if has_valid => Some(leftover(certificate, now)),
            Age::Over => Some(expired(certificate, now)),
            Age::Ending if has_good => Some(leftover(certificate, now)),
            Age::Ending => Some(expiring(certificate, now)),
            Age::Ahead if has_valid => None,
            Age::Ahead => Some(not_yet_valid(certificate, now)),
            Age::Good => None,
        };
        problems.extend(ended);
        // Nobody relies on a leftover that is over, however weak it was.
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

const REPLACE: &str = "create a new signing certificate in the identity provider, enter it in Intercom under \
                       Settings > Workspace > Security, and make it the active one";

fn expired(certificate: &Certificate, now: Timestamp) -> Problem {
    let end = certificate.not_after;
    Problem {
        kind: ProblemKind::Expired,
        subject: certificate.to_string(),
        message: format!("the signing certificate expired on {} ({})", day(end), away(now, end)),
        fix: REPLACE.to_owned(),
        at: Some(end),
    }
}

fn expiring(certificate: &Certificate, now: Timestamp) -> Problem {
    let end = certificate.not_after;
    Problem {
        kind: ProblemKind::Expiring,
        subject: certificate.to_string(),
        message: format!(
            "the signing certificate expires on {} ({}), and no other that is valid now outlasts it",
            day(end),
            away(now, end)
        ),
        fix: REPLACE.to_owned(),
        at: Some(end),
    }
}

fn not_yet_valid(certificate: &Certificate, now: Timestamp) -> Problem {
    let start = certificate.not_before;
    Problem {
        kind: ProblemKind::NotYetValid,
        subject: certificate.to_string(),
        message: format!(
            "the signing certificate is valid from {} ({}), and none is valid now",
            day(start),
            away(now, start)
        ),
        fix: "sign with a certificate that is valid now until then".to_owned(),
        at: Some(start),
    }
}

fn leftover(certificate: &Certificate, now: Timestamp) -> Problem {
    let end = certificate.not_after;
    let verb = if now > end { "expired" } else { "expires" };
    Problem {
        kind: ProblemKind::Leftover,
        subject: certificate.to_string(),
        message: format!(
            "it {verb} on {} ({}), beside one that stays valid longer",
            day(end),
            away(now, end)
        ),
        fix: "check that Intercom has the newer certificate, then remove this one from the identity provider"
            .to_owned(),
        at: Some(end),
    }
}

fn weak_signature(certificate: &Certificate) -> Option<Problem> {
    let hash = match certificate.hash {
        Hash::Md => "MD5 or older",
        Hash::Sha1 => "SHA-1",
        Hash::Other => return None,
    };
    Some(Problem {
        kind: ProblemKind::WeakSignature,
        subject: certificate.to_string(),
        message: format!("the certificate is signed with {hash}; expected SHA-256 or better"),
        fix: REPLACE.to_owned(),
        at: None,
    })
}

fn weak_key(certificate: &Certificate) -> Option<Problem> {
    if !certificate.key.is_weak() {
        return None;
    }
    let expected = match certificate.key {
        Key::Ec(_) => format!("at least {EC_BITS} bits"),
        _ => format!("RSA of at least {RSA_BITS} bits"),
    };
    Some(Problem {
        kind: ProblemKind::WeakKey,
        subject: certificate.to_string(),
        message: format!("the certificate holds a {}; expected {expected}", certificate.key),
        fix: REPLACE.to_owned(),
        at: None,
    })
}
