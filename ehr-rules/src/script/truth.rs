//! A script's syntax tree as it is interpreted: a missing boolean counts as false where a condition stands, as in a
//! native form, and `col("name")` is the variable that it stands for.

use rhai::AST;
use rhai::Engine;
use rhai::Expr as Node;
use rhai::FlowControl;
use rhai::FnCallExpr;
use rhai::Stmt;

/// The function that takes a missing value for false.
pub(super) const TRUTH: &str = "is_true";

/// The tree with that written into it. Bodies of closures are as they were.
pub(super) fn interpretable(ast: &AST, engine: &Engine) -> AST {
    let Some(template) = template(engine) else { return ast.clone() };
    let mut statements: Vec<Stmt> = ast.statements().to_vec();
    let writer = Writer { template };
    for one in &mut statements {
        writer.statement(one);
    }
    AST::new(statements, ast.shared_lib().clone())
}

/// A call of one argument, to be put around conditions.
fn template(engine: &Engine) -> Option<FnCallExpr> {
    let ast = engine.compile_expression(format!("{TRUTH}(0)")).ok()?;
    match ast.statements() {
        [Stmt::Expr(node)] => match node.as_ref() {
            Node::FnCall(call, _) => Some(call.as_ref().clone()),
            _ => None,
        },
        [Stmt::FnCall(call, _)] => Some(call.as_ref().clone()),
        _ => None,
    }
}

struct Writer {
    template: FnCallExpr,
}

impl Writer {
    fn statement(&self, statement: &mut Stmt) {
        match statement {
            Stmt::If(flow, _) | Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.flow(flow);
                self.condition(&mut flow.expr);
            }
            Stmt::For(parts, _) => self.flow(&mut parts.2),
            Stmt::TryCatch(flow, _) => self.flow(flow),
            Stmt::Switch(parts, _) => {
                self.node(&mut parts.0);
                for case in &mut parts.1.expressions {
                    self.node(&mut case.lhs);
                    self.condition(&mut case.lhs);
                    self.node(&mut case.rhs);
                }
            }
            Stmt::Var(declared, ..) => self.node(&mut declared.1),
            Stmt::Assignment(parts) => {
                self.node(&mut parts.1.lhs);
                self.node(&mut parts.1.rhs);
            }
            Stmt::FnCall(call, at) => {
                if let Some(variable) = column(call) {
                    *statement = Stmt::Expr(Box::new(Node::Variable(variable, None, *at)));
                } else {
                    call.args.iter_mut().for_each(|arg| self.node(arg));
                }
            }
            Stmt::Block(block) => block.statements_mut().iter_mut().for_each(|one| self.statement(one)),
            Stmt::Expr(node) | Stmt::BreakLoop(Some(node), ..) | Stmt::Return(Some(node), ..) => self.node(node),
            _ => {}
        }
    }

    fn flow(&self, flow: &mut FlowControl) {
        self.node(&mut flow.expr);
        flow.body.statements_mut().iter_mut().for_each(|one| self.statement(one));
        flow.branch.statements_mut().iter_mut().for_each(|one| self.statement(one));
    }

    fn node(&self, node: &mut Node) {
        match node {
            Node::FnCall(call, at) => {
                if let Some(variable) = column(call) {
                    *node = Node::Variable(variable, None, *at);
                } else {
                    call.args.iter_mut().for_each(|arg| self.node(arg));
                }
            }
            Node::MethodCall(call, _) => call.args.iter_mut().for_each(|arg| self.node(arg)),
            Node::Dot(parts, ..) | Node::Index(parts, ..) => {
                self.node(&mut parts.lhs);
                self.node(&mut parts.rhs);
            }
            Node::And(nodes, _) | Node::Or(nodes, _) => {
                for one in nodes.iter_mut() {
                    self.node(one);
                    self.condition(one);
                }
            }
            Node::Coalesce(nodes, _) => nodes.iter_mut().for_each(|one| self.node(one)),
            Node::Array(nodes, _) | Node::InterpolatedString(nodes, _) => nodes.iter_mut().for_each(|one| self.node(one)),
            Node::Map(parts, _) => parts.0.iter_mut().for_each(|(_, one)| self.node(one)),
            Node::Stmt(block) => block.statements_mut().iter_mut().for_each(|one| self.statement(one)),
            _ => {}
        }
    }

    /// What compares, negates or is constant is never missing.
    fn condition(&self, node: &mut Node) {
        let plain = match &*node {
            Node::FnCall(call, _) => call.op_token.is_some(),
            other => matches!(other, Node::BoolConstant(..) | Node::Unit(_) | Node::And(..) | Node::Or(..)),
        };
        if plain {
            return;
        }
        let at = node.position();
        let mut call = self.template.clone();
        if let Some(arg) = call.args.first_mut() {
            *arg = std::mem::take(node);
            *node = Node::FnCall(Box::new(call), at);
        }
    }
}

/// The variable that `col("name")` stands for.
fn column(call: &FnCallExpr) -> Option<Box<(Option<std::num::NonZeroUsize>, rhai::ImmutableString)>> {
    match (call.name.as_str(), call.args.as_slice()) {
        ("col", [Node::StringConstant(name, _)]) if call.op_token.is_none() => Some(Box::new((None, name.clone()))),
        _ => None,
    }
}
