//! The people: in which findings each of them stands.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::parts::{listed, to_control};
use super::text::{NAME, SENTENCE, shown, soft};
use crate::posture::Person;
use crate::report::Report;
use crate::report::answers::Answers;
use crate::report::item::{Item, items};
use crate::report::words::{self, day_of, more};

/// How many people are listed.
const MAX_LISTED: usize = 300;

/// How many findings of a person are listed.
const MAX_FINDINGS: usize = 12;

/// Everybody that a finding is about, whose findings count first.
pub(super) struct People<'a> {
    listed: Vec<Entry<'a>>,
    all: usize,
    /// The place of a person in the list, by id.
    places: BTreeMap<&'a str, usize>,
}

struct Entry<'a> {
    id: &'a str,
    teammate: Option<&'a Person>,
    findings: Vec<Item<'a>>,
}

impl Entry<'_> {
    fn name(&self) -> &str {
        let subject = self.findings.first().map_or(self.id, |item| item.subject());
        words::name_of(self.teammate, subject)
    }
}

impl<'a> People<'a> {
    /// Finds them.
    pub(super) fn of(report: &'a Report, answers: &Answers<'a>) -> Self {
        let mut found: BTreeMap<&str, Vec<Item<'_>>> = BTreeMap::new();
        for item in items(report) {
            if let Some(id) = item.person() {
                found.entry(id).or_default().push(item);
            }
        }
        let all = found.len();
        let teammates = report.teammates();
        let counted: Vec<_> = answers.people.iter().filter_map(|one| found.remove_entry(one.id)).collect();
        let listed: Vec<Entry<'_>> = counted
            .into_iter()
            .chain(found)
            .take(MAX_LISTED)
            .map(|(id, findings)| Entry { id, teammate: teammates.get(id).copied(), findings })
            .collect();
        let places = listed.iter().zip(1..).map(|(one, place)| (one.id, place)).collect();
        Self { listed, all, places }
    }

    /// The name, as a link to the person where the list has room.
    pub(super) fn named(&self, id: Option<&str>, name: &str) -> Markup {
        html! {
            @match id.and_then(|id| self.places.get(id)) {
                Some(place) => a href={ "#person-" (place) } { (soft(name, NAME)) },
                None => (soft(name, NAME)),
            }
        }
    }

    /// The section; nothing where no finding is about a person.
    pub(super) fn section(&self) -> Markup {
        html! {
            @if self.all > 0 {
                section #people aria-labelledby="people-heading" {
                    h2 #people-heading { "People" }
                    p.hint { (words::people(self.all)) " with findings, those that count first. Each finding leads to its control." }
                    ul.people { @for (one, place) in self.listed.iter().zip(1..) { (entry(one, place)) } }
                    @if self.all > self.listed.len() { p.more { (more(self.all - self.listed.len())) } }
                }
            }
        }
    }
}

fn entry(one: &Entry<'_>, place: usize) -> Markup {
    html! {
        li id={ "person-" (place) } {
            h3 { (soft(one.name(), NAME)) }
            p.hint { (shown(&about(one.teammate), SENTENCE)) }
            ul {
                (listed(&one.findings, MAX_FINDINGS, |item| html! {
                    (to_control(item.control)) " " (soft(item.message(), SENTENCE))
                    @if let Some(mark) = mark(item) { " " span.mark { (mark) } }
                }))
            }
        }
    }
}

/// Why a finding does not count.
fn mark(item: &Item<'_>) -> Option<&'static str> {
    if item.reviewed().is_some() {
        Some("reviewed")
    } else if item.waived().is_some() {
        Some("waived")
    } else {
        item.in_baseline().then_some("in the baseline")
    }
}

/// What is known of a teammate: `Ada Byron, role Owner, administrator, two-factor on, last seen 2026-01-30`.
fn about(teammate: Option<&Person>) -> String {
    let Some(person) = teammate else { return "not a teammate".to_owned() };
    let Person { name, email, role, two_factor, last_seen, directory, .. } = person;
    let known = [
        name.clone().filter(|_| email.is_some()),
        Some(role.as_ref().map_or_else(|| "no role".to_owned(), |role| format!("role {role}"))),
        person.is_administrator().then(|| "administrator".to_owned()),
        two_factor.as_ref().map(|state| format!("two-factor {state}")),
        last_seen.as_deref().map(|time| format!("last seen {}", day_of(time))),
        directory.as_ref().map(|status| format!("{status} in the directory export")),
    ];
    known.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hostile;
    use crate::report::sample::sample;

    #[test]
    fn a_person_leads_to_controls_and_back() {
        let mut report = sample();
        for control in &mut report.controls {
            for (number, finding) in control.findings.iter_mut().enumerate() {
                finding.person = Some(format!("<{number}>"));
            }
        }
        report.controls[2].findings[1].waived = Some(hostile::waiver("until March"));
        let answers = Answers::of(&report);
        let people = People::of(&report, &answers);
        assert_eq!(people.named(Some("<0>"), "<a>").into_string(), "<a href=\"#person-1\">&lt;a&gt;</a>");
        assert_eq!(people.named(Some("outsider"), "b").into_string(), "b");
        let page = people.section().into_string();
        let first = page.split("<li id=").find(|part| part.starts_with("\"person-1\"")).unwrap();
        assert!(first.contains("href=\"#control-2-3\"") && first.contains("href=\"#control-E6\""), "{first}");
        assert!(
            page.contains("5 people with findings") && page.contains("<span class=\"mark\">waived</span>"),
            "{page}"
        );
        // Whose findings are all waived comes last.
        let last = page.split("<li id=").last().unwrap();
        assert!(last.contains("person-5") && last.contains("waived"), "{last}");
    }
}
