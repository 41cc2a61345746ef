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

/// Who wrote the files.
fn kinds(roster: &Roster) -> Vec<RosterKind> {
    roster.files.iter().map(|file| file.kind).collect()
}

/// What the files know, in words.
fn knows(roster: &Roster) -> String {
    let any = |ask: fn(Knows) -> bool| roster.files.iter().any(|file| ask(file.knows));
    let known = [
        ("status", any(|knows| knows.status)),
        ("groups", any(|knows| knows.groups)),
        ("mfa", any(|knows| knows.mfa)),
    ];
    known.into_iter().filter(|(_, known)| *known).map(|(word, _)| word).collect::<Vec<_>>().join(" ")
}

#[test]
fn okta_users() {
    let roster = fixture(&["okta-users.csv"]);
    assert_eq!((kinds(&roster), knows(&roster).as_str()), (vec![RosterKind::Okta], "status mfa"));
    assert!(
        roster.files[0].path.ends_with("okta-users.csv") && roster.files[0].digest.starts_with("sha256:")
    );
    assert_snapshot!(people(&roster), @r"
    2 maren.holt@kestrelparcel.example (Maren Holt) active, mfa, in []
    3 Idris.Vale@KestrelParcel.example (Idris Vale) active, mfa, in []
    4 sol.amari@kestrelparcel.example (Sol Amari) active, no mfa, in []
    5 bram.castell@kestrelparcel.example (Bram Castell) suspended, mfa, in []
    6 niels.ortega@kestrelparcel.example (Niels Ortega) deprovisioned, ?, in []
    7 freya.duarte@kestrelparcel.example (Freya Duarte) pending, no mfa, in []
    8 signe.halloran@kestrelparcel.example (Signe Halloran) pending, no mfa, in []
    ");
    let bram = person(&roster, "bram.castell@kestrelparcel.example");
    assert_eq!(bram.other_emails, ["bcastell@kestrelparcel.example"]);
    assert_eq!(bram.id.as_deref(), Some("00u1kp9016"));
    assert_eq!(bram.status_word.as_deref(), Some("SUSPENDED"));
}

#[test]
fn okta_users_with_their_groups() {
    let roster = fixture(&["okta-users.csv", "okta-groups.csv"]);
    assert_eq!(knows(&roster), "status groups mfa");
    assert_eq!((roster.files[0].people, roster.files[1].people, roster.files[1].rows), (7, 3, 4));
    assert_eq!(roster.people.len(), 7);
    let sol = person(&roster, "sol.amari@kestrelparcel.example");
    assert!(sol.groups.iter().map(AsRef::as_ref).eq(["Support", "Support, EMEA"]));
    assert!(person(&roster, "bram.castell@kestrelparcel.example").groups.contains("Support"));
}

#[test]
fn entra_users_and_group_members() {
    let roster = fixture(&["entra-users.csv", "entra-group-members.csv"]);
    assert_eq!(kinds(&roster), [RosterKind::Entra, RosterKind::Entra]);
    assert_snapshot!(people(&roster), @r"
    2 maren.holt@kestrelparcel.example (Maren Holt) active, ?, in []
    3 petra.lindqvist@kestrelparcel.example (Petra Lindqvist) active, mfa, in [Platform-Admins]
    4 lars.quist@kestrelparcel.example (Lars Quist) suspended, no mfa, in [Support | Support Leads]
    5 otis.marlow@kestrelparcel.example (Otis Marlow) active, ?, in []
    ");
    let petra = person(&roster, "petra.lindqvist@kestrelparcel.example");
    assert_eq!(petra.other_emails, ["petra.l@kestrelparcel.example", "pl@kestrelparcel.example"]);
    let lars = person(&roster, "lars.quist@kestrelparcel.example");
    assert_eq!(lars.status_word.as_deref(), Some("accountEnabled: False"));
}

#[test]
fn google_users() {
    let roster = fixture(&["google-users.csv"]);
    assert_eq!((kinds(&roster), knows(&roster).as_str()), (vec![RosterKind::Google], "status mfa"));
    assert_snapshot!(people(&roster), @r"
    2 maren.holt@kestrelparcel.example (Maren Holt) active, mfa, in []
    3 hana.novak@kestrelparcel.example (Hana Novak) active, no mfa, in []
    4 bram.castell@kestrelparcel.example (Bram Castell) suspended, mfa, in []
    5 joris.beck@kestrelparcel.example (Joris Beck) deprovisioned, no mfa, in []
    ");
    let maren = person(&roster, "maren.holt@kestrelparcel.example");
    assert!(maren.other_emails.is_empty() && maren.id.is_none());
    assert_eq!(
        person(&roster, "hana.novak@kestrelparcel.example").other_emails,
        ["hana@kestrelparcel.example"]
    );
}

#[test]
fn a_generic_list() {
    let roster = fixture(&["generic.csv"]);
    assert_eq!((kinds(&roster), knows(&roster).as_str()), (vec![RosterKind::Generic], "status groups mfa"));
    assert_snapshot!(people(&roster), @r"
    2 maren.holt@kestrelparcel.example (Maren Holt) active, mfa, in [Everyone | Workspace-Owners]
    4 vera.lomax@kestrelparcel.example (Vera Lomax) active, no mfa, in [Everyone | Support]
    5 jonas.petit@kestrelparcel.example (Jonas Petit) suspended, ?, in []
    ");
}

#[test]
fn intercom_teammates() {
    let roster = fixture(&["intercom-teammates.csv"]);
    assert_eq!((kinds(&roster), knows(&roster).as_str()), (vec![RosterKind::Intercom], ""));
    let maren = person(&roster, "maren.holt@kestrelparcel.example");
    assert!(maren.groups.is_empty());
}

#[test]
fn scim_users_and_groups_in_either_order() {
    let orders = [["scim-users.json", "scim-groups.json"], ["scim-groups.json", "scim-users.json"]];
    let rosters = orders.map(|names| fixture(&names));
    assert_eq!(people(&rosters[0]), people(&rosters[1]));
    assert_snapshot!(people(&rosters[0]), @r"
    7 maren.holt@kestrelparcel.example (Maren Holt) active, ?, in [Workspace-Owners]
    25 kofi.strand@kestrelparcel.example (Kofi Strand) active, ?, in [Everyone | Support]
    33 cleo.varga@kestrelparcel.example (Cleo Varga) active, ?, in [Support]
    41 niels.ortega@kestrelparcel.example (Niels Ortega) suspended, ?, in []
    ");
    for roster in rosters {
        assert_eq!(knows(&roster), "status groups");
        let maren = person(&roster, "maren.holt@kestrelparcel.example");
        assert_eq!(maren.other_emails, ["maren@private.example"]);
        let gaps: Vec<_> =
            roster.files.iter().flat_map(|file| &file.gaps).map(|gap| gap.sentence().to_string()).collect();
        assert_eq!(
            gaps,
            [
                "a member of the group `Everyone` is itself a group, whose members are not counted",
                "a member of the group `Support` is in no list of users"
            ]
        );
    }
}
