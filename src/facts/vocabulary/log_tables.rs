//! Tables made of the activity log.

use super::Personal::{Address, Id, Name, No};
use super::Type::{Flag, Number, Text, TextList};
use super::{ADMINS, ADMINS_AND_LOG, FactTable, LOG, PRESENCE, WINDOW, field};

pub(super) const SIGN_INS: FactTable = FactTable::new(
    "sign_ins",
    "a person and a method they signed in by in the window, people who have left included",
    &["person", "method"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null where the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("method", Text, WINDOW, No, "the sign-in method in lower case; null where none is given"),
        field("count", Number, WINDOW, No, "how many sign-ins"),
        field("last", Text, WINDOW, No, "the newest of them"),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
)
.last("last")
.joined(&["method"]);

pub(super) const SIGN_IN_ADDRESSES: FactTable = FactTable::new(
    "sign_in_addresses",
    "a person and an address they signed in from in the window; with organization.approved_networks, \
              all sign-ins from approved addresses are one row without person and address",
    &["person", "address"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null where the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("address", Text, WINDOW, Address, "the IP address; null where missing or malformed"),
        field("count", Number, WINDOW, No, "how many sign-ins"),
        field("last", Text, WINDOW, No, "the newest of them"),
        field("approved", Flag, WINDOW, No, "whether the address is approved; null if unknown"),
    ],
)
.last("last")
.also(&["address"]);

pub(super) const EVENTS: FactTable = FactTable::new(
    "events",
    "an event in the window, of the types that the check names",
    &["event"],
    WINDOW,
    &[
        field("event", Text, WINDOW, No, "the event's id"),
        field("type", Text, WINDOW, No, "its type"),
        field("at", Text, WINDOW, No, "when it happened"),
        field("by", Text, WINDOW, Address, "e-mail address, else id, of who did it"),
        field("person", Text, WINDOW, Id, "id, else e-mail address, of the person it is about or by"),
        field("email", Text, WINDOW, Address, "the e-mail address of the person it is about or by"),
        field("description", Text, WINDOW, Name, "Intercom's sentence about it"),
        field("changed", Text, WINDOW, Name, "what it changed from what to what, where the event tells"),
        field(
            "approved",
            Flag,
            WINDOW,
            No,
            "for an export, whether organization.export_approvers has the person",
        ),
        field("teammate", Flag, ADMINS, No, "whether that person is a current teammate"),
    ],
)
.event("event")
.last("at");

pub(super) const EXPORTS: FactTable = FactTable::new(
    "exports",
    "a person and a type of export they made in the window",
    &["person", "type"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null where the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("type", Text, WINDOW, No, "the event type"),
        field("count", Number, WINDOW, No, "how many exports"),
        field("last", Text, WINDOW, No, "the newest of them"),
        field("performer_known", Flag, WINDOW, No, "whether the log names a person"),
        field("privilege", Text, ADMINS_AND_LOG, No, "the privilege of a current teammate"),
    ],
)
.last("last")
.joined(&["type"]);

pub(super) const JOINS: FactTable = FactTable::new(
    "joins",
    "a person who accepted an invite or was provisioned in the window",
    &["person"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null where the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("joined", Text, WINDOW, No, "the newest accepted invite"),
        field("provisioned", Text, WINDOW, No, "the newest provisioning by SCIM"),
        field("invited", Flag, WINDOW, No, "whether an invite was accepted"),
        field(
            "covered",
            Flag,
            PRESENCE,
            No,
            "whether SCIM provisioned the person before each accepted invite, or within a day after; null for a person \
             the log does not name",
        ),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
)
.last("joined");

pub(super) const SETTING_CHANGES: FactTable = FactTable::new(
    "setting_changes",
    "a change of a setting, ever; the newest 1,000",
    &["event"],
    LOG,
    &[
        field("event", Text, LOG, No, "the event's id"),
        field("type", Text, LOG, No, "its type"),
        field("at", Text, LOG, No, "when it happened"),
        field("by", Text, LOG, Address, "e-mail address, else id, of who did it"),
        field("description", Text, LOG, Name, "Intercom's sentence about it"),
        field("in_window", Flag, LOG, No, "whether it happened in the window"),
    ],
)
.event("event");

pub(super) const PERMISSION_SNAPSHOTS: FactTable = FactTable::new(
    "permission_snapshots",
    "a person's newest permission snapshot, people who have left included",
    &["person"],
    LOG,
    &[
        field("person", Text, LOG, Id, "the person's id, else e-mail; null where the log names none"),
        field("email", Text, LOG, Address, "the person's e-mail address"),
        field("at", Text, LOG, No, "when the permissions were changed"),
        field("by", Text, LOG, Address, "e-mail address, else id, of who changed them"),
        field("permissions", TextList, LOG, No, "the permissions granted since"),
        field("conversation_access", Text, LOG, No, "the access type, such as all"),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
);

pub(super) const FAILED_SIGN_IN_BURSTS: FactTable = FactTable::new(
    "failed_sign_in_bursts",
    "a person, or an address, with a burst of failed sign-ins on a day of the window",
    &["who", "kind", "day"],
    WINDOW,
    &[
        field("kind", Text, WINDOW, No, "person or address"),
        field("who", Text, WINDOW, Address, "e-mail address, else id, or the IP address; null if unknown"),
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null for an address"),
        field("count", Number, WINDOW, No, "the most failures within the burst's length"),
        field("first", Text, WINDOW, No, "the first of them"),
        field("last", Text, WINDOW, No, "the last of them"),
        field("day", Text, WINDOW, No, "the UTC day of the last of them"),
    ],
)
.last("last")
.also(&["kind", "day"]);

pub(super) const FAILED_SIGN_INS: FactTable = FactTable::new(
    "failed_sign_ins",
    "a person with a failed sign-in in the window, or one by a method that is not allowed",
    &["person"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null where the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("failures", Number, WINDOW, No, "how many sign-ins with wrong credentials"),
        field("unauthorized", Number, WINDOW, No, "how many sign-ins by a method that is not allowed"),
        field("methods", TextList, WINDOW, No, "the methods tried, in lower case, where they are given"),
        field("last_failure", Text, WINDOW, No, "the newest of all these"),
        field("last_sign_in", Text, WINDOW, No, "the newest sign-in that worked; null without one"),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
)
.last("last_failure");

pub(super) const PERMISSION_LOSSES: FactTable = FactTable::new(
    "permission_losses",
    "a person with fewer permissions after the window's last change of them than before its first",
    &["person"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null where the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("permissions", TextList, WINDOW, No, "the permissions that are gone"),
        field("at", Text, WINDOW, No, "when the last change was made"),
        field("by", Text, WINDOW, Address, "e-mail address, else id, of who made it"),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
)
.last("at");
