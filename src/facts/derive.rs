//! Derives the facts from the observations.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::event::LogStates;
use super::observe::{Counts, Observer};
use super::privilege::Roles;
use super::reconcile::{self, Declared};
use super::rows::{Rows, bounded, days, share, time};
use super::teammates::{self, Team};
use super::vocabulary::{self, TABLES};
use super::{Facts, Settings, history, permissions, policy, settings_read, window};
use crate::api::model::Me;
use crate::casefold::fold;
use crate::region::Region;
use crate::sources::{Feed, Outcome, Outcomes, Ranges, SourceStatus};

/// Single values by dotted name.
type NamedValues = Vec<(&'static str, Value)>;

impl Observer {
    /// Derives the facts after the reading ended with `outcomes`.
    pub(crate) fn finish(self, outcomes: &Outcomes) -> Facts {
        let feeds = feed_states(outcomes, self.ranges);
        let status = |feed| feeds.get(&feed).map_or(SourceStatus::Skipped, |state| state.status);
        let states = LogStates {
            window: status(Feed::LogWindow),
            history: status(Feed::LogHistory),
            arrivals: status(Feed::LogArrivals),
        };
        let settings = &self.settings;
        let roles = Roles::new(&settings.facts.privileged_roles, &settings.facts.unprivileged_roles);
        let team = teammates::derive(&self, &roles, states);

        let mut values = NamedValues::new();
        values.extend(workspace(self.me.as_ref()));
        values.extend(team_values(team.as_ref(), &roles, states));
        values.extend(bounds(self.ranges));
        values.extend(log(&self.counts, states, self.ranges));
        if states.of_snapshots() == SourceStatus::Complete {
            values.push(("log.deletion_schedule_may_be_off", json!(self.schedule.may_be_off())));
        }
        if states.window == SourceStatus::Complete {
            let created = self.me.as_ref().and_then(|me| me.app.as_ref()?.created_at);
            let longest = self.silence.longest(created);
            values.push(("log.longest_silence_days", json!(longest.days)));
            values.push(("log.silence_since", time(longest.since)));
        }
        values.extend(organization(settings));
        values.extend(history::values(settings, self.me.as_ref(), outcomes, self.ranges));
        values.extend(settings.facts.values());
        values.extend(settings_read::allowlist_values(self.allowlist.as_ref(), settings));

        let mut tables: BTreeMap<&'static str, Rows> =
            TABLES.iter().map(|table| (table.name, Rows::default())).collect();
        tables.remove("events");
        let teammates_read = team.is_some();
        let mut team = team.unwrap_or_default();
        let (compared, of_comparison) = compare(&mut team, teammates_read, settings, &roles, self.ranges.now);
        values.extend(compared);
        tables.extend(of_comparison);
        if let Some(file) = settings.saml.as_deref() {
            values.extend(settings_read::saml_values(file));
            let region = self.me.as_ref().and_then(|me| me.app.as_ref()?.region.as_deref());
            let region = region.and_then(|region| Region::parse(&fold(region)).ok());
            let problems = settings_read::saml_problems(file, settings, region, self.ranges.now);
            tables.insert("saml_problems", problems);
        }
        tables.insert("sign_ins", self.sign_ins.methods(&self.people));
        tables.insert("sign_in_addresses", self.sign_ins.addresses(&self.people));
        tables.insert("exports", window::exports(&self.exports, &self.people, &team.privileges));
        tables.insert("joins", window::joins(&self.joins, &self.people, states));
        tables.insert("setting_changes", self.setting_changes.table());
        tables
            .insert("permission_snapshots", permissions::snapshots(&self.people_state, &self.people, states));
        tables.insert("failed_sign_ins", self.failures.table(&self.people));
        tables.insert("permission_losses", permissions::losses(&self.losses, &self.people));
        tables.insert("teammates", team.table);
        if let Some(list) = &self.allowlist {
            tables.insert("ip_allowlist", settings_read::allowlist(list));
        }
        let answers = self.probe.as_deref().unwrap_or_default();
        let allowlist =
            outcomes.feeds.get(&Feed::IpAllowlist).map_or(SourceStatus::Skipped, |one| one.status);
        tables.insert("token_probe", settings_read::probe(answers, allowlist, self.allowlist.is_some()));
        tables.insert("failed_sign_in_bursts", self.bursts.table(&self.people));

        let events = self.events.tables(&self.people);
        let activity = (states.window == SourceStatus::Complete || self.counts.events > 0)
            .then(|| self.periods.finish(self.sign_ins.totals(), states.window == SourceStatus::Complete));
        Facts {
            tables,
            events,
            values: nested(values),
            feeds,
            activity,
            changes: self.newest.finish(),
            warnings: self.people.warning().into_iter().collect(),
        }
    }
}

/// Values and tables from comparing the teammates with the configuration and the given files.
fn compare(
    team: &mut Team,
    teammates_read: bool,
    settings: &Settings,
    roles: &Roles,
    now: Timestamp,
) -> (NamedValues, Vec<(&'static str, Rows)>) {
    let Settings { rbac, organization, .. } = settings;
    let default_role = organization.default_role.as_deref();
    policy::annotate(&mut team.table.rows, rbac);
    let mut values = policy::values(rbac, default_role);
    let unseen = policy::unseen(&team.table.rows, rbac);
    values.push(("rbac.permissions_unseen", json!(teammates_read.then_some(unseen))));
    let mut tables = vec![
        ("declared_roles", policy::roles(rbac, &team.table.rows)),
        ("declared_groups", policy::groups(rbac)),
    ];
    if let Some(roster) = settings.roster.as_deref().filter(|roster| roster.has_provider()) {
        let declared = Declared { roster, rbac, default_role, roles, now };
        let reconciliation = reconcile::reconcile(&mut team.table.rows, declared);
        values.extend(reconciliation.values(roster, teammates_read));
        tables.push(("roster_differences", reconciliation.differences));
    }
    (values, tables)
}

/// How each feed ended; a missing one was not read. If the window covers the range of sign-ins, their feed ended like
/// the window.
fn feed_states(outcomes: &Outcomes, ranges: Ranges) -> BTreeMap<Feed, Outcome> {
    let ended = |feed| outcomes.feeds.get(&feed).cloned().unwrap_or(Outcome::skipped());
    let mut feeds: BTreeMap<Feed, Outcome> = Feed::ALL.iter().map(|&feed| (feed, ended(feed))).collect();
    if ranges.arrivals_since >= ranges.since && ended(Feed::LogArrivals).status == SourceStatus::Skipped {
        feeds.insert(Feed::LogArrivals, ended(Feed::LogWindow));
    }
    // The token probe includes the IP allowlist.
    let [probe, allowlist] = [Feed::TokenProbe, Feed::IpAllowlist].map(ended);
    if probe.status == SourceStatus::Complete && allowlist.status != SourceStatus::Forbidden {
        feeds.insert(Feed::TokenProbe, allowlist);
    }
    feeds
}

fn workspace(me: Option<&Me>) -> NamedValues {
    let Some(me) = me else { return NamedValues::new() };
    let given = |text: &&String| !text.trim().is_empty();
    let text = |text: Option<&String>| json!(text.filter(given).map(|text| bounded(text)));
    let app = me.app.as_ref();
    vec![
        ("workspace.id", text(app.and_then(|app| app.id_code.as_ref()))),
        ("workspace.name", text(app.and_then(|app| app.name.as_ref()))),
        ("workspace.region", text(app.and_then(|app| app.region.as_ref()))),
        ("workspace.timezone", text(app.and_then(|app| app.timezone.as_ref()))),
        ("workspace.created_at", time(app.and_then(|app| app.created_at))),
        ("workspace.identity_verification", json!(app.and_then(|app| app.identity_verification))),
        ("token.email", text(me.email.as_ref())),
        ("token.email_verified", json!(me.email_verified)),
    ]
}

fn team_values(team: Option<&Team>, roles: &Roles, states: LogStates) -> NamedValues {
    let Some(team) = team else { return NamedValues::new() };
    let [privileged, unprivileged, unknown] = team.counts;
    let mut values = vec![
        ("workspace.teammates", json!(team.size)),
        ("workspace.with_role", json!(team.with_role)),
        ("workspace.privileged_by_role", json!(team.privileged_by_role)),
        ("privileged", json!(privileged)),
        ("unprivileged", json!(unprivileged)),
        ("unknown_privilege", json!(unknown)),
        ("roles.unclassified", json!(team.unclassified)),
        ("roles.advice", json!(roles.advice(team.unclassified.iter().map(String::as_str)))),
    ];
    if states.window == SourceStatus::Complete {
        values.push(("log.signed_in_teammates", json!(team.signed_in)));
        values.push(("log.sign_in_coverage", share(team.signed_in, team.size)));
        if states.history == SourceStatus::Complete {
            values.push(("log.two_factor_known", json!(team.two_factor_known)));
            values.push(("log.permissions_known", json!(team.permissions_known)));
        }
    }
    values
}

fn bounds(ranges: Ranges) -> NamedValues {
    let (since, now) = (ranges.since.as_second(), ranges.now.as_second());
    vec![("window.days", days(now - since)), ("window.since", time(since)), ("window.until", time(now))]
}

/// Counts of the log. They are null if their part was not read in full, because a number would be too low.
fn log(counts: &Counts, states: LogStates, ranges: Ranges) -> NamedValues {
    let mut values = NamedValues::new();
    if states.window != SourceStatus::Complete {
        return values;
    }
    let age = |at: Option<i64>| at.map_or(Value::Null, |at| days(ranges.now.as_second() - at));
    if states.arrivals == SourceStatus::Complete {
        values.push(("log.earlier_sign_in_days", age(counts.last_sign_in)));
    }
    values.extend([
        ("log.events", json!(counts.events)),
        ("log.sign_ins", json!(counts.sign_ins)),
        ("log.failed_sign_ins", json!(counts.failed_sign_ins)),
        ("log.authentication", json!(counts.groups.authentication)),
        ("log.role_changes", json!(counts.groups.roles)),
        ("log.exports", json!(counts.groups.exports)),
        ("log.configuration", json!(counts.groups.configuration)),
        ("log.newest", time(counts.newest)),
        ("log.newest_age_days", age(counts.newest)),
        ("log.last_sign_in_days", age(counts.last_sign_in.filter(|_| counts.sign_ins > 0))),
    ]);
    if states.history == SourceStatus::Complete {
        let ever = |event_type| json!(counts.settings.get(event_type).copied().unwrap_or(0));
        values.extend([
            ("log.redaction_rules_created", ever("content_redaction_rule_creation")),
            ("log.redaction_rules_deleted", ever("content_redaction_rule_deletion")),
            ("log.deletion_schedules_created", ever("conversation_deletion_schedule_creation")),
            ("log.deletion_schedules_deleted", ever("conversation_deletion_schedule_deletion")),
        ]);
    }
    values
}

fn organization(settings: &Settings) -> NamedValues {
    let organization = &settings.organization;
    let networks = organization.approved_networks.as_deref();
    let too_wide = networks.map(|list| settings.facts.is_too_wide(list.iter().copied()));
    let networks = networks.map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>());
    vec![
        ("organization.allowed_domains", json!(organization.allowed_domains)),
        ("organization.approved_networks", json!(networks)),
        ("networks.too_wide", json!(too_wide)),
        ("organization.required_region", json!(organization.required_region.map(|region| region.label()))),
        ("organization.export_approvers", json!(organization.export_approvers)),
        ("organization.sso", json!(settings.organization.sso.map(|sso| sso.into_str()))),
        ("organization.default_role", json!(settings.organization.default_role)),
    ]
}

/// Nests all declared dotted names; values that were not observed are null.
fn nested(values: NamedValues) -> Value {
    let mut root = Map::new();
    let unobserved = vocabulary::values().map(|field| (field.name, Value::Null));
    for (name, value) in unobserved.chain(values) {
        match name.split_once('.') {
            None => {
                root.insert(name.to_owned(), value);
            }
            Some((group, leaf)) => {
                if let Value::Object(group) = root.entry(group).or_insert_with(|| json!({})) {
                    group.insert(leaf.to_owned(), value);
                }
            }
        }
    }
    Value::Object(root)
}
