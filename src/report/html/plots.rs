//! The plots: tables whose rows carry a drawing, so that every number can be read and heard as well as seen.
//!
//! Drawings use attributes and classes alone: the page's policy lets no style through that stands on an element.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::parts::head;
use super::text::{NAME, percent, soft};
use crate::facts::activity::{Activity, Groups, Period};
use crate::level::Level;
use crate::report::words::counted;
use crate::report::{Counters, Report};
use crate::verdict::Status;

/// The height of the drawings in units of their own.
const HEIGHT: u64 = 100;

/// How many units wide a period is, and how much of that its bar takes.
const PERIOD: usize = 10;

/// How much of that its bar takes.
const BAR: usize = 8;

/// The most periods drawn.
const MAX_PERIODS: usize = 400;

/// The most methods of signing in listed.
const MAX_METHODS: usize = 12;

/// A group of events: what it is called, and how to count it.
type Group = (&'static str, fn(&Groups) -> u64);

/// The groups, in the order of the plot.
const GROUPS: [Group; 5] = [
    ("Authentication", |groups| groups.authentication),
    ("Roles and people", |groups| groups.roles),
    ("Exports", |groups| groups.exports),
    ("Configuration", |groups| groups.configuration),
    ("Other", |groups| groups.other),
];

/// The section.
pub(super) fn section(report: &Report) -> Markup {
    let levels: Vec<(Level, &Counters)> = report.summary.levels().collect();
    html! {
        section.plots aria-labelledby="plots-heading" {
            h2 #plots-heading { "At a glance" }
            div.grid {
                @if !levels.is_empty() {
                    (status_by_level(&levels))
                    (coverage_by_level(&levels))
                }
                @if let Some(activity) = &report.activity {
                    @if !activity.periods.is_empty() { (events(activity)) }
                    @if !activity.sign_ins.is_empty() { (sign_ins(activity)) }
                }
            }
        }
    }
}

/// A bar of parts, each with its class and its share of the whole.
fn bar(parts: &[(&str, u64)], whole: u64) -> Markup {
    let share = |part: u64| part as f64 * 100.0 / whole.max(1) as f64;
    let mut before = 0;
    let parts = parts.iter().filter(|(_, part)| *part > 0).map(|&(class, part)| {
        let start = share(before);
        before += part;
        (class, start, share(part))
    });
    html! {
        svg.bar aria-hidden="true" focusable="false" {
            rect.track width="100%" height="100%" {}
            @for (class, start, width) in parts {
                rect class=(class) x={ (format!("{start:.2}%")) } width={ (format!("{width:.2}%")) } height="100%" {}
            }
        }
    }
}

/// A plot with its caption.
fn figure(id: &str, caption: Markup, content: Markup) -> Markup {
    html! { figure aria-labelledby=(id) { figcaption id=(id) { (caption) } (content) } }
}

/// A row of a plot: what it is about, how that is drawn, and the numbers.
fn row(name: &str, drawing: Markup, numbers: [String; 2]) -> Markup {
    html! {
        tr {
            th scope="row" { (soft(name, NAME)) }
            td.drawing { (drawing) }
            @for number in numbers { td.number { (number) } }
        }
    }
}

fn status_by_level(levels: &[(Level, &Counters)]) -> Markup {
    let columns = [("Fail", true), ("Unknown", true), ("Manual", true), ("Pass", true)];
    let table = html! {
        table.plot {
            (head([("Level", false), ("", false)].into_iter().chain(columns)))
            tbody {
                @for (level, counters) in levels {
                    @let parts = Status::WORST_FIRST.map(|one| (one.as_str(), counters.with(one) as u64));
                    tr {
                        th scope="row" { (level.label()) }
                        td.drawing { (bar(&parts, parts.iter().map(|(_, count)| count).sum())) }
                        @for (class, count) in parts {
                            td class={ "number " (if count > 0 { class } else { "none" }) } { (count) }
                        }
                    }
                }
            }
        }
    };
    figure("plot-status", html! { "Status by level" }, table)
}

fn coverage_by_level(levels: &[(Level, &Counters)]) -> Markup {
    let rows = levels.iter().map(|(level, counters)| {
        let decided = counters.pass + counters.fail;
        let all = decided + counters.manual + counters.unknown;
        let drawing = bar(&[("ink", decided as u64)], all as u64);
        row(level.label(), drawing, [format!("{decided} of {all}"), percent(counters.coverage)])
    });
    let table = html! {
        table.plot {
            (head([("Level", false), ("", false), ("Decided", true), ("Share", true)]))
            tbody { @for row in rows { (row) } }
        }
    };
    figure("plot-coverage", html! { "Coverage" small { "controls that could be decided" } }, table)
}

fn sign_ins(activity: &Activity) -> Markup {
    let named = activity.sign_ins.iter().take(MAX_METHODS).map(|method| {
        let name = method.method.as_deref().map_or_else(|| "not named".to_owned(), str::to_owned);
        (name, method.count)
    });
    let others = (activity.other_sign_ins > 0).then(|| ("others".to_owned(), activity.other_sign_ins));
    let methods: Vec<(String, u64)> = named.chain(others).collect();
    let all = sum(methods.iter().map(|(_, count)| *count));
    let rows = methods.iter().map(|(name, count)| {
        let share = percent((all > 0).then(|| *count as f64 / all as f64));
        row(name, bar(&[("ink", *count)], all), [count.to_string(), share])
    });
    let table = html! {
        table.plot.named {
            (head([("Method", false), ("", false), ("Sign-ins", true), ("Share", true)]))
            tbody { @for row in rows { (row) } }
        }
    };
    let caption = html! { "Sign-in methods" small { (caveat(activity)) (all) " sign-ins in the window" } };
    figure("plot-methods", caption, table)
}

/// Adds up what may come from a file with any numbers in it.
fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

/// What precedes a number that may be too small.
const fn caveat(activity: &Activity) -> &'static str {
    if activity.complete { "" } else { "at least, as the log was not read in full: " }
}

fn events(activity: &Activity) -> Markup {
    let periods = activity.periods.get(..MAX_PERIODS).unwrap_or(&activity.periods);
    let span = match activity.days {
        1 => "day".to_owned(),
        days => format!("{days} days"),
    };
    let caption = html! {
        "Events per " (span)
        small { (caveat(activity)) "each row is drawn to a scale of its own; days are UTC" }
    };
    let content = html! {
        table.plot.named {
            (head([("Group", false), ("", false), ("Events", true), ("At most", true)]))
            tbody { @for group in &GROUPS { (group_row(group, periods, &span)) } }
            (axis(periods, activity.days))
        }
        details.numbers {
            summary { "All numbers" }
            div.scroll tabindex="0" role="group" aria-label={ "Events per " (span) } { (numbers(periods)) }
        }
    };
    figure("plot-events", caption, content)
}

/// One group: its bars, what they add up to, and the tallest.
fn group_row((name, count): &Group, periods: &[Period], span: &str) -> Markup {
    let counts: Vec<u64> = periods.iter().map(|period| count(&period.events)).collect();
    let all = sum(counts.iter().copied());
    let most = counts.iter().copied().max().unwrap_or_default();
    let title = format!("{name}: {all} in all, at most {most} per {span}");
    let drawing = html! {
        svg.columns role="img" aria-label=(title) preserveAspectRatio="none"
            viewBox={ "0 0 " (periods.len() * PERIOD) " " (HEIGHT) } {
            path.base d={ "M0 " (HEIGHT - 1) "h" (periods.len() * PERIOD) "v1H0z" } {}
            path.ink d=(columns(&counts, most)) {}
        }
    };
    row(name, drawing, [all, most].map(|count| count.to_string()))
}

/// The outline of one column per count, drawn to the tallest.
fn columns(counts: &[u64], most: u64) -> String {
    let mut path = String::new();
    for (index, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        // The smallest column can still be seen.
        let height = (count as f64 / most as f64 * HEIGHT as f64).max(3.0);
        let _ = write!(path, "M{} {HEIGHT}v-{height:.0}h{BAR}v{height:.0}z", index * PERIOD + 1);
    }
    path
}

/// The first and the last day, below the columns.
fn axis(periods: &[Period], days: u32) -> Markup {
    // A few months are told apart without the year.
    let short = (periods.len() as u64).saturating_mul(days.into()) <= 300;
    let form = if short { "%-d %b" } else { "%b %Y" };
    html! {
        @if let [first, .., last] = periods {
            tfoot {
                tr {
                    td {}
                    td { div.axis { span { (first.from.strftime(form).to_string()) } span { (last.from.strftime(form).to_string()) } } }
                    td colspan="2" {}
                }
            }
        }
    }
}

fn numbers(periods: &[Period]) -> Markup {
    html! {
        table {
            (head([("From", false)].into_iter().chain(GROUPS.map(|(name, _)| (name, true)))))
            tbody {
                @for period in periods {
                    tr {
                        th scope="row" { (period.from.to_string()) }
                        @for (_, count) in &GROUPS { td.number { (count(&period.events)) } }
                    }
                }
            }
        }
        p.hint { (counted(periods.len() as u64, "period")) " in the window" }
    }
}
