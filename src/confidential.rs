//! What is confidential: read from an environment variable or a file that is named in its place.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::bounded_file::{self, Unopened};
use crate::hint::Hint;

/// The most bytes of what is confidential, or of the file it is in.
const LONGEST: usize = 4096;

/// Where something confidential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The environment variable of this name.
    Variable(String),
    /// A file.
    File(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// What is read from a place, and for which purpose; no variant holds any part of it.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {what} from {place}: {why}")]
pub(crate) struct ConfidentialError {
    what: String,
    place: Place,
    why: Unusable,
}

/// Why a place has nothing that can be used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("the variable is not set")]
    Unset,
    #[error("it is empty")]
    Empty,
    #[error("it is more than one line of visible ASCII characters")]
    NotOneLine,
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    #[error("it is not a regular file")]
    NotRegular,
    #[error("what is given is an address and not a path")]
    NoPath,
    #[error(transparent)]
    Unreadable(io::Error),
}

impl Hint for ConfidentialError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match &self.why {
            Unusable::Unset => format!("set {}", self.place).into(),
            Unusable::Empty | Unusable::NotOneLine | Unusable::TooLong => {
                "put it there alone, on one line".into()
            }
            Unusable::NoPath => {
                "write the address to a file that only you may read, and give the file's path".into()
            }
            Unusable::NotRegular => "give the path of a regular file".into(),
            Unusable::Unreadable(_) => "check that the file exists and that you may read it".into(),
        })
    }
}

/// Finds environment variables.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

impl Place {
    /// Reads what is there, without the white space around it. The second value warns when other users may read the file too.
    ///
    /// # Errors
    /// When there is nothing, or something else than a line of visible ASCII characters.
    pub(crate) fn read(
        &self,
        what: &str,
        lookup: Lookup<'_>,
    ) -> Result<(Zeroizing<String>, Option<String>), ConfidentialError> {
        let unusable = |why| ConfidentialError { what: what.to_owned(), place: self.clone(), why };
        let (bytes, warning) = match self {
            Self::Variable(name) => {
                let text = lookup(name).ok_or_else(|| unusable(Unusable::Unset))?;
                (Zeroizing::new(text.into_encoded_bytes()), None)
            }
            // Most likely the secret itself, so it is not repeated.
            Self::File(path) if path.to_string_lossy().contains("://") => {
                let place = Self::File("the file".into());
                return Err(ConfidentialError { what: what.to_owned(), place, why: Unusable::NoPath });
            }
            Self::File(path) => {
                let refused = |refusal: Unopened| {
                    unusable(match refusal {
                        Unopened::NotRegular => Unusable::NotRegular,
                        other => Unusable::Unreadable(other.into()),
                    })
                };
                let (bytes, metadata) = bounded_file::open(path)
                    .and_then(|file| Ok((read_whole(&file)?, file.metadata()?)))
                    .map_err(refused)?;
                (bytes, loose_permissions(what, path, &metadata))
            }
        };
        let text = bytes.trim_ascii();
        if text.is_empty() {
            return Err(unusable(Unusable::Empty));
        }
        if text.len() > LONGEST {
            return Err(unusable(Unusable::TooLong));
        }
        match std::str::from_utf8(text) {
            Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok((Zeroizing::new(text.to_owned()), warning))
            }
            _ => Err(unusable(Unusable::NotOneLine)),
        }
    }
}

/// Reads one byte more than may be there, so that more is noticed.
fn read_whole(file: &File) -> io::Result<Zeroizing<Vec<u8>>> {
    // A buffer that grows would leave parts of it behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
    file.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Warns when other users may read the file of a secret.
#[cfg(unix)]
pub(crate) fn loose_permissions(what: &str, path: &Path, metadata: &Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = metadata.mode() & 0o777;
    is_loose(mode, metadata.uid(), rustix::process::geteuid().as_raw()).then(|| {
        format!(
            "Other users of this machine may read {what} in {} (mode {mode:03o}): run chmod 600 on it.",
            path.display()
        )
    })
}

/// systemd and Kubernetes hand a secret to a service as a file of root, which the service reads through a group or an access
/// list of its own. Both show as a permission of the group.
#[cfg(unix)]
const fn is_loose(mode: u32, owner: u32, reader: u32) -> bool {
    let others = if owner == 0 && reader != 0 { 0o037 } else { 0o077 };
    mode & others != 0
}

/// Elsewhere permissions do not tell.
#[cfg(not(unix))]
pub(crate) fn loose_permissions(_: &str, _: &Path, _: &Metadata) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(value: &'static str) -> Result<String, ConfidentialError> {
        let lookup = |name: &str| (name == "HOOK").then(|| OsString::from(value));
        Place::Variable("HOOK".to_owned()).read("the address", &lookup).map(|(text, _)| text.to_string())
    }

    #[test]
    fn a_line_is_read_and_each_mistake_is_named_without_it() {
        assert_eq!(variable(" https://a.example/secret\n").unwrap(), "https://a.example/secret");
        for (value, why) in [
            ("", "it is empty"),
            (" \n", "it is empty"),
            ("secret\nsecret", "it is more than one line of visible ASCII characters"),
            ("secr\u{e9}t", "it is more than one line of visible ASCII characters"),
        ] {
            let error = variable(value).unwrap_err();
            assert_eq!(error.to_string(), format!("cannot read the address from HOOK: {why}"));
            assert!(!format!("{error:?}{:?}", error.hint()).contains("secr"));
        }
        let error = Place::Variable("HOOK".to_owned()).read("the address", &|_| None).unwrap_err();
        assert_eq!(error.to_string(), "cannot read the address from HOOK: the variable is not set");
        assert_eq!(error.hint().as_deref(), Some("set HOOK"));
        let address = Place::File("https://a.example/secret".into());
        let error = address.read("the address", &|_| None).unwrap_err();
        let said = "cannot read the address from the file: what is given is an address and not a path";
        assert_eq!(error.to_string(), said);
        assert!(!format!("{error:?}{:?}", error.hint()).contains("secret"));
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_root_hands_to_a_service_is_not_loose() {
        for (mode, owner, reader, loose) in [
            (0o600, 1000, 1000, false),
            (0o440, 1000, 1000, true),
            (0o440, 0, 0, true),
            (0o440, 0, 65532, false),
            (0o444, 0, 65532, true),
            (0o460, 0, 65532, true),
        ] {
            assert_eq!(is_loose(mode, owner, reader), loose, "{mode:o} of {owner}, read by {reader}");
        }
    }

    #[test]
    fn files_are_regular_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let read = |path: &Path| Place::File(path.to_owned()).read("the secret", &|_| None);
        let path = folder.path().join("secret");
        std::fs::write(&path, "whsec_abc\r\n").unwrap();
        let (text, warning) = read(&path).unwrap();
        assert_eq!(*text, "whsec_abc");
        assert_eq!(warning.is_some(), cfg!(unix), "{warning:?}");
        std::fs::write(&path, "a".repeat(LONGEST + 1)).unwrap();
        assert!(read(&path).unwrap_err().to_string().ends_with("it is longer than 4096 bytes"));
        assert!(read(folder.path()).unwrap_err().to_string().ends_with("it is not a regular file"));
        assert!(read(&folder.path().join("absent")).unwrap_err().hint().is_some());
    }
}
