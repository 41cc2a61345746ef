//! Single texts, addresses and details of events.

use serde_json::{Value, json};

use super::redactor;
use crate::redact::Scrubber;
use crate::redact::dictionary::Dictionary;

fn scrub(known: &[(&str, &str)], text: &str) -> String {
    let redactor = redactor();
    let mut all = Dictionary::default();
    known.iter().for_each(|(text, replacement)| all.learn(text, || (*replacement).to_owned()));
    Scrubber { redactor: &redactor, known: all.prepare(), quoted: Dictionary::default() }.text(text)
}

#[test]
fn addresses_of_people_keep_what_carries_a_finding() {
    let redactor = redactor();
    let email = |text: &str| redactor.email(text);
    let ana = email("Ana.Lopez@acme.example").unwrap();
    assert!(ana.starts_with("person-") && ana.ends_with("@acme.example") && ana.len() == 32, "{ana}");
    assert_eq!(email("ana.lopez@acme.example"), Some(ana.clone()), "letter case makes no mailbox");
    assert_ne!(email("ana.lopez@other.example"), Some(ana.clone()));
    let tagged = email("ana.lopez+eu@acme.example").unwrap();
    assert_eq!(tagged.split('+').next(), ana.split('@').next(), "a tag leads to the same mailbox");
    assert!(!tagged.contains("eu@") && Some(&tagged) != email("ana.lopez+us@acme.example").as_ref());
    assert_eq!(email("Support@acme.example").as_deref(), Some("Support@acme.example"));
    assert_eq!(email("admin@acme.example").as_deref(), Some("admin@acme.example"));
    assert_eq!(email("operator+ab12@intercom.io").as_deref(), Some("operator+ab12@intercom.io"));
    for odd in ["", "@", "a@b@c", "ana", "a@b c"] {
        assert_eq!(email(odd), None, "{odd:?}");
    }
    assert_eq!(email(&ana), Some(ana), "a pseudonym stands for itself");
    assert_eq!(email(&tagged), Some(tagged));
}

#[test]
fn network_addresses_stay_apart_and_ranges_keep_their_length() {
    let redactor = redactor();
    let range = |text: &str| redactor.range(text);
    let one = range("203.0.113.7").unwrap();
    assert!(one.starts_with("2001:db8:7264:4:"), "{one}");
    assert_eq!(range("::ffff:203.0.113.7").as_ref(), Some(&one), "it is the same address in other clothes");
    assert_ne!(range("203.0.113.8").as_ref(), Some(&one));
    assert_eq!(range(&one).as_ref(), Some(&one));
    assert!(range("fe80::1").unwrap().starts_with("2001:db8:7264:6:"));
    for (text, start, end) in [
        ("10.0.0.0/7", "198.1", "/7"),
        ("2a00:1234::/31", "2001:db8:7264:6:", "/31"),
        ("::ffff:10.0.0.0/102", "198.1", "/6"),
    ] {
        let pseudonym = range(text).unwrap();
        assert!(pseudonym.starts_with(start) && pseudonym.ends_with(end), "{text}: {pseudonym}");
        assert_eq!(range(&pseudonym).as_ref(), Some(&pseudonym));
    }
    for stays in ["0.0.0.0/0", "::/0", "127.0.0.1", "::1"] {
        assert_eq!(range(stays).as_deref(), Some(stays));
    }
    assert_eq!((range("10.0.0.0/33"), range("anywhere"), range("")), (None, None, None));
}

#[test]
fn text_is_searched_for_the_shapes_of_addresses() {
    let redactor = redactor();
    let ana = redactor.email("ana@acme.example").unwrap();
    let ip = redactor.range("203.0.113.7").unwrap();
    for (text, expected) in [
        ("by ana@acme.example.", format!("by {ana}.")),
        ("<ana@acme.example>,'ANA@acme.example'", format!("<{ana}>,'{ana}'")),
        ("mailto:ana@acme.example", format!("mailto:{ana}")),
        ("from 203.0.113.7: 3", format!("from {ip}: 3")),
        ("203.0.113.7:443 [203.0.113.7]", format!("{ip}:443 [{ip}]")),
        ("in /home/ana/x.csv", format!("in /home/{}/x.csv", redactor.name("ana"))),
        (r"C:\Users\Ana Lopez\x.csv", format!(r"C:\Users\{}\x.csv", redactor.name("Ana Lopez"))),
    ] {
        assert_eq!(scrub(&[], text), expected);
    }
    for stays in [
        "at 09:08:14 on 2026-02-01T12:00:00Z",
        "@octocat 3 @ 4 a@ @b.example",
        "version 1.2.3 of cafe",
        "1.1, 2.3 and E10: 5.1",
        "POST /admins/activity_logs/search",
        "::",
    ] {
        assert_eq!(scrub(&[], stays), stays);
    }
}

#[test]
fn known_texts_are_found_as_words() {
    let known =
        [("Ann", "name-1"), ("Ann Lee", "name-2"), ("Lee", "name-3"), ("Al", "name-4"), ("4711", "id-1")];
    assert_eq!(scrub(&known, "ann and Annabel, Ann Lee's, Lee."), "name-1 and Annabel, name-2's, name-3.");
    assert_eq!(scrub(&known, "Al 4711"), "Al 4711", "too short to be told from other words");
    assert_eq!(scrub(&known, "Al"), "name-4");
    let odd = [
        (".*", "n"),
        ("a+(b", "name-1"),
        ("\\d{3}", "name-2"),
        ("<b>|`x`", "name-3"),
        ("田中さん", "name-4"),
    ];
    assert_eq!(scrub(&odd, "x a+(b \\d{3} 123 <b>|`x` 田中さんが"), "x name-1 name-2 123 name-3 name-4が");
    assert_eq!(scrub(&[("", "x"), (" ", "y")], "a b"), "a b");
}

#[test]
fn what_overlaps_goes_altogether() {
    assert_eq!(
        scrub(&[("one two", "A"), ("two three four", "B")], "zero one two three four five"),
        "zero B five"
    );
    let known = [("acme.example Corporation", "name-1"), ("ana", "name-2")];
    let scrubbed = scrub(&known, "ana@acme.example Corporation");
    assert!(!scrubbed.contains("ana") && !scrubbed.contains("Corporation"), "{scrubbed}");
}

#[test]
fn texts_within_each_other_are_kept_once() {
    let mut known = Dictionary::default();
    (1..60).for_each(|length| known.learn(&"é".repeat(length), || "name-1".to_owned()));
    let mut spans = Vec::new();
    known.prepare_all().spans(&"é".repeat(1_000), &mut spans);
    assert!(spans.len() <= 1_000, "{}", spans.len());
}

#[test]
fn long_names_are_found_where_they_are_cut() {
    let long = "Zyx Wvu ".repeat(1_250);
    for length in [62, 80, 300, 512, 10_000] {
        let cut: String = long.chars().take(length).collect();
        let scrubbed = scrub(&[(&long, "name-1")], &format!("name: {cut}… and more"));
        assert!(!scrubbed.contains("Zyx") && scrubbed.ends_with("… and more"), "{length}: {scrubbed}");
    }
    let same = "x".repeat(10_000);
    assert_eq!(scrub(&[(&same, "name-1")], &format!("{same}{same}")), "name-1name-1");
}

#[test]
fn details_of_events_keep_what_facts_are_made_of() {
    let raw = |json: &str| serde_json::value::RawValue::from_string(json.to_owned()).unwrap();
    let redacted = |json: &str| redactor().metadata(&raw(json)).map(|raw| raw.get().to_owned());
    let json = r#"{"admin":{"id":4425337,"email":"ana@acme.example","first_name":"Ana"},"sign_in_method":"saml",
        "enabled":true,"after":{"permissions":{"export_data":true,"x":"true"},"conversation_access":{"access_type":"all",
        "assignee_blocked_list":["Ana"]}},"before":"off","role":{"name":"Ana's"},"note":"Ana"}"#;
    let kept: Value = serde_json::from_str(&redacted(json).unwrap()).unwrap();
    assert_eq!(kept["admin"]["id"], redactor().id("4425337"));
    assert_eq!(
        (&kept["sign_in_method"], &kept["enabled"], &kept["before"]),
        (&json!("saml"), &json!(true), &json!("off"))
    );
    assert_eq!(kept["after"]["permissions"], json!({ "export_data": true, "x": null }));
    assert_eq!(kept["after"]["conversation_access"], json!({ "access_type": "all" }));
    assert!(!kept.to_string().to_lowercase().contains("ana"), "{kept}");
    for none in ["null", "[]", "\"Ana\"", r#"{"admin":1,"admin":2}"#] {
        assert_eq!(redacted(none), None, "{none}");
    }
    // An id that counts as missing must not become a person's id.
    assert_eq!(redacted(r#"{"admin":{"id":""}}"#).as_deref(), Some(r#"{"admin":{}}"#));
    // An unreadable id does not become missing, nor identified by its address.
    for odd in [r#"{"admin":"Ana"}"#, r#"{"admin":[1]}"#] {
        assert_eq!(redacted(odd).as_deref(), Some(r#"{"admin":[]}"#), "{odd}");
    }
    assert_eq!(redacted(r#"{"admin":{"id":{"a":1}}}"#).as_deref(), Some(r#"{"admin":{"id":[]}}"#));
    assert_eq!(
        redacted(r#"{"after":"Ana","before":{"x":"Ana"},"sign_in_method":7}"#).unwrap(),
        r#"{"before":{}}"#
    );
    // A method stays equal in comparisons, and one without a letter stays missing.
    for (method, kept) in [("ＳＡＭＬ", "saml"), ("sa\u{200b}ml", "saml"), ("Okta_SAML", "Okta_SAML")] {
        let kept = format!(r#"{{"sign_in_method":"{kept}"}}"#);
        assert_eq!(redacted(&format!(r#"{{"sign_in_method":"{method}"}}"#)), Some(kept), "{method}");
    }
    assert_eq!(redacted("{\"sign_in_method\":\" \u{200b}\"}").as_deref(), Some("{}"));
    let deep = format!(r#"{{"x":{}1{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(redacted(&deep).as_deref(), Some("{}"));
}
