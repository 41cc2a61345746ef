//! What is read from files of every kind, and what is said of those that are broken.

use super::*;
use crate::hint::Hint as _;

mod fixtures;
mod fuzz;
mod hostile;
mod merging;
mod scim;

/// Reads one file, given as text.
fn read(text: &str) -> Roster {
    read_bytes(text.as_bytes()).unwrap()
}

/// Reads one file, given as bytes.
fn read_bytes(bytes: &[u8]) -> Result<Roster, RosterError> {
    Roster::parse(&[("roster.csv", bytes)])
}

/// The error that a file leads to, as it is shown.
fn refused(text: &str) -> String {
    let error = read_bytes(text.as_bytes()).unwrap_err();
    assert!(error.hint().is_some());
    error.to_string()
}

/// The person with that address.
fn person<'a>(roster: &'a Roster, email: &str) -> &'a Person {
    roster.people.iter().find(|person| person.email == email).unwrap()
}

/// The rows that could not be read: their lines and why.
fn unreadable(roster: &Roster) -> Vec<(usize, &str)> {
    roster.files.iter().flat_map(|file| &file.unreadable).map(|row| (row.line, row.why.as_str())).collect()
}

/// A list of people, one a line.
fn people(roster: &Roster) -> String {
    let line = |person: &Person| {
        let groups: Vec<_> = person.groups.iter().map(|group| &**group).collect();
        let mfa = person.mfa.map_or("?", |mfa| if mfa { "mfa" } else { "no mfa" });
        let (status, line) = (person.status.as_str(), person.line);
        let name = person.name.as_deref().unwrap_or("-");
        format!("{line} {} ({name}) {status}, {mfa}, in [{}]\n", person.email, groups.join(" | "))
    };
    roster.people.iter().map(line).collect()
}
