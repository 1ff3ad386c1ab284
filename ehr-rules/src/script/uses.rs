//! What a script reads and calls, found in its syntax tree.

use crate::functions;
use crate::functions::function::Function;
use crate::script::ScriptError;
use rhai::AST;
use rhai::ASTNode;
use rhai::Engine;
use rhai::Expr as Node;
use rhai::FnCallExpr;
use rhai::Position;
use rhai::Stmt;
use std::collections::BTreeSet;

/// A column read by a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnUse {
    /// The column.
    pub name: String,
    /// The line within the script, from 1.
    pub line: usize,
    /// The character within the line, from 1.
    pub column: usize,
    /// Whether it is read by `col("name")` and not by a variable.
    pub by_col: bool,
}

/// A call of a function that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallUse {
    /// The function.
    pub name: String,
    /// How many arguments it is called with, the receiver among them.
    pub args: usize,
    /// The line within the script, from 1.
    pub line: usize,
    /// The character within the line, from 1.
    pub column: usize,
}

/// Every column read. A variable with an index is one the script itself declares.
///
/// Closures: what they take from around them stands in a call beside them, so their bodies are not walked for variables.
pub(super) fn columns(ast: &AST) -> Result<Vec<ColumnUse>, ScriptError> {
    let mut found: Vec<ColumnUse> = Vec::new();
    let mut add = |name: &str, at: Position, by_col: bool| {
        let (line, column) = place(at).unwrap_or((1, 1));
        let read = ColumnUse { name: name.to_owned(), line, column, by_col };
        if !found.contains(&read) {
            found.push(read);
        }
    };
    let mut error = assigned(ast);
    let mut path = Vec::new();
    for statement in ast.statements() {
        statement.walk(&mut path, &mut |nodes: &[ASTNode<'_>]| {
            if let Some(ASTNode::Expr(Node::Variable(variable, None, at))) = nodes.last()
                && variable.0.is_none()
            {
                add(&variable.1, *at, false);
            }
            true
        });
    }
    calls(ast, &mut |call, method, at| {
        if call.name != "col" {
            return;
        }
        match (method, call.args.first()) {
            (false, Some(Node::StringConstant(name, _))) if call.args.len() == 1 => add(name, at, true),
            _ => error = Some(ScriptError { message: "`col` takes the name of a column, as text in quotes".to_owned(), at: place(at) }),
        }
    });
    match error {
        Some(error) => Err(error),
        None => Ok(found),
    }
}

/// Refuses a function that takes a secret: what a script sees it could give.
pub(super) fn no_secret(ast: &AST) -> Result<(), ScriptError> {
    let mut error = None;
    calls(ast, &mut |call, _, at| {
        if functions::find(&call.name).is_some_and(Function::is_keyed) {
            let message = format!("`{}` takes a secret, which no script sees; `do:` calls it", call.name);
            error.get_or_insert(ScriptError { message, at: place(at) });
        }
    });
    error.map_or(Ok(()), Err)
}

/// Every parameter read.
pub(super) fn parameters(ast: &AST) -> Result<Vec<ColumnUse>, ScriptError> {
    let (mut found, mut error) = (Vec::new(), None);
    calls(ast, &mut |call, method, at| {
        if call.name != "parameter" {
            return;
        }
        match (method, call.args.first()) {
            (false, Some(Node::StringConstant(name, _))) if call.args.len() == 1 => {
                let (line, column) = place(at).unwrap_or((1, 1));
                found.push(ColumnUse { name: name.to_string(), line, column, by_col: false });
            }
            _ => {
                let message = "`parameter` takes the name of a parameter, as text in quotes".to_owned();
                error = Some(ScriptError { message, at: place(at) });
            }
        }
    });
    error.map_or(Ok(found), Err)
}

/// A column that is set: `=` is written where `==` is meant, which the language takes without a word.
fn assigned(ast: &AST) -> Option<ScriptError> {
    let mut error = None;
    let mut path = Vec::new();
    for statement in ast.statements() {
        statement.walk(&mut path, &mut |nodes: &[ASTNode<'_>]| {
            if let Some(ASTNode::Stmt(Stmt::Assignment(assignment))) = nodes.last()
                && let Node::Variable(variable, None, _) = &assignment.1.lhs
                && variable.0.is_none()
            {
                let message = format!("`{}` is a column and cannot be set; `==` compares", variable.1);
                error.get_or_insert(ScriptError { message, at: place(assignment.0.position()) });
            }
            true
        });
    }
    error
}

/// Calls by a name that nothing has.
pub(super) fn unknown_calls(ast: &AST, engine: &Engine) -> Vec<CallUse> {
    let mut called = Vec::new();
    calls(ast, &mut |call, method, at| {
        if call.op_token.is_none() && functions::find(&call.name).is_none() {
            let (line, column) = place(at).unwrap_or((1, 1));
            called.push(CallUse { name: call.name.to_string(), args: call.args.len() + usize::from(method), line, column });
        }
    });
    if called.is_empty() {
        return called;
    }
    let known: BTreeSet<String> = engine.collect_fn_metadata(None, |info| Some(info.metadata.name.to_string()), true).into_iter().collect();
    called.retain(|call| !known.contains(&call.name) && !KEYWORDS.contains(&call.name.as_str()));
    called
}

/// Functions of the language itself, which are registered nowhere.
const KEYWORDS: [&str; 9] = ["Fn", "call", "curry", "is_shared", "is_def_var", "is_def_fn", "type_of", "take", "this"];

/// Calls `see` with every call, whether it is a method's, and where it stands; bodies of closures among them.
fn calls(ast: &AST, see: &mut dyn FnMut(&FnCallExpr, bool, Position)) {
    ast.walk(&mut |nodes: &[ASTNode<'_>]| {
        match nodes.last() {
            Some(ASTNode::Expr(Node::FnCall(call, at)) | ASTNode::Stmt(Stmt::FnCall(call, at))) => see(call, false, *at),
            Some(ASTNode::Expr(Node::MethodCall(call, at))) => see(call, true, *at),
            _ => {}
        }
        true
    });
}

/// Line and column, from 1.
pub(super) fn place(at: Position) -> Option<(usize, usize)> {
    Some((at.line()?, at.position().unwrap_or(1)))
}
