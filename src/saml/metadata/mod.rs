//! Reading SAML 2.0 metadata of one identity provider.
//!
//! The XML is read once, event by event. No reference is opened, document types are refused, and depth and numbers are
//! limited.

use quick_xml::events::BytesStart;
use quick_xml::name::ResolveResult;

use crate::toml_document::excerpt;

use super::encoding::Encoded;
use super::{Fault, IdentityProvider};

mod walk;

use walk::MetadataWalk;

/// An entity of the metadata.
#[derive(Debug, Default)]
struct Entity {
    provider: IdentityProvider,
    certificates: Vec<Encoded>,
    is_identity_provider: bool,
    is_service_provider: bool,
}

/// The relevant elements, and all the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Entities,
    Entity,
    IdentityProvider,
    ServiceProvider,
    KeyKind {
        signs: bool,
    },
    X509Certificate,
    KeyValue,
    /// The number of an RSA key.
    Modulus,
    /// The point of an elliptic curve key.
    Point,
    DsaKey,
    NameIdFormat,
    Service(&'static str),
    Audience,
    Other,
}

/// Reads metadata of exactly one identity provider, with its signing certificates.
pub(super) fn read(text: &str) -> Result<(IdentityProvider, Vec<Encoded>), Fault> {
    let entities = MetadataWalk::over(text)?;
    let describes_service = entities.iter().any(|entity| entity.is_service_provider);
    let mut found: Vec<_> = entities.into_iter().filter(|entity| entity.is_identity_provider).collect();
    if found.len() > 1 {
        let name = |entity: Entity| entity.provider.entity_id.map_or("(no id)".to_owned(), |id| excerpt(&id));
        return Err(Fault::SeveralProviders { ids: found.into_iter().map(name).collect() });
    }
    match found.pop() {
        Some(entity) => Ok((entity.provider, entity.certificates)),
        None if describes_service => Err(Fault::ServiceProvider),
        None => Err(Fault::NoProvider),
    }
}

/// The element of a tag, by namespace and local name.
fn kind(namespace: &ResolveResult<'_>, tag: &BytesStart<'_>) -> Element {
    let ResolveResult::Bound(namespace) = namespace else { return Element::Other };
    match (namespace.into_inner(), tag.local_name().into_inner()) {
        (METADATA, "EntitiesDescriptor") => Element::Entities,
        (METADATA, "EntityDescriptor") => Element::Entity,
        (METADATA, "IDPSSODescriptor") => Element::IdentityProvider,
        (METADATA, "SPSSODescriptor") => Element::ServiceProvider,
        (METADATA, "KeyDescriptor") => Element::KeyKind { signs: true },
        (METADATA, "NameIDFormat") => Element::NameIdFormat,
        (METADATA, "SingleSignOnService") => Element::Service("SingleSignOnService"),
        (METADATA, "SingleLogoutService") => Element::Service("SingleLogoutService"),
        (SIGNATURE, "X509Certificate") => Element::X509Certificate,
        (SIGNATURE, "KeyValue") => Element::KeyValue,
        (SIGNATURE, "Modulus") => Element::Modulus,
        (SIGNATURE, "DSAKeyValue") => Element::DsaKey,
        (SIGNATURE_11, "PublicKey") => Element::Point,
        (ASSERTION, "Audience") => Element::Audience,
        _ => Element::Other,
    }
}

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
const SIGNATURE_11: &str = "http://www.w3.org/2009/xmldsig11#";
