//! The catalog: the built-in controls, and those that `--controls` adds or replaces.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::control::{Origin, natural};
use super::definition::Definition;
use super::error::CatalogError;
use super::files::{self, ControlFile};
use super::read;
use crate::casefold::same_name;
use crate::digest;
use crate::toml_document::{Document, Problem, Problems};

/// Every control in force, in reading order.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub definitions: Vec<Definition>,
}

/// How thoroughly the built-in files are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltIn {
    /// Texts and checks; expressions are compiled when they are evaluated.
    Trusted,
    /// Everything, with the examples, like files of `--controls`.
    Examined,
}

impl Catalog {
    /// Loads the built-in controls, then those of `directories`, which add controls or replace them by id. Files from
    /// directories are checked in full; tests check the built-in ones.
    ///
    /// # Errors
    /// All mistakes of all files at once.
    pub(crate) fn load(directories: &[PathBuf]) -> Result<Self, CatalogError> {
        Self::read(directories, BuiltIn::Trusted)
    }

    /// Checks the files of one directory, or the built-in ones: like [`load`](Self::load), and every control
    /// needs an example of each status that data can give it.
    ///
    /// # Errors
    /// All mistakes of all files at once.
    pub(crate) fn check(directory: Option<&Path>) -> Result<usize, CatalogError> {
        let built_in = if directory.is_none() { BuiltIn::Examined } else { BuiltIn::Trusted };
        let catalog = Self::read(directory.map(Path::to_path_buf).as_slice(), built_in)?;
        let examined = catalog.definitions.iter();
        let examined: Vec<_> =
            examined.filter(|d| directory.is_none() || d.control.origin != Origin::BuiltIn).collect();
        let problems: Vec<_> = examined.iter().flat_map(|definition| definition.missing_examples()).collect();
        if problems.is_empty() { Ok(examined.len()) } else { Err(invalid(problems)) }
    }

    pub(super) fn read(directories: &[PathBuf], built_in: BuiltIn) -> Result<Self, CatalogError> {
        let mut own = Vec::new();
        for directory in directories {
            own.extend(files::of_directory(directory)?);
        }
        let mut catalog = Self { definitions: Vec::new() };
        let mut problems = Vec::new();
        let mut add = |source: &ControlFile, in_full| {
            let (definition, mistakes) = read_source(source, in_full);
            problems.extend(mistakes);
            problems.extend(definition.and_then(|definition| catalog.add(definition)));
        };
        files::built_in().for_each(|source| add(&source, built_in == BuiltIn::Examined));
        own.iter().for_each(|source| add(source, true));
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        catalog.definitions.sort_by_key(|definition| natural(&definition.control.id));
        Ok(catalog)
    }

    /// Adds a definition, or replaces the built-in one with the same id.
    fn add(&mut self, mut new: Definition) -> Option<Problem> {
        let Some(old) = self.definitions.iter_mut().find(|old| same_name(&old.control.id, &new.control.id))
        else {
            self.definitions.push(new);
            return None;
        };
        let control = Arc::make_mut(&mut new.control);
        match (&old.control.origin, &control.origin) {
            (Origin::BuiltIn, Origin::File(path)) => {
                control.origin = Origin::Replaces(path.clone());
                control.pack = old.control.pack;
                *old = new;
                None
            }
            _ => Some(Problem {
                path: new.path.to_string(),
                line: 1,
                message: format!("the id `{}` is also used by {}", control.id, old.path),
                suggestion: None,
            }),
        }
    }

    /// `sha256:` and the digest of every control file in force.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for definition in &self.definitions {
            for part in [&*definition.control.id, &*definition.text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        digest::written(hash)
    }
}

/// Reads one file and all its mistakes. `in full`, it also compiles expressions and runs examples.
pub(super) fn read_source(source: &ControlFile, in_full: bool) -> (Option<Definition>, Vec<Problem>) {
    let origin = source.file.clone().map_or(Origin::BuiltIn, Origin::File);
    let document = Document::parse(source.path.clone(), read::part(&source.text, in_full));
    let definition = read::definition(&document, source, origin, in_full);
    let mut problems = match &definition {
        Some(definition) if in_full => definition.run_examples(),
        _ => Vec::new(),
    };
    problems.extend(document.into_problems());
    (definition, problems)
}

fn invalid(problems: Vec<Problem>) -> CatalogError {
    CatalogError::Invalid { problems: Problems::from(problems) }
}
