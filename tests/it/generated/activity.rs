//! The types of events that happen in a generated workspace.

/// What is rare, and mostly has to be reviewed.
pub(super) const RARE: [&str; 19] = [
    "admin_impersonation_start",
    "admin_impersonation_consent_approved",
    "app_authentication_method_change",
    "app_google_sso_domain_change",
    "security_settings_change",
    "app_identity_verification_change",
    "trusted_domains_setting_change",
    "malicious_domains_setting_change",
    "strip_inbound_email_links_change",
    "allowed_attachment_filetypes_setting_change",
    "app_package_installation",
    "app_package_token_regeneration",
    "custom_authentication_token_creation",
    "messenger_api_secret_creation",
    "app_webhook_creation",
    "admin_impersonation_end",
    "app_package_uninstallation",
    "role_change",
    "a_type_of_the_year_2031",
];

/// What keeps data from lasting, made at even places and undone at odd ones.
pub(super) const KEPT: [&str; 4] = [
    "content_redaction_rule_creation",
    "content_redaction_rule_deletion",
    "conversation_deletion_schedule_creation",
    "conversation_deletion_schedule_deletion",
];

/// Exports.
pub(super) const EXPORTS: [&str; 4] =
    ["app_data_export", "bulk_export", "conversation_pdf_export", "macro_usage_export"];
