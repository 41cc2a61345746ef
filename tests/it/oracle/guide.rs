//! The thirteen controls of the guide.

use std::collections::BTreeMap;

use serde_json::Value;

use super::log::{EXPORTS, Shown, at};
use super::people::{Privilege, Who};
use super::words::{Network, name, too_wide};
use super::{Allowed, Case, Ended, Status, decided};
use crate::workspace::DAY;

pub(super) fn statuses(case: &Case) -> BTreeMap<&'static str, Allowed> {
    let (window, ever) = (case.now - case.since, case.beginning());
    let arrivals = window.min(case.now - 90 * DAY);
    let manual = || vec![Status::Manual];
    BTreeMap::from([
        ("1.1", case.with_log(window, Shown::Events, single_sign_on)),
        ("1.2", case.about_some(case.with_log(ever, Shown::Newest, two_factor))),
        ("1.3", manual()),
        ("1.4", manual()),
        ("1.5", case.with_log(arrivals, Shown::Absence, provisioning)),
        ("2.1", vec![roles(case)]),
        ("2.2", case.with_teammates(|case| case.with_log(ever, Shown::Newest, conversation_access))),
        ("2.3", case.with_teammates(admins)),
        ("3.1", case.about_some(case.with_log(ever.min(window), Shown::Newest, exports))),
        ("3.2", case.with_log(ever, Shown::Absence, redaction)),
        ("4.1", case.with_teammates(monitoring)),
        ("4.2", manual()),
        ("5.1", vec![address_allowlist(case)]),
    ])
}

impl Case {
    /// The status of a rule about teammates.
    pub(super) fn with_teammates(&self, rule: impl Fn(&Self) -> Allowed) -> Allowed {
        if self.teammates().is_empty() { vec![Status::Manual] } else { rule(self) }
    }

    /// Without teammates and with a failed log, either status is allowed.
    fn about_some(&self, mut allowed: Allowed) -> Allowed {
        if self.teammates().is_empty() {
            allowed.push(Status::Manual);
            allowed.dedup();
        }
        allowed
    }
}

fn single_sign_on(case: &Case) -> Status {
    let (mut other, mut missing, mut some) = (false, false, false);
    let mut signed_in = vec![false; case.teammates().len()];
    for sign_in in case.in_window(&["admin_login_success"]) {
        let who = case.owner(sign_in);
        if who == Who::Bot {
            continue;
        }
        some = true;
        let method = name(sign_in["metadata"]["sign_in_method"].as_str().unwrap_or(""));
        missing |= method.is_empty();
        other |= !["", "saml", "saml_sso"].contains(&method.as_str());
        if let Who::Teammate(place) = who {
            signed_in[place] = true;
        }
    }
    let covered = signed_in.iter().filter(|signed_in| **signed_in).count();
    decided(other, !some || missing || signed_in.is_empty() || 2 * covered < signed_in.len())
}

fn two_factor(case: &Case) -> Status {
    let mut newest = BTreeMap::new();
    for change in case.ever(&["admin_two_factor_auth_change"]) {
        newest.entry(case.affected_or_performer(change)).or_insert(&change["metadata"]);
    }
    let off = |(who, metadata): (&Who, &&Value)| {
        let (enabled, after) = (&metadata["enabled"], &metadata["after"]);
        let off = *enabled == false || *after == false || *after == "off" || *after == "disabled";
        off && matches!(who, Who::Teammate(_))
    };
    decided(newest.iter().any(off), true)
}

fn provisioning(case: &Case) -> Status {
    let window = case.now - case.since;
    let earliest = window.min(case.now - 90 * DAY);
    let provisioned: Vec<_> = case
        .events_from(earliest, &["admin_provisioned"])
        .into_iter()
        .map(|event| (case.affected_or_performer(event), at(event)))
        .collect();
    let known = |who: &Who| !matches!(who, Who::Unknown | Who::Bot);
    let (mut violated, mut unnamed) = (false, false);
    for join in case.in_window(&["app_admin_join"]) {
        let who = case.owner(join);
        if who == Who::Unknown {
            unnamed = true;
        } else if known(&who) {
            let covers = |(other, when): &(Who, i64)| *other == who && *when <= at(join) + DAY;
            violated |= !provisioned.iter().any(covers);
        }
    }
    let in_window = provisioned.iter().filter(|(_, when)| *when >= window);
    unnamed |= in_window.clone().any(|(who, _)| !known(who));
    let some = in_window.clone().any(|(who, _)| matches!(who, Who::Teammate(_)));
    decided(violated, unnamed || !some)
}

fn roles(case: &Case) -> Status {
    let teammates = case.teammates();
    let without = teammates.iter().filter(|teammate| teammate.roles().is_empty()).count();
    if without == teammates.len() {
        return Status::Manual;
    }
    let (counts, by_role) = case.privileges();
    let many = |privileged: usize| teammates.len() >= 6 && 2 * privileged > teammates.len();
    if without > 0 || many(by_role) {
        Status::Fail
    } else if case.log_failed(case.beginning()) {
        if teammates.len() >= 6 { Status::Unknown } else { Status::Manual }
    } else {
        decided(many(counts.get(&Privilege::Privileged).copied().unwrap_or(0)), true)
    }
}

fn conversation_access(case: &Case) -> Status {
    let is_open = |place: usize| {
        let snapshot = case.snapshot(place);
        snapshot.is_some_and(|snapshot| snapshot["conversation_access"]["access_type"] == "all")
    };
    decided(case.unprivileged().into_iter().any(is_open), true)
}

fn admins(case: &Case) -> Allowed {
    let (counts, by_role) = case.privileges();
    let count = |privilege| counts.get(&privilege).copied().unwrap_or(0);
    let (privileged, unknown) = (count(Privilege::Privileged), count(Privilege::Unknown));
    let max = case.configuration.max_admins.unwrap_or(3);
    let failed = case.log_failed(case.beginning());
    if by_role > max || (!failed && privileged > max) {
        vec![Status::Fail]
    } else if failed && privileged > max {
        vec![Status::Fail, Status::Unknown]
    } else if failed {
        vec![Status::Unknown]
    } else {
        vec![decided(unknown == 0 && privileged < 2, unknown > 0)]
    }
}

fn exports(case: &Case) -> Status {
    let exporters: Vec<_> = case.in_window(&EXPORTS).into_iter().map(|export| case.owner(export)).collect();
    let may_or_did = |place: usize| {
        let snapshot = case.snapshot(place);
        exporters.contains(&Who::Teammate(place))
            || snapshot.is_some_and(|snapshot| snapshot["permissions"]["export_data"] == true)
    };
    decided(case.unprivileged().into_iter().any(may_or_did), true)
}

fn redaction(case: &Case) -> Status {
    let count = |name| case.ever(&[name]).len();
    let (made, dropped) =
        (count("content_redaction_rule_creation"), count("content_redaction_rule_deletion"));
    let planned = count("conversation_deletion_schedule_creation");
    let unplanned = count("conversation_deletion_schedule_deletion");
    let violated = (dropped > 0 && made <= dropped) || (unplanned > 0 && planned <= unplanned);
    let creation = case.ever(&["conversation_deletion_schedule_creation"]).first().map(|event| at(event));
    let change = case.ever(&["conversation_deletion_schedule_state_change"]);
    let maybe_off = change.first().is_some_and(|change| {
        let (enabled, after) = (&change["metadata"]["enabled"], &change["metadata"]["after"]);
        let on =
            *enabled == true || *after == true || ["on", "enabled", "active"].iter().any(|on| after == on);
        creation.is_none_or(|creation| at(change) > creation) && !on
    });
    decided(violated, maybe_off || made <= dropped || planned <= unplanned)
}

fn monitoring(case: &Case) -> Allowed {
    let month = case.now - 30 * DAY;
    let seen = |case: &Case| {
        let sign_ins = case.events_from(month, &["admin_login_success"]);
        sign_ins.into_iter().any(|sign_in| case.owner(sign_in) != Who::Bot)
    };
    let mut allowed = case.with_log(month, Shown::Absence, |case| decided(!seen(case), true));
    // One sign-in is enough for a manual, whatever else is hidden; and sign-ins are read for longer than a month.
    if case.log == Ended::Complete && !case.is_whole(month) && seen(case) {
        allowed.push(Status::Manual);
    } else if case.log == Ended::Complete
        && !case.is_whole(month.min(case.now - case.since).min(case.now - 90 * DAY))
    {
        allowed.push(Status::Unknown);
    }
    allowed
}

fn address_allowlist(case: &Case) -> Status {
    match case.allowlist {
        Ended::Failed | Ended::Midway => return Status::Unknown,
        Ended::Forbidden => return Status::Manual,
        Ended::Complete => {}
    }
    let allowlist = case.workspace.ip_allowlist.as_ref().unwrap();
    let ranges = allowlist["ip_allowlist"].as_array().unwrap();
    let networks: Vec<_> = ranges.iter().filter_map(|range| range.as_str().and_then(Network::read)).collect();
    let open = allowlist["enabled"] == false || ranges.is_empty() || too_wide(&networks);
    decided(open, networks.len() < ranges.len())
}
