//! Views of a report: its controls by level, by section, or by the controls of a framework they serve.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::str::FromStr;

use thiserror::Error;

use super::{Control, Report};
use crate::casefold::{fold, same_name};
use crate::controls::{framework_title, natural, title_in_framework};
use crate::level::Level;
use crate::text;
use crate::toml_document::closest;
use crate::verdict::Status;

/// How many columns of what was typed an error repeats.
const ECHO_COLUMNS: usize = 60;
/// How many frameworks an error lists: reports have a few, unless one is hostile.
const MOST_LISTED: usize = 20;

/// By what controls are grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// By level.
    Level,
    /// By section of the guide.
    Section,
    /// By the controls of a framework, which has the name it has in the controls.
    Framework(String),
}

/// Controls that belong together. Its names come from control files: renderers escape them.
#[derive(Debug, Clone)]
pub(crate) struct Group<'a> {
    /// What they have in common, such as `AC-2(1)`; none for those that nothing in the framework asks for.
    pub name: Option<&'a str>,
    /// What a framework calls its control; none where that is not known.
    pub title: Option<&'static str>,
    /// The controls, in the order of the report. One that serves several of a framework's controls is in each.
    pub controls: Vec<&'a Control>,
}

impl Group<'_> {
    /// The verdict of the group: the worst in it. A fail outweighs an unknown, that a manual, and that a pass.
    pub(crate) fn status(&self) -> Status {
        let among = |status: &Status| self.of(*status).next().is_some();
        Status::WORST_FIRST.into_iter().find(among).unwrap_or(Status::Manual)
    }

    /// The ids of the controls, those of the worst status first: `fail 2.3 (waived); pass 2.1, E4`.
    pub(crate) fn members(&self) -> String {
        let of_status = |status: Status| {
            let ids: Vec<String> = self
                .of(status)
                .map(|one| format!("{}{}", one.id, if one.is_waived() { " (waived)" } else { "" }))
                .collect();
            (!ids.is_empty()).then(|| format!("{} {}", status.as_str(), ids.join(", ")))
        };
        Status::WORST_FIRST.into_iter().filter_map(of_status).collect::<Vec<_>>().join("; ")
    }

    /// What it is called: `5.4 Restrict Administrator Privileges to Dedicated Administrator Accounts`.
    pub(crate) fn label(&self) -> String {
        let title = self.title.map(|title| format!(" {title}")).unwrap_or_default();
        self.name.map_or_else(|| "(not mapped)".to_owned(), |name| format!("{name}{title}"))
    }

    /// The controls of one status.
    fn of(&self, status: Status) -> impl Iterator<Item = &Control> {
        self.controls.iter().copied().filter(move |control| control.status == status)
    }
}

/// Groups the controls of a report: levels and sections in the report's order, a framework's controls as
/// people count, and last those that have no place in the framework.
pub(crate) fn group<'a>(report: &'a Report, by: &Grouping) -> Vec<Group<'a>> {
    let all = &report.controls;
    match by {
        Grouping::Level => {
            let of_level = |level: Level| Group {
                name: Some(level.label()),
                title: None,
                controls: all.iter().filter(|control| control.level == level).collect(),
            };
            Level::ALL.into_iter().map(of_level).filter(|group| !group.controls.is_empty()).collect()
        }
        Grouping::Section => by_section(all),
        Grouping::Framework(framework) => by_framework(all, framework),
    }
}

fn by_section(all: &[Control]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for control in all {
        match groups.iter_mut().find(|group| group.name == Some(&control.section)) {
            Some(group) => group.controls.push(control),
            None => groups.push(Group { name: Some(&control.section), title: None, controls: vec![control] }),
        }
    }
    groups
}

fn by_framework<'a>(all: &'a [Control], framework: &str) -> Vec<Group<'a>> {
    let mut mapped: BTreeMap<&str, Vec<&Control>> = BTreeMap::new();
    let mut unmapped = Vec::new();
    for control in all {
        let serves = control.frameworks.iter().find(|(name, _)| same_name(name, framework));
        let serves = serves.map(|(_, names)| names.as_slice()).unwrap_or_default();
        if serves.is_empty() {
            unmapped.push(control);
        }
        for name in serves {
            let group = mapped.entry(name).or_default();
            // A control may name the same one twice.
            if !group.last().is_some_and(|last| std::ptr::eq(*last, control)) {
                group.push(control);
            }
        }
    }
    let named =
        |(name, controls)| Group { name: Some(name), title: title_in_framework(framework, name), controls };
    let mut groups: Vec<Group<'_>> = mapped.into_iter().map(named).collect();
    groups.sort_by_cached_key(|group| group.name.map(natural));
    if !unmapped.is_empty() {
        groups.push(Group { name: None, title: None, controls: unmapped });
    }
    groups
}

/// A name that nothing can be grouped by. The texts it repeats are escaped already.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum UnknownGrouping {
    #[error("no control names a framework \"{name}\"; --by takes {known}{suggestion}")]
    None { name: String, known: String, suggestion: String },
    #[error("\"{name}\" begins several names; --by takes {meant}")]
    Several { name: String, meant: String },
}

impl Grouping {
    /// The name on the command line.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Level => "level",
            Self::Section => "section",
            Self::Framework(name) => name,
        }
    }

    /// What it is called, such as `CIS Controls v8`.
    pub(crate) fn title(&self) -> &str {
        framework_title(self.as_str()).unwrap_or(self.as_str())
    }

    /// Every name on the command line, where controls name these frameworks.
    pub(crate) fn names<'a>(frameworks: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
        let frameworks: BTreeSet<&str> = frameworks.into_iter().map(String::as_str).collect();
        [Self::Level.as_str(), Self::Section.as_str()].into_iter().chain(frameworks).collect()
    }

    /// The grouping that is meant, of controls that name these frameworks: the beginning of a name is enough where no other
    /// begins so.
    ///
    /// # Errors
    /// When none of them is meant, or several could be.
    pub(crate) fn among<'a>(
        self,
        frameworks: impl IntoIterator<Item = &'a String>,
    ) -> Result<Self, UnknownGrouping> {
        let Self::Framework(name) = &self else { return Ok(self) };
        let mut known = Self::names(frameworks);
        if known.iter().any(|known| same_name(known, name)) {
            return Ok(self);
        }
        known.truncate(MOST_LISTED);
        let prefix = fold(name);
        let meant: Vec<&str> =
            known.iter().copied().filter(|known| fold(known).starts_with(&*prefix)).collect();
        if let ([only], false) = (meant.as_slice(), prefix.is_empty()) {
            return Ok(only.parse().unwrap_or_else(|never| match never {}));
        }
        let shown = |name: &str| text::line(name, ECHO_COLUMNS);
        let list = |names: &[&str]| names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
        if !meant.is_empty() && !prefix.is_empty() {
            return Err(UnknownGrouping::Several { name: shown(name), meant: list(&meant) });
        }
        let near = closest(name, known.iter().copied());
        Err(UnknownGrouping::None {
            name: shown(name),
            known: list(&known),
            suggestion: near.map(|near| format!(" (did you mean {}?)", shown(near))).unwrap_or_default(),
        })
    }
}

impl FromStr for Grouping {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(match &*fold(name) {
            "level" => Self::Level,
            "section" => Self::Section,
            _ => Self::Framework(name.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    fn mapped(names: &[(&str, &[&str])]) -> Report {
        let mut report = sample();
        for control in &mut report.controls {
            let (_, serves) = names.iter().find(|(id, _)| *id == control.id).copied().unwrap_or_default();
            let serves = serves.iter().map(|&name| name.to_owned()).collect();
            control.frameworks = [("nist-800-53".to_owned(), serves)].into();
        }
        report
    }

    fn shape(groups: &[Group<'_>]) -> Vec<String> {
        let ids =
            |group: &Group<'_>| group.controls.iter().map(|control| control.id.clone()).collect::<Vec<_>>();
        let line = |group: &Group<'_>| {
            let name = group.name.unwrap_or("-");
            format!("{name} {}: {}", group.status().as_str(), ids(group).join(" "))
        };
        groups.iter().map(line).collect()
    }

    #[test]
    fn a_framework_is_listed_as_people_count_with_the_worst_verdict_and_the_rest_last() {
        let report = mapped(&[
            ("1.1", &["AC-2", "AC-17", "AC-2"]),
            ("1.3", &["AC-2(1)", "AC-2(10)", "AC-2(3)"]),
            ("2.3", &["AC-2"]),
            ("X1", &["AC-2(1)"]),
        ]);
        assert_eq!(
            shape(&group(&report, &"nist-800-53".parse().unwrap())),
            [
                "AC-2 fail: 1.1 2.3",
                "AC-2(1) unknown: 1.3 X1",
                "AC-2(3) manual: 1.3",
                "AC-2(10) manual: 1.3",
                "AC-17 pass: 1.1",
                "- fail: 5.1 E6",
            ]
        );
    }

    #[test]
    fn dotted_numbers_are_counted_too_and_no_one_is_left_over_needlessly() {
        let names: [(&str, &[&str]); 6] = [
            ("1.1", &["13.5"]),
            ("1.3", &["5.1"]),
            ("2.3", &["5.10"]),
            ("5.1", &["5.9"]),
            ("E6", &["6.2"]),
            ("X1", &["6.2"]),
        ];
        let report = mapped(&names);
        let groups = group(&report, &Grouping::Framework("nist-800-53".to_owned()));
        let names: Vec<_> = groups.iter().map(|group| group.name).collect();
        assert_eq!(names, ["5.1", "5.9", "5.10", "6.2", "13.5"].map(Some));
    }

    #[test]
    fn a_control_that_serves_two_hundred_thousand_others_is_grouped_in_time() {
        let mut report = sample();
        let serves: Vec<String> = (0..200_000).map(|number| format!("A{number}")).collect();
        report.controls[0].frameworks = [("own".to_owned(), serves)].into();
        assert_eq!(group(&report, &Grouping::Framework("own".to_owned())).len(), 200_001);
    }

    #[test]
    fn levels_and_sections_hold_every_control_once() {
        let mut report = sample();
        report.controls[1].section = "Monitoring".to_owned();
        assert_eq!(
            shape(&group(&report, &Grouping::Level)),
            ["L1 fail: 1.1 1.3 2.3", "L2 fail: 5.1 E6", "L3 unknown: X1"]
        );
        assert_eq!(
            shape(&group(&report, &Grouping::Section)),
            ["Access controls fail: 1.1 2.3 5.1 E6 X1", "Monitoring manual: 1.3"]
        );
        report.controls.retain(|control| control.level == Level::L2);
        assert_eq!(shape(&group(&report, &Grouping::Level)), ["L2 fail: 5.1 E6"]);
    }

    #[test]
    fn an_unknown_framework_is_answered_with_those_there_are() {
        let report = sample();
        let check = |name: &str| {
            let grouping: Grouping = name.parse().unwrap();
            let names = ["nist-800-53".to_owned(), "nist-csf".to_owned()];
            let frameworks = report.controls.iter().flat_map(|control| control.frameworks.keys());
            grouping.among(frameworks.chain(&names)).map(|meant| meant.as_str().to_owned())
        };
        for known in ["cis-v8", "level", "section"] {
            assert_eq!(check(known), Ok(known.to_owned()));
        }
        for (beginning, meant) in
            [("CIS", "cis-v8"), ("lev", "level"), ("s", "section"), ("nist-8", "nist-800-53")]
        {
            assert_eq!(check(beginning), Ok(meant.to_owned()));
        }
        assert_eq!(
            check("nist").unwrap_err().to_string(),
            "\"nist\" begins several names; --by takes nist-800-53, nist-csf"
        );
        assert_eq!(
            check("csi-v8").unwrap_err().to_string(),
            "no control names a framework \"csi-v8\"; --by takes level, section, cis-v8, nist-800-53, nist-csf (did you mean cis-v8?)"
        );
        let hostile = check(&format!("\x1b[2J{}", "x".repeat(10_000))).unwrap_err().to_string();
        assert!(hostile.len() < 300 && !hostile.contains('\x1b'), "{hostile}");
    }
}
