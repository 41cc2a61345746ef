//! Errors of a directory export (roster) as a whole. An unreadable row is a warning instead.

use std::borrow::Cow;
use std::io;

use crate::hint::Hint;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RosterError {
    #[error("cannot read the directory export (roster) {path}: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error("the directory export (roster) {path} is not a regular file")]
    NotRegular { path: String },
    #[error("the directory export (roster) {path} is larger than {} MiB", .limit / (1024 * 1024))]
    TooLarge { path: String, limit: u64 },
    /// A spreadsheet, an archive or another binary file.
    #[error("the directory export (roster) {path} is not a text file: {what}")]
    NotText { path: String, what: &'static str },
    #[error("{path}:{line}: the text is not valid {encoding}")]
    Encoding { path: String, line: usize, encoding: &'static str },
    #[error("the directory export (roster) {path} has no header: {why}")]
    NoHeader { path: String, why: String },
    #[error("the directory export (roster) {path} has {columns} columns; at most {limit} are read")]
    TooManyColumns { path: String, columns: usize, limit: usize },
    #[error("{path}:{line}: no column holds e-mail addresses; the columns are: {columns}")]
    NoEmailColumn { path: String, line: usize, columns: String },
    #[error("{path}:{line}: {first} and {second} both hold {meaning}, and they differ")]
    Ambiguous { path: String, line: usize, meaning: &'static str, first: String, second: String },
    #[error("{path}:{line}: {why}")]
    Malformed { path: String, line: usize, why: String },
    /// JSON that is not SCIM.
    #[error("{path}:{line}: this is not a SCIM ListResponse: {why}")]
    NotScim { path: String, line: usize, why: String },
    /// JSON of a known API that is not SCIM.
    #[error("{path}:{line}: this is JSON of {vendor}, not SCIM")]
    VendorJson { path: String, line: usize, vendor: &'static str },
    #[error("the directory export (roster) {path} has more than {limit} {what}")]
    TooMany { path: String, what: &'static str, limit: usize },
    #[error("the directory export (roster) {path} has no people{}", unread(.unreadable))]
    NoPeople { path: String, unreadable: Option<(usize, String)> },
}

/// Mentions unreadable rows, if there are only such rows.
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
            Self::Unreadable { .. } => "check that the file exists and that you may read it",
            Self::NotRegular { .. } => "save the export to a file, and give that file",
            Self::TooLarge { .. } | Self::TooMany { .. } => {
                "export only the people who should use Intercom"
            }
            Self::NotText { .. } => "export or save it as CSV (UTF-8), or as SCIM JSON",
            Self::Encoding { .. } => "save the file again as UTF-8, for example as \"CSV UTF-8\" in Excel",
            Self::NoHeader { .. } => "name the columns in the first line, such as: email,name,status,groups",
            Self::NoEmailColumn { .. } => {
                "name a column email, mail, email address, primary email, login, username or userPrincipalName"
            }
            Self::TooManyColumns { .. } => "export fewer columns, or check that the first line is the header",
            Self::Ambiguous { .. } => "delete or rename one of the two columns",
            Self::Malformed { .. } => "export the file again; it is cut off or was edited",
            Self::NotScim { .. } => {
                "give the answer of GET /Users or GET /Groups, several of them as an array, or a CSV export"
            }
            Self::VendorJson { .. } => {
                "export the users as CSV instead (Entra: Users > Download users), or give the answer of GET /Users \
                 of a SCIM service"
            }
            Self::NoPeople { .. } => "check the filter of the export",
        }.into())
    }
}
