//! The frameworks that the controls are mapped to: their numbers for the filter, and each framework control with the
//! verdict of everything mapped to it.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::control::{anchor, chip};
use super::text::{NAME, framework, shown};
use crate::controls::Control;
use crate::report::grouping::{Group, Grouping, group};
use crate::report::words::counted;
use crate::report::{Assessment, Report};

/// The most frameworks that a page tells apart: there are fewer, unless somebody means harm.
const MAX_FRAMEWORKS: usize = 20;

/// The most controls of all frameworks together that it tells apart.
const MAX_CONTROLS: usize = 2_000;

/// The most controls of a group that it links to.
const MAX_LINKS: usize = 500;

/// Every framework with its controls, numbered throughout: names from outside never become the value of an option.
pub(super) struct Index<'a> {
    frameworks: Vec<Framework<'a>>,
    /// The numbers of everything that a control is mapped to, by its id.
    numbers: BTreeMap<&'a str, Vec<usize>>,
}

/// One framework: its own number, and those of its controls.
pub(super) struct Framework<'a> {
    pub(super) id: &'a str,
    pub(super) number: usize,
    pub(super) controls: Vec<(usize, Group<'a>)>,
}

impl<'a> Index<'a> {
    /// Numbers what the controls of a report are mapped to.
    pub(super) fn of(report: &'a Report) -> Self {
        let mut next = 0;
        let mut number = || {
            next += 1;
            next
        };
        let controls = || report.assessments.iter().map(|one| &*one.control);
        let ids: BTreeSet<&str> =
            controls().flat_map(|one| one.frameworks.keys()).map(String::as_str).collect();
        let mut frameworks = Vec::new();
        let mut room = MAX_CONTROLS;
        let mut numbers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for id in ids.into_iter().take(MAX_FRAMEWORKS) {
            let groups = group(report, &Grouping::Framework(id.to_owned()));
            let named = groups.into_iter().filter(|group| group.name.is_some()).take(room);
            let framework =
                Framework { id, number: number(), controls: named.map(|group| (number(), group)).collect() };
            for (control, group) in &framework.controls {
                for assessment in &group.assessments {
                    let of_control = numbers.entry(&assessment.control.id).or_default();
                    if !of_control.contains(&framework.number) {
                        of_control.push(framework.number);
                    }
                    of_control.push(*control);
                }
            }
            room -= framework.controls.len();
            frameworks.push(framework);
        }
        Self { frameworks, numbers }
    }

    /// Every framework that a control is mapped to, by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Framework<'a>> {
        self.frameworks.iter().filter(|framework| !framework.controls.is_empty())
    }

    /// The numbers of everything a control is mapped to, with a space between each two.
    pub(super) fn of_control(&self, control: &Control) -> String {
        let numbers = self.numbers.get(&*control.id).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// The compliance view; nothing where no control is mapped to a framework.
pub(super) fn section(index: &Index<'_>) -> Markup {
    html! {
        @if index.iter().next().is_some() {
            section aria-labelledby="frameworks-heading" {
                h2 #frameworks-heading { "Frameworks" }
                p.hint { "Each framework control takes the worst status of the controls that are mapped to it." }
                @for framework in index.iter() { (of_framework(framework)) }
            }
        }
    }
}

fn of_framework(Framework { id, controls, .. }: &Framework<'_>) -> Markup {
    html! {
        details.framework {
            summary {
                h3 { (framework(id)) }
                span.marks { (counted(controls.len() as u64, "framework control")) }
            }
            (groups("Control", "Mapped to it", controls.iter().map(|(_, group)| group)))
        }
    }
}

/// Groups of controls, each with the worst status in it.
pub(super) fn groups<'g, 'a: 'g>(
    what: &str,
    members: &str,
    groups: impl Iterator<Item = &'g Group<'a>>,
) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th scope="col" { (what) }
                    th scope="col" { "Status" }
                    th scope="col" { (members) }
                }
            }
            tbody {
                @for group in groups {
                    tr {
                        th scope="row" { (group.name.map_or_else(|| "not mapped".to_owned(), |name| shown(name, NAME))) }
                        td { (chip(group.status())) }
                        td { (links(&group.assessments)) }
                    }
                }
            }
        }
    }
}

/// The controls as links into the page, each with its status.
fn links(assessments: &[&Assessment]) -> Markup {
    html! {
        ul.links {
            @for assessment in assessments.iter().take(MAX_LINKS) {
                @let Assessment { control, verdict, .. } = assessment;
                li {
                    a href={ "#" (anchor(&control.id)) } title=(shown(&control.title, NAME)) {
                        (shown(&control.id, NAME))
                    }
                    " " span.status-word {
                        (verdict.status.as_str()) @if assessment.is_waived() { " (waived)" }
                    }
                }
            }
            @if let Some(rest @ 1..) = assessments.len().checked_sub(MAX_LINKS) { li.more { "and " (rest) " more" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn a_control_has_the_numbers_of_its_framework_and_of_the_controls_in_it() {
        let report = sample();
        assert_eq!(Index::of(&report).of_control(&report.assessments[0].control), "1 2");
    }

    #[test]
    fn many_mappings_of_few_framework_controls_leave_none_out() {
        let mut report = sample();
        let one = report.assessments[0].clone();
        report.assessments = (0..1_000)
            .map(|number| {
                let mut assessment = one.clone();
                let control = Arc::make_mut(&mut assessment.control);
                control.id = format!("C{number}");
                let names = ["5.1", "5.04", "5.4", &format!("6.{}", number / 999)].map(str::to_owned);
                control.frameworks = [("cis-v8".to_owned(), names.to_vec())].into();
                assessment
            })
            .collect();
        let index = Index::of(&report);
        let names: Vec<_> =
            index.iter().flat_map(|one| &one.controls).filter_map(|(_, group)| group.name).collect();
        assert_eq!(names.len(), 5, "{names:?}");
        assert_eq!(index.of_control(&report.assessments[999].control), "1 2 3 4 6");
    }
}
