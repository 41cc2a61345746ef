//! Hygiene: which attestations and waivers need attention, because they have expired or match nothing.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::config::Config;
use crate::warning::{Entry, EntryKind, EntryProblem, Warning};
use crate::{address, casefold};

/// How long before its end something is called out, in days.
const NOTICE_DAYS: i64 = 14;

/// An attestation or a waiver, as far as its dates and its target go.
struct Dated {
    entry: Entry,
    line: usize,
    on: Option<Date>,
    expires: Date,
    /// Whether it met anything to be about.
    matched: bool,
}

/// Every attestation and waiver that needs attention.
///
/// `waivers_matched` says for each waiver whether there was something for it to cover; `is_control` whether an id
/// names a control.
pub(crate) fn complaints(
    config: &Config,
    waivers_matched: &[bool],
    is_control: impl Fn(&str) -> bool,
    today: Date,
) -> Vec<Warning> {
    let attestations = config.attestations.iter().map(|attestation| Dated {
        entry: Entry {
            kind: EntryKind::Attestation,
            control: attestation.control.value.clone(),
            subject: None,
        },
        line: attestation.line,
        on: Some(attestation.on.value),
        expires: attestation.expires.value,
        matched: true,
    });
    let waivers = config.waivers.iter().zip(waivers_matched).map(|(waiver, matched)| Dated {
        entry: Entry {
            kind: EntryKind::Waiver,
            control: waiver.control.value.clone(),
            subject: waiver.subject.clone(),
        },
        line: waiver.line,
        on: waiver.on.as_ref().map(|on| on.value),
        expires: waiver.expires.value,
        matched: *matched,
    });
    let mut warnings = Vec::new();
    let mut first = BTreeMap::new();
    for Dated { entry, line, on, expires, matched } in attestations.chain(waivers) {
        let exists = is_control(&entry.control);
        let mut say = |problem| {
            warnings.push(Warning::Entry { path: config.path.clone(), line, entry: entry.clone(), problem });
        };
        if !exists {
            say(EntryProblem::UnknownControl);
        }
        if expires < today {
            say(EntryProblem::Expired(expires));
        } else if soon(expires, today) {
            say(EntryProblem::Expires(expires));
        }
        if let Some(on) = on.filter(|on| *on > today) {
            say(EntryProblem::Future(on));
        }
        if exists && !matched {
            say(EntryProblem::MatchesNothing);
        }
        // Of another day it is a renewal, which may well come before the end of the one it renews.
        let key = (
            entry.kind,
            casefold::fold(&entry.control).into_owned(),
            address::fold(entry.subject.as_deref().unwrap_or_default()).into_owned(),
            on,
        );
        if let Some(line) = first.get(&key) {
            say(EntryProblem::Twice { line: *line });
        } else {
            first.insert(key, line);
        }
    }
    warnings
}

fn soon(expires: Date, today: Date) -> bool {
    today.checked_add(NOTICE_DAYS.days()).is_ok_and(|limit| expires <= limit)
}
