//! The schema of `intercom-harden.toml`.

use serde_json::{Value, json};

use super::{
    DATE, FILLED, about, address, any_case, any_value, document, filled, flag, formed, having, list, named,
    non_empty_list, proposed, replacing, table, text, whole, with, words, words_of,
};
use crate::config::{Occasion, Permission, Sso};
use crate::controls::{Catalog, Definition};
use crate::facts::vocabulary::SETTINGS;
use crate::level::{FailOn, Level};
use crate::region::Region;
use crate::verdict::Attested;

/// Where the schema is.
pub(crate) const ADDRESS: &str = address!("config.schema.json");

/// The schema of a configuration for the controls of a catalog.
pub(crate) fn config(catalog: &Catalog) -> Value {
    let keys = vec![
        ("workspace", workspace()),
        ("scan", scan()),
        ("params", params(catalog)),
        ("facts", facts()),
        ("controls", controls(catalog)),
        ("attestation", list("What people saw in the web app and sign for.", attestation(catalog))),
        ("waiver", list("Findings that are accepted for a while.", waiver(catalog))),
        ("reviewed", list("Events that people looked at and found in order.", reviewed())),
        (
            "alert",
            list(
                "Where what is new goes. Only where the configuration is named with --config.",
                alert(catalog),
            ),
        ),
        ("organization", organization()),
        ("rbac", rbac()),
        ("store", store()),
    ];
    let title = "Configuration of intercom-harden";
    document(ADDRESS, title, table("The configuration of a scan, intercom-harden.toml.", &[], keys))
}

fn workspace() -> Value {
    let keys = vec![
        ("id", filled("The workspace's id. Another workspace is refused.")),
        ("region", words_of::<Region>("Where the workspace is hosted.")),
        ("name", filled("The workspace's name, for people.")),
        (
            "token_file",
            filled("The file that holds the token. Only where the configuration is named with --config."),
        ),
    ];
    table("The workspace to scan. The token itself never goes into this file.", &[], keys)
}

fn scan() -> Value {
    let since = "The window for frequent events: a duration such as 30d, a date, or an RFC 3339 time.";
    let coverage = "Fail when less than this share of the controls passes or fails, in percent.";
    let keys = vec![
        ("level", words_of::<Level>("Evaluate controls up to this level.")),
        ("fail_on", words_of::<FailOn>("Fail when a control at or below this level fails.")),
        ("since", filled(since)),
        ("strict", flag("Whether manual and unknown controls fail the gate, too.")),
        ("min_coverage", whole(coverage, 0, Some(100))),
    ];
    table("How a scan is made. An option on the command line outweighs each.", &[], keys)
}

fn each(catalog: &Catalog) -> impl Iterator<Item = &Definition> {
    catalog.of_policy(false).chain(catalog.of_policy(true))
}

/// A table whose keys are ids of controls: those that are known, and any other spelling.
fn by_id(meaning: &str, known: impl Iterator<Item = (String, Value)>, other: Value) -> Value {
    let known: serde_json::Map<String, Value> = known.collect();
    with(named(meaning, other), "properties", known.into())
}

fn params(catalog: &Catalog) -> Value {
    let of = |definition: &Definition| {
        let control = &definition.control;
        let keys = control.params.iter().map(|(name, default)| {
            (name.clone(), replacing(&format!("A parameter of {}.", control.id), default))
        });
        let keys: serde_json::Map<String, Value> = keys.collect();
        let known = json!({ "type": "object", "additionalProperties": false, "properties": keys });
        (control.id.clone(), about(&control.title, known))
    };
    let known = each(catalog).filter(|definition| !definition.control.params.is_empty()).map(of);
    by_id(
        "Parameters of controls, by control id.",
        known,
        json!({ "type": "object", "additionalProperties": any_value() }),
    )
}

fn facts() -> Value {
    let keys = SETTINGS.iter().map(|setting| {
        let schema = replacing(&sentence(setting.field.meaning), &setting.default);
        let is_number = setting.default.is_number();
        (setting.name(), if is_number { with(schema, "type", "integer".into()) } else { schema })
    });
    table("What facts go by, whichever control reads them.", &[], keys.collect())
}

/// A meaning of the vocabulary as a sentence.
pub(super) fn sentence(meaning: &str) -> String {
    format!("{}.", crate::casefold::capitalized(meaning))
}

fn controls(catalog: &Catalog) -> Value {
    let setting = |meaning: &str| {
        let keys = vec![
            ("level", words("The level in place of the control's own.", Level::ALL.map(Level::label))),
            ("enabled", flag("false leaves the control out.")),
        ];
        table(meaning, &[], keys)
    };
    let known = each(catalog).map(|definition| {
        let control = &definition.control;
        (control.id.clone(), setting(&control.title))
    });
    by_id("Levels of controls, and controls that are left out, by control id.", known, setting("A control."))
}

fn id(catalog: &Catalog) -> Value {
    proposed("The control's id.", each(catalog).map(|definition| &*definition.control.id))
}

fn date(meaning: &str) -> Value {
    formed(meaning, DATE)
}

fn attestation(catalog: &Catalog) -> Value {
    let keys = vec![
        ("control", id(catalog)),
        ("result", words_of::<Attested>("What was seen; n/a needs a note that says why it does not apply.")),
        ("by", filled("Who saw it.")),
        ("on", date("The day it was seen, UTC.")),
        ("expires", date("The last day on which it counts, UTC.")),
        ("evidence", filled("Where the proof is kept, such as the address of a ticket.")),
        ("evidence_file", filled("A file that proves it.")),
        ("evidence_sha256", formed("The SHA-256 of that file.", r"^\s*[0-9A-Fa-f]{64}\s*$")),
        ("note", filled("What else is worth knowing.")),
    ];
    let table = table("What a person saw.", &["control", "by", "on", "expires"], keys);
    let both = json!({ "evidence_file": ["evidence_sha256"], "evidence_sha256": ["evidence_file"] });
    let result = json!({ "type": "string", "pattern": "^[Nn]/[Aa]$" });
    let applies_not = json!({ "required": ["result"], "properties": { "result": result } });
    with(with(with(table, "dependencies", both), "if", applies_not), "then", having(&["note"]))
}

fn waiver(catalog: &Catalog) -> Value {
    let keys = vec![
        ("control", id(catalog)),
        (
            "subject",
            filled("Who or what the finding is about. Without it or an event the whole control is waived."),
        ),
        ("event", filled("The id of the one event it is about, in place of a subject.")),
        ("reason", filled("Why.")),
        ("by", filled("Who decided.")),
        ("on", date("The day it was decided, UTC.")),
        ("expires", date("The last day on which it counts, UTC.")),
    ];
    let table = table("A finding that is accepted.", &["control", "reason", "by", "expires"], keys);
    with(table, "not", having(&["subject", "event"]))
}

fn reviewed() -> Value {
    let keys = vec![
        ("event", filled("The event's id, as reports show it.")),
        ("by", filled("Who looked at it.")),
        ("on", date("The day from which the review counts, UTC.")),
        ("note", filled("What was found.")),
    ];
    table("An event that was looked at.", &["event", "by", "on"], keys)
}

fn alert(catalog: &Catalog) -> Value {
    let variable = |meaning| formed(meaning, r"^\s*[A-Za-z_][A-Za-z0-9_]*\s*$");
    let keys = vec![
        ("name", with(filled("Its name, which no other alert has."), "maxLength", 60.into())),
        ("kind", words("Who takes the messages.", ["webhook", "slack", "command"])),
        ("url_env", variable("The environment variable that holds the address.")),
        ("url_file", filled("The file that holds the address.")),
        (
            "secret_env",
            variable("The environment variable that holds the secret, with which messages are signed."),
        ),
        ("secret_file", filled("The file that holds the secret, with which messages are signed.")),
        (
            "command",
            non_empty_list(
                "The program that reads messages from standard input, and its arguments.",
                text("A word."),
            ),
        ),
        ("level", words_of::<Level>("Send findings of controls up to this level.")),
        ("on", non_empty_list("Which changes to send.", words_of::<Occasion>("An occasion."))),
        ("controls", list("Send only these controls.", id(catalog))),
    ];
    let is = |kind: &str| {
        let kind = json!({ "type": "string", "pattern": format!("^{}$", any_case(kind)) });
        json!({ "required": ["kind"], "properties": { "kind": kind } })
    };
    let none = |keys: &[&str]| json!({ "not": { "anyOf": keys.iter().map(|key| having(&[key])).collect::<Vec<_>>() } });
    let url = json!({ "anyOf": [having(&["url_env"]), having(&["url_file"])] });
    let only_command = json!({ "allOf": [having(&["command"]), none(&["url_env", "url_file", "secret_env", "secret_file"])] });
    let rules = json!([
        { "not": having(&["url_env", "url_file"]) },
        { "not": having(&["secret_env", "secret_file"]) },
        { "if": is("command"), "then": only_command, "else": { "allOf": [url, none(&["command"])] } },
        { "if": is("slack"), "then": none(&["secret_env", "secret_file"]) },
    ]);
    with(table("A receiver of messages.", &["name", "kind"], keys), "allOf", rules)
}

fn organization() -> Value {
    let item = || json!({ "type": "string", "pattern": FILLED });
    let keys = vec![
        (
            "allowed_domains",
            non_empty_list(
                "E-mail domains that teammates may have; *.example.com stands for subdomains.",
                item(),
            ),
        ),
        (
            "approved_networks",
            non_empty_list("Networks that sign-ins may come from: CIDR ranges or addresses.", item()),
        ),
        ("required_region", words_of::<Region>("Where the workspace has to be hosted.")),
        ("export_approvers", non_empty_list("E-mail addresses of people who may export data.", item())),
        ("sso", words_of::<Sso>("Whether single sign-on is the only way in.")),
        ("default_role", filled("The role of people who get none from a group.")),
        ("saml", saml()),
    ];
    table("What the organization declares about itself.", &[], keys)
}

fn saml() -> Value {
    let keys = vec![
        ("metadata", filled("The file with the identity provider's SAML metadata, relative to this file.")),
        ("certificate", filled("The file with its signing certificate, where there is no metadata.")),
        ("audience", filled("The SAML URL of the workspace, as Intercom shows it.")),
        ("acs_url", filled("Where the identity provider sends assertions.")),
        ("issuer", filled("The identity provider's entity ID, as Intercom has it.")),
        ("entry_point", filled("Where Intercom sends people to sign in.")),
        ("encrypted_assertions", flag("Whether the identity provider encrypts assertions.")),
        (
            "encryption_certificate",
            filled("The file with the certificate of Intercom's that it encrypts them with."),
        ),
    ];
    let table = table("How the identity provider is reached.", &[], keys);
    with(table, "oneOf", json!([having(&["metadata"]), having(&["certificate"])]))
}

fn rbac() -> Value {
    let role = vec![
        ("permissions", list("What the role may do.", words_of::<Permission>("A permission."))),
        (
            "intercom",
            list(
                "Intercom's own names of the permissions that come with the role at most.",
                filled("A permission."),
            ),
        ),
    ];
    let identities = vec![
        ("plus_aliases", flag("Whether to ignore what follows a + in front of the @.")),
        ("domain_aliases", named("Domains, each with the domain it stands for.", filled("A domain."))),
    ];
    let keys = vec![
        ("roles", named("Roles by name.", table("A role.", &["permissions"], role))),
        (
            "groups",
            named("Groups of the identity provider, each with its role in Intercom.", filled("A role.")),
        ),
        ("identities", table("Which addresses are one person's.", &[], identities)),
    ];
    table("The roles and groups that the organization declares.", &[], keys)
}

fn store() -> Value {
    let keys = vec![
        ("file", filled("The database. Only where the configuration is named with --config.")),
        ("keep", text("How long reports are kept, such as 90d; for good, where nothing is said.")),
    ];
    table("Where runs are kept, and for how long.", &[], keys)
}
