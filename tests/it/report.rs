//! A printed report, with accessors that show the whole report if something is missing.

use serde_json::Value;

/// A JSON report.
pub(crate) struct Report(pub(crate) Value);

impl Report {
    /// The finding of a control by the value of a field.
    #[track_caller]
    pub(crate) fn finding(&self, control: &str, field: &str, value: &str) -> &Value {
        let findings = self.control(control)["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding[field] == value).unwrap_or_else(|| panic!("{findings:#?}"))
    }

    #[track_caller]
    pub(crate) fn control(&self, id: &str) -> &Value {
        let controls = self.0["controls"].as_array().expect("controls is a list");
        controls
            .iter()
            .find(|control| control["id"] == id)
            .unwrap_or_else(|| panic!("no control {id}: {}", self.0))
    }

    #[track_caller]
    pub(crate) fn status(&self, id: &str) -> &str {
        self.control(id)["status"].as_str().expect("status is text")
    }

    /// Asserts the status of a control.
    #[track_caller]
    pub(crate) fn assert(&self, id: &str, status: &str) {
        assert_eq!(self.status(id), status, "control {id}: {:#}", self.control(id));
    }

    /// The subjects of a control's findings, sorted.
    #[track_caller]
    pub(crate) fn subjects(&self, id: &str) -> Vec<String> {
        let findings = self.control(id)["findings"].as_array().expect("findings is a list");
        let subject = |finding: &Value| finding["subject"].as_str().unwrap_or("").to_owned();
        let mut subjects: Vec<_> = findings.iter().map(subject).collect();
        subjects.sort();
        subjects
    }

    /// All texts of a control.
    #[track_caller]
    pub(crate) fn text(&self, id: &str) -> String {
        self.control(id).to_string()
    }

    #[track_caller]
    pub(crate) fn source(&self, id: &str) -> &Value {
        let sources = self.0["sources"].as_array().expect("sources is a list");
        sources
            .iter()
            .find(|source| source["id"] == id)
            .unwrap_or_else(|| panic!("no source {id}: {}", self.0))
    }

    /// Asserts the outcome of a source.
    #[track_caller]
    pub(crate) fn assert_source(&self, id: &str, status: &str) {
        assert_eq!(self.source(id)["status"], status, "source {id}: {:#}", self.source(id));
    }

    /// The warnings, one a line.
    pub(crate) fn warnings(&self) -> String {
        let warnings = self.0["warnings"].as_array().expect("warnings is a list");
        warnings.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
    }
}
