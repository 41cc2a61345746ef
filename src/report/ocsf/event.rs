//! The shape of an event: the attributes of the class that the program has something to say for.

use serde::Serialize;

use crate::facts::Row;
use crate::level::Level;
use crate::sources::Provenance;
use crate::verdict::{Basis, Waiver};

/// A Compliance Finding.
#[derive(Serialize)]
pub(super) struct Event<'a> {
    pub(super) activity_id: u8,
    pub(super) activity_name: &'static str,
    pub(super) category_uid: u8,
    pub(super) category_name: &'static str,
    pub(super) class_uid: u16,
    pub(super) class_name: &'static str,
    pub(super) type_uid: u32,
    pub(super) type_name: &'static str,
    /// Milliseconds since 1970.
    pub(super) time: i64,
    pub(super) severity_id: u8,
    pub(super) severity: &'static str,
    pub(super) status_id: u8,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status_detail: Option<String>,
    pub(super) message: String,
    pub(super) metadata: Metadata<'a>,
    pub(super) compliance: Compliance<'a>,
    pub(super) finding_info: FindingInfo<'a>,
    pub(super) resources: [Resource<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) evidences: Vec<Evidence<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) observables: Vec<Observable<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remediation: Option<Remediation>,
    pub(super) unmapped: Unmapped<'a>,
}

/// What is known about the event itself.
#[derive(Serialize)]
pub(super) struct Metadata<'a> {
    pub(super) version: &'static str,
    pub(super) product: Product<'a>,
    /// The event's own identity: the finding at that instant.
    pub(super) uid: String,
    pub(super) event_code: &'a str,
    pub(super) original_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tenant_uid: Option<&'a str>,
}

/// The program.
#[derive(Serialize)]
pub(super) struct Product<'a> {
    pub(super) name: &'static str,
    pub(super) vendor_name: &'static str,
    pub(super) version: &'a str,
}

/// The control and how it ended.
#[derive(Serialize)]
pub(super) struct Compliance<'a> {
    pub(super) control: &'a str,
    pub(super) desc: &'a str,
    pub(super) category: &'a str,
    pub(super) standards: Vec<&'a str>,
    pub(super) requirements: Vec<String>,
    pub(super) status_id: u8,
    pub(super) status: &'static str,
    pub(super) status_detail: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) status_details: &'a [String],
}

/// What was found.
#[derive(Serialize)]
pub(super) struct FindingInfo<'a> {
    pub(super) uid: String,
    pub(super) title: &'a str,
    pub(super) desc: String,
    pub(super) created_time: i64,
    pub(super) types: [&'static str; 1],
    pub(super) analytic: Analytic<'a>,
    #[serde(skip_serializing_if = "<[Basis]>::is_empty")]
    pub(super) data_sources: &'a [Basis],
}

/// The control as the rule that found it.
#[derive(Serialize)]
pub(super) struct Analytic<'a> {
    pub(super) uid: &'a str,
    pub(super) name: &'a str,
    pub(super) type_id: u8,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// Who or what it is about.
#[derive(Serialize)]
pub(super) struct Resource<'a> {
    pub(super) uid: &'a str,
    pub(super) name: &'a str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<User<'a>>,
}

/// A teammate.
#[derive(Serialize)]
pub(super) struct User<'a> {
    pub(super) uid: &'a str,
    pub(super) name: &'a str,
    /// The address, where it is one as OCSF has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email_addr: Option<&'a str>,
}

/// The row of data that shows it.
#[derive(Serialize)]
pub(super) struct Evidence<'a> {
    pub(super) data: &'a Row,
}

/// A value that other events may carry too.
#[derive(Serialize)]
pub(super) struct Observable<'a> {
    pub(super) name: &'static str,
    pub(super) type_id: u8,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) value: &'a str,
}

/// What to do.
#[derive(Serialize)]
pub(super) struct Remediation {
    pub(super) desc: String,
}

/// What the class has no attribute for.
#[derive(Serialize)]
pub(super) struct Unmapped<'a> {
    pub(super) level: Level,
    pub(super) source: Provenance,
    pub(super) workspace_name: Option<&'a str>,
    pub(super) workspace_region: Option<&'a str>,
    pub(super) in_baseline: bool,
    pub(super) violates_gate: bool,
    pub(super) waived: Option<&'a Waiver>,
}
