//! What the identity provider's own file says about single sign-on.
//!
//! `[organization.saml]` names SAML metadata or a certificate. [`IdentityProvider::read`] takes it apart and keeps
//! what matters; [`problems()`] judges that at an instant, without looking at anything else.

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

pub(crate) use certificate::{Certificate, Hash, Key, RawKey};
pub(crate) use error::{Fault, SamlError};
pub(crate) use problems::problems;

use encoding::Looks;

/// The largest file that is read, in bytes.
pub(crate) const LARGEST: usize = 1 << 20;

/// What a file says about the identity provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct IdentityProvider {
    /// The path of the file as configured.
    pub path: String,
    /// Whether it is metadata; a certificate says nothing about endpoints, formats and audiences.
    pub from_metadata: bool,
    /// What the identity provider calls itself.
    pub entity_id: Option<String>,
    /// The certificates that it signs assertions with, each once.
    pub certificates: Vec<Certificate>,
    /// The signing keys that the metadata gives as numbers.
    pub raw_keys: Vec<RawKey>,
    /// How many signing keys of the metadata have a form that is not understood.
    pub unread_keys: usize,
    /// The certificates in the file of `encryption_certificate`.
    pub encryption_certificates: Vec<Certificate>,
    /// Where people are sent to sign in and out.
    pub endpoints: Vec<Endpoint>,
    /// The forms in which it can name people; none says nothing.
    pub name_id_formats: Vec<String>,
    /// Who its assertions are for, in the rare case that the metadata says so.
    pub audiences: Vec<String>,
    /// Whether the metadata holds a key for encryption: a hint, and no proof, that assertions are encrypted.
    pub has_encryption_key: bool,
    /// The ids of such keys, where they could be read.
    pub encryption_keys: Vec<String>,
    /// Until when the metadata may be relied on.
    pub valid_until: Option<Timestamp>,
}

/// An address of the identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// What names it: `SingleSignOnService`, `SingleLogoutService`, or `ResponseLocation` of either.
    pub service: &'static str,
    /// How messages get there, as a URI.
    pub binding: String,
    /// Its URL.
    pub location: String,
}

impl IdentityProvider {
    /// Reads the file that the configuration names, and no other than it names.
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

/// Reads the bytes of a regular file of bounded size and takes them apart.
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
