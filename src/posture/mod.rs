//! The posture that the facts show: who is in the workspace, and when its settings last changed. A part of the report,
//! so that two reports can be compared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A current teammate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Person {
    /// The admin's id.
    pub id: String,
    /// The display name; null where there is none.
    pub name: Option<String>,
    /// The e-mail address; null where it is missing or malformed.
    pub email: Option<String>,
    /// The role's name; null without a role.
    pub role: Option<String>,
    /// `privileged`, `unprivileged` or `unknown`.
    pub privilege: String,
    /// What decided that.
    pub privilege_reason: Option<String>,
    /// `on` or `off`, by the newest change of two-factor authentication; null where no event shows it.
    pub two_factor: Option<String>,
    /// The newest sign-in or arrival that was read.
    pub last_seen: Option<String>,
    /// The methods of the sign-ins in the window, in alphabetical order.
    pub sign_in_methods: Vec<String>,
    /// When the newest permission snapshot was taken.
    pub permissions_at: Option<String>,
    /// The access type of that snapshot, such as `all`.
    pub conversation_access: Option<String>,
    /// The account status in the directory export; null without one.
    pub directory: Option<String>,
    /// The ids of the controls that have findings about the person.
    pub findings: Vec<String>,
}

/// The newest change of one type of setting, ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SettingChange {
    /// The event type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// When it happened.
    pub at: String,
    /// E-mail address, else id, of the performer; null where the log names nobody.
    pub by: Option<String>,
    /// The event's id.
    pub event: String,
}
