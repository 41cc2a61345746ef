use std::sync::Arc;

use cel::Value;
use serde_json::json;

use super::*;
use crate::facts::vocabulary;

mod fuzz;

fn compile(source: &str) -> Result<Expression, Vec<Refusal>> {
    let params = Arc::from(["max_admins".to_owned()]);
    let scope = Scope { table: vocabulary::table("teammates"), params, counts: false };
    let place = Position { path: Arc::from("controls/guide/2.3.toml"), line: 7 };
    let expression = Expression::new(source.to_owned(), place, scope);
    let refusals = expression.refusals().to_vec();
    if refusals.is_empty() { Ok(expression) } else { Err(refusals) }
}

fn refusal(source: &str) -> Refusal {
    compile(source).err().and_then(|refusals| refusals.into_iter().next()).unwrap_or_else(|| {
        panic!("{} should be refused", source.chars().take(60).collect::<String>());
    })
}

fn evaluate(source: &str) -> Result<Value, String> {
    let expression = compile(source).map_err(|refusals| format!("{refusals:?}"))?;
    let mut context = context();
    context.add_variable_from_value(
        "row",
        to_cel(&json!({"email": "Ana@Example.COM", "role": null, "sign_ins": 3})),
    );
    context.add_variable_from_value("params", to_cel(&json!({"max_admins": 3})));
    context.add_variable_from_value("facts", to_cel(&json!({"workspace": {"teammates": 12}})));
    expression.evaluate(&context).map_err(|error| error.to_string())
}

#[test]
fn names_resolve_to_columns_and_values() {
    let expression = compile("row.email != null && facts.workspace.teammates > params.max_admins").unwrap();
    assert_eq!(expression.references().columns.iter().copied().collect::<Vec<_>>(), ["email"]);
    assert_eq!(expression.references().values.iter().copied().collect::<Vec<_>>(), ["workspace.teammates"]);
    let indexed = compile("row['email'] == ''").unwrap();
    assert_eq!(indexed.references().columns.len(), 1);
}

#[test]
fn the_added_functions_take_null() {
    assert_eq!(evaluate("lower(row.email)").unwrap(), Value::from("ana@example.com"));
    assert_eq!(evaluate("domain(row.email)").unwrap(), Value::from("example.com"));
    assert_eq!(evaluate("domain(row.role)").unwrap(), Value::Null);
    assert_eq!(evaluate("text(row.role) + '/' + text(row.sign_ins)").unwrap(), Value::from("/3"));
    assert_eq!(
        evaluate("clock('2026-11-16T01:40:51Z') + text(clock(row.role))").unwrap(),
        Value::from("01:40")
    );
    assert!(evaluate("clock(row.email)").unwrap_err().contains("not a time"));
    assert_eq!(evaluate("in_network('10.1.2.3', '10.0.0.0/8')").unwrap(), Value::Bool(true));
    assert_eq!(evaluate("in_network('::ffff:10.1.2.3', '10.1.2.3')").unwrap(), Value::Bool(true));
    assert!(evaluate("in_network(text(row.role), '10.0.0.0/8')").unwrap_err().contains("2.3.toml:7"));
}

#[test]
fn one_comprehension_is_allowed() {
    assert_eq!(evaluate("['a', 'b'].exists(x, x == 'b')").unwrap(), Value::Bool(true));
    assert!(refusal("['a'].all(x, ['b'].all(y, x == y))").message.contains("only one of"));
    assert!(
        refusal("[1].map(a, [1].map(b, [1].map(c, [1].map(d, a + b + c + d)))) == []")
            .message
            .contains("one")
    );
}

#[test]
fn undeclared_names_are_refused_with_a_suggestion() {
    assert_eq!(refusal("row.emial == ''").suggestion.as_deref(), Some("email"));
    assert_eq!(refusal("facts.workspace.teamates > 1").suggestion.as_deref(), Some("workspace.teammates"));
    assert_eq!(refusal("params.max_admin > 1").suggestion.as_deref(), Some("max_admins"));
    assert_eq!(refusal("rwo.email == ''").suggestion.as_deref(), Some("row"));
    assert_eq!(refusal("lowr(row.email) == ''").suggestion.as_deref(), Some("lower"));
    assert!(refusal("facts.workspace == null").message.contains("facts.workspace"));
    assert!(refusal("row == null").message.contains("one of its fields"));
    assert!(refusal("row.email.size == 1").message.contains("email.size"));
    assert!(refusal("unknown['a'] == 1").message.contains("unknown"));
}

#[test]
fn computed_keys_are_refused() {
    assert!(refusal("row['e' + 'mail'] == ''").message.contains("computed"));
    assert!(refusal("row[row.email] == ''").message.contains("computed"));
}

#[test]
fn what_could_hang_or_overflow_is_refused() {
    let hostile = [
        "(".repeat(10_000) + "1" + &")".repeat(10_000),
        "1".to_owned() + &"+1".repeat(5_000),
        "[0]".to_owned() + &"[0]".repeat(5_000),
        "'a'".to_owned() + &".trim()".repeat(5_000),
        "1".to_owned() + &"+1".repeat(500),
        "[0]".to_owned() + &"[0]".repeat(330),
        "'a'".to_owned() + &".trim()".repeat(140),
        "'a'".to_owned() + &".a".repeat(500),
        "[0]".to_owned() + &" in[0]".repeat(160),
        "r'\\'+".to_owned() + &"(".repeat(300) + "1" + &")".repeat(300) + "+'",
        "'''a'''".to_owned(),
        "!".repeat(1_000) + "true",
        "-".repeat(1_000) + "1",
        "(".repeat(500),
        "1//'\n".to_owned() + &"+1".repeat(500),
        "true//\"\n".to_owned() + &"!".repeat(900) + "true",
        "'\n".to_owned() + &"(".repeat(500),
        "'\\q".to_owned() + &"(".repeat(500) + "'",
        "'\\u00".to_owned() + &"(".repeat(500) + "'",
        "(".repeat(32) + "1" + &")".repeat(32),
        "true?".repeat(150) + "1" + &":1".repeat(150),
        "\"".to_owned(),
        "\u{0}".to_owned(),
        String::new(),
    ];
    for source in &hostile {
        let start = std::time::Instant::now();
        let outcome = compile(source);
        assert!(start.elapsed().as_secs() < 5, "{:.40} took {:?}", source, start.elapsed());
        if let Ok(expression) = outcome {
            let context = context();
            // Parentheses leave no trace in the tree: what was accepted has to evaluate without harm, in 2 MiB of stack.
            let _ = expression.evaluate(&context);
            assert!(source.starts_with('('), "{source:.40} should be refused");
        }
    }
}

#[test]
fn results_of_the_wrong_type_are_errors() {
    let context = context();
    let number = compile("1 + 1").unwrap();
    assert!(number.is_true(&context).unwrap_err().to_string().contains("expected true or false"));
    assert_eq!(number.number(&context), Ok(2.0));
    assert!(compile("[[1], [2]]").unwrap().number(&context).is_err());
    assert!(compile("1 / 0").unwrap().number(&context).is_err());
}
