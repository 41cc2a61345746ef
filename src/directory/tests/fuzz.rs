//! Directory exports of every kind.

use super::{Gap, MOST_ADDRESSES, MOST_GROUPS, Person, Roster, RosterError, read_bytes};
use crate::fuzz::Target;

fn check(person: &Person) {
    assert!(person.email.contains('@') && person.email.len() <= 320, "{person:?}");
    assert!(person.groups.len() <= MOST_GROUPS && person.other_emails.len() <= MOST_ADDRESSES, "{person:?}");
}

#[test]
fn rosters() {
    let target = Target {
        name: "rosters",
        seeds: &["fixtures/rosters"],
        // Words by the thousand where a column's name could stand.
        made: vec![format!("email,{}\na@b.example,x\n", "<a>".repeat(20_000)).into_bytes()],
        words: &[
            "email",
            "status",
            "ACTIVE",
            "mfa",
            "\"members\"",
            "\"nextCursor\"",
            "\"totalResults\"",
            "smtp:",
            "#EXT#",
            "proxyAddresses",
            "\t",
            "2020-01-01",
            "terminated",
            "groups",
            "\"schemas\"",
            "\"Resources\"",
        ],
    };
    target.run(|bytes| {
        let roster: Roster = read_bytes(bytes)?;
        let [file] = roster.files.as_slice() else { panic!("one file") };
        // Several rows may be about one person, but no person comes from nowhere.
        assert!(roster.people.len() <= bytes.len());
        assert!(file.people + file.unreadable_rows <= file.rows, "{file:?}");
        roster.people.iter().for_each(check);
        assert!(file.gaps.iter().all(|gap: &Gap| !gap.sentence().to_string().is_empty()));
        assert!(roster.warnings().iter().all(|warning| warning.to_string().len() < 4_000));
        Ok::<_, RosterError>(())
    });
}
