//! Why the identity provider's file cannot be used. No message repeats what a file holds beyond names.

use std::borrow::Cow;
use std::io;

use super::LARGEST;

use crate::hint::Hint;

/// A file about single sign-on that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SamlError {
    /// The configuration names no file.
    #[error("[organization.saml] names neither `metadata` nor `certificate`")]
    Unnamed,
    /// There is no such file.
    #[error("there is no file {path}, which [organization.saml] names")]
    Missing {
        /// The path as configured.
        path: String,
    },
    /// The operating system refused to read it.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The path as configured.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// It is a directory, a pipe or a device.
    #[error("{path} is not a regular file")]
    NotRegular {
        /// The path as configured.
        path: String,
    },
    /// It is larger than the metadata of one identity provider can be.
    #[error("{path} is larger than {} KiB", LARGEST >> 10)]
    TooLarge {
        /// The path as configured.
        path: String,
    },
    /// It holds a private key, whatever else it holds.
    #[error("{path} holds a private key; nothing of it was used or is shown")]
    PrivateKey {
        /// The path as configured.
        path: String,
    },
    /// It holds a request for a certificate.
    #[error("{path} holds a certificate signing request, not a certificate")]
    Request {
        /// The path as configured.
        path: String,
    },
    /// It is nothing that is known here.
    #[error("{path} is neither XML nor a certificate in PEM or DER")]
    Garbage {
        /// The path as configured.
        path: String,
    },
    /// It is XML, but not in the encoding that metadata comes in.
    #[error("{path} is not encoded in UTF-8")]
    NotUtf8 {
        /// The path as configured.
        path: String,
    },
    /// `metadata` names a certificate.
    #[error("{path} is not SAML metadata: it looks like a certificate")]
    NotXml {
        /// The path as configured.
        path: String,
    },
    /// `certificate` names an XML file.
    #[error("{path} is not a certificate: it looks like XML")]
    IsXml {
        /// The path as configured.
        path: String,
    },
    /// There is no certificate in it.
    #[error("{path} holds no certificate{}", found.as_ref().map(|label| format!(", but: {label}")).unwrap_or_default())]
    NoCertificate {
        /// The path as configured.
        path: String,
        /// What it holds instead, where that has a name.
        found: Option<String>,
    },
    /// Something between a certificate's first and last line is not base64.
    #[error("{path}:{line}: the certificate is not valid base64")]
    Base64 {
        /// The path as configured.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// A block begins and does not end.
    #[error("{path}:{line}: a block begins here and has no end line of its own")]
    Unended {
        /// The path as configured.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// What is encoded is not a certificate.
    #[error("{path}:{line}: the certificate cannot be read: {why}")]
    Certificate {
        /// The path as configured.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// It declares a document type, which could define entities and name other files.
    #[error("{path}:{line}:{column}: a document type declaration is refused; nothing in it was followed")]
    Doctype {
        /// The path as configured.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
    },
    /// It is not well-formed XML, or a value in it means nothing.
    #[error("{path}:{line}:{column}: {why}")]
    Xml {
        /// The path as configured.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong there.
        why: String,
    },
    /// It is XML about something else.
    #[error("{path} is not SAML metadata: its outermost element is `{root}`")]
    NotMetadata {
        /// The path as configured.
        path: String,
        /// The name of the element.
        root: String,
    },
    /// It describes an application that people sign in to.
    #[error("{path} describes a service provider, not an identity provider")]
    ServiceProvider {
        /// The path as configured.
        path: String,
    },
    /// It describes neither.
    #[error("{path} describes no identity provider for SAML 2.0")]
    NoProvider {
        /// The path as configured.
        path: String,
    },
    /// It describes several, and nothing says which one counts.
    #[error("{path} describes {} identity providers: {}", ids.len(), listed(ids))]
    SeveralProviders {
        /// The path as configured.
        path: String,
        /// Their entity ids.
        ids: Vec<String>,
    },
}

impl Hint for SamlError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::Unnamed => "name one of the two files there",
            Self::Missing { .. } => "correct the path; it is relative to the folder of the configuration",
            Self::Unreadable { .. } => "check the permissions of the file",
            Self::NotRegular { .. } => "name a plain file in [organization.saml]",
            Self::TooLarge { .. } => {
                "export the metadata of your identity provider alone, not of a federation"
            }
            Self::PrivateKey { .. } => {
                "move the key away from here and name the certificate alone; if the file was ever committed or \
                 shared, consider the key exposed and replace it in the identity provider"
            }
            Self::Request { .. } => "name the certificate that the identity provider signs with",
            Self::Garbage { .. } | Self::NoCertificate { .. } => {
                "export the metadata (XML) or the signing certificate (PEM) from the identity provider again"
            }
            Self::NotUtf8 { .. } => "save the file as UTF-8",
            Self::NotXml { .. } => "name a certificate under `certificate` in [organization.saml]",
            Self::IsXml { .. } => "name metadata under `metadata` in [organization.saml]",
            Self::Base64 { .. } | Self::Unended { .. } | Self::Certificate { .. } => {
                "export the certificate from the identity provider again: the file was cut or changed"
            }
            Self::Doctype { .. } => {
                "download the metadata itself, not a page about it; metadata needs no document type"
            }
            Self::Xml { .. } => "download the metadata from the identity provider again",
            Self::NotMetadata { .. } | Self::NoProvider { .. } => {
                "download the SAML 2.0 metadata of the identity provider; it begins with EntityDescriptor"
            }
            Self::ServiceProvider { .. } => {
                "this is the side of an application such as Intercom; download the metadata of the identity \
                 provider"
            }
            Self::SeveralProviders { .. } => "keep the one that Intercom is connected to in the file",
        }.into())
    }
}

/// How many identity providers a message names.
const MOST_NAMED: usize = 5;

/// Names the first few.
fn listed(ids: &[String]) -> String {
    let mut text = ids.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if ids.len() > MOST_NAMED {
        text.push_str(", …");
    }
    text
}
