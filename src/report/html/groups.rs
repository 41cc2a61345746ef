//! The controls by what was asked for: every group with the worst verdict in it.

use maud::{Markup, html};

use super::frameworks;
use super::text::{NAME, shown};
use crate::report::Report;
use crate::report::grouping::{Grouping, group};

/// The most groups that a page lists.
const MAX_GROUPS: usize = 2_000;

/// The groups, above the controls.
pub(super) fn section(report: &Report, by: &Grouping) -> Markup {
    let groups = group(report, by);
    html! {
        section aria-labelledby="groups-heading" {
            h2 #groups-heading { "By " (shown(by.as_str(), NAME)) }
            p.hint { "The status of a group is the worst in it." }
            (frameworks::groups("Group", "Controls", groups.iter().take(MAX_GROUPS)))
            @if let Some(rest @ 1..) = groups.len().checked_sub(MAX_GROUPS) {
                p.hint { "… and " (rest) " more (all of them in the JSON report)" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn each_group_links_to_its_controls() {
        let page = section(&sample(), &Grouping::Level).into_string();
        assert!(page.contains("By level") && page.contains("href=\"#control-2.3\""), "{page}");
        assert_eq!(page.matches("<th scope=\"row\">").count(), group(&sample(), &Grouping::Level).len());
    }
}
