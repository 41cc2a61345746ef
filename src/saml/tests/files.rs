//! Reading valid files, and the errors of invalid ones.

use std::time::Duration;

use data_encoding::BASE64;

use super::*;
use crate::hint::Hint as _;

#[test]
fn metadata_is_read_whole() {
    let provider = IdentityProvider::read(&naming("sample-idp-metadata.xml")).unwrap();
    assert!(provider.from_metadata);
    assert!(provider.path.ends_with("sample-idp-metadata.xml"));
    assert_eq!(provider.entity_id.as_deref(), Some("https://sso.kestrelparcel.example/saml/metadata"));
    assert!(!provider.has_encryption_key);
    assert_eq!(provider.valid_until, None);
    assert_eq!(
        provider.name_id_formats,
        [
            "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
        ]
    );
    let endpoints: Vec<_> = provider.endpoints.iter().map(|e| (e.service, e.location.as_str())).collect();
    assert_eq!(
        endpoints,
        [
            ("SingleLogoutService", "https://sso.kestrelparcel.example/saml/logout"),
            ("SingleSignOnService", "https://sso.kestrelparcel.example/saml/sign-in"),
            ("SingleSignOnService", "https://sso.kestrelparcel.example/saml/sign-in"),
        ]
    );
    let [certificate] = &provider.certificates[..] else { panic!("{:?}", provider.certificates) };
    assert_eq!(certificate.subject, "CN=sso.kestrelparcel.example");
    assert_eq!(certificate.not_before, "2026-02-01T09:00:00Z".parse().unwrap());
    assert_eq!(certificate.not_after, "2036-02-01T09:00:00Z".parse().unwrap());
    assert_eq!((certificate.hash, certificate.key), (Hash::Sound, KeyKind::Rsa(2048)));
}

#[test]
fn prefixes_do_not_matter_and_certificates_elsewhere_do_not_count() {
    let provider = IdentityProvider::read(&naming("other-prefixes.xml")).unwrap();
    let alone = IdentityProvider::read(&naming("valid.pem")).unwrap();
    // Not the certificate of the file's signature, nor that of another role.
    assert_eq!(provider.certificates, alone.certificates);
    assert_eq!(provider.endpoints[0].location, "https://sso.kestrelparcel.example/saml/sign-in?a=1&b=2");
    assert_eq!(provider.name_id_formats, Vec::<String>::new());
}

#[test]
fn an_element_of_another_namespace_is_another_element() {
    let text = text_of("sample-idp-metadata.xml").replace("SAML:2.0:metadata\"", "SAML:1.1:metadata\"");
    assert!(
        matches!(metadata(&text), Err(SamlError::File { fault: Fault::NotMetadata { root, .. }, .. }) if root == "md:EntityDescriptor")
    );
}

#[test]
fn several_certificates_in_one_element_are_read_and_pem_in_base64_is() {
    let der = |name: &str| encoding::from_pem(text_of(name).as_bytes()).unwrap().remove(0).der;
    let element = |content: &str| {
        let key = key("valid.pem");
        let (start, rest) = key.split_once("<X509Certificate>").unwrap();
        let (_, end) = rest.split_once("</X509Certificate>").unwrap();
        metadata(&around(&format!("{start}<X509Certificate>{content}</X509Certificate>{end}{SIGN_ON}")))
    };
    let [valid, other] = ["valid.pem", "ec-256.pem"].map(|name| BASE64.encode(&der(name)));
    for between in ["", "\n  "] {
        let provider = element(&format!("{valid}{between}{other}")).unwrap();
        assert_eq!(provider.certificates.len(), 2, "{between:?}");
    }
    let twice = element(&BASE64.encode(text_of("valid.pem").as_bytes())).unwrap();
    assert_eq!(twice.certificates.len(), 1);
    let odd = element(&format!("{valid}{other}*")).unwrap_err().to_string();
    assert!(odd.contains("not valid base64"), "{odd}");
}

#[test]
fn a_certificate_says_nothing_about_the_rest() {
    let provider = IdentityProvider::read(&naming("valid.pem")).unwrap();
    assert!(!provider.from_metadata && provider.endpoints.is_empty() && provider.entity_id.is_none());
}

#[test]
fn der_and_pem_with_text_around_it_are_the_same_certificate() {
    let pem = text_of("valid.pem");
    let plain = certificate(pem.as_bytes()).unwrap().certificates;
    let der = encoding::from_pem(pem.as_bytes()).unwrap().remove(0).der;
    assert_eq!(certificate(&der).unwrap().certificates, plain);
    let dressed = format!("\u{feff}Bag Attributes\r\n{}", pem.replace('\n', "\r\n"));
    assert_eq!(certificate(dressed.as_bytes()).unwrap().certificates, plain);
    assert_eq!(certificate(pem.repeat(3).as_bytes()).unwrap().certificates, plain);
}

#[test]
fn an_authority_is_told_from_a_successor() {
    let issuers = |pem: &str| {
        let found = certificate(pem.as_bytes()).unwrap().certificates;
        found.iter().map(|certificate| certificate.has_issued).collect::<Vec<_>>()
    };
    assert_eq!(issuers(&text_of("chain.pem")), [false, true]);
    // Two self-signed certificates of one name are a certificate and its successor.
    assert_eq!(issuers(&(text_of("valid.pem") + &text_of("successor.pem"))), [false, false]);
}

#[test]
fn certificates_are_read_in_the_forms_that_identity_providers_write() {
    let body =
        |name: &str| text_of(name).lines().filter(|line| !line.starts_with("-----")).collect::<String>();
    let read = |content: &str| {
        let text = around(&format!("{}{SIGN_ON}", key("valid.pem"))).replace(&body("valid.pem"), content);
        metadata(&text).map(|provider| provider.certificates.len())
    };
    // Two in one element: with padding in between, without, and one of them twice.
    let both = [body("valid.pem"), body("expired.pem")].concat();
    let der = encoding::from_base64(&both).unwrap();
    assert_eq!(read(&both).unwrap(), 2);
    assert_eq!(read(&BASE64.encode(&der)).unwrap(), 2);
    assert_eq!(read(&body("valid.pem").repeat(2)).unwrap(), 1);
    // PEM as it is, and in base64 once more.
    let pem = text_of("valid.pem") + &text_of("expired.pem");
    assert_eq!(read(&pem).unwrap(), 2);
    assert_eq!(read(&BASE64.encode(pem.as_bytes())).unwrap(), 2);
    let refused = |content: &str| read(content).unwrap_err().to_string();
    let key = ["-----BEGIN PRIVATE", " KEY-----\nAAAA\n-----END PRIVATE", " KEY-----\n"].concat();
    assert!(refused(&BASE64.encode(key.as_bytes())).contains("holds a private key"));
    assert_eq!(
        refused(&BASE64.encode(b"https://idp.example/cert")),
        "idp.xml:3: the certificate cannot be read: it is not an X.509 certificate"
    );
}

#[test]
fn keys_that_are_numbers_are_read() {
    let read = |value: &str| {
        let provider =
            metadata(&around(&format!("{}{}{SIGN_ON}", key("valid.pem"), raw_key(value)))).unwrap();
        (provider.raw_keys.iter().map(|raw| raw.key).collect::<Vec<_>>(), provider.unread_keys)
    };
    let number = |length: usize| BASE64.encode(&[&[0, 0x80][..], &vec![7; length - 1]].concat());
    let rsa = |bytes| format!("<RSAKeyValue><Modulus>{}</Modulus></RSAKeyValue>", number(bytes));
    let ec = |bytes: usize| {
        let point = BASE64.encode(&[&[4][..], &vec![7; 2 * bytes]].concat());
        format!(
            "<ECKeyValue xmlns='http://www.w3.org/2009/xmldsig11#'><PublicKey>{point}</PublicKey></ECKeyValue>"
        )
    };
    assert_eq!(read(&rsa(256)), (vec![KeyKind::Rsa(2048)], 0));
    assert_eq!(read(&rsa(96)), (vec![KeyKind::Rsa(768)], 0));
    assert_eq!(read(&ec(32)), (vec![KeyKind::Ec(256)], 0));
    assert_eq!(read("<DSAKeyValue><Y>AA==</Y></DSAKeyValue>"), (vec![KeyKind::Dsa], 0));
    for unread in ["", "<RSAKeyValue/>", "<RSAKeyValue><Modulus>?</Modulus></RSAKeyValue>", "<New>AA==</New>"]
    {
        assert_eq!(read(unread), (vec![], 1), "{unread}");
    }
    // A key that is only named, and a key for another use.
    let inner = |descriptor: &str| metadata(&around(&format!("{}{descriptor}", key("valid.pem")))).unwrap();
    assert_eq!(inner("<KeyDescriptor/>").unread_keys, 1);
    let encryption = inner(&raw_key(&rsa(256)).replace("<KeyDescriptor", "<KeyDescriptor use='encryption'"));
    assert_eq!(
        (encryption.raw_keys, encryption.unread_keys, encryption.encryption_keys.len()),
        (vec![], 0, 1)
    );
}

#[test]
fn keys_and_hashes_are_told_apart() {
    let of = |name: &str| {
        let certificate = IdentityProvider::read(&naming(name)).unwrap().certificates.remove(0);
        (certificate.key, certificate.hash)
    };
    assert_eq!(of("rsa-1024.pem"), (KeyKind::Rsa(1024), Hash::Sound));
    assert_eq!(of("sha1.pem"), (KeyKind::Rsa(2048), Hash::Sha1));
    assert_eq!(of("md5.pem"), (KeyKind::Rsa(2048), Hash::Md));
    assert_eq!(of("pss-sha1.pem"), (KeyKind::Rsa(2048), Hash::Sha1));
    assert_eq!(of("pss-sha256.pem"), (KeyKind::Rsa(2048), Hash::Sound));
    assert_eq!(of("ec-256.pem"), (KeyKind::Ec(256), Hash::Sound));
    assert_eq!(of("ec-224.pem"), (KeyKind::Ec(224), Hash::Sound));
    assert_eq!(of("sha224.pem"), (KeyKind::Rsa(2048), Hash::Unknown));
    assert_eq!(of("ed25519.pem"), (KeyKind::Edwards, Hash::Sound));
}

#[test]
fn the_earliest_deadline_holds() {
    let until = |entity: &str, role: &str| {
        let inner = format!("{}{SIGN_ON}", key("valid.pem"));
        let text = around(&inner)
            .replace("<EntityDescriptor", &format!("<EntityDescriptor {entity}"))
            .replace("<IDPSSODescriptor", &format!("<IDPSSODescriptor {role}"));
        metadata(&text).unwrap().valid_until.map(|until| until.to_string())
    };
    assert_eq!(until("", ""), None);
    let later = "validUntil='2027-01-01T02:00:00+02:00'";
    assert_eq!(until(later, "").unwrap(), "2027-01-01T00:00:00Z");
    assert_eq!(until(later, "validUntil='2026-12-01T00:00:00'").unwrap(), "2026-12-01T00:00:00Z");
    assert_eq!(until(later, "validUntil='2028-12-01T00:00:00.5Z'").unwrap(), "2027-01-01T00:00:00Z");
}

#[test]
fn a_file_has_to_be_there_and_to_be_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let read = |path: PathBuf| IdentityProvider::read(&saml(Some(path), None)).unwrap_err();
    assert!(matches!(read(folder.path().join("none.xml")), SamlError::Missing { .. }));
    assert!(matches!(read(folder.path().to_owned()), SamlError::File { fault: Fault::NotRegular, .. }));
    let large = folder.path().join("large.xml");
    fs::write(&large, vec![b' '; LARGEST + 1]).unwrap();
    let error = read(large.clone());
    assert_eq!(error.to_string(), format!("{} is larger than 1024 KiB", large.display()));
    assert!(matches!(IdentityProvider::read(&saml(None, None)), Err(SamlError::Unnamed)));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.pem");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (done, waits) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let error = IdentityProvider::read(&saml(None, Some(pipe))).unwrap_err();
        done.send(error.to_string())
    });
    let answer = waits.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(answer.ends_with("is not a regular file"), "{answer}");
}

#[test]
fn the_wrong_kind_of_file_is_named() {
    let error = |name: &str| IdentityProvider::read(&naming(name)).unwrap_err().to_string();
    assert!(error("garbage.txt").ends_with("garbage.txt is not XML and not a certificate in PEM or DER"));
    assert!(error("request.pem").ends_with("holds a certificate signing request, not a certificate"));
    assert!(
        error("service-provider.xml").ends_with("describes a service provider, not an identity provider")
    );
    assert!(error("two-providers.xml").ends_with(
        "describes 2 identity providers: https://sso.kestrelparcel.example/saml/metadata, \
         https://old-sso.kestrelparcel.example/saml/metadata"
    ));
    let swapped = IdentityProvider::read(&saml(Some(fixture("valid.pem")), None)).unwrap_err();
    assert!(
        swapped.hint().unwrap().contains("`certificate`")
            && swapped.to_string().contains("is not SAML metadata")
    );
    let swapped = IdentityProvider::read(&saml(None, Some(fixture("rollover.xml")))).unwrap_err();
    assert!(
        swapped.hint().unwrap().contains("`metadata`")
            && swapped.to_string().contains("is not a certificate")
    );
}

#[test]
fn other_blocks_and_other_structures_are_not_certificates() {
    let request = encoding_of("request.pem");
    assert!(matches!(certificate(&request), Err(SamlError::File { fault: Fault::Request, .. })));
    let public = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    assert_eq!(
        certificate(public.as_bytes()).unwrap_err().to_string(),
        "idp.pem holds no certificate, but: PUBLIC KEY"
    );
    assert!(matches!(certificate(b""), Err(SamlError::File { fault: Fault::Garbage, .. })));
    assert!(matches!(
        certificate(b"0"),
        Err(SamlError::File { fault: Fault::Certificate { line: 1, .. }, .. })
    ));
    assert!(matches!(
        certificate(b"-----BEGIN "),
        Err(SamlError::File { fault: Fault::NoCertificate(None), .. })
    ));
    let mut longer = encoding_of("valid.pem");
    longer.push(0);
    assert_eq!(
        certificate(&longer).unwrap_err().to_string(),
        "idp.pem:1: the certificate cannot be read: something follows it"
    );
}

/// What the first block of a fixture encodes.
fn encoding_of(name: &str) -> Vec<u8> {
    let body: String = text_of(name).lines().filter(|line| !line.starts_with("-----")).collect();
    encoding::from_base64(&body).unwrap()
}

#[test]
fn a_broken_certificate_is_reported_with_its_line() {
    let pem = text_of("valid.pem");
    let broken = |line: usize| {
        let mut lines: Vec<String> = pem.lines().map(str::to_owned).collect();
        lines[line - 1].replace_range(10..11, "!");
        certificate(lines.join("\n").as_bytes()).unwrap_err().to_string()
    };
    assert_eq!(broken(2), "idp.pem:2: the certificate is not valid base64");
    assert_eq!(broken(7), "idp.pem:7: the certificate is not valid base64");
    let cut = pem.lines().take(9).collect::<Vec<_>>().join("\n");
    assert_eq!(
        certificate(cut.as_bytes()).unwrap_err().to_string(),
        "idp.pem:1: a block begins here and has no end line"
    );
    let short = pem.lines().take(9).chain(["-----END CERTIFICATE-----"]).collect::<Vec<_>>().join("\n");
    let error = certificate(short.as_bytes()).unwrap_err().to_string();
    assert!(error.starts_with("idp.pem:1: the certificate cannot be read: "), "{error}");
    let twice = format!("{cut}\n{pem}");
    assert!(matches!(
        certificate(twice.as_bytes()),
        Err(SamlError::File { fault: Fault::Unended { line: 1, .. }, .. })
    ));
}

#[test]
fn broken_base64_in_metadata_is_reported_with_its_line() {
    let text = text_of("sample-idp-metadata.xml");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let line = lines.iter().position(|line| line.trim().starts_with("MII")).unwrap() + 3;
    lines[line - 1].replace_range(20..21, "*");
    assert_eq!(
        metadata(&lines.join("\n")).unwrap_err().to_string(),
        format!("idp.xml:{line}: the certificate is not valid base64")
    );
}

#[test]
fn metadata_without_any_key_is_an_error() {
    assert_eq!(metadata(&around(SIGN_ON)).unwrap_err().to_string(), "idp.xml holds no certificate");
}
