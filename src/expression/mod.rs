//! CEL predicates over declared names, limited before parsing, so that no hostile expression overflows the stack.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use cel::{Context, Env, Program, Value};

mod bounds;
mod functions;
mod value;
mod walk;

pub(crate) use value::to_cel;
pub(crate) use walk::{COUNTS, References, Scope};

/// The location of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    pub path: Arc<str>,
    /// Counted from 1.
    pub line: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// Why an expression is refused when the catalog loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub message: String,
    /// The closest declared name.
    pub suggestion: Option<String>,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), suggestion: None }
    }
}

/// An expression that failed to evaluate, which makes its control unknown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: `{source_text}`: {message}")]
pub(crate) struct EvaluationError {
    pub place: Position,
    pub source_text: String,
    /// The message of CEL, or the unexpected type.
    pub message: String,
}

/// An expression, compiled at its first use, because most runs evaluate few of the catalog's hundreds.
#[derive(Debug)]
pub(crate) struct Expression {
    source: String,
    place: Position,
    scope: Scope,
    compiled: OnceLock<Result<Compiled, Vec<Refusal>>>,
}

/// A compiled expression with declared names only.
#[derive(Debug)]
struct Compiled {
    program: Program,
    references: References,
}

impl Expression {
    /// An expression that may use the names of `scope`.
    pub(crate) const fn new(source: String, place: Position, scope: Scope) -> Self {
        Self { source, place, scope, compiled: OnceLock::new() }
    }

    /// All mistakes; empty if it can be evaluated.
    pub(crate) fn refusals(&self) -> &[Refusal] {
        self.compiled().err().unwrap_or_default()
    }

    pub(crate) fn references(&self) -> &References {
        static NONE: References = References { columns: BTreeSet::new(), values: BTreeSet::new() };
        self.compiled().map_or(&NONE, |compiled| &compiled.references)
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    fn compiled(&self) -> Result<&Compiled, &[Refusal]> {
        self.compiled.get_or_init(|| compile(&self.source, &self.scope)).as_ref().map_err(Vec::as_slice)
    }

    /// Evaluates to true or false.
    ///
    /// # Errors
    /// If CEL fails or the result has another type.
    pub(crate) fn is_true(&self, context: &Context<'_, '_>) -> Result<bool, EvaluationError> {
        match self.evaluate(context)? {
            Value::Bool(flag) => Ok(flag),
            other => Err(self.error(format!("expected true or false, got {}", other.type_of()))),
        }
    }

    /// Evaluates to a number.
    ///
    /// # Errors
    /// If CEL fails or the result has another type.
    pub(crate) fn number(&self, context: &Context<'_, '_>) -> Result<f64, EvaluationError> {
        match self.evaluate(context)? {
            Value::Int(number) => Ok(number as f64),
            Value::UInt(number) => Ok(number as f64),
            Value::Float(number) if number.is_finite() => Ok(number),
            other => Err(self.error(format!("expected a number, got {}", other.type_of()))),
        }
    }

    /// Evaluates to text; null is the empty text.
    ///
    /// # Errors
    /// If CEL fails or the result is a list or a map.
    pub(crate) fn text(&self, context: &Context<'_, '_>) -> Result<String, EvaluationError> {
        let result = self.evaluate(context)?;
        value::to_text(&result).ok_or_else(|| self.error(format!("expected text, got {}", result.type_of())))
    }

    fn evaluate(&self, context: &Context<'_, '_>) -> Result<Value, EvaluationError> {
        match self.compiled() {
            Ok(compiled) => compiled.program.execute(context).map_err(|error| self.error(error.to_string())),
            Err(refusals) => {
                Err(self.error(refusals.first().map_or_else(String::new, |first| first.message.clone())))
            }
        }
    }

    fn error(&self, message: String) -> EvaluationError {
        let message = message.chars().take(200).collect();
        EvaluationError { place: self.place.clone(), source_text: self.source.clone(), message }
    }
}

fn compile(source: &str, scope: &Scope) -> Result<Compiled, Vec<Refusal>> {
    bounds::check(source).map_err(|refusal| vec![refusal])?;
    let program = environment().compile(source).map_err(|errors| {
        errors.errors.iter().take(3).map(|error| Refusal::new(syntax_message(error))).collect::<Vec<_>>()
    })?;
    let references = walk::check(program.expression(), scope)?;
    Ok(Compiled { program, references })
}

/// A new context with the project's functions; add `facts`, `params` and `row`.
pub(crate) fn context() -> Context<'static, 'static> {
    let mut context = Context::with_env(Arc::clone(environment()));
    functions::register(&mut context);
    context
}

/// The shared environment. It is made once, because that takes longer than compiling an expression.
fn environment() -> &'static Arc<Env> {
    static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
        // Optional values are left out: they could make a missing value look present.
        Arc::new(Env::stdlib().with_optional_support(false))
    });
    &ENVIRONMENT
}

fn syntax_message(error: &cel::ParseError) -> String {
    let message: String = error.msg.chars().take(160).collect();
    format!("not valid CEL: {message} (column {})", error.pos.1)
}

#[cfg(test)]
mod tests;
