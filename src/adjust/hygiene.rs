//! Hygiene: which attestations and waivers went stale, or never meant anything.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::config::Config;
use crate::{address, casefold};

/// How long before its end something is called out, in days.
const NOTICE_DAYS: i64 = 14;

/// An attestation or a waiver, as far as its dates and its target go.
struct Entry<'a> {
    kind: &'static str,
    control: &'a str,
    subject: Option<&'a str>,
    line: usize,
    on: Option<Date>,
    expires: Date,
    /// Whether it met anything to be about.
    matched: bool,
}

/// Everything that is stale or meaningless, a sentence each, with its line.
///
/// `waivers_matched` says for each waiver whether there was something for it to cover; `is_control` whether an id
/// names a control.
pub(crate) fn complaints(
    config: &Config,
    waivers_matched: &[bool],
    is_control: impl Fn(&str) -> bool,
    today: Date,
) -> Vec<String> {
    let attestations = config.attestations.iter().map(|attestation| Entry {
        kind: "attestation",
        control: &attestation.control.value,
        subject: None,
        line: attestation.line,
        on: Some(attestation.on.value),
        expires: attestation.expires.value,
        matched: true,
    });
    let waivers = config.waivers.iter().zip(waivers_matched).map(|(waiver, matched)| Entry {
        kind: "waiver",
        control: &waiver.control.value,
        subject: waiver.subject.as_deref(),
        line: waiver.line,
        on: waiver.on.as_ref().map(|on| on.value),
        expires: waiver.expires.value,
        matched: *matched,
    });
    let mut complaints = Vec::new();
    let mut first = BTreeMap::new();
    for entry in attestations.chain(waivers) {
        let known = is_control(entry.control);
        let mut say = |what: String| {
            let subject = entry.subject.map(|subject| format!(" ({subject})")).unwrap_or_default();
            complaints.push(format!(
                "{}:{}: the {} for {}{subject} {what}",
                config.path, entry.line, entry.kind, entry.control
            ));
        };
        if !known {
            say("names no control".to_owned());
        }
        if entry.expires < today {
            say(format!("expired on {}", entry.expires));
        } else if soon(entry.expires, today) {
            say(format!("expires on {}", entry.expires));
        }
        if let Some(on) = entry.on.filter(|on| *on > today) {
            say(format!("is dated {on}, which lies in the future; it does not count yet"));
        }
        if known && !entry.matched {
            say("matches nothing in this scan".to_owned());
        }
        // Of another day it is a renewal, which may well come before the end of the one it renews.
        let key = (
            entry.kind,
            casefold::fold(entry.control),
            address::fold(entry.subject.unwrap_or_default()),
            entry.on,
        );
        if let Some(line) = first.get(&key) {
            say(format!("is there twice: see also line {line}"));
        } else {
            first.insert(key, entry.line);
        }
    }
    complaints
}

fn soon(expires: Date, today: Date) -> bool {
    today.checked_add(NOTICE_DAYS.days()).is_ok_and(|limit| expires <= limit)
}
