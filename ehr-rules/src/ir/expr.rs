//! Expressions: how one value is made from a row. Every one is typed before a row is read.

use crate::ir::types::Type;
use crate::ir::types::Value;
use serde::Serialize;

/// An expression with its type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expr {
    /// What it does.
    pub form: Form,
    /// What it yields.
    pub ty: Type,
}

/// The forms of the language, resolved.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A column of the row: `name`, or `alias.name` for a joined table's.
    Column(String),
    /// A constant.
    Literal(Value),
    /// A parameter of the order, such as `today`.
    Parameter(String),
    /// A function of the catalogue.
    Call {
        /// Its name in the catalogue.
        function: String,
        /// Arguments in the order of its parameters, all there.
        args: Vec<Expr>,
    },
    /// A native operator: what a condition or script compiles to.
    Operator {
        /// Which.
        op: Operator,
        /// One operand or two.
        args: Vec<Expr>,
    },
    /// `map:` an inline table of constants.
    Map {
        /// The value looked up.
        from: Box<Expr>,
        /// Pairs, in the order written, no two alike on the left.
        entries: Vec<(Value, Value)>,
        /// For values not in the table; without one they are missing.
        otherwise: Box<Expr>,
    },
    /// `codes:` a code map's target for a code.
    Codes {
        /// The code map's name.
        map: String,
        /// The code system, where the map holds several.
        system: Option<Box<Expr>>,
        /// The code.
        code: Box<Expr>,
        /// For codes without an entry, which are also put on the work-list.
        otherwise: Box<Expr>,
        /// The rule, for the work-list: `table.column`.
        rule: String,
    },
    /// `join:` texts with a separator; missing and empty ones are skipped; missing if all are.
    JoinTexts {
        /// The texts.
        parts: Vec<Expr>,
        /// What stands between.
        with: String,
    },
    /// `when:` the first branch whose condition holds.
    When {
        /// Condition and value.
        branches: Vec<(Expr, Expr)>,
        /// Where none holds.
        otherwise: Box<Expr>,
    },
    /// `key:` a surrogate key, the same in every run. Missing if every part is.
    Key {
        /// What identifies the thing.
        parts: Vec<Expr>,
        /// A name that keeps keys of unlike things apart; empty for none.
        space: String,
        /// Integer (63 bits, never negative) or UUID version 5, as the expression's type says.
        uuid: bool,
    },
    /// A script that has no native form: interpreted row by row in the sandbox.
    Script {
        /// The script's text.
        source: String,
        /// Columns it reads, with their types.
        inputs: Vec<(String, Type)>,
        /// Parameters it reads, with their values once an order has given them.
        settings: Vec<(String, Value)>,
        /// The rule, for findings: `table.column`.
        rule: String,
    },
    /// The same value, watched: how often it is asked for, and which texts it takes. No rule says this; it is put in where
    /// single rows are followed, in cases and by `why`, and a run in bulk knows nothing of it.
    Probe {
        /// Which of those that were put in.
        at: usize,
        /// The value.
        of: Box<Expr>,
    },
}

/// Native operators. Comparison of missing values follows the script language: `() == ()` is true,
/// and `() < x` is false, so a comparison is never missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// Equal; missing equals missing.
    Equal,
    /// Not equal.
    NotEqual,
    /// Less.
    Less,
    /// Less or equal.
    LessEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterEqual,
    /// Both.
    And,
    /// Either.
    Or,
    /// The contrary.
    Not,
    /// A value is missing (`x == ()`).
    IsMissing,
}

impl Expr {
    /// The columns this expression reads, each once, in order of first use.
    pub fn columns(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.visit(&mut |expr| match &expr.form {
            Form::Column(name) if !found.contains(&name.as_str()) => found.push(name),
            Form::Script { inputs, .. } => {
                for (name, _) in inputs {
                    if !found.contains(&name.as_str()) {
                        found.push(name);
                    }
                }
            }
            _ => {}
        });
        found
    }

    /// Whether computing it does more than give a value: a script may fail on a row, a code may be without an entry.
    pub fn leaves_a_trace(&self) -> bool {
        let mut found = false;
        self.visit(&mut |expr| found |= matches!(expr.form, Form::Script { .. } | Form::Codes { .. }));
        found
    }

    /// Puts the order's values where parameters stand.
    pub fn settle(&mut self, value: &dyn Fn(&str) -> Option<Value>) {
        match &mut self.form {
            Form::Column(_) | Form::Literal(_) => {}
            Form::Parameter(name) => {
                if let Some(value) = value(name) {
                    self.form = Form::Literal(value);
                }
            }
            Form::Script { settings, .. } => {
                for (name, setting) in settings {
                    *setting = value(name).unwrap_or(Value::Null);
                }
            }
            Form::Probe { of, .. } => of.settle(value),
            Form::Call { args, .. } | Form::Operator { args, .. } => args.iter_mut().for_each(|arg| arg.settle(value)),
            Form::JoinTexts { parts, .. } | Form::Key { parts, .. } => parts.iter_mut().for_each(|part| part.settle(value)),
            Form::Map { from, otherwise, .. } => {
                from.settle(value);
                otherwise.settle(value);
            }
            Form::Codes { system, code, otherwise, .. } => {
                if let Some(system) = system {
                    system.settle(value);
                }
                code.settle(value);
                otherwise.settle(value);
            }
            Form::When { branches, otherwise } => {
                for (condition, then) in branches {
                    condition.settle(value);
                    then.settle(value);
                }
                otherwise.settle(value);
            }
        }
    }

    /// The same expression with each of its parts replaced by what `each` makes of it, in the order in which
    /// [`Expr::visit`] comes to them.
    pub fn with_parts(&self, each: &mut dyn FnMut(&Self) -> Self) -> Self {
        let mut made = self.clone();
        match &mut made.form {
            Form::Column(_) | Form::Literal(_) | Form::Parameter(_) | Form::Script { .. } => {}
            Form::Call { args: parts, .. }
            | Form::Operator { args: parts, .. }
            | Form::JoinTexts { parts, .. }
            | Form::Key { parts, .. } => {
                for part in parts {
                    *part = each(part);
                }
            }
            Form::Probe { of, .. } => **of = each(of),
            Form::Map { from, otherwise, .. } => {
                **from = each(from);
                **otherwise = each(otherwise);
            }
            Form::Codes { system, code, otherwise, .. } => {
                if let Some(system) = system {
                    **system = each(system);
                }
                **code = each(code);
                **otherwise = each(otherwise);
            }
            Form::When { branches, otherwise } => {
                for (condition, value) in branches {
                    *condition = each(condition);
                    *value = each(value);
                }
                **otherwise = each(otherwise);
            }
        }
        made
    }

    /// Calls `see` on this expression and every one inside it, outermost first.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Self)) {
        see(self);
        match &self.form {
            Form::Column(_) | Form::Literal(_) | Form::Parameter(_) | Form::Script { .. } => {}
            Form::Call { args, .. } | Form::Operator { args, .. } => args.iter().for_each(|arg| arg.visit(see)),
            Form::JoinTexts { parts, .. } | Form::Key { parts, .. } => parts.iter().for_each(|part| part.visit(see)),
            Form::Probe { of, .. } => of.visit(see),
            Form::Map { from, otherwise, .. } => {
                from.visit(see);
                otherwise.visit(see);
            }
            Form::Codes { system, code, otherwise, .. } => {
                if let Some(system) = system {
                    system.visit(see);
                }
                code.visit(see);
                otherwise.visit(see);
            }
            Form::When { branches, otherwise } => {
                for (condition, value) in branches {
                    condition.visit(see);
                    value.visit(see);
                }
                otherwise.visit(see);
            }
        }
    }
}
