//! The configuration compared with the file and the workspace's region.

use super::*;

/// The first problem of a configuration with the sample metadata in a region, if any.
fn declared(saml: &Saml, region: Option<Region>) -> String {
    let saml = Saml { metadata: naming("sample-idp-metadata.xml").metadata, ..saml.clone() };
    let provider = IdentityProvider::read(&saml).unwrap();
    let problems = problems(&provider, &saml, region, now(), 30);
    problems
        .into_iter()
        .map(|problem| (problem.certain, line(problem)))
        .map(|(certain, line)| format!("{certain} {line}"))
        .collect()
}

fn audience(audience: &str) -> String {
    declared(&Saml { audience: Some(audience.to_owned()), ..Saml::default() }, Some(Region::Us))
}

#[test]
fn an_audience_is_the_saml_url_of_a_workspace() {
    for region in [Region::Us, Region::Eu, Region::Au] {
        let base = format!("{}/saml/kestrel", region.web_origin());
        let url = Saml { acs_url: Some(format!("{base}/consume")), ..Saml::default() };
        let both = Saml { audience: Some(base), ..url.clone() };
        for saml in [&url, &both] {
            assert_eq!(declared(saml, Some(region)), "");
            assert!(declared(saml, None).starts_with("false wrong-"), "a region that is not known");
            let other = if region == Region::Eu { Region::Us } else { Region::Eu };
            let said = declared(saml, Some(other));
            let host = format!("its host is not {};", other.web_host());
            assert!(said.starts_with("true wrong-") && said.contains(&host), "{said}");
        }
    }
    let own = "https://sso.kestrelparcel.example/saml/metadata";
    for (wrong, why) in [
        (own, "it is the entity id of the identity provider itself"),
        ("https://intercom.com/saml/metadata", "its host is not app.intercom.com;"),
        ("https://app.intercom.com.evil.example/saml/k", "its host is not"),
        ("https://app.intercom.com@evil.example/saml/k", "its host is not"),
        ("http://app.intercom.com/saml/kestrel", "it does not begin with https://"),
        ("https://app.intercom.com/saml/kestrel/consume", "the audience ends before /consume"),
        ("https://app.intercom.com/saml/kestrel/", "its path is not `/saml/`"),
        ("https://app.intercom.com/saml/kestrel?x=1", "its path is not `/saml/`"),
        ("https://app.intercom.com/saml/kestrel#x", "its path is not `/saml/`"),
        ("https://me@app.intercom.com/saml/kestrel", "its host is not"),
        ("https://app.intercom.com:443/saml/kestrel", "its host is not"),
        ("https://APP.intercom.com/saml/kestrel", "its host is not"),
        ("https://app.intercom.com/a/../saml/kestrel", "its path is not `/saml/`"),
        ("https://app.intercom.com/saml/..", "the name of a workspace"),
        ("https://app.intercom.com/saml/", "the name of a workspace"),
        ("https://app.intercom.com", "the name of a workspace"),
        ("intercom", "it does not begin with https://"),
    ] {
        let said = audience(wrong);
        assert!(said.starts_with("true wrong-audience: ") && said.contains(why), "{wrong}: {said}");
    }
}

#[test]
fn what_is_declared_is_compared() {
    let some = |text: &str| Some(text.to_owned());
    let issuer = |text| Saml { issuer: some(text), ..Saml::default() };
    let entry = |text| Saml { entry_point: some(text), ..Saml::default() };
    let base = "https://app.intercom.com/saml/kestrel";
    let acs = |url: &str| Saml { audience: some(base), acs_url: some(url), ..Saml::default() };
    let said = |saml: &Saml| declared(saml, Some(Region::Us));
    for right in [
        issuer("https://sso.kestrelparcel.example/saml/metadata"),
        entry("https://SSO.kestrelparcel.example:443/saml/sign-in"),
        acs(&format!("{base}/consume")),
    ] {
        assert_eq!(said(&right), "", "{right:?}");
        // A certificate has none of it.
        let saml = Saml { certificate: naming("valid.pem").certificate, ..right };
        let problems = judge(&IdentityProvider::read(&saml).unwrap(), &saml);
        assert!(problems.iter().all(|problem| !problem.certain), "{problems:?}");
        assert_eq!(problems.len(), usize::from(saml.acs_url.is_none()), "{problems:?}");
    }
    for (wrong, kind) in [
        (issuer("https://sso.kestrelparcel.example/saml/metadata/"), "wrong-issuer"),
        (issuer("https://SSO.kestrelparcel.example/saml/metadata"), "wrong-issuer"),
        (entry("https://sso.kestrelparcel.example/saml/logout"), "wrong-entry-point"),
        (entry("http://sso.kestrelparcel.example/saml/sign-in"), "wrong-entry-point"),
        (acs(base), "wrong-acs-url"),
        (acs(&format!("{base}/consume/")), "wrong-acs-url"),
        (acs("https://app.intercom.com/saml/other/consume"), "wrong-acs-url"),
    ] {
        assert!(said(&wrong).starts_with(&format!("true {kind}: ")), "{wrong:?}: {}", said(&wrong));
    }
}

#[test]
fn an_audience_in_the_metadata_has_to_be_the_configured_one() {
    let read = |audiences: &[&str]| {
        let list: String = audiences
            .iter()
            .map(|a| format!("<Audience xmlns='urn:oasis:names:tc:SAML:2.0:assertion'> {a} </Audience>"))
            .collect();
        metadata(&around(&format!("{}{SIGN_ON}{list}", key("valid.pem")))).unwrap()
    };
    let declared = |audiences: &[&str], configured: Option<&str>| {
        let provider = read(audiences);
        let saml = Saml { audience: configured.map(str::to_owned), ..saml(None, None) };
        judge(&provider, &saml).into_iter().map(|p| (p.kind, p.message)).collect::<Vec<_>>()
    };
    let ours = "https://app.intercom.com/saml/kestrel";
    let other = "https://app.intercom.com/saml/other";
    assert_eq!(declared(&[ours], None), []);
    let acs_url = Saml { acs_url: Some(format!("{ours}/consume")), ..saml(None, None) };
    assert_eq!(judge(&read(&[ours]), &acs_url), []);
    assert_eq!(judge(&read(&[other]), &acs_url)[0].kind, ProblemKind::WrongAudience);
    assert_eq!(declared(&["https://chat.example/", ours], Some(ours)), []);
    let wrong = declared(&[other], Some(ours));
    assert!(wrong[0].0 == ProblemKind::WrongAudience && wrong[0].1.contains(ours), "{wrong:?}");
    assert_eq!(declared(&["https://chat.example/"], None)[0].0, ProblemKind::WrongAudience);
}
