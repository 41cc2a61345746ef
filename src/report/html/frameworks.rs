//! The frameworks that the controls are mapped to: their numbers for the filter, and each framework control with the
//! verdict of everything mapped to it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::control::{ORDER, anchor, chip};
use super::text::{NAME, framework, shown};
use crate::controls::{Control, natural};
use crate::report::words::counted;
use crate::report::{Assessment, Report};
use crate::verdict::Status;

/// The most framework controls that a page tells apart.
const MAX_CONTROLS: usize = 2_000;

/// What sorts ids as people count them: 6.3 before 12.5.
type Natural = Vec<(bool, u64, String)>;

/// Every framework with its controls, numbered throughout: names from outside never become the value of an option.
pub(super) struct Index {
    frameworks: BTreeMap<String, Framework>,
}

/// One framework: its own number, and those of its controls.
pub(super) struct Framework {
    pub(super) number: usize,
    pub(super) controls: BTreeMap<Natural, (String, usize)>,
}

impl Index {
    /// Numbers what the controls of a report are mapped to.
    pub(super) fn of(report: &Report) -> Self {
        let mut frameworks: BTreeMap<String, Framework> = BTreeMap::new();
        let mut next = 0;
        let mut number = || {
            next += 1;
            next
        };
        for (id, control) in report.assessments.iter().flat_map(mapped).take(MAX_CONTROLS) {
            let framework = frameworks
                .entry(id.to_owned())
                .or_insert_with(|| Framework { number: number(), controls: BTreeMap::new() });
            framework.controls.entry(natural(control)).or_insert_with(|| (control.to_owned(), number()));
        }
        Self { frameworks }
    }

    /// Every framework, by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Framework)> {
        self.frameworks.iter()
    }

    /// The numbers of everything a control is mapped to, with a space between each two.
    pub(super) fn of_control(&self, control: &Control) -> String {
        let mut numbers = Vec::new();
        for (id, controls) in &control.frameworks {
            let Some(framework) = self.frameworks.get(id) else { continue };
            let known = controls.iter().filter_map(|control| framework.controls.get(&natural(control)));
            let known: Vec<usize> = known.map(|&(_, number)| number).collect();
            if !known.is_empty() {
                numbers.push(framework.number);
                numbers.extend(known);
            }
        }
        numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// Each framework control that a control is mapped to.
fn mapped(assessment: &Assessment) -> impl Iterator<Item = (&str, &str)> {
    let frameworks = assessment.control.frameworks.iter();
    frameworks.flat_map(|(id, controls)| controls.iter().map(move |control| (id.as_str(), control.as_str())))
}

/// The compliance view; nothing where no control is mapped to a framework.
pub(super) fn section(report: &Report, index: &Index) -> Markup {
    html! {
        @if !index.frameworks.is_empty() {
            section aria-labelledby="frameworks-heading" {
                h2 #frameworks-heading { "Frameworks" }
                p.hint { "Each framework control takes the worst status of the controls that are mapped to it." }
                @for (id, framework) in index.iter() { (of_framework(report, id, framework)) }
            }
        }
    }
}

fn of_framework(report: &Report, id: &str, entry: &Framework) -> Markup {
    html! {
        details.framework {
            summary {
                h3 { (framework(id)) }
                span.marks { (counted(entry.controls.len() as u64, "framework control")) }
            }
            table {
                thead {
                    tr {
                        th scope="col" { "Control" }
                        th scope="col" { "Status" }
                        th scope="col" { "Mapped to it" }
                    }
                }
                tbody {
                    @for (control, _) in entry.controls.values() {
                        @let assessments = mapped_to(report, id, control);
                        tr {
                            th scope="row" { (shown(control, NAME)) }
                            td { @if let Some(worst) = worst(&assessments) { (chip(worst)) } }
                            td { (links(&assessments)) }
                        }
                    }
                }
            }
        }
    }
}

fn mapped_to<'a>(report: &'a Report, framework: &str, control: &String) -> Vec<&'a Assessment> {
    let is_mapped = |assessment: &&Assessment| {
        assessment.control.frameworks.get(framework).is_some_and(|controls| controls.contains(control))
    };
    report.assessments.iter().filter(is_mapped).collect()
}

/// The status of controls taken together: one that fails fails them all, and all have to pass to pass.
fn worst(assessments: &[&Assessment]) -> Option<Status> {
    ORDER.into_iter().find(|&status| assessments.iter().any(|assessment| assessment.verdict.status == status))
}

/// The controls as links into the page, each with its status.
pub(super) fn links(assessments: &[&Assessment]) -> Markup {
    html! {
        ul.links {
            @for Assessment { control, verdict, .. } in assessments {
                li {
                    a href={ "#" (anchor(&control.id)) } title=(shown(&control.title, NAME)) {
                        (shown(&control.id, NAME))
                    }
                    " " span.status-word { (verdict.status.as_str()) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn a_framework_control_is_as_good_as_the_worst_of_what_is_mapped_to_it() {
        let report = sample();
        let assessments = mapped_to(&report, "cis-v8", &"5.4".to_owned());
        assert_eq!(assessments.len(), report.assessments.len());
        assert_eq!(worst(&assessments), Some(Status::Fail));
        assert_eq!(worst(&assessments[..1]), Some(Status::Pass));
        assert_eq!(worst(&assessments[..2]), Some(Status::Manual));
        assert_eq!(worst(&[]), None);
    }

    #[test]
    fn a_control_has_the_numbers_of_its_framework_and_of_the_controls_in_it() {
        let report = sample();
        assert_eq!(Index::of(&report).of_control(&report.assessments[0].control), "1 2");
    }
}
