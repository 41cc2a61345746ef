//! What the identity provider's own file says about single sign-on.
//!
//! `[organization.saml]` names SAML metadata or a certificate. [`Material::read`] takes it apart and keeps
//! what matters; [`problems()`] judges that at an instant, without looking at anything else.

use std::io::ErrorKind;
use std::path::Path;

use jiff::Timestamp;

use crate::bounded_file::{self, Refusal};
use crate::config::Saml;
use crate::digest;

mod audience;
mod certificate;
mod encoding;
mod error;
mod metadata;
mod problems;
#[cfg(test)]
mod tests;

pub(crate) use certificate::{Certificate, Hash, Key};
pub(crate) use error::SamlError;
pub(crate) use problems::{Problem, ProblemKind, problems};

use encoding::Looks;

/// The largest file that is read, in bytes.
pub(crate) const LARGEST: usize = 1 << 20;

/// What a file says about the identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Material {
    /// The path of the file as configured.
    pub path: String,
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
    /// Whether it is metadata; a certificate says nothing about endpoints, formats and audiences.
    pub from_metadata: bool,
    /// What the identity provider calls itself.
    pub entity_id: Option<String>,
    /// The certificates that it signs assertions with, each once.
    pub certificates: Vec<Certificate>,
    /// The certificate of Intercom's that it encrypts assertions with, where the configuration names it.
    pub encryption_certificate: Option<Certificate>,
    /// Where people are sent to sign in and out.
    pub endpoints: Vec<Endpoint>,
    /// The forms in which it can name people; none says nothing.
    pub name_id_formats: Vec<String>,
    /// Whom its assertions are for, in the rare case that the metadata says so.
    pub audiences: Vec<String>,
    /// Whether assertions are encrypted, as far as the metadata hints at it: `Some(true)` where it holds a
    /// key for encryption, which is no proof. Only the configuration can say that they are not.
    pub encrypts: Option<bool>,
    /// Until when the metadata may be relied on.
    pub valid_until: Option<Timestamp>,
}

/// An address of the identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The element that names it: `SingleSignOnService` or `SingleLogoutService`.
    pub service: &'static str,
    /// How messages get there, as a URI.
    pub binding: String,
    /// Its URL.
    pub location: String,
}

impl Material {
    /// Reads the file that the configuration names, and no other than it names.
    pub(crate) fn read(saml: &Saml) -> Result<Self, SamlError> {
        let mut material = match (&saml.metadata, &saml.certificate) {
            (Some(file), _) => Self::of_metadata(name(file), &bytes_of(file)?)?,
            (None, Some(file)) => Self::of_certificate(name(file), &bytes_of(file)?)?,
            (None, None) => return Err(SamlError::Unnamed),
        };
        if let Some(file) = &saml.encryption_certificate {
            let found = certificates(&name(file), &bytes_of(file)?)?;
            material.encryption_certificate = found.into_iter().next();
        }
        Ok(material)
    }

    fn of_metadata(path: String, bytes: &[u8]) -> Result<Self, SamlError> {
        if encoding::looks(&path, bytes)? != Looks::Xml {
            return Err(SamlError::NotXml { path });
        }
        let Ok(text) = str::from_utf8(bytes) else { return Err(SamlError::NotUtf8 { path }) };
        let provider = metadata::read(&path, text.strip_prefix('\u{feff}').unwrap_or(text))?;
        if provider.certificates.is_empty() && !provider.has_encryption_key {
            return Err(SamlError::NoCertificate { path, found: None });
        }
        Ok(Self {
            digest: digest::of(bytes),
            from_metadata: true,
            entity_id: provider.entity_id,
            certificates: certificate::read(&path, &provider.certificates)?,
            encryption_certificate: None,
            endpoints: provider.endpoints,
            name_id_formats: provider.name_id_formats,
            audiences: provider.audiences,
            encrypts: provider.has_encryption_key.then_some(true),
            valid_until: provider.valid_until,
            path,
        })
    }

    fn of_certificate(path: String, bytes: &[u8]) -> Result<Self, SamlError> {
        Ok(Self {
            digest: digest::of(bytes),
            from_metadata: false,
            entity_id: None,
            certificates: certificates(&path, bytes)?,
            encryption_certificate: None,
            endpoints: Vec::new(),
            name_id_formats: Vec::new(),
            audiences: Vec::new(),
            encrypts: None,
            valid_until: None,
            path,
        })
    }
}

/// The certificates of a file in PEM or DER.
fn certificates(path: &str, bytes: &[u8]) -> Result<Vec<Certificate>, SamlError> {
    let encoded = match encoding::looks(path, bytes)? {
        Looks::Xml => return Err(SamlError::IsXml { path: path.to_owned() }),
        Looks::Pem => encoding::from_pem(path, bytes)?,
        Looks::Der => encoding::from_der(path, bytes)?,
    };
    certificate::read(path, &encoded)
}

/// Reads the bytes of a regular file of bounded size.
fn bytes_of(path: &Path) -> Result<Vec<u8>, SamlError> {
    bounded_file::read(path, LARGEST as u64).map_err(|refusal| match refusal {
        Refusal::NotRegular => SamlError::NotRegular { path: name(path) },
        Refusal::TooLarge => SamlError::TooLarge { path: name(path) },
        Refusal::Unreadable(source) if source.kind() == ErrorKind::NotFound => {
            SamlError::Missing { path: name(path) }
        }
        Refusal::Unreadable(source) => SamlError::Unreadable { path: name(path), source },
    })
}

fn name(path: &Path) -> String {
    path.display().to_string()
}
