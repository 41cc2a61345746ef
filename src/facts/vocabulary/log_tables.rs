//! Tables made of the activity log.

use super::Personal::{Address, Id, Name, No};
use super::Type::{Flag, Number, Text, TextList};
use super::{ADMINS, ADMINS_AND_LOG, FactTable, LOG, PRESENCE, WINDOW, field};

pub(super) const SIGN_INS: FactTable = FactTable::new(
    "sign_ins",
    "a person and a sign-in method they used in the window, former teammates included",
    &["person", "method"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null if the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("method", Text, WINDOW, No, "the sign-in method in lower case; null if the log names none"),
        field("count", Number, WINDOW, No, "number of sign-ins"),
        field("last", Text, WINDOW, No, "time of the newest"),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
)
.last("last")
.joined(&["method"]);

pub(super) const SIGN_IN_ADDRESSES: FactTable = FactTable::new(
    "sign_in_addresses",
    "a person and an IP address they signed in from in the window; with organization.approved_networks, \
              all sign-ins from approved addresses are one row without person and address",
    &["person", "address"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null if the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("address", Text, WINDOW, Address, "the IP address; null if missing or malformed"),
        field("count", Number, WINDOW, No, "number of sign-ins"),
        field("last", Text, WINDOW, No, "time of the newest"),
        field("approved", Flag, WINDOW, No, "whether the address is approved; null if unknown"),
    ],
)
.last("last")
.also(&["address"]);

pub(super) const EVENTS: FactTable = FactTable::new(
    "events",
    "an event in the window, of the types that the check lists",
    &["event"],
    WINDOW,
    &[
        field("event", Text, WINDOW, No, "the event's id"),
        field("type", Text, WINDOW, No, "event type"),
        field("at", Text, WINDOW, No, "time of the event"),
        field("by", Text, WINDOW, Address, "e-mail address, else id, of the performer"),
        field(
            "person",
            Text,
            WINDOW,
            Id,
            "id, else e-mail address, of the affected person, else of the performer",
        ),
        field("email", Text, WINDOW, Address, "e-mail address of the same person"),
        field("description", Text, WINDOW, Name, "Intercom's description of the event"),
        field("changed", Text, WINDOW, Name, "the old and the new values, if the event has them"),
        field(
            "approved",
            Flag,
            WINDOW,
            No,
            "for an export, whether the person is in organization.export_approvers",
        ),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
)
.event("event")
.last("at");

pub(super) const EXPORTS: FactTable = FactTable::new(
    "exports",
    "a person and a type of export they ran in the window",
    &["person", "type"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null if the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("type", Text, WINDOW, No, "the event type"),
        field("count", Number, WINDOW, No, "number of exports"),
        field("last", Text, WINDOW, No, "time of the newest"),
        field("performer_known", Flag, WINDOW, No, "whether the log names a person"),
        field("privilege", Text, ADMINS_AND_LOG, No, "the person's privilege, if a current teammate"),
    ],
)
.last("last")
.joined(&["type"]);

pub(super) const JOINS: FactTable = FactTable::new(
    "joins",
    "a person who accepted an invite or was provisioned by SCIM in the window",
    &["person"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null if the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("joined", Text, WINDOW, No, "time of the newest accepted invite"),
        field("provisioned", Text, WINDOW, No, "time of the newest provisioning by SCIM"),
        field("invited", Flag, WINDOW, No, "whether the person accepted an invite"),
        field(
            "covered",
            Flag,
            PRESENCE,
            No,
            "whether SCIM provisioned the person before, or within a day after, each accepted invite; null if the log \
             does not name the person",
        ),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
)
.last("joined");

pub(super) const SETTING_CHANGES: FactTable = FactTable::new(
    "setting_changes",
    "one of the newest 1,000 setting changes, from the whole log",
    &["event"],
    LOG,
    &[
        field("event", Text, LOG, No, "the event's id"),
        field("type", Text, LOG, No, "event type"),
        field("at", Text, LOG, No, "time of the event"),
        field("by", Text, LOG, Address, "e-mail address, else id, of the performer"),
        field("description", Text, LOG, Name, "Intercom's description of the event"),
        field("in_window", Flag, LOG, No, "whether the change is in the window"),
    ],
)
.event("event");

pub(super) const PERMISSION_SNAPSHOTS: FactTable = FactTable::new(
    "permission_snapshots",
    "a person's newest permission snapshot, former teammates included",
    &["person"],
    LOG,
    &[
        field("person", Text, LOG, Id, "the person's id, else e-mail; null if the log names none"),
        field("email", Text, LOG, Address, "the person's e-mail address"),
        field("at", Text, LOG, No, "time of the permission change"),
        field("by", Text, LOG, Address, "e-mail address, else id, of the performer"),
        field("permissions", TextList, LOG, No, "the permissions granted by it"),
        field("conversation_access", Text, LOG, No, "the access type, such as all"),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
);

pub(super) const FAILED_SIGN_IN_BURSTS: FactTable = FactTable::new(
    "failed_sign_in_bursts",
    "a person or an IP address with a burst of failed sign-ins on a day of the window",
    &["who", "kind", "day"],
    WINDOW,
    &[
        field("kind", Text, WINDOW, No, "person or address"),
        field("who", Text, WINDOW, Address, "e-mail address, else id, or the IP address; null if unknown"),
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null for an address"),
        field("count", Number, WINDOW, No, "number of failed sign-ins in the burst"),
        field("first", Text, WINDOW, No, "time of the first"),
        field("last", Text, WINDOW, No, "time of the last"),
        field("day", Text, WINDOW, No, "UTC day of the last"),
    ],
)
.last("last")
.also(&["kind", "day"]);

pub(super) const FAILED_SIGN_INS: FactTable = FactTable::new(
    "failed_sign_ins",
    "a person with a sign-in in the window that failed or used a method that is not allowed",
    &["person"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null if the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("failures", Number, WINDOW, No, "number of sign-ins with wrong credentials"),
        field("unauthorized", Number, WINDOW, No, "number of sign-ins by a method that is not allowed"),
        field("methods", TextList, WINDOW, No, "the methods tried, in lower case, if the log names them"),
        field("last_failure", Text, WINDOW, No, "time of the newest failure of either kind"),
        field(
            "last_sign_in",
            Text,
            WINDOW,
            No,
            "time of the newest successful sign-in; null if there is none",
        ),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
)
.last("last_failure");

pub(super) const PERMISSION_LOSSES: FactTable = FactTable::new(
    "permission_losses",
    "a person who lost permissions between the first and the last permission change of the window",
    &["person"],
    WINDOW,
    &[
        field("person", Text, WINDOW, Id, "the person's id, else e-mail; null if the log names none"),
        field("email", Text, WINDOW, Address, "the person's e-mail address"),
        field("permissions", TextList, WINDOW, No, "the permissions lost"),
        field("at", Text, WINDOW, No, "time of the last change"),
        field("by", Text, WINDOW, Address, "e-mail address, else id, of the performer"),
        field("teammate", Flag, ADMINS, No, "whether the person is a current teammate"),
    ],
)
.last("at");
