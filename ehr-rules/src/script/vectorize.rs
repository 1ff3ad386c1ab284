//! Scripts to native expressions, where a script is one expression of comparisons, logic and catalogue functions.
//!
//! `Ok(None)` says that a part has no native form, and the script is interpreted. Every part is looked at first,
//! so that a comparison that cannot be meant is found in an interpreted script too.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::script::Script;
use crate::script::TypeMistake;
use crate::script::calls;
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

/// The types of columns or of parameters, by name.
pub(crate) type Types<'a> = &'a dyn Fn(&str) -> Option<Type>;
/// What a part compiles to; `None` where it has no native form.
type Native = Result<Option<Expr>, TypeMistake>;

/// The native form of a script, typed; `scope` knows the types of columns, and `parameters` those of parameters.
pub(crate) fn vectorize(script: &Script, scope: Types<'_>, parameters: Types<'_>) -> Native {
    let [statement] = script.ast.statements() else {
        return Compiler { scope, parameters }.mistakes(script.ast.statements());
    };
    Compiler { scope, parameters }.statement(statement)
}

/// The native form of a script that must be true or false; a missing boolean counts as false.
pub(crate) fn condition(script: &Script, scope: Types<'_>, parameters: Types<'_>) -> Native {
    let at = script.ast.statements().first().and_then(|statement| place(statement.position()));
    vectorize(script, scope, parameters)?.map(|expr| truth(expr, at)).transpose()
}

struct Compiler<'a> {
    scope: Types<'a>,
    parameters: Types<'a>,
}

impl Compiler<'_> {
    /// Several statements have no native form, but each may hold a mistake.
    fn mistakes(&self, statements: &[Stmt]) -> Native {
        for statement in statements {
            self.statement(statement)?;
        }
        Ok(None)
    }

    fn statement(&self, statement: &Stmt) -> Native {
        match statement {
            Stmt::Expr(node) => self.value(node),
            Stmt::FnCall(call, at) => self.call(call, *at),
            Stmt::If(flow, at) => self.branches(flow, *at),
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::Var(declared, ..) => self.value(&declared.1).map(|_| None),
            _ => Ok(None),
        }
    }

    fn block(&self, statements: &[Stmt]) -> Native {
        match statements {
            [one] => self.statement(one),
            several => self.mistakes(several),
        }
    }

    fn value(&self, node: &Node) -> Native {
        Ok(Some(match node {
            Node::BoolConstant(truth, _) => literal(Value::Boolean(*truth)),
            Node::IntegerConstant(number, _) => literal(Value::Integer(*number)),
            Node::FloatConstant(number, _) => literal(Value::Float(**number)),
            Node::StringConstant(text, _) => literal(Value::Text(text.to_string())),
            Node::CharConstant(letter, _) => literal(Value::Text(letter.to_string())),
            Node::Unit(_) => literal(Value::Null),
            Node::Variable(variable, None, _) if variable.0.is_none() => return Ok(self.column(&variable.1)),
            Node::FnCall(call, at) => return self.call(call, *at),
            Node::Dot(chain, flags, _) => return self.chain(chain, *flags),
            Node::And(nodes, _) => return self.junction(Operator::And, nodes),
            Node::Or(nodes, _) => return self.junction(Operator::Or, nodes),
            Node::Coalesce(nodes, at) => return self.coalesce(nodes, *at),
            Node::Stmt(block) => return self.block(block.statements()),
            _ => return Ok(None),
        }))
    }

    fn column(&self, name: &str) -> Option<Expr> {
        (self.scope)(name).map(|ty| Expr { form: Form::Column(name.to_owned()), ty })
    }

    fn condition(&self, node: &Node) -> Native {
        self.value(node)?.map(|expr| truth(expr, place(node.start_position()))).transpose()
    }

    fn junction(&self, op: Operator, nodes: &[Node]) -> Native {
        let parts = nodes.iter().map(|node| self.condition(node)).collect::<Result<Vec<_>, _>>()?;
        let Some(parts) = parts.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
        Ok(parts.into_iter().reduce(|left, right| operator(op, vec![left, right])))
    }

    fn coalesce(&self, nodes: &[Node], at: Position) -> Native {
        let parts = nodes.iter().map(|node| self.value(node)).collect::<Result<Vec<_>, _>>()?;
        let Some(parts) = parts.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
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
            let (left, right) = alike(whole, part, place(at), "are never one value")?;
            whole = calls::compile("coalesce", vec![left, right], place(at))?.ok_or_else(|| mistake("`??` has no function", place(at)))?;
        }
        Ok(Some(whole))
    }

    fn branches(&self, flow: &FlowControl, at: Position) -> Native {
        let condition = self.condition(&flow.expr)?;
        let then = self.block(flow.body.statements())?;
        let otherwise = if flow.branch.is_empty() { Some(literal(Value::Null)) } else { self.block(flow.branch.statements())? };
        let (Some(condition), Some(then), Some(otherwise)) = (condition, then, otherwise) else { return Ok(None) };
        let (then, otherwise) = same_result(then, otherwise, place(at))?;
        let ty = then.ty.with_nullable(then.ty.nullable || otherwise.ty.nullable);
        let (branches, otherwise) = match otherwise {
            Expr { form: Form::When { branches, otherwise }, .. } => {
                (std::iter::once((condition, then)).chain(branches).collect(), otherwise)
            }
            other => (vec![(condition, then)], Box::new(other)),
        };
        Ok(Some(Expr { form: Form::When { branches, otherwise }, ty }))
    }

    /// `x.f(y).g(z)`: the tree leans to the right.
    fn chain(&self, chain: &BinaryExpr, flags: ASTFlags) -> Native {
        let Some(mut receiver) = self.value(&chain.lhs)? else { return Ok(None) };
        let mut rest = &chain.rhs;
        let mut flags = flags;
        loop {
            // `?.` leaves the chain at a missing value, which a function of the catalogue need not do.
            if flags.contains(ASTFlags::NEGATED) {
                return Ok(None);
            }
            let (method, more) = match rest {
                Node::Dot(inner, inner_flags, _) => (&inner.lhs, Some((&inner.rhs, *inner_flags))),
                last => (last, None),
            };
            let Node::MethodCall(call, at) = method else { return Ok(None) };
            let mut args = vec![Some(receiver)];
            for node in &call.args {
                args.push(self.value(node)?);
            }
            let Some(next) = named(&call.name, args, *at)? else { return Ok(None) };
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
            ("parameter", [Node::StringConstant(name, _)]) => {
                Ok((self.parameters)(name).map(|ty| Expr { form: Form::Parameter(name.to_string()), ty }))
            }
            ("col", [Node::StringConstant(name, _)]) => Ok(self.column(name)),
            ("contains", [Node::Array(among, _), sought]) => self.one_of(sought, among, at),
            (name, nodes) => {
                let args = nodes.iter().map(|node| self.value(node)).collect::<Result<Vec<_>, _>>()?;
                named(name, args, at)
            }
        }
    }

    /// `x in [a, b]`, which is parsed as `contains([a, b], x)`.
    fn one_of(&self, sought: &Node, among: &[Node], at: Position) -> Native {
        let Some(sought) = self.value(sought)? else { return Ok(None) };
        let mut whole: Option<Expr> = None;
        for node in among {
            let Some(one) = self.value(node)? else { return Ok(None) };
            if !matches!(one.form, Form::Literal(_)) {
                return Ok(None);
            }
            let equal = comparison(Operator::Equal, sought.clone(), one, place(at))?;
            whole = Some(match whole {
                Some(before) => operator(Operator::Or, vec![before, equal]),
                None => equal,
            });
        }
        Ok(Some(whole.unwrap_or_else(|| literal(Value::Boolean(false)))))
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
                for node in nodes {
                    self.value(node)?;
                }
                return Ok(None);
            }
        };
        let [left, right] = nodes else { return Ok(None) };
        let (Some(left), Some(right)) = (self.value(left)?, self.value(right)?) else { return Ok(None) };
        comparison(op, left, right, place(at)).map(Some)
    }
}

/// A call by name; arguments without a native form make a call without one.
fn named(name: &str, args: Vec<Option<Expr>>, at: Position) -> Native {
    let Some(args) = args.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
    calls::compile(name, args, place(at))
}

fn comparison(op: Operator, left: Expr, right: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
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
    use Kind::Instant;
    use Kind::Text;
    use Kind::Uuid;
    let number = |kind: &Kind| matches!(kind, Kind::Integer | Kind::Float | Kind::Decimal { .. });
    let (a, b) = (left.ty.kind.clone(), right.ty.kind.clone());
    match (&a, &b) {
        (a, b) if a.is_nested() || b.is_nested() => {}
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
fn float(expr: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
    match &expr.form {
        Form::Literal(Value::Integer(number)) => Ok(literal(Value::Float(*number as f64))),
        _ if expr.ty.kind == Kind::Float => Ok(expr),
        _ => calls::compile("to_float", vec![expr], at)?.ok_or_else(|| mistake("there is no `to_float`", at)),
    }
}

/// Both branches of one kind; a missing one takes the other's.
fn same_result(then: Expr, otherwise: Expr, at: Option<(usize, usize)>) -> Result<(Expr, Expr), TypeMistake> {
    if is_null(&then) {
        let kind = otherwise.ty.kind.clone();
        return Ok((Expr { ty: Type::nullable(kind), ..then }, otherwise));
    }
    if is_null(&otherwise) {
        let kind = then.ty.kind.clone();
        return Ok((then, Expr { ty: Type::nullable(kind), ..otherwise }));
    }
    let (a, b) = (&then.ty.kind, &otherwise.ty.kind);
    let whole = |expr: &Expr| matches!(expr.form, Form::Literal(Value::Integer(_)));
    let floats = |kind: &Kind| *kind == Kind::Float;
    if a == b {
        Ok((then, otherwise))
    } else if (whole(&then) && floats(b)) || (whole(&otherwise) && floats(a)) {
        Ok((float(then, at)?, float(otherwise, at)?))
    } else {
        let message = format!("one branch gives {} and another gives {}", calls::words(a), calls::words(b));
        Err(TypeMistake { message, help: Some("give all branches one type".to_owned()), at })
    }
}

/// An expression as a condition, which is never missing.
fn truth(expr: Expr, at: Option<(usize, usize)>) -> Result<Expr, TypeMistake> {
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

fn operator(op: Operator, args: Vec<Expr>) -> Expr {
    Expr { form: Form::Operator { op, args }, ty: Type::required(Kind::Boolean) }
}

fn mistake(message: &str, at: Option<(usize, usize)>) -> TypeMistake {
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
        Form::Call { function, .. } => format!("{function}(…)"),
        _ => "…".to_owned(),
    }
}
