//! What narrows the list of controls down. It is hidden until the script is there to make it work.

use std::collections::BTreeSet;

use maud::{Markup, html};
use url::form_urlencoded::byte_serialize;

use super::groups;
use super::text::{NAME, framework, shown};
use crate::casefold::capitalized;
use crate::level::Level;
use crate::report::words::{counted, mapped};
use crate::report::{Control, Report};
use crate::verdict::Status;

/// The most framework controls that a control is found by.
const MAX_TOKENS: usize = 100;

/// The bar above the controls.
pub(super) fn bar(report: &Report) -> Markup {
    let has = |status| report.controls.iter().any(|one| one.status == status);
    let reaches = |level| report.controls.iter().any(|one| one.level == level);
    html! {
        div #filters role="search" aria-label="Filter the controls" hidden {
            details #fields {
                summary { "Search and filter" }
                div.fields {
                    label.field {
                        span { "Search" }
                        input #search type="search" autocomplete="off" spellcheck="false"
                            placeholder="Title, person, reason …" aria-describedby="shown";
                    }
                    fieldset {
                        legend { "Status" }
                        @for status in Status::WORST_FIRST.into_iter().filter(|&status| has(status)) {
                            (choice("status", status.as_str(), &capitalized(status.as_str())))
                        }
                    }
                    fieldset {
                        legend { "Level" }
                        @for level in Level::ALL.into_iter().filter(|&level| reaches(level)) {
                            (choice("level", level.as_str(), level.label()))
                        }
                    }
                    label.field {
                        span { "Framework" }
                        select #framework {
                            option value="" { "All" }
                            @for (id, groups) in groups::frameworks(report) {
                                optgroup label=(framework(id)) {
                                    option value=(token(id, "")) { "Anything in " (framework(id)) }
                                    @for name in groups.iter().filter_map(|group| group.name) {
                                        option value=(token(id, name)) { (shown(name, NAME)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            div.actions {
                p #shown role="status" aria-live="polite" {
                    (counted(report.controls.len() as u64, "control"))
                }
                button #reset type="button" hidden { "Clear" }
                button #unfold type="button" { "Unfold all" }
            }
        }
    }
}

/// One of several things to choose.
fn choice(name: &str, value: &str, label: &str) -> Markup {
    html! {
        label.choice {
            input type="checkbox" name=(name) value=(value);
            span { (label) }
        }
    }
}

/// What a control is found by: the frameworks it is mapped to and their controls, with a space between each two.
pub(super) fn tokens(control: &Control) -> String {
    let names = mapped(&control.frameworks).take(MAX_TOKENS);
    let tokens: BTreeSet<String> =
        names.flat_map(|(framework, id)| [token(framework, ""), token(framework, id)]).collect();
    tokens.into_iter().collect::<Vec<_>>().join(" ")
}

/// A framework, or a control of it, as a word of plain characters.
fn token(framework: &str, id: &str) -> String {
    let plain = |text: &str| byte_serialize(shown(text, NAME).as_bytes()).collect::<String>();
    format!("{}/{}", plain(framework), plain(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn a_control_is_found_by_its_frameworks_and_by_the_controls_in_them() {
        let mut report = sample();
        assert_eq!(tokens(&report.controls[0]), "cis-v8/ cis-v8/5.4");
        report.controls[0].frameworks = [("a b".to_owned(), vec!["\"<é".to_owned()])].into();
        assert_eq!(tokens(&report.controls[0]), "a+b/ a+b/%22%3C%C3%A9");
    }
}
