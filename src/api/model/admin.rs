//! Teammates and the workspace: `GET /admins`, `GET /me`.

use serde::Deserialize;

use super::lenient;

/// A teammate, or Intercom's own bot.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, serde::Serialize)]
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

#[derive(Debug, Clone, Default, PartialEq, Deserialize, serde::Serialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Deserialize, serde::Serialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Deserialize, serde::Serialize)]
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
