//! The workspace, its teammates, and the few settings the API shows: `GET /me`, `GET /admins`, `GET /ip_allowlist`, and
//! what the token probe was answered.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::metadata::{is_integer, object};
use super::{Paging, lenient};
use crate::bounded_json::{self, MOST_ENTRIES};

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
    #[serde(deserialize_with = "admins")]
    admins: Entries,
}

/// The entries of the list.
#[derive(Debug, Clone, Default)]
struct Entries {
    /// Those that can be read, up to the limit.
    known: Vec<Admin>,
    /// The number of entries.
    all: usize,
    /// The beginning of the first that cannot be read.
    first_unread: Option<String>,
}

fn admins<'de, D: Deserializer<'de>>(input: D) -> Result<Entries, D::Error> {
    let mut entries = Entries::default();
    let read = bounded_json::entries(<&RawValue>::deserialize(input)?, |entry| {
        entries.all += 1;
        if entries.all > MOST_ENTRIES {
            // The others can prove a fail, but no pass.
            return Err(());
        }
        match Admin::read(entry) {
            Some(admin) => entries.known.push(admin),
            None => drop(entries.first_unread.get_or_insert_with(|| Admin::shown(entry))),
        }
        Ok(())
    });
    match read {
        Ok(Err(error)) => Err(D::Error::custom(error)),
        Ok(Ok(())) | Err(()) => Ok(entries),
    }
}

impl AdminList {
    /// The entries that can be read, and what keeps them from being all teammates. One that cannot be read may be any
    /// teammate: the others can prove a fail, but no pass.
    pub(crate) fn teammates(self, paging: &Paging) -> (Vec<Admin>, Option<String>) {
        let Entries { known, all, first_unread } = self.admins;
        if all > MOST_ENTRIES {
            return (known, Some(format!("the list has more than {MOST_ENTRIES} entries")));
        }
        let unread = first_unread.map(|first| {
            let unread = all - known.len();
            format!("{unread} of {all} entries of the list are not readable, the first is {first}")
        });
        let problems: Vec<_> = unread.into_iter().chain(paging.rest_of(all)).collect();
        (known, Some(problems.join("; ")).filter(|problems| !problems.is_empty()))
    }
}

/// What tells whether an entry of the list can be read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Identity<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    role: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RoleName<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
}

impl Admin {
    /// An entry of the list. What an address or a name is made of is no matter; id and role tell who a teammate is, and
    /// what they may do: of another shape, they are not understood.
    fn read(entry: &RawValue) -> Option<Self> {
        let plain = |value: Option<&RawValue>| {
            value.is_none_or(|value| value.get().starts_with('"') || is_integer(value))
        };
        let identity: Identity<'_> = object(entry)?;
        let role: RoleName<'_> = identity.role.map_or_else(|| Some(RoleName::default()), object)?;
        (plain(identity.id) && plain(role.name)).then(|| object(entry))?
    }

    /// The parts of an entry that cannot be read, as JSON.
    fn shown(entry: &RawValue) -> String {
        let Some(Identity { id, role }) = object(entry) else { return lenient::shown(entry) };
        let [id, role] = [id, role].map(|part| part.map_or_else(|| "null".to_owned(), lenient::shown));
        format!("{{\"id\":{id},\"role\":{role}}}").chars().take(lenient::LONGEST_SHOWN).collect()
    }
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
    #[serde(deserialize_with = "lenient::optional_object")]
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

impl IpAllowlist {
    /// What it leaves open, where its shape is not the expected one.
    pub(crate) fn problem(&self, paging: &Paging) -> Option<String> {
        match (self.enabled, &self.ip_allowlist) {
            (None, _) => Some("it does not say whether the allowlist is on".to_owned()),
            (Some(true), None) => {
                Some("the allowlist is on, and there is no list of its addresses".to_owned())
            }
            (_, list) => paging.rest_of(list.as_ref().map_or(0, Vec::len)),
        }
    }
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
