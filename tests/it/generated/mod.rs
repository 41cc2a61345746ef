//! Workspaces from a seed, dense with the edges at which two readings of a rule part.

/// What happened in a generated workspace.
mod happenings;
/// Who is in a generated workspace.
mod people;

use serde_json::{Value, json};

use crate::intercom::{Api, LOG, Next, PROBED, SEARCH};
use crate::oracle::{Case, Ended, Organization};
use crate::program::NOW_SECONDS;
use crate::server::Answer;
use crate::workspace::{DAY, Workspace};
use happenings::Happenings;

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
    let (complete, forbidden) = (Ended::Complete, Ended::Forbidden);
    let (me, log, allowlist, since);
    let mut faults = Vec::new();
    if failing {
        // A young workspace: a long log is asked for in many halves before it counts as failed.
        workspace.me["app"]["created_at"] = (NOW_SECONDS - 9 * DAY).into();
        me = *random.pick(&[complete, Ended::Failed]);
        allowlist = *random.pick(&[complete, forbidden, Ended::Failed]);
        (log, since) = (Ended::Failed, 7 * DAY);
    } else {
        if random.chance(15) {
            workspace.me["app"]["created_at"] = (NOW_SECONDS - 400 * DAY).into();
        }
        me = if random.chance(12) { forbidden } else { complete };
        allowlist = if random.chance(40) { complete } else { forbidden };
        log = if random.chance(10) { forbidden } else { complete };
        since = *random.pick(&[30, 30, 30, 7, 90, 120]) * DAY;
    }
    let regions = [Some("US"), Some("eu"), Some("EU"), Some("Au"), None];
    workspace = workspace.app("region", *random.pick(&regions));
    workspace = workspace.app("identity_verification", *random.pick(&[Some(true), Some(false), None]));
    if allowlist == Ended::Complete {
        workspace.ip_allowlist = Some(address_allowlist(random));
    }
    for (path, ended) in [("/me", me), ("/ip_allowlist", allowlist), (LOG, log), (SEARCH, log)] {
        match ended {
            Ended::Complete => {}
            Ended::Forbidden => faults.push((path, *random.pick(&[401, 403]))),
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
        let api = Api::new(self.case.workspace.clone()).next(self.next.clone());
        let api = if self.exclusive { api.exclusive() } else { api };
        self.faults.iter().fold(api, |api, (path, status)| api.fault(path, answer(*status)))
    }

    /// The configuration file.
    pub(crate) fn configuration(&self) -> String {
        let Organization { allowed_domains, approved_networks, export_approvers, required_region } =
            &self.case.organization;
        let values = [
            ("allowed_domains", json!(allowed_domains)),
            ("approved_networks", json!(approved_networks)),
            ("export_approvers", json!(export_approvers)),
            ("required_region", json!(required_region)),
        ];
        let known = values.iter().filter(|(_, value)| !value.is_null());
        let lines = known.map(|(key, value)| format!("{key} = {value}\n"));
        format!("[organization]\n{}", lines.collect::<String>())
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
    let code = match status {
        200 => return Answer::json(200, &json!({ "type": "list", "data": [] })),
        400 => "intercom_version_invalid",
        402 => "api_plan_restricted",
        404 => "not_found",
        500 => "server_error",
        _ => "token_unauthorized",
    };
    Answer::error(status, code, "No")
}

/// Xorshift: the same seed gives the same workspace on every machine.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 up to, and without, the limit.
    fn below(&mut self, limit: usize) -> usize {
        ((self.next() >> 11) % limit as u64) as usize
    }

    /// Whether something with this likelihood, in percent, happens.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// The text with some of its letters in upper case, so that lowering it gives the same as before.
    fn recase(&mut self, text: &str) -> String {
        let mut other = String::new();
        for letter in text.chars() {
            let upper: String = letter.to_uppercase().collect();
            let same = upper.to_lowercase() == letter.to_lowercase().collect::<String>();
            if same && self.chance(30) { other += &upper } else { other.push(letter) }
        }
        other
    }
}
