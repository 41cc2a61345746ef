//! The window, all events, the newest event, reviews, and incomplete logs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Allowed, Case, Ended, Status};
use crate::workspace::DAY;

pub(super) const EXPORTS: [&str; 4] =
    ["app_data_export", "bulk_export", "conversation_pdf_export", "macro_usage_export"];

/// The evidence of a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Events that exist.
    Events,
    /// The newest of some events, which a part of the log cannot prove.
    Newest,
    /// Missing events, which a part of the log cannot prove.
    Absence,
}

pub(super) fn at(event: &Value) -> i64 {
    event["created_at"].as_i64().unwrap()
}

/// The type and the time of an entry, if both are readable.
fn readable(event: &Value) -> bool {
    type_of(event).is_some() && event["created_at"].is_i64()
}

fn type_of(event: &Value) -> Option<&str> {
    event["activity_type"].as_str().filter(|name| !name.is_empty())
}

impl Case {
    /// The start of the range of state-setting events.
    pub(super) fn beginning(&self) -> i64 {
        let created = match self.me {
            Ended::Complete => self.workspace.me["app"]["created_at"].as_i64(),
            _ => None,
        };
        created.unwrap_or(self.now - 730 * DAY)
    }

    /// Events of these types, or of all types if empty, from an instant on, newest first.
    pub(super) fn events_from(&self, from: i64, types: &[&str]) -> Vec<&Value> {
        if matches!(self.log, Ended::Forbidden | Ended::Failed) {
            return Vec::new();
        }
        let mut events: Vec<&Value> = Vec::new();
        let mut known = BTreeSet::new();
        for event in &self.workspace.events {
            if !readable(event) || !(from..=self.now).contains(&at(event)) {
                continue;
            }
            let name = type_of(event).unwrap();
            let new = known.insert((event["id"].to_string(), name, at(event)));
            if new && (types.is_empty() || types.contains(&name)) {
                events.push(event);
            }
        }
        // Equal times keep the order of the list.
        events.sort_by_key(|event| std::cmp::Reverse(at(event)));
        events
    }

    pub(super) fn in_window(&self, types: &[&str]) -> Vec<&Value> {
        self.events_from(self.now - self.since, types)
    }

    pub(super) fn ever(&self, types: &[&str]) -> Vec<&Value> {
        self.events_from(self.beginning(), types)
    }

    /// Whether an unreadable entry may be an event since then.
    fn may_hide_events(&self, from: i64) -> bool {
        self.workspace.events.iter().any(|event| {
            let in_range = event["created_at"].as_i64().is_none_or(|at| (from..=self.now).contains(&at));
            let named = event["id"].as_str();
            let reviewed = self.configuration.reviewed.iter().any(|(id, _)| named == Some(id.as_str()));
            !readable(event) && in_range && !reviewed
        })
    }

    /// Whether everything since then was read and understood.
    pub(super) fn is_whole(&self, from: i64) -> bool {
        self.log == Ended::Complete && !self.may_hide_events(from)
    }

    /// Whether the log was read in part.
    pub(super) fn log_failed(&self, from: i64) -> bool {
        self.log != Ended::Forbidden && !self.is_whole(from)
    }

    /// The status of a rule that needs the log since then.
    pub(super) fn with_log(&self, from: i64, shown: Shown, rule: impl Fn(&Self) -> Status) -> Allowed {
        let part = self.log == Ended::Midway;
        match self.log {
            Ended::Forbidden => return vec![Status::Manual],
            Ended::Failed => return vec![Status::Unknown],
            Ended::Complete | Ended::Midway => {}
        }
        let status = rule(self);
        match (status, shown) {
            _ if self.is_whole(from) => vec![status],
            (Status::Fail, Shown::Events) if !part => vec![Status::Fail],
            (Status::Fail, Shown::Events | Shown::Newest) => vec![Status::Fail, Status::Unknown],
            _ => vec![Status::Unknown],
        }
    }

    /// Whether a review excludes this event.
    pub(super) fn is_reviewed(&self, event: &Value) -> bool {
        let id = &event["id"];
        let twins = self.workspace.events.iter().filter(|other| other["id"] == *id);
        let shared = twins
            .filter(|other| readable(other))
            .any(|other| other["activity_type"] != event["activity_type"] || at(other) != at(event));
        let reviews = self.configuration.reviewed.iter();
        !shared && reviews.clone().any(|(reviewed, ago)| id == reviewed && *ago >= 0)
    }

    /// Whether all of these events in the window are reviewed or of an ignored type.
    pub(super) fn none_unreviewed(&self, control: &str, types: &[&str]) -> Allowed {
        let except = &self.configuration.except;
        let counts = |event: &&&Value| {
            let left_out = |(of, name): &(&str, String)| *of == control && event["activity_type"] == **name;
            !except.iter().any(left_out) && !self.is_reviewed(event)
        };
        self.with_log(self.now - self.since, Shown::Events, |case| {
            super::decided(case.in_window(types).iter().any(|event| counts(&event)), false)
        })
    }
}
