//! The teammates as a table for an access review: who may do what, how they sign in, what the scan found about them, and
//! empty columns for the decision, who made it and when. It is the evidence that a review of roles asks for.
//!
//! ```csv
//! email,name,id,role,privilege,privilege_reason,two_factor,sign_in_methods,last_seen,permissions_at,conversation_access,directory,findings,decision,reviewer,date
//! ada@example.com,Ada,7,Owner,privileged,role Owner,on,saml,2026-02-01,2025-11-03,all,active,2.3,,,
//! ```

use std::cmp::Reverse;
use std::io::{self, Write};

use super::Report;
use super::csv::table;
use super::words::day_of;
use crate::posture::Person;

/// The columns; the last three are for people to fill.
const HEADER: &str = "email,name,id,role,privilege,privilege_reason,two_factor,sign_in_methods,last_seen,\
                      permissions_at,conversation_access,directory,findings,decision,reviewer,date";

/// Writes the teammates, administrators first and then those with most findings.
///
/// # Errors
/// When a row cannot be written.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut people: Vec<&Person> = report.people.iter().collect();
    people.sort_by_key(|one| {
        (!one.is_administrator(), Reverse(one.findings.len()), one.address_or_name(), &one.id)
    });
    table(HEADER, people.into_iter().map(row), out)
}

fn row(person: &Person) -> [String; 16] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let day = |time: &Option<String>| time.as_deref().map(day_of).unwrap_or_default().to_owned();
    let Person { id, name, email, role, privilege, privilege_reason, two_factor, .. } = person;
    [
        text(email),
        text(name),
        id.clone(),
        text(role),
        privilege.clone(),
        text(privilege_reason),
        two_factor.clone().unwrap_or_else(|| "unknown".to_owned()),
        person.sign_in_methods.join(", "),
        day(&person.last_seen),
        day(&person.permissions_at),
        text(&person.conversation_access),
        text(&person.directory),
        person.findings.join(", "),
        String::new(),
        String::new(),
        String::new(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::in_memory;
    use crate::report::sample::sample;

    #[test]
    fn administrators_come_first_and_the_last_columns_are_empty() {
        let mut report = sample();
        let person = |id: &str, privilege: &str, findings: &[&str]| {
            serde_json::from_value(serde_json::json!({
                "id": id, "name": format!("=N{id}"), "email": format!("p{id}@example.com"), "role": "Agent",
                "privilege": privilege, "privilege_reason": null, "two_factor": "on",
                "last_seen": "2026-01-30T08:15:00Z", "sign_in_methods": ["email_password", "saml"],
                "permissions_at": null, "conversation_access": null, "directory": null, "findings": findings,
            }))
            .unwrap()
        };
        report.people = vec![
            person("7", "unprivileged", &[]),
            person("8", "unknown", &["2.2", "3.1"]),
            person("9", "privileged", &["2.3"]),
        ];
        let rendered = in_memory(|out| write(&report, out)).unwrap();
        let mut reader = ::csv::Reader::from_reader(rendered.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), 16);
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        let ids: Vec<_> = rows.iter().map(|row| &row[2]).collect();
        assert_eq!(ids, ["9", "8", "7"]);
        assert_eq!((&rows[1][1], &rows[1][7], &rows[1][8]), ("'=N8", "email_password, saml", "2026-01-30"));
        assert_eq!(&rows[1][12], "2.2, 3.1");
        assert!(rows.iter().all(|row| row.iter().skip(13).all(str::is_empty)));
    }
}
