//! `intercom-harden.toml`: the raw file, then the checked form. No other module reads it.
//!
//! `scan`, `organization`, `entries` and `rbac` check its sections, `checked` puts them together, `weakening` says what
//! in it makes a result look better, and `load` opens the file. A file found in the working directory is trusted less
//! than one that was named; see [`Trust`].

mod alert;
mod checked;
mod entries;
mod load;
mod organization;
mod rbac;
mod scan;
mod section;
mod store;
#[cfg(test)]
mod tests;
mod weakening;

pub(crate) use alert::{Alert, Occasion, Receiver};
pub(crate) use checked::Config;
pub(crate) use entries::{Attestation, EvidenceFile, Reviewed, Waiver};
pub(crate) use load::{ConfigError, FILE_NAME, find, read};
pub(crate) use organization::{Organization, Saml, Sso};
pub(crate) use rbac::{DeclaredRole, Identities, Permission, Rbac};
pub(crate) use section::{Trust, folder_of, is_domain};
pub(crate) use weakening::Weakening;
