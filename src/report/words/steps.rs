//! What to do about a control: its steps, and the one that comes next.

use crate::controls::Step;
use crate::report::Control;
use crate::verdict::Status;

/// What the step is, and the way through the menus: `Limit admins (Settings > Workspace > Teammates)`.
pub(in crate::report) fn step_and_place(step: &Step) -> String {
    let Step { title, path, .. } = step;
    if path.is_empty() { title.clone() } else { format!("{title} ({})", path.join(" > ")) }
}

/// The way through the menus, and what to do there first: `Settings > Workspace > Teammates: Open each of the list.`
pub(crate) fn action(step: &Step) -> String {
    let first = step.actions.first().unwrap_or(&step.title);
    if step.path.is_empty() { first.clone() } else { format!("{}: {first}", step.path.join(" > ")) }
}

/// The step that comes next; of a report that names none, the first. Nothing is left to do for a control that passes.
pub(crate) fn next_step(control: &Control) -> Option<&Step> {
    let step = control.next_step.as_ref().or_else(|| control.remediation.first());
    step.filter(|_| control.status != Status::Pass)
}

/// Where to go for a control, and what to do there first.
pub(in crate::report) fn next(control: &Control) -> Option<String> {
    next_step(control).map(action)
}

/// A sentence about a control, and what to do.
pub(in crate::report) fn what_and_next(what: &str, control: &Control) -> String {
    with_next(what, next(control).as_deref())
}

/// What is wrong, and what to do: `5 of 12 teammates are privileged. Next: Settings > Workspace: Open each of the list.`
pub(in crate::report) fn with_next(what: &str, next: Option<&str>) -> String {
    let what = full_stop(what.trim_end().to_owned());
    match next {
        Some(next) if what.is_empty() => full_stop(format!("Next: {next}")),
        Some(next) => full_stop(format!("{what} Next: {next}")),
        None => what,
    }
}

/// A sentence with an end.
pub(in crate::report) fn full_stop(text: String) -> String {
    let said = text.trim_end_matches([')', '"']);
    if said.is_empty() || said.ends_with(['.', '!', '?', '…']) { text } else { text + "." }
}

/// The steps of a control as lines of plain text, numbered, with what to do in each below it.
pub(in crate::report) fn steps(control: &Control) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, step) in (1..).zip(&control.remediation) {
        lines.push(format!("{number}. {}", step_and_place(step)));
        lines.extend(step.actions.iter().map(|action| format!("   - {action}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn steps_name_the_way_and_what_to_do_there() {
        let report = sample();
        let control = &report.controls[2];
        assert_eq!(
            steps(control),
            [
                "1. Take the admin role away where it is not needed (Settings > Workspace > Teammates)",
                "   - Open each teammate of the list and choose a narrower role."
            ]
        );
        assert!(steps(&report.controls[5]).is_empty());
    }

    #[test]
    fn what_is_wrong_and_what_to_do_are_sentences() {
        for (what, next, told) in [
            (
                "Ada: role Owner",
                Some("Settings: Choose another role"),
                "Ada: role Owner. Next: Settings: Choose another role.",
            ),
            (
                "Installed by Ada (She did it.)",
                Some("Ask Ada."),
                "Installed by Ada (She did it.) Next: Ask Ada.",
            ),
            ("Ada (an admin)", None, "Ada (an admin)."),
            ("", Some("Ask Ada."), "Next: Ask Ada."),
            ("", None, ""),
        ] {
            assert_eq!(with_next(what, next), told);
        }
        let report = sample();
        assert_eq!(next(&report.controls[0]), None, "it passes");
        assert!(
            next(&report.controls[1])
                .is_some_and(|next| next.starts_with("Settings > Workspace > Teammates: Open"))
        );
    }
}
