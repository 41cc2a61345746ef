//! Valid and invalid files of identity providers.

use std::fs;
use std::path::{Path, PathBuf};

use super::problems::{ProblemKind, SamlProblem};
use super::*;
use crate::region::Region;

mod declared;
mod files;
mod fuzz;
mod hostile;
mod judgement;

/// The instant of judgement.
const NOW: &str = "2026-11-15T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/saml").join(name)
}

/// A configuration that names metadata, or nothing yet.
fn saml(metadata: Option<PathBuf>, certificate: Option<PathBuf>) -> Saml {
    Saml { metadata, certificate, ..Saml::default() }
}

/// The configuration for a fixture, by its extension.
fn naming(name: &str) -> Saml {
    if name.ends_with(".xml") { saml(Some(fixture(name)), None) } else { saml(None, Some(fixture(name))) }
}

/// Metadata that was not written to a file.
fn metadata(text: &str) -> Result<IdentityProvider, SamlError> {
    IdentityProvider::of_metadata(text.as_bytes())
        .map_err(|fault| SamlError::File { path: "idp.xml".to_owned(), fault })
}

/// A certificate that was not written to a file.
fn certificate(bytes: &[u8]) -> Result<IdentityProvider, SamlError> {
    IdentityProvider::of_certificate(bytes)
        .map_err(|fault| SamlError::File { path: "idp.pem".to_owned(), fault })
}

fn text_of(name: &str) -> String {
    fs::read_to_string(fixture(name)).unwrap()
}

/// Metadata around what an identity provider's descriptor holds.
fn around(inner: &str) -> String {
    format!(
        "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='https://idp.example/'>\n\
         <IDPSSODescriptor>\n{inner}\n</IDPSSODescriptor></EntityDescriptor>"
    )
}

/// A key descriptor with the certificate of a fixture.
fn key(name: &str) -> String {
    let body: String = text_of(name).lines().filter(|line| !line.starts_with("-----")).collect();
    format!(
        "<KeyDescriptor use='signing'><KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><X509Data>\
         <X509Certificate>{body}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
    )
}

/// A key descriptor with the numbers of a key.
fn raw_key(value: &str) -> String {
    format!(
        "<KeyDescriptor><KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><KeyValue>{value}</KeyValue></KeyInfo>\
         </KeyDescriptor>"
    )
}

/// A sign-in address, and the e-mail address format.
const SIGN_ON: &str = "<NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</NameIDFormat>\
    <SingleSignOnService Binding='b' Location='https://idp.example/in'/>";

/// The problems of a configuration, judged at the usual instant, as kind, subject and message.
fn lines(saml: &Saml) -> Vec<String> {
    let provider = IdentityProvider::read(saml).unwrap();
    judge(&provider, saml).into_iter().map(line).collect()
}

fn judge(provider: &IdentityProvider, saml: &Saml) -> Vec<SamlProblem> {
    problems(provider, saml, Some(Region::Us), now(), 30)
}

fn line(problem: SamlProblem) -> String {
    assert!(!problem.fix.is_empty());
    let subject = match problem.subject.split_once(", serial ") {
        Some((before, _)) => before.to_owned(),
        None => problem.subject,
    };
    let subject = subject.rsplit('/').next().unwrap_or_default().to_owned();
    format!("{}: {subject}: {}", problem.kind.into_str(), problem.message)
}
