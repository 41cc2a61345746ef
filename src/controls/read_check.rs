//! The `[[check]]` and `[[context]]` tables of a control file.

use std::sync::Arc;

use strum::VariantArray;

use crate::checks::{Check, CheckKind, ContextLine, Count, Every, KindName, Over, Value};
use crate::expression::{Expression, Position, Scope};
use crate::facts::vocabulary;
use crate::toml_document::{Located, Table, closest, excerpt};
use crate::verdict::{Basis, Status};

/// The longest name of a check, in bytes.
const LONGEST_NAME: usize = 40;

/// The context for reading the checks of a file.
pub(super) struct Surroundings {
    pub(super) path: Arc<str>,
    pub(super) params: Arc<[String]>,
    pub(super) steps: usize,
    /// Whether to compile expressions at once, so that their mistakes are reported with the rest.
    pub(super) in_full: bool,
}

/// Reads one check. None if it cannot be used; the document has the reason.
pub(super) fn check(mut table: Table<'_>, around: &Surroundings) -> Option<Check> {
    let document = table.document();
    let name = table.required_text("name").filter(|name| {
        let fits = is_name(name);
        if !fits {
            document.report(name.line, NAME_RULE);
        }
        fits
    });
    let first = (around.steps > 0).then_some(0);
    let next_step = step(&mut table, "next_step", around.steps).map_or(first, |step| step.value);
    let needs_step = step(&mut table, "needs_step", around.steps);
    let reviewable = table.flag("reviewable");
    let known: Vec<_> = KindName::VARIANTS.iter().map(|kind| kind.into_str()).collect();
    let kinds: Vec<_> = KindName::VARIANTS.iter().filter(|kind| table.has(kind.into_str())).collect();
    let line = table.line();
    match kinds.as_slice() {
        [kind] => {
            let check = table.table(kind.into_str());
            table.finish();
            let check = Reader { table: check?, around }.check(**kind, next_step)?;
            if let Some(reviewable) = reviewable.as_ref().filter(|reviewable| reviewable.value)
                && !check.finds_events()
            {
                document
                    .report(reviewable.line, "`reviewable` goes with `every` over a table of events only");
            }
            if let Some(step) = needs_step.as_ref().filter(|_| check.needs.is_empty()) {
                document.report(step.line, "`needs_step` goes with `needs` only");
            }
            let reviewable = reviewable.is_some_and(|reviewable| reviewable.value);
            let needs_step = needs_step.and_then(|step| step.value);
            Some(Check { name: name?.value, needs_step, reviewable, ..check })
        }
        [] => {
            for key in table.keys() {
                let message =
                    format!("unknown check kind `{}`: it is one of {}", excerpt(&key), known.join(", "));
                document.report_with(key.line, message, closest(&key, known.iter().copied()));
            }
            if table.keys().is_empty() {
                document.report(line, format!("a check has one of the kinds {}", known.join(", ")));
            }
            None
        }
        several => {
            let several: Vec<_> = several.iter().map(|kind| kind.into_str()).collect();
            document.report(line, format!("a check has exactly one kind, not {}", several.join(" and ")));
            None
        }
    }
}

const NAME_RULE: &str =
    "`name` must be at most 40 lower-case letters and digits, in words joined by single dashes";

fn is_name(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.len() <= LONGEST_NAME && name.split('-').all(word)
}

/// The step that a key names; none where there is no such step, which is reported.
fn step(table: &mut Table<'_>, key: &'static str, steps: usize) -> Option<Located<Option<usize>>> {
    let named = table.integer(key)?;
    let index = usize::try_from(named.value).ok().and_then(|number| number.checked_sub(1));
    let index = index.filter(|index| *index < steps);
    if index.is_none() {
        let message = format!("`{key}` is {}, and the number of [[steps]] is {steps}", named.value);
        table.document().report(named.line, message);
    }
    Some(Located { value: index, line: named.line })
}

pub(super) fn context_line(table: Table<'_>, around: &Surroundings) -> Option<ContextLine> {
    let mut reader = Reader { table, around };
    let when = reader.expression("when", None);
    let show = reader.required("show", None);
    reader.table.finish();
    Some(ContextLine { when, show: show? })
}

struct Reader<'d, 'a> {
    table: Table<'d>,
    around: &'a Surroundings,
}

type OverTable = Option<&'static vocabulary::FactTable>;

impl Reader<'_, '_> {
    fn check(mut self, kind: KindName, next_step: Option<usize>) -> Option<Check> {
        let kind = match kind {
            KindName::Every => self.every(),
            KindName::Count => self.count(),
            KindName::Value => self.value(),
            KindName::Manual => self.manual(),
        };
        let when = self.given();
        let needs = self.needs();
        let on_pass = self.reason("on_pass");
        let on_fail = self.reason("on_fail");
        let note = self.table.text("note").map(|note| note.value.trim().to_owned());
        let when_empty = self.status("when_empty", &["manual", "pass", "fail"], Status::Manual);
        let otherwise = self.status("otherwise", &["fail", "manual"], Status::Fail);
        let basis = self.basis();
        self.table.finish();
        let name = String::new();
        let kind = kind?;
        Some(Check {
            name,
            next_step,
            needs_step: None,
            reviewable: false,
            when,
            needs,
            note,
            when_empty,
            otherwise,
            basis,
            on_pass,
            on_fail,
            kind,
        })
    }

    /// The condition for the check to count. It may only use the scan's inputs, which are always known: if an unread source
    /// could disable a check, a gap would become a pass.
    fn given(&mut self) -> Option<Expression> {
        let source = self.table.text("when")?;
        let when = self.keep("when", &source, source.line, None)?;
        if self.around.in_full {
            let values = when.references().values.iter().filter_map(|name| vocabulary::value(name));
            // What the store shows includes this run, if that reads the log.
            for value in values.filter(|value| !value.feeds.is_empty() || value.is_history()) {
                let name = value.name;
                let message =
                    format!("`when` uses `facts.{name}`, which a source has to provide; use `needs` instead");
                self.report(source.line, &message);
            }
        }
        Some(when)
    }

    /// One condition, or several in order of evaluation.
    fn needs(&mut self) -> Vec<Expression> {
        let sources = self.table.text_or_texts("needs").map(|sources| sources.value).unwrap_or_default();
        let keep = |source: Located<String>| self.keep("needs", &source, source.line, None);
        sources.into_iter().filter_map(keep).collect()
    }

    fn every(&mut self) -> Option<CheckKind> {
        let (table, over) = self.over();
        let require = self.required("require", table);
        Some(CheckKind::Every(Every { over: over?, require: require? }))
    }

    fn count(&mut self) -> Option<CheckKind> {
        let (_, over) = self.over();
        if !self.table.has("min") && !self.table.has("max") {
            self.report(self.table.line(), "a count needs a `min`, a `max` or both");
        }
        let (min, max) = (self.bound("min"), self.bound("max"));
        Some(CheckKind::Count(Count { over: over?, min, max }))
    }

    fn value(&mut self) -> Option<CheckKind> {
        let require = self.required("require", None);
        let subject = self.expression("subject", None);
        let message = self.expression("message", None);
        Some(CheckKind::Value(Value { require: require?, subject, message }))
    }

    fn manual(&mut self) -> Option<CheckKind> {
        if !self.table.has("note") {
            self.report(self.table.line(), "a manual check needs a `note` that says what to look at");
        }
        Some(CheckKind::Manual)
    }

    fn over(&mut self) -> (OverTable, Option<Over>) {
        let table = self.table.required_text("over").and_then(|name| self.named_table(&name));
        let types = self.table.texts("types");
        if let Some(types) = &types {
            if table.is_some_and(|table| table.name != "events") {
                self.report(types.line, "`types` goes with the table `events` only");
            }
        } else if table.is_some_and(|table| table.name == "events") {
            self.report(self.table.line(), "a check over `events` needs `types = […]`");
        }
        let filter = self.expression("where", table);
        let person = self.expression("person", table);
        let subject = self.expression("subject", table);
        let message = self.expression("message", table);
        let types = types.map(|types| types.value).unwrap_or_default();
        let types = types.into_iter().map(|name| name.value).collect();
        (table, table.map(|table| Over { table, types, filter, person, subject, message }))
    }

    fn named_table(&self, name: &Located<String>) -> OverTable {
        let table = vocabulary::table(name);
        if table.is_none() {
            let known = vocabulary::TABLES.iter().map(|table| table.name);
            let message = format!("unknown table `{}`", excerpt(name));
            self.table.document().report_with(name.line, message, closest(name, known));
        }
        table
    }

    fn bound(&mut self, key: &'static str) -> Option<Expression> {
        let value = self.table.number_or_text(key)?;
        let source = value.as_str().map_or_else(|| value.value.to_string(), str::to_owned);
        self.keep(key, &source, value.line, None)
    }

    fn required(&mut self, key: &'static str, over: OverTable) -> Option<Expression> {
        let source = self.table.required_text(key)?;
        self.keep(key, &source, source.line, over)
    }

    fn expression(&mut self, key: &'static str, over: OverTable) -> Option<Expression> {
        let source = self.table.text(key)?;
        self.keep(key, &source, source.line, over)
    }

    /// A sentence about the findings.
    fn reason(&mut self, key: &'static str) -> Option<Expression> {
        let source = self.table.text(key)?;
        self.keep_in(key, &source, source.line, self.scope(None, true))
    }

    fn scope(&self, table: OverTable, counts: bool) -> Scope {
        Scope { table, params: Arc::clone(&self.around.params), counts }
    }

    fn keep(&self, key: &str, source: &str, line: usize, over: OverTable) -> Option<Expression> {
        self.keep_in(key, source, line, self.scope(over, false))
    }

    fn keep_in(&self, key: &str, source: &str, line: usize, scope: Scope) -> Option<Expression> {
        let place = Position { path: Arc::clone(&self.around.path), line };
        let expression = Expression::new(source.to_owned(), place, scope);
        let refusals = if self.around.in_full { expression.refusals() } else { &[] };
        for refusal in refusals {
            let message = format!("`{key}`: {}", refusal.message);
            self.table.document().report_with(line, message, refusal.suggestion.as_deref());
        }
        refusals.is_empty().then_some(expression)
    }

    fn status(&mut self, key: &'static str, words: &[&'static str], default: Status) -> Status {
        self.table.one_of(key, words).and_then(|word| word.value.parse().ok()).unwrap_or(default)
    }

    fn basis(&mut self) -> Option<Vec<Basis>> {
        let words = self.table.texts("basis")?;
        let mut basis = Vec::new();
        for word in words.value {
            match word.parse() {
                Ok(known) => basis.push(known),
                Err(_) => {
                    let known = Basis::ALL.iter().map(|basis| basis.as_str());
                    let message = format!("unknown basis `{}`", excerpt(&word));
                    self.table.document().report_with(word.line, message, closest(&word, known));
                }
            }
        }
        Some(basis)
    }

    fn report(&self, line: usize, message: &str) {
        self.table.document().report(line, message);
    }
}
