//! Groups of controls, each with the worst status in it: by what was asked for, and by what each framework asks for.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::parts::{chip, head, listed, to_control};
use super::text::{NAME, SENTENCE, framework, shown, soft};
use crate::report::grouping::{Group, Grouping, group};
use crate::report::words::{about_groups, counted, more};
use crate::report::{Control, Report};

/// The most groups of a kind that a page lists: there are fewer, unless a report is hostile.
const MAX_GROUPS: usize = 500;

/// The most frameworks that a page tells apart.
const MAX_FRAMEWORKS: usize = 20;

/// The most controls of a group that it links to.
const MAX_LINKS: usize = 100;

/// The groups that were asked for.
pub(super) fn section(report: &Report, by: &Grouping) -> Markup {
    let groups = group(report, by);
    html! {
        section aria-labelledby="groups-heading" {
            h2 #groups-heading { "By " (shown(by.title(), NAME)) }
            p.hint { (shown(&about_groups(report, by), SENTENCE)) }
            (table("Group", "Controls", &groups))
        }
    }
}

/// Every framework that a control is mapped to, with its controls.
pub(super) fn frameworks(report: &Report) -> impl Iterator<Item = (&str, Vec<Group<'_>>)> {
    let mapped = report.controls.iter().flat_map(|one| &one.frameworks);
    let named: BTreeSet<&str> =
        mapped.filter(|(_, ids)| !ids.is_empty()).map(|(framework, _)| framework.as_str()).collect();
    named.into_iter().take(MAX_FRAMEWORKS).map(|id| {
        let mut groups = group(report, &Grouping::Framework(id.to_owned()));
        groups.retain(|group| group.name.is_some());
        groups.truncate(MAX_GROUPS);
        (id, groups)
    })
}

/// The compliance view; nothing where no control is mapped to a framework.
pub(super) fn compliance(report: &Report) -> Markup {
    let mut frameworks = frameworks(report).peekable();
    html! {
        @if frameworks.peek().is_some() {
            section aria-labelledby="frameworks-heading" {
                h2 #frameworks-heading { "Frameworks" }
                @for (id, groups) in frameworks {
                    details.framework {
                        summary {
                            h3 { (framework(id)) }
                            span.marks { (counted(groups.len() as u64, "framework control")) }
                        }
                        p.hint { (shown(&about_groups(report, &Grouping::Framework(id.to_owned())), SENTENCE)) }
                        (table("Control", "Mapped to it", &groups))
                    }
                }
            }
        }
    }
}

fn table(what: &str, members: &str, groups: &[Group<'_>]) -> Markup {
    html! {
        table {
            (head([(what, false), ("Status", false), (members, false)]))
            tbody {
                @for group in groups.iter().take(MAX_GROUPS) {
                    tr {
                        th scope="row" { (soft(&group.label(), NAME)) }
                        td { (chip(group.status())) }
                        td { ul.links { (listed(&group.controls, MAX_LINKS, |control| link(control))) } }
                    }
                }
            }
        }
        @if let Some(rest @ 1..) = groups.len().checked_sub(MAX_GROUPS) {
            p.hint { (more(rest)) }
        }
    }
}

/// A link to a control in the page, with its status.
fn link(control: &Control) -> Markup {
    html! {
        (to_control(control)) " " span.status-word { (control.status.as_str()) @if control.is_waived() { " (waived)" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn each_group_links_to_its_controls() {
        let page = section(&sample(), &Grouping::Level).into_string();
        assert!(page.contains("By level") && page.contains("href=\"#control-2-3\""), "{page}");
        assert_eq!(page.matches("<th scope=\"row\">").count(), group(&sample(), &Grouping::Level).len());
    }
}
