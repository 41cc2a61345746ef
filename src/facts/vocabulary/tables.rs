//! Tables about teammates, the IP allowlist and the token.

use super::Type::{Flag, Number, Text, TextList};
use super::{ADMINS, LOG, PRESENCE, Table, WINDOW, by_roles, field};
use crate::sources::Feed;

const ALLOWLIST: &[Feed] = &[Feed::IpAllowlist];
const PROBE: &[Feed] = &[Feed::TokenProbe];

pub(super) const TEAMMATES: Table = Table {
    name: "teammates",
    meaning: "a current teammate; Intercom's bot is left out",
    key: &["id"],
    feeds: ADMINS,
    event: None,
    last: None,
    also: &[],
    columns: &[
        field("id", Text, ADMINS, "the admin's id"),
        field("name", Text, ADMINS, "the display name"),
        field("email", Text, ADMINS, "the e-mail address; null where missing or malformed"),
        field("domain", Text, ADMINS, "the address's domain, in lower case"),
        field("local_part", Text, ADMINS, "the address before the @, in lower case"),
        field("domain_allowed", Flag, ADMINS, "whether the domain is in organization.allowed_domains"),
        field("shared_mailbox", Text, ADMINS, "other teammates' addresses that reach the same mailbox"),
        field("role", Text, ADMINS, "the role's name; null without a role"),
        field("inbox_seat", Flag, ADMINS, "whether there is a paid inbox seat"),
        field("role_declared", Flag, ADMINS, "whether the role is declared; null where no roles are"),
        field("role_admin", Flag, ADMINS, "whether the declared role may administer; null where undeclared"),
        by_roles("privilege", Text, "privileged, unprivileged or unknown"),
        by_roles("privileged", Flag, "true for privileged, false for unprivileged and unknown"),
        by_roles("privilege_reason", Text, "what decided that"),
        field("permissions", TextList, LOG, "permissions granted by the newest snapshot; null without one"),
        field(
            "excess",
            TextList,
            LOG,
            "permissions beyond those the declared role lists; null where unknown",
        ),
        field("conversation_access", Text, LOG, "that snapshot's access type, such as all"),
        field("permissions_at", Text, LOG, "when that snapshot was taken"),
        field("two_factor", Text, LOG, "on or off, by the newest 2FA change; null where it says neither"),
        field("two_factor_at", Text, LOG, "when that change was made"),
        field("sign_ins", Number, WINDOW, "sign-ins in the window"),
        field("last_sign_in", Text, PRESENCE, "the newest sign-in read"),
        field("last_seen", Text, PRESENCE, "the newest sign-in, accepted invite or provisioning read"),
        field("last_seen_days", Number, PRESENCE, "how many days ago that was"),
        field(
            "roster_standing",
            Text,
            ADMINS,
            "active, suspended, deprovisioned, pending, unknown or absent",
        ),
        field("roster_mfa", Flag, ADMINS, "whether the roster says that a second factor is enrolled"),
    ],
};

pub(super) const IP_ALLOWLIST: Table = Table {
    name: "ip_allowlist",
    meaning: "an entry of the IP allowlist",
    key: &["range"],
    feeds: ALLOWLIST,
    event: None,
    last: None,
    also: &[],
    columns: &[
        field("range", Text, ALLOWLIST, "the entry as the workspace wrote it"),
        field("wide", Flag, ALLOWLIST, "whether it is wider than the parameters permit"),
        field("valid", Flag, ALLOWLIST, "whether it is an address or a CIDR range"),
    ],
};

pub(super) const TOKEN_PROBE: Table = Table {
    name: "token_probe",
    meaning: "a configuration list the token was tried on",
    key: &["endpoint"],
    feeds: PROBE,
    event: None,
    last: None,
    also: &[],
    columns: &[
        field("endpoint", Text, PROBE, "the path"),
        field("status", Number, PROBE, "the HTTP status; null without an answer"),
        field("granted", Flag, PROBE, "true for 200, false for a refusal, null for anything else"),
    ],
};
