//! Failed sign-ins in the window: by person with any later sign-in, and bursts by person and by IP address.
//!
//! Failures may come in any order, so their times are kept until the end: four bytes each, up to a million. Beyond that,
//! sources with a proven burst are reduced to that burst, which keeps every verdict. If that frees too little, further
//! failures are left out and the table is marked as truncated.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::person::{People, PerPerson, PersonId};
use super::rows::{DAY, Rows, bounded, row, time};
use crate::casefold;
use crate::event_type::EventKind;
use crate::time::day_of;

/// The most methods to keep per person.
const MAX_METHODS: usize = 8;

/// The failures and sign-ins of one person.
#[derive(Debug, Default)]
struct SignInAttempts {
    failures: u64,
    unauthorized: u64,
    methods: BTreeSet<String>,
    last_failure: Option<i64>,
    last_sign_in: Option<i64>,
}

/// The failures and sign-ins of all people; `People` limits their number.
#[derive(Debug, Default)]
pub(super) struct SignInFailures(PerPerson<(), SignInAttempts, { usize::MAX }>);

impl SignInFailures {
    /// Adds a sign-in that succeeded, failed, or used a method that is not allowed.
    pub(super) fn add(&mut self, kind: EventKind, person: Option<PersonId>, method: Option<&str>, at: i64) {
        let Some(seen) = self.0.entry(person, ()) else { return };
        match kind {
            EventKind::SignIn => {
                seen.last_sign_in = seen.last_sign_in.max(Some(at));
                return;
            }
            EventKind::UnauthorizedSignIn => seen.unauthorized += 1,
            _ => seen.failures += 1,
        }
        seen.last_failure = seen.last_failure.max(Some(at));
        let Some(method) = method.map(casefold::fold) else { return };
        let name = bounded(&method);
        if !seen.methods.contains(name.as_ref()) {
            if seen.methods.len() < MAX_METHODS {
                seen.methods.insert(name.into_owned());
            } else {
                self.0.truncated = true;
            }
        }
    }

    /// The table `failed_sign_ins`.
    pub(super) fn table(&self, people: &People) -> Rows {
        self.0.table(people, &["person"], |person, (), seen| {
            seen.last_failure.map(|last_failure| {
                [
                    ("failures", json!(seen.failures)),
                    ("unauthorized", json!(seen.unauthorized)),
                    ("methods", json!(seen.methods)),
                    ("last_failure", time(last_failure)),
                    ("last_sign_in", time(seen.last_sign_in)),
                    ("teammate", json!(people.is_teammate(person))),
                ]
            })
        })
    }
}

/// The most times to keep.
const MAX_TIMES: usize = 1_000_000;
/// The most people and addresses to count separately.
const MAX_SOURCES: usize = 100_000;

/// The source of a failed sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum FailureSource {
    /// Neither a person nor an address.
    Unknown,
    Person(PersonId),
    /// The IP address.
    Address(IpAddr),
}

/// A burst of failures from one source. Times are in seconds since the start of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Burst {
    pub(super) count: u64,
    pub(super) first: u32,
    pub(super) last: u32,
}

#[derive(Debug, Default)]
struct Failures {
    times: Vec<u32>,
    /// The bursts so far, by the day of their last failure, so that a waived burst does not hide the next.
    proven: BTreeMap<i64, Burst>,
}

/// The definition of a burst.
#[derive(Debug, Clone, Copy)]
struct BurstRule {
    /// The start of the window, in seconds since 1970.
    since: i64,
    least: u64,
    seconds: u32,
}

/// The failed sign-ins of the window.
#[derive(Debug)]
pub(super) struct Bursts {
    sources: HashMap<FailureSource, Failures>,
    kept: usize,
    limit: usize,
    rule: BurstRule,
    truncated: bool,
}

impl Bursts {
    /// Looks for bursts of `count` failures within `minutes`.
    pub(super) fn new(since: i64, least: u64, minutes: u64) -> Self {
        let seconds = u32::try_from(minutes.saturating_mul(60)).unwrap_or(u32::MAX);
        let rule = BurstRule { since, least: least.max(1), seconds };
        Self { sources: HashMap::new(), kept: 0, limit: MAX_TIMES, rule, truncated: false }
    }

    /// Adds a failure, in seconds after the start of the window.
    pub(super) fn add(&mut self, source: FailureSource, time: u32) {
        if self.kept >= self.limit {
            self.compact();
        }
        let known = self.sources.contains_key(&source);
        if self.kept >= self.limit || (!known && self.sources.len() >= MAX_SOURCES) {
            self.truncated = true;
            return;
        }
        self.sources.entry(source).or_default().times.push(time);
        self.kept += 1;
    }

    /// The densest burst of each source and day, in the order of the sources, and whether failures were left out.
    pub(super) fn finish(mut self) -> (Vec<(FailureSource, Burst)>, bool) {
        let mut bursts = Vec::new();
        for (&source, failures) in &mut self.sources {
            failures.prove(self.rule);
            bursts.extend(failures.proven.values().map(|&burst| (source, burst)));
        }
        bursts.sort_unstable_by_key(|&(source, burst)| (source, burst.last));
        (bursts, self.truncated)
    }

    /// The table `failed_sign_in_bursts`.
    pub(super) fn table(self, people: &People) -> Rows {
        let since = self.rule.since;
        let (bursts, truncated) = self.finish();
        let rows = bursts.into_iter().map(|(source, burst)| {
            let last = since + i64::from(burst.last);
            let (kind, who, person) = match source {
                FailureSource::Unknown => ("person", None, None),
                FailureSource::Person(person) => {
                    let id = people.text(person);
                    ("person", people.email(person).or(id).map(str::to_owned), id)
                }
                FailureSource::Address(address) => ("address", Some(address.to_string()), None),
            };
            row([
                ("kind", json!(kind)),
                ("who", json!(who)),
                ("person", json!(person)),
                ("count", json!(burst.count)),
                ("first", time(since + i64::from(burst.first))),
                ("last", time(last)),
                ("day", day(last)),
            ])
        });
        Rows::sorted(rows, &["kind", "who", "first"], truncated || people.truncated())
    }

    /// Drops the times of sources with a proven burst. If that frees too little, no more failures are added, which limits
    /// the work.
    fn compact(&mut self) {
        if self.truncated {
            return;
        }
        for failures in self.sources.values_mut() {
            failures.prove(self.rule);
            if !failures.proven.is_empty() {
                failures.times = Vec::new();
            }
        }
        let weight = |failures: &Failures| failures.times.len() + 4 * failures.proven.len();
        self.kept = self.sources.values().map(weight).sum();
        if self.kept > self.limit / 2 {
            self.kept = self.limit;
            self.truncated = true;
        }
    }
}

impl Failures {
    /// Finds the bursts; of those that share failures, the densest.
    fn prove(&mut self, rule: BurstRule) {
        self.times.sort_unstable();
        let mut start = 0;
        let mut chain: Option<(u32, Burst)> = None;
        for (end, &last) in self.times.iter().enumerate() {
            while last - self.times[start] > rule.seconds {
                start += 1;
            }
            let burst = Burst { count: (end - start + 1) as u64, first: self.times[start], last };
            if burst.count < rule.least {
                continue;
            }
            let joined =
                chain.take_if(|(until, _)| burst.first <= *until).map(|(_, known)| known.denser(burst));
            let finished = chain.replace((last, joined.unwrap_or(burst)));
            finished.into_iter().for_each(|(_, burst)| keep(&mut self.proven, rule, burst));
        }
        chain.into_iter().for_each(|(_, burst)| keep(&mut self.proven, rule, burst));
    }
}

impl Burst {
    /// The denser of two, or the newer if equal.
    fn denser(self, other: Self) -> Self {
        if (other.count, other.last) > (self.count, self.last) { other } else { self }
    }
}

fn keep(proven: &mut BTreeMap<i64, Burst>, rule: BurstRule, burst: Burst) {
    let day = (rule.since + i64::from(burst.last)).div_euclid(DAY);
    proven.entry(day).and_modify(|known| *known = known.denser(burst)).or_insert(burst);
}

/// The UTC day of a time.
fn day(seconds: i64) -> Value {
    json!(Timestamp::from_second(seconds).ok().map(day_of))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: FailureSource = FailureSource::Person(1);

    fn densest(times: &[u32]) -> Option<Burst> {
        let mut bursts = Bursts::new(0, 10, 10);
        times.iter().for_each(|&time| bursts.add(WHO, time));
        bursts.finish().0.first().map(|&(_, burst)| burst)
    }

    #[test]
    fn the_first_and_the_last_are_at_most_600_seconds_apart() {
        let spread = |last: u32| [595, 600, 620, 630, 700, 800, 900, 1000, 1100, last].map(|time| time + 59);
        assert_eq!(densest(&spread(1195)), Some(Burst { count: 10, first: 654, last: 1254 }));
        assert_eq!(densest(&spread(1196)), None);
        assert_eq!(densest(&[5; 9]), None);
        assert_eq!(densest(&[5; 10]).map(|burst| burst.count), Some(10));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        let shuffled = [500, 0, 300, 100, 600, 200, 50, 550, 450, 250, 9000];
        assert_eq!(densest(&shuffled), Some(Burst { count: 10, first: 0, last: 600 }));
    }

    #[test]
    fn an_attack_is_one_burst_and_the_next_day_has_its_own() {
        let days = |times: &[u32]| {
            let mut bursts = Bursts::new(0, 10, 10);
            times.iter().for_each(|&time| bursts.add(WHO, time));
            bursts.finish().0.iter().map(|&(_, burst)| (burst.count, burst.last)).collect::<Vec<_>>()
        };
        let midnight: Vec<u32> = (0..30).map(|number| 86_400 - 600 + number * 40).collect();
        assert_eq!(days(&midnight), [(16, 86_400 - 600 + 29 * 40)], "one attack across midnight");
        let again: Vec<u32> = (0..10).flat_map(|number| [number, 30_000 + number, 90_000 + number]).collect();
        assert_eq!(days(&again), [(10, 30_009), (10, 90_009)], "the densest of a day, the newer of equals");
    }

    #[test]
    fn a_proven_burst_survives_the_limit() {
        let mut bursts = Bursts::new(0, 10, 10);
        bursts.limit = 40;
        (0..200).for_each(|time| bursts.add(WHO, time));
        let (found, truncated) = bursts.finish();
        assert!(found[0].1.count >= 40);
        assert!(!truncated);
    }

    #[test]
    fn sparse_failures_beyond_the_limit_are_admitted_to_be_missing() {
        let mut bursts = Bursts::new(0, 10, 10);
        bursts.limit = 40;
        (0..200).for_each(|time| bursts.add(WHO, time * 600));
        assert!(bursts.finish().1);
    }
}
