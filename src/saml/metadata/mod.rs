//! SAML 2.0 metadata: what it says about the one identity provider in it.
//!
//! The XML is walked once, event by event. Nothing that it names is opened, a document type is refused
//! before any entity of it could count, and depth and numbers are bounded.

use jiff::Timestamp;
use quick_xml::events::BytesStart;
use quick_xml::name::ResolveResult;

use crate::toml_document::excerpt;

use super::encoding::Encoded;
use super::{Endpoint, SamlError};

mod walk;

use walk::Walk;

/// What metadata says about an identity provider.
#[derive(Debug, Default)]
pub(super) struct Provider {
    /// What the provider calls itself.
    pub(super) entity_id: Option<String>,
    /// Until when the metadata may be relied on.
    pub(super) valid_until: Option<Timestamp>,
    /// The certificates it signs with.
    pub(super) certificates: Vec<Encoded>,
    /// Whether it has a key for encryption as well.
    pub(super) has_encryption_key: bool,
    /// Where people are sent to sign in and out.
    pub(super) endpoints: Vec<Endpoint>,
    /// The forms in which it can name people.
    pub(super) name_id_formats: Vec<String>,
    /// Whom its assertions are for, where it says so.
    pub(super) audiences: Vec<String>,
    is_identity_provider: bool,
    is_service_provider: bool,
}

/// The elements that matter, and all the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Entities,
    Entity,
    IdentityProvider,
    ServiceProvider,
    Key { signs: bool },
    X509Certificate,
    NameIdFormat,
    Service(&'static str),
    Audience,
    Other,
}

/// Reads metadata and answers with its one identity provider.
pub(super) fn read(path: &str, text: &str) -> Result<Provider, SamlError> {
    let providers = Walk::over(path, text)?;
    let describes_service = providers.iter().any(|entity| entity.is_service_provider);
    let mut found: Vec<_> = providers.into_iter().filter(|entity| entity.is_identity_provider).collect();
    if found.len() > 1 {
        let name =
            |entity: Provider| entity.entity_id.map_or_else(|| "(no id)".to_owned(), |id| excerpt(&id));
        let ids = found.into_iter().map(name).collect();
        return Err(SamlError::SeveralProviders { path: path.to_owned(), ids });
    }
    found.pop().ok_or_else(|| {
        if describes_service {
            SamlError::ServiceProvider { path: path.to_owned() }
        } else {
            SamlError::NoProvider { path: path.to_owned() }
        }
    })
}

/// Which element a tag stands for: its namespace and its local name, whatever the prefix.
fn kind(namespace: &ResolveResult<'_>, tag: &BytesStart<'_>) -> Element {
    let ResolveResult::Bound(namespace) = namespace else { return Element::Other };
    match (namespace.into_inner(), tag.local_name().into_inner()) {
        (METADATA, "EntitiesDescriptor") => Element::Entities,
        (METADATA, "EntityDescriptor") => Element::Entity,
        (METADATA, "IDPSSODescriptor") => Element::IdentityProvider,
        (METADATA, "SPSSODescriptor") => Element::ServiceProvider,
        (METADATA, "KeyDescriptor") => Element::Key { signs: true },
        (METADATA, "NameIDFormat") => Element::NameIdFormat,
        (METADATA, "SingleSignOnService") => Element::Service("SingleSignOnService"),
        (METADATA, "SingleLogoutService") => Element::Service("SingleLogoutService"),
        (SIGNATURE, "X509Certificate") => Element::X509Certificate,
        (ASSERTION, "Audience") => Element::Audience,
        _ => Element::Other,
    }
}

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
