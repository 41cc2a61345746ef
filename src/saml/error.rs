//! Errors of the identity provider's file. Messages quote only names from the file.

use std::borrow::Cow;
use std::io;

use super::LARGEST;
use crate::hint::Hint;

/// Why a file about single sign-on cannot be used. Paths are as configured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SamlError {
    #[error("[organization.saml] names neither `metadata` nor `certificate`")]
    Unnamed,
    #[error("[organization.saml] names {path}, which does not exist")]
    Missing { path: String },
    #[error("{path}{fault}")]
    File { path: String, fault: Fault },
}

/// The problem with a file. Its text follows the path; lines and columns count from 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(" cannot be read: {0}")]
    Unreadable(io::Error),
    #[error(" is not a regular file")]
    NotRegular,
    #[error(" is larger than {} KiB", LARGEST >> 10)]
    TooLarge,
    /// Reported first, whatever else the file has.
    #[error(" holds a private key; it was not used and is not shown")]
    PrivateKey,
    #[error(" holds a certificate signing request, not a certificate")]
    Request,
    #[error(" is not XML and not a certificate in PEM or DER")]
    Garbage,
    #[error(" is not UTF-8 text")]
    NotUtf8,
    /// `metadata` names a certificate.
    #[error(" is not SAML metadata: it looks like a certificate")]
    NotXml,
    /// `certificate` names an XML file.
    #[error(" is not a certificate: it looks like XML")]
    IsXml,
    /// The label names another kind of block.
    #[error(" holds no certificate{}", .0.as_ref().map(|label| format!(", but: {label}")).unwrap_or_default())]
    NoCertificate(Option<String>),
    #[error(":{line}: the certificate is not valid base64")]
    Base64 { line: usize },
    #[error(":{line}: a block begins here and has no end line")]
    Unended { line: usize },
    #[error(":{line}: the certificate cannot be read: {why}")]
    Certificate { line: usize, why: &'static str },
    /// It could define entities and name other files.
    #[error(":{line}:{column}: document type declarations are not accepted")]
    Doctype { line: usize, column: usize },
    /// It is not well-formed XML, or has an invalid value.
    #[error(":{line}:{column}: {why}")]
    Xml { line: usize, column: usize, why: String },
    #[error(" is not SAML metadata: its outermost element is `{root}`")]
    NotMetadata { root: String },
    #[error(" describes a service provider, not an identity provider")]
    ServiceProvider,
    #[error(" describes no identity provider for SAML 2.0")]
    NoProvider,
    #[error(" describes {} identity providers: {}", ids.len(), listed(ids))]
    SeveralProviders { ids: Vec<String> },
}

impl Hint for SamlError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::Unnamed => "name one of the two files in [organization.saml]",
                Self::Missing { .. } => "correct the path; it is relative to the folder of the configuration",
                Self::File { fault, .. } => fault.hint(),
            }
            .into(),
        )
    }
}

impl Fault {
    const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "check that you may read the file",
            Self::NotRegular => "name a regular file in [organization.saml]",
            Self::TooLarge => "export the metadata of your identity provider alone, not of a federation",
            Self::PrivateKey => {
                "remove the key and name the certificate alone; if the file was ever committed or shared, replace the \
                 key in the identity provider"
            }
            Self::Request => "name the certificate that the identity provider signs with",
            Self::Garbage | Self::NoCertificate(_) => {
                "export the metadata (XML) or the signing certificate (PEM) from the identity provider again"
            }
            Self::NotUtf8 => "save the file as UTF-8",
            Self::NotXml => "name a certificate under `certificate` in [organization.saml]",
            Self::IsXml => "name metadata under `metadata` in [organization.saml]",
            Self::Base64 { .. } | Self::Unended { .. } | Self::Certificate { .. } => {
                "export the certificate from the identity provider again, as PEM"
            }
            Self::Doctype { .. } => "download the metadata itself, not a web page about it",
            Self::Xml { .. } => "download the metadata from the identity provider again",
            Self::NotMetadata { .. } | Self::NoProvider => {
                "download the SAML 2.0 metadata of the identity provider; it begins with EntityDescriptor"
            }
            Self::ServiceProvider => {
                "download the metadata of the identity provider, not of an application such as Intercom"
            }
            Self::SeveralProviders { .. } => {
                "keep only the identity provider that Intercom is connected to in the file"
            }
        }
    }
}

/// The most identity providers to name.
const MOST_NAMED: usize = 5;

/// Names the first few.
fn listed(ids: &[String]) -> String {
    let more = if ids.len() > MOST_NAMED { ", …" } else { "" };
    format!("{}{more}", ids.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", "))
}
