//! Tables about teammates, the IP allowlist, the token, and what configuration and files declare.

use super::Personal::{Address, Id, Name, No};
use super::Type::{Flag, Number, Text, TextList};
use super::{ACTIVITY, ADMINS, FactTable, LOG, PRESENCE, WINDOW, by_roles, field};
use crate::sources::Feed;

const ALLOWLIST: &[Feed] = &[Feed::IpAllowlist];
const PROBE: &[Feed] = &[Feed::TokenProbe];

pub(super) const TEAMMATES: FactTable = FactTable::new(
    "teammates",
    "a current teammate; Intercom's bot is left out",
    &["id"],
    ADMINS,
    &[
        field("id", Text, ADMINS, Id, "the admin's id"),
        field("name", Text, ADMINS, Name, "the display name"),
        field("email", Text, ADMINS, Address, "the e-mail address; null where missing or malformed"),
        field(
            "emails",
            TextList,
            ADMINS,
            Address,
            "every address, where /admins lists the id more than once",
        ),
        field("domain", Text, ADMINS, No, "the address's domain, in lower case"),
        field("domains", TextList, ADMINS, No, "the domains of all addresses"),
        field("local_part", Text, ADMINS, Address, "the address before the @, in lower case"),
        field("local_parts", TextList, ADMINS, Address, "what stands before the @ of each, without a +tag"),
        field("domain_allowed", Flag, ADMINS, No, "whether all domains are in organization.allowed_domains"),
        field("shared_mailbox", Text, ADMINS, Address, "other teammates' addresses of the same mailbox"),
        field("role", Text, ADMINS, No, "the role's name; null without a role"),
        field("inbox_seat", Flag, ADMINS, No, "whether there is a paid inbox seat"),
        field("role_declared", Flag, ADMINS, No, "whether the role is declared; null where no roles are"),
        field("role_admin", Flag, ADMINS, No, "whether the declared role may administer"),
        by_roles("privilege", Text, No, "privileged, unprivileged or unknown"),
        by_roles("privileged", Flag, No, "true for privileged, false for unprivileged and unknown"),
        by_roles("privilege_reason", Text, No, "what decided that"),
        field("permissions", TextList, LOG, No, "permissions by the newest snapshot; null without one"),
        field("excess", TextList, LOG, No, "permissions beyond those of the declared role"),
        field("conversation_access", Text, LOG, No, "that snapshot's access type, such as all"),
        field("permissions_at", Text, LOG, No, "when that snapshot was taken"),
        field("two_factor", Text, LOG, No, "on or off, by the newest 2FA change; null where it says neither"),
        field("two_factor_at", Text, LOG, No, "when that change was made"),
        field("sign_ins", Number, WINDOW, No, "sign-ins in the window"),
        field("last_sign_in", Text, PRESENCE, No, "the newest sign-in read"),
        field("last_seen", Text, ACTIVITY, No, "the newest sign-in, arrival or other event they performed"),
        field("last_seen_days", Number, ACTIVITY, No, "how many days ago that was"),
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
        field("range", Text, ALLOWLIST, Address, "the entry as the workspace wrote it"),
        field("valid", Flag, ALLOWLIST, No, "whether it is an address or a CIDR range"),
    ],
);

pub(super) const TOKEN_PROBE: FactTable = FactTable::new(
    "token_probe",
    "a configuration list the token was tried on",
    &["endpoint"],
    PROBE,
    &[
        field("endpoint", Text, PROBE, No, "the path"),
        field("status", Number, PROBE, No, "the HTTP status; null without an answer"),
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
        field("permissions", TextList, &[], No, "what it may do, of read, write, delete and admin"),
        field("intercom", TextList, &[], No, "Intercom's permissions it may hold; null without a list"),
        field("admin", Flag, &[], No, "whether it may administer"),
        field("holders", Number, ADMINS, No, "how many teammates have it"),
        field("contradicted_by", Text, &[], No, "another spelling of the name that declares something else"),
        field("line", Number, &[], No, "the line of the configuration"),
    ],
);

pub(super) const DECLARED_GROUPS: FactTable = FactTable::new(
    "declared_groups",
    "a group of the identity provider mapped under [rbac.groups]",
    &["group"],
    &[],
    &[
        field("group", Text, &[], No, "the group's name"),
        field("role", Text, &[], No, "the role it gives"),
        field("declared", Flag, &[], No, "whether that role is declared; null where no roles are"),
        field("also_maps", Text, &[], No, "another spelling of the group that gives another role"),
        field("line", Number, &[], No, "the line of the configuration"),
    ],
);

pub(super) const ROSTER_DIFFERENCES: FactTable = FactTable::new(
    "roster_differences",
    "a difference between the teammates and the roster that was given",
    &["kind", "email", "id"],
    ADMINS,
    &[
        field("kind", Text, ADMINS, No, "orphan, suspended, role, privilege, missing or duplicate"),
        field("email", Text, ADMINS, Address, "the address, the teammate's where there is one"),
        field("id", Text, ADMINS, Id, "the teammate's id; null for a person who is none"),
        field("name", Text, ADMINS, Name, "the name on the roster, else the teammate's"),
        field("expected", Text, ADMINS, No, "what roster and policy call for"),
        field("actual", Text, ADMINS, No, "what the workspace has"),
        field("other_accounts", Text, ADMINS, Address, "for a duplicate, the person's other addresses"),
        field("groups", TextList, &[], No, "the person's groups on the roster; null for an orphan"),
        field("roster", Text, &[], No, "where the person stands on the roster: file and line"),
        field("teammate", Flag, ADMINS, No, "whether it is about a teammate"),
        by_roles("privileged", Flag, No, "whether the teammate is privileged"),
        by_roles("ungranted", Flag, No, "whether the teammate is privileged without a group that grants it"),
        field("domain_known", Flag, &[], No, "whether the directory export has that domain"),
        field("same_mailbox", Flag, ADMINS, No, "for a duplicate, whether they share a mailbox"),
    ],
)
.also(&["kind"]);

pub(super) const SAML_PROBLEMS: FactTable = FactTable::new(
    "saml_problems",
    "something wrong with the metadata or certificate under [organization.saml]",
    &["kind", "subject"],
    &[],
    &[
        field("kind", Text, &[], No, "what kind of problem, such as expired or weak-key"),
        field("subject", Text, &[], No, "the certificate or endpoint it is about"),
        field("message", Text, &[], No, "what is wrong"),
        field("fix", Text, &[], No, "what to do about it"),
        field("certain", Flag, &[], No, "false where the file cannot decide, or tidying is enough"),
        field("at", Text, &[], No, "when it begins or began to matter"),
    ],
)
.also(&["kind"]);
