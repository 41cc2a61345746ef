//! How a workspace fared from run to run, drawn with block characters.

use std::io;

use serde::Serialize;

use super::HistoryAnswer;
use super::tables::{Levels, head};
use crate::report::words::{counted, instant, percent};
use crate::report::{Style, csv_table};
use crate::store::{Point, Workspace};
use crate::terminal::page::Page;
use crate::terminal::style::Tone;

/// From nothing to the most, as most terminals can show it, and as all can.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];

/// The widest drawing, in columns.
const MAX_COLUMNS: usize = 60;

/// What stands beside a drawing, in columns: its name before it, and three numbers behind it.
const BESIDE: usize = 42;

/// How a workspace fared.
#[derive(Serialize)]
pub(super) struct Trend {
    pub levels: Levels,
    pub points: Vec<Point>,
}

/// A line of the drawing: its name, what it takes of a point, the value of a full block, and how a value is written.
struct Series {
    name: &'static str,
    value: fn(&Point) -> Option<f64>,
    full: Option<f64>,
    show: fn(f64) -> String,
}

const SERIES: [Series; 6] = [
    Series { name: "Open L1", value: |point| Some(point.open_l1 as f64), full: None, show: whole },
    Series { name: "Open L2", value: |point| Some(point.open_l2 as f64), full: None, show: whole },
    Series { name: "Open L3", value: |point| Some(point.open_l3 as f64), full: None, show: whole },
    Series { name: "Failing controls", value: |point| number(point.fail), full: None, show: whole },
    Series { name: "Coverage", value: |point| point.coverage, full: Some(1.0), show: percent },
    Series { name: "Teammates", value: |point| number(point.teammates), full: None, show: whole },
];

fn number(count: Option<i64>) -> Option<f64> {
    count.map(|count| count as f64)
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

impl HistoryAnswer for Trend {
    fn summary(&self, workspace: &Workspace, style: Style) -> String {
        let mut page = Page::new(style);
        let span = self.points.first().zip(self.points.last()).map(|(first, last)| (first.at, last.at));
        head(&mut page, workspace, &counted(self.points.len() as u64, "good run"), span);
        page.gap();
        let signs = if style.ascii { ASCII } else { BLOCKS };
        let columns = page.width().saturating_sub(BESIDE).min(MAX_COLUMNS);
        let sampled = sampled(&self.points, columns);
        let width = SERIES.iter().map(|series| series.name.len()).max().unwrap_or_default();
        for Series { name, value, full, show } in SERIES {
            let all = || self.points.iter().filter_map(value);
            let (Some(first), Some(last)) = (all().next(), all().next_back()) else { continue };
            let most = all().fold(0.0, f64::max);
            let drawn: String = sampled
                .iter()
                .map(|point| value(point).map_or(' ', |value| block(signs, value, full.unwrap_or(most))))
                .collect();
            let numbers = format!("{} to {}, at most {}", show(first), show(last), show(most));
            page.entry(0, Tone::Label, &format!("{name:width$}"), &format!("{drawn}  {numbers}"));
        }
        self.levels.write(&mut page);
        page.finish()
    }

    fn csv(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let header = "run,at,pass,fail,manual,unknown,coverage,teammates,open_l1,open_l2,open_l3";
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let row = |point: &Point| {
            [
                point.run.to_string(),
                instant(point.at),
                number(point.pass),
                number(point.fail),
                number(point.manual),
                number(point.unknown),
                point.coverage.map(|coverage| coverage.to_string()).unwrap_or_default(),
                number(point.teammates),
                point.open_l1.to_string(),
                point.open_l2.to_string(),
                point.open_l3.to_string(),
            ]
        };
        csv_table(header, self.points.iter().map(row), out)
    }
}

/// The runs that have a column: all of them, or the last one of each of equally large groups.
fn sampled(points: &[Point], columns: usize) -> Vec<&Point> {
    let count = points.len().min(columns);
    (1..=count).filter_map(|column| points.get(column * points.len() / count - 1)).collect()
}

/// The sign of a value; only nothing has the lowest.
fn block(signs: [char; 8], value: f64, full: f64) -> char {
    let share = if full > 0.0 { (value / full).clamp(0.0, 1.0) } else { 0.0 };
    let top = signs.len() - 1;
    signs.get((share * top as f64).ceil() as usize).copied().unwrap_or(' ')
}
