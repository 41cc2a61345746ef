//! The single values of the vocabulary.

use super::Type::{Flag, Number, Text, TextList};
use super::{ADMINS, ADMINS_AND_LOG, ADMINS_AND_WINDOW, Field, LOG, WINDOW, by_roles, field};
use crate::snapshot::Feed;

const ME: &[Feed] = &[Feed::Me];
const ALLOWLIST: &[Feed] = &[Feed::IpAllowlist];

/// Every single value, in the order documentation lists them.
pub(crate) static VALUES: &[Field] = &[
    field("workspace.id", Text, ME, "the workspace's id"),
    field("workspace.name", Text, ME, "the workspace's name"),
    field("workspace.region", Text, ME, "where its data is hosted: US, EU or AU"),
    field("workspace.timezone", Text, ME, "the name of its time zone"),
    field("workspace.created_at", Text, ME, "when it was created"),
    field(
        "workspace.identity_verification",
        Flag,
        ME,
        "Messenger identity verification; false may still mean JWT",
    ),
    field("workspace.teammates", Number, ADMINS, "how many teammates there are, Intercom's bot left out"),
    field("workspace.with_role", Number, ADMINS, "how many teammates have a role"),
    field("token.email", Text, ME, "the address of the admin the token acts for"),
    field("token.email_verified", Flag, ME, "whether that address is verified"),
    by_roles("privileged", Number, "teammates who may change settings or other teammates"),
    by_roles("unprivileged", Number, "teammates known not to be privileged"),
    by_roles("unknown_privilege", Number, "teammates whose privilege neither role nor permissions tell"),
    by_roles(
        "roles.unclassified",
        TextList,
        "role names in neither list that leave somebody's privilege open",
    ),
    by_roles("roles.settle", Text, "the configuration line that classifies those roles"),
    field("window.days", Number, &[], "length of the window in days"),
    field("window.since", Text, &[], "start of the window, included"),
    field("window.until", Text, &[], "end of the window, included"),
    field("log.events", Number, WINDOW, "events in the window, those of Intercom's bot left out"),
    field("log.sign_ins", Number, WINDOW, "successful sign-ins in the window"),
    field("log.signed_in_teammates", Number, ADMINS_AND_WINDOW, "teammates with a sign-in in the window"),
    field(
        "log.sign_in_coverage",
        Number,
        ADMINS_AND_WINDOW,
        "share of teammates with a sign-in in the window",
    ),
    field(
        "log.authentication",
        Number,
        WINDOW,
        "sign-ins, failures, sign-outs, resets and 2FA changes in the window",
    ),
    field("log.role_changes", Number, WINDOW, "changes of roles, permissions and people in the window"),
    field("log.exports", Number, WINDOW, "exports in the window"),
    field("log.configuration", Number, WINDOW, "changes of settings, apps and secrets in the window"),
    field("log.newest", Text, WINDOW, "time of the newest event in the window"),
    field("log.newest_age_days", Number, WINDOW, "its age in days"),
    field("log.longest_silence_days", Number, WINDOW, "most days in a row without an event in the window"),
    field("log.silence_since", Text, WINDOW, "start of the newest such run; null without a silent day"),
    field("log.redaction_rules_created", Number, LOG, "redaction rules ever created"),
    field("log.redaction_rules_deleted", Number, LOG, "redaction rules ever deleted"),
    field("log.deletion_schedules_created", Number, LOG, "conversation deletion schedules ever created"),
    field("log.deletion_schedules_deleted", Number, LOG, "conversation deletion schedules ever deleted"),
    field("log.two_factor_known", Number, ADMINS_AND_LOG, "teammates whose 2FA was ever changed"),
    field("log.permissions_known", Number, ADMINS_AND_LOG, "teammates with a permission snapshot"),
    field("organization.allowed_domains", TextList, &[], "configured: domains teammates may have"),
    field("organization.approved_networks", TextList, &[], "configured: networks sign-ins may come from"),
    field("organization.required_region", Text, &[], "configured: where the workspace has to be hosted"),
    field("organization.export_approvers", TextList, &[], "configured: people who may export data"),
    field("organization.sso", Text, &[], "configured: what the organization says about single sign-on"),
    field("organization.default_role", Text, &[], "configured: the role new teammates should get"),
    field("ip_allowlist.enabled", Flag, ALLOWLIST, "whether the IP allowlist is on"),
    field("ip_allowlist.ranges", Number, ALLOWLIST, "how many entries the IP allowlist has"),
];
