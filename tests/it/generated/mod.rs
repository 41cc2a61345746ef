//! Workspaces from a seed, with many edge cases of the rules.

/// Changes, new teammates, sign-ins and failures.
mod changes;
/// The configuration, and its file.
mod configuration;
/// The activity log of a generated workspace.
mod happenings;
/// Entries of the log that are repeated, or cannot be read.
mod oddities;
/// The people of a generated workspace.
mod people;

use serde_json::{Value, json};

use crate::intercom::{Api, LOG, Next, PROBED, SEARCH};
use crate::oracle::{Case, Ended};
use crate::program::NOW_SECONDS;
use crate::server::{Answer, Server};
use crate::workspace::{DAY, Workspace};
use happenings::Happenings;

/// A case, and how the API answers around it.
pub(crate) struct Scene {
    /// The input of the verdicts.
    pub(crate) case: Case,
    /// The HTTP status of refused or failing paths.
    faults: Vec<(&'static str, u16)>,
    /// The number of answers before the log is refused, if it is refused midway.
    answered: usize,
    next: Next,
    exclusive: bool,
}

/// Whether sources of a seed's scene fail permanently: one in 50, because that costs retries.
pub(crate) fn fails(seed: u64) -> bool {
    seed % 50 == 7
}

/// How the sources of a scene end.
struct Ends {
    me: Ended,
    admins: Ended,
    log: Ended,
    allowlist: Ended,
}

fn ends(random: &mut Random, seed: u64) -> Ends {
    let (complete, forbidden, failed) = (Ended::Complete, Ended::Forbidden, Ended::Failed);
    let mut ends = Ends { me: complete, admins: complete, log: complete, allowlist: forbidden };
    if fails(seed) {
        ends.allowlist = *random.pick(&[complete, forbidden, forbidden, failed]);
        match seed / 50 % 4 {
            0 => ends.admins = failed,
            1 => (ends.me, ends.log) = (failed, failed),
            _ => ends.log = failed,
        }
        return ends;
    }
    if random.chance(12) {
        ends.me = forbidden;
    }
    if random.chance(40) {
        ends.allowlist = complete;
    }
    match random.below(40) {
        0..4 => ends.log = forbidden,
        4..7 => ends.log = Ended::Midway,
        7 => (ends.me, ends.admins) = (complete, forbidden),
        _ => {}
    }
    ends
}

/// The scene of a seed.
pub(crate) fn scene(seed: u64) -> Scene {
    let random = &mut Random::new(seed);
    let mut workspace = Workspace::new();
    let Ends { me, admins, log, allowlist } = ends(random, seed);
    let mut faults = Vec::new();
    let mut since = *random.pick(&[30, 30, 30, 7, 90, 120]) * DAY;
    if log == Ended::Failed {
        // A young workspace: a long log is requested in many halves before it counts as failed.
        workspace.me["app"]["created_at"] = (NOW_SECONDS - 9 * DAY).into();
        since = 7 * DAY;
    } else if random.chance(15) {
        workspace.me["app"]["created_at"] = (NOW_SECONDS - 400 * DAY).into();
    } else if random.chance(10) {
        workspace.me["app"]["created_at"] = Value::Null;
    }
    let regions = [Some("US"), Some("eu"), Some("EU"), Some(" Au "), Some("ＵＳ"), Some(""), None];
    workspace = workspace.app("region", *random.pick(&regions));
    workspace = workspace.app("identity_verification", *random.pick(&[Some(true), Some(false), None]));
    if allowlist == Ended::Complete {
        workspace.ip_allowlist = Some(address_allowlist(random));
    }
    for (path, ended) in
        [("/me", me), ("/admins", admins), ("/ip_allowlist", allowlist), (LOG, log), (SEARCH, log)]
    {
        match ended {
            Ended::Complete | Ended::Midway => {}
            Ended::Forbidden if path == "/admins" => faults.push((path, 403)),
            Ended::Forbidden => faults.push((path, *random.pick(&[401, 403]))),
            Ended::Failed => faults.push((path, 500)),
        }
    }
    if log == Ended::Complete && random.chance(8) {
        faults.push((SEARCH, *random.pick(&[400, 404])));
    }
    let probe = (!random.chance(10)).then(|| probe_answers(random, fails(seed)));
    for (path, status) in PROBED.iter().zip(probe.iter().flatten()) {
        faults.push((path, *status));
    }
    let calm = random.chance(50);
    let (mut people, mut configuration) = people::people(random, calm, me == Ended::Complete);
    if me == Ended::Failed {
        configuration.required_region.get_or_insert_with(|| "EU".to_owned());
    }
    if admins != Ended::Complete {
        // Without the list, the bot cannot be identified.
        people.retain(|person| person.id.is_none_or(|id| !(people::BOT..people::BOT + 2).contains(&id)));
        configuration.allowed_domains.get_or_insert_with(|| vec!["fixture.example".to_owned()]);
    }
    workspace.admins = people.iter().filter_map(|person| person.entry.clone()).collect();
    let mut happenings = Happenings::new(random, people, since, &workspace);
    happenings.happen(calm);
    workspace.events = happenings.events;
    if log == Ended::Complete && faults.iter().any(|(path, _)| *path == SEARCH) {
        // After a short page without new events, the log may have ended or repeat itself.
        let mut listed = std::collections::BTreeSet::new();
        workspace.events.retain(|event| {
            listed.insert(["id", "activity_type", "created_at"].map(|name| event[name].to_string()))
        });
    }
    configuration::review(random, &mut configuration, &workspace.events);
    let next = random.pick(&[Next::Null, Next::Url, Next::Cursor]).clone();
    let exclusive = random.chance(20);
    let answered = 1 + random.below(3);
    let case = Case { workspace, me, admins, log, allowlist, probe, configuration, now: NOW_SECONDS, since };
    Scene { case, faults, answered, next, exclusive }
}

fn address_allowlist(random: &mut Random) -> Value {
    let pool = [
        "192.0.2.0/24",
        "10.0.0.0/8",
        "10.1.0.0/16",
        "2001:db8::/32",
        "198.51.100.7",
        "2001:db8::1",
        "12.0.0.0/9",
        "12.128.0.0/9",
        "::ffff:203.0.113.0/120",
    ];
    let odd = ["10.0.0.0/7", "0.0.0.0/0", "2001::/31", "::/0", "nowhere", "::ffff:16.0.0.0/103"];
    let mut ranges: Vec<_> = (0..random.below(4)).map(|_| *random.pick(&pool)).collect();
    if random.chance(25) {
        ranges.push(*random.pick(&odd));
    }
    json!({ "type": "ip_allowlist", "enabled": !random.chance(20), "ip_allowlist": ranges })
}

fn probe_answers(random: &mut Random, failing: bool) -> Vec<u16> {
    let codes: &[u16] = if random.chance(20) { &[402, 404] } else { &[401, 402, 403, 404] };
    let mut answers: Vec<u16> = PROBED.iter().map(|_| *random.pick(codes)).collect();
    if random.chance(20) {
        answers[random.below(6)] = *random.pick(&[200, 200, 200, 400, 422]);
    }
    if failing && random.chance(60) {
        answers[random.below(6)] = 500;
    }
    answers
}

impl Scene {
    /// An API for the scene.
    pub(crate) fn api(&self) -> Api {
        let api = Api::new(self.case.workspace.clone()).next(self.next.clone());
        let api = if self.exclusive { api.exclusive() } else { api };
        let refused = Answer::error(403, "token_unauthorized", "No");
        let api = match self.case.log {
            Ended::Midway => api.fault_after(SEARCH, self.answered, refused.clone()).fault(LOG, refused),
            _ => api,
        };
        self.faults.iter().fold(api, |api, (path, status)| api.fault(path, answer(*status)))
    }

    /// The case after the scan: a log that was read before its refusal is complete.
    pub(crate) fn outcome(&self, server: &Server) -> Case {
        let mut case = self.case.clone();
        if case.log == Ended::Midway && server.seen_at(SEARCH).len() <= self.answered {
            case.log = Ended::Complete;
        }
        case
    }

    /// The configuration file.
    pub(crate) fn configuration(&self) -> String {
        configuration::text(&self.case.configuration)
    }

    /// The behaviour of the API, for messages.
    pub(crate) fn circumstances(&self) -> String {
        let Case { me, admins, log, allowlist, probe, configuration, since, .. } = &self.case;
        format!(
            "me {me:?}, admins {admins:?}, log {log:?}, allowlist {allowlist:?}, probe {probe:?}, since {} d\n\
             {configuration:?}\nfaults {:?}, next {:?}, exclusive {}",
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

    /// True with this probability, in percent.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// The text with some letters in upper case, if lowering them restores the text.
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
