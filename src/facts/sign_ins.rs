//! Sign-ins in the window: who, how, and from where.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::activity::SignInMethod;
use super::event::Tally;
use super::person::{People, PersonId};
use super::rows::{Bounded, MAX_ROWS, Rows, bounded, time};
use crate::casefold;

/// The most spellings of methods told apart.
const MAX_METHODS: usize = 10_000;

type MethodId = u32;

/// The sign-ins of the window.
#[derive(Debug)]
pub(super) struct SignIns {
    by_method: Bounded<(Option<PersonId>, Option<MethodId>), Tally>,
    by_address: Bounded<(Option<PersonId>, Option<IpAddr>), Tally>,
    approved: Tally,
    networks: Option<Vec<IpNet>>,
    methods: Vec<String>,
    /// How often each of the methods was used.
    uses: Vec<u64>,
    /// Sign-ins that name no method.
    unnamed: u64,
    /// Sign-ins by methods that are too many to tell apart.
    beyond: u64,
    method_ids: HashMap<String, MethodId>,
    methods_truncated: bool,
}

impl SignIns {
    /// Tests addresses against these networks, where some are configured.
    pub(super) fn new(networks: Option<Vec<IpNet>>) -> Self {
        Self {
            by_method: Bounded::new(MAX_ROWS),
            by_address: Bounded::new(MAX_ROWS),
            approved: Tally::default(),
            networks,
            methods: Vec::new(),
            uses: Vec::new(),
            unnamed: 0,
            beyond: 0,
            method_ids: HashMap::new(),
            methods_truncated: false,
        }
    }

    /// Takes in a sign-in.
    pub(super) fn add(
        &mut self,
        person: Option<PersonId>,
        method: Option<&str>,
        address: Option<IpAddr>,
        at: i64,
    ) {
        match method.map(|method| self.method_id(method)) {
            Some(None) => {
                self.methods_truncated = true;
                self.beyond += 1;
            }
            known => {
                let method = known.flatten();
                let uses = method.and_then(|method| self.uses.get_mut(method as usize));
                *uses.unwrap_or(&mut self.unnamed) += 1;
                if let Some(tally) = self.by_method.entry((person, method)) {
                    tally.add(at);
                }
            }
        }
        if self.is_approved(address) == Some(true) {
            self.approved.add(at);
        } else if let Some(tally) = self.by_address.entry((person, address)) {
            tally.add(at);
        }
    }

    fn is_approved(&self, address: Option<IpAddr>) -> Option<bool> {
        let address = address?;
        Some(self.networks.as_ref()?.iter().any(|network| network.contains(&address)))
    }

    fn method_id(&mut self, method: &str) -> Option<MethodId> {
        let folded = casefold::fold(method);
        let name = bounded(&folded);
        if let Some(&id) = self.method_ids.get(name.as_ref()) {
            return Some(id);
        }
        if self.methods.len() >= MAX_METHODS {
            return None;
        }
        let id = MethodId::try_from(self.methods.len()).ok()?;
        self.methods.push(name.clone().into_owned());
        self.uses.push(0);
        self.method_ids.insert(name.into_owned(), id);
        Some(id)
    }

    /// How often each method was used by all together; and how often methods that are too many to name.
    pub(super) fn totals(&self) -> (Vec<SignInMethod>, u64) {
        let named = self.methods.iter().zip(&self.uses);
        let named = named.map(|(name, &count)| SignInMethod { method: Some(name.clone()), count });
        let unnamed = SignInMethod { method: None, count: self.unnamed };
        (named.chain([unnamed]).collect(), self.beyond)
    }

    /// The table `sign_ins`.
    pub(super) fn methods(&self, people: &People) -> Rows {
        let rows = self.by_method.iter().map(|(&(person, method), tally)| {
            people.row(
                person,
                [
                    ("method", json!(method.and_then(|method| self.methods.get(method as usize)))),
                    ("count", json!(tally.count)),
                    ("last", time(tally.last)),
                    ("teammate", json!(people.is_teammate(person))),
                ],
            )
        });
        let truncated = self.by_method.truncated() || self.methods_truncated || people.truncated();
        Rows::sorted(rows, &["person", "method"], truncated)
    }

    /// The table `sign_in_addresses`.
    pub(super) fn addresses(&self, people: &People) -> Rows {
        let others = self.by_address.iter().map(|(&(person, address), tally)| {
            people.row(
                person,
                [
                    ("address", json!(address.map(|address| address.to_string()))),
                    ("count", json!(tally.count)),
                    ("last", time(tally.last)),
                    ("approved", json!(self.is_approved(address))),
                ],
            )
        });
        let approved = (self.approved.count > 0).then(|| {
            people.row(
                None,
                [
                    ("address", Value::Null),
                    ("count", json!(self.approved.count)),
                    ("last", time(self.approved.last)),
                    ("approved", Value::Bool(true)),
                ],
            )
        });
        let truncated = self.by_address.truncated() || people.truncated();
        let mut table = Rows::sorted(others, &["person", "address"], truncated);
        table.rows.extend(approved);
        table
    }
}
