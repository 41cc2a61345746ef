//! The few settings the API shows: `GET /ip_allowlist`, and what the token probe was answered.

use serde::{Deserialize, Serialize};

use super::lenient;

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
