//! Single sign-on, from the identity provider's own file.
//!
//! `[organization.saml]` names SAML metadata or a certificate. [`IdentityProvider::read`] reads it; [`problems()`] judges
//! the result at an instant.

use std::io::ErrorKind;
use std::path::Path;

use jiff::Timestamp;

use crate::bounded_file::{self, Unopened};
use crate::config::Saml;

mod certificate;
mod encoding;
mod error;
mod metadata;
mod problems;
#[cfg(test)]
mod tests;

pub(crate) use certificate::{Certificate, Hash, KeyKind, RawKey};
pub(crate) use error::{Fault, SamlError};
pub(crate) use problems::problems;

use encoding::Looks;

/// The largest file to read, in bytes.
pub(crate) const LARGEST: usize = 1 << 20;

/// The identity provider in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct IdentityProvider {
    /// The path of the file as configured.
    pub path: String,
    /// Whether the file is metadata; a certificate has no endpoints, formats or audiences.
    pub from_metadata: bool,
    /// The identity provider's own name.
    pub entity_id: Option<String>,
    /// The certificates for signing assertions, without duplicates.
    pub certificates: Vec<Certificate>,
    /// The signing keys that the metadata has as numbers.
    pub raw_keys: Vec<RawKey>,
    /// The number of signing keys that could not be read.
    pub unread_keys: usize,
    /// The certificates in the file of `encryption_certificate`.
    pub encryption_certificates: Vec<Certificate>,
    /// The addresses for signing in and out.
    pub endpoints: Vec<Endpoint>,
    /// The formats in which it can identify people; may be empty.
    pub name_id_formats: Vec<String>,
    /// The audiences of its assertions, which metadata rarely has.
    pub audiences: Vec<String>,
    /// Whether the metadata has an encryption key: a hint, not proof, that assertions are encrypted.
    pub has_encryption_key: bool,
    /// The ids of readable encryption keys.
    pub encryption_keys: Vec<String>,
    /// The end of the metadata's validity.
    pub valid_until: Option<Timestamp>,
}

/// An address of the identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// `SingleSignOnService`, `SingleLogoutService`, or `ResponseLocation` of either.
    pub service: &'static str,
    /// The binding, as a URI.
    pub binding: String,
    /// Its URL.
    pub location: String,
}

impl IdentityProvider {
    /// Reads the files that the configuration names.
    pub(crate) fn read(saml: &Saml) -> Result<Self, SamlError> {
        let (path, provider) = match (&saml.metadata, &saml.certificate) {
            (Some(path), _) => (path, read_with(path, Self::of_metadata)?),
            (None, Some(path)) => (path, read_with(path, Self::of_certificate)?),
            (None, None) => return Err(SamlError::Unnamed),
        };
        let encryption = saml.encryption_certificate.as_ref().map(|path| read_with(path, certificates));
        Ok(Self {
            path: path.display().to_string(),
            encryption_certificates: encryption.transpose()?.unwrap_or_default(),
            ..provider
        })
    }

    fn of_metadata(bytes: &[u8]) -> Result<Self, Fault> {
        if encoding::looks(bytes)? != Looks::Xml {
            return Err(Fault::NotXml);
        }
        let text = str::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?;
        let (provider, encoded) = metadata::read(text.strip_prefix('\u{feff}').unwrap_or(text))?;
        if encoded.is_empty() && provider.raw_keys.is_empty() && !provider.has_encryption_key {
            return Err(Fault::NoCertificate(None));
        }
        Ok(Self { from_metadata: true, certificates: certificate::read(&encoded)?, ..provider })
    }

    fn of_certificate(bytes: &[u8]) -> Result<Self, Fault> {
        Ok(Self { certificates: certificates(bytes)?, ..Self::default() })
    }
}

/// The certificates of a file in PEM or DER.
fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>, Fault> {
    certificate::read(&match encoding::looks(bytes)? {
        Looks::Xml => return Err(Fault::IsXml),
        Looks::Pem => encoding::from_pem(bytes)?,
        Looks::Der => encoding::from_der(bytes)?,
    })
}

/// Reads and parses a regular file of bounded size.
fn read_with<T>(path: &Path, parse: fn(&[u8]) -> Result<T, Fault>) -> Result<T, SamlError> {
    let named = || path.display().to_string();
    let bytes = bounded_file::read(path, LARGEST as u64).map_err(|refusal| match refusal {
        Unopened::Unreadable(source) if source.kind() == ErrorKind::NotFound => {
            SamlError::Missing { path: named() }
        }
        Unopened::Unreadable(source) => SamlError::File { path: named(), fault: Fault::Unreadable(source) },
        Unopened::NotRegular => SamlError::File { path: named(), fault: Fault::NotRegular },
        Unopened::TooLarge => SamlError::File { path: named(), fault: Fault::TooLarge },
    })?;
    parse(&bytes).map_err(|fault| SamlError::File { path: named(), fault })
}
