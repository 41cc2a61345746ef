//! Failed sign-ins in the window: who had them and whether they got in since, and bursts by person and by address.
//!
//! Failures may come in any order, so the times are kept until the end: four bytes each, exact up to a million of
//! them. Beyond that, sources in which a burst is already proven are reduced to it, which keeps every verdict; only if
//! that makes no room are further failures left out and the table marked as truncated.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use serde_json::json;

use super::person::{People, PerPerson, PersonId};
use super::rows::{Rows, bounded, row, time};
use crate::casefold;
use crate::event_type::EventKind;

/// The most methods kept of one person.
const MAX_METHODS: usize = 8;

/// What was seen of one person.
#[derive(Debug, Default)]
struct Seen {
    failures: u64,
    unauthorized: u64,
    methods: BTreeSet<String>,
    last_failure: Option<i64>,
    last_sign_in: Option<i64>,
}

/// What was seen of all people; how many are told apart is bounded where they are.
#[derive(Debug, Default)]
pub(super) struct SignInFailures(PerPerson<(), Seen, { usize::MAX }>);

impl SignInFailures {
    /// Takes in a sign-in that worked, failed, or was by a method that is not allowed.
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

/// The most times kept.
const MAX_TIMES: usize = 1_000_000;
/// The most persons and addresses told apart.
const MAX_SOURCES: usize = 100_000;

/// Where failed sign-ins come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum FailureSource {
    /// The person who tried.
    Person(PersonId),
    /// The address it was tried from.
    Address(IpAddr),
}

/// The densest run of failures of one source. Times are seconds since the start of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Burst {
    /// How many failures.
    pub(super) count: u64,
    /// The first.
    pub(super) first: u32,
    /// The last.
    pub(super) last: u32,
}

#[derive(Debug, Default)]
struct Failures {
    times: Vec<u32>,
    /// What is left of times that were given up.
    proven: Option<Burst>,
}

/// The failed sign-ins of the window.
#[derive(Debug)]
pub(super) struct Bursts {
    sources: HashMap<FailureSource, Failures>,
    kept: usize,
    limit: usize,
    least: u64,
    seconds: u32,
    truncated: bool,
}

impl Bursts {
    /// Looks for so many failures within so many minutes.
    pub(super) fn new(least: u64, minutes: u64) -> Self {
        let seconds = u32::try_from(minutes.saturating_mul(60)).unwrap_or(u32::MAX);
        let sources = HashMap::new();
        Self { sources, kept: 0, limit: MAX_TIMES, least: least.max(1), seconds, truncated: false }
    }

    /// Takes in a failure, so many seconds after the start of the window.
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

    /// Every burst, the densest of each source, in the order of the sources; and whether failures were left out.
    pub(super) fn finish(mut self) -> (Vec<(FailureSource, Burst)>, bool) {
        let (least, seconds) = (self.least, self.seconds);
        let found = self.sources.iter_mut().filter_map(|(&source, failures)| {
            let burst = failures.densest(seconds).filter(|burst| burst.count >= least)?;
            Some((source, burst))
        });
        let mut bursts: Vec<_> = found.collect();
        bursts.sort_unstable_by_key(|&(source, _)| source);
        (bursts, self.truncated)
    }

    /// The table `failed_sign_in_bursts` of a window that starts then.
    pub(super) fn table(self, since: i64, people: &People) -> Rows {
        let (bursts, truncated) = self.finish();
        let rows = bursts.into_iter().map(|(source, burst)| {
            let (kind, who, person) = match source {
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
                ("last", time(since + i64::from(burst.last))),
            ])
        });
        Rows::sorted(rows, &["kind", "who", "first"], truncated || people.truncated())
    }

    /// Gives up the times of sources in which a burst is proven. Where that frees too little, nothing more is taken in,
    /// so that the work stays in proportion.
    fn compact(&mut self) {
        if self.truncated {
            return;
        }
        for failures in self.sources.values_mut() {
            if let Some(burst) = failures.densest(self.seconds).filter(|burst| burst.count >= self.least) {
                failures.proven = Some(burst);
                failures.times = Vec::new();
            }
        }
        self.kept = self.sources.values().map(|failures| failures.times.len()).sum();
        if self.kept > self.limit / 2 {
            self.kept = self.limit;
            self.truncated = true;
        }
    }
}

impl Failures {
    /// The densest run; of equally dense ones, the newest.
    fn densest(&mut self, seconds: u32) -> Option<Burst> {
        self.times.sort_unstable();
        let mut best = self.proven;
        let mut start = 0;
        for (end, &last) in self.times.iter().enumerate() {
            while last - self.times[start] > seconds {
                start += 1;
            }
            let burst = Burst { count: (end - start + 1) as u64, first: self.times[start], last };
            if best.is_none_or(|best| (burst.count, burst.last) > (best.count, best.last)) {
                best = Some(burst);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: FailureSource = FailureSource::Person(1);

    fn densest(times: &[u32]) -> Option<Burst> {
        let mut bursts = Bursts::new(10, 10);
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
    fn a_proven_burst_survives_the_limit() {
        let mut bursts = Bursts::new(10, 10);
        bursts.limit = 40;
        (0..200).for_each(|time| bursts.add(WHO, time));
        let (found, truncated) = bursts.finish();
        assert!(found[0].1.count >= 40);
        assert!(!truncated);
    }

    #[test]
    fn sparse_failures_beyond_the_limit_are_admitted_to_be_missing() {
        let mut bursts = Bursts::new(10, 10);
        bursts.limit = 40;
        (0..200).for_each(|time| bursts.add(WHO, time * 600));
        assert!(bursts.finish().1);
    }
}
