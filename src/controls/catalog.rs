//! The catalog: the built-in controls, with those that `--controls` adds or replaces.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::embedded::FILES;
use super::{Definition, Origin, Pack, example, order, read};
use crate::bounded_file;
use crate::digest;
use crate::expression::{each_on_deep_stacks, on_deep_stack};
use crate::hint::Hint;
use crate::level::Level;
use crate::toml_document::{Document, LARGEST, Problem, Problems, closest, excerpt};
use crate::verdict::Status;

/// How many control files a directory may hold, and how deep it may be nested.
const MOST_FILES: usize = 1_000;
const DEEPEST: usize = 4;

/// Every control in force, in reading order.
#[derive(Debug)]
pub(crate) struct Catalog {
    /// The controls.
    pub definitions: Vec<Definition>,
}

/// Why a catalog could not be loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    /// Control files have mistakes, all of them listed.
    #[error("{} in the control files", counted(.problems.len()))]
    Invalid {
        /// What is wrong, by file and line.
        problems: Problems,
    },
    /// A directory or file could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A directory has no control files.
    #[error("{} has no control files (*.toml)", .path.display())]
    Empty {
        /// The directory.
        path: PathBuf,
    },
    /// A directory has more control files than anybody writes.
    #[error("{} holds more than {MOST_FILES} files or is nested more than {DEEPEST} deep", .path.display())]
    TooMany {
        /// The directory.
        path: PathBuf,
    },
    /// The system could not start the thread that expressions are compiled on.
    #[error("cannot start a thread to compile the controls: {0}")]
    Thread(io::Error),
}

impl Hint for CatalogError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(
            match self {
                Self::Invalid { .. } => {
                    "`intercom-harden controls facts` lists the tables, columns and values a control may name"
                }
                Self::Unreadable { .. } => "give a directory of control files that this user may read",
                Self::Empty { .. } => "give the directory that holds the control files",
                Self::TooMany { .. } => "give the directory that holds the control files, not one above it",
                Self::Thread(_) => "free some memory, or raise the limit on threads",
            }
            .into(),
        )
    }
}

fn counted(problems: usize) -> String {
    if problems == 1 { "a mistake".to_owned() } else { format!("{problems} mistakes") }
}

/// Which controls to evaluate.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// Up to this level.
    pub level: Level,
    /// Of this built-in pack; of all that judge the workspace alone, if absent.
    pub pack: Option<Pack>,
    /// Only these ids; all, if empty.
    pub only: Vec<String>,
    /// Without these ids.
    pub skip: Vec<String>,
}

/// An id that no control has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no control `{id}`{}", suggestion.as_ref().map(|s| format!(" (did you mean `{s}`?)")).unwrap_or_default())]
pub(crate) struct UnknownControl {
    /// The id as it was given.
    pub id: String,
    /// The id that was probably meant.
    pub suggestion: Option<String>,
}

struct Source {
    path: String,
    text: Vec<u8>,
    pack: Option<Pack>,
    file: Option<PathBuf>,
}

impl Catalog {
    /// Loads the built-in controls, then those of `directories`, which add to them or replace them by id.
    /// The examples of files from directories are run; those of the built-in ones are run by the tests.
    ///
    /// # Errors
    /// All mistakes of all files at once.
    pub(crate) fn load(directories: &[PathBuf]) -> Result<Self, CatalogError> {
        let mut own = Vec::new();
        for directory in directories {
            own.extend(files_of(directory)?);
        }
        Self::compile(own)
    }

    /// Checks the files of one directory, or the built-in ones: like [`load`](Self::load), and every control
    /// needs an example of each status that data can give it.
    ///
    /// # Errors
    /// All mistakes of all files at once.
    pub(crate) fn check(directory: Option<&Path>) -> Result<usize, CatalogError> {
        let catalog = Self::load(directory.map(Path::to_path_buf).as_slice())?;
        let in_question =
            |definition: &&Definition| directory.is_none() || definition.control.origin != Origin::BuiltIn;
        let definitions: Vec<_> = catalog.definitions.iter().filter(in_question).collect();
        let examine = || {
            let missing = definitions.iter().flat_map(|definition| missing_examples(definition));
            missing
                .chain(definitions.iter().flat_map(|definition| example::run(definition)))
                .collect::<Vec<_>>()
        };
        let problems = on_deep_stack(examine).map_err(CatalogError::Thread)?;
        if problems.is_empty() { Ok(definitions.len()) } else { Err(invalid(problems)) }
    }

    fn compile(own: Vec<Source>) -> Result<Self, CatalogError> {
        let built_in = FILES.iter().map(|file| Source {
            path: file.path.to_owned(),
            text: file.text.as_bytes().to_vec(),
            pack: Some(file.pack),
            file: None,
        });
        let sources: Vec<Source> = built_in.chain(own).collect();
        // Compiling expressions is most of what a short command does.
        let read = each_on_deep_stacks(&sources, read_source).map_err(CatalogError::Thread)?;
        let mut definitions: Vec<Definition> = Vec::new();
        let mut problems = Vec::new();
        for (definition, mistakes) in read {
            problems.extend(mistakes);
            problems.extend(definition.and_then(|definition| add(&mut definitions, definition)));
        }
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        definitions.sort_by_key(|definition| order::natural(&definition.control.id));
        Ok(Self { definitions })
    }

    /// The control of that id, in any letter case.
    ///
    /// # Errors
    /// When there is none, with the id that was probably meant.
    pub(crate) fn find(&self, id: &str) -> Result<&Definition, UnknownControl> {
        let found = self.definitions.iter().find(|d| d.control.id.eq_ignore_ascii_case(id));
        found.ok_or_else(|| {
            let known = self.definitions.iter().map(|definition| definition.control.id.as_str());
            UnknownControl { id: excerpt(id), suggestion: closest(id, known).map(str::to_owned) }
        })
    }

    /// The controls to evaluate.
    ///
    /// # Errors
    /// When an id names no control.
    pub(crate) fn select(&self, selection: &Selection) -> Result<Vec<&Definition>, UnknownControl> {
        let ids = |given: &[String]| {
            given.iter().map(|id| Ok(self.find(id)?.control.id.as_str())).collect::<Result<Vec<_>, _>>()
        };
        let (only, skip) = (ids(&selection.only)?, ids(&selection.skip)?);
        let wanted = |definition: &&Definition| {
            let control = &definition.control;
            let named = only.contains(&control.id.as_str());
            let of_pack = match (control.pack, selection.pack) {
                (Some(Pack::Rbac), None) => named,
                (None, Some(Pack::Rbac)) => false,
                (None, _) | (_, None) => true,
                (Some(own), Some(wanted)) => own == wanted,
            };
            control.level <= selection.level
                && of_pack
                && (only.is_empty() || named)
                && !skip.contains(&control.id.as_str())
        };
        Ok(self.definitions.iter().filter(wanted).collect())
    }

    /// The controls that compare the workspace with the declared policy, or all the others.
    pub(crate) fn of_policy(&self, policy: bool) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().filter(move |d| (d.control.pack == Some(Pack::Rbac)) == policy)
    }

    /// `sha256:` and the digest of every control file in force.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for definition in &self.definitions {
            for part in [&definition.control.id, &definition.text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        digest::written(hash)
    }
}

/// Reads one file, with everything that is wrong with it.
fn read_source(source: &Source) -> (Option<Definition>, Vec<Problem>) {
    let origin = source.file.clone().map_or(Origin::BuiltIn, Origin::File);
    let document = Document::parse(source.path.clone(), &source.text);
    let text = String::from_utf8_lossy(&source.text);
    let definition = read::definition(&document, &text, source.pack, origin);
    let examined = definition.iter().filter(|definition| definition.control.origin != Origin::BuiltIn);
    let mut problems: Vec<Problem> = examined.flat_map(example::run).collect();
    problems.extend(document.into_problems());
    (definition, problems)
}

fn invalid(problems: Vec<Problem>) -> CatalogError {
    CatalogError::Invalid { problems: Problems::from(problems) }
}

/// Adds a definition, or puts it in place of the built-in one of the same id.
fn add(definitions: &mut Vec<Definition>, mut new: Definition) -> Option<Problem> {
    let Some(old) = definitions.iter_mut().find(|old| old.control.id.eq_ignore_ascii_case(&new.control.id))
    else {
        definitions.push(new);
        return None;
    };
    let control = std::sync::Arc::make_mut(&mut new.control);
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

/// Data that can decide a control has to be shown to decide it.
fn missing_examples(definition: &Definition) -> Vec<Problem> {
    let shown = |status| definition.examples.iter().any(|example| example.expect == Some(status));
    let reachable = definition.rules.decidable();
    let missing = [Status::Pass, Status::Fail].into_iter().filter(|s| reachable.contains(s) && !shown(*s));
    missing
        .map(|status| Problem {
            path: definition.path.to_string(),
            line: 1,
            message: format!("no [[example]] expects {}, which the checks can yield", status.as_str()),
            suggestion: None,
        })
        .collect()
}

fn files_of(directory: &Path) -> Result<Vec<Source>, CatalogError> {
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

fn read_file(path: PathBuf) -> Result<Source, CatalogError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        // One byte more than is accepted, so that the document reader can say that it is too much.
        bounded_file::open(&path)?.take(LARGEST as u64 + 1).read_to_end(&mut text)?;
        Ok(text)
    };
    let text = read().map_err(|source| CatalogError::Unreadable { path: path.clone(), source })?;
    Ok(Source { path: path.display().to_string(), text, pack: None, file: Some(path) })
}
