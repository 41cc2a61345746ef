//! The single values of the report: words, instants, days, and texts with bounds.
//!
//! A saved report may come from anywhere, so each of them is checked as it is read.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::casefold::fold;
use crate::controls::{self, LONGEST_ATTESTATION, LONGEST_TEXT};
use crate::directory;
use crate::exit::Exit;
use crate::verdict;

/// Declares the words for one of the program's enums, and the way from the one to the other and back.
macro_rules! words {
    ($(#[$about:meta])* $name:ident for $own:ty { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub(in crate::report::json) enum $name {
            $($(#[$meaning])* #[serde(rename = $word)] $variant,)+
        }

        impl From<$own> for $name {
            fn from(own: $own) -> Self {
                match own { $(<$own>::$variant => Self::$variant,)+ }
            }
        }

        impl From<$name> for $own {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant,)+ }
            }
        }
    };
}

words! {
    /// How demanding a control is. Levels are cumulative.
    Level for crate::level::Level {
        /// Baseline: for every workspace.
        L1 = "l1",
        /// Hardened: for security-sensitive workspaces.
        L2 = "l2",
        /// Maximum security: for regulated industries.
        L3 = "l3",
    }
}

words! {
    /// How a control ended. Data that could not be read is never a pass.
    Status for verdict::Status {
        /// The requirement holds.
        Pass = "pass",
        /// The requirement does not hold.
        Fail = "fail",
        /// The API cannot show it, or the token may not read it: a person has to look.
        Manual = "manual",
        /// An error kept it from being decided.
        Unknown = "unknown",
    }
}

words! {
    /// What a pass or a fail rests on.
    Basis for verdict::Basis {
        /// A setting or a list that the API reports directly.
        Api = "api",
        /// Events of the activity log.
        ActivityLog = "activity-log",
        /// What a person saw in the web app and signed for.
        Attestation = "attestation",
        /// What the identity provider exported: a roster, or the file for single sign-on.
        Roster = "roster",
    }
}

words! {
    /// Where the facts came from.
    Origin for crate::report::Origin {
        /// The workspace itself, through the API.
        Api = "api",
        /// A saved snapshot.
        Snapshot = "snapshot",
        /// The built-in sample workspace.
        Demo = "demo",
    }
}

words! {
    /// Whose export a roster was taken for.
    RosterKind for directory::Kind {
        /// A CSV export or report of Okta.
        Okta = "okta",
        /// A CSV export of Microsoft Entra ID.
        Entra = "entra",
        /// The CSV export of users of Google Workspace.
        Google = "google",
        /// Any other CSV file with a header.
        Generic = "generic",
        /// Answers of a SCIM 2.0 service.
        Scim = "scim",
        /// The list of teammates that Intercom exports.
        Intercom = "intercom",
    }
}

words! {
    /// Which of the built-in packs a control belongs to.
    Pack for controls::Pack {
        /// The hardening guide's own controls.
        Guide = "guide",
        /// What goes beyond the guide.
        Extended = "extended",
        /// What compares the workspace with declared policy.
        Rbac = "rbac",
    }
}

/// The highest level that can fail the gate.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::report::json) enum FailOn {
    /// L1 controls.
    L1,
    /// L1 and L2 controls.
    L2,
    /// All controls.
    L3,
    /// Nothing fails the scan.
    Never,
}

impl From<Option<crate::level::Level>> for FailOn {
    fn from(level: Option<crate::level::Level>) -> Self {
        match level {
            Some(crate::level::Level::L1) => Self::L1,
            Some(crate::level::Level::L2) => Self::L2,
            Some(crate::level::Level::L3) => Self::L3,
            None => Self::Never,
        }
    }
}

impl From<FailOn> for Option<crate::level::Level> {
    fn from(word: FailOn) -> Self {
        match word {
            FailOn::L1 => Some(crate::level::Level::L1),
            FailOn::L2 => Some(crate::level::Level::L2),
            FailOn::L3 => Some(crate::level::Level::L3),
            FailOn::Never => None,
        }
    }
}

/// What an attestation says about a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::report::json) enum Attested {
    /// The requirement was seen to hold.
    Pass,
    /// The requirement was seen not to hold.
    Fail,
}

/// The version of the report's format.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub(in crate::report::json) enum SchemaVersion {
    /// The only one so far.
    #[serde(rename = "1")]
    One,
}

/// The program that makes reports.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub(in crate::report::json) enum ToolName {
    /// This one.
    #[serde(rename = "intercom-harden")]
    IntercomHarden,
}

/// How a scan ended: 0 the gate passed, 1 it failed, 3 not all could be read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u8", try_from = "u8")]
#[schemars(with = "u8", extend("enum" = [0, 1, 3]))]
pub(in crate::report::json) struct ExitCode(pub(super) Exit);

impl From<ExitCode> for u8 {
    fn from(ExitCode(exit): ExitCode) -> Self {
        exit.code()
    }
}

impl TryFrom<u8> for ExitCode {
    type Error = &'static str;

    fn try_from(code: u8) -> Result<Self, Self::Error> {
        let ends = [Exit::Success, Exit::Violation, Exit::Incomplete];
        let exit = ends.into_iter().find(|exit| exit.code() == code);
        exit.map(Self).ok_or("a scan ends with exit code 0, 1 or 3")
    }
}

/// An instant in UTC, in whole seconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(into = "Timestamp", from = "Timestamp")]
#[schemars(with = "String", extend("format" = "date-time", "pattern" = r"^-?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"))]
pub(in crate::report::json) struct Instant(Timestamp);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self(Timestamp::from_second(at.as_second()).unwrap_or(at))
    }
}

impl From<Instant> for Timestamp {
    fn from(Instant(at): Instant) -> Self {
        at
    }
}

/// A day, in UTC.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(with = "String", extend("format" = "date", "pattern" = r"^-?\d{4,6}-\d\d-\d\d$"))]
pub(in crate::report::json) struct Day(pub(super) Date);

/// Identifies a finding across runs: 24 hexadecimal digits.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9a-f]{24}$"))]
pub(in crate::report::json) struct Fingerprint(pub(super) verdict::Fingerprint);

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        verdict::Fingerprint::parse(digits)
            .map(Self)
            .ok_or("a fingerprint is 24 hexadecimal digits in lower case")
    }
}

/// Reads the id of a control, which has the form it has in a control file.
pub(super) fn id<'de, 'a, D: Deserializer<'de>>(input: D) -> Result<Cow<'a, str>, D::Error> {
    let id = String::deserialize(input)?;
    if controls::is_id(&id) { Ok(Cow::Owned(id)) } else { Err(D::Error::custom(controls::ID_RULE)) }
}

/// Reads a text that comes from a control file, which has a bound there.
pub(super) fn prose<'de, 'a, D: Deserializer<'de>>(input: D) -> Result<Cow<'a, str>, D::Error> {
    let text = String::deserialize(input)?;
    if text.chars().count() > LONGEST_TEXT {
        return Err(D::Error::custom(format_args!("the text is longer than {LONGEST_TEXT} characters")));
    }
    Ok(Cow::Owned(text))
}

/// Reads how many days an attestation holds.
pub(super) fn attest_for<'de, D: Deserializer<'de>>(input: D) -> Result<u16, D::Error> {
    match u16::deserialize(input)? {
        days @ 1..=LONGEST_ATTESTATION => Ok(days),
        _ => Err(D::Error::custom(format_args!("an attestation holds from 1 to {LONGEST_ATTESTATION} days"))),
    }
}

/// Refuses a list in which something is there twice: reports are looked up by it.
pub(super) fn distinct<'a, E: serde::de::Error>(
    what: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), E> {
    let mut seen = BTreeSet::new();
    match names.into_iter().find(|name| !seen.insert(fold(name))) {
        Some(twice) => Err(E::custom(format_args!("{what} {twice} is there twice"))),
        None => Ok(()),
    }
}
