//! The files in `fixtures/rosters`: one of each kind, after what the vendors document.

use std::path::Path;

use insta::assert_snapshot;

use super::*;

/// Reads fixtures from disk, as a command does.
fn fixture(names: &[&str]) -> Roster {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rosters");
    let paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
    Roster::read(&paths).unwrap()
}

/// What a file knows, in words.
fn knows(roster: &Roster) -> String {
    let Knows { status, groups, mfa, roles, permissions } = roster.knows();
    let all = [
        ("status", status),
        ("groups", groups),
        ("mfa", mfa),
        ("roles", roles),
        ("permissions", permissions),
    ];
    all.iter().filter(|(_, known)| *known).map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
}

#[test]
fn okta_users() {
    let roster = fixture(&["okta-users.csv"]);
    assert_eq!((roster.files[0].kind, knows(&roster).as_str()), (Kind::Okta, "status mfa"));
    assert!(
        roster.files[0].path.ends_with("okta-users.csv") && roster.files[0].digest.starts_with("sha256:")
    );
    assert_snapshot!(people(&roster), @"");
    let bram = person(&roster, "bram.castell@kestrelparcel.example");
    assert_eq!(bram.other_emails, ["bcastell@kestrelparcel.example"]);
    assert_eq!(bram.id.as_deref(), Some("00u1kp9016"));
    assert_eq!(bram.status_word.as_deref(), Some("SUSPENDED"));
    assert_eq!(bram.extra.get("department").map(String::as_str), Some("Support"));
}

#[test]
fn okta_users_with_their_groups() {
    let roster = fixture(&["okta-users.csv", "okta-groups.csv"]);
    assert_eq!(knows(&roster), "status groups mfa");
    assert_eq!((roster.files[0].people, roster.files[1].people, roster.files[1].rows), (7, 3, 4));
    assert_eq!(roster.people.len(), 7);
    let sol = person(&roster, "sol.amari@kestrelparcel.example");
    assert!(sol.groups.iter().eq(["Support", "Support, EMEA"]));
    assert!(sol.seen_in.iter().eq([&0, &1]));
    assert!(person(&roster, "bram.castell@kestrelparcel.example").groups.contains("Support"));
}

#[test]
fn entra_users_and_group_members() {
    let roster = fixture(&["entra-users.csv", "entra-group-members.csv"]);
    assert_eq!((roster.files[0].kind, roster.files[1].kind), (Kind::Entra, Kind::Entra));
    assert_snapshot!(people(&roster), @"");
    let petra = person(&roster, "petra.lindqvist@kestrelparcel.example");
    assert_eq!(petra.other_emails, ["pl@kestrelparcel.example", "petra.l@kestrelparcel.example"]);
    let lars = person(&roster, "lars.quist@kestrelparcel.example");
    assert_eq!(lars.status_word.as_deref(), Some("accountEnabled: False"));
    assert_eq!(lars.extra.get("userType").map(String::as_str), Some("Member"));
}

#[test]
fn google_users() {
    let roster = fixture(&["google-users.csv"]);
    assert_eq!((roster.files[0].kind, knows(&roster).as_str()), (Kind::Google, "status mfa"));
    assert_snapshot!(people(&roster), @"");
    let maren = person(&roster, "maren.holt@kestrelparcel.example");
    assert!(maren.other_emails.is_empty() && maren.id.is_none());
    assert!(!maren.extra.keys().any(|column| column.contains("Password") || column.contains("Recovery")));
    assert_eq!(
        person(&roster, "hana.novak@kestrelparcel.example").other_emails,
        ["hana@kestrelparcel.example"]
    );
}

#[test]
fn a_generic_list() {
    let roster = fixture(&["generic.csv"]);
    assert_eq!((roster.files[0].kind, knows(&roster).as_str()), (Kind::Generic, "status groups mfa"));
    assert_snapshot!(people(&roster), @"");
    let note = |email| person(&roster, email).extra.get("Note").cloned();
    assert_eq!(
        note("maren.holt@kestrelparcel.example").as_deref(),
        Some("speaks for\nthe workspace; never asleep")
    );
    assert_eq!(note("jonas.petit@kestrelparcel.example").as_deref(), Some("=1+1"));
}

#[test]
fn intercom_teammates() {
    let roster = fixture(&["intercom-teammates.csv"]);
    assert_eq!((roster.files[0].kind, knows(&roster).as_str()), (Kind::Intercom, "roles permissions"));
    let maren = person(&roster, "maren.holt@kestrelparcel.example");
    assert_eq!(maren.role.as_deref(), Some("Owner"));
    let permissions = maren.permissions.as_ref().unwrap();
    assert!(permissions.iter().eq(["Can export CSV", "Can manage teammates, seats and permissions"]));
    assert!(maren.groups.is_empty());
    assert_eq!(maren.extra.get("Teams").map(String::as_str), Some("Leads"));
    let joris = person(&roster, "joris.beck@kestrelparcel.example");
    assert_eq!(joris.permissions, Some(Default::default()));
    assert!(!roster.vouches_for(joris));
    let both = fixture(&["intercom-teammates.csv", "google-users.csv"]);
    assert!(both.vouches_for(person(&both, "maren.holt@kestrelparcel.example")));
    assert!(!both.vouches_for(person(&both, "sol.amari@kestrelparcel.example")));
}

#[test]
fn scim_users_and_groups_in_either_order() {
    for names in [["scim-users.json", "scim-groups.json"], ["scim-groups.json", "scim-users.json"]] {
        let roster = fixture(&names);
        assert_eq!(knows(&roster), "status groups roles");
        assert_snapshot!(people(&roster), @"");
        let maren = person(&roster, "maren.holt@kestrelparcel.example");
        assert_eq!(maren.other_emails, ["maren@private.example"]);
        assert_eq!(maren.role.as_deref(), Some("Owner"));
        let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
        assert_eq!(maren.extra.get(department).map(String::as_str), Some("Management"));
        let gaps: Vec<_> = roster.files.iter().flat_map(|file| &file.gaps).map(Gap::to_string).collect();
        assert_eq!(
            gaps,
            [
                "1 members of groups, such as `Everyone`, are groups, whose members are not counted",
                "a member of the group `Support` is in no list of users"
            ]
        );
    }
}

#[test]
fn the_sample_differs_from_the_sample_workspace_in_what_the_demonstration_shows() {
    let roster = fixture(&["sample-okta.csv"]);
    assert_eq!((roster.files[0].kind, knows(&roster).as_str()), (Kind::Okta, "status groups mfa"));
    assert_eq!((roster.people.len(), unreadable(&roster).len()), (42, 0));
    let address = |person: &Person| person.email.clone();
    let not_active: Vec<_> =
        roster.people.iter().filter(|p| p.standing != Standing::Active).map(address).collect();
    assert_eq!(
        not_active,
        [
            "bram.castell@kestrelparcel.example",
            "niels.ortega@kestrelparcel.example",
            "corin.blake@kestrelparcel.example"
        ]
    );
    let without_mfa: Vec<_> = roster.people.iter().filter(|p| p.mfa == Some(false)).map(address).collect();
    assert_eq!(without_mfa, ["cleo.varga@kestrelparcel.example"]);
}
