//! One certificate: its subject, its validity, and the strength of its key and signature.

use std::fmt;

use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::{self, Oid};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::{PublicKey, RSAPublicKey};
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use crate::digest;
use crate::toml_document::excerpt;

use super::Fault;
use super::encoding::Encoded;

/// The shortest RSA key that is not weak, in bits.
pub(super) const RSA_BITS: usize = 2048;
/// The shortest elliptic curve key that is not weak, in bits.
pub(super) const EC_BITS: usize = 256;

/// A certificate, as far as it matters for single sign-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The common name as `CN=…`, else the whole name.
    pub subject: String,
    /// The serial number in hexadecimal, bytes separated by colons.
    pub serial: String,
    /// `sha256:` and the digest of its bytes.
    pub fingerprint: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// The hash of its signature.
    pub hash: Hash,
    pub key: KeyKind,
    /// The digest of the numbers of the key.
    pub key_id: String,
    /// Whether its key usage includes signing. A certificate without key usage allows every use.
    pub may_sign: bool,
    /// Whether its key usage includes encryption.
    pub may_encrypt: bool,
    /// Whether another certificate of the same file names it as its issuer.
    pub has_issued: bool,
}

/// A public key in the metadata without a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawKey {
    pub key: KeyKind,
    /// Like [`Certificate::key_id`].
    pub id: String,
}

/// The hash of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    /// MD2 or MD5: forged in practice.
    Md,
    /// SHA-1: forged in practice, at high cost.
    Sha1,
    /// SHA-2 or SHA-3 with 256 bits or more, or the one that belongs to Ed25519 and Ed448.
    Sound,
    /// Another, or one that could not be read.
    Unknown,
}

/// A public key, by kind and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// RSA, with its length in bits.
    Rsa(usize),
    /// An elliptic curve, with the length of its numbers in bits.
    Ec(usize),
    /// DSA, which is obsolete.
    Dsa,
    /// Ed25519 or Ed448.
    Edwards,
    /// A key of another kind.
    Unknown,
}

impl KeyKind {
    /// Whether signatures by this key can be forged.
    pub(crate) const fn is_weak(self) -> bool {
        match self {
            Self::Rsa(bits) => bits < RSA_BITS,
            Self::Ec(bits) => bits < EC_BITS,
            Self::Dsa => true,
            Self::Edwards | Self::Unknown => false,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "{bits}-bit RSA key"),
            Self::Ec(bits) => write!(f, "{bits}-bit elliptic curve key"),
            Self::Dsa => f.write_str("DSA key"),
            Self::Edwards => f.write_str("Edwards curve key"),
            Self::Unknown => f.write_str("key of an unknown kind"),
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {}, serial {}", self.subject, self.serial)
    }
}

/// Reads encoded certificates without duplicates. One block may have several.
pub(super) fn read(encoded: &[Encoded]) -> Result<Vec<Certificate>, Fault> {
    let mut parsed = Vec::new();
    let mut certificates: Vec<Certificate> = Vec::new();
    for one in encoded {
        let failed = |why| Fault::Certificate { line: one.line, why };
        let mut rest = &one.der[..];
        loop {
            let is_first = rest.len() == one.der.len();
            let (after, x509) = X509Certificate::from_der(rest).map_err(|_| {
                failed(if is_first { "it is not an X.509 certificate" } else { "something follows it" })
            })?;
            let certificate = Certificate::of(&x509, &rest[..rest.len() - after.len()]).map_err(failed)?;
            if certificates.iter().all(|other| other.fingerprint != certificate.fingerprint) {
                certificates.push(certificate);
                parsed.push(x509);
            }
            if after.is_empty() {
                break;
            }
            rest = after;
        }
    }
    for (certificate, authority) in certificates.iter_mut().zip(&parsed) {
        certificate.has_issued = parsed.iter().any(|x509| {
            x509.issuer().as_raw() == authority.subject().as_raw()
                // Two self-signed certificates may have the same name: one is to replace the other.
                && x509.issuer().as_raw() != x509.subject().as_raw()
        });
    }
    if certificates.iter().all(|certificate| certificate.has_issued) {
        // Each claims to have issued the other.
        certificates.iter_mut().for_each(|certificate| certificate.has_issued = false);
    }
    Ok(certificates)
}

impl Certificate {
    fn of(x509: &X509Certificate<'_>, der: &[u8]) -> Result<Self, &'static str> {
        let instant = |seconds| Timestamp::from_second(seconds).map_err(|_| "a date in it is out of range");
        let (key, numbers) = key_of(x509.public_key()).ok_or("its public key is malformed")?;
        let usage = x509.key_usage().map_err(|_| "its key usage is malformed")?.map(|usage| usage.value);
        let common = x509.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
        Ok(Self {
            subject: excerpt(&common.map_or_else(|| x509.subject().to_string(), |name| format!("CN={name}"))),
            serial: excerpt(&x509.raw_serial_as_string()),
            fingerprint: digest::of(der),
            not_before: instant(x509.validity().not_before.timestamp())?,
            not_after: instant(x509.validity().not_after.timestamp())?,
            hash: Hash::of(&x509.signature_algorithm),
            key,
            key_id: digest::of(numbers),
            may_sign: usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation()),
            may_encrypt: usage.is_none_or(|usage| {
                usage.key_encipherment() || usage.data_encipherment() || usage.key_agreement()
            }),
            has_issued: false,
        })
    }
}

impl Hash {
    fn of(algorithm: &AlgorithmIdentifier<'_>) -> Self {
        let oid = &algorithm.algorithm;
        if *oid == oid_registry::OID_PKCS1_RSASSAPSS {
            // Without parameters, or without a hash in them, the hash is SHA-1.
            let parameters = algorithm.parameters.as_ref().map(RsaSsaPssParams::try_from);
            return match parameters {
                None => Self::Sha1,
                Some(Ok(parameters)) => Self::named(parameters.hash_algorithm_oid()),
                Some(Err(_)) => Self::Unknown,
            };
        }
        Self::named(oid)
    }

    fn named(oid: &Oid<'_>) -> Self {
        match oid.to_id_string().as_str() {
            // md2, md4 and md5 with RSA, alone, and the two of the OIW.
            "1.2.840.113549.1.1.2"
            | "1.2.840.113549.1.1.3"
            | "1.2.840.113549.1.1.4"
            | "1.2.840.113549.2.2"
            | "1.2.840.113549.2.5"
            | "1.3.14.3.2.2"
            | "1.3.14.3.2.3" => Self::Md,
            // SHA-1 with RSA, DSA and ECDSA, alone, and the two of the OIW.
            "1.2.840.113549.1.1.5"
            | "1.2.840.10040.4.3"
            | "1.2.840.10045.4.1"
            | "1.3.14.3.2.26"
            | "1.3.14.3.2.27"
            | "1.3.14.3.2.29" => Self::Sha1,
            // SHA-256, SHA-384 and SHA-512 with RSA, with ECDSA, and alone.
            "1.2.840.113549.1.1.11"
            | "1.2.840.113549.1.1.12"
            | "1.2.840.113549.1.1.13"
            | "1.2.840.10045.4.3.2"
            | "1.2.840.10045.4.3.3"
            | "1.2.840.10045.4.3.4"
            | "2.16.840.1.101.3.4.2.1"
            | "2.16.840.1.101.3.4.2.2"
            | "2.16.840.1.101.3.4.2.3"
            // SHA3-256, SHA3-384 and SHA3-512 alone, with ECDSA, and with RSA.
            | "2.16.840.1.101.3.4.2.8"
            | "2.16.840.1.101.3.4.2.9"
            | "2.16.840.1.101.3.4.2.10"
            | "2.16.840.1.101.3.4.3.10"
            | "2.16.840.1.101.3.4.3.11"
            | "2.16.840.1.101.3.4.3.12"
            | "2.16.840.1.101.3.4.3.14"
            | "2.16.840.1.101.3.4.3.15"
            | "2.16.840.1.101.3.4.3.16"
            | ED25519
            | ED448 => Self::Sound,
            _ => Self::Unknown,
        }
    }
}

const ED25519: &str = "1.3.101.112";
const ED448: &str = "1.3.101.113";

impl RawKey {
    /// The RSA key of a modulus.
    pub(super) fn rsa(modulus: &[u8]) -> Self {
        let digits = digits(modulus);
        Self { key: KeyKind::Rsa(bits(digits)), id: digest::of(digits) }
    }

    /// The elliptic curve key of a point.
    pub(super) fn ec(point: &[u8]) -> Option<Self> {
        Some(Self { key: curve(point)?, id: digest::of(point) })
    }

    /// A DSA key, whose numbers do not matter.
    pub(super) fn dsa() -> Self {
        Self { key: KeyKind::Dsa, id: digest::of(b"DSA") }
    }
}

/// A public key, and the numbers that identify it among keys of its kind.
fn key_of<'a>(info: &'a SubjectPublicKeyInfo<'_>) -> Option<(KeyKind, &'a [u8])> {
    let data = &info.subject_public_key.data[..];
    if info.algorithm.algorithm == oid_registry::OID_PKCS1_RSASSAPSS {
        let modulus = digits(RSAPublicKey::from_der(data).ok()?.1.modulus);
        return Some((KeyKind::Rsa(bits(modulus)), modulus));
    }
    Some(match info.parsed().ok()? {
        PublicKey::RSA(key) => (KeyKind::Rsa(bits(digits(key.modulus))), digits(key.modulus)),
        PublicKey::EC(_) => (curve(data)?, data),
        PublicKey::DSA(_) => (KeyKind::Dsa, data),
        _ if [ED25519, ED448].contains(&info.algorithm.algorithm.to_id_string().as_str()) => {
            (KeyKind::Edwards, data)
        }
        _ => (KeyKind::Unknown, data),
    })
}

/// The kind of key that a point is.
fn curve(point: &[u8]) -> Option<KeyKind> {
    match point {
        // A point has whole bytes: P-521 counts as 528 bits, which changes no judgement.
        [4, both @ ..] => Some(KeyKind::Ec(both.len() / 2 * 8)),
        [2 | 3, one @ ..] => Some(KeyKind::Ec(one.len() * 8)),
        _ => None,
    }
}

/// A number without zeros in front.
fn digits(number: &[u8]) -> &[u8] {
    &number[number.iter().take_while(|byte| **byte == 0).count()..]
}

/// The length of a number in bits.
fn bits(digits: &[u8]) -> usize {
    digits.first().map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}
