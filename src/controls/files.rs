//! The built-in control files, and those of directories.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::control::Pack;
use super::error::{CatalogError, DEEPEST, MOST_FILES};
use crate::bounded_file;
use crate::toml_document::LARGEST;

/// The bytes of a control file, with their path.
pub(super) struct ControlFile {
    pub(super) path: String,
    pub(super) text: Cow<'static, [u8]>,
    pub(super) pack: Option<Pack>,
    pub(super) file: Option<PathBuf>,
}

/// A built-in control file.
pub(super) struct EmbeddedFile {
    pub(super) pack: Pack,
    pub(super) path: &'static str,
    pub(super) text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The built-in files.
pub(super) fn built_in() -> impl Iterator<Item = ControlFile> {
    FILES.iter().map(|file| ControlFile {
        path: file.path.to_owned(),
        text: Cow::Borrowed(file.text.as_bytes()),
        pack: Some(file.pack),
        file: None,
    })
}

/// Every control file of a directory and its folders.
pub(super) fn of_directory(directory: &Path) -> Result<Vec<ControlFile>, CatalogError> {
    let mut files = Vec::new();
    gather(directory, 1, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(CatalogError::Empty { path: directory.to_path_buf() });
    }
    files.into_iter().map(read_file).collect()
}

fn gather(directory: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), CatalogError> {
    let unreadable = |source| CatalogError::Unreadable { path: directory.to_path_buf(), source };
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            if depth == DEEPEST {
                return Err(CatalogError::TooMany { path: directory.to_path_buf() });
            }
            gather(&path, depth + 1, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
        if files.len() > MOST_FILES {
            return Err(CatalogError::TooMany { path: directory.to_path_buf() });
        }
    }
    Ok(())
}

fn read_file(path: PathBuf) -> Result<ControlFile, CatalogError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        // One byte more than accepted, so that the document reader can reject the file.
        bounded_file::open(&path)?.take(LARGEST as u64 + 1).read_to_end(&mut text)?;
        Ok(text)
    };
    let text = read().map_err(|source| CatalogError::Unreadable { path: path.clone(), source })?;
    Ok(ControlFile { path: path.display().to_string(), text: text.into(), pack: None, file: Some(path) })
}
