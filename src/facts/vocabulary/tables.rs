//! Tables about teammates, the IP allowlist, the token, and what configuration and files declare.

use super::Personal::{Address, Id, Name, No};
use super::Type::{Flag, Number, Text, TextList};
use super::{ACTIVITY, ADMINS, FactTable, LOG, PRESENCE, WINDOW, by_roles, field};
use crate::sources::Feed;

const ALLOWLIST: &[Feed] = &[Feed::IpAllowlist];
const PROBE: &[Feed] = &[Feed::TokenProbe];

pub(super) const TEAMMATES: FactTable = FactTable::new(
    "teammates",
    "a current teammate, without Intercom's bot",
    &["id"],
    ADMINS,
    &[
        field("id", Text, ADMINS, Id, "the admin's id"),
        field("name", Text, ADMINS, Name, "the display name"),
        field("email", Text, ADMINS, Address, "the e-mail address; null if missing or malformed"),
        field("emails", TextList, ADMINS, Address, "all addresses, if /admins lists the id more than once"),
        field("domain", Text, ADMINS, No, "the domain of the address, in lower case"),
        field("domains", TextList, ADMINS, No, "the domains of all addresses"),
        field("local_part", Text, ADMINS, Address, "the part of the address before the @, in lower case"),
        field(
            "local_parts",
            TextList,
            ADMINS,
            Address,
            "the part before the @ of each address, without a +tag",
        ),
        field("domain_allowed", Flag, ADMINS, No, "whether all domains are in organization.allowed_domains"),
        field(
            "shared_mailbox",
            Text,
            ADMINS,
            Address,
            "addresses of other teammates that reach the same mailbox",
        ),
        field("role", Text, ADMINS, No, "the role's name; null if there is none"),
        field("inbox_seat", Flag, ADMINS, No, "whether the teammate has a paid inbox seat"),
        field("role_declared", Flag, ADMINS, No, "whether the role is declared; null if no role is"),
        field("role_admin", Flag, ADMINS, No, "whether the declared role has the permission admin"),
        by_roles("privilege", Text, No, "privileged, unprivileged or unknown"),
        by_roles("privileged", Flag, No, "true for privileged, false for unprivileged and unknown"),
        by_roles("privilege_reason", Text, No, "what decided the privilege"),
        field("permissions", TextList, LOG, No, "permissions in the newest snapshot; null if there is none"),
        field("excess", TextList, LOG, No, "permissions that the declared role does not list"),
        field("conversation_access", Text, LOG, No, "access type in that snapshot, such as all"),
        field("permissions_at", Text, LOG, No, "time of that snapshot"),
        field("two_factor", Text, LOG, No, "on or off, by the newest 2FA change; null if unknown"),
        field("two_factor_at", Text, LOG, No, "time of that change"),
        field("sign_ins", Number, WINDOW, No, "number of sign-ins in the window"),
        field("last_sign_in", Text, PRESENCE, No, "time of the newest sign-in that was read"),
        field(
            "last_seen",
            Text,
            ACTIVITY,
            No,
            "time of the newest sign-in, accepted invite or other event by the teammate",
        ),
        field("last_seen_days", Number, ACTIVITY, No, "days since then"),
        field(
            "directory_status",
            Text,
            ADMINS,
            No,
            "active, suspended, deprovisioned, pending, unknown, absent",
        ),
        field("directory_mfa", Flag, ADMINS, No, "whether the directory export shows a second factor"),
    ],
);

pub(super) const IP_ALLOWLIST: FactTable = FactTable::new(
    "ip_allowlist",
    "an entry of the IP allowlist",
    &["range"],
    ALLOWLIST,
    &[
        field("range", Text, ALLOWLIST, Address, "the entry as the workspace has it"),
        field("valid", Flag, ALLOWLIST, No, "whether it is an IP address or a CIDR range"),
    ],
);

pub(super) const TOKEN_PROBE: FactTable = FactTable::new(
    "token_probe",
    "a configuration list that the token was tried on",
    &["endpoint"],
    PROBE,
    &[
        field("endpoint", Text, PROBE, No, "the path"),
        field("status", Number, PROBE, No, "the HTTP status; null if there was no answer"),
        field("granted", Flag, PROBE, No, "true for 200, false for a refusal, null for anything else"),
    ],
);

pub(super) const DECLARED_ROLES: FactTable = FactTable::new(
    "declared_roles",
    "a role declared under [rbac.roles]",
    &["role"],
    &[],
    &[
        field("role", Text, &[], No, "the role's name"),
        field("permissions", TextList, &[], No, "its permissions: read, write, delete, admin"),
        field("intercom", TextList, &[], No, "the Intercom permissions it may have; null if not listed"),
        field("admin", Flag, &[], No, "whether it has the permission admin"),
        field("holders", Number, ADMINS, No, "number of teammates with the role"),
        field("contradicted_by", Text, &[], No, "the same name in another spelling, declared differently"),
        field("line", Number, &[], No, "line in the configuration"),
    ],
);

pub(super) const DECLARED_GROUPS: FactTable = FactTable::new(
    "declared_groups",
    "a group of the identity provider that [rbac.groups] maps to a role",
    &["group"],
    &[],
    &[
        field("group", Text, &[], No, "the group's name"),
        field("role", Text, &[], No, "the role it gives"),
        field("declared", Flag, &[], No, "whether that role is declared; null if no role is"),
        field("also_maps", Text, &[], No, "the same group in another spelling, mapped to another role"),
        field("line", Number, &[], No, "line in the configuration"),
    ],
);

pub(super) const ROSTER_DIFFERENCES: FactTable = FactTable::new(
    "roster_differences",
    "a difference between the teammates and the directory export (roster)",
    &["kind", "email", "id"],
    ADMINS,
    &[
        field("kind", Text, ADMINS, No, "orphan, suspended, role, privilege, missing or duplicate"),
        field("email", Text, ADMINS, Address, "the e-mail address, the teammate's if there is one"),
        field("id", Text, ADMINS, Id, "the teammate's id; null for a person who is not a teammate"),
        field("name", Text, ADMINS, Name, "the name in the directory export, else the teammate's"),
        field("expected", Text, ADMINS, No, "what the directory export and the policy require"),
        field("actual", Text, ADMINS, No, "what the workspace has"),
        field("other_accounts", Text, ADMINS, Address, "for a duplicate, the person's other addresses"),
        field("groups", TextList, &[], No, "the person's groups in the directory export; null for an orphan"),
        field("roster", Text, &[], No, "file and line of the person in the directory export"),
        field("teammate", Flag, ADMINS, No, "whether the difference is about a teammate"),
        by_roles("privileged", Flag, No, "whether the teammate is privileged"),
        by_roles("ungranted", Flag, No, "whether the teammate is privileged and no group grants that"),
        field("domain_known", Flag, &[], No, "whether the directory export has people of that domain"),
        field("same_mailbox", Flag, ADMINS, No, "for a duplicate, whether the accounts share a mailbox"),
    ],
)
.also(&["kind"]);

pub(super) const SAML_PROBLEMS: FactTable = FactTable::new(
    "saml_problems",
    "a problem with the metadata or certificate under [organization.saml]",
    &["kind", "subject"],
    &[],
    &[
        field("kind", Text, &[], No, "kind of problem, such as expired or weak-key"),
        field("subject", Text, &[], No, "the certificate or endpoint it is about"),
        field("message", Text, &[], No, "what is wrong"),
        field("fix", Text, &[], No, "what to do about it"),
        field("certain", Flag, &[], No, "false if the file cannot decide, or the problem is only a leftover"),
        field("at", Text, &[], No, "time from which it matters"),
    ],
)
.also(&["kind"]);
