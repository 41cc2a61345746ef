//! Where reports go: standard output, and files that appear whole or not at all.

use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::error::Error;
use crate::report::{Format, Output, Report, Style, render};
use crate::whole_file::{Readers, WholeFile};

/// How wide tables in files are, in columns.
const FILE_WIDTH: usize = 100;

/// The places of a scan's reports, found writable before anything is read.
pub(super) struct Destinations {
    stdout: Format,
    style: Style,
    files: Vec<Output>,
}

impl Destinations {
    /// Tries every place out, and leaves it as it is: a scan may be ended by force while it reads.
    ///
    /// # Errors
    /// When a place cannot be written to, or is named twice, however it is spelt.
    pub(super) fn open(stdout: Format, style: Style, outputs: &[Output]) -> Result<Self, Error> {
        let mut places: Vec<PathBuf> = Vec::new();
        for Output { path, .. } in outputs {
            let file = WholeFile::create(path, Readers::AsUsual)
                .map_err(|source| Error::Output { path: path.clone(), source })?;
            if places.iter().any(|place| place == file.place()) {
                return Err(Error::SameOutput { path: path.clone() });
            }
            places.push(file.place().to_path_buf());
        }
        Ok(Self { stdout, style, files: outputs.to_vec() })
    }

    /// Writes the report to every place: files first, so that standard output speaks of what is there.
    ///
    /// # Errors
    /// When a place cannot be written to after all.
    pub(super) fn write(self, report: &Report) -> Result<(), Error> {
        for Output { format, path } in self.files {
            let text = render(report, format, Style::plain(FILE_WIDTH))?;
            let write = || {
                let mut file = WholeFile::create(&path, Readers::AsUsual)?;
                file.write_all(text.as_bytes())?;
                file.finish()
            };
            write().map_err(|source| Error::NotKept { path: path.clone(), source })?;
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
