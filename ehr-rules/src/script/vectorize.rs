//! Scripts to native expressions: every part that has an exact equivalent.
//!
//! `Ok(None)` says that a part has none, and the script is interpreted; the first such part is the reason. Every part is
//! looked at first, so that a comparison that cannot be meant is found in an interpreted script too.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::script::Script;
use crate::script::TypeMistake;
use crate::script::arithmetic;
use crate::script::builtin;
use crate::script::calls;
use crate::script::chain;
use crate::script::choice;
use crate::script::operand::alike;
use crate::script::operand::comparison;
use crate::script::operand::is_null;
use crate::script::operand::literal;
use crate::script::operand::mistake;
use crate::script::operand::operator;
use crate::script::operand::truth;
use crate::script::uses::place;
use rhai::ASTFlags;
use rhai::BinaryExpr;
use rhai::Expr as Node;
use rhai::FlowControl;
use rhai::FnCallExpr;
use rhai::Position;
use rhai::Stmt;
use rhai::Token;
use std::cell::Cell;
use std::cell::RefCell;

/// The types of columns or of parameters, by name.
pub(crate) type Types<'a> = &'a dyn Fn(&str) -> Option<Type>;
/// What a part compiles to; `None` where it has no native form.
pub(super) type Native = Result<Option<Expr>, TypeMistake>;

/// What a script compiles to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Compiled {
    /// A native expression, typed.
    Native(Expr),
    /// It is interpreted, because of this.
    Interpreted(String),
}

/// The native form of a script, typed; `scope` knows the types of columns, and `parameters` those of parameters.
pub(crate) fn vectorize(script: &Script, scope: Types<'_>, parameters: Types<'_>) -> Result<Compiled, TypeMistake> {
    let compiler = Compiler::new(script, scope, parameters);
    let native = compiler.statements(script.ast.statements())?;
    Ok(compiler.compiled(native.map(finite)))
}

/// The native form of a script that must be true or false; a missing boolean counts as false.
pub(crate) fn condition(script: &Script, scope: Types<'_>, parameters: Types<'_>) -> Result<Compiled, TypeMistake> {
    let at = script.ast.statements().first().and_then(|statement| place(statement.position()));
    let compiler = Compiler::new(script, scope, parameters);
    let native = compiler.statements(script.ast.statements())?.map(|expr| truth(expr, at)).transpose()?;
    Ok(compiler.compiled(native))
}

/// A script's float that is not finite is no result.
fn finite(expr: Expr) -> Expr {
    if expr.ty.kind != Kind::Float || matches!(expr.form, Form::Literal(_)) {
        return expr;
    }
    let ty = expr.ty.clone();
    Expr { form: Form::Operator { op: Operator::Finite, args: vec![expr] }, ty }
}

pub(super) struct Compiler<'a> {
    pub script: &'a Script,
    pub scope: Types<'a>,
    parameters: Types<'a>,
    /// What `let` and `const` have named so far; `None` for what has no native form.
    locals: RefCell<Vec<(String, Option<Expr>)>>,
    /// Whether a single letter, which is no text in every respect, was seen.
    pub letters: Cell<bool>,
    /// Whether branches give integers and floats: a whole number among floats is still one to the script language.
    pub mixed: Cell<bool>,
    /// The first part that has no native form.
    reason: RefCell<Option<String>>,
}

impl<'a> Compiler<'a> {
    fn new(script: &'a Script, scope: Types<'a>, parameters: Types<'a>) -> Self {
        Self {
            script,
            scope,
            parameters,
            locals: RefCell::default(),
            letters: Cell::new(false),
            mixed: Cell::new(false),
            reason: RefCell::default(),
        }
    }

    fn compiled(self, native: Option<Expr>) -> Compiled {
        match native {
            Some(expr) => Compiled::Native(expr),
            None => Compiled::Interpreted(self.reason.into_inner().unwrap_or_else(|| "no native form".to_owned())),
        }
    }

    /// Says that a part has no native form.
    #[expect(clippy::unnecessary_wraps, reason = "it stands where a native form would")]
    pub(super) fn none(&self, what: &str) -> Native {
        self.reason.borrow_mut().get_or_insert_with(|| what.to_owned());
        Ok(None)
    }

    /// Names with a last value; those that may fail are computed even where they are not used.
    fn statements(&self, statements: &[Stmt]) -> Native {
        let outer = self.locals.borrow().len();
        let given = self.sequence(statements);
        self.locals.borrow_mut().truncate(outer);
        given
    }

    fn sequence(&self, statements: &[Stmt]) -> Native {
        let Some((last, before)) = statements.split_last() else { return Ok(Some(literal(Value::Null))) };
        let mut strict = Vec::new();
        let mut native = true;
        for statement in before {
            match statement {
                Stmt::Var(declared, ..) => {
                    let value = self.value(&declared.1)?;
                    native &= value.is_some();
                    strict.extend(value.iter().filter(|value| value.may_fail()).cloned());
                    self.locals.borrow_mut().push((declared.0.name.to_string(), value));
                }
                Stmt::Noop(_) => {}
                other => {
                    native &= self.statement(other)?.is_some();
                    native &= self.none("several statements")?.is_some();
                }
            }
        }
        let value = match last {
            // A declaration gives nothing.
            Stmt::Var(declared, ..) => {
                self.value(&declared.1)?;
                self.none("a declaration at the end")?
            }
            last => self.statement(last)?,
        };
        let Some(value) = value.filter(|_| native) else { return Ok(None) };
        Ok(Some(if strict.is_empty() { value } else { choice::then(strict, value) }))
    }

    fn statement(&self, statement: &Stmt) -> Native {
        match statement {
            Stmt::Expr(node) => self.value(node),
            Stmt::FnCall(call, at) => self.call(call, *at),
            Stmt::If(flow, at) => self.branches(flow, *at),
            Stmt::Switch(switch, at) => choice::switch(self, &switch.0, &switch.1, *at),
            Stmt::Block(block) => self.statements(block.statements()),
            Stmt::Noop(_) => Ok(Some(literal(Value::Null))),
            Stmt::While(..) | Stmt::Do(..) | Stmt::For(..) | Stmt::BreakLoop(..) => self.none("a loop"),
            Stmt::Assignment(_) => self.none("an assignment"),
            Stmt::Return(..) => self.none("`return` or `throw`"),
            Stmt::TryCatch(..) => self.none("`try`"),
            Stmt::Var(declared, ..) => {
                self.value(&declared.1)?;
                self.none("a declaration at the end")
            }
            _ => self.none("a closure"),
        }
    }

    pub(super) fn value(&self, node: &Node) -> Native {
        Ok(Some(match node {
            Node::BoolConstant(truth, _) => literal(Value::Boolean(*truth)),
            Node::IntegerConstant(number, _) => literal(Value::Integer(*number)),
            Node::FloatConstant(number, _) => literal(Value::Float(**number)),
            Node::StringConstant(text, _) => literal(Value::Text(text.to_string())),
            Node::CharConstant(letter, _) => {
                self.letters.set(true);
                literal(Value::Text(letter.to_string()))
            }
            Node::Unit(_) => literal(Value::Null),
            Node::InterpolatedString(parts, _) => return self.interpolated(parts),
            Node::Variable(variable, short, _) => return self.variable(&variable.1, variable.0.is_some() || short.is_some()),
            Node::FnCall(call, at) => return self.call(call, *at),
            Node::Dot(chain, flags, _) => return chain::chain(self, chain, *flags),
            Node::Index(parts, flags, at) => return self.index(parts, *flags, *at),
            Node::And(nodes, _) => return self.junction(Operator::And, nodes),
            Node::Or(nodes, _) => return self.junction(Operator::Or, nodes),
            Node::Coalesce(nodes, at) => return self.coalesce(nodes, *at),
            Node::Stmt(block) => return self.statements(block.statements()),
            Node::Array(nodes, _) => {
                for node in nodes {
                    self.value(node)?;
                }
                return self.none("a list");
            }
            Node::Map(..) => return self.none("an object"),
            _ => return self.none("a value of this kind"),
        }))
    }

    fn variable(&self, name: &str, local: bool) -> Native {
        if !local {
            return self.column(name);
        }
        let known = self.locals.borrow().iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        match known {
            Some(Some(value)) => Ok(Some(value)),
            _ => self.none("a variable"),
        }
    }

    fn column(&self, name: &str) -> Native {
        match (self.scope)(name) {
            Some(ty) => Ok(Some(Expr { form: Form::Column(name.to_owned()), ty })),
            None => self.none("an unknown column"),
        }
    }

    pub(super) fn condition(&self, node: &Node) -> Native {
        self.value(node)?.map(|expr| truth(expr, place(node.start_position()))).transpose()
    }

    /// Every part is looked at, also where one has no native form.
    pub(super) fn values(&self, nodes: &[Node]) -> Result<Option<Vec<Expr>>, TypeMistake> {
        Ok(nodes.iter().map(|node| self.value(node)).collect::<Result<Vec<_>, _>>()?.into_iter().collect())
    }

    fn interpolated(&self, parts: &[Node]) -> Native {
        let Some(parts) = self.values(parts)? else { return Ok(None) };
        arithmetic::interpolated(self, parts)
    }

    fn index(&self, parts: &BinaryExpr, flags: ASTFlags, at: Position) -> Native {
        let text = self.value(&parts.lhs)?;
        // `x?[..]`, and a chain that goes on behind the bracket.
        if flags.contains(ASTFlags::NEGATED) || !flags.contains(ASTFlags::BREAK) && matches!(parts.rhs, Node::Dot(..) | Node::Index(..)) {
            return self.none("an index within a chain");
        }
        let Some(text) = text else { return Ok(None) };
        builtin::index(self, text, &parts.rhs, place(at))
    }

    fn junction(&self, op: Operator, nodes: &[Node]) -> Native {
        let parts = nodes.iter().map(|node| self.condition(node)).collect::<Result<Vec<_>, _>>()?;
        let Some(parts) = parts.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
        Ok(parts.into_iter().reduce(|left, right| operator(op, vec![left, right])))
    }

    fn coalesce(&self, nodes: &[Node], at: Position) -> Native {
        let Some(parts) = self.values(nodes)? else { return Ok(None) };
        let mut parts = parts.into_iter();
        let Some(mut whole) = parts.next() else { return Ok(None) };
        for part in parts {
            if is_null(&part) {
                continue;
            }
            if is_null(&whole) {
                whole = part;
                continue;
            }
            let fails = part.may_fail();
            let (left, right) = alike(whole, part, place(at), "are never one value")?;
            whole = if fails {
                // What may fail is computed only where it is asked for.
                let there = operator(Operator::Not, vec![operator(Operator::IsMissing, vec![left.clone()])]);
                let ty = left.ty.with_nullable(left.ty.nullable && right.ty.nullable);
                Expr { form: Form::When { branches: vec![(there, left)], otherwise: Box::new(right) }, ty }
            } else {
                calls::compile("coalesce", vec![left, right], place(at))?.ok_or_else(|| mistake("`??` has no function", place(at)))?
            };
        }
        Ok(Some(whole))
    }

    fn branches(&self, flow: &FlowControl, at: Position) -> Native {
        let condition = self.condition(&flow.expr)?;
        let then = self.statements(flow.body.statements())?;
        let otherwise = self.statements(flow.branch.statements())?;
        let (Some(condition), Some(then), Some(otherwise)) = (condition, then, otherwise) else { return Ok(None) };
        choice::choose(self, vec![(condition, then)], otherwise, place(at))
    }

    fn call(&self, call: &FnCallExpr, at: Position) -> Native {
        // `!in` is parsed as `contains` inside a `!`, and keeps its token.
        if let Some(token) = call.op_token.as_ref().filter(|token| **token != Token::NotIn) {
            return self.operation(token, &call.args, at);
        }
        match (call.name.as_str(), call.args.as_slice()) {
            ("today", []) => Ok(Some(Expr { form: Form::Parameter("today".to_owned()), ty: Type::required(Kind::Date) })),
            ("parameter", [Node::StringConstant(name, _)]) => match (self.parameters)(name) {
                Some(ty) => Ok(Some(Expr { form: Form::Parameter(name.to_string()), ty })),
                None => self.none("an unknown parameter"),
            },
            ("col", [Node::StringConstant(name, _)]) => self.column(name),
            ("contains", [Node::Array(among, _), sought]) => self.one_of(sought, among, at),
            (name, nodes) => {
                let args = nodes.iter().map(|node| self.value(node)).collect::<Result<Vec<_>, _>>()?;
                self.named(name, args, at)
            }
        }
    }

    /// A call by name; arguments without a native form make a call without one.
    pub(super) fn named(&self, name: &str, args: Vec<Option<Expr>>, at: Position) -> Native {
        let Some(args) = args.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
        if args.iter().any(builtin::is_letter) {
            return self.none("a function of a single letter");
        }
        match builtin::call(self, name, args, place(at))? {
            builtin::Call::Native(expr) => Ok(Some(expr)),
            builtin::Call::Interpreted => Ok(None),
            builtin::Call::Other(args) => match calls::compile(name, args, place(at))? {
                Some(expr) => Ok(Some(expr)),
                None => self.none(&format!("`{name}`")),
            },
        }
    }

    /// `x in [a, b]`, which is parsed as `contains([a, b], x)`.
    fn one_of(&self, sought: &Node, among: &[Node], at: Position) -> Native {
        let Some(sought) = self.value(sought)? else { return Ok(None) };
        let mut whole: Option<Expr> = None;
        for node in among {
            let Some(one) = self.value(node)? else { return Ok(None) };
            if !matches!(one.form, Form::Literal(_)) {
                return self.none("a list of what is no constant");
            }
            let equal = comparison(Operator::Equal, sought.clone(), one, place(at))?;
            whole = Some(match whole {
                Some(before) => operator(Operator::Or, vec![before, equal]),
                None => equal,
            });
        }
        let found = whole.unwrap_or_else(|| literal(Value::Boolean(false)));
        // What is sought is computed even where there is nothing to find it in.
        if among.is_empty() && sought.may_fail() {
            return Ok(Some(choice::then(vec![sought], found)));
        }
        Ok(Some(found))
    }

    fn operation(&self, token: &Token, nodes: &[Node], at: Position) -> Native {
        let op = match (token, nodes) {
            (Token::Bang, [node]) => return Ok(self.condition(node)?.map(|expr| operator(Operator::Not, vec![expr]))),
            (Token::EqualsTo, _) => Operator::Equal,
            (Token::NotEqualsTo, _) => Operator::NotEqual,
            (Token::LessThan, _) => Operator::Less,
            (Token::LessThanEqualsTo, _) => Operator::LessEqual,
            (Token::GreaterThan, _) => Operator::Greater,
            (Token::GreaterThanEqualsTo, _) => Operator::GreaterEqual,
            _ => {
                let Some(args) = self.values(nodes)? else { return Ok(None) };
                return arithmetic::operation(self, token, args, place(at));
            }
        };
        let [left, right] = nodes else { return self.none("an operator of several operands") };
        let (Some(left), Some(right)) = (self.value(left)?, self.value(right)?) else { return Ok(None) };
        comparison(op, left, right, place(at)).map(Some)
    }
}
