//! Mistakes, section by section.

use super::*;

#[test]
fn eight_mistakes_are_eight_problems() {
    let text = "\
[scan]
level = 'l9'
fail_one = 'l1'
strict = 'yes'
since = 'yesterday'
[[waiver]]
control = '2.3'
reason = 'r'
by = 'x'
expires = 2027-02-31
[[waiver]]
control = '2.3'
reason = 'r'
by = 'x'
expires = 'soon'
[organization]
approved_networks = ['10.0.0.0/8', '10.0.0.0/99']
[rbac.roles.A]
permissions = ['reed']
";
    let problems = problems_of(text);
    assert_eq!(
        problems,
        [
            "c.toml:2: `level` is one of `l1`, `l2`, `l3`, not `l9` (did you mean `l1`?)",
            "c.toml:3: unknown key `fail_one` in `scan` (did you mean `fail_on`?)",
            "c.toml:4: `strict` must be true or false, not text",
            "c.toml:5: `since` is `yesterday`, not a duration such as `30d`, a date such as `2027-03-31`, or an \
             RFC 3339 time with its zone",
            "c.toml:10: not valid TOML: invalid date, expected day between 01 and 28",
            "c.toml:15: `expires` is `soon`, not a date; write year, month and day, for example `2027-03-31`",
            "c.toml:17: `approved_networks` holds `10.0.0.0/99`, neither a network such as `192.0.2.0/24` \
             nor an address",
            "c.toml:19: a permission is one of `read`, `write`, `delete`, `admin`, not `reed` (did you mean `read`?)",
        ]
    );
}

#[test]
fn sections_and_keys_that_do_not_exist_are_mistakes() {
    assert_eq!(
        problems_of(
            "[scann]\n[[waivers]]\n[organization]\nallowed_domain = ['a.de']\n[[alerts]]\n[[workspaces]]\n"
        ),
        [
            "c.toml:1: unknown key `scann` (did you mean `scan`?)",
            "c.toml:2: unknown key `waivers` (did you mean `waiver`?)",
            "c.toml:4: unknown key `allowed_domain` in `organization` (did you mean `allowed_domains`?)",
            "c.toml:5: unknown key `alerts` (did you mean `alert`?)",
            "c.toml:6: unknown key `workspaces` (did you mean `workspace`?)",
        ]
    );
}

#[test]
fn tables_of_the_wrong_shape_are_mistakes() {
    assert_eq!(
        problems_of("scan = 3\nwaiver = ['x']\nparams = { max = 1 }\n[attestation]\nby = 'x'\n"),
        [
            "c.toml:1: `scan` must be a table, not a number",
            "c.toml:2: `waiver` must hold tables only, not text",
            "c.toml:3: `max` must be a table, not a number",
            "c.toml:4: `attestation` must be an array of tables, not a table",
        ]
    );
}

#[test]
fn what_people_sign_for_is_complete() {
    assert_eq!(
        problems_of("[[attestation]]\n[[waiver]]\nreason = ' '\n"),
        [
            "c.toml:1: `by` is missing from `attestation`",
            "c.toml:1: `control` is missing from `attestation`",
            "c.toml:1: `expires` is missing from `attestation`",
            "c.toml:1: `on` is missing from `attestation`",
            "c.toml:2: `by` is missing from `waiver`",
            "c.toml:2: `control` is missing from `waiver`",
            "c.toml:2: `expires` is missing from `waiver`",
            "c.toml:3: `reason` must not be empty",
        ]
    );
}

#[test]
fn dates_are_real_days_in_order() {
    let waiver = |dates| problems_of(&format!("[[waiver]]\ncontrol='2.3'\nreason='r'\nby='b'\n{dates}\n"));
    assert_eq!(waiver("on = 2027-01-01\nexpires = 2027-01-01"), Vec::<String>::new());
    assert_eq!(
        waiver("on = 2027-01-02\nexpires = 2027-01-01"),
        ["c.toml:6: `expires` is 2027-01-01, before `on`, which is 2027-01-02"]
    );
    assert!(
        waiver("expires = '2027-02-30'")[0].starts_with("c.toml:5: `expires` is `2027-02-30`, not a date")
    );
    assert_eq!(waiver("expires = 2027-02-01T10:00:00Z").len(), 1);
    assert_eq!(waiver("expires = 20270201"), ["c.toml:5: `expires` must be a date, not a number"]);
}

#[test]
fn a_waiver_whose_subject_is_unreadable_does_not_widen() {
    let text = "[[waiver]]\ncontrol='2.3'\nsubject=5\nreason='r'\nby='b'\nexpires=2027-01-01\n";
    let (config, problems) = check(text, Trust::Named);
    assert_eq!(problems, ["c.toml:3: `subject` must be text, not a number"]);
    assert!(config.waivers.is_empty());
}

#[test]
fn declarations_of_the_organization_mean_something() {
    let problem = |line: &str| {
        let problems = problems_of(&format!("[organization]\n{line}\n"));
        assert_eq!(problems.len(), 1, "{line}: {problems:?}");
        assert!(problems[0].starts_with("c.toml:2: "), "{problems:?}");
        problems[0].clone()
    };
    for domain in ["", "*", "*.com", "com", "a@b.de", "a..de", "x.*.de", "a b.de"] {
        assert!(problem(&format!("allowed_domains = ['{domain}']")).contains("not a domain"), "{domain}");
    }
    for person in ["x", "@a.de", "x@", "a b@c.de", "x@y@z.de"] {
        assert!(problem(&format!("export_approvers = ['{person}']")).contains("not an e-mail"), "{person}");
    }
    // An address is one in each form in which addresses are compared.
    for person in
        ["dpo@acme.example.", " dpo@acme.example ", "dpo@o\u{308}l.example", "o\u{308}@ｆixture.example"]
    {
        let problems = problems_of(&format!("[organization]\nexport_approvers = ['{person}']\n"));
        assert!(problems.is_empty(), "{person}: {problems:?}");
    }
    assert!(problem("approved_networks = ['office']").contains("neither a network"));
    assert!(problem("approved_networks = []").contains("is empty"));
    assert!(problem("allowed_domains = 'a.de'").contains("must be an array of texts, not text"));
    assert!(problem("required_region = 'europe'").contains("is one of `us`, `eu`, `au`"));
    assert!(problem("sso = 'enforce'").ends_with("(did you mean `enforced`?)"));
    assert!(problem("default_role = ''").contains("must not be empty"));
}

#[test]
fn networks_report_the_line_of_the_item() {
    let text = "[organization]\napproved_networks = [\n  '10.0.0.0/8',\n  'x',\n]\n";
    assert!(problems_of(text)[0].starts_with("c.toml:4: `approved_networks` holds `x`"));
}

#[test]
fn saml_says_whether_assertions_are_encrypted() {
    let read = |lines: &str| check(&format!("[organization.saml]\nmetadata = 'm'\n{lines}"), Trust::Named);
    let saml = |lines: &str| {
        let (config, problems) = read(lines);
        assert_eq!(problems, Vec::<String>::new());
        config.organization.saml.unwrap()
    };
    assert_eq!((saml("").encrypted_assertions, saml("").encryption_certificate), (None, None));
    assert_eq!(saml("encrypted_assertions = false").encrypted_assertions, Some(false));
    let both = saml("encrypted_assertions = true\nencryption_certificate = 'sp.pem'");
    assert_eq!(both.encrypted_assertions, Some(true));
    assert_eq!(both.encryption_certificate.as_deref(), Some(Path::new("base/sp.pem")));
    assert_eq!(
        read("encrypted_assertions = 'no'").1,
        ["c.toml:3: `encrypted_assertions` must be true or false, not text"]
    );
    assert_eq!(
        read("encryption_certificate = 'sp.pem'\nencrypted_assertions = false").1,
        [
            "c.toml:4: `encrypted_assertions` is false, but `encryption_certificate` says what they are encrypted with"
        ]
    );
}

#[test]
fn what_saml_expects_is_text() {
    let (config, _) = check(COMPLETE, Trust::Named);
    let saml = config.organization.saml.unwrap();
    assert_eq!(saml.acs_url.as_deref(), Some("https://app.intercom.com/saml/consume"));
    assert_eq!(saml.issuer.as_deref(), Some("https://idp.example/"));
    assert_eq!(saml.entry_point.as_deref(), Some("https://idp.example/in"));
    for key in ["issuer", "entry_point", "acs_url"] {
        let problems = problems_of(&format!("[organization.saml]\nmetadata = 'm'\n{key} = ' '"));
        assert!(problems.len() == 1 && problems[0].contains(key), "{problems:?}");
    }
}

#[test]
fn saml_needs_one_of_two_files() {
    assert!(
        problems_of("[organization.saml]\naudience = 'x'")[0]
            .contains("`metadata` or `certificate` is missing")
    );
    let both = problems_of("[organization.saml]\nmetadata = 'a'\ncertificate = 'b'");
    assert_eq!(both, ["c.toml:1: give `metadata` or `certificate`, not both"]);
    assert_eq!(problems_of("[organization.saml]\ncertificate = 'b'"), Vec::<String>::new());
}

#[test]
fn roles_and_groups_are_complete() {
    assert_eq!(
        problems_of("[rbac.roles.A]\n[rbac.groups]\ng = ''\nh = 3\n[rbac.rolls]\n"),
        [
            "c.toml:1: `permissions` is missing from `rbac.roles.A`",
            "c.toml:3: the group `g` has no role",
            "c.toml:4: `h` must be text, not a number",
            "c.toml:5: unknown key `rolls` in `rbac` (did you mean `roles`?)",
        ]
    );
}

#[test]
fn names_of_intercom_s_permissions_are_texts_that_say_something() {
    let role = |line: &str| problems_of(&format!("[rbac.roles.A]\npermissions = []\n{line}\n"));
    assert_eq!(role("intercom = ['export_data', 'a name of their own']"), Vec::<String>::new());
    assert_eq!(
        role("intercom = ['export_data', '  ']"),
        ["c.toml:3: `intercom` holds a permission without a name"]
    );
    assert_eq!(
        role("intercom = 'export_data'"),
        ["c.toml:3: `intercom` must be an array of texts, not text"]
    );
    assert_eq!(
        role("intercon = ['export_data']"),
        ["c.toml:3: unknown key `intercon` in `rbac.roles.A` (did you mean `intercom`?)"]
    );
    assert_eq!(problems_of("[rbac.roles.' ']\npermissions = []\n"), ["c.toml:1: a role has no name"]);
}

#[test]
fn a_file_with_proof_comes_with_its_digest() {
    let base = "[[attestation]]\ncontrol='1.3'\nby='B'\non=2026-05-01\nexpires=2026-08-01\n";
    let digest = "A1".repeat(32);
    let both = format!("{base}evidence_file='proof.png'\nevidence_sha256='{digest}'\n");
    let (config, problems) = check(&both, Trust::Found);
    assert_eq!(problems, Vec::<String>::new());
    let proof = config.attestations[0].evidence_file.as_ref().unwrap();
    assert_eq!(
        (proof.path.as_path(), proof.sha256.as_str()),
        (Path::new("base/proof.png"), &*"a1".repeat(32))
    );
    for (keys, problem) in [
        ("evidence_file='proof.png'".to_owned(), "c.toml:1: `evidence_sha256` is missing from `attestation`"),
        (format!("evidence_sha256='{digest}'"), "c.toml:1: `evidence_file` is missing from `attestation`"),
    ] {
        assert_eq!(problems_of(&format!("{base}{keys}\n")), [problem]);
    }
    let short = format!("{base}evidence_file='proof.png'\nevidence_sha256='a1'\n");
    assert_eq!(problems_of(&short), ["c.toml:7: `evidence_sha256` is not a SHA-256: 64 hexadecimal digits"]);
    let (_, problems) = check(&both.replace("proof.png", "../proof.png"), Trust::Found);
    assert_eq!(problems.len(), 1, "{problems:?}");
}
