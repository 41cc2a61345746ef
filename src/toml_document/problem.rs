//! Mistakes in files, with path and line.

use std::fmt;
use std::ops::Deref;

use super::suggestion::excerpt;

/// The most problems to print; further ones are only counted.
const SHOWN: usize = 200;

/// A value and its line, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Located<T> {
    pub value: T,
    pub line: usize,
}

impl<T> Located<T> {
    /// Converts the value and keeps the line.
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: convert(self.value), line: self.line }
    }
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// One mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// The path of the file, as given.
    pub path: String,
    /// Counted from 1; 0 for the whole file.
    pub line: usize,
    /// The mistake. It may quote the file and is not escaped for a terminal.
    pub message: String,
    /// The closest valid word.
    pub suggestion: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.suggestion {
            Some(word) => write!(f, " (did you mean `{}`?)", excerpt(word)),
            None => Ok(()),
        }
    }
}

/// All mistakes of one or several files, in reading order, without duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// By path and line.
    #[cfg(test)]
    pub(crate) fn as_slice(&self) -> &[Problem] {
        &self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<Problem>> for Problems {
    fn from(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self(problems)
    }
}

impl FromIterator<Self> for Problems {
    fn from_iter<T: IntoIterator<Item = Self>>(files: T) -> Self {
        files.into_iter().flat_map(|problems| problems.0).collect::<Vec<_>>().into()
    }
}

/// Prints one problem per line, without a line break at the end.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(SHOWN).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            // A file name may contain a line break, too.
            f.write_str(&problem.to_string().replace('\n', " "))?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(path: &str, line: usize, message: &str) -> Problem {
        Problem { path: path.to_owned(), line, message: message.to_owned(), suggestion: None }
    }

    #[test]
    fn sorts_by_file_and_line_and_drops_repetitions() {
        let problems = Problems::from(vec![
            problem("b.toml", 1, "z"),
            problem("a.toml", 10, "y"),
            problem("a.toml", 9, "x"),
            problem("a.toml", 9, "x"),
        ]);
        assert_eq!(problems.to_string(), "a.toml:9: x\na.toml:10: y\nb.toml:1: z");
    }

    #[test]
    fn a_line_break_in_a_name_starts_no_line() {
        let problems = Problems::from(vec![problem("a\nerror: b.toml", 1, "x")]);
        assert_eq!(problems.to_string(), "a error: b.toml:1: x");
    }

    #[test]
    fn counts_what_it_does_not_print() {
        let many: Vec<_> = (1..=250).map(|line| problem("a.toml", line, "x")).collect();
        let printed = Problems::from(many).to_string();
        assert_eq!(printed.lines().count(), 201);
        assert!(printed.ends_with("… and 50 more"));
    }
}
