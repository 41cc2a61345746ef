//! One certificate: whose it is, how long it holds, and how strong its key and its signature are.

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
    /// The common name as `CN=…`, or the whole name where there is none.
    pub subject: String,
    /// The serial number in hexadecimal, bytes separated by colons.
    pub serial: String,
    /// `sha256:` and the digest of its bytes.
    pub fingerprint: String,
    /// When it begins to hold.
    pub not_before: Timestamp,
    /// The last second it holds.
    pub not_after: Timestamp,
    /// The hash that its signature is made with.
    pub hash: Hash,
    /// Its public key.
    pub key: Key,
}

/// The hash under a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    /// MD2 or MD5: forged in practice.
    Md,
    /// SHA-1: forged in practice, at some expense.
    Sha1,
    /// Another, taken for sound.
    Other,
}

/// A public key, by kind and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// RSA, with its length in bits.
    Rsa(usize),
    /// An elliptic curve, with the length of its numbers in bits.
    Ec(usize),
    /// DSA, which nothing should use any more.
    Dsa,
    /// Another, taken for sound (Ed25519, for one).
    Other,
}

impl Key {
    /// Whether signatures by this key can be forged with effort.
    pub(crate) const fn is_weak(self) -> bool {
        match self {
            Self::Rsa(bits) => bits < RSA_BITS,
            Self::Ec(bits) => bits < EC_BITS,
            Self::Dsa => true,
            Self::Other => false,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "{bits}-bit RSA key"),
            Self::Ec(bits) => write!(f, "{bits}-bit elliptic curve key"),
            Self::Dsa => f.write_str("DSA key"),
            Self::Other => f.write_str("key of another kind"),
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {}, serial {}", self.subject, self.serial)
    }
}

/// Reads encoded certificates and keeps those that may sign assertions: each once, and not the
/// authorities that came along with a certificate they issued.
pub(super) fn read(encoded: &[Encoded]) -> Result<Vec<Certificate>, Fault> {
    let mut parsed = Vec::new();
    for one in encoded {
        let failed = |why: String| Fault::Certificate { line: one.line, why: excerpt(&why) };
        let (rest, x509) = X509Certificate::from_der(&one.der).map_err(|error| failed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(failed("something follows it".to_owned()));
        }
        let certificate = Certificate::of(&x509, &one.der).map_err(|why| failed(why.to_owned()))?;
        parsed.push((x509, certificate));
    }
    let has_issued = |authority: &X509Certificate<'_>| {
        parsed.iter().any(|(x509, _)| {
            x509.issuer().as_raw() == authority.subject().as_raw()
                // Two that signed themselves may well have the same name: one is to replace the other.
                && x509.issuer().as_raw() != x509.subject().as_raw()
        })
    };
    let mut signing: Vec<Certificate> = Vec::new();
    for (x509, certificate) in &parsed {
        let known = signing.iter().any(|other| other.fingerprint == certificate.fingerprint);
        if !known && !has_issued(x509) {
            signing.push(certificate.clone());
        }
    }
    if signing.is_empty() {
        // They claim to have issued each other. Then none of them may be left out.
        signing.extend(parsed.into_iter().map(|(_, certificate)| certificate));
    }
    Ok(signing)
}

impl Certificate {
    fn of(x509: &X509Certificate<'_>, der: &[u8]) -> Result<Self, &'static str> {
        let instant = |seconds| Timestamp::from_second(seconds).map_err(|_| "a date in it is out of range");
        let common = x509.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
        Ok(Self {
            subject: excerpt(&common.map_or_else(|| x509.subject().to_string(), |name| format!("CN={name}"))),
            serial: excerpt(&x509.raw_serial_as_string()),
            fingerprint: digest::of(der),
            not_before: instant(x509.validity().not_before.timestamp())?,
            not_after: instant(x509.validity().not_after.timestamp())?,
            hash: Hash::of(&x509.signature_algorithm),
            key: Key::of(x509.public_key()).ok_or("its public key is malformed")?,
        })
    }
}

impl Hash {
    fn of(algorithm: &AlgorithmIdentifier<'_>) -> Self {
        let oid = &algorithm.algorithm;
        if *oid == oid_registry::OID_PKCS1_RSASSAPSS {
            // Without parameters, or with parameters that leave it out, the hash is SHA-1.
            let parameters = algorithm.parameters.as_ref().map(RsaSsaPssParams::try_from);
            return match parameters {
                None => Self::Sha1,
                Some(Ok(parameters)) => Self::named(parameters.hash_algorithm_oid()),
                Some(Err(_)) => Self::Other,
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
            _ => Self::Other,
        }
    }
}

impl Key {
    fn of(info: &SubjectPublicKeyInfo<'_>) -> Option<Self> {
        let algorithm = &info.algorithm;
        if algorithm.algorithm == oid_registry::OID_PKCS1_RSASSAPSS {
            let (_, key) = RSAPublicKey::from_der(&info.subject_public_key.data).ok()?;
            return Some(Self::Rsa(bits(key.modulus)));
        }
        Some(match info.parsed().ok()? {
            PublicKey::RSA(key) => Self::Rsa(bits(key.modulus)),
            PublicKey::EC(point) => Self::Ec(match point.data() {
                // A point says bytes: P-521 reads as 528 bits, which changes no judgement.
                [4, both @ ..] => both.len() / 2 * 8,
                [2 | 3, one @ ..] => one.len() * 8,
                _ => return None,
            }),
            PublicKey::DSA(_) => Self::Dsa,
            _ => Self::Other,
        })
    }
}

/// The length of a number in bits, without zeros in front.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = &number[zeros..];
    digits.first().map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}
