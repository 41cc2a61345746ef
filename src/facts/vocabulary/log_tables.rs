//! Tables made of the activity log.

use super::Type::{Flag, Number, Text, TextList};
use super::{ADMINS, ADMINS_AND_LOG, LOG, Table, WINDOW, field};

pub(super) const SIGN_INS: Table = Table {
    name: "sign_ins",
    meaning: "a person and a method they signed in by in the window, people who have left included",
    key: &["person", "method"],
    feeds: WINDOW,
    event: None,
    last: Some("last"),
    also: &["method"],
    columns: &[
        field("person", Text, WINDOW, "the person's id, else e-mail; null where nobody is named"),
        field("email", Text, WINDOW, "the person's e-mail address"),
        field("method", Text, WINDOW, "the sign-in method in lower case; null where none is given"),
        field("count", Number, WINDOW, "how many sign-ins"),
        field("last", Text, WINDOW, "the newest of them"),
        field("teammate", Flag, ADMINS, "whether the person is a current teammate"),
    ],
};

pub(super) const SIGN_IN_ADDRESSES: Table = Table {
    name: "sign_in_addresses",
    meaning: "a person and an address they signed in from in the window; with organization.approved_networks, \
              all sign-ins from approved addresses are one row without person and address",
    key: &["person", "address"],
    feeds: WINDOW,
    event: None,
    last: Some("last"),
    also: &["address"],
    columns: &[
        field("person", Text, WINDOW, "the person's id, else e-mail; null where nobody is named"),
        field("email", Text, WINDOW, "the person's e-mail address"),
        field("address", Text, WINDOW, "the IP address; null where missing or malformed"),
        field("count", Number, WINDOW, "how many sign-ins"),
        field("last", Text, WINDOW, "the newest of them"),
        field("approved", Flag, WINDOW, "whether the address is approved; null without networks or address"),
    ],
};

pub(super) const EVENTS: Table = Table {
    name: "events",
    meaning: "an event in the window, of the types that the check names",
    key: &["id"],
    feeds: WINDOW,
    event: Some("id"),
    last: Some("at"),
    also: &[],
    columns: &[
        field("id", Text, WINDOW, "the event's id"),
        field("type", Text, WINDOW, "its type"),
        field("at", Text, WINDOW, "when it happened"),
        field("by", Text, WINDOW, "e-mail address, else id, of who did it"),
        field("person", Text, WINDOW, "id, else e-mail address, of the person it is about or by"),
        field("description", Text, WINDOW, "Intercom's sentence about it"),
        field("teammate", Flag, ADMINS, "whether that person is a current teammate"),
    ],
};

pub(super) const EXPORTS: Table = Table {
    name: "exports",
    meaning: "a person and a type of export they made in the window",
    key: &["person", "type"],
    feeds: WINDOW,
    event: None,
    last: Some("last"),
    also: &["type"],
    columns: &[
        field("person", Text, WINDOW, "the person's id, else e-mail; null where nobody is named"),
        field("email", Text, WINDOW, "the person's e-mail address"),
        field("type", Text, WINDOW, "the event type"),
        field("count", Number, WINDOW, "how many exports"),
        field("last", Text, WINDOW, "the newest of them"),
        field("performer_known", Flag, WINDOW, "whether the log names anybody"),
        field("privilege", Text, ADMINS_AND_LOG, "the privilege of a current teammate"),
        field("approved", Flag, WINDOW, "whether the address is in organization.export_approvers"),
    ],
};

pub(super) const JOINS: Table = Table {
    name: "joins",
    meaning: "a person who accepted an invite or was provisioned in the window",
    key: &["person"],
    feeds: WINDOW,
    event: None,
    last: Some("joined"),
    also: &[],
    columns: &[
        field("person", Text, WINDOW, "the person's id, else e-mail; null where nobody is named"),
        field("email", Text, WINDOW, "the person's e-mail address"),
        field("joined", Text, WINDOW, "the newest accepted invite"),
        field("provisioned", Text, WINDOW, "the newest provisioning by SCIM"),
        field("invited", Flag, WINDOW, "whether an invite was accepted"),
    ],
};

pub(super) const SETTING_CHANGES: Table = Table {
    name: "setting_changes",
    meaning: "a change of a setting, ever; the newest 1,000",
    key: &["id"],
    feeds: LOG,
    event: Some("id"),
    last: None,
    also: &[],
    columns: &[
        field("id", Text, LOG, "the event's id"),
        field("type", Text, LOG, "its type"),
        field("at", Text, LOG, "when it happened"),
        field("by", Text, LOG, "e-mail address, else id, of who did it"),
        field("description", Text, LOG, "Intercom's sentence about it"),
        field("in_window", Flag, LOG, "whether it happened in the window"),
    ],
};

pub(super) const PERMISSION_SNAPSHOTS: Table = Table {
    name: "permission_snapshots",
    meaning: "a person's newest permission snapshot, people who have left included",
    key: &["person"],
    feeds: LOG,
    event: None,
    last: None,
    also: &[],
    columns: &[
        field("person", Text, LOG, "the person's id, else e-mail; null where nobody is named"),
        field("email", Text, LOG, "the person's e-mail address"),
        field("at", Text, LOG, "when the permissions were changed"),
        field("by", Text, LOG, "e-mail address, else id, of who changed them"),
        field("permissions", TextList, LOG, "the permissions granted since"),
        field("conversation_access", Text, LOG, "the access type, such as all"),
        field("teammate", Flag, ADMINS, "whether the person is a current teammate"),
    ],
};

pub(super) const FAILED_SIGN_IN_BURSTS: Table = Table {
    name: "failed_sign_in_bursts",
    meaning: "a person, or an address, with a burst of failed sign-ins in the window",
    key: &["who", "kind"],
    feeds: WINDOW,
    event: None,
    last: Some("last"),
    also: &["kind"],
    columns: &[
        field("kind", Text, WINDOW, "person or address"),
        field("who", Text, WINDOW, "the person's e-mail address, else id; or the IP address"),
        field("count", Number, WINDOW, "the most failures within the burst's length"),
        field("first", Text, WINDOW, "the first of them"),
        field("last", Text, WINDOW, "the last of them"),
    ],
};

pub(super) const SIGN_IN_TROUBLE: Table = Table {
    name: "sign_in_trouble",
    meaning: "a person with a failed sign-in in the window, or one by a method that is not allowed",
    key: &["person"],
    feeds: WINDOW,
    event: None,
    last: Some("last_failure"),
    also: &[],
    columns: &[
        field("person", Text, WINDOW, "the person's id, else e-mail; null where nobody is named"),
        field("email", Text, WINDOW, "the person's e-mail address"),
        field("failures", Number, WINDOW, "how many sign-ins with wrong credentials"),
        field("unauthorized", Number, WINDOW, "how many sign-ins by a method that is not allowed"),
        field("methods", TextList, WINDOW, "the methods tried, in lower case, where they are given"),
        field("last_failure", Text, WINDOW, "the newest of all these"),
        field("last_sign_in", Text, WINDOW, "the newest sign-in that worked; null without one"),
        field("teammate", Flag, ADMINS, "whether the person is a current teammate"),
    ],
};

pub(super) const PERMISSION_LOSSES: Table = Table {
    name: "permission_losses",
    meaning: "a person with fewer permissions after the window's last change of them than before its first",
    key: &["person"],
    feeds: WINDOW,
    event: None,
    last: Some("at"),
    also: &[],
    columns: &[
        field("person", Text, WINDOW, "the person's id, else e-mail; null where nobody is named"),
        field("email", Text, WINDOW, "the person's e-mail address"),
        field("permissions", TextList, WINDOW, "the permissions that are gone"),
        field("at", Text, WINDOW, "when the last change was made"),
        field("by", Text, WINDOW, "e-mail address, else id, of who made it"),
        field("teammate", Flag, ADMINS, "whether the person is a current teammate"),
    ],
};
