//! Where reports go: standard output, and files that appear whole or not at all.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use jiff::Timestamp;

use crate::atomic_file::{Readers, WholeFile};
use crate::cli::ReportArgs;
use crate::error::Error;
use crate::level::Level;
use crate::progress::Progress;
use crate::report::{Destination, Format, Options, Output, Report, Style, write};

/// Which formats an option has an effect on.
type Takes = fn(Format) -> bool;

/// What goes to standard output, where anything is said of it, and to which files.
type Places = (Option<Format>, Vec<(Format, PathBuf)>);

/// How wide tables in files are, in columns.
const FILE_WIDTH: usize = 100;

/// The places of reports, found writable before anything is read.
pub(super) struct Destinations {
    stdout: Format,
    files: Vec<(Format, PathBuf)>,
    options: Options,
}

impl Destinations {
    /// Tries every place out, and leaves it as it is: a scan may be ended by force while it reads.
    ///
    /// # Errors
    /// When a place cannot be written to, or is named twice, however it is spelt; when an option would
    /// have no effect.
    pub(super) fn open(args: &ReportArgs, style: Style) -> Result<Self, Error> {
        let (stdout, files) = places(args.format, &args.output)?;
        // The summary is too short for groups: who asks for them and names no format gets the tables.
        let usual = if args.by.is_some() && files.is_empty() { Format::Table } else { Format::default() };
        let stdout = stdout.unwrap_or(usual);
        let formats = || std::iter::once(stdout).chain(files.iter().map(|(format, _)| *format));
        let effects: [(&str, bool, Takes); 3] = [
            ("--by", args.by.is_some(), Format::is_for_people),
            ("--per", args.per.is_some(), |format| format == Format::Plan),
            ("--excel", args.excel, Format::is_spreadsheet),
        ];
        for (option, given, takes) in effects {
            if given && !formats().any(takes) {
                let takers = Format::ALL.iter().copied().filter(|format| takes(*format));
                return Err(Error::NoEffect {
                    option,
                    formats: formats().map(Format::as_str).collect(),
                    takers: takers.map(Format::as_str).collect(),
                });
            }
        }
        try_out(&files)?;
        let per = args.per.unwrap_or_default();
        Ok(Self {
            stdout,
            files,
            options: Options { style, by: args.by.clone(), per, excel: args.excel, oldest: BTreeMap::new() },
        })
    }

    /// The same for a document that comes in these formats alone, the first of which is the usual one.
    ///
    /// # Errors
    /// As [`Self::open`], and when another format is asked for.
    pub(super) fn among(
        formats: &[Format],
        format: Option<Format>,
        outputs: &[Output],
        style: Style,
    ) -> Result<Self, Error> {
        let (stdout, files) = places(format, outputs)?;
        let stdout = stdout.or(formats.first().copied()).unwrap_or_default();
        let asked = std::iter::once(stdout).chain(files.iter().map(|(format, _)| *format));
        if let Some(other) = asked.into_iter().find(|format| !formats.contains(format)) {
            let formats = formats.iter().map(|format| format.as_str()).collect();
            return Err(Error::OtherFormat { format: other.as_str(), formats });
        }
        try_out(&files)?;
        Ok(Self { stdout, files, options: Options::of(style) })
    }

    /// Decides by what the controls are grouped, which name these frameworks.
    ///
    /// # Errors
    /// When none of them knows the framework.
    pub(super) fn resolve_grouping<'a>(
        &mut self,
        frameworks: impl IntoIterator<Item = &'a String>,
    ) -> Result<(), Error> {
        self.options.by = self.options.by.take().map(|by| by.among(frameworks)).transpose()?;
        Ok(())
    }

    /// Takes what the store knows of a report that is in it: since when the oldest finding of each level is open.
    pub(super) fn note_oldest(&mut self, oldest: BTreeMap<Level, Timestamp>) {
        self.options.oldest = oldest;
    }

    /// Leaves files of metrics as the last successful scan wrote them where this one was none: what reads them goes by
    /// their age. Says so of each.
    pub(super) fn keep_last_success(&mut self, report: &Report, progress: &Progress) {
        for (_, path) in
            self.files.extract_if(.., |(format, _)| *format == Format::Metrics && !report.is_good())
        {
            progress.warn(format!(
                "{} is left as it is: the list of teammates could not be read in full, so this scan is not a success.",
                path.display()
            ));
        }
    }

    /// Whether standard output has one of these formats, which show the warnings.
    pub(super) fn shows(&self, formats: &[Format]) -> bool {
        formats.contains(&self.stdout)
    }

    /// Writes the report to every place: files first, so that standard output speaks of what is there. Reports name
    /// people: only the owner may read the files, but for those of formats that name none.
    ///
    /// # Errors
    /// When a place cannot be written to after all.
    pub(super) fn write(self, report: &Report) -> Result<(), Error> {
        self.write_each(|format, options, out| write(report, format, options, out))
    }

    /// Hands every place to `write`, files first.
    ///
    /// # Errors
    /// When a place cannot be written to after all.
    pub(super) fn write_each(
        self,
        write: impl Fn(Format, &Options, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        let in_files = Options { style: Style::plain(FILE_WIDTH), ..self.options.clone() };
        for (format, path) in self.files {
            let whole = || {
                let readers = if format.is_impersonal() { Readers::AsUsual } else { Readers::Owner };
                let mut file = BufWriter::new(WholeFile::create(&path, readers)?);
                write(format, &in_files, &mut file)?;
                file.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
            };
            whole().map_err(|source| Error::NotKept { path: path.clone(), source })?;
        }
        to_stdout(|out| write(self.stdout, &self.options, out))
    }
}

/// Sorts out what was asked for.
///
/// # Errors
/// When two reports would go to standard output.
fn places(format: Option<Format>, outputs: &[Output]) -> Result<Places, Error> {
    let (mut stdout, mut redirected, mut files) = (format, false, Vec::new());
    for Output { format, place } in outputs {
        match place {
            Destination::Stdout if redirected || stdout.is_some_and(|stdout| stdout != *format) => {
                return Err(Error::SameStdout);
            }
            Destination::Stdout => (stdout, redirected) = (Some(*format), true),
            Destination::File(path) => files.push((*format, path.clone())),
        }
    }
    Ok((stdout, files))
}

/// Makes sure that files can be written, each of them once.
fn try_out(files: &[(Format, PathBuf)]) -> Result<(), Error> {
    let mut places: Vec<PathBuf> = Vec::new();
    for (_, path) in files {
        let file = WholeFile::create(path, Readers::Owner)
            .map_err(|source| Error::Output { path: path.clone(), source })?;
        if places.iter().any(|place| place == file.place()) {
            return Err(Error::SameOutput { path: path.clone() });
        }
        places.push(file.place().to_path_buf());
    }
    Ok(())
}

/// Prints a text.
pub(super) fn print(text: &str) -> Result<(), Error> {
    to_stdout(|out| out.write_all(text.as_bytes()))
}

/// Writes to standard output. A reader who has seen enough, such as `head`, is not an error.
pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(error)),
        _ => Ok(()),
    }
}
