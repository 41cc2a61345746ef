//! Where reports go: standard output, and files that appear whole or not at all.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Error;
use crate::report::{Format, Output, Report, Style, render};

/// How wide tables in files are, in columns.
const FILE_WIDTH: usize = 100;

/// The places of a scan's reports, found writable before anything is read.
pub(super) struct Destinations {
    stdout: Format,
    style: Style,
    files: Vec<(Format, PathBuf, NamedTempFile)>,
}

impl Destinations {
    /// Opens a temporary file beside each output.
    ///
    /// # Errors
    /// When a place cannot be written to, or is named twice.
    pub(super) fn open(stdout: Format, style: Style, outputs: &[Output]) -> Result<Self, Error> {
        let mut files: Vec<(Format, PathBuf, NamedTempFile)> = Vec::new();
        for Output { format, path } in outputs {
            if files.iter().any(|(_, other, _)| other == path) {
                return Err(Error::SameOutput { path: path.clone() });
            }
            let failed = |source| Error::Output { path: path.clone(), source };
            if path.is_dir() {
                return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
            }
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
            files.push((*format, path.clone(), file));
        }
        Ok(Self { stdout, style, files })
    }

    /// Writes the report to every place: files first, so that standard output speaks of what is there.
    ///
    /// # Errors
    /// When a place cannot be written to after all.
    pub(super) fn write(self, report: &Report) -> Result<(), Error> {
        for (format, path, mut file) in self.files {
            let text = render(report, format, Style::plain(FILE_WIDTH))?;
            let failed = |source| Error::Output { path: path.clone(), source };
            file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
            file.persist(&path).map_err(|error| failed(error.error))?;
        }
        print(&render(report, self.stdout, self.style)?)
    }
}

/// Writes to standard output. A reader who has seen enough, such as `head`, is not an error.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(error)),
        _ => Ok(()),
    }
}
