//! Sign-ins in the window by person, method and IP address.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::json;

use super::activity::SignInMethod;
use super::event::Tally;
use super::person::{People, PerPerson, PersonId};
use super::rows::{Rows, bounded, time};
use crate::casefold;

/// The most spellings of methods to count separately.
const MAX_METHODS: usize = 10_000;

type MethodId = u32;

/// The sign-ins of the window.
#[derive(Debug, Default)]
pub(super) struct SignIns {
    by_method: PerPerson<Option<MethodId>, Tally>,
    by_address: PerPerson<Option<IpAddr>, Tally>,
    approved: Tally,
    networks: Option<Vec<IpNet>>,
    /// The count of each method.
    methods: Vec<(String, u64)>,
    method_ids: HashMap<String, MethodId>,
    /// Sign-ins without a method.
    unnamed: u64,
    /// Sign-ins by methods beyond the limit.
    beyond: u64,
}

impl SignIns {
    /// Checks addresses against the approved networks, if configured.
    pub(super) fn new(networks: Option<Vec<IpNet>>) -> Self {
        Self { networks, ..Self::default() }
    }

    pub(super) fn add(
        &mut self,
        person: Option<PersonId>,
        method: Option<&str>,
        address: Option<IpAddr>,
        at: i64,
    ) {
        match method.map(|method| self.method_id(method)) {
            Some(None) => {
                self.by_method.truncated = true;
                self.beyond += 1;
            }
            known => {
                let method = known.flatten();
                let uses = method.and_then(|method| self.methods.get_mut(method as usize));
                *uses.map_or(&mut self.unnamed, |(_, uses)| uses) += 1;
                if let Some(tally) = self.by_method.entry(person, method) {
                    tally.add(at);
                }
            }
        }
        if self.is_approved(address) == Some(true) {
            self.approved.add(at);
        } else if let Some(tally) = self.by_address.entry(person, address) {
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
        self.methods.push((name.clone().into_owned(), 0));
        self.method_ids.insert(name.into_owned(), id);
        Some(id)
    }

    /// The count of each method, and the sum of the methods beyond the limit.
    pub(super) fn totals(&self) -> (Vec<SignInMethod>, u64) {
        let named = self.methods.iter().cloned();
        let named = named.map(|(name, count)| SignInMethod { method: Some(name), count });
        let unnamed = SignInMethod { method: None, count: self.unnamed };
        (named.chain([unnamed]).collect(), self.beyond)
    }

    /// The table `sign_ins`.
    pub(super) fn methods(&self, people: &People) -> Rows {
        self.by_method.table(people, &["person", "method"], |person, method, tally| {
            let method = method.and_then(|method| self.methods.get(method as usize));
            Some([
                ("method", json!(method.map(|(name, _)| name))),
                ("count", json!(tally.count)),
                ("last", time(tally.last)),
                ("teammate", json!(people.is_teammate(person))),
            ])
        })
    }

    /// The table `sign_in_addresses`.
    pub(super) fn addresses(&self, people: &People) -> Rows {
        let cells = |address: Option<IpAddr>, tally: &Tally, approved: Option<bool>| {
            [
                ("address", json!(address.map(|address| address.to_string()))),
                ("count", json!(tally.count)),
                ("last", time(tally.last)),
                ("approved", json!(approved)),
            ]
        };
        let mut table = self.by_address.table(people, &["person", "address"], |_, &address, tally| {
            Some(cells(address, tally, self.is_approved(address)))
        });
        let approved = (self.approved.count > 0).then(|| cells(None, &self.approved, Some(true)));
        table.rows.extend(approved.map(|cells| people.row(None, cells)));
        table
    }
}
