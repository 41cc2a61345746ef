//! The formats a report comes in, and the one place that picks the renderer.

use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

use super::style::Style;
use super::{Report, html, json, table};
use crate::text;

/// How many columns of somebody's input an error repeats.
const ECHO_COLUMNS: usize = 60;

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// Tables for people.
    #[default]
    Table,
    /// The documented JSON, for programs.
    Json,
    /// A page for a browser, complete in one file.
    Html,
}

impl Format {
    /// Every format.
    pub(crate) const ALL: [Self; 3] = [Self::Table, Self::Json, Self::Html];

    /// The name on the command line.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Html => "html",
        }
    }

    /// Every name, as errors list them.
    pub(crate) fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

impl FromStr for Format {
    type Err = OutputError;

    fn from_str(name: &str) -> Result<Self, OutputError> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| OutputError::UnknownFormat { name: text::line(name, ECHO_COLUMNS) })
    }
}

/// A further copy of the report: `-o FORMAT=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    /// In which format.
    pub format: Format,
    /// Into which file.
    pub path: PathBuf,
}

impl FromStr for Output {
    type Err = OutputError;

    fn from_str(argument: &str) -> Result<Self, OutputError> {
        let given = || text::line(argument, ECHO_COLUMNS);
        let (format, path) =
            argument.split_once('=').ok_or_else(|| OutputError::NoFormat { given: given() })?;
        let format = format.parse()?;
        match path {
            "" => Err(OutputError::NoPath { given: given() }),
            "-" => Err(OutputError::Stdout { format }),
            _ => Ok(Self { format, path: path.into() }),
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
    #[error("\"{given}\" names no format; write FORMAT=PATH, for example json=report.json")]
    NoFormat {
        /// The argument given.
        given: String,
    },
    /// The path is missing.
    #[error("\"{given}\" names no file; write FORMAT=PATH, for example json=report.json")]
    NoPath {
        /// The argument given.
        given: String,
    },
    /// The path is `-`.
    #[error("standard output is not a file; use --format {} to choose what it carries", format.as_str())]
    Stdout {
        /// The format given.
        format: Format,
    },
}

/// The suggestion for a name that is nearly right; empty where none is near.
fn did_you_mean(name: &str) -> String {
    let lower = name.to_lowercase();
    let near =
        Format::ALL.into_iter().find(|format| strsim::damerau_levenshtein(format.as_str(), &lower) <= 2);
    near.map_or_else(String::new, |format| format!(" (did you mean {}?)", format.as_str()))
}

/// Why a report could not be rendered.
#[derive(Debug, Error)]
pub(crate) enum RenderError {
    /// A value in it has no JSON form.
    #[error("the report could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl RenderError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Json(_) => Some(format!("--format {} does not need it", Format::Table.as_str())),
        }
    }
}

/// Renders a report. Only [`Format::Table`] looks at the style.
pub(crate) fn render(report: &Report, format: Format, style: Style) -> Result<String, RenderError> {
    match format {
        Format::Table => Ok(table::render(report, style)),
        Format::Json => Ok(json::render(report)?),
        Format::Html => Ok(html::render(report)),
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn clap_knows_the_same_names() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
            assert_eq!(<Format as ValueEnum>::from_str(format.as_str(), false), Ok(format));
        }
        assert_eq!(Format::value_variants(), Format::ALL);
    }

    #[test]
    fn an_output_is_a_format_and_a_path() {
        let output: Output = "json=out/a=b.json".parse().unwrap();
        assert_eq!(output, Output { format: Format::Json, path: "out/a=b.json".into() });
    }

    #[test]
    fn a_bad_output_says_what_to_write() {
        let message = |argument: &str| argument.parse::<Output>().unwrap_err().to_string();
        assert_eq!(
            message("jsno=x"),
            "there is no format \"jsno\"; the formats are table, json, html (did you mean json?)"
        );
        assert_eq!(
            message("yaml\x1b[2J=x"),
            "there is no format \"yaml\\u{1b}[2J\"; the formats are table, json, html"
        );
        assert!(message("report.json").contains("write FORMAT=PATH"));
        assert!(message("json=").contains("names no file"));
        assert!(message("json=-").contains("--format json"));
        assert!(message(&"x".repeat(10_000)).len() < 200);
    }

    #[test]
    fn each_format_has_its_own_renderer() {
        let report = sample();
        assert!(render(&report, Format::Json, Style::plain(80)).unwrap().starts_with("{\n"));
        assert!(render(&report, Format::Table, Style::plain(80)).unwrap().starts_with("intercom-harden "));
    }
}
