//! CEL predicates: what compiles is evaluated over rows of any shape.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::{COUNTS, Expression, Position, Scope, context, to_cel};
use crate::facts::vocabulary;
use crate::fuzz::Target;

/// The table of the rows.
const TABLE: &str = "teammates";

/// A row with the same value in every column.
fn row(value: Value) -> Value {
    let columns = vocabulary::table(TABLE).unwrap().columns.iter();
    Value::Object(columns.map(|column| (column.name.to_owned(), value.clone())).collect::<Map<_, _>>())
}

#[test]
fn expressions() {
    let time = json!("2026-11-16T01:40:51Z");
    let (lists, maps) = (json!(["a", "b"]), json!({"a": 1}));
    let values =
        [json!(null), json!("Ana@Example.COM"), json!(i64::MAX), json!(0.5), json!(true), lists, maps, time];
    let rows = values.map(row);
    let target = Target {
        name: "expressions",
        seeds: &[],
        made: Vec::new(),
        words: &[
            "row.email",
            "row.role",
            "facts.workspace.teammates",
            "params.max",
            "&&",
            "||",
            "? 1 : 2",
            "==",
            "size(",
            ".exists(x, x == 1)",
            ".map(x, x)",
            "in_network(",
            "lower(",
            "text(",
            "day(",
            "clock(",
            "domain(",
            "in",
            "% 0",
            "/ 0",
            "9223372036854775807",
            "-9223372036854775808",
            "1u",
            "b'a'",
            "r'a'",
            "has(row.email)",
        ],
    };
    target.run(|bytes| {
        let source = String::from_utf8_lossy(bytes).trim_end().to_owned();
        let place = Position { path: Arc::from("a.toml"), line: 1 };
        let params = Arc::from(["max".to_owned()]);
        let scope = Scope { table: vocabulary::table(TABLE), params, counts: true };
        let expression = Expression::new(source, place, scope);
        if let Some(refusal) = expression.refusals().first() {
            assert!(refusal.message.chars().count() < 1_500, "{}", refusal.message);
            return Err(refusal.message.clone());
        }
        for row in &rows {
            let mut context = context();
            context.add_variable_from_value("row", to_cel(row));
            context.add_variable_from_value("params", to_cel(&json!({"max": 3})));
            context.add_variable_from_value("facts", to_cel(&json!({"workspace": {"teammates": 12}})));
            for count in COUNTS {
                context.add_variable_from_value(count, to_cel(&json!(2)));
            }
            let ended = [
                expression.is_true(&context).err(),
                expression.number(&context).err(),
                expression.text(&context).err(),
            ];
            for error in ended.into_iter().flatten() {
                assert!(!error.message.is_empty() && error.message.chars().count() <= 200, "{error}");
            }
        }
        Ok(())
    });
}
