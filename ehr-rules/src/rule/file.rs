//! `file:` of a branch: where a row's file lies and where it goes, as templates over its columns.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::ir::action;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::transform::Output;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::rule::check;
use crate::rule::expr;
use crate::rule::scope::Scope;
use crate::rule::template;
use crate::rule::template::Part;
use crate::yaml::Node;

/// Where files can be; a path without a scheme is on this machine.
const SCHEMES: &[&str] = &["sftp", "s3"];
const COLLISIONS: &[&str] = &["number", "hash", "fail"];
const CHECKS: &[&str] = &["size", "checksum"];

/// Compiles `file:` to columns that are staged beside the row's own.
pub(super) fn compile(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Vec<Output>> {
    let known = check::only(check::map(node, "a file action", said)?, "a file action", ["source", "target", "collision", "verify"], said);
    let mut required = |key: &str| {
        let found = node.get(key);
        if found.is_none() && known {
            said.push(Diagnostic::error("E0011", &node.place, format!("a file action lacks the key `{key}`")).help(match key {
                "collision" => "say what is done where two files would have one place: `number`, `hash`, `fail` or `{folder: COLUMN}`",
                _ => "write `file: {source: \"sftp://{host}/{Path}\", target: \"{Name}/{Path|file_name}\", collision: number}`",
            }));
        }
        found
    };
    let (source, target, collision) = (required("source"), required("target"), required("collision"));
    let source = source.and_then(|node| self::source(node, scope, said));
    let target = target.and_then(|node| self::target(node, scope, said));
    let collision = collision.and_then(|node| self::collision(node, scope, said));
    let verify = match node.get("verify") {
        Some(node) => word(node, "verify", CHECKS, said)?,
        None => "size",
    };
    let (word, owner) = collision?;
    let output = |name: &str, expr| Output { name: name.to_owned(), expr, fold: None };
    Some(vec![
        output(action::SOURCE, source?),
        output(action::TARGET, target?),
        output(action::COLLISION, text(word)),
        output(action::OWNER, owner.unwrap_or_else(|| expr::constant(Value::Null, Some(&Kind::Text)))),
        output(action::VERIFY, text(verify)),
    ])
}

/// Any path or address; the host is no matter of the data.
fn source(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let parts = template::compile(node, scope, said)?;
    root(&parts, node, said)?;
    let literal: String = parts.iter().map(|part| part.literal.as_deref().unwrap_or("?")).collect();
    if literal.split(['/', '\\']).any(|segment| segment == "..") {
        said.push(Diagnostic::error("E0322", &node.place, "the source of a file leaves its folder with `..`").help("write the whole path"));
        return None;
    }
    Some(joined(parts.into_iter().map(|part| part.expr).collect()))
}

/// An address or folder of its own, then segments, each made safe: whatever a name holds, it stays one segment.
fn target(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Expr> {
    let parts = template::compile(node, scope, said)?;
    let rest = root(&parts, node, said)?;
    let mut whole: Vec<Expr> = Vec::new();
    let mut segment: Vec<Expr> = Vec::new();
    let mut segments = 0;
    let mut root = String::new();
    let mut literal = String::new();
    for (at, part) in parts.into_iter().enumerate() {
        let Some(written) = &part.literal else {
            literal.push('?');
            segment.push(part.expr);
            continue;
        };
        let (before, path) = if at == 0 { written.split_at(rest) } else { ("", written.as_str()) };
        root.push_str(before);
        for (nth, piece) in path.split('/').enumerate() {
            if nth > 0 {
                leaves(&literal, node, said)?;
                whole.push(safe(std::mem::take(&mut segment), segments));
                segments += 1;
                literal.clear();
            }
            literal.push_str(piece);
            if !piece.is_empty() {
                segment.push(text(piece));
            }
        }
    }
    leaves(&literal, node, said)?;
    whole.push(safe(segment, segments));
    if !root.is_empty() {
        whole.insert(0, text(&root));
    }
    Some(joined(whole))
}

/// How many bytes of the first part name a scheme and what stands behind it; the host or bucket must be known before a row is.
fn root(parts: &[Part], node: &Node, said: &mut Diagnostics) -> Option<usize> {
    let first = parts.first().and_then(|part| part.literal.as_deref()).unwrap_or_default();
    let Some((scheme, rest)) = first.split_once("://") else { return Some(0) };
    if !SCHEMES.contains(&scheme) {
        let error = Diagnostic::error("E0320", &node.place, format!("`{scheme}` is no scheme of files"));
        said.push(match nearest(scheme, SCHEMES.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("files are read from a path, from `sftp://HOST/PATH` or from `s3://BUCKET/KEY`"),
        });
        return None;
    }
    let start = scheme.len() + "://".len();
    if let Some(end) = rest.find('/').filter(|end| *end > 0) {
        return Some(start + end + 1);
    }
    // `sftp://{host}/…`: a parameter of the order.
    let host = parts.get(1).filter(|_| rest.is_empty());
    if host.is_some_and(|host| matches!(host.expr.form, Form::Parameter(_)))
        && parts.get(2).is_some_and(|next| next.literal.as_deref().is_some_and(|next| next.starts_with('/')))
    {
        return Some(start);
    }
    said.push(
        Diagnostic::error("E0322", host.map_or(&node.place, |host| &host.place), "the host or bucket is not known before the rows are")
            .help(format!("write it out, or as a parameter: `{scheme}://{{parameter}}/…`")),
    );
    None
}

/// Says of a segment as it is written that it leaves the root.
fn leaves(literal: &str, node: &Node, said: &mut Diagnostics) -> Option<()> {
    let fault = if literal.is_empty() {
        "an empty segment, as of an absolute path"
    } else if literal == ".." || literal == "." {
        "a segment that is another folder"
    } else if literal.contains('\\') || literal.get(1..2) == Some(":") {
        "a path of Windows"
    } else {
        return Some(());
    };
    said.push(
        Diagnostic::error("E0322", &node.place, format!("the target of a file holds {fault}"))
            .help("a target is relative to the output's root, with `/` between segments: `{Name}/{Path|file_name}`"),
    );
    None
}

fn collision(node: &Node, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<(&'static str, Option<Expr>)> {
    if node.as_map().is_none() {
        return Some((word(node, "collision", COLLISIONS, said)?, None));
    }
    check::only(node.as_map()?, "`collision`", ["folder"], said);
    let owner = node.get("folder")?;
    let name = check::text(owner, "a column", said)?;
    let value = scope.column(name, &owner.place, said)?;
    let value = template::as_text(value, &owner.place, scope, said)?;
    Some(("folder", Some(template::present(value, name, &owner.place, said)?)))
}

fn word(node: &Node, key: &str, words: &[&'static str], said: &mut Diagnostics) -> Option<&'static str> {
    let text = check::text(node, "a word", said)?;
    let found = words.iter().find(|word| **word == text).copied();
    if found.is_none() {
        let error = Diagnostic::error("E0013", &node.place, format!("`{key}` cannot be `{text}`"));
        said.push(match nearest(text, words.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("write {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "))),
        });
    }
    found
}

fn text(text: &str) -> Expr {
    expr::constant(Value::Text(text.to_owned()), None)
}

fn joined(mut parts: Vec<Expr>) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => Expr { form: Form::JoinTexts { parts, with: String::new() }, ty: Type::required(Kind::Text) },
    }
}

/// One segment; those behind the first stand behind a slash.
fn safe(parts: Vec<Expr>, at: usize) -> Expr {
    let name = Expr { form: Form::Call { function: "safe_name".to_owned(), args: vec![joined(parts)] }, ty: Type::required(Kind::Text) };
    if at == 0 { name } else { joined(vec![text("/"), name]) }
}

/// A place within a scalar, found again in what is written.
pub(super) fn within(node: &Node, what: &str) -> Place {
    let mut place = node.place.clone();
    if let Some(at) = place.source.text.get(place.span.clone()).and_then(|text| text.find(what)) {
        place.span = place.span.start + at..place.span.start + at + what.len();
    }
    place
}
