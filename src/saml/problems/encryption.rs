//! Encrypted assertions, and Intercom's change of certificate on 2026-12-12.
//!
//! An identity provider that encrypts assertions does so with a certificate of Intercom's. The one in use
//! since 2016 ends on that day, and whoever encrypts has to install its successor before. The file cannot
//! show what is installed; the configuration can name it as `encryption_certificate`.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::Offset;

use crate::config::Saml;
use crate::saml::Material;

use super::{Problem, ProblemKind, away, day};

/// The day by which the new certificate has to be installed.
const CHANGE: Date = date(2026, 12, 12);

pub(super) fn problem(material: &Material, saml: &Saml, now: Timestamp) -> Option<Problem> {
    let change = Offset::UTC.to_timestamp(CHANGE.at(0, 0, 0, 0)).ok()?;
    let installed = material.encryption_certificate.as_ref();
    let how = match (saml.encrypted_assertions, installed, material.encrypts) {
        (Some(false), ..) | (None, None, None | Some(false)) => return None,
        (Some(true), ..) => "the configuration says that assertions are encrypted",
        (None, Some(_), _) => "the configuration names a certificate that assertions are encrypted with",
        (None, None, Some(true)) => {
            "the metadata holds a key for encryption, which hints that assertions are encrypted"
        }
    };
    let found = match installed {
        Some(certificate) if day(certificate.not_after) > CHANGE && certificate.not_after >= now => {
            return None;
        }
        Some(certificate) => format!("{certificate} ends on {}", day(certificate.not_after)),
        None => "which certificate they are encrypted with is not known".to_owned(),
    };
    let state = if now < change {
        format!(
            "Intercom changes its certificate on {CHANGE} ({}); from then on, encrypted sign-ins fail until \
             the new one is installed",
            away(now, change)
        )
    } else {
        format!(
            "Intercom's change of certificate is in force since {CHANGE}; encrypted sign-ins fail until the new \
             one is installed"
        )
    };
    let subject = installed.map_or_else(|| "encrypted assertions".to_owned(), ToString::to_string);
    let mut fix = "install Intercom's new SAML certificate in the identity provider, and name it as \
                   `encryption_certificate` in [organization.saml]"
        .to_owned();
    if saml.encrypted_assertions.is_none() && installed.is_none() {
        fix.push_str("; if assertions are not encrypted, say `encrypted_assertions = false` there");
    }
    Some(Problem {
        kind: ProblemKind::EncryptedAssertions,
        subject,
        message: format!("{how}; {found}; {state}"),
        fix,
        at: Some(change),
    })
}
