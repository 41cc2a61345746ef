//! The event types of the activity log that the program uses, in one table.

use std::sync::LazyLock;

/// The meaning of an event, by its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKind {
    /// A successful sign-in.
    SignIn,
    /// A sign-in with wrong credentials.
    FailedSignIn,
    /// A sign-in by a method that the workspace does not allow.
    UnauthorizedSignIn,
    /// A person requested a password reset.
    PasswordResetRequest,
    /// Another authentication event.
    Authentication,
    /// A person switched two-factor authentication on or off.
    TwoFactor,
    /// A person's permissions changed.
    Permissions,
    /// A person accepted an invite.
    Joined,
    /// SCIM provisioned a person.
    Provisioned,
    /// Another change of people: invites, seats, deletions.
    People,
    /// A role was created, changed or deleted.
    Role,
    /// A person's access to inboxes changed.
    InboxAccess,
    /// Data left the workspace.
    Export,
    /// A setting changed.
    Setting,
    /// An app, a webhook or a secret was added, changed or removed.
    Integration,
    /// A token was regenerated or revoked, and no longer works.
    Token,
    /// A type that is not in the table.
    Other,
}

impl EventKind {
    /// Whether facts separate such events by person.
    pub(crate) const fn names_person(self) -> bool {
        self.is_by_people() || matches!(self, Self::TwoFactor | Self::Permissions)
    }

    /// Whether such an event is an action, not a change; actions of Intercom's bot are ignored.
    pub(crate) const fn is_by_people(self) -> bool {
        use EventKind::{Export, FailedSignIn, Joined, Provisioned, SignIn, UnauthorizedSignIn};
        matches!(self, SignIn | FailedSignIn | UnauthorizedSignIn | Export | Joined | Provisioned)
    }

    /// Which person such an event belongs to.
    pub(crate) const fn belongs_to(self) -> Owner {
        match self {
            Self::Permissions | Self::Role | Self::InboxAccess => Owner::Affected,
            Self::Provisioned | Self::TwoFactor => Owner::AffectedElsePerformer,
            _ => Owner::PerformerElseAffected,
        }
    }

    /// Whether such an event, other than a sign-in, shows that its performer was active. Failed sign-ins, refused methods
    /// and password resets do not: another person may have tried.
    pub(crate) const fn shows_presence(self) -> bool {
        !matches!(
            self,
            Self::SignIn | Self::FailedSignIn | Self::UnauthorizedSignIn | Self::PasswordResetRequest
        )
    }

    /// Whether it is a sign-in, an accepted invite or a provisioning.
    pub(crate) const fn is_arrival(self) -> bool {
        matches!(self, Self::SignIn | Self::Joined | Self::Provisioned)
    }

    /// Whether such an event changes a setting of the workspace.
    pub(crate) const fn is_setting(self) -> bool {
        matches!(self, Self::Setting | Self::Role | Self::InboxAccess)
    }
}

/// Which person an event belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The performer, else the affected person.
    PerformerElseAffected,
    /// The affected person, else the performer.
    AffectedElsePerformer,
    /// The affected person only.
    Affected,
}

/// An event type.
#[derive(Debug)]
pub(crate) struct EventType {
    /// The name in the log.
    pub name: &'static str,
    pub kind: EventKind,
    /// Whether it sets a state, which the newest event ever shows: such events are read back to the workspace's creation.
    pub sets_state: bool,
}

impl EventType {
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        let found = TYPES.binary_search_by(|known| known.name.cmp(name));
        found.ok().and_then(|index| TYPES.get(index))
    }

    pub(crate) fn history() -> &'static [&'static str] {
        static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| names(|known| known.sets_state).collect());
        &NAMES
    }

    /// The names of the types for sign-ins, accepted invites and provisioning.
    pub(crate) fn arrivals() -> &'static [&'static str] {
        static NAMES: LazyLock<Vec<&str>> =
            LazyLock::new(|| names(|known| known.kind.is_arrival()).collect());
        &NAMES
    }

    pub(crate) fn of_kind(kind: EventKind) -> impl Iterator<Item = &'static str> {
        names(move |known| known.kind == kind)
    }
}

fn names(wanted: impl Fn(&EventType) -> bool) -> impl Iterator<Item = &'static str> {
    TYPES.iter().filter(move |known| wanted(known)).map(|known| known.name)
}

const fn event(name: &'static str, kind: EventKind) -> EventType {
    EventType { name, kind, sets_state: false }
}

const fn state(name: &'static str, kind: EventKind) -> EventType {
    EventType { name, kind, sets_state: true }
}

/// In alphabetical order, for binary search.
static TYPES: &[EventType] = {
    use EventKind::*;
    &[
        state("admin_deletion", People),
        state("admin_deprovisioned", People),
        state("admin_invite_change", People),
        event("admin_invite_creation", People),
        event("admin_invite_deletion", People),
        event("admin_login_failure", FailedSignIn),
        event("admin_login_success", SignIn),
        event("admin_logout", Authentication),
        event("admin_password_reset_request", PasswordResetRequest),
        event("admin_password_reset_success", Authentication),
        state("admin_permission_change", Permissions),
        event("admin_provisioned", Provisioned),
        state("admin_two_factor_auth_change", TwoFactor),
        event("admin_unauthorized_sign_in_method", UnauthorizedSignIn),
        state("allowed_attachment_filetypes_setting_change", Setting),
        event("app_admin_join", Joined),
        state("app_authentication_method_change", Setting),
        event("app_data_export", Export),
        state("app_google_sso_domain_change", Setting),
        state("app_identity_verification_change", Setting),
        state("app_outbound_address_change", Setting),
        event("app_package_installation", Integration),
        event("app_package_token_regeneration", Token),
        event("app_package_uninstallation", Integration),
        event("app_webhook_creation", Integration),
        event("app_webhook_deletion", Integration),
        state("attach_uploads_inline_setting_change", Setting),
        event("bulk_export", Export),
        state("content_redaction_rule_creation", Setting),
        state("content_redaction_rule_deletion", Setting),
        state("content_redaction_rule_update", Setting),
        state("conversation_deletion_schedule_creation", Setting),
        state("conversation_deletion_schedule_deletion", Setting),
        state("conversation_deletion_schedule_state_change", Setting),
        state("conversation_deletion_schedule_update", Setting),
        event("conversation_pdf_export", Export),
        event("custom_authentication_token_creation", Integration),
        state("inbox_access_change", InboxAccess),
        event("macro_usage_export", Export),
        state("malicious_domains_setting_change", Setting),
        state("messenger_api_secret_creation", Setting),
        state("messenger_api_secret_deletion", Setting),
        event("oauth_token_revocation", Token),
        state("role_change", Role),
        state("role_creation", Role),
        state("role_deletion", Role),
        event("seat_change", People),
        event("seat_revoke", People),
        state("security_settings_change", Setting),
        state("strip_inbound_email_links_change", Setting),
        state("trusted_domains_setting_change", Setting),
        state("user_camera_attachments_setting_change", Setting),
        state("user_conversation_attachments_setting_change", Setting),
        state("user_file_attachments_setting_change", Setting),
        state("user_media_attachments_setting_change", Setting),
        state("user_voice_notes_setting_change", Setting),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_in_the_order_in_which_they_are_looked_up() {
        assert!(TYPES.is_sorted_by(|one, other| one.name < other.name));
        assert!(
            TYPES
                .iter()
                .all(|known| EventType::find(known.name).is_some_and(|found| found.name == known.name))
        );
        assert!(EventType::find("brand_new_type").is_none());
    }

    #[test]
    fn the_types_that_set_a_state_are_those_that_are_read_ever() {
        let people = [
            "admin_deletion",
            "admin_deprovisioned",
            "admin_invite_change",
            "admin_permission_change",
            "admin_two_factor_auth_change",
        ];
        let settings = EventType::history().iter().filter(|name| !people.contains(name));
        let kind = |name: &&&str| EventType::find(name).is_some_and(|known| known.kind.is_setting());
        assert!(settings.clone().all(|name| kind(&name)));
        assert_eq!((people.len(), settings.count()), (5, 28));
    }

    #[test]
    fn history_and_arrivals_are_apart() {
        assert!(EventType::arrivals().iter().all(|name| !EventType::history().contains(name)));
        assert_eq!(EventType::arrivals(), ["admin_login_success", "admin_provisioned", "app_admin_join"]);
    }
}
