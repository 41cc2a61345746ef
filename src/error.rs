//! Everything that ends a command early: what happened, where, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::adjust::baseline::BaselineError;
use crate::api::client::ClientError;
use crate::api::origin::OriginError;
use crate::api::region::RegionError;
use crate::api::token::TokenError;
use crate::config::ConfigError;
use crate::config::time::TimeError;
use crate::controls::{CatalogError, UnknownControl};
use crate::directory::RosterError;
use crate::edit::EditError;
use crate::exit::Exit;
use crate::rbac::can::CanError;
use crate::redact::KeyError;
use crate::report::RenderError;
use crate::report::grouping::UnknownGrouping;
use crate::report::json::ReadError;
use crate::saml::SamlError;
use crate::snapshot::SnapshotError;
use crate::snapshot::collect::CollectError;
use crate::toml_document::Problems;

/// Why a command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The configuration is not usable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A parameter in the configuration does not fit its control.
    #[error("the configuration does not fit the controls")]
    Parameters(Problems),
    /// The control files are not usable.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// An id names no control.
    #[error(transparent)]
    UnknownControl(#[from] UnknownControl),
    /// The options leave no control to evaluate.
    #[error("no control is left to evaluate")]
    NothingSelected,
    /// There is no token.
    #[error("no access token: set INTERCOM_ACCESS_TOKEN, or use --token-file PATH or --token-stdin")]
    NoToken,
    /// The token is not usable.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The region is not known.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// The address given by `--base-url` is not acceptable.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// A roster is not usable.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The identity provider's own file is not usable.
    #[error(transparent)]
    Saml(#[from] SamlError),
    /// A duration or an instant is not valid.
    #[error("{option}: {source}")]
    Time {
        /// The option or key.
        option: &'static str,
        /// What is wrong.
        source: TimeError,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of outputs cannot be written.
    #[error("cannot write {}: {source}", .path.display())]
    Output {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of outputs could not be completed.
    #[error("cannot complete {}: {source}", .path.display())]
    NotKept {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Two outputs go to the same file.
    #[error("two reports would go to {}", .path.display())]
    SameOutput {
        /// The file.
        path: PathBuf,
    },
    /// Two reports go to standard output.
    #[error("standard output carries one report, and two were asked for")]
    SameStdout,
    /// No report shows the grouping that was asked for.
    #[error("--by has no effect on {}", formats.join(", "))]
    NothingGrouped {
        /// The formats asked for.
        formats: Vec<&'static str>,
    },
    /// Nothing can be grouped as was asked for.
    #[error(transparent)]
    Grouping(#[from] UnknownGrouping),
    /// The key of pseudonyms is not usable.
    #[error(transparent)]
    RedactionKey(#[from] KeyError),
    /// A roster names people whom the snapshot does not.
    #[error(
        "a roster cannot be compared with a redacted snapshot, which has pseudonyms in the place of people"
    )]
    RedactedSnapshot,
    /// A saved report cannot be read back.
    #[error("cannot render {name}: {source}")]
    SavedReport {
        /// The file, or standard input.
        name: String,
        /// What is wrong with it.
        source: ReadError,
    },
    /// Standard output cannot be written.
    #[error("cannot write the report: {0}")]
    Stdout(io::Error),
    /// The report could not be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The HTTP client could not be set up.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The baseline is not usable.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// The workspace could not be read at all.
    #[error(transparent)]
    Collect(#[from] Box<CollectError>),
    /// A snapshot is not usable.
    #[error("cannot scan {what}: {source}")]
    Snapshot {
        /// The file, or the sample.
        what: String,
        /// What is wrong with it.
        source: SnapshotError,
    },
    /// The HTTP client, a thread or the runtime could not be started.
    #[error("cannot start {what}: {source}")]
    Start {
        /// What could not be started.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The configuration could not be edited.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// Whether somebody may do something cannot be told.
    #[error(transparent)]
    Can(#[from] CanError),
    /// Nobody is there to ask.
    #[error("--interactive needs a terminal to ask on")]
    NotATerminal,
    /// The person who started the scan ended it.
    #[error("interrupted: the workspace was not read to its end, and nothing was saved")]
    Interrupted,
}

impl Error {
    /// The mistakes in files that it stands for, one by one.
    pub(crate) fn problems(&self) -> Option<&Problems> {
        match self {
            Self::Parameters(problems)
            | Self::Config(ConfigError::Invalid { problems, .. })
            | Self::Catalog(CatalogError::Invalid { problems }) => Some(problems),
            Self::Edit(error) => error.problems(),
            _ => None,
        }
    }

    /// The exit code it leads to.
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Collect(_)
            | Self::Client(_)
            | Self::Interrupted
            | Self::NotKept { .. }
            | Self::Start { .. }
            | Self::Stdout(_)
            | Self::Render(_) => Exit::Incomplete,
            Self::Can(error) => error.exit(),
            _ => Exit::Usage,
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.hint().map(str::to_owned),
            Self::Parameters(_) => {
                Some("`intercom-harden controls show ID` lists a control's parameters".to_owned())
            }
            Self::Catalog(error) => Some(error.hint().to_owned()),
            Self::UnknownControl(_) => Some("`intercom-harden controls list` lists the controls".to_owned()),
            Self::NothingSelected => Some("look at --level, --pack, --control and --skip".to_owned()),
            Self::NoToken => Some(NO_TOKEN.to_owned()),
            Self::Token(error) => error.hint(),
            Self::Region(error) => error.hint(),
            Self::Origin(error) => error.hint(),
            Self::Roster(error) => Some(error.hint().to_owned()),
            Self::Saml(error) => Some(error.hint().to_owned()),
            Self::Client(error) => error.hint(),
            Self::Render(error) => error.hint(),
            Self::Collect(error) => error.hint(),
            Self::Snapshot { source, .. } => Some(source.hint().to_owned()),
            Self::NotKept { .. } => Some("make room on the disk, or give a file on another".to_owned()),
            Self::Baseline(error) => Some(error.hint().to_owned()),
            Self::Edit(error) => Some(error.hint().to_owned()),
            Self::Can(error) => Some(error.hint().to_owned()),
            Self::SavedReport { source, .. } => Some(source.hint().to_owned()),
            Self::RedactionKey(error) => Some(error.hint().to_owned()),
            Self::RedactedSnapshot => {
                Some("scan the workspace, or a snapshot that is not redacted".to_owned())
            }
            Self::SameStdout => {
                Some("give --format or one -o FORMAT=-, and a file to every other".to_owned())
            }
            Self::NothingGrouped { .. } => {
                Some("leave it out, or ask for a format that people read, such as table".to_owned())
            }
            Self::NotATerminal => Some(NOT_A_TERMINAL.to_owned()),
            Self::Output { .. } => {
                Some("give a file in a folder that exists and may be written to".to_owned())
            }
            _ => None,
        }
    }
}

/// How to attest without being asked.
const NOT_A_TERMINAL: &str = "\
attest one control at a time instead:
  intercom-harden attest ID --by NAME [--result fail] [--evidence URL] [--expires 90d] [--note TEXT]";

/// How to come by a token with no more access than a scan needs.
const NO_TOKEN: &str = "\
to get one:
  1. In Intercom, open Settings > Integrations > Developer Hub and create an app for this workspace.
  2. Under Authentication, untick every permission except \"Read admins\" and \"Read admin activity logs\"; save.
  3. Under Your workspaces, regenerate the token: the first one keeps the permissions the app started with.
  4. Put the new token into INTERCOM_ACCESS_TOKEN, or into a file that only you can read.
to see what a scan shows without an account: intercom-harden scan --demo";
