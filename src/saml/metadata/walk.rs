//! The pass over the XML events of a document, with limits.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use quick_xml::NsReader;
use quick_xml::events::attributes::{AttrError, Attribute};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{XmlVersion, escape};

use crate::saml::certificate;
use crate::saml::encoding::{from_base64, from_element};
use crate::saml::{Endpoint, Fault, IdentityProvider, RawKey};
use crate::toml_document::excerpt;

use super::{Element, Entity, kind};

/// The deepest nesting of elements.
const DEEPEST: usize = 64;
/// The most attributes of an element.
const MOST_ATTRIBUTES: usize = 64;
/// The most certificates, endpoints, formats and audiences of one identity provider, each.
const MOST_ENTRIES: usize = 100;
/// The longest text of a relevant element, in bytes.
const LONGEST_TEXT: usize = 64 << 10;

/// The attributes of an element, by name.
struct Attributes(Vec<(String, String)>);

impl Attributes {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }
}

/// One pass over the events of a document.
pub(super) struct MetadataWalk<'a> {
    text: &'a str,
    /// The start of the current event, in bytes.
    start: usize,
    /// The end of the current event, in bytes.
    end: usize,
    /// The open elements, with the end of validity that each sets for its content.
    open: Vec<(Element, Option<Timestamp>)>,
    /// Whether the outermost element has ended.
    begun: bool,
    /// The text of the current element, if relevant.
    content: String,
    /// The start of that text.
    content_start: usize,
    /// Whether the current key was read in at least one form.
    key_read: bool,
    entities: Vec<Entity>,
}

impl<'a> MetadataWalk<'a> {
    /// Reads a document and returns all its entities.
    pub(super) fn over(text: &'a str) -> Result<Vec<Entity>, Fault> {
        let mut walk = Self {
            text,
            start: 0,
            end: 0,
            open: Vec::new(),
            begun: false,
            content: String::new(),
            content_start: 0,
            key_read: false,
            entities: Vec::new(),
        };
        let mut reader = NsReader::from_str(text);
        let place = |position: u64| usize::try_from(position).unwrap_or(text.len());
        loop {
            walk.start = place(reader.buffer_position());
            let read = reader.read_resolved_event().map(|(namespace, event)| {
                let kind = match &event {
                    Event::Start(tag) | Event::Empty(tag) => kind(&namespace, tag),
                    _ => Element::Other,
                };
                (kind, event)
            });
            let (kind, event) = read.map_err(|error| {
                walk.start = place(reader.error_position());
                walk.wrong(error.to_string())
            })?;
            walk.end = place(reader.buffer_position());
            if matches!(event, Event::Eof) {
                break;
            }
            walk.step(kind, event)?;
        }
        if walk.open.is_empty() && walk.begun {
            Ok(walk.entities)
        } else {
            Err(walk.wrong("the file ends inside its outermost element"))
        }
    }

    fn step(&mut self, kind: Element, event: Event<'_>) -> Result<(), Fault> {
        match event {
            Event::Start(tag) => self.enter(kind, &tag),
            Event::Empty(tag) => {
                self.enter(kind, &tag)?;
                self.leave()
            }
            Event::End(_) => self.leave(),
            Event::Text(text) => self.add(&text),
            Event::CData(text) => self.add(&text),
            Event::GeneralRef(reference) => {
                let undefined = || self.wrong(format!("the entity `{}` is not defined", excerpt(&reference)));
                let character =
                    reference.resolve_char_ref().map_err(|error| self.wrong(error.to_string()))?;
                match character {
                    Some(character) => self.add(character.encode_utf8(&mut [0; 4])),
                    None => {
                        let text = escape::resolve_predefined_entity(&reference).ok_or_else(undefined)?;
                        self.add(text)
                    }
                }
            }
            Event::DocType(_) => {
                let (line, column) = self.position();
                Err(Fault::Doctype { line, column })
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, kind: Element, tag: &BytesStart<'_>) -> Result<(), Fault> {
        if self.open.is_empty() {
            if self.begun {
                return Err(self.wrong("a second outermost element begins here"));
            }
            self.begun = true;
            if !matches!(kind, Element::Entities | Element::Entity) {
                let root = excerpt(tag.name().into_inner());
                return Err(Fault::NotMetadata { root });
            }
        }
        if self.open.len() == DEEPEST {
            return Err(self.wrong(format!("elements are nested more than {DEEPEST} deep")));
        }
        let attributes = self.attributes(tag)?;
        let mut until = self.open.last().and_then(|(_, until)| *until);
        if let Some(written) = attributes.get("validUntil") {
            let instant = instant(written)
                .ok_or_else(|| self.wrong(format!("`validUntil` is `{}`, not a time", excerpt(written))))?;
            until = Some(until.map_or(instant, |outer| outer.min(instant)));
        }
        let kind = match self.in_place(kind) {
            Element::KeyKind { .. } => {
                Element::KeyKind { signs: attributes.get("use") != Some("encryption") }
            }
            other => other,
        };
        if matches!(kind, Element::KeyKind { .. } | Element::KeyValue) {
            self.key_read = false;
        }
        self.note(kind, &attributes, until)?;
        self.content.clear();
        self.content_start = self.end;
        self.open.push((kind, until));
        Ok(())
    }

    /// The meaning of an element at its position; none in an unexpected position.
    fn in_place(&self, kind: Element) -> Element {
        let parent = self.open.last().map(|(kind, _)| *kind);
        let at_home = match kind {
            Element::Entities | Element::Entity => matches!(parent, None | Some(Element::Entities)),
            Element::IdentityProvider | Element::ServiceProvider => parent == Some(Element::Entity),
            Element::KeyKind { .. } | Element::NameIdFormat | Element::Service(_) => {
                parent == Some(Element::IdentityProvider)
            }
            Element::Audience | Element::Other => true,
            // At any depth in between.
            _ => self.open.iter().any(|(kind, _)| matches!(kind, Element::KeyKind { .. })),
        };
        if at_home { kind } else { Element::Other }
    }

    /// Records an element and its attributes.
    fn note(
        &mut self,
        kind: Element,
        attributes: &Attributes,
        until: Option<Timestamp>,
    ) -> Result<(), Fault> {
        if kind == Element::Entity {
            let entity_id = attributes.get("entityID").map(str::to_owned);
            let provider = IdentityProvider { entity_id, valid_until: until, ..IdentityProvider::default() };
            self.entities.push(Entity { provider, ..Entity::default() });
        }
        let Some(entity) = self.entities.last_mut() else { return Ok(()) };
        match kind {
            Element::IdentityProvider => {
                entity.is_identity_provider = true;
                // An entity may have several identity provider roles.
                entity.provider.valid_until = entity.provider.valid_until.into_iter().chain(until).min();
            }
            Element::ServiceProvider => entity.is_service_provider = true,
            Element::KeyKind { signs: false } => entity.provider.has_encryption_key = true,
            Element::Service(service) => {
                // Responses may go to another address than requests.
                for (attribute, service) in [("Location", service), ("ResponseLocation", "ResponseLocation")]
                {
                    let Some(location) = attributes.get(attribute) else { continue };
                    let binding = attributes.get("Binding").unwrap_or_default().to_owned();
                    let location = location.to_owned();
                    entity.provider.endpoints.push(Endpoint { service, binding, location });
                }
            }
            _ => {}
        }
        if entity.provider.endpoints.len() > MOST_ENTRIES {
            return Err(self.too_many("endpoints"));
        }
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Fault> {
        let Some((kind, _)) = self.open.pop() else { return Ok(()) };
        let content = std::mem::take(&mut self.content);
        let signs = self.open.iter().any(|(kind, _)| *kind == Element::KeyKind { signs: true });
        let found = match kind {
            Element::X509Certificate if signs => from_element(&content, self.content_line())?,
            Element::X509Certificate => from_element(&content, self.content_line()).unwrap_or_default(),
            _ => Vec::new(),
        };
        let number = || from_base64(&content).ok();
        let raw = match kind {
            Element::Modulus => number().map(|modulus| RawKey::rsa(&modulus)),
            Element::Point => number().and_then(|point| RawKey::ec(&point)),
            Element::DsaKey => Some(RawKey::dsa()),
            _ => None,
        };
        self.key_read |= raw.is_some() || !found.is_empty();
        let is_key = matches!(kind, Element::KeyValue | Element::KeyKind { .. });
        let is_unread = is_key && !std::mem::replace(&mut self.key_read, true);
        let Some(Entity { provider, certificates, .. }) = self.entities.last_mut() else { return Ok(()) };
        match kind {
            Element::NameIdFormat => provider.name_id_formats.push(content.trim().to_owned()),
            Element::Audience => provider.audiences.push(content.trim().to_owned()),
            _ if signs || kind == (Element::KeyKind { signs: true }) => {
                provider.unread_keys += usize::from(is_unread);
                provider.raw_keys.extend(raw);
                certificates.extend(found);
            }
            _ => {
                let found = certificate::read(&found).unwrap_or_default();
                let ids = found.into_iter().map(|certificate| certificate.key_id);
                provider.encryption_keys.extend(ids.chain(raw.map(|raw| raw.id)));
            }
        }
        let most = [
            certificates.len(),
            provider.raw_keys.len(),
            provider.encryption_keys.len(),
            provider.name_id_formats.len(),
            provider.audiences.len(),
        ];
        if most.into_iter().max() > Some(MOST_ENTRIES) {
            return Err(self.too_many("certificates, name formats or audiences"));
        }
        Ok(())
    }

    /// Adds text. Outside relevant elements it is ignored.
    fn add(&mut self, text: &str) -> Result<(), Fault> {
        match self.open.last() {
            None if !text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() => {
                Err(self.wrong("there is text outside the outermost element"))
            }
            Some((
                Element::X509Certificate
                | Element::Modulus
                | Element::Point
                | Element::NameIdFormat
                | Element::Audience,
                _,
            )) => {
                self.content.push_str(text);
                if self.content.len() > LONGEST_TEXT {
                    return Err(self.wrong(format!("the text is longer than {} KiB", LONGEST_TEXT >> 10)));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn attributes(&self, tag: &BytesStart<'_>) -> Result<Attributes, Fault> {
        let mut attributes = tag.attributes();
        // Counted without the search for duplicates, which takes quadratic time.
        if attributes.with_checks(false).take(MOST_ATTRIBUTES + 1).count() > MOST_ATTRIBUTES {
            return Err(self.too_many("attributes"));
        }
        let read = |attribute: Result<Attribute<'_>, AttrError>| {
            let attribute = attribute.map_err(quick_xml::Error::from)?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
            Ok((attribute.key.into_inner().to_owned(), value.into_owned()))
        };
        let all: Result<_, quick_xml::Error> = tag.attributes().map(read).collect();
        all.map(Attributes).map_err(|error| self.wrong(error.to_string()))
    }

    fn content_line(&self) -> usize {
        line_of(self.text, self.content_start)
    }

    fn too_many(&self, what: &str) -> Fault {
        self.wrong(format!("there are too many {what}"))
    }

    fn wrong(&self, why: impl AsRef<str>) -> Fault {
        let (line, column) = self.position();
        Fault::Xml { line, column, why: excerpt(why.as_ref()) }
    }

    /// The line and the column at which the current event begins.
    fn position(&self) -> (usize, usize) {
        let before = self.text.get(..self.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line_of(self.text, self.start), before[line_start..].chars().count() + 1)
    }
}

/// A time as XML Schema writes it. Without a zone it is in UTC, as SAML demands.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Offset::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok())
}

/// The line of a position, from 1.
fn line_of(text: &str, position: usize) -> usize {
    let before = &text.as_bytes()[..position.min(text.len())];
    1 + memchr::memchr_iter(b'\n', before).count()
}
