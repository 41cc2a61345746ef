//! Which addresses are one person's.

use super::*;
use crate::address::EmailAddress;

fn address(text: &str) -> Option<EmailAddress> {
    EmailAddress::parse(text)
}

fn identities(text: &str) -> Identities {
    let (config, problems) = check(&format!("[rbac.identities]\n{text}\n"), Trust::Found);
    assert_eq!(problems, Vec::<String>::new());
    config.rbac.identities
}

#[test]
fn without_declarations_only_letter_case_does_not_count() {
    let identities = identities("");
    assert_eq!(identities.key(" Ana@Acme.Example "), address("ana@acme.example"));
    assert_eq!(identities.key("ÄNNE@ACME.EXAMPLE"), identities.key("änne@acme.example"));
    assert_ne!(identities.key("ana+eu@acme.example"), identities.key("ana@acme.example"));
    assert_ne!(identities.key("ana@acme.co"), identities.key("ana@acme.example"));
    assert_eq!(identities.key("Nameless"), None);
}

#[test]
fn tags_and_domains_are_dropped_where_that_is_declared() {
    let identities = identities(
        "plus_aliases = true\ndomain_aliases = { 'ACME.co' = 'Acme.example', 'a.b' = 'acme.example' }",
    );
    for alias in ["ana+eu@acme.co", "ANA@acme.example", "ana+a+b@A.B", "ana+@acme.example"] {
        assert_eq!(identities.key(alias), address("ana@acme.example"), "{alias}");
    }
    assert_eq!(identities.key("+eu@acme.co"), address("+eu@acme.example"), "a tag alone names no one");
    assert_ne!(identities.key("ana@sub.acme.co"), address("ana@acme.example"), "an alias is no wildcard");
    assert_eq!(identities.key("ana@x@acme.co"), None);
}

#[test]
fn aliases_are_domains_that_lead_to_a_domain() {
    let problems = |text: &str| problems_of(&format!("[rbac.identities]\n{text}\n"));
    assert_eq!(
        problems("domain_aliases = { 'acme' = 'acme.example', 'acme.co' = '@x', 'b.co' = 3 }"),
        [
            "c.toml:2: `b.co` must be text, not a number",
            "c.toml:2: `domain_aliases` holds `@x`, not a domain such as `example.com`",
            "c.toml:2: `domain_aliases` holds `acme`, not a domain such as `example.com`",
        ]
    );
    for cycle in ["'a.co' = 'a.co'", "'a.co' = 'A.CO'", "'a.co' = 'b.co', 'b.co' = 'c.co'"] {
        let problems = problems(&format!("domain_aliases = {{ {cycle} }}"));
        assert_eq!(problems.len(), 1, "{cycle}: {problems:?}");
        assert!(problems[0].contains("which is an alias itself"), "{problems:?}");
    }
    assert_eq!(problems("domain_aliases = { 'a.co' = 'b.co', 'b.co' = 'a.co' }").len(), 2);
    assert_eq!(
        problems("domain_aliases = { 'a.co' = 'b.co', 'A.co' = 'c.co' }"),
        ["c.toml:2: `domain_aliases` gives `a.co` twice"]
    );
    assert_eq!(
        problems("plus_alias = true"),
        ["c.toml:2: unknown key `plus_alias` in `rbac.identities` (did you mean `plus_aliases`?)"]
    );
    assert_eq!(
        problems("plus_aliases = 'yes'"),
        ["c.toml:2: `plus_aliases` must be true or false, not text"]
    );
}
