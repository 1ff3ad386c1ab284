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
use crate::script::choice;
use crate::script::uses::place;
use crate::script::value;
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

/// What stands behind a part of a chain.
type Behind<'n> = Option<(&'n Node, ASTFlags)>;

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
    scope: Types<'a>,
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
            Node::Dot(chain, flags, _) => return self.chain(chain, *flags),
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

    /// `address.city` where `address` is a struct, and what stands behind it.
    fn field<'n>(&self, first: &Node, chain: &'n BinaryExpr, flags: ASTFlags) -> Result<Option<(Expr, Behind<'n>)>, TypeMistake> {
        let Node::Variable(variable, None, _) = first else { return Ok(None) };
        // What the script itself has named is no column.
        if variable.0.is_some() {
            return Ok(None);
        }
        let mut path = variable.1.to_string();
        let mut found: Option<(Expr, Behind<'n>)> = None;
        let mut next = Some((&chain.rhs, flags));
        while let Some((node, flags)) = next {
            let (part, behind) = match node {
                Node::Dot(inner, inner_flags, _) => (&inner.lhs, Some((&inner.rhs, *inner_flags))),
                last => (last, None),
            };
            let Node::Property(property, at) = part else { break };
            let holds = (self.scope)(&path).map(|ty| ty.kind);
            path = format!("{path}.{}", property.2);
            let column = (self.scope)(&path).map(|ty| Expr { form: Form::Column(path.clone()), ty });
            match (column, holds) {
                // `?.` and `.` are alike: a field of a missing struct is missing.
                (Some(expr), _) => found = Some((expr, behind)),
                (None, Some(kind @ Kind::Struct(_))) if !flags.is_empty() || kind.field(&property.2).is_none() => {
                    let message = format!("there is no field `{}` in {}", property.2, calls::words(&kind));
                    return Err(mistake(&message, place(*at)));
                }
                (None, _) => return Ok(None),
            }
            next = behind;
        }
        Ok(found)
    }

    /// `x.f(y).g(z)`: the tree leans to the right.
    fn chain(&self, chain: &BinaryExpr, flags: ASTFlags) -> Native {
        let (mut rest, mut flags) = (&chain.rhs, flags);
        let mut receiver = match self.field(&chain.lhs, chain, flags)? {
            Some((field, None)) => return Ok(Some(field)),
            Some((field, Some((behind, behind_flags)))) => {
                (rest, flags) = (behind, behind_flags);
                field
            }
            None => match self.value(&chain.lhs)? {
                Some(receiver) => receiver,
                None => return Ok(None),
            },
        };
        loop {
            // `?.` leaves the chain at a missing value, which a function of the catalogue need not do.
            if flags.contains(ASTFlags::NEGATED) {
                return self.none("`?.`");
            }
            let (method, more) = match rest {
                Node::Dot(inner, inner_flags, _) => (&inner.lhs, Some((&inner.rhs, *inner_flags))),
                last => (last, None),
            };
            let Node::MethodCall(call, at) = method else { return self.none("a property or an index within a chain") };
            let mut args = vec![Some(receiver)];
            for node in &call.args {
                args.push(self.value(node)?);
            }
            let Some(next) = self.named(&call.name, args, *at)? else { return Ok(None) };
            receiver = next;
            match more {
                Some((after, after_flags)) => (rest, flags) = (after, after_flags),
                None => return Ok(Some(receiver)),
            }
        }
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
    fn named(&self, name: &str, args: Vec<Option<Expr>>, at: Position) -> Native {
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

pub(super) fn comparison(op: Operator, left: Expr, right: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
    let equality = matches!(op, Operator::Equal | Operator::NotEqual);
    if is_null(&left) || is_null(&right) {
        if !equality {
            return Err(mistake("nothing is less or greater than `()`, a missing value", at));
        }
        let other = if is_null(&left) { right } else { left };
        let missing = operator(Operator::IsMissing, vec![other]);
        return Ok(if op == Operator::Equal { missing } else { operator(Operator::Not, vec![missing]) });
    }
    let (left, right) = alike(left, right, at, if equality { "are never equal" } else { "have no order" })?;
    if !equality && left.ty.kind == Kind::Boolean {
        return Err(mistake("true and false have no order", at));
    }
    Ok(operator(op, vec![left, right]))
}

/// Both operands of one kind: constants are converted, numbers are brought to floats, nothing else is.
pub(super) fn alike(left: Expr, right: Expr, at: Option<(usize, usize)>, otherwise: &str) -> Result<(Expr, Expr), TypeMistake> {
    use Kind::Date;
    use Kind::Datetime;
    use Kind::Decimal;
    use Kind::Instant;
    use Kind::Text;
    use Kind::Uuid;
    let number = |kind: &Kind| matches!(kind, Kind::Integer | Kind::Float | Decimal { .. });
    let (a, b) = (left.ty.kind.clone(), right.ty.kind.clone());
    match (&a, &b) {
        (a, b) if a.is_nested() || b.is_nested() => {}
        // As floats, as the script language sees them: it tells decimals of so many digits no longer apart.
        (Decimal { precision, .. }, _) if a == b && *precision > 15 => return Ok((float(left, at)?, float(right, at)?)),
        (a, b) if a == b => return Ok((left, right)),
        (Text | Uuid, Text | Uuid) => return Ok((left, right)),
        (a, b) if number(a) && number(b) => return Ok((float(left, at)?, float(right, at)?)),
        (Date | Datetime | Instant, Text) => {
            if let Some(constant) = dated(&right, &a) {
                return Ok((left, constant));
            }
        }
        (Text, Date | Datetime | Instant) => {
            if let Some(constant) = dated(&left, &b) {
                return Ok((constant, right));
            }
        }
        _ => {}
    }
    let help = match (&a, &b) {
        (Datetime, Date) => Some(format!("take the day of it: `to_date({})`", name(&left))),
        (Date, Datetime) => Some(format!("take the day of it: `to_date({})`", name(&right))),
        (Date, Text) | (Text, Date) => Some("write dates as \"2024-01-31\"".to_owned()),
        (Instant, Text) | (Text, Instant) => Some("write instants with their zone, as \"2024-01-31T08:30:00Z\"".to_owned()),
        (Instant, Date | Datetime) | (Date | Datetime, Instant) => {
            Some("say in which zone: `in_zone(INSTANT, ZONE)` is a datetime, `to_instant(DATETIME, ZONE)` an instant".to_owned())
        }
        (Datetime, Text) | (Text, Datetime) => Some("write datetimes as \"2024-01-31T08:30:00\"".to_owned()),
        (Text | Uuid, other) | (other, Text | Uuid) if number(other) => {
            Some("put numbers that are codes in quotes, or read text as a number with `as_integer` or `as_float`".to_owned())
        }
        _ => None,
    };
    let message = format!("`{}` is {} and `{}` is {}: they {otherwise}", name(&left), calls::words(&a), name(&right), calls::words(&b));
    Err(TypeMistake { message, help, at })
}

/// A constant text as the date or datetime it says.
pub(super) fn dated(expr: &Expr, kind: &Kind) -> Option<Expr> {
    let Form::Literal(Value::Text(text)) = &expr.form else { return None };
    Some(literal(match kind {
        Kind::Date => Value::Date(value::iso_date(text)?),
        Kind::Datetime => Value::Datetime(value::iso_datetime(text)?),
        Kind::Instant => Value::Instant(value::iso_instant(text)?.naive_utc()),
        _ => return None,
    }))
}

#[expect(clippy::cast_precision_loss, reason = "the script language compares integers and floats as floats")]
pub(super) fn float(expr: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
    match &expr.form {
        Form::Literal(Value::Integer(number)) => Ok(literal(Value::Float(*number as f64))),
        _ if expr.ty.kind == Kind::Float => Ok(expr),
        _ => calls::compile("to_float", vec![expr], at)?.ok_or_else(|| mistake("there is no `to_float`", at)),
    }
}

/// An expression as a condition, which is never missing.
pub(super) fn truth(expr: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
    if expr.ty.kind != Kind::Boolean || is_null(&expr) {
        let help = Some(format!("compare it: `{} != ()` asks whether there is a value", name(&expr)));
        return Err(TypeMistake { message: format!("`{}` is {}, not true or false", name(&expr), calls::words(&expr.ty.kind)), help, at });
    }
    if expr.ty.nullable {
        return Ok(operator(Operator::Equal, vec![expr, literal(Value::Boolean(true))]));
    }
    Ok(expr)
}

pub(super) fn literal(value: Value) -> Expr {
    let ty = value.kind().map_or(Type::nullable(Kind::Text), Type::required);
    Expr { form: Form::Literal(value), ty }
}

pub(super) fn is_null(expr: &Expr) -> bool {
    matches!(expr.form, Form::Literal(Value::Null))
}

pub(super) fn operator(op: Operator, args: Vec<Expr>) -> Expr {
    Expr { form: Form::Operator { op, args }, ty: Type::required(Kind::Boolean) }
}

pub(super) fn mistake(message: &str, at: Option<(usize, usize)>) -> TypeMistake {
    TypeMistake { message: message.to_owned(), help: None, at }
}

/// How an operand is named in a message.
pub(super) fn name(expr: &Expr) -> String {
    match &expr.form {
        Form::Column(name) => name.clone(),
        Form::Literal(Value::Null) => "()".to_owned(),
        Form::Literal(value @ (Value::Date(_) | Value::Datetime(_) | Value::Instant(_))) => format!("\"{value}\""),
        Form::Literal(value) => value.to_string(),
        Form::Parameter(name) if name == "today" => format!("{name}()"),
        Form::Parameter(name) => format!("parameter({name:?})"),
        Form::Secret(name) => format!("secret({name:?})"),
        Form::Call { function, .. } => format!("{function}(…)"),
        _ => "…".to_owned(),
    }
}
