//! Redacting a report, before any format sees it.

use serde_json::Value;

use super::known::Known;
use super::sentences::file_name;
use super::shapes::is_plain_email;
use super::{Redactor, Scrubber};
use crate::facts::Row;
use crate::posture::{Person, SettingChange};
use crate::report::{BUILT_IN, Control, Report};
use crate::verdict::{Attestation, Finding, Waiver};

/// Columns of evidence that say something about the matter, and nothing about who it is.
const MATTERS: [&str; 13] = [
    "event",
    "role",
    "type",
    "method",
    "methods",
    "kind",
    "endpoint",
    "permissions",
    "privilege",
    "conversation_access",
    "groups",
    "group",
    "domain",
];

impl Redactor {
    /// The report without people and addresses. Verdicts, counts, the gate and the exit code stay.
    pub(crate) fn report(&self, mut report: Report) -> Report {
        let scrubber = Scrubber { redactor: self, known: self.known_in(&report) };
        // All of it is named, so that whatever is added to a report has to be thought about here.
        let Report {
            schema_version: _,
            tool: _,
            catalog: _,
            summary: _,
            scan,
            workspace,
            sources,
            controls,
            people,
            settings,
            gate: _,
            warnings,
            activity,
        } = &mut report;
        // What is redacted already has fingerprints that no one can make from a guess.
        let fresh = !scan.redacted;
        if fresh {
            scan.redacted = true;
            scan.redaction_key = Some(self.key_name());
        }
        if let Some(name) = &mut workspace.name {
            *name = self.workspace(name);
        }
        if let Some(config) = &mut scan.config {
            config.path = file_name(&config.path).to_owned();
            config.weakens.iter_mut().for_each(|sentence| *sentence = scrubber.setting(sentence));
        }
        if let Some(baseline) = &mut scan.baseline {
            baseline.path = file_name(&baseline.path).to_owned();
        }
        for roster in &mut scan.rosters {
            roster.path = file_name(&roster.path).to_owned();
        }
        for detail in sources.iter_mut().filter_map(|source| source.detail.as_mut()) {
            *detail = scrubber.text(detail);
        }
        // A method is a word of the log's, which may be any text.
        let methods = activity.iter_mut().flat_map(|activity| &mut activity.sign_ins);
        methods
            .filter_map(|sign_ins| sign_ins.method.as_mut())
            .for_each(|method| *method = scrubber.text(method));
        warnings.iter_mut().for_each(|warning| *warning = scrubber.warning(warning));
        for control in controls {
            scrubber.control(control, fresh);
        }
        people.iter_mut().for_each(|person| scrubber.person(person));
        for SettingChange { by, .. } in settings {
            by.iter_mut().for_each(|by| *by = self.somebody(by));
        }
        report
    }

    /// Everything in the report that identifies somebody, or that somebody wrote.
    fn known_in(&self, report: &Report) -> Known {
        let mut known = Known::default();
        let scan = &report.scan;
        let paths = scan.config.iter().map(|config| &config.path);
        let paths = paths.chain(scan.baseline.iter().map(|baseline| &baseline.path));
        for path in paths.chain(report.scan.rosters.iter().map(|roster| &roster.path)) {
            known.learn(path, || file_name(path).to_owned());
        }
        for Control { findings, attestation, waived, .. } in &report.controls {
            let own = findings.iter().filter_map(|finding| finding.waived.as_ref());
            for decision in own.chain(waived) {
                known.learn(&decision.by, || self.signatory(&decision.by));
                known.learn_whole(&decision.reason, || self.words(&decision.reason));
            }
            if let Some(Attestation { by, evidence, note, .. }) = attestation {
                known.learn(by, || self.signatory(by));
                evidence.iter().chain(note).for_each(|text| known.learn_whole(text, || self.words(text)));
            }
            findings.iter().for_each(|finding| self.learn_row(&mut known, &finding.evidence));
        }
        if let Some(name) = &report.workspace.name {
            known.learn(name, || self.workspace(name));
        }
        known.prepare()
    }

    fn learn_row(&self, known: &mut Known, row: &Row) {
        for (column, value) in row {
            let Some(text) = value.as_str().filter(|text| !is_plain_email(text)) else { continue };
            match Column::of(column, row) {
                Column::Name => known.learn(text, || self.name(text)),
                Column::Id => known.learn(text, || self.id(text)),
                Column::Person => known.learn(text, || self.somebody(text)),
                Column::Description => known.learn(text, || described(row)),
                Column::LocalPart | Column::Matter | Column::Other => {}
            }
        }
    }
}

/// What a column of evidence holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    /// An e-mail address, an id, or a network address.
    Person,
    Id,
    LocalPart,
    Description,
    Matter,
    Other,
}

impl Column {
    fn of(column: &str, row: &Row) -> Self {
        // Events have ids too, and declared roles have names.
        let is_event = row.contains_key("type") && row.contains_key("at");
        let is_role = row.contains_key("holders");
        match column {
            "id" if is_event => Self::Matter,
            "name" if is_role => Self::Matter,
            "id" => Self::Id,
            "name" => Self::Name,
            "email" | "person" | "by" | "who" | "address" => Self::Person,
            "local_part" => Self::LocalPart,
            "description" => Self::Description,
            matter if MATTERS.contains(&matter) => Self::Matter,
            _ => Self::Other,
        }
    }
}

/// What stands for the log's sentence about an event.
fn described(row: &Row) -> String {
    let activity_type = row.get("type").and_then(Value::as_str).unwrap_or("an event");
    format!("redacted ({activity_type})")
}

impl Scrubber<'_> {
    fn control(&self, control: &mut Control, fresh: bool) {
        if control.origin != BUILT_IN {
            self.prose(control);
        }
        let short = control.findings.iter().flat_map(|finding| self.short_names(&finding.evidence));
        let short: Vec<_> = short.collect();
        let further: Vec<_> =
            short.iter().map(|(name, pseudonym)| (name.as_str(), pseudonym.clone())).collect();
        control.reason = match self.known.whole(&control.reason) {
            Some(replacement) => replacement.to_owned(),
            // Where a single finding is all there is, the reason repeats it.
            None if control.findings.len() == 1 => self.within(&control.reason, &further),
            None => self.text(&control.reason),
        };
        control.context.iter_mut().for_each(|line| *line = self.context(line));
        for finding in &mut control.findings {
            self.finding(finding, fresh);
        }
        if let Some(Attestation { by, evidence, note, .. }) = &mut control.attestation {
            *by = self.redactor.signatory(by);
            evidence.iter_mut().chain(note).for_each(|text| *text = self.redactor.words(text));
        }
        control.waived.iter_mut().for_each(|waiver| self.waiver(waiver));
    }

    /// The text of a control that was added, and where it came from.
    fn prose(&self, control: &mut Control) {
        let Control { title, slug, section, description, rationale, prerequisites, effort, .. } = control;
        let steps = control.remediation.iter_mut().chain(&mut control.next_step);
        let steps = steps
            .flat_map(|step| std::iter::once(&mut step.title).chain(&mut step.path).chain(&mut step.actions));
        let own = [title, slug, section, description, rationale, effort];
        for text in own.into_iter().chain(prerequisites).chain(&mut control.references).chain(steps) {
            *text = self.text(text);
        }
        control.origin = file_name(&control.origin).to_owned();
    }

    fn person(&self, person: &mut Person) {
        let Person { id, name, email, privilege_reason, .. } = person;
        *id = self.redactor.id(id);
        name.iter_mut().for_each(|name| *name = self.redactor.name(name));
        email.iter_mut().for_each(|email| *email = self.redactor.somebody(email));
        privilege_reason.iter_mut().for_each(|reason| *reason = self.text(reason));
    }

    fn waiver(&self, waiver: &mut Waiver) {
        waiver.by = self.redactor.signatory(&waiver.by);
        waiver.reason = self.redactor.words(&waiver.reason);
    }

    fn finding(&self, finding: &mut Finding, fresh: bool) {
        let Finding { fingerprint, subject, person, message, evidence, waived, .. } = finding;
        let names = self.short_names(evidence);
        let further: Vec<_> =
            names.iter().map(|(name, pseudonym)| (name.as_str(), pseudonym.clone())).collect();
        *subject = self.subject(subject);
        *message = match self.known.whole(message) {
            Some(replacement) => replacement.to_owned(),
            None => self.within(message, &further),
        };
        *evidence = self.row(evidence);
        if fresh {
            *fingerprint = self.redactor.fingerprint(fingerprint);
        }
        person.iter_mut().for_each(|id| *id = self.redactor.id(id));
        waived.iter_mut().for_each(|waiver| self.waiver(waiver));
    }

    /// Names of the row that are too short to be looked for everywhere.
    fn short_names(&self, row: &Row) -> Vec<(String, String)> {
        let name =
            row.get("name").and_then(Value::as_str).filter(|_| Column::of("name", row) == Column::Name);
        let name = name.map(str::trim).filter(|name| !name.is_empty() && name.chars().count() < 3);
        name.map(|name| (name.to_owned(), self.redactor.name(name))).into_iter().collect()
    }

    fn subject(&self, subject: &str) -> String {
        if let Some(replacement) = self.known.whole(subject) {
            return replacement.to_owned();
        }
        if !subject.is_empty() && subject.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.redactor.id(subject);
        }
        self.redactor.email(subject).unwrap_or_else(|| self.within(subject, &[]))
    }

    fn row(&self, row: &Row) -> Row {
        row.iter().map(|(column, value)| (column.clone(), self.cell(column, value, row))).collect()
    }

    fn cell(&self, column: &str, value: &Value, row: &Row) -> Value {
        let column = Column::of(column, row);
        match (column, value) {
            (_, Value::String(text)) => Value::String(self.words_of(column, text, row)),
            (Column::Id | Column::Person, Value::Number(id)) => {
                Value::String(self.redactor.id(&id.to_string()))
            }
            _ => self.value(column, value, row),
        }
    }

    /// The value, and whatever is in it.
    fn value(&self, column: Column, value: &Value, row: &Row) -> Value {
        match value {
            Value::String(text) => Value::String(self.words_of(column, text, row)),
            Value::Array(all) => all.iter().map(|value| self.value(column, value, row)).collect(),
            Value::Object(inner) => Value::Object(self.row(inner)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn words_of(&self, column: Column, text: &str, row: &Row) -> String {
        let redactor = self.redactor;
        match column {
            Column::Name => redactor.name(text),
            Column::Id => redactor.id(text),
            Column::Person => redactor.somebody(text),
            Column::Description => described(row),
            Column::LocalPart => {
                let domain = row.get("domain").and_then(Value::as_str).unwrap_or("unknown.invalid");
                let address = redactor.email(&format!("{text}@{domain}"));
                let local = address.as_deref().and_then(|address| address.rsplit_once('@'));
                local.map_or_else(|| redactor.name(text), |(local, _)| local.to_owned())
            }
            // Only what has the shape of an address: a role may be called what somebody is called.
            Column::Matter => super::replace(text, super::shapes::spans(redactor, text)),
            Column::Other => self.text(text),
        }
    }
}
