//! Checking a compiled expression: every name must be declared, every construct limited.

use std::collections::BTreeSet;
use std::sync::Arc;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, SelectExpr, operators};

use super::{Refusal, functions};
use crate::facts::vocabulary::{self, FactTable};
use crate::toml_document::closest;

/// The deepest syntax tree to evaluate.
const MAX_DEPTH: usize = 32;
/// Nested loops over lists would multiply the work.
const MAX_COMPREHENSIONS: usize = 1;

/// The names an expression may use.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// The table of `row`; none if there is no row.
    pub table: Option<&'static FactTable>,
    pub params: Arc<[String]>,
    /// Whether the numbers in [`COUNTS`] are available, as in the sentences of a check.
    pub counts: bool,
}

/// The variables for the numbers of findings, of their different subjects, and of rows or people checked.
pub(crate) const COUNTS: [&str; 3] = ["found", "subjects", "seen"];

/// The declared names an expression reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct References {
    /// Columns of the row.
    pub columns: BTreeSet<&'static str>,
    /// Single values by dotted name.
    pub values: BTreeSet<&'static str>,
}

/// The allowed functions and methods of CEL, besides the project's own.
const STANDARD: [&str; 8] =
    ["size", "startsWith", "endsWith", "contains", "int", "double", "string", operators::IN];

/// The parser's names of operators and macros.
const OPERATORS: [&str; 15] = [
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::SUBSTRACT,
    operators::ADD,
    operators::MULTIPLY,
    operators::DIVIDE,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::GREATER_EQUALS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::LESS,
    operators::NEGATE,
];

/// Checks the tree and collects the names it reads.
pub(super) fn check(root: &IdedExpr, scope: &Scope) -> Result<References, Vec<Refusal>> {
    let mut walk = Walk {
        scope,
        bound: Vec::new(),
        comprehensions: 0,
        too_deep: false,
        references: References::default(),
        refusals: Vec::new(),
    };
    walk.expression(root, 1);
    if walk.too_deep {
        walk.refuse(format!("the expression is nested more than {MAX_DEPTH} deep"));
    }
    if walk.comprehensions > MAX_COMPREHENSIONS {
        walk.refuse(
            "an expression may use only one of all, exists, exists_one, filter and map, once".to_owned(),
        );
    }
    if walk.refusals.is_empty() { Ok(walk.references) } else { Err(walk.refusals) }
}

struct Walk<'a, 'e> {
    scope: &'a Scope,
    /// Variables of the enclosing comprehensions.
    bound: Vec<&'e str>,
    comprehensions: usize,
    too_deep: bool,
    references: References,
    refusals: Vec<Refusal>,
}

impl<'e> Walk<'_, 'e> {
    fn refuse(&mut self, message: String) {
        self.refusals.push(Refusal::new(message));
    }

    fn refuse_name<'c>(&mut self, message: String, name: &str, known: impl IntoIterator<Item = &'c str>) {
        let suggestion = closest(name, known).map(str::to_owned);
        self.refusals.push(Refusal { message, suggestion });
    }

    fn expression(&mut self, node: &'e IdedExpr, depth: usize) {
        if depth > MAX_DEPTH {
            self.too_deep = true;
            return;
        }
        match &node.expr {
            Expr::Unspecified | Expr::Literal(_) => {}
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => self.select(node, select, depth),
            Expr::Call(call) => self.call(node, call, depth),
            Expr::Comprehension(loop_) => self.comprehension(loop_, depth),
            Expr::List(list) => {
                for element in &list.elements {
                    self.expression(element, depth + 1);
                }
            }
            Expr::Map(_) | Expr::Struct(_) => {
                self.refuse("maps and messages cannot be built in an expression".to_owned());
            }
        }
    }

    fn variable(&mut self, name: &str) {
        if self.bound.contains(&name) {
            return;
        }
        match name {
            _ if self.scope.counts && COUNTS.contains(&name) => {}
            "row" if self.scope.table.is_none() => {
                self.refuse("`row` has no meaning here: the check is not over a table".to_owned());
            }
            "row" | "params" | "facts" => {
                self.refuse(format!("`{name}` is not a value by itself: name one of its fields"));
            }
            _ => {
                let known = ["row", "params", "facts"].into_iter().chain(self.bound.clone());
                self.refuse_name(format!("unknown variable `{name}`"), name, known);
            }
        }
    }

    fn select(&mut self, node: &'e IdedExpr, select: &'e SelectExpr, depth: usize) {
        match path(node) {
            Some(path) if matches!(path[0], "row" | "params" | "facts") && !self.bound.contains(&path[0]) => {
                self.declared(&path);
            }
            Some(path) if !self.bound.contains(&path[0]) => self.variable(path[0]),
            _ => {
                self.refuse(format!("`.{}`: only row, params and facts have fields", select.field));
                self.expression(&select.operand, depth + 1);
            }
        }
    }

    /// Resolves `row.column`, `params.name` and `facts.some.value`.
    fn declared(&mut self, path: &[&str]) {
        let name = path[1..].join(".");
        match path[0] {
            "row" => self.column(&name),
            "params" => {
                if !self.scope.params.contains(&name) {
                    let known = self.scope.params.iter().map(String::as_str);
                    self.refuse_name(format!("unknown parameter `{name}`"), &name, known);
                }
            }
            _ => match vocabulary::value(&name) {
                Some(field) => {
                    self.references.values.insert(field.name);
                }
                None => {
                    let known = vocabulary::values().map(|field| field.name);
                    self.refuse_name(format!("unknown value `facts.{name}`"), &name, known);
                }
            },
        }
    }

    fn column(&mut self, name: &str) {
        let Some(table) = self.scope.table else {
            return self.refuse("`row` has no meaning here: the check is not over a table".to_owned());
        };
        match table.column(name) {
            Some(column) => {
                self.references.columns.insert(column.name);
            }
            None => {
                let known = table.columns.iter().map(|column| column.name);
                self.refuse_name(format!("table `{}` has no column `{name}`", table.name), name, known);
            }
        }
    }

    fn call(&mut self, node: &'e IdedExpr, call: &'e CallExpr, depth: usize) {
        let name = call.func_name.as_str();
        if name == operators::INDEX {
            return self.index(node, call, depth);
        }
        let allowed = OPERATORS.contains(&name)
            || STANDARD.contains(&name)
            || functions::NAMES.contains(&name)
            || (name == operators::NOT_STRICTLY_FALSE && !self.bound.is_empty());
        if !allowed {
            let known =
                STANDARD.into_iter().chain(functions::NAMES).chain(["all", "exists", "filter", "map"]);
            self.refuse_name(format!("unknown function `{name}`"), name, known);
        }
        for operand in call.target.as_deref().into_iter().chain(&call.args) {
            self.expression(operand, depth + 1);
        }
    }

    /// `row["email"]` equals `row.email`; computed keys are refused.
    fn index(&mut self, node: &'e IdedExpr, call: &'e CallExpr, depth: usize) {
        if let Some(path) = path(node) {
            return match path[0] {
                "row" | "params" | "facts" => self.declared(&path),
                root => self.variable(root),
            };
        }
        let [container, key] = call.args.as_slice() else {
            return self.refuse("an index takes a container and a key".to_owned());
        };
        if !matches!(key.expr, Expr::Literal(LiteralValue::Int(_) | LiteralValue::UInt(_))) {
            self.refuse("computed keys are not allowed; write the key out".to_owned());
        }
        self.expression(container, depth + 1);
    }

    fn comprehension(&mut self, loop_: &'e ComprehensionExpr, depth: usize) {
        self.comprehensions += 1;
        self.expression(&loop_.iter_range, depth + 1);
        let bound = self.bound.len();
        let variables = [Some(&loop_.iter_var), loop_.iter_var2.as_ref(), Some(&loop_.accu_var)];
        self.bound.extend(variables.into_iter().flatten().map(String::as_str));
        for part in [&loop_.accu_init, &loop_.loop_cond, &loop_.loop_step, &loop_.result] {
            self.expression(part, depth + 1);
        }
        self.bound.truncate(bound);
    }
}

/// The names in `a.b.c` or `a["b"].c`, root first; none for other expressions.
fn path(node: &IdedExpr) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut node = node;
    loop {
        match &node.expr {
            Expr::Ident(name) => {
                names.push(name.as_str());
                names.reverse();
                return Some(names);
            }
            Expr::Select(select) => {
                names.push(select.field.as_str());
                node = &select.operand;
            }
            Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
                [container, IdedExpr { expr: Expr::Literal(LiteralValue::String(key)), .. }] => {
                    names.push(key.inner());
                    node = container;
                }
                _ => return None,
            },
            _ => return None,
        }
    }
}
