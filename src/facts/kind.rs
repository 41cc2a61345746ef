//! What an event type means to the facts.

/// What is done with an event, by its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A successful sign-in.
    SignIn,
    /// A sign-in with wrong credentials.
    Failure,
    /// A sign-in by a method that the workspace does not allow.
    Unauthorized,
    /// Another event of authentication.
    Authentication,
    /// Two-factor authentication was switched on or off for somebody.
    TwoFactor,
    /// Somebody's permissions changed.
    Permissions,
    /// Somebody accepted an invite.
    Join,
    /// Somebody was provisioned by SCIM.
    Provisioned,
    /// Another change of roles or people.
    Roles,
    /// Data left the workspace.
    Export,
    /// A setting changed.
    Setting(Setting),
    /// An app, a webhook or a secret came, changed or went.
    Integration,
    /// Anything else.
    Other,
}

/// A setting that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    /// A redaction rule was created.
    RedactionCreated,
    /// A redaction rule was deleted.
    RedactionDeleted,
    /// A deletion schedule was created.
    ScheduleCreated,
    /// A deletion schedule was deleted.
    ScheduleDeleted,
    /// Any other.
    Plain,
}

impl Kind {
    /// The kind of an event type; types nobody has heard of are [`Kind::Other`].
    pub(super) fn of(activity_type: &str) -> Self {
        match activity_type {
            "admin_login_success" => Self::SignIn,
            "admin_login_failure" => Self::Failure,
            "admin_unauthorized_sign_in_method" => Self::Unauthorized,
            "admin_logout" | "admin_password_reset_request" | "admin_password_reset_success" => {
                Self::Authentication
            }
            "admin_two_factor_auth_change" => Self::TwoFactor,
            "admin_permission_change" => Self::Permissions,
            "app_admin_join" => Self::Join,
            "admin_provisioned" => Self::Provisioned,
            "role_creation"
            | "role_change"
            | "role_deletion"
            | "admin_invite_creation"
            | "admin_invite_change"
            | "admin_invite_deletion"
            | "admin_deprovisioned"
            | "admin_deletion"
            | "seat_change"
            | "seat_revoke" => Self::Roles,
            "app_data_export" | "bulk_export" | "conversation_pdf_export" | "macro_usage_export" => {
                Self::Export
            }
            "content_redaction_rule_creation" => Self::Setting(Setting::RedactionCreated),
            "content_redaction_rule_deletion" => Self::Setting(Setting::RedactionDeleted),
            "conversation_deletion_schedule_creation" => Self::Setting(Setting::ScheduleCreated),
            "conversation_deletion_schedule_deletion" => Self::Setting(Setting::ScheduleDeleted),
            "inbox_access_change"
            | "app_authentication_method_change"
            | "app_google_sso_domain_change"
            | "security_settings_change"
            | "app_identity_verification_change"
            | "messenger_api_secret_creation"
            | "messenger_api_secret_deletion"
            | "trusted_domains_setting_change"
            | "malicious_domains_setting_change"
            | "strip_inbound_email_links_change"
            | "allowed_attachment_filetypes_setting_change"
            | "content_redaction_rule_update"
            | "conversation_deletion_schedule_update"
            | "conversation_deletion_schedule_state_change" => Self::Setting(Setting::Plain),
            "app_package_installation"
            | "app_package_uninstallation"
            | "app_package_token_regeneration"
            | "oauth_token_revocation"
            | "custom_authentication_token_creation"
            | "app_webhook_creation"
            | "app_webhook_deletion"
            | "app_outbound_address_change" => Self::Integration,
            _ => Self::Other,
        }
    }

    /// Whether facts tell such events apart by person.
    pub(super) const fn names_person(self) -> bool {
        match self {
            Self::SignIn
            | Self::Failure
            | Self::Unauthorized
            | Self::TwoFactor
            | Self::Permissions
            | Self::Join
            | Self::Provisioned
            | Self::Export => true,
            Self::Authentication | Self::Roles | Self::Setting(_) | Self::Integration | Self::Other => false,
        }
    }

    /// Whether whoever performs such an event is also whom it is about.
    pub(super) const fn by_oneself(self) -> bool {
        matches!(self, Self::SignIn | Self::Failure | Self::Unauthorized | Self::Export)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::HISTORY_TYPES;

    #[test]
    fn every_state_setting_type_is_known() {
        for name in HISTORY_TYPES {
            assert_ne!(Kind::of(name), Kind::Other, "{name}");
        }
        assert_eq!(Kind::of("brand_new_type"), Kind::Other);
    }
}
