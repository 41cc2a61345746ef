//! Workspaces from a seed, dense with the edges at which two readings of a rule part.

/// The types of events.
mod activity;
/// What happened in a generated workspace.
mod happenings;
/// Who is in a generated workspace.
mod people;
/// A small deterministic source of randomness.
mod random;

use serde_json::{Value, json};

use crate::intercom::{Api, LOG, Next, PROBED, SEARCH};
use crate::oracle::{Case, Ended, Organization};
use crate::program::NOW_SECONDS;
use crate::server::Answer;
use crate::workspace::{DAY, Workspace};
use happenings::Happenings;
use random::Random;

/// A case, and how the API answers around it.
pub(crate) struct Scene {
    /// What decides the verdicts.
    pub(crate) case: Case,
    /// The status of what is refused or fails, by path.
    faults: Vec<(&'static str, u16)>,
    next: Next,
    exclusive: bool,
}

/// Whether sources of the seed's scene fail for good: one in fifty, since that costs retries.
pub(crate) fn fails(seed: u64) -> bool {
    seed % 50 == 7
}

/// The scene of a seed.
pub(crate) fn scene(seed: u64) -> Scene {
    let random = &mut Random::new(seed);
    let failing = fails(seed);
    let mut workspace = Workspace::new();
    let (me, log, allowlist, since);
    let mut faults = Vec::new();
    if failing {
        // A young workspace: a long log is asked for in many halves before it counts as failed.
        workspace.me["app"]["created_at"] = (NOW_SECONDS - 9 * DAY).into();
        me = *random.pick(&[Ended::Complete, Ended::Failed]);
        allowlist = *random.pick(&[Ended::Complete, Ended::Forbidden, Ended::Failed]);
        log = Ended::Failed;
        since = 7 * DAY;
    } else {
        if random.chance(15) {
            workspace.me["app"]["created_at"] = (NOW_SECONDS - 400 * DAY).into();
        }
        me = if random.chance(12) { Ended::Forbidden } else { Ended::Complete };
        allowlist = if random.chance(40) { Ended::Complete } else { Ended::Forbidden };
        log = if random.chance(10) { Ended::Forbidden } else { Ended::Complete };
        since = *random.pick(&[30, 30, 30, 7, 90, 120]) * DAY;
    }
    workspace.me["app"]["region"] =
        random.pick(&[json!("US"), json!("eu"), json!("EU"), json!("Au"), Value::Null]).clone();
    workspace.me["app"]["identity_verification"] =
        random.pick(&[json!(true), json!(false), Value::Null]).clone();
    if allowlist == Ended::Complete {
        workspace.ip_allowlist = Some(address_allowlist(random));
    }
    let refusals = [401, 403];
    for (path, ended) in [("/me", me), ("/ip_allowlist", allowlist), (LOG, log), (SEARCH, log)] {
        match ended {
            Ended::Complete => {}
            Ended::Forbidden => faults.push((path, *random.pick(&refusals))),
            Ended::Failed => faults.push((path, 500)),
        }
    }
    if log == Ended::Complete && random.chance(8) {
        faults.push((SEARCH, *random.pick(&[400, 404])));
    }
    let probe = (!random.chance(10)).then(|| probe_answers(random, failing));
    for (path, status) in PROBED.iter().zip(probe.iter().flatten()) {
        faults.push((path, *status));
    }
    let calm = random.chance(50);
    let (people, organization) = people::people(random, calm);
    workspace.admins = people.iter().filter_map(|person| person.entry.clone()).collect();
    let mut happenings = Happenings::new(random, people, since, &workspace);
    happenings.happen(calm);
    workspace.events = happenings.events;
    let next = random.pick(&[Next::Null, Next::Url, Next::Cursor]).clone();
    let exclusive = random.chance(20);
    let case = Case { workspace, me, log, allowlist, probe, organization, now: NOW_SECONDS, since };
    Scene { case, faults, next, exclusive }
}

fn address_allowlist(random: &mut Random) -> Value {
    let pool = ["192.0.2.0/24", "10.0.0.0/8", "2001:db8::/32", "198.51.100.7", "2001:db8::1"];
    let odd = ["10.0.0.0/7", "0.0.0.0/0", "2001::/31", "::/0", "nowhere", ""];
    let mut ranges: Vec<_> = (0..random.below(4)).map(|_| *random.pick(&pool)).collect();
    if random.chance(25) {
        ranges.push(*random.pick(&odd));
    }
    json!({ "type": "ip_allowlist", "enabled": !random.chance(20), "ip_allowlist": ranges })
}

fn probe_answers(random: &mut Random, failing: bool) -> Vec<u16> {
    let mut answers: Vec<u16> = PROBED.iter().map(|_| *random.pick(&[401, 402, 403, 404])).collect();
    if random.chance(20) {
        answers[random.below(6)] = 200;
    }
    if failing && random.chance(60) {
        answers[random.below(6)] = 500;
    }
    answers
}

impl Scene {
    /// An API that answers so.
    pub(crate) fn api(&self) -> Api {
        let mut api = Api::new(self.case.workspace.clone()).next(self.next.clone());
        if self.exclusive {
            api = api.exclusive();
        }
        for (path, status) in &self.faults {
            api = api.fault(path, answer(*status));
        }
        api
    }

    /// The configuration file.
    pub(crate) fn configuration(&self) -> String {
        let Organization { allowed_domains, approved_networks, export_approvers, required_region } =
            &self.case.organization;
        let mut text = "[organization]\n".to_owned();
        let lists = [
            ("allowed_domains", allowed_domains),
            ("approved_networks", approved_networks),
            ("export_approvers", export_approvers),
        ];
        for (key, list) in lists {
            if let Some(list) = list {
                text += &format!("{key} = {}\n", json!(list));
            }
        }
        if let Some(region) = required_region {
            text += &format!("required_region = {}\n", json!(region));
        }
        text
    }

    /// What the API does beside the workspace, for messages.
    pub(crate) fn circumstances(&self) -> String {
        let Case { me, log, allowlist, probe, organization, since, .. } = &self.case;
        format!(
            "me {me:?}, log {log:?}, allowlist {allowlist:?}, probe {probe:?}, since {} d\n{organization:?}\n\
             faults {:?}, next {:?}, exclusive {}",
            since / DAY,
            self.faults,
            self.next,
            self.exclusive
        )
    }
}

fn answer(status: u16) -> Answer {
    match status {
        200 => Answer::json(200, &json!({ "type": "list", "data": [] })),
        400 => Answer::error(400, "intercom_version_invalid", "The requested version is not available here"),
        402 => Answer::error(402, "api_plan_restricted", "This feature is not yet available to your app"),
        404 => Answer::error(404, "not_found", "The requested resource was not found"),
        500 => Answer::error(500, "server_error", "Something went wrong"),
        status => Answer::error(status, "token_unauthorized", "Not authorized to access resource"),
    }
}
