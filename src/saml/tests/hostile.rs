//! Malicious files, and secrets that were given by mistake.

use std::time::{Duration, Instant};

use data_encoding::BASE64;

use super::*;
use crate::hint::Hint as _;

/// The body of a fake key; no message may show any part of it.
const BODY: &str = "Tm90IGEga2V5IGF0IGFsbDogb25seSBub25zZW5zZSBmb3IgYSB0ZXN0Lg==";

/// A block like that of a key, composed here so that the source has no key.
fn secret(label: &str) -> String {
    format!("-----BEGIN {label}-----\n{BODY}\n-----END {label}-----\n")
}

fn assert_refused(result: Result<IdentityProvider, SamlError>, what: &str) {
    let error = result.expect_err(what);
    assert!(matches!(error, SamlError::File { fault: Fault::PrivateKey, .. }), "{what}: {error}");
    let said = format!("{error} {error:?} {:?}", error.hint());
    for part in BODY.as_bytes().chunks(8).map(|part| str::from_utf8(part).unwrap()) {
        assert!(!said.contains(part), "{what}: {said}");
    }
    assert!(said.contains("idp.") && said.contains("replace the key"), "{what}: {said}");
}

#[test]
fn a_private_key_by_mistake_is_refused_and_not_shown() {
    for kind in ["", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ", "ANY "] {
        let pem = secret(&format!("{kind}PRIVATE KEY"));
        assert_refused(certificate(pem.as_bytes()), kind);
        // With the other setting, next to a certificate, inside XML, truncated, and in UTF-16.
        assert_refused(metadata(&pem), kind);
        assert_refused(certificate(format!("{}{pem}", text_of("valid.pem")).as_bytes()), kind);
        assert_refused(metadata(&around(&format!("<!-- {pem} -->"))), kind);
        let (_, rest) = pem.split_once('\n').unwrap();
        assert_refused(certificate(rest.as_bytes()), kind);
        let wide: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_refused(certificate(&wide), kind);
    }
    assert_refused(certificate(secret("PGP PRIVATE KEY BLOCK").as_bytes()), "PGP");
}

/// Builds a DER value of less than 128 bytes.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&[tag, u8::try_from(content.len()).unwrap()], &content[..]].concat()
}

#[test]
fn a_private_key_in_der_is_refused() {
    let (sequence, octets) = (0x30, 0x04);
    let body = der(octets, &[BODY.as_bytes()]);
    let version = |number: u8| der(2, &[&[number]]);
    let rsa = der(sequence, &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]]);
    let password = der(sequence, &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13]]);
    assert_refused(certificate(&der(sequence, &[&version(0), &rsa, &body])), "PKCS#8");
    assert_refused(certificate(&der(sequence, &[&version(0), &der(2, &[&[9; 40]])])), "PKCS#1");
    assert_refused(certificate(&der(sequence, &[&version(1), &body])), "SEC 1");
    assert_refused(certificate(&der(sequence, &[&password, &body])), "encrypted PKCS#8");
    assert_refused(certificate(&der(sequence, &[&version(3), &rsa])), "PKCS#12");
    // The public half is no secret, and no certificate either.
    let public = der(sequence, &[&rsa, &der(3, &[BODY.as_bytes()])]);
    assert!(matches!(certificate(&public), Err(SamlError::File { fault: Fault::Certificate { .. }, .. })));
}

#[test]
fn a_mention_of_private_keys_is_not_one() {
    let text = format!("BEGIN with: no PRIVATE KEY\n{}", text_of("valid.pem"));
    assert_eq!(certificate(text.as_bytes()).unwrap().certificates.len(), 1);
}

#[test]
fn document_types_are_refused_before_they_count() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("outside.txt"), "from-outside").unwrap();
    for name in ["external-entity.xml", "billion-laughs.xml"] {
        let path = folder.path().join("idp.xml");
        fs::copy(fixture(name), &path).unwrap();
        let begun = Instant::now();
        let error = IdentityProvider::read(&saml(Some(path), None)).unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(2), "{name}");
        assert!(
            matches!(error, SamlError::File { fault: Fault::Doctype { line: 2, column: 1, .. }, .. }),
            "{name}: {error}"
        );
        assert!(!error.to_string().contains("from-outside"), "{name}: {error}");
    }
    assert!(matches!(
        metadata("<!DOCTYPE html><html/>"),
        Err(SamlError::File { fault: Fault::Doctype { .. }, .. })
    ));
}

fn message(text: &str) -> String {
    metadata(text).unwrap_err().to_string()
}

#[test]
fn entities_that_no_one_defined_are_errors_where_they_stand() {
    assert_eq!(
        message(&around("<NameIDFormat>&outside;</NameIDFormat>")),
        "idp.xml:3:15: the entity `outside` is not defined"
    );
    let attribute = message(&around("<SingleSignOnService Location='&outside;'/>"));
    assert!(attribute.starts_with("idp.xml:3:1: ") && attribute.contains("outside"), "{attribute}");
}

#[test]
fn xml_that_is_not_well_formed_is_reported_with_its_place() {
    assert_eq!(
        message("<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'>\n"),
        "idp.xml:2:1: the file ends inside its outermost element"
    );
    let mismatch = message(&around("<a></b>"));
    assert!(mismatch.starts_with("idp.xml:3:4: "), "{mismatch}");
    let good = around("");
    assert!(message(&format!("{good}\n<again/>")).starts_with("idp.xml:5:1: a second outermost element"));
    assert!(message(&format!("{good}\nwords")).contains("there is text outside the outermost element"));
    assert!(message(&around("<a b='1' b='2'/>")).starts_with("idp.xml:3:1: "));
    assert!(
        message(&around("<x:a/>").replace("entityID", "validUntil='soon' entityID"))
            .starts_with("idp.xml:1:1: `validUntil` is `soon`")
    );
    assert_eq!(
        message("<html lang='en'></html>"),
        "idp.xml is not SAML metadata: its outermost element is `html`"
    );
    assert!(matches!(
        metadata("<a"),
        Err(SamlError::File { fault: Fault::Xml { line: 1, column: 1, .. }, .. })
    ));
}

#[test]
fn depth_and_numbers_are_bounded() {
    let deep = "<a>".repeat(100_000);
    assert!(message(&around(&deep)).contains("more than 64 deep"));
    let attributes: String = (0..80_000).map(|n| format!(" a{n}=''")).collect();
    let spaces: String = (0..30_000).map(|n| format!(" xmlns:a{n}='u'")).collect();
    let begun = Instant::now();
    assert!(message(&around(&format!("<a{attributes}/>"))).contains("too many attributes"));
    assert!(matches!(
        metadata(&around(&format!("<a{spaces}/>"))),
        Err(SamlError::File { fault: Fault::Xml { .. }, .. })
    ));
    assert!(
        message(&around(&"<SingleSignOnService Location='a'/>".repeat(10_000)))
            .contains("too many endpoints")
    );
    let formats = "<NameIDFormat>x</NameIDFormat>".repeat(30_000);
    assert!(message(&around(&formats)).contains("too many certificates, name formats or audiences"));
    let keys = key("ed25519.pem").repeat(1_000);
    assert!(message(&around(&keys)).contains("too many certificates"));
    let entity = "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='e'><IDPSSODescriptor/>\
                  </EntityDescriptor>";
    let many = format!(
        "<EntitiesDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'>{}</EntitiesDescriptor>",
        entity.repeat(9_000)
    );
    assert_eq!(message(&many), "idp.xml describes 9000 identity providers: e, e, e, e, e, …");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn an_entity_in_an_entity_describes_no_one() {
    let good = around(&format!("{}{SIGN_ON}", key("valid.pem")));
    let hidden = around(&format!("{}<Extensions>{good}</Extensions>{SIGN_ON}", key("sha1.pem")));
    let provider = metadata(&hidden).unwrap();
    assert_eq!(provider.certificates.iter().map(|c| c.hash).next(), Some(Hash::Sha1));
    assert_eq!(provider.endpoints.len(), 1);
}

#[test]
fn names_from_outside_are_short_and_on_one_line() {
    let long = format!("<{}/>", "x".repeat(5_000));
    assert!(message(&long).len() < 300);
    assert!(message(&around(&format!("<a></{}>", "y".repeat(5_000)))).len() < 300);
}

#[test]
fn other_encodings_are_named() {
    let wide: Vec<u8> = format!("\u{feff}{}", around("")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = |bytes: &[u8]| IdentityProvider::of_metadata(bytes).unwrap_err();
    assert!(matches!(read(&wide), Fault::NotUtf8));
    assert!(matches!(read(b"<a>\xff</a>"), Fault::NotUtf8));
    let marked = format!("\u{feff}{}", text_of("sample-idp-metadata.xml"));
    assert!(metadata(&marked).is_ok());
}

#[test]
fn no_damage_to_a_file_ends_in_a_panic() {
    let pem = text_of("valid.pem");
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let whole = BASE64.decode(body.as_bytes()).unwrap();
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0xff;
        if let Ok(provider) = certificate(&damaged) {
            problems(&provider, &saml(None, None), None, now(), u64::MAX);
        }
        assert!(certificate(&whole[..place]).is_err());
    }
    let xml = text_of("rollover.xml");
    for cut in (0..xml.len()).step_by(7) {
        assert!(metadata(&xml[..cut]).is_err(), "{cut}");
    }
}
