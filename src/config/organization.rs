//! `[organization]`: what the organization declares about itself.

use std::path::PathBuf;

use clap::ValueEnum;
use ipnet::IpNet;
use strum::IntoStaticStr;

use crate::address::{self, fold_domain};
use crate::region::Region;
use crate::toml_document::{Table, excerpt};

use super::section::{Context, filled, is_domain, is_email};

/// What the organization declares about itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Organization {
    /// E-mail domains teammates may have, as domains are compared; `*.example.com` stands for subdomains.
    pub allowed_domains: Option<Vec<String>>,
    /// Networks sign-ins may come from, as CIDR ranges.
    pub approved_networks: Option<Vec<IpNet>>,
    /// The region the workspace has to be in.
    pub required_region: Option<Region>,
    /// E-mail addresses of people who may export data.
    pub export_approvers: Option<Vec<String>>,
    /// Whether people have to sign in through the identity provider.
    pub sso: Option<Sso>,
    /// The role of people who get none from a group.
    pub default_role: Option<String>,
    /// How the identity provider is reached.
    pub saml: Option<Saml>,
}

/// Whether single sign-on is the only way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub(crate) enum Sso {
    /// It is the only way in.
    Enforced,
    /// It is one of several.
    Optional,
}

/// The identity provider's side of SAML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Saml {
    /// The file with the metadata.
    pub metadata: Option<PathBuf>,
    /// The file with the signing certificate, where there is no metadata.
    pub certificate: Option<PathBuf>,
    /// The audience that assertions are made out to.
    pub audience: Option<String>,
    /// What the identity provider calls itself.
    pub issuer: Option<String>,
    /// Where people are sent to sign in.
    pub entry_point: Option<String>,
    /// Where assertions are sent to.
    pub acs_url: Option<String>,
    /// Whether the identity provider encrypts assertions.
    pub encrypted_assertions: Option<bool>,
    /// The file with the certificate of Intercom's that it encrypts them with.
    pub encryption_certificate: Option<PathBuf>,
}

impl Organization {
    pub(super) fn read(mut table: Table<'_>, context: &Context) -> Self {
        let organization = Self {
            allowed_domains: list(&mut table, "allowed_domains", |text| {
                let (start, domain) = text.strip_prefix("*.").map_or(("", text), |domain| ("*.", domain));
                let domain = fold_domain(domain);
                is_domain(&domain)
                    .then(|| format!("{start}{domain}"))
                    .ok_or("not a domain such as `example.com` or `*.example.com`")
            }),
            approved_networks: list(&mut table, "approved_networks", |text| {
                address::network(text)
                    .map(|network| network.trunc())
                    .ok_or("neither a network such as `192.0.2.0/24` nor an address")
            }),
            required_region: table.word("required_region"),
            export_approvers: list(&mut table, "export_approvers", |text| {
                is_email(text).then(|| text.to_owned()).ok_or("not an e-mail address")
            }),
            sso: table.word("sso"),
            default_role: filled(&mut table, "default_role").map(|role| role.value),
            saml: table.table("saml").map(|saml| Saml::read(saml, context)),
        };
        table.finish();
        organization
    }
}

impl Saml {
    fn read(mut table: Table<'_>, context: &Context) -> Self {
        let document = table.document();
        match (table.has("metadata"), table.has("certificate")) {
            (true, true) => {
                document.report(table.line(), "give `metadata` or `certificate`, not both");
            }
            (false, false) => table.missing("metadata` or `certificate"),
            _ => {}
        }
        let encrypted = table.flag("encrypted_assertions");
        let mut text = |key| filled(&mut table, key).map(|text| text.value.trim().to_owned());
        let saml = Self {
            audience: text("audience"),
            issuer: text("issuer"),
            entry_point: text("entry_point"),
            acs_url: text("acs_url"),
            metadata: context.file(&mut table, "metadata"),
            certificate: context.file(&mut table, "certificate"),
            encrypted_assertions: encrypted.as_ref().map(|encrypted| encrypted.value),
            encryption_certificate: context.file(&mut table, "encryption_certificate"),
        };
        if let Some(no) = encrypted.filter(|encrypted| !encrypted.value)
            && saml.encryption_certificate.is_some()
        {
            document.report(
                no.line,
                "`encrypted_assertions` is false, but `encryption_certificate` says what they are encrypted with",
            );
        }
        table.finish();
        saml
    }
}

/// Takes a list whose items have to mean something. An empty list would refuse everything: a slip.
fn list<T>(
    table: &mut Table<'_>,
    key: &'static str,
    convert: impl Fn(&str) -> Result<T, &'static str>,
) -> Option<Vec<T>> {
    let texts = table.texts(key)?;
    let document = table.document();
    if texts.is_empty() {
        document.report(texts.line, format!("`{key}` is empty; delete it if nothing is declared"));
        return None;
    }
    let mut items = Vec::new();
    for text in &texts.value {
        match convert(text.trim()) {
            Ok(item) => items.push(item),
            Err(why) => document.report(text.line, format!("`{key}` holds `{}`, {why}", excerpt(text))),
        }
    }
    Some(items)
}
