//! Problems of single sign-on, and files without problems.

use data_encoding::BASE64;

use super::*;

const NONE: [&str; 0] = [];

/// The kinds of the problems of several certificates in one file.
fn kinds(names: &[&str], at: &str, within_days: u64) -> Vec<&'static str> {
    let pem: String = names.iter().map(|name| text_of(name)).collect();
    let provider = certificate(pem.as_bytes()).unwrap();
    let problems = problems(&provider, &saml(None, None), None, at.parse().unwrap(), within_days);
    problems.into_iter().map(|problem| problem.kind.into_str()).collect()
}

#[test]
fn nothing_is_held_against_good_material() {
    for name in ["sample-idp-metadata.xml", "valid.pem", "ec-256.pem"] {
        assert_eq!(lines(&naming(name)), NONE, "{name}");
    }
    for name in ["ed25519.pem", "pss-sha256.pem", "usage-signing.pem"] {
        assert_eq!(lines(&naming(name)), NONE, "{name}");
    }
}

#[test]
fn each_fault_of_a_certificate_is_named() {
    let one = |name: &str| lines(&naming(name)).join("; ");
    let certificate = "certificate CN=sso.kestrelparcel.example";
    assert_eq!(
        one("expired.pem"),
        format!("expired: {certificate}: the signing certificate expired on 2024-06-01 (897 days ago)")
    );
    assert_eq!(
        one("expiring.pem"),
        format!(
            "expiring: {certificate}: the signing certificate expires on 2026-11-25 (in 10 days); no other \
             certificate is valid longer"
        )
    );
    assert_eq!(
        one("future.pem"),
        format!(
            "not-yet-valid: {certificate}: the signing certificate is valid from 2026-11-20 (in 5 days); no \
             certificate is valid now"
        )
    );
    assert_eq!(
        one("sha1.pem"),
        format!(
            "weak-signature: {certificate}: the certificate is signed with SHA-1; expected SHA-256 or better"
        )
    );
    assert!(one("md5.pem").contains("signed with MD5 or older"));
    assert!(one("pss-sha1.pem").contains("signed with SHA-1"));
    assert_eq!(
        one("rsa-1024.pem"),
        format!("weak-key: {certificate}: the key is a 1024-bit RSA key; expected RSA of at least 2048 bits")
    );
    assert!(
        one("ec-224.pem").ends_with("the key is a 224-bit elliptic curve key; expected at least 256 bits")
    );
}

#[test]
fn subjects_tell_certificates_apart_and_problems_say_when() {
    let saml = naming("expiring.pem");
    let provider = IdentityProvider::read(&saml).unwrap();
    let [problem] = &judge(&provider, &saml)[..] else { panic!() };
    assert_eq!(problem.at, Some("2026-11-25T12:00:00Z".parse().unwrap()));
    assert_eq!(problem.subject, provider.certificates[0].to_string());
    assert!(problem.subject.ends_with(&provider.certificates[0].serial) && problem.subject.contains(':'));
}

#[test]
fn the_last_second_counts() {
    let ends = |at| kinds(&["expiring.pem"], at, 10);
    assert_eq!(ends("2026-11-15T11:59:59Z"), NONE);
    assert_eq!(ends("2026-11-15T12:00:00Z"), ["expiring"]);
    assert_eq!(ends("2026-11-25T12:00:00Z"), ["expiring"]);
    assert_eq!(ends("2026-11-25T12:00:01Z"), ["expired"]);
    assert_eq!(kinds(&["expiring.pem"], "2026-11-25T12:00:00Z", 0), ["expiring"]);
    assert_eq!(kinds(&["expiring.pem"], "2026-11-25T11:59:59Z", 0), NONE);
    assert_eq!(kinds(&["valid.pem"], NOW, u64::MAX), ["expiring"]);
    assert_eq!(kinds(&["future.pem"], "2026-11-19T23:59:59Z", 30), ["not-yet-valid"]);
    assert_eq!(kinds(&["future.pem"], "2026-11-20T00:00:00Z", 30), NONE);
}

#[test]
fn replacing_a_certificate_is_not_a_failure() {
    let at = |names: &[&str]| kinds(names, NOW, 30);
    assert_eq!(at(&["expired.pem", "valid.pem"]), ["leftover"]);
    assert_eq!(at(&["expiring.pem", "valid.pem"]), ["leftover"]);
    assert_eq!(at(&["valid.pem", "future.pem"]), NONE);
    // A future certificate does not help a sign-in now.
    assert_eq!(at(&["expiring.pem", "future.pem"]), ["expiring"]);
    assert_eq!(at(&["expired.pem", "expiring.pem"]), ["leftover", "expiring"]);
    assert_eq!(at(&["expired.pem", "future.pem"]), ["expired", "not-yet-valid"]);
    assert_eq!(lines(&naming("rollover.xml")).len(), 1);
}

#[test]
fn weakness_counts_as_long_as_the_certificate_does() {
    assert_eq!(kinds(&["sha1.pem", "valid.pem"], NOW, 30), ["weak-signature"]);
    // In 2046-02 that certificate is over. With another valid certificate, no sign-in relies on it.
    assert_eq!(kinds(&["sha1.pem", "successor.pem"], "2046-02-01T00:00:00Z", 30), ["leftover"]);
    assert_eq!(kinds(&["sha1.pem"], "2046-02-01T00:00:00Z", 30), ["expired", "weak-signature"]);
}

#[test]
fn every_certificate_of_a_chain_is_judged_and_none_excuses_its_leaf() {
    let judged = |name: &str| {
        let saml = naming(name);
        let problems = judge(&IdentityProvider::read(&saml).unwrap(), &saml);
        problems.into_iter().map(|problem| (problem.kind.into_str(), problem.certain)).collect::<Vec<_>>()
    };
    assert_eq!(judged("chain.pem"), [("leftover", false)], "an authority that is over");
    assert_eq!(judged("chain-weak-root.pem"), [("weak-key", true)]);
    assert_eq!(judged("chain-expired-leaf.pem"), [("expired", true)]);
    assert_eq!(judged("usage-encryption.pem"), [("wrong-key-usage", true)]);
    assert_eq!(judged("sha224.pem"), [("weak-signature", false)], "not known is not sound");
}

#[test]
fn keys_without_a_certificate_are_judged() {
    let judged = |inner: &str| {
        let problems = judge(&metadata(&around(&format!("{inner}{SIGN_ON}"))).unwrap(), &saml(None, None));
        problems.into_iter().map(|problem| (problem.kind, problem.certain)).collect::<Vec<_>>()
    };
    let rsa = |modulus: &[u8]| {
        raw_key(&format!("<RSAKeyValue><Modulus>{}</Modulus></RSAKeyValue>", BASE64.encode(modulus)))
    };
    let certificate = key("valid.pem");
    assert_eq!(judged(&rsa(&[0x91; 128])), [(ProblemKind::WeakKey, true)]);
    assert_eq!(judged(&rsa(&[0x91; 256])), [(ProblemKind::UnclearKey, false)]);
    assert_eq!(judged(&format!("{certificate}{}", rsa(&[0x91; 128]))), [(ProblemKind::WeakKey, true)]);
    assert_eq!(judged(&format!("{certificate}<KeyDescriptor/>")), [(ProblemKind::UnclearKey, false)]);
    // The key of a certificate, once more as a number.
    let der = encoding::from_pem(text_of("valid.pem").as_bytes()).unwrap().remove(0).der;
    let (_, x509) = x509_parser::parse_x509_certificate(&der).unwrap();
    let Ok(x509_parser::public_key::PublicKey::RSA(public)) = x509.public_key().parsed() else { panic!() };
    assert_eq!(judged(&format!("{certificate}{}", rsa(public.modulus))), []);
}

#[test]
fn names_that_may_be_addresses_are_unclear() {
    let judged = |formats: &[&str]| {
        let formats: String =
            formats.iter().map(|format| format!("<NameIDFormat>{format}</NameIDFormat>")).collect();
        let sign_on = "<SingleSignOnService Binding='b' Location='https://idp.example/in'/>";
        let provider = metadata(&around(&format!("{}{formats}{sign_on}", key("valid.pem")))).unwrap();
        judge(&provider, &saml(None, None)).into_iter().map(|problem| problem.certain).collect::<Vec<_>>()
    };
    let (unspecified, transient) = (
        "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    );
    assert_eq!(judged(&[transient]), [true]);
    assert_eq!(judged(&[]), [false], "without a format nothing says that names are addresses");
    for unclear in [unspecified, "urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress", ""] {
        assert_eq!(judged(&[unclear]), [false], "{unclear}");
        assert_eq!(judged(&[transient, unclear]), [false], "{unclear}");
    }
}

#[test]
fn each_fault_of_metadata_is_named() {
    let http = lines(&naming("http-endpoint.xml"));
    assert_eq!(http.len(), 2, "one address for two bindings is one problem");
    assert_eq!(
        http[0],
        "insecure-endpoint: logout: the SingleLogoutService of the identity provider is reached over http; \
         expected https"
    );
    assert_eq!(
        lines(&naming("no-email.xml")),
        ["no-email-name-id: no-email.xml: the identity provider identifies people by \
          1.1:nameid-format:X509SubjectName; Intercom needs 1.1:nameid-format:emailAddress"]
    );
    assert_eq!(
        lines(&naming("expired-metadata.xml")),
        ["metadata-expired: expired-metadata.xml: the metadata was valid until 2026-11-01 \
          (14 days ago), so it may be out of date"]
    );
    let judged = |inner: &str| {
        let provider = metadata(&around(inner)).unwrap();
        judge(&provider, &saml(None, None)).into_iter().map(line).collect::<Vec<_>>()
    };
    let key = key("valid.pem");
    assert_eq!(judged(&format!("{key}{SIGN_ON}")), NONE);
    assert!(judged(&key)[0].starts_with("no-sign-on-endpoint: "));
    for location in ["HTTP://idp.example/in", "ftp://idp.example", "in", ""] {
        let sign_on = SIGN_ON.replace("https://idp.example/in", location);
        let kinds = judged(&format!("{key}{sign_on}"));
        assert!(kinds.len() == 1 && kinds[0].starts_with("insecure-endpoint: "), "{location}: {kinds:?}");
    }
    let answered_elsewhere = SIGN_ON.replace("/>", " ResponseLocation='http://idp.example/out'/>");
    assert!(judged(&format!("{key}{answered_elsewhere}"))[0].starts_with("insecure-endpoint: out"));
    let encryption = key.replace("signing", "encryption");
    assert!(judged(&format!("{encryption}{SIGN_ON}"))[0].starts_with("no-signing-certificate: "));
}

/// What is said about encrypted assertions on a day.
fn encrypted(file: &str, declared: Option<bool>, installed: Option<&str>, at: &str) -> Vec<(String, String)> {
    let saml = Saml {
        encrypted_assertions: declared,
        encryption_certificate: installed.map(fixture),
        ..naming(file)
    };
    let provider = IdentityProvider::read(&saml).unwrap();
    problems(&provider, &saml, None, at.parse().unwrap(), 30)
        .into_iter()
        .filter(|problem| problem.kind == ProblemKind::EncryptedAssertions)
        .map(|problem| (problem.message, problem.fix))
        .collect()
}

#[test]
fn encryption_leads_to_the_new_certificate() {
    let (message, fix) = encrypted("valid.pem", Some(true), None, NOW).remove(0);
    assert!(message.contains("replaces its certificate on 2026-12-12 (in 27 days)"), "{message}");
    assert!(message.starts_with("the configuration says that assertions are encrypted"), "{message}");
    assert!(!fix.contains("encrypted_assertions = false"), "{fix}");
    let on_the_eve = encrypted("valid.pem", Some(true), None, "2026-12-11T23:59:59Z").remove(0).0;
    assert!(on_the_eve.contains("(tomorrow)"), "{on_the_eve}");
    for later in ["2026-12-12T00:00:00Z", "2027-06-01T00:00:00Z"] {
        let message = encrypted("valid.pem", Some(true), None, later).remove(0).0;
        assert!(message.contains("replaced its certificate on 2026-12-12"), "{message}");
    }
}

#[test]
fn a_key_for_encryption_is_a_hint_that_the_configuration_outweighs() {
    let (message, fix) = encrypted("encryption-key.xml", None, None, NOW).remove(0);
    assert!(message.contains("suggests encrypted assertions"), "{message}");
    assert!(fix.contains("`encrypted_assertions = false`"), "{fix}");
    assert_eq!(encrypted("encryption-key.xml", Some(false), None, NOW), []);
    assert_eq!(encrypted("valid.pem", None, None, NOW), []);
    assert_eq!(encrypted("rollover.xml", None, None, NOW), []);
}

#[test]
fn the_installed_certificate_decides() {
    let with = |name, at| encrypted("valid.pem", None, Some(name), at);
    assert_eq!(with("encryption-until-2036.pem", NOW), []);
    assert_eq!(with("encryption-until-2036.pem", "2027-01-01T00:00:00Z"), []);
    assert_eq!(with("encryption-until-2036.pem", "2036-06-01T00:00:00Z").len(), 1);
    let (message, _) = with("encryption-until-2026.pem", NOW).remove(0);
    assert!(message.contains("with a certificate that ends on 2026-12-12"), "{message}");
}

#[test]
fn every_certificate_to_encrypt_with_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("intercom.pem");
    let judged = |names: &[&str]| {
        fs::write(&path, names.iter().map(|name| text_of(name)).collect::<String>()).unwrap();
        let saml = Saml {
            encrypted_assertions: Some(true),
            encryption_certificate: Some(path.clone()),
            ..naming("valid.pem")
        };
        let problems = judge(&IdentityProvider::read(&saml).unwrap(), &saml);
        assert!(problems.iter().all(|problem| problem.certain), "{problems:?}");
        problems
            .into_iter()
            .map(|problem| format!("{} {}", problem.kind.into_str(), problem.message))
            .collect::<Vec<_>>()
    };
    let (good, old) = ("encryption-until-2036.pem", "encryption-until-2026.pem");
    assert_eq!(judged(&[good]), NONE);
    assert_eq!(judged(&["usage-encryption.pem"]), NONE);
    for (name, why) in [
        (old, "encrypted-assertions assertions are encrypted with a certificate that ends on 2026-12-12"),
        ("rsa-1024.pem", "1024-bit RSA key"),
        ("sha1.pem", "SHA-1"),
        ("future.pem", "valid from 2026-11-20"),
        ("valid.pem", "the identity provider's own, not Intercom's"),
        ("usage-signing.pem", "key usage does not include encryption"),
    ] {
        let said = judged(&[good, name]);
        assert!(said.len() == 1 && said[0].contains(why), "{name}: {said:?}");
        assert_eq!(judged(&[name, good]), said, "{name}");
    }
}

#[test]
fn what_is_wrong_and_what_to_do_fit_into_a_finding() {
    let audience = "https://app.intercom.com/saml/kestrel/more";
    for name in ["encryption-key.xml", "http-endpoint.xml", "no-email.xml", "expiring.pem", "rsa-1024.pem"] {
        let saml = Saml { audience: Some(audience.to_owned()), ..naming(name) };
        let provider = IdentityProvider::read(&saml).unwrap();
        for problem in judge(&provider, &saml) {
            let said = format!("{}; {}", problem.message, problem.fix);
            // Findings are cut at 300 characters.
            assert!(said.chars().count() <= 300, "{} characters: {said}", said.chars().count());
        }
    }
}
