//! Redacting a report before rendering.
//!
//! A scan and `render --redact` redact the same report, so they write the same bytes. Sentences are not parsed:
//! [`Report::quoted`] has the texts they quote, and other fields have everything else that identifies a person.

use serde_json::Value;

use super::dictionary::Dictionary;
use super::shapes::is_plain_email;
use super::{Redactor, Scrubber, file_name};
use crate::controls::Step;
use crate::facts::Row;
use crate::facts::vocabulary::{self, Personal};
use crate::posture::{Person, SettingChange};
use crate::report::{BUILT_IN, Control, Report};
use crate::verdict::{Attestation, Evidence, Finding, Review, Waiver};

impl Redactor {
    /// The redacted report. Verdicts, counts, the gate and the exit code stay.
    pub(crate) fn report(&self, mut report: Report) -> Report {
        let scrubber =
            Scrubber { redactor: self, known: self.known_in(&report), quoted: self.quoted_in(&report) };
        // All fields are listed, so that a new field needs a decision here.
        let Report {
            schema_version: _,
            tool: _,
            catalog: _,
            summary: _,
            gate: _,
            scan,
            workspace,
            sources,
            controls,
            people,
            settings,
            warnings,
            quoted,
            activity,
        } = &mut report;
        quoted.clear();
        // A redacted report already has fingerprints that cannot be guessed.
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
            config.repository_path = None;
            config.weakens.iter_mut().for_each(|entry| *entry = scrubber.sentence(entry));
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
        // A method comes from the log and may be any text.
        let methods = activity.iter_mut().flat_map(|activity| &mut activity.sign_ins);
        methods
            .filter_map(|sign_ins| sign_ins.method.as_mut())
            .for_each(|method| *method = scrubber.text(method));
        warnings.iter_mut().for_each(|warning| *warning = scrubber.sentence(warning));
        controls.iter_mut().for_each(|control| scrubber.control(control, fresh));
        people.iter_mut().for_each(|person| scrubber.person(person));
        for SettingChange { by, .. } in settings {
            by.iter_mut().for_each(|by| *by = self.address_or_id(by));
        }
        report
    }

    /// Everything in the report that identifies a person, and all free text.
    fn known_in(&self, report: &Report) -> Dictionary {
        let mut known = Dictionary::default();
        for path in paths(report) {
            known.learn(path, || file_name(path).to_owned());
        }
        for Person { id, name, email, .. } in &report.people {
            known.learn(id, || self.person(id));
            name.iter().for_each(|name| known.learn(name, || self.name(name)));
            let odd = email.iter().filter(|email| !is_plain_email(email));
            odd.for_each(|email| known.learn(email, || self.address_or_id(email)));
        }
        for by in report.settings.iter().filter_map(|change| change.by.as_ref()) {
            known.learn(by, || self.address_or_id(by));
        }
        for Control { findings, attestation, waived, .. } in &report.controls {
            for Waiver { by, reason, .. } in
                findings.iter().filter_map(|finding| finding.waived.as_ref()).chain(waived)
            {
                known.learn(by, || self.signatory(by));
                known.learn_whole(reason, || self.words(reason));
            }
            if let Some(Attestation { by, evidence, note, .. }) = attestation {
                known.learn(by, || self.signatory(by));
                evidence.iter().chain(note).for_each(|text| known.learn_whole(text, || self.words(text)));
            }
            for Review { by, note, .. } in findings.iter().filter_map(|finding| finding.reviewed.as_ref()) {
                known.learn(by, || self.signatory(by));
                note.iter().for_each(|note| known.learn_whole(note, || self.words(note)));
            }
            for Finding { person, evidence, .. } in findings {
                person.iter().for_each(|person| known.learn(person, || self.person(person)));
                self.learn_row(&mut known, &evidence.row());
            }
        }
        if let Some(name) = &report.workspace.name {
            known.learn(name, || self.workspace(name));
        }
        known.prepare()
    }

    fn learn_row(&self, known: &mut Dictionary, row: &Row) {
        for (column, value) in row {
            if column == LOCAL_PART {
                continue;
            }
            let Some(text) = value.as_str().filter(|text| !is_plain_email(text)) else { continue };
            match vocabulary::personal(column) {
                Personal::No => {}
                _ => known.learn(text, || self.cell(column, text, row)),
            }
        }
    }

    /// The texts that the report's sentences quote.
    fn quoted_in(&self, report: &Report) -> Dictionary {
        let mut quoted = Dictionary::default();
        report.quoted.iter().for_each(|part| self.learn_quoted(&mut quoted, part));
        quoted.prepare_all()
    }

    /// A text in a column of evidence.
    fn cell(&self, column: &str, text: &str, row: &Row) -> String {
        let of_row = |column: &str| row.get(column).and_then(Value::as_str);
        match vocabulary::personal(column) {
            Personal::Name if column == DESCRIPTION => {
                format!("redacted ({})", of_row("type").unwrap_or("an event"))
            }
            Personal::Name => self.name(text),
            Personal::Id => self.person(text),
            Personal::Address if column == LOCAL_PART => {
                let address =
                    self.email(&format!("{text}@{}", of_row("domain").unwrap_or("unknown.invalid")));
                let local = address.as_deref().and_then(|address| address.rsplit_once('@'));
                local.map_or_else(|| self.name(text), |(local, _)| local.to_owned())
            }
            Personal::Address => self.address_or_id(text),
            // Only addresses, because a role may have the name of a person.
            Personal::No => super::replace(text, super::shapes::spans(self, text)),
        }
    }
}

/// The column with the description of an event.
const DESCRIPTION: &str = "description";
/// The column with the part of an address before the `@`.
const LOCAL_PART: &str = "local_part";

/// The files that the report names.
fn paths(report: &Report) -> impl Iterator<Item = &String> {
    let scan = &report.scan;
    let origins = report.controls.iter().map(|control| &control.origin);
    let paths = scan.config.iter().map(|config| &config.path);
    paths
        .chain(scan.baseline.iter().map(|baseline| &baseline.path))
        .chain(scan.rosters.iter().map(|roster| &roster.path))
        .chain(origins.filter(|origin| *origin != BUILT_IN))
}

impl Scrubber<'_> {
    /// A sentence of the program, which may quote texts.
    fn sentence(&self, text: &str) -> String {
        let mut spans = self.spans(text);
        self.quoted.spans(text, &mut spans);
        super::replace(text, spans)
    }

    fn control(&self, control: &mut Control, fresh: bool) {
        if control.origin != BUILT_IN {
            self.added(control);
        }
        let Control { reason, headline, context, findings, waived, attestation, .. } = control;
        for sentence in std::iter::once(reason).chain(headline) {
            *sentence = match findings.as_slice() {
                // Where a single finding is all there is, the sentence repeats it.
                [only] => self.about(sentence, &only.evidence.row()),
                _ => self.sentence(sentence),
            };
        }
        context.iter_mut().for_each(|line| *line = self.sentence(line));
        findings.iter_mut().for_each(|finding| self.finding(finding, fresh));
        if let Some(Attestation { by, evidence, note, .. }) = attestation {
            *by = self.redactor.signatory(by);
            evidence.iter_mut().chain(note).for_each(|text| *text = self.redactor.words(text));
        }
        waived.iter_mut().for_each(|waiver| self.waiver(waiver));
    }

    /// The texts and the path of an added control.
    fn added(&self, control: &mut Control) {
        let Control {
            title, section, description, rationale, effort, prerequisites, references, origin, ..
        } = control;
        let texts = [title, section, description, rationale, effort];
        let steps = control.remediation.iter_mut().chain(&mut control.next_step);
        let steps = steps
            .flat_map(|Step { title, path, actions, .. }| std::iter::once(title).chain(path).chain(actions));
        for text in texts.into_iter().chain(prerequisites).chain(references).chain(steps) {
            *text = self.text(text);
        }
        *origin = file_name(origin).to_owned();
    }

    fn waiver(&self, waiver: &mut Waiver) {
        waiver.by = self.redactor.signatory(&waiver.by);
        waiver.reason = self.redactor.words(&waiver.reason);
    }

    fn finding(&self, finding: &mut Finding, fresh: bool) {
        let Finding { fingerprint, subject, person, message, evidence, waived, reviewed, .. } = finding;
        *subject = self.subject(subject);
        let row = evidence.row();
        *message = self.about(message, &row);
        person.iter_mut().for_each(|person| *person = self.redactor.person(person));
        *evidence = Evidence::from(&self.row(&row));
        if fresh {
            *fingerprint = self.redactor.fingerprint(fingerprint);
        }
        waived.iter_mut().for_each(|waiver| self.waiver(waiver));
        if let Some(Review { by, note, .. }) = reviewed {
            *by = self.redactor.signatory(by);
            note.iter_mut().for_each(|note| *note = self.redactor.words(note));
        }
    }

    /// A text about a row. Names of the row are replaced in it even if they are too short to search for elsewhere.
    fn about(&self, text: &str, row: &Row) -> String {
        if let Some(replacement) = self.known.whole(text) {
            return replacement.to_owned();
        }
        let mut names = Dictionary::default();
        let name = row.get("name").and_then(Value::as_str).filter(|name| name.trim().chars().count() < 3);
        name.iter().for_each(|name| names.learn(name, || self.redactor.name(name)));
        let mut spans = self.spans(text);
        if name.is_some() {
            names.prepare_all().spans(text, &mut spans);
        }
        self.quoted.spans(text, &mut spans);
        super::replace(text, spans)
    }

    fn subject(&self, subject: &str) -> String {
        if let Some(replacement) = self.known.whole(subject) {
            return replacement.to_owned();
        }
        if !subject.is_empty() && subject.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.redactor.id(subject);
        }
        self.redactor.email(subject).unwrap_or_else(|| self.text(subject))
    }

    fn person(&self, person: &mut Person) {
        let Person { id, name, email, role, privilege_reason, sign_in_methods, .. } = person;
        *id = self.redactor.person(id);
        name.iter_mut().for_each(|name| *name = self.redactor.name(name));
        email.iter_mut().for_each(|email| *email = self.redactor.address_or_id(email));
        privilege_reason.iter_mut().for_each(|reason| *reason = self.text(reason));
        // As in evidence, only addresses, because a role may have the name of a person.
        for word in role.iter_mut().chain(sign_in_methods) {
            *word = super::replace(word, super::shapes::spans(self.redactor, word));
        }
    }

    fn row(&self, row: &Row) -> Row {
        row.iter().map(|(column, value)| (column.clone(), self.value(column, value, row))).collect()
    }

    /// The value with all nested values.
    fn value(&self, column: &str, value: &Value, row: &Row) -> Value {
        match value {
            Value::String(text) => Value::String(self.redactor.cell(column, text, row)),
            Value::Number(id) if vocabulary::personal(column) == Personal::Id => {
                Value::String(self.redactor.id(&id.to_string()))
            }
            Value::Array(all) => all.iter().map(|value| self.value(column, value, row)).collect(),
            Value::Object(inner) => Value::Object(self.row(inner)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}
