//! The formats a report comes in, and the one place that picks the renderer.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use jiff::Timestamp;
use strum::{IntoStaticStr, VariantArray};
use thiserror::Error;

use super::grouping::Grouping;
use super::plan::PlanRow;
use super::{
    Report, csv, github, html, json, junit, markdown, metrics, ndjson, ocsf, people, plan, sarif, summary,
    table,
};
use crate::casefold::fold;
use crate::level::Level;
use crate::terminal::style::Style;
use crate::text;
use crate::toml_document::closest;

/// How many columns of what was typed an error repeats.
const ECHO_COLUMNS: usize = 60;

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Format {
    /// The answers in 40 lines: what to do first, who is concerned, and where the rest is.
    #[default]
    Summary,
    /// Every control, finding and source, for people.
    Table,
    /// The documented JSON, for programs.
    Json,
    /// One finding a line, for programs that read line by line.
    Ndjson,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for the test view of a CI system.
    Junit,
    /// Controls and findings as rows, for a spreadsheet.
    Csv,
    /// What has to be done, as rows with empty columns for owner and due date.
    Plan,
    /// The teammates as rows, with empty columns for the decisions of an access review.
    People,
    /// OCSF Compliance Findings, for a SIEM or security lake.
    Ocsf,
    /// Annotations of a GitHub Actions run.
    Github,
    /// Markdown that fits a pull-request comment.
    #[value(alias = "md")]
    Markdown,
    /// A page for a browser, complete in one file.
    Html,
    /// OpenMetrics, for Prometheus: numbers alone, no names of people.
    Metrics,
    /// Nothing: the exit code says it.
    None,
}

/// What the end of a file's name says about its format, the longest first.
const ENDINGS: [(&str, Format); 15] = [
    (".sarif.json", Format::Sarif),
    (".ocsf.jsonl", Format::Ocsf),
    (".ocsf.json", Format::Ocsf),
    (".people.csv", Format::People),
    (".plan.csv", Format::Plan),
    (".ndjson", Format::Ndjson),
    (".jsonl", Format::Ndjson),
    (".sarif", Format::Sarif),
    (".json", Format::Json),
    (".html", Format::Html),
    (".prom", Format::Metrics),
    (".csv", Format::Csv),
    (".txt", Format::Table),
    (".xml", Format::Junit),
    (".md", Format::Markdown),
];

impl Format {
    /// Every format.
    pub(crate) const ALL: &[Self] = Self::VARIANTS;

    /// The name on the command line.
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }

    /// Whether it is for people, so that the controls in it can be grouped.
    pub(crate) const fn is_for_people(self) -> bool {
        match self {
            Self::Table | Self::Markdown | Self::Html => true,
            Self::Summary | Self::Json | Self::Ndjson | Self::Sarif | Self::Junit => false,
            Self::Csv
            | Self::Plan
            | Self::People
            | Self::Ocsf
            | Self::Github
            | Self::Metrics
            | Self::None => false,
        }
    }

    /// Whether it names no person, so that a file of it may have other readers than its owner.
    pub(crate) const fn is_impersonal(self) -> bool {
        matches!(self, Self::Metrics)
    }

    /// Whether it is a table that people open in a spreadsheet.
    pub(crate) const fn is_spreadsheet(self) -> bool {
        matches!(self, Self::Csv | Self::Plan | Self::People)
    }

    /// The format that a file's name tells.
    fn of_file(path: &str) -> Option<Self> {
        let path = fold(path);
        ENDINGS.iter().find(|(ending, _)| path.ends_with(ending)).map(|(_, format)| *format)
    }

    /// Every name, as errors list them.
    pub(crate) fn names() -> String {
        Self::ALL.iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", ")
    }
}

impl FromStr for Format {
    type Err = OutputError;

    fn from_str(name: &str) -> Result<Self, OutputError> {
        ValueEnum::from_str(name, true)
            .map_err(|_| OutputError::UnknownFormat { name: text::line(name, ECHO_COLUMNS) })
    }
}

/// A further copy of the report: `-o FORMAT=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    /// In which format.
    pub format: Format,
    /// Where it goes.
    pub place: Destination,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// Standard output: `-`.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl FromStr for Output {
    type Err = OutputError;

    fn from_str(argument: &str) -> Result<Self, OutputError> {
        let given = || text::line(argument, ECHO_COLUMNS);
        let (format, path) = match argument.split_once('=') {
            Some((format, path)) => (format.parse()?, path),
            None => {
                let format = Format::of_file(argument);
                (format.ok_or_else(|| OutputError::NoFormat { given: given() })?, argument)
            }
        };
        if format == Format::None {
            return Err(OutputError::NothingToWrite { given: given() });
        }
        match path {
            "" => Err(OutputError::NoPath { given: given() }),
            "-" => Ok(Self { format, place: Destination::Stdout }),
            _ => Ok(Self { format, place: Destination::File(path.into()) }),
        }
    }
}

/// What can be wrong with a format or an output. The texts it repeats are escaped already. Each
/// message carries its remedy, since clap shows the message alone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum OutputError {
    /// There is no such format.
    #[error("there is no format \"{name}\"; the formats are {}{}", Format::names(), did_you_mean(name))]
    UnknownFormat {
        /// The name given.
        name: String,
    },
    /// The format is missing.
    #[error(
        "the name \"{given}\" tells no format; write FORMAT=PATH, or end it in {}",
        ENDINGS.iter().map(|(ending, _)| *ending).filter(|ending| ending.matches('.').count() == 1).collect::<Vec<_>>().join(", ")
    )]
    NoFormat {
        /// The argument given.
        given: String,
    },
    /// The format is one of which there is nothing to write.
    #[error("\"{given}\" writes nothing; leave it out, or write --format none for standard output")]
    NothingToWrite {
        /// The argument given.
        given: String,
    },
    /// The path is missing.
    #[error("\"{given}\" names no file; write FORMAT=PATH, for example json=report.json")]
    NoPath {
        /// The argument given.
        given: String,
    },
}

/// The suggestion for a name that is nearly right; empty where none is near.
fn did_you_mean(name: &str) -> String {
    let near = closest(name, Format::ALL.iter().map(|format| format.as_str()));
    near.map_or_else(String::new, |near| format!(" (did you mean {near}?)"))
}

/// How a report is shown, as far as its format leaves that open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// Colour and width, for [`Format::Summary`] and [`Format::Table`].
    pub style: Style,
    /// By what the controls are grouped, in formats [for people](Format::is_for_people).
    pub by: Option<Grouping>,
    /// What a row of [`Format::Plan`] is about.
    pub per: PlanRow,
    /// Whether [spreadsheets](Format::is_spreadsheet) begin with a byte-order mark, by which Excel knows UTF-8.
    pub excel: bool,
    /// Since when the oldest finding of each level is open, for [`Format::Metrics`]; empty where no store knows.
    pub oldest: BTreeMap<Level, Timestamp>,
}

impl Options {
    /// In that style, without a grouping.
    pub(crate) fn of(style: Style) -> Self {
        Self { style, by: None, per: PlanRow::default(), excel: false, oldest: BTreeMap::new() }
    }

    /// Without colour or grouping.
    #[cfg(test)]
    pub(crate) fn plain(width: usize) -> Self {
        Self::of(Style::plain(width))
    }
}

/// Writes a report. Formats whose length grows with the findings are written piece by piece.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(
    report: &Report,
    format: Format,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    if options.excel && format.is_spreadsheet() {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let text = match format {
        Format::Json => return json::write_json(report, out),
        Format::Ndjson => return ndjson::write(report, out),
        Format::Sarif => return sarif::write(report, out),
        Format::Junit => return junit::write(report, out),
        Format::Csv => return csv::write(report, out),
        Format::Plan => return plan::write(report, options.per, out),
        Format::People => return people::write(report, out),
        Format::Ocsf => return ocsf::write(report, out),
        Format::Metrics => return metrics::write(report, &options.oldest, out),
        Format::Summary => summary::render(report, options),
        Format::Table => table::render(report, options),
        Format::Github => github::render(report),
        Format::Markdown => markdown::render(report, options.by.as_ref()),
        Format::Html => html::render(report, options.by.as_ref()),
        Format::None => return Ok(()),
    };
    out.write_all(text.as_bytes())
}

/// A report as a text.
#[cfg(test)]
pub(crate) fn render(report: &Report, format: Format, options: &Options) -> io::Result<String> {
    json::in_memory(|out| write(report, format, options, out))
}

#[cfg(test)]
mod tests;
