//! Decoding files to encoded certificates: file kinds, PEM, base64, and refusing private keys.

use data_encoding::BASE64;
use memchr::memmem;
use x509_parser::asn1_rs::{Any, FromDer, Tag};
use x509_parser::certification_request::X509CertificationRequest;

use super::Fault;

/// The kind of a file, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    Xml,
    /// Text with PEM blocks.
    Pem,
    /// A DER structure.
    Der,
}

/// A certificate as DER, and the line it begins on.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) der: Vec<u8>,
    pub(super) line: usize,
}

/// Detects the kind of a file. A file with a private key is refused first.
pub(super) fn looks(bytes: &[u8]) -> Result<Looks, Fault> {
    if holds_private_key(bytes) {
        return Err(Fault::PrivateKey);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if text.starts_with(b"<") {
        Ok(Looks::Xml)
    } else if memmem::find(bytes, BEGIN.as_bytes()).is_some() {
        Ok(Looks::Pem)
    } else if bytes.first() == Some(&SEQUENCE) {
        Ok(Looks::Der)
    } else if [b"\xff\xfe<\0".as_slice(), b"\xfe\xff\0<"].iter().any(|mark| bytes.starts_with(mark)) {
        Err(Fault::NotUtf8)
    } else {
        Err(Fault::Garbage)
    }
}

/// The certificates of a PEM file, in order.
pub(super) fn from_pem(bytes: &[u8]) -> Result<Vec<Encoded>, Fault> {
    // Outside its blocks, a PEM file may have any bytes.
    let text = String::from_utf8_lossy(bytes);
    let mut certificates = Vec::new();
    let mut other = None;
    let mut lines = text.lines().zip(1..);
    while let Some((opening, line)) = lines.next() {
        let Some(label) = label(opening, BEGIN) else { continue };
        let mut body = String::new();
        loop {
            let (content, _) = lines.next().ok_or(Fault::Unended { line })?;
            match self::label(content, END) {
                Some(closing) if closing == label => break,
                None if self::label(content, BEGIN).is_none() => body.extend([content, "\n"]),
                _ => return Err(Fault::Unended { line }),
            }
        }
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" => {
                let der = from_base64(&body).map_err(|above| Fault::Base64 { line: line + 1 + above })?;
                certificates.push(Encoded { der, line });
            }
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => return Err(Fault::Request),
            label => other = other.or_else(|| Some(label.to_owned())),
        }
    }
    if certificates.is_empty() {
        return Err(Fault::NoCertificate(other));
    }
    Ok(certificates)
}

/// The certificate of a DER file.
pub(super) fn from_der(bytes: &[u8]) -> Result<Vec<Encoded>, Fault> {
    match X509CertificationRequest::from_der(bytes) {
        Ok(_) => Err(Fault::Request),
        Err(_) => Ok(vec![Encoded { der: bytes.to_owned(), line: 1 }]),
    }
}

/// The certificates of an element that begins on a line: DER in base64, or PEM, either plain or in base64.
pub(super) fn from_element(content: &str, line: usize) -> Result<Vec<Encoded>, Fault> {
    let bytes = if content.contains(BEGIN) {
        content.as_bytes().to_owned()
    } else {
        from_base64(content).map_err(|above| Fault::Base64 { line: line + above })?
    };
    match looks(&bytes) {
        Err(Fault::PrivateKey) => Err(Fault::PrivateKey),
        Ok(Looks::Pem) => {
            let found = from_pem(&bytes)?;
            Ok(found.into_iter().map(|one| Encoded { line, ..one }).collect())
        }
        _ => Ok(vec![Encoded { der: bytes, line }]),
    }
}

/// Decodes base64 with any white space, or returns the number of lines above the mistake. Some files have several
/// certificates in a row, each with its own padding.
pub(super) fn from_base64(text: &str) -> Result<Vec<u8>, usize> {
    let dense: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let mut decoded = Vec::new();
    let mut start = 0;
    for part in dense.chunk_by(|one, next| *one != b'=' || *next == b'=') {
        decoded.extend(BASE64.decode(part).map_err(|error| {
            let is_content = |(_, byte): &(usize, u8)| !byte.is_ascii_whitespace();
            // A mistake at the end is on the last line with content.
            let wanted = (start + error.position).min(dense.len().saturating_sub(1));
            let place = text.bytes().enumerate().filter(is_content).nth(wanted).map_or(0, |(place, _)| place);
            memchr::memchr_iter(b'\n', &text.as_bytes()[..place]).count()
        })?);
        start += part.len();
    }
    Ok(decoded)
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
/// The longest label of a block, in bytes.
const LONGEST_LABEL: usize = 40;
/// The first byte of a DER sequence.
const SEQUENCE: u8 = 0x30;

/// The label of a line that begins or ends a block. Only short, plain labels count, because messages show them.
fn label<'a>(line: &'a str, marker: &str) -> Option<&'a str> {
    let label = line.trim().strip_prefix(marker)?.strip_suffix("-----")?;
    let plain = label.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
    (plain && (1..=LONGEST_LABEL).contains(&label.len())).then_some(label)
}

/// Whether a file has a private key: in a block anywhere in the text, or as a DER structure (PKCS#1, SEC 1, PKCS#8 and
/// its encrypted form, and PKCS#12 stores).
fn holds_private_key(bytes: &[u8]) -> bool {
    // Without zeros, UTF-16 text reads like ASCII.
    let text: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    // As in `-----BEGIN RSA PRIVATE KEY-----` and `-----BEGIN PGP PRIVATE KEY BLOCK-----`, or their end lines, because a
    // truncated file may still have part of a key.
    let in_text = memmem::find_iter(&text, b"PRIVATE KEY").any(|place| {
        let window = &text[place.saturating_sub(LONGEST_LABEL)..place];
        let start = memchr::memrchr2(b'\n', b'\r', window).map_or(0, |newline| newline + 1);
        [b"--BEGIN ".as_slice(), b"--END ", b"-- BEGIN ", b"-- END "]
            .iter()
            .any(|marker| memmem::find(&window[start..], marker).is_some())
    });
    in_text || is_private_structure(bytes).unwrap_or(false)
}

/// Recognizes key material by its start. A certificate is a sequence of a sequence that begins with its version or its
/// serial number.
fn is_private_structure(bytes: &[u8]) -> Option<bool> {
    let (_, outer) = Any::from_der(bytes).ok()?;
    let (_, first) = Any::from_der(outer.data).ok()?;
    if outer.tag() != Tag::Sequence {
        return Some(false);
    }
    if first.tag() == Tag::Integer {
        // A version number. A PKCS#1 public key also begins with a number, but a long one.
        return Some(first.data.len() == 1);
    }
    let (_, inner) = Any::from_der(first.data).ok()?;
    let encrypted_by = [PKCS5, PKCS12_PBE].iter().any(|family| inner.data.starts_with(family));
    Some(first.tag() == Tag::Sequence && inner.tag() == Tag::Oid && encrypted_by)
}

/// 1.2.840.113549.1.5: password-based encryption.
const PKCS5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05];
/// 1.2.840.113549.1.12.1: the older password-based encryption.
const PKCS12_PBE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
