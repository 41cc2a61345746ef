//! The workspace, its teammates, and the few settings the API shows: `GET /me`, `GET /admins`, `GET /ip_allowlist`, and
//! what the token probe was answered.

use serde::{Deserialize, Serialize};

use super::lenient;

/// A teammate, or Intercom's own bot.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Admin {
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub email: Option<String>,
    /// The role; null when none is assigned.
    #[serde(deserialize_with = "lenient::object")]
    pub role: Option<Role>,
    #[serde(deserialize_with = "lenient::flag")]
    pub has_inbox_seat: Option<bool>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Role {
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    /// The name the workspace gave it.
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
}

/// The answer of `GET /admins`: one list, never paged.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AdminList {
    /// Every entry that is not null; what is no object counts as missing.
    #[serde(deserialize_with = "lenient::objects")]
    pub admins: Vec<Option<Admin>>,
}

/// The answer of `GET /me`: the admin the token acts for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Me {
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub email: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    pub email_verified: Option<bool>,
    #[serde(deserialize_with = "lenient::object")]
    pub app: Option<App>,
}

/// The workspace, as `GET /me` shows it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct App {
    #[serde(deserialize_with = "lenient::text")]
    pub id_code: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// `US`, `EU` or `AU`.
    #[serde(deserialize_with = "lenient::text")]
    pub region: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub timezone: Option<String>,
    /// When the workspace was created, in seconds since 1970.
    #[serde(deserialize_with = "lenient::seconds")]
    pub created_at: Option<i64>,
    /// Whether Messenger identity verification is on; false may still mean JWT is on.
    #[serde(deserialize_with = "lenient::flag")]
    pub identity_verification: Option<bool>,
}

/// The answer of `GET /ip_allowlist`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct IpAllowlist {
    /// Whether the allowlist is on. On with an empty list allows everyone.
    #[serde(deserialize_with = "lenient::flag")]
    pub enabled: Option<bool>,
    /// Addresses and CIDR ranges, as the workspace wrote them; none where the answer has no list.
    #[serde(deserialize_with = "lenient::texts")]
    pub ip_allowlist: Option<Vec<String>>,
}

/// What the token probe asks for: configuration lists that a posture scan has no need to read.
pub(crate) const PROBE_PATHS: [&str; 6] = [
    "/tags",
    "/segments",
    "/data_attributes",
    "/ticket_types",
    "/help_center/collections",
    "/news/newsfeeds",
];

/// What one endpoint of the token probe answered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct ProbeAnswer {
    /// The path, such as `/tags`.
    pub endpoint: String,
    /// The HTTP status; none where no answer was had.
    pub status: Option<u16>,
}
