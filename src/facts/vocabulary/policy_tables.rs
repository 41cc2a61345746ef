//! Tables about the declared policy, the roster and the identity provider's own file.

use super::Type::{Flag, Number, Text, TextList};
use super::{ADMINS, Table, by_roles, field};

pub(super) const DECLARED_ROLES: Table = Table {
    name: "declared_roles",
    meaning: "a role declared under [rbac.roles]",
    key: &["name"],
    feeds: &[],
    event: None,
    last: None,
    also: &[],
    columns: &[
        field("name", Text, &[], "the role's name"),
        field("permissions", TextList, &[], "what it may do, of read, write, delete and admin"),
        field("intercom", TextList, &[], "Intercom's permissions it may hold; null where none are listed"),
        field("admin", Flag, &[], "whether it may administer"),
        field("holders", Number, ADMINS, "how many teammates have it"),
        field("contradicted_by", Text, &[], "another spelling of the name that declares something else"),
        field("line", Number, &[], "the line of the configuration"),
    ],
};

pub(super) const DECLARED_GROUPS: Table = Table {
    name: "declared_groups",
    meaning: "a group of the identity provider mapped under [rbac.groups]",
    key: &["group"],
    feeds: &[],
    event: None,
    last: None,
    also: &[],
    columns: &[
        field("group", Text, &[], "the group's name"),
        field("role", Text, &[], "the role it gives"),
        field("declared", Flag, &[], "whether that role is declared; null where no roles are"),
        field("also_maps", Text, &[], "another spelling of the group that gives another role"),
        field("line", Number, &[], "the line of the configuration"),
    ],
};

pub(super) const ROSTER_DIFFERENCES: Table = Table {
    name: "roster_differences",
    meaning: "a difference between the teammates and the roster that was given",
    key: &["kind", "email", "id"],
    feeds: ADMINS,
    event: None,
    last: None,
    also: &["kind"],
    columns: &[
        field("kind", Text, ADMINS, "orphan, suspended, role, privilege, missing or duplicate"),
        field("email", Text, ADMINS, "the address, the teammate's where there is one"),
        field("id", Text, ADMINS, "the teammate's id; null for somebody who is none"),
        field("name", Text, ADMINS, "the name on the roster, else the teammate's"),
        field("expected", Text, ADMINS, "what roster and policy call for"),
        field("actual", Text, ADMINS, "what the workspace has"),
        field("groups", TextList, &[], "the person's groups on the roster; null for an orphan"),
        field("roster", Text, &[], "where the person stands on the roster: file and line"),
        field("teammate", Flag, ADMINS, "whether it is about a teammate"),
        by_roles("privileged", Flag, "whether the teammate is privileged"),
        by_roles("ungranted", Flag, "whether the teammate is privileged without a group that grants it"),
        field("domain_known", Flag, &[], "whether anybody on the roster has an address of that domain"),
        field("same_mailbox", Flag, ADMINS, "for a duplicate, whether the addresses reach the same mailbox"),
    ],
};

pub(super) const SAML_PROBLEMS: Table = Table {
    name: "saml_problems",
    meaning: "something wrong with the metadata or certificate under [organization.saml]",
    key: &["kind", "subject"],
    feeds: &[],
    event: None,
    last: None,
    also: &["kind"],
    columns: &[
        field("kind", Text, &[], "what kind of problem, such as expired or weak-key"),
        field("subject", Text, &[], "the certificate or endpoint it is about"),
        field("message", Text, &[], "what is wrong"),
        field("fix", Text, &[], "what to do about it"),
        field("certain", Flag, &[], "false for what the file cannot settle, or what merely needs tidying"),
        field("at", Text, &[], "when it begins or began to matter"),
    ],
};
