//! The functions this project adds to CEL.

use cel::{Context, ExecutionError, Value};
use jiff::Timestamp;

use super::value::to_text;
use crate::address::{self, EmailAddress};
use crate::time::day_of;

pub(super) const NAMES: [&str; 6] = ["lower", "text", "day", "clock", "in_network", "domain"];

/// Adds the functions to a root context.
pub(super) fn register(context: &mut Context<'_, '_>) {
    // Adding fails only for overloads of the standard library, which these are not.
    let _ = context.add_function("lower", lower);
    let _ = context.add_function("text", text);
    let _ = context.add_function("day", day);
    let _ = context.add_function("clock", clock);
    let _ = context.add_function("in_network", in_network);
    let _ = context.add_function("domain", domain);
}

/// Text in the form for comparing names and addresses; null stays null.
fn lower(value: Value) -> Result<Value, ExecutionError> {
    match value {
        Value::String(text) => Ok(Value::from(address::fold(&text).into_owned())),
        Value::Null => Ok(Value::Null),
        other => Err(expected("lower", "text", &other)),
    }
}

/// Any single value as text; null is the empty text.
fn text(value: Value) -> Result<Value, ExecutionError> {
    to_text(&value).map(Value::from).ok_or_else(|| expected("text", "a single value", &value))
}

/// The UTC day of a time, such as 2026-11-24; null stays null.
fn day(value: Value) -> Result<Value, ExecutionError> {
    of_time("day", value, |time| day_of(time).to_string())
}

/// The hour and minute of a time in UTC, such as 08:40; null stays null.
fn clock(value: Value) -> Result<Value, ExecutionError> {
    of_time("clock", value, |time| time.strftime("%H:%M").to_string())
}

fn of_time(name: &str, value: Value, show: fn(Timestamp) -> String) -> Result<Value, ExecutionError> {
    match value {
        Value::String(text) => {
            let time =
                text.parse().map_err(|_| ExecutionError::function_error(name, "the text is not a time"))?;
            Ok(Value::from(show(time)))
        }
        Value::Null => Ok(Value::Null),
        other => Err(expected(name, "a time", &other)),
    }
}

/// The domain of an e-mail address in the form for comparison; null if there is none.
fn domain(value: Value) -> Result<Value, ExecutionError> {
    match value {
        Value::String(text) => {
            let address = EmailAddress::parse(&text);
            Ok(address.map_or(Value::Null, |address| Value::from(address.domain().to_owned())))
        }
        Value::Null => Ok(Value::Null),
        other => Err(expected("domain", "text", &other)),
    }
}

/// Whether an IP address is in a CIDR range, or equals a single address.
fn in_network(address: Value, network: Value) -> Result<Value, ExecutionError> {
    let (Value::String(address), Value::String(network)) = (&address, &network) else {
        return Err(expected("in_network", "two texts", &address));
    };
    let no = |what| ExecutionError::function_error("in_network", what);
    let address = address::ip(address).ok_or_else(|| no("the first text is not an IP address"))?;
    let network = address::network(network).ok_or_else(|| no("the second text is not a network"))?;
    Ok(Value::Bool(network.contains(&address)))
}

fn expected(function: &str, wanted: &str, got: &Value) -> ExecutionError {
    ExecutionError::function_error(function, format!("expected {wanted}, got {}", got.type_of()))
}
