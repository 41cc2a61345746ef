//! What can be wrong with a roster as a whole. A row that cannot be read is no error: it is reported with
//! the roster.

use std::borrow::Cow;
use std::io;

use crate::hint::Hint;

/// Why a roster cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RosterError {
    /// The file cannot be read.
    #[error("cannot read the roster {path}: {source}")]
    Unreadable { path: String, source: io::Error },
    /// It is a folder, a pipe or a device.
    #[error("the roster {path} is not a regular file")]
    NotRegular { path: String },
    /// It is larger than any roster.
    #[error("the roster {path} is larger than {} MiB", .limit / (1024 * 1024))]
    TooLarge { path: String, limit: u64 },
    /// It is a spreadsheet, an archive or the like.
    #[error("the roster {path} is not a text file: {what}")]
    NotText { path: String, what: &'static str },
    /// It is text in an encoding that it does not declare.
    #[error("{path}:{line}: the text is not valid {encoding}")]
    Encoding { path: String, line: usize, encoding: &'static str },
    /// It has no line with column names.
    #[error("the roster {path} has no header: {why}")]
    NoHeader { path: String, why: String },
    /// It has more columns than any export.
    #[error("the roster {path} has {columns} columns, more than {limit}")]
    TooManyColumns { path: String, columns: usize, limit: usize },
    /// None of the columns holds e-mail addresses.
    #[error("{path}:{line}: no column holds e-mail addresses; there are: {columns}")]
    NoEmailColumn { path: String, line: usize, columns: String },
    /// Two columns mean the same and say different things.
    #[error("{path}:{line}: {first} and {second} both hold {meaning} and differ")]
    Ambiguous { path: String, line: usize, meaning: &'static str, first: String, second: String },
    /// The text breaks the rules of its format.
    #[error("{path}:{line}: {why}")]
    Malformed { path: String, line: usize, why: String },
    /// It is JSON, but not of the kind that is understood.
    #[error("{path}:{line}: this is not a SCIM ListResponse: {why}")]
    NotScim { path: String, line: usize, why: String },
    /// It is JSON of another interface than SCIM.
    #[error("{path}:{line}: this is JSON of {vendor}, not SCIM")]
    VendorJson { path: String, line: usize, vendor: &'static str },
    /// It has more people, or memberships, than the program takes in.
    #[error("the roster {path} has more than {limit} {what}")]
    TooMany { path: String, what: &'static str, limit: usize },
    /// It has no people.
    #[error("the roster {path} has no people{}", unread(.unreadable))]
    NoPeople { path: String, unreadable: Option<(usize, String)> },
}

/// Says that there were rows, but none that could be read.
fn unread(unreadable: &Option<(usize, String)>) -> String {
    match unreadable {
        Some((1, why)) => format!(": its only row cannot be read: {why}"),
        Some((rows, why)) => format!(": none of its {rows} rows can be read; the first: {why}"),
        None => String::new(),
    }
}

impl Hint for RosterError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::Unreadable { .. } => "check that the file exists and may be read",
            Self::NotRegular { .. } => "save the export to a file, and name that",
            Self::TooLarge { .. } | Self::TooMany { .. } => {
                "export only the people who are meant to use Intercom"
            }
            Self::NotText { .. } => "export or save it as CSV (UTF-8), or as SCIM JSON",
            Self::Encoding { .. } => "save the file again as UTF-8, for example as \"CSV UTF-8\" in Excel",
            Self::NoHeader { .. } => "the first line names the columns, such as: email,name,status,groups",
            Self::NoEmailColumn { .. } => {
                "name a column email, mail, email address, primary email, login, username or userPrincipalName"
            }
            Self::TooManyColumns { .. } => "export fewer columns, or check that the first line is the header",
            Self::Ambiguous { .. } => "delete or rename the column that is not meant",
            Self::Malformed { .. } => "export the file again; it was cut off or edited",
            Self::NotScim { .. } => {
                "give the answer of GET /Users or GET /Groups, several of them as an array, or a CSV export"
            }
            Self::VendorJson { .. } => {
                "export the users as CSV instead (Entra: Users > Download users), or give the answer of GET /Users \
                 of a SCIM service"
            }
            Self::NoPeople { .. } => "check that the export was not filtered down to nothing",
        }.into())
    }
}
