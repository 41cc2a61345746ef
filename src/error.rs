//! Everything that ends a command early: what happened, where, and what to do about it.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use crate::api::token::TokenError;
use crate::controls::UnknownControl;
use crate::exit::Exit;
use crate::hint::Hint;
use crate::report::ReadError;
use crate::report::grouping::UnknownGrouping;
use crate::scan::ScanError;
use crate::time::TimeError;
use crate::toml_document::Problems;

/// Why a command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The error of another layer, which knows the remedy.
    #[error("{0}")]
    Layer(Box<dyn Hint>),
    #[error("the configuration does not fit the controls")]
    Parameters(Problems),
    #[error(transparent)]
    UnknownControl(#[from] UnknownControl),
    /// A control that is asked for and left out.
    #[error("--control asks for {id}, but {path} disables it")]
    Disabled { id: String, path: String },
    #[error("no control is left to evaluate")]
    NothingSelected,
    #[error("no access token: set INTERCOM_ACCESS_TOKEN, or use --token-file PATH or --token-stdin")]
    NoToken,
    #[error("the command line contains an access token")]
    TokenInCommandLine,
    #[error(transparent)]
    Token(TokenError),
    #[error("no access token came on standard input before the deadline (--timeout)")]
    NoTokenInTime,
    /// A file or folder of trusted certificates.
    #[error("cannot use the certificates that {variable} names: {}: {source}", .path.display())]
    TrustStore { variable: &'static str, path: PathBuf, source: io::Error },
    #[error(transparent)]
    Scan(ScanError),
    /// A duration or an instant, and the option or key that gives it.
    #[error("{option}: {source}")]
    Time { option: &'static str, source: TimeError },
    #[error("cannot write {}: {source}", .path.display())]
    Output { path: PathBuf, source: io::Error },
    /// A file of outputs was begun and could not be completed.
    #[error("cannot complete {}: {source}", .path.display())]
    NotKept { path: PathBuf, source: io::Error },
    #[error("two reports would go to {}", .path.display())]
    SameOutput { path: PathBuf },
    #[error("standard output carries one report, and two were asked for")]
    SameStdout,
    #[error("{option} has no effect on {}", formats.join(", "))]
    NoEffect { option: &'static str, formats: Vec<&'static str>, takers: Vec<&'static str> },
    #[error(transparent)]
    Grouping(#[from] UnknownGrouping),
    /// An option of `scan` that `watch` does not take.
    #[error("watch does not take {option}, which is for one scan alone")]
    OneScan { option: &'static str },
    #[error("--splay is not shorter than --every")]
    LongSplay,
    #[error("standard input holds one report, and two were asked for")]
    StdinTwice,
    #[error("the store needs the workspace's id, and GET /me gave none")]
    NoIdToKeep,
    #[error("no store is named")]
    NoStore,
    #[error("no retention period is set")]
    NoKeep,
    /// A format that the command does not write.
    #[error("this command does not write {format}; it writes {}", formats.join(", "))]
    OtherFormat { format: &'static str, formats: Vec<&'static str> },
    #[error("cannot read the report {name}: {source}")]
    SavedReport { name: String, source: ReadError },
    #[error("the configuration has no [[alert]]")]
    NoAlerts,
    #[error("there is no alert `{name}`{}", suggestion.as_ref().map(|word| format!(" (did you mean `{word}`?)")).unwrap_or_default())]
    NoSuchAlert { name: String, suggestion: Option<String> },
    #[error("cannot write to standard output: {0}")]
    Stdout(io::Error),
    #[error("cannot write the files into {}: {source}", .path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("two pages would be called {0}")]
    SamePage(String),
    #[error("{} was not written by this command and would be lost", .0.display())]
    OwnFile(PathBuf),
    #[error("cannot start {what}: {source}")]
    Start { what: &'static str, source: io::Error },
    #[error("--interactive needs a terminal to ask on")]
    NotATerminal { instead: &'static str },
}

impl<E: Hint + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Layer(Box::new(error))
    }
}

impl Error {
    /// The mistakes in files that it stands for, one by one.
    pub(crate) fn problems(&self) -> Option<&Problems> {
        match self {
            Self::Parameters(problems) => Some(problems),
            Self::Layer(error) => error.problems(),
            _ => None,
        }
    }

    /// The exit code it leads to.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Layer(error) => error.exit(),
            Self::Scan(error) => error.exit(),
            Self::NotKept { .. } | Self::NoTokenInTime | Self::Start { .. } | Self::Stdout(_) => {
                Exit::Incomplete
            }
            _ => Exit::Usage,
        }
    }

    /// The remedy, as an imperative; none where there is nothing to add to the message.
    pub(crate) fn hint(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Self::Layer(error) => return error.hint(),
            Self::Token(error) => return error.hint(),
            Self::Scan(error) => return error.hint(),
            Self::SavedReport { source, .. } => return source.hint(),
            Self::Parameters(_) => {
                "`intercom-harden controls show ID` lists the parameters of a control, `controls facts` the settings"
            }
            Self::UnknownControl(_) => "`intercom-harden controls list` lists the controls",
            Self::Disabled { id, .. } => {
                return Some(
                    format!("take `enabled = false` out of [controls.\"{id}\"], or pass --no-config").into(),
                );
            }
            Self::NothingSelected => {
                "check --level, --pack, --control and --skip; `intercom-harden controls list --rbac` lists the \
                 controls of rbac check"
            }
            Self::NoToken => NO_TOKEN,
            Self::TokenInCommandLine => {
                "set INTERCOM_ACCESS_TOKEN, or use --token-file PATH or --token-stdin; regenerate this token, since other \
                 users of this machine can read command lines"
            }
            Self::NoTokenInTime => "write the token and close standard input, or raise --timeout",
            Self::TrustStore { variable, .. } => {
                return Some(
                    format!("point {variable} to certificates that you may read, or unset it").into(),
                );
            }
            Self::NotKept { .. } => "make room on the disk, or give a file on another",
            Self::NoIdToKeep => "give the app the permission \"Read admins\", or leave --store out",
            Self::NoStore => {
                "give --store FILE, set INTERCOM_HARDEN_STORE, or name a configuration with `[store] file` with --config"
            }
            Self::NoKeep => "give --keep, such as --keep 365d, or --config with `[store] keep`",
            Self::NoAlerts => {
                "add an [[alert]] with name, kind and url_env, and name the file with --config PATH"
            }
            Self::OneScan { .. } => "leave it out, or use `intercom-harden scan`",
            Self::LongSplay => "give a --splay such as 5m, or scan less often",
            Self::StdinTwice => "give one of the reports as a file",
            Self::SameStdout => "give --format or one -o FORMAT=-, and a file to every other",
            Self::NoEffect { takers, .. } => {
                return Some(format!("leave it out, or ask for {}", takers.join(", ")).into());
            }
            Self::NotATerminal { instead } => instead,
            Self::Folder { .. } => "name a folder that you may write to; it need not exist",
            Self::SamePage(_) => "give one of the two controls another id or file name",
            Self::OwnFile(_) => "name another folder",
            Self::Output { .. } => "give a file in a folder that exists and may be written to",
            _ => return None,
        }))
    }
}

/// How to come by a token with no more access than a scan needs.
const NO_TOKEN: &str = "\
to get one:
  1. In Intercom, open Settings > Integrations > Developer Hub and create an app for this workspace. Your account
     needs the permission \"Can access developer hub\".
  2. Under Authentication, untick every permission except \"Read admins\" and \"Read admin activity logs\"; save.
  3. Under Your workspaces, regenerate the token: the first one keeps the permissions the app started with.
     Regenerating deletes the old token, and everything that uses it stops working.
  4. Put the new token into INTERCOM_ACCESS_TOKEN, or into a file that only you can read.
to see what a scan shows without an account: intercom-harden scan --demo";
