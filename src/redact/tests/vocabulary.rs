//! A canary in every personal column and value of the vocabulary must not be in any format.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{everything, redactor};
use crate::assessment::Assessment;
use crate::checks;
use crate::controls::{Catalog, Definition};
use crate::facts::vocabulary::{Field, Personal, TABLES, Type, VALUES};
use crate::facts::{Change, Facts, Row, Rows};
use crate::posture::{self, Posture};
use crate::report::sample::sample;
use crate::report::{Control, Report, WorkspaceInfo};
use crate::sentence::Sentence;
use crate::sources::{Feed, Outcome, SourceStatus};

/// The event type of the rows of `events`.
const EVENT: &str = "x_change";

/// Creates canaries and records them.
#[derive(Default)]
struct Canaries(Vec<String>);

impl Canaries {
    fn next(&mut self, personal: Personal) -> String {
        let number = self.0.len();
        let (canary, text) = match personal {
            Personal::Name => (format!("Zyxkar{number}q"), format!("Zyxkar{number}q Wvuts")),
            Personal::Address => (format!("zyxkar{number}q"), format!("zyxkar{number}q@acme.example")),
            Personal::Id => (format!("8877{number:05}"), format!("8877{number:05}")),
            Personal::No => return "plain".to_owned(),
        };
        self.0.push(canary);
        text
    }

    fn value(&mut self, field: &Field) -> Value {
        match field.ty {
            Type::Text if field.name == "type" => json!(EVENT),
            Type::Text => json!(self.next(field.personal)),
            Type::TextList => json!([self.next(field.personal), self.next(field.personal)]),
            Type::Number => json!(3),
            Type::Flag => json!(true),
        }
    }
}

fn facts(canaries: &mut Canaries) -> Facts {
    let mut facts = Facts { values: json!({}), ..Facts::default() };
    let complete = Outcome { status: SourceStatus::Complete, ..Outcome::skipped() };
    facts.feeds = Feed::ALL.iter().map(|feed| (*feed, complete.clone())).collect();
    for table in TABLES {
        let row = |canaries: &mut Canaries| -> Row {
            let mut row: Row =
                table.columns.iter().map(|column| (column.name.to_owned(), canaries.value(column))).collect();
            // Undeclared columns count as names.
            row.insert("added_by_a_test".to_owned(), json!(canaries.next(Personal::Name)));
            row
        };
        let rows = Rows { rows: vec![row(canaries), row(canaries)], truncated: false };
        if table.name == "events" {
            facts.events.insert(EVENT.to_owned(), rows);
        } else {
            facts.tables.insert(table.name, rows);
        }
    }
    for field in VALUES {
        let mut place = &mut facts.values;
        for part in field.name.split('.') {
            place = &mut place[part];
        }
        *place = canaries.value(field);
    }
    let change = Change {
        activity_type: EVENT.to_owned(),
        event: "5a3e".to_owned(),
        description: Some(canaries.next(Personal::Name)),
        by: Some(canaries.next(Personal::Address)),
        at: 1_768_348_800,
    };
    facts.changes.insert(EVENT.to_owned(), change);
    facts
}

/// A control for each table with a finding for each row that shows all columns.
fn catalog() -> Catalog {
    let folder = tempfile::tempdir().unwrap();
    let text = |of: &str, fields: &[Field]| {
        let personal = fields.iter().filter(|field| field.personal != Personal::No && field.ty == Type::Text);
        let texts: Vec<_> = personal.map(|field| format!("text({of}.{})", field.name)).collect();
        if texts.is_empty() { "'nothing'".to_owned() } else { texts.join(" + ', ' + ") }
    };
    for (number, table) in TABLES.iter().enumerate() {
        let mut control = format!(
            "id = \"V{number}\"\ntitle = \"T\"\nlevel = \"L1\"\nsection = \"S\"\ndescription = \"D\"\n\
             rationale = \"R\"\nrelevant = [\"{EVENT}\"]\n[[check]]\nname = \"all\"\n[check.every]\nover = \"{}\"\n\
             require = \"false\"\nsubject = \"text(row.{})\"\nmessage = \"{}\"\n",
            table.name,
            table.key.first().unwrap_or(&table.columns[0].name),
            text("row", table.columns),
        );
        if table.name == "events" {
            writeln!(control, "types = [\"{EVENT}\"]").unwrap();
        }
        writeln!(control, "[[context]]\nshow = \"{}\"", text("facts", VALUES)).unwrap();
        std::fs::write(folder.path().join(format!("V{number}-x.toml")), control).unwrap();
    }
    Catalog::load(&[folder.path().to_owned()]).unwrap()
}

fn report(canaries: &mut Canaries) -> Report {
    let facts = facts(canaries);
    let catalog = catalog();
    let own = catalog.definitions.iter().filter(|definition| definition.control.id.starts_with('V'));
    let decide = |definition: &Definition| {
        let control = &definition.control;
        let verdict = checks::evaluate(
            &control.id,
            &control.params,
            &definition.rules,
            &facts,
            &crate::verdict::Reviews::new(),
        );
        Assessment::new(Arc::clone(control), verdict)
    };
    let assessments: Vec<_> = own.map(decide).collect();
    assert!(assessments.iter().all(|one| one.verdict.findings.len() == 2));
    let Posture { people, settings } = posture::of(&facts);
    let said = assessments.iter().flat_map(|one| one.verdict.sentences());
    let name = facts.value("workspace.name").as_str().map(str::to_owned);
    Report {
        workspace: WorkspaceInfo { name, ..WorkspaceInfo::default() },
        quoted: said.flat_map(Sentence::quoted).collect(),
        controls: assessments.into_iter().map(Control::from).collect(),
        people,
        settings,
        ..sample()
    }
}

#[test]
fn no_personal_column_or_value_is_in_any_format() {
    let mut canaries = Canaries::default();
    let report = report(&mut canaries);
    let before = serde_json::to_string(&report).unwrap();
    let shown = everything(&redactor().report(report));
    let rows = canaries.0.iter().filter(|canary| before.contains(canary.as_str())).count();
    assert!(rows > 100, "only {rows} canaries are in the report at all");
    for canary in &canaries.0 {
        let at = shown.find(canary.as_str());
        assert!(at.is_none(), "{canary}: {}", at.map_or("", |at| shown[..at].lines().last().unwrap_or("")));
    }
}
