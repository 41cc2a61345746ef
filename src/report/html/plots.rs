//! The plots: tables whose rows carry a drawing, so that every number can be read and heard as well as seen.
//!
//! Drawings use attributes and classes alone: the page's policy lets no style through that stands on an element.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::text::{NAME, percent, shown};
use crate::facts::activity::{Activity, Groups, Period};
use crate::level::Level;
use crate::report::words::counted;
use crate::report::{Counters, Report};

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

fn status_by_level(levels: &[(Level, &Counters)]) -> Markup {
    html! {
        figure aria-labelledby="plot-status" {
            figcaption #plot-status { "Status by level" }
            table.plot {
                thead {
                    tr {
                        th scope="col" { "Level" }
                        td {}
                        th.number scope="col" { "Fail" }
                        th.number scope="col" { "Unknown" }
                        th.number scope="col" { "Manual" }
                        th.number scope="col" { "Pass" }
                    }
                }
                tbody {
                    @for (level, Counters { pass, fail, manual, unknown, .. }) in levels {
                        @let counts = [*fail, *unknown, *manual, *pass].map(|count| count as u64);
                        @let [fail, unknown, manual, pass] = counts;
                        tr {
                            th scope="row" { (level.label()) }
                            td.drawing {
                                (bar(
                                    &[("fail", fail), ("unknown", unknown), ("manual", manual), ("pass", pass)],
                                    counts.iter().sum(),
                                ))
                            }
                            @for (class, count) in [("fail", fail), ("unknown", unknown), ("manual", manual), ("pass", pass)] {
                                td class={ "number " (if count > 0 { class } else { "none" }) } { (count) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn coverage_by_level(levels: &[(Level, &Counters)]) -> Markup {
    html! {
        figure aria-labelledby="plot-coverage" {
            figcaption #plot-coverage { "Coverage" small { "controls that could be decided" } }
            table.plot {
                thead {
                    tr {
                        th scope="col" { "Level" }
                        td {}
                        th.number scope="col" { "Decided" }
                        th.number scope="col" { "Share" }
                    }
                }
                tbody {
                    @for (level, counters) in levels {
                        @let decided = counters.pass + counters.fail;
                        @let all = decided + counters.manual + counters.unknown;
                        tr {
                            th scope="row" { (level.label()) }
                            td.drawing { (bar(&[("ink", decided as u64)], all as u64)) }
                            td.number { (decided) " of " (all) }
                            td.number { (percent(counters.coverage)) }
                        }
                    }
                }
            }
        }
    }
}

fn sign_ins(activity: &Activity) -> Markup {
    let named = activity.sign_ins.iter().take(MAX_METHODS).map(|method| {
        let name = method.method.as_deref().map_or_else(|| "not named".to_owned(), |name| shown(name, NAME));
        (name, method.count)
    });
    let others = (activity.other_sign_ins > 0).then(|| ("others".to_owned(), activity.other_sign_ins));
    let rows: Vec<(String, u64)> = named.chain(others).collect();
    let all = rows.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    html! {
        figure aria-labelledby="plot-methods" {
            figcaption #plot-methods { "Sign-in methods" small { (caveat(activity)) (all) " sign-ins in the window" } }
            table.plot.named {
                thead {
                    tr {
                        th scope="col" { "Method" }
                        td {}
                        th.number scope="col" { "Sign-ins" }
                        th.number scope="col" { "Share" }
                    }
                }
                tbody {
                    @for (name, count) in &rows {
                        tr {
                            th scope="row" { (name) }
                            td.drawing { (bar(&[("ink", *count)], all)) }
                            td.number { (count) }
                            td.number { (percent((all > 0).then(|| *count as f64 / all as f64))) }
                        }
                    }
                }
            }
        }
    }
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
    html! {
        figure aria-labelledby="plot-events" {
            figcaption #plot-events {
                "Events per " (span)
                small { (caveat(activity)) "each row is drawn to a scale of its own; days are UTC" }
            }
            table.plot.named {
                thead {
                    tr {
                        th scope="col" { "Group" }
                        td {}
                        th.number scope="col" { "Events" }
                        th.number scope="col" { "At most" }
                    }
                }
                tbody { @for group in &GROUPS { (group_row(group, periods, &span)) } }
                (axis(periods, activity.days))
            }
            details.numbers {
                summary { "All numbers" }
                div.scroll tabindex="0" role="group" aria-label={ "Events per " (span) } { (numbers(periods)) }
            }
        }
    }
}

/// One group: its bars, what they add up to, and the tallest.
fn group_row((name, count): &Group, periods: &[Period], span: &str) -> Markup {
    let counts: Vec<u64> = periods.iter().map(|period| count(&period.events)).collect();
    let all = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let most = counts.iter().copied().max().unwrap_or_default();
    let title = format!("{name}: {all} in all, at most {most} per {span}");
    html! {
        tr {
            th scope="row" { (name) }
            td.drawing {
                svg.columns role="img" aria-label=(title) preserveAspectRatio="none"
                    viewBox={ "0 0 " (periods.len() * PERIOD) " " (HEIGHT) } {
                    path.base d={ "M0 " (HEIGHT - 1) "h" (periods.len() * PERIOD) "v1H0z" } {}
                    path.ink d=(columns(&counts, most)) {}
                }
            }
            td.number { (all) }
            td.number { (most) }
        }
    }
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
            thead {
                tr {
                    th scope="col" { "From" }
                    @for (name, _) in &GROUPS { th.number scope="col" { (name) } }
                }
            }
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
