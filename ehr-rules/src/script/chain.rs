//! Chains: `address.city`, `x.f(y).g(z)`.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::types::Kind;
use crate::script::TypeMistake;
use crate::script::calls;
use crate::script::operand::mistake;
use crate::script::uses::place;
use crate::script::vectorize::Compiler;
use crate::script::vectorize::Native;
use rhai::ASTFlags;
use rhai::BinaryExpr;
use rhai::Expr as Node;

/// What stands behind a part of a chain.
type Behind<'n> = Option<(&'n Node, ASTFlags)>;

/// `x.f(y).g(z)`: the tree leans to the right.
pub(super) fn chain(compiler: &Compiler<'_>, chain: &BinaryExpr, flags: ASTFlags) -> Native {
    let (mut rest, mut flags) = (&chain.rhs, flags);
    let mut receiver = match field(compiler, &chain.lhs, chain, flags)? {
        Some((field, None)) => return Ok(Some(field)),
        Some((field, Some((behind, behind_flags)))) => {
            (rest, flags) = (behind, behind_flags);
            field
        }
        None => match compiler.value(&chain.lhs)? {
            Some(receiver) => receiver,
            None => return Ok(None),
        },
    };
    loop {
        // `?.` leaves the chain at a missing value, which a function of the catalogue need not do.
        if flags.contains(ASTFlags::NEGATED) {
            return compiler.none("`?.`");
        }
        let (method, more) = match rest {
            Node::Dot(inner, inner_flags, _) => (&inner.lhs, Some((&inner.rhs, *inner_flags))),
            last => (last, None),
        };
        let Node::MethodCall(call, at) = method else { return compiler.none("a property or an index within a chain") };
        let mut args = vec![Some(receiver)];
        for node in &call.args {
            args.push(compiler.value(node)?);
        }
        let Some(next) = compiler.named(&call.name, args, *at)? else { return Ok(None) };
        receiver = next;
        match more {
            Some((after, after_flags)) => (rest, flags) = (after, after_flags),
            None => return Ok(Some(receiver)),
        }
    }
}

/// `address.city` where `address` is a struct, and what stands behind it.
fn field<'n>(
    compiler: &Compiler<'_>,
    first: &Node,
    chain: &'n BinaryExpr,
    flags: ASTFlags,
) -> Result<Option<(Expr, Behind<'n>)>, TypeMistake> {
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
        let holds = (compiler.scope)(&path).map(|ty| ty.kind);
        path = format!("{path}.{}", property.2);
        let column = (compiler.scope)(&path).map(|ty| Expr { form: Form::Column(path.clone()), ty });
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
