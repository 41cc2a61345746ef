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
        (_, Some(certificate), _) if day(certificate.not_after) > CHANGE && certificate.not_after >= now => {
            return None;
        }
        (_, Some(certificate), _) => {
            format!("assertions are encrypted with a certificate that ends on {}", day(certificate.not_after))
        }
        (Some(true), None, _) => "the configuration says that assertions are encrypted".to_owned(),
        (None, None, Some(true)) => "a key in the metadata hints that assertions are encrypted".to_owned(),
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
    let mut fix = "install it in the identity provider and name it as `encryption_certificate`".to_owned();
    if saml.encrypted_assertions.is_none() && installed.is_none() {
        fix.push_str("; or say `encrypted_assertions = false`, if that is so");
    }
    Some(Problem {
        kind: ProblemKind::EncryptedAssertions,
        subject: installed.map_or_else(|| "encrypted assertions".to_owned(), ToString::to_string),
        message: format!("{how}; {state}"),
        fix,
        at: Some(change),
    })
}
