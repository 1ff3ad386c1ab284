//! Expressions: how one value is made from a row. Every one is typed before a row is read.

use crate::ir::code_map::OnSeveral;
use crate::ir::types::Kind;
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
    /// A secret of the order, by its name, as an argument of a function; its value is nowhere but in the order.
    Secret(String),
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
        /// Its operands.
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
        /// What is done where a code has several targets; none where the map gives each code one.
        several: Option<OnSeveral>,
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
    /// A native form that may fail on a row, as the script it was compiled from would: such a row is set aside.
    Checked {
        /// The value, with operators that may fail inside.
        value: Box<Expr>,
        /// The rule, for findings: `table.column`.
        rule: String,
    },
    /// A script that has no native form: interpreted row by row in the sandbox.
    Script {
        /// The script's text.
        source: String,
        /// What in it has no native form.
        reason: String,
        /// Columns it reads.
        inputs: Vec<ScriptInput>,
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

/// A column that a script reads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScriptInput {
    /// The column: `name`, or `alias.name` for a joined table's.
    pub column: String,
    /// What the script calls it; another name where the script is inherited and the column renamed since.
    pub name: String,
    /// Its type.
    pub ty: Type,
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
    /// A sum of two integers or two floats.
    Add,
    /// A difference.
    Subtract,
    /// A product.
    Multiply,
    /// A quotient; of integers without what is left.
    Divide,
    /// What a division leaves, with the sign of the first.
    Remainder,
    /// The first to the power of the second.
    Power,
    /// The number with its sign turned round.
    Negate,
    /// The lesser of two numbers.
    Lesser,
    /// The greater of two numbers.
    GreaterOf,
    /// The value, which must be there.
    Present,
    /// The number, which must be finite.
    Finite,
    /// A value as the script language writes it; nothing where it is missing.
    Print,
    /// Texts joined, missing ones passed over.
    Concat,
    /// One letter of a text, counted from 0, or from -1 at its end.
    Letter,
    /// Letters of a text from the second operand up to the third, which is left out.
    Slice,
    /// As [`Operator::Slice`], the last one too.
    SliceTo,
    /// Letters of a text from a position, as many as are asked for.
    SubString,
    /// Where in a text another stands; -1 where it does not.
    IndexOf,
    /// Whether a text is empty.
    IsEmpty,
    /// The integer that a text says.
    ParseInt,
    /// The float that a text says.
    ParseFloat,
    /// A float without what stands after the point, as an integer.
    ToInt,
    /// The greatest whole number that is not above a float.
    Floor,
    /// The least whole number that is not below a float.
    Ceiling,
    /// The square root.
    SquareRoot,
    /// Whether a float is not a number.
    IsNan,
    /// The last operand; those before it are computed because they may fail.
    Then,
}

impl Operator {
    /// Whether nothing but a failure makes the result missing, and a missing operand is one.
    pub fn is_strict(self) -> bool {
        match self {
            Self::Equal | Self::NotEqual | Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual => false,
            other => !matches!(other, Self::And | Self::Or | Self::Not | Self::IsMissing | Self::Finite | Self::Print | Self::Then),
        }
    }

    /// Whether it can fail on operands of these types, their own failures apart.
    pub fn may_fail(self, args: &[Expr]) -> bool {
        let missing = || args.iter().any(|arg| arg.ty.nullable);
        let integers = || args.first().is_some_and(|arg| arg.ty.kind == Kind::Integer);
        match self {
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder | Self::Power | Self::Negate => {
                integers() || missing()
            }
            Self::Letter | Self::Slice | Self::SliceTo | Self::ParseInt | Self::ParseFloat | Self::ToInt | Self::Finite => true,
            Self::Concat => args.iter().all(|arg| arg.ty.nullable),
            other => other.is_strict() && missing(),
        }
    }
}

impl Expr {
    /// The columns this expression reads, each once, in order of first use.
    pub fn columns(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.visit(&mut |expr| match &expr.form {
            Form::Column(name) if !found.contains(&name.as_str()) => found.push(name),
            Form::Script { inputs, .. } => {
                for ScriptInput { column, .. } in inputs {
                    if !found.contains(&column.as_str()) {
                        found.push(column);
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
        self.visit(&mut |expr| found |= matches!(expr.form, Form::Script { .. } | Form::Codes { .. } | Form::Checked { .. }));
        found
    }

    /// Whether it has operators that may fail on a row.
    pub fn may_fail(&self) -> bool {
        let mut found = false;
        self.visit(&mut |expr| found |= matches!(&expr.form, Form::Operator { op, args } if op.may_fail(args)));
        found
    }

    /// Puts the order's values where parameters stand.
    pub fn settle(&mut self, value: &dyn Fn(&str) -> Option<Value>) {
        match &mut self.form {
            Form::Column(_) | Form::Literal(_) | Form::Secret(_) => {}
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
            Form::Probe { of: value_of, .. } | Form::Checked { value: value_of, .. } => value_of.settle(value),
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
            Form::Column(_) | Form::Literal(_) | Form::Parameter(_) | Form::Secret(_) | Form::Script { .. } => {}
            Form::Call { args: parts, .. }
            | Form::Operator { args: parts, .. }
            | Form::JoinTexts { parts, .. }
            | Form::Key { parts, .. } => {
                for part in parts {
                    *part = each(part);
                }
            }
            Form::Probe { of: one, .. } | Form::Checked { value: one, .. } => **one = each(one),
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
            Form::Column(_) | Form::Literal(_) | Form::Parameter(_) | Form::Secret(_) | Form::Script { .. } => {}
            Form::Call { args, .. } | Form::Operator { args, .. } => args.iter().for_each(|arg| arg.visit(see)),
            Form::Checked { value, .. } => value.visit(see),
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
