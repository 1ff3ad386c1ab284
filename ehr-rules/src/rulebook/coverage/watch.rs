//! Probes put into rules, and what each stands for. The rules say what they said before: a probe's value is what it watches.

use crate::codes::entries::CodeEntry;
use crate::error::Error;
use crate::ir::code_map::CodeMapSource;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::print;
use crate::ir::transform::Expect;
use crate::ir::transform::Join;
use crate::ir::transform::OnAmbiguous;
use crate::ir::transform::OnMissing;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::rulebook::spot::Spot;
use crate::rulebook::spot::Written;
use crate::rulebook::spot::under;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// One way a row can take, watched by the probe of the same number.
#[derive(Debug)]
pub(crate) struct Way {
    /// `synthea/2022/patient.gender`.
    pub rule: String,
    /// Where it stands.
    pub spot: Spot,
    /// Tells two of one line apart.
    pub column: usize,
    /// What it is not to have been taken; none where it need not be taken.
    pub what: Option<String>,
    /// What taking it means, for the story of a row.
    pub taken: String,
    /// Whether that says more than the rule's name does.
    pub said: bool,
    /// The code map asked, where it is a look-up of codes: `omop-5.4/gender`.
    pub map: Option<String>,
    /// There, the number of the probe that watches the code's system.
    pub system: Option<usize>,
}

/// An approved entry of a code map.
#[derive(Debug)]
pub(super) struct Entry {
    pub map: String,
    pub code: String,
    pub spot: Spot,
}

/// Probes put in so far.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    ways: Vec<Way>,
    entries: Vec<Entry>,
}

/// The column that is being watched, and the forms in it that have places of their own, in the order written.
struct Inside<'a> {
    level: &'a str,
    rule: String,
    spot: Spot,
    at: usize,
    whens: Vec<&'a Node>,
    maps: Vec<&'a Node>,
}

impl Watch {
    /// What was put in.
    pub(super) fn done(self) -> (Vec<Way>, Vec<Entry>) {
        (self.ways, self.entries)
    }

    /// The ways, each watched by the probe of its number.
    pub(crate) fn ways(self) -> Vec<Way> {
        self.ways
    }

    /// A rule with probes put in.
    pub(crate) fn transform(&mut self, transform: &Transform, level: &str, written: Written<'_>) -> Transform {
        let mut made = transform.clone();
        let table = &transform.table;
        let several = transform.branches.len() > 1;
        for (at, branch) in made.branches.iter_mut().enumerate() {
            let rule = format!("{level}/{table}");
            let spot = written.branch_spot(table, at).unwrap_or_else(|| Spot { file: level.to_owned(), line: 0 });
            let rule_name = rule.clone();
            let mut whole = Inside { level, rule, spot, at, whens: Vec::new(), maps: Vec::new() };
            let name = format!("branch {} of the union, from `{}`", at + 1, branch.from);
            let reached = several.then(|| format!("{name}, makes no row"));
            let here = self.probe(&whole, 0, reached, format!("{name}, makes the row"), None, truth(true));
            branch.filter = Some(match branch.filter.take() {
                None => here,
                Some(filter) => {
                    if let Some(node) = written.branch(table, at).and_then(|node| node.get("where")) {
                        whole.spot = Spot::of(&node.place);
                    }
                    let words = print::expr(&filter);
                    let holds = Some("`where` never holds".to_owned());
                    let holds = self.probe(&whole, 1, holds, format!("`where {words}` holds"), None, here);
                    let fails = Some("`where` leaves no row out".to_owned());
                    let fails = self.probe(&whole, 1, fails, format!("`where {words}` does not hold"), None, truth(false));
                    let ty = Type::required(Kind::Boolean);
                    Expr { form: Form::When { branches: vec![(filter, holds)], otherwise: Box::new(fails) }, ty }
                }
            });
            self.joins(&mut branch.joins, &rule_name, written.branch(table, at));
            for output in &mut branch.columns {
                let column = written.column(table, at, &output.name);
                let mut inside = Inside {
                    level,
                    rule: format!("{level}/{table}.{}", output.name),
                    spot: column.map_or_else(|| whole.spot.clone(), |(key, _)| Spot::of(&key.place)),
                    at,
                    whens: Vec::new(),
                    maps: Vec::new(),
                };
                if let Some((_, node)) = column {
                    let (whens, maps) = (count(&output.expr, |form| matches!(form, Form::When { .. })), count(&output.expr, is_map));
                    inside.whens = nodes(node, "when", whens);
                    inside.maps = nodes(node, "map", maps);
                }
                output.expr = self.expr(&output.expr, &mut inside);
            }
        }
        made
    }

    /// What comes of joins and lookups, where they are written: a match, none, and several where one is expected. What fails
    /// the order is no way that a row takes.
    fn joins(&mut self, joins: &mut [Join], rule: &str, branch: Option<&Node>) {
        let Some(branch) = branch else { return };
        let written = branch.get("join").and_then(Node::as_map).unwrap_or_default();
        let mut lookups = Vec::new();
        under(branch, "lookup", &mut lookups);
        for join in joins {
            let named = written.iter().find(|(alias, _)| alias.text == join.alias).map(|(alias, _)| (&alias.place, "join"));
            // Lookups that are made for an inherited rule stand nowhere; several of one text are told apart by their order.
            let looked_up = || {
                let at = lookups.iter().position(|node| node.as_text() == Some(join.table.as_str()))?;
                Some((&lookups.remove(at).place, "lookup"))
            };
            let Some((place, form)) = named.or_else(looked_up) else { continue };
            let name = if form == "join" { &join.alias } else { &join.table };
            let is_told = join.on_missing != OnMissing::Fail;
            let may_be_several =
                !join.keyed && join.on_ambiguous != OnAmbiguous::Fail && !matches!(join.expect, Expect::Any | Expect::Many);
            let found = if may_be_several { "just one row" } else { "a row" };
            let mut whats = vec![
                Some(format!("`{form}: {name}` never finds {found}")),
                is_told.then(|| format!("`{form}: {name}` always finds a row")),
            ];
            whats.extend(may_be_several.then(|| Some(format!("`{form}: {name}` never finds several rows"))));
            // Several are as good as one where they are expected.
            let first = self.ways.len();
            join.probes = Some([first, first + 1, if may_be_several { first + 2 } else { first }]);
            for what in whats {
                self.ways.push(Way {
                    rule: rule.to_owned(),
                    spot: Spot::of(place),
                    column: place.span.start,
                    what,
                    taken: String::new(),
                    // The story of a row tells what was looked up.
                    said: false,
                    map: None,
                    system: None,
                });
            }
        }
    }

    fn expr(&mut self, expr: &Expr, inside: &mut Inside<'_>) -> Expr {
        match &expr.form {
            Form::When { branches, otherwise } => {
                let node = next(&mut inside.whens);
                let items = node.and_then(Node::as_list).unwrap_or_default();
                let mut made = Vec::new();
                for (at, (condition, value)) in branches.iter().enumerate() {
                    let (condition, value) = (self.expr(condition, inside), self.expr(value, inside));
                    let words = print::expr(&condition);
                    let what = Some(format!("`when`: `{words}` never holds"));
                    made.push((condition, self.probe_at(inside, items.get(at), what, format!("`when`: `{words}` holds"), None, value)));
                }
                let otherwise = self.expr(otherwise, inside);
                let what = Some("`when`: `otherwise` is never taken".to_owned());
                let otherwise = self.probe_at(inside, items.get(branches.len()), what, "`when`: `otherwise`".to_owned(), None, otherwise);
                Expr { form: Form::When { branches: made, otherwise: Box::new(otherwise) }, ty: expr.ty.clone() }
            }
            Form::Map { from, entries, otherwise } => {
                let node = next(&mut inside.maps);
                let from = self.expr(from, inside);
                let mut made = Vec::new();
                for (key, value) in entries {
                    let word = if let Value::Text(text) = key { text.clone() } else { key.to_string() };
                    let spot = node.and_then(Node::as_map).and_then(|entries| {
                        entries.iter().find(|(key, _)| key.text == word).map(|(key, _)| (Spot::of(&key.place), key.place.span.start))
                    });
                    let key = Expr { form: Form::Literal(key.clone()), ty: from.ty.clone() };
                    let is = Expr {
                        form: Form::Operator { op: Operator::Equal, args: vec![from.clone(), key] },
                        ty: Type::required(Kind::Boolean),
                    };
                    let taken = format!("`map`: `{word}` is `{}`", plain(value));
                    let value = Expr { form: Form::Literal(value.clone()), ty: expr.ty.clone() };
                    let what = Some(format!("`map`: `{word}` never comes"));
                    let value = match spot {
                        Some((spot, column)) => self.push(inside.rule.clone(), spot, column, what, taken, None, value),
                        None => self.probe(inside, 2, what, taken, None, value),
                    };
                    made.push((is, value));
                }
                let otherwise = self.expr(otherwise, inside);
                let what = Some("`map`: `otherwise` is never taken".to_owned());
                let otherwise = self.probe_at(inside, node, what, "`map`: `otherwise`".to_owned(), None, otherwise);
                Expr { form: Form::When { branches: made, otherwise: Box::new(otherwise) }, ty: expr.ty.clone() }
            }
            Form::Codes { map, system, code, otherwise, rule, several } => {
                let code = self.expr(code, inside);
                // Without its system a code says nothing of what was found.
                let system = system.as_ref().map(|system| self.probe(inside, 3, None, String::new(), None, (**system).clone()));
                let at = system.is_some().then(|| self.ways.len() - 1);
                let what = Some(format!("`codes: {map}`: `otherwise` is never taken"));
                let full = Some(format!("{}/{map}", inside.level));
                let code = self.probe(inside, 3, what, format!("`codes: {map}`"), full, code);
                if let Some(way) = self.ways.last_mut() {
                    way.system = at;
                }
                let form = Form::Codes {
                    map: map.clone(),
                    system: system.map(Box::new),
                    code: Box::new(code),
                    otherwise: Box::new(self.expr(otherwise, inside)),
                    rule: rule.clone(),
                    several: *several,
                };
                Expr { form, ty: expr.ty.clone() }
            }
            _ => expr.with_parts(&mut |part| self.expr(part, inside)),
        }
    }

    fn probe_at(
        &mut self,
        inside: &Inside<'_>,
        node: Option<&Node>,
        what: Option<String>,
        taken: String,
        map: Option<String>,
        of: Expr,
    ) -> Expr {
        match node {
            Some(node) => self.push(inside.rule.clone(), Spot::of(&node.place), node.place.span.start, what, taken, map, of),
            None => self.probe(inside, 4, what, taken, map, of),
        }
    }

    fn probe(&mut self, inside: &Inside<'_>, column: usize, what: Option<String>, taken: String, map: Option<String>, of: Expr) -> Expr {
        // Where a form has no place of its own, its rule and branch tell it from others of its line.
        self.push(inside.rule.clone(), inside.spot.clone(), inside.at * 8 + column, what, taken, map, of)
    }

    #[expect(clippy::too_many_arguments, reason = "all that a way is, and its value")]
    fn push(
        &mut self,
        rule: String,
        spot: Spot,
        column: usize,
        what: Option<String>,
        taken: String,
        map: Option<String>,
        of: Expr,
    ) -> Expr {
        let said = what.is_some();
        self.ways.push(Way { rule, spot, column, what, taken, said, map, system: None });
        let ty = of.ty.clone();
        Expr { form: Form::Probe { at: self.ways.len() - 1, of: Box::new(of) }, ty }
    }

    /// The approved entries of the code maps of a source or target.
    pub(super) fn code_maps(&mut self, level: &str, maps: &BTreeMap<String, CodeMapSource>) -> Result<(), Error> {
        for (name, map) in maps {
            let CodeMapSource::File(map) = map else { continue };
            let file = map.path.display().to_string().replace('\\', "/");
            let approved = CodeEntry::read(map)?.into_iter().filter(CodeEntry::is_approved);
            self.entries.extend(approved.map(|entry| Entry {
                map: format!("{level}/{name}"),
                spot: Spot { file: file.clone(), line: usize::try_from(entry.line).unwrap_or(0) },
                code: entry.code,
            }));
        }
        Ok(())
    }
}

/// The nodes of a form inside a column, where there are as many as the column has of it: then they are the same, in order.
fn nodes<'a>(column: &'a Node, key: &str, wanted: usize) -> Vec<&'a Node> {
    let mut found = Vec::new();
    under(column, key, &mut found);
    found.reverse();
    if found.len() == wanted { found } else { Vec::new() }
}

/// The next of some nodes, which stand last first.
fn next<'a>(nodes: &mut Vec<&'a Node>) -> Option<&'a Node> {
    nodes.pop()
}

fn count(expr: &Expr, is: impl Fn(&Form) -> bool) -> usize {
    let mut found = 0;
    expr.visit(&mut |expr| found += usize::from(is(&expr.form)));
    found
}

const fn is_map(form: &Form) -> bool {
    matches!(form, Form::Map { .. })
}

const fn truth(value: bool) -> Expr {
    Expr { form: Form::Literal(Value::Boolean(value)), ty: Type::required(Kind::Boolean) }
}

/// A constant as an analyst writes it.
fn plain(value: &Value) -> String {
    if let Value::Text(text) = value { text.clone() } else { value.to_string() }
}
