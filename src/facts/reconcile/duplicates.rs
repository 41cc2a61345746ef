//! People with several accounts, and people with several entries in a directory export.

use std::collections::{BTreeMap, HashMap};

use super::Difference;
use super::directory::Directory;
use crate::address::EmailAddress;
use crate::facts::{Row, text};

/// The most accounts or entries of a person to name.
const MOST_NAMED: usize = 5;

pub(super) fn accounts<'a>(
    teammates: &'a [Row],
    found: &[Option<usize>],
    directory: &'a Directory<'a>,
) -> Vec<Difference<'a>> {
    let mut accounts: BTreeMap<usize, Vec<&Row>> = BTreeMap::new();
    for (row, found) in teammates.iter().zip(found) {
        if let Some(index) = found {
            accounts.entry(*index).or_default().push(row);
        }
    }
    let mut differences = Vec::new();
    for (index, rows) in accounts.into_iter().filter(|(_, rows)| rows.len() > 1) {
        let mailbox =
            |row: &Row| text(row, "email").and_then(EmailAddress::parse).map(EmailAddress::untagged);
        let mut sharing: HashMap<Option<EmailAddress>, usize> = HashMap::new();
        rows.iter().for_each(|row| *sharing.entry(mailbox(row)).or_default() += 1);
        for &row in &rows {
            let emails = rows.iter().copied().filter(|&other| !std::ptr::eq(other, row));
            let emails = emails.filter_map(|other| text(other, "email")).take(MOST_NAMED);
            let emails = emails.map(str::to_owned).collect();
            differences.push(Difference {
                kind: "duplicate",
                teammate: Some(row),
                entry: directory.entries.get(index),
                email: text(row, "email"),
                expected: "one account for each person".to_owned(),
                actual: "the same person".to_owned(),
                other_accounts: Some(listed(emails, rows.len() - 1)),
                ungranted: false,
                same_mailbox: sharing.get(&mailbox(row)).is_some_and(|&accounts| accounts > 1),
            });
        }
    }
    differences
}

/// People with several contradicting entries in one directory export.
pub(super) fn entries<'a>(directory: &'a Directory<'a>) -> Vec<Difference<'a>> {
    let mut differences = Vec::new();
    for entry in &directory.entries {
        let mut files: HashMap<usize, usize> = HashMap::new();
        entry.rows.iter().for_each(|person| *files.entry(person.file).or_default() += 1);
        if files.values().any(|rows| *rows > 1) {
            let places = entry.rows.iter().take(MOST_NAMED).map(|person| directory.place(person)).collect();
            differences.push(Difference {
                kind: "duplicate",
                entry: Some(entry),
                email: entry.rows.first().map(|person| person.email.as_str()),
                expected: "one entry in the directory export".to_owned(),
                actual: format!("{} entries: {}", entry.rows.len(), listed(places, entry.rows.len())),
                ..Difference::default()
            });
        }
    }
    differences
}

/// The first few of `all`, and the number of further ones.
fn listed(named: Vec<String>, all: usize) -> String {
    let more = match all.saturating_sub(named.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", named.join(", "))
}
