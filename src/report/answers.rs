//! What a reader wants to know first: what to do, who is concerned, and what waits for a person. Every format for people
//! begins with it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::words::{attest_command, counted, listed, name_of};
use super::{Control, Report};
use crate::posture::Person;
use crate::sources::{Provenance, SourceStatus};
use crate::verdict::Status;

/// How many people are looked at first.
pub(super) const MAX_PEOPLE: usize = 5;

/// How many ids a list of them names.
const MAX_IDS: usize = 8;

/// How many controls a list names by id and slug.
const MAX_NAMES: usize = 3;

/// What the summary says, each part the most urgent first.
pub(super) struct Answers<'a> {
    /// Controls at or below the gate that fail: L1 where nothing fails the scan.
    pub first: Vec<&'a Control>,
    /// The other controls that fail, also those whose findings are waived or in the baseline.
    pub also: Vec<&'a Control>,
    /// Who has findings that count.
    pub people: Vec<Concerned<'a>>,
    /// Controls that data leaves to a person.
    pub ask: Vec<&'a Control>,
    /// Controls that data leaves open, and a waiver or an attestation sets aside.
    pub aside: Vec<&'a Control>,
    /// Controls that an error left open.
    pub unread: Vec<&'a Control>,
}

/// A person, with the findings that no waiver, review or baseline covers.
pub(super) struct Concerned<'a> {
    /// The id by which findings name the person.
    pub id: &'a str,
    /// E-mail address, else name or id, as far as known.
    pub name: &'a str,
    /// The teammate; none of a person who is no teammate.
    pub teammate: Option<&'a Person>,
    /// The ids of the controls, each once.
    pub controls: Vec<&'a str>,
    /// How many findings there are.
    pub findings: usize,
}

/// What waits for a person, or for another scan.
pub(super) struct Waiting {
    /// How the controls ended that wait.
    pub status: Status,
    /// What is to be done, in short.
    pub lead: &'static str,
    /// Which controls wait, and why.
    pub text: String,
    /// The command that goes through them.
    pub command: Option<String>,
}

impl Concerned<'_> {
    /// Who it is and what is found: `(administrator, role Owner): 3 findings in 1.1, 2.3`.
    pub(super) fn in_words(&self) -> String {
        let role = self.teammate.and_then(|one| one.role.as_deref());
        let role = role.map_or_else(|| "no role".to_owned(), |role| format!("role {}", role.trim()));
        let who = match self.teammate {
            None => "not a teammate".to_owned(),
            Some(_) if self.is_administrator() => format!("administrator, {role}"),
            Some(_) => role,
        };
        format!(
            "({who}): {} in {}",
            counted(self.findings as u64, "finding"),
            listed(&self.controls, MAX_IDS)
        )
    }

    /// Whether it is an administrator.
    pub(super) fn is_administrator(&self) -> bool {
        self.teammate.is_some_and(Person::is_administrator)
    }
}

impl<'a> Answers<'a> {
    /// Sorts out what a report says.
    pub(super) fn of(report: &'a Report) -> Self {
        let level = report.gate.level();
        let (first, also) =
            report.ended(Status::Fail).partition(|control| control.level <= level && control.violates(false));
        let waits = |control: &&Control| control.waived.is_none() && !control.is_not_applicable();
        let (ask, aside) = report.ended(Status::Manual).partition(waits);
        Self {
            first,
            also,
            people: people(report),
            ask,
            aside,
            unread: report.ended(Status::Unknown).collect(),
        }
    }
}

impl Answers<'_> {
    /// That there is nothing to do first; none where there is something.
    pub(super) fn nothing_first(&self, report: &Report) -> Option<String> {
        let what =
            if self.also.is_empty() { "No control fails" } else { "Nothing to do first: no control fails" };
        self.first.is_empty().then(|| format!("{what} up to {}.", report.gate.level().label()))
    }

    /// What waits for another scan, and what for a person.
    pub(super) fn waiting(&self, report: &Report) -> impl Iterator<Item = Waiting> {
        let about = |controls: &[&Control]| {
            let names: Vec<_> =
                controls.iter().map(|Control { id, slug, .. }| format!("{id} {slug}")).collect();
            let names: Vec<_> = names.iter().map(|name| name.trim()).collect();
            let count = counted(controls.len() as u64, "control");
            (!names.is_empty()).then(|| (count, listed(&names, MAX_NAMES)))
        };
        let failed = report.sources.iter().filter(|source| source.status == SourceStatus::Failed);
        let failed: Vec<&str> = failed.map(|source| source.id.as_str()).collect();
        let unread = about(&self.unread).map(|(count, names)| Waiting {
            status: Status::Unknown,
            lead: "Not decided",
            text: match failed.as_slice() {
                [] => format!("{count}, because of an error: {names}. See the reasons, and scan again."),
                failed => {
                    let failed = failed.join(", ");
                    format!("{count}, because {failed} could not be read: {names}. Scan again.")
                }
            },
            command: None,
        });
        let ask = about(&self.ask).map(|(count, names)| Waiting {
            status: Status::Manual,
            lead: "Ask a person",
            text: format!("{count} that the data does not decide: {names}."),
            command: Some(match (report.is_of_policy(), report.scan.source) {
                (true, _) => attest_command("ID"),
                (false, Provenance::Demo) => "intercom-harden attest -i --demo".to_owned(),
                (false, _) => "intercom-harden attest -i".to_owned(),
            }),
        });
        unread.into_iter().chain(ask)
    }
}

/// Most findings first; of equals, administrators.
fn people(report: &Report) -> Vec<Concerned<'_>> {
    let teammates = report.teammates();
    let mut concerned: BTreeMap<&str, Concerned<'_>> = BTreeMap::new();
    for control in report.controls.iter().filter(|control| control.waived.is_none()) {
        for finding in control.findings.iter().filter(|finding| finding.is_open()) {
            let Some(id) = finding.person.as_deref() else { continue };
            let entry = concerned.entry(id).or_insert_with(|| {
                let teammate = teammates.get(id).copied();
                let name = name_of(teammate, &finding.subject);
                Concerned { id, name, teammate, controls: Vec::new(), findings: 0 }
            });
            entry.findings += 1;
            if entry.controls.last() != Some(&&*control.id) {
                entry.controls.push(&control.id);
            }
        }
    }
    let mut people: Vec<_> = concerned.into_values().collect();
    people.sort_by_key(|one| (Reverse(one.findings), !one.is_administrator(), one.name));
    people
}

impl Report {
    /// The controls in the order in which they need attention, those that pass last.
    pub(super) fn by_priority(&self) -> Vec<&Control> {
        let mut controls: Vec<_> = self.controls.iter().collect();
        controls.sort_by_key(|control| control.priority.unwrap_or(usize::MAX));
        controls
    }

    /// Those that ended so, in that order.
    pub(super) fn ended(&self, status: Status) -> impl Iterator<Item = &Control> {
        self.by_priority().into_iter().filter(move |control| control.status == status)
    }
}

impl Control {
    /// What is wrong in one sentence; of a report that does not say, the reason.
    pub(crate) fn headline(&self) -> &str {
        self.headline.as_deref().unwrap_or(&self.reason)
    }

    /// Says how many of the administrators are among the people that one check found, unless it found no one else: a
    /// control about administrators says so itself.
    pub(crate) fn count_administrators(&mut self, check: &str, administrators: &BTreeSet<&str>) {
        let of_check = self.open().filter(|finding| finding.check == check);
        let found: BTreeSet<&str> = of_check.filter_map(|finding| finding.person.as_deref()).collect();
        let among = found.intersection(administrators).count();
        if among == 0 || among == found.len() {
            return;
        }
        if let Some(headline) = &mut self.headline {
            let sentence = headline.trim_end_matches('.');
            *headline = format!("{sentence}, {among} of {} administrators among them.", administrators.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hostile;
    use crate::report::sample::sample;
    use crate::verdict::Finding;

    fn person(id: &str, privilege: &str) -> Person {
        let json = serde_json::json!({
            "id": id, "email": format!("p{id}@example.com"), "privilege": privilege, "sign_in_methods": [], "findings": [],
        });
        serde_json::from_value(json).unwrap()
    }

    fn about(person: &str, finding: &mut Finding) {
        finding.person = Some(person.to_owned());
        finding.check = "found".to_owned();
    }

    fn ids<'a>(controls: &[&'a Control]) -> Vec<&'a str> {
        controls.iter().map(|control| &*control.id).collect()
    }

    #[test]
    fn what_is_covered_is_not_the_first_thing_to_do() {
        let mut report = sample();
        let answers = Answers::of(&report);
        assert_eq!((ids(&answers.first), ids(&answers.also)), (vec!["2.3"], vec!["E6"]));
        assert_eq!((ids(&answers.ask), ids(&answers.unread)), (vec!["1.3", "5.1"], vec!["X1"]));
        report.controls[2].waived = Some(hostile::waiver("until March"));
        report.controls[1].waived = Some(hostile::waiver("until March"));
        let answers = Answers::of(&report);
        assert_eq!((ids(&answers.first), ids(&answers.also)), (vec![], vec!["2.3", "E6"]));
        assert_eq!(ids(&answers.ask), ["5.1"]);
    }

    #[test]
    fn who_has_most_findings_comes_first_and_of_equals_an_administrator() {
        let mut report = sample();
        report.people = vec![person("7", "unprivileged"), person("8", "privileged")];
        for (id, finding) in ["7", "8", "9", "9", "9"].into_iter().zip(&mut report.controls[2].findings) {
            about(id, finding);
        }
        about("8", &mut report.controls[4].findings[0]);
        let people = Answers::of(&report).people;
        let told: Vec<_> =
            people.iter().map(|one| (one.name, one.findings, one.controls.join(" "))).collect();
        assert_eq!(
            told,
            [
                ("katherine.johnson@example.com", 3, "2.3".to_owned()),
                ("p8@example.com", 2, "2.3 E6".to_owned()),
                ("p7@example.com", 1, "2.3".to_owned()),
            ]
        );
        report.controls[2].findings[2].waived = Some(hostile::waiver("until March"));
        report.controls[4].findings[0].in_baseline = true;
        let people = Answers::of(&report).people;
        let told: Vec<_> = people.iter().map(|one| (one.name, one.findings)).collect();
        assert_eq!(told, [("linus@example.com", 2), ("p8@example.com", 1), ("p7@example.com", 1)]);
    }

    #[test]
    fn administrators_are_counted_among_other_people() {
        let administrators = BTreeSet::from(["7", "8"]);
        let headline = |found: &[&str]| {
            let mut control = sample().controls[2].clone();
            control.headline = Some("Some sign in without SSO.".to_owned());
            control.findings.truncate(found.len());
            control.findings.iter_mut().zip(found).for_each(|(finding, id)| about(id, finding));
            control.count_administrators("found", &administrators);
            control.headline.unwrap()
        };
        assert_eq!(headline(&["9", "7"]), "Some sign in without SSO, 1 of 2 administrators among them.");
        assert_eq!(headline(&["7", "8", "9"]), "Some sign in without SSO, 2 of 2 administrators among them.");
        for none in [&["9"][..], &["7"], &["7", "8"], &[]] {
            assert_eq!(headline(none), "Some sign in without SSO.");
        }
    }
}
