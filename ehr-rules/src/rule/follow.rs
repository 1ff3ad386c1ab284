//! What an inherited rule names, as it is called now and where it stands now: columns renamed, and columns moved to other tables.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::transform::Expect;
use crate::ir::transform::Join;
use crate::ir::transform::OnAmbiguous;
use crate::ir::transform::OnMissing;
use crate::ir::types::Type;
use crate::load::changes::Became;
use crate::load::changes::Hop;
use crate::rule::scope::Scope;
use crate::rule::view::TableView;

/// A column as a rule names it: what it is seen behind, its table, and what became of it.
type Named<'a> = (String, &'a TableView, Became);

impl<'a> Scope<'a> {
    /// What became of a name of the driving table or of a join, if anything did.
    fn changed(&self, name: &str) -> Option<Named<'a>> {
        // A pivot calls its columns as the rule does.
        let own = if self.is_pivoted() { None } else { self.became(&self.table.name, name) };
        if let Some(became) = own {
            return Some((String::new(), self.table, became));
        }
        if self.table.column(name).is_some() {
            return None;
        }
        let (alias, column) = name.split_once('.')?;
        let (join, table) = self.joins.iter().find(|(join, _)| join.alias == alias)?;
        Some((format!("{alias}."), table, self.became(&join.table, column)?))
    }

    /// What became of a column of a table, or of the one that holds a field of this path.
    fn became(&self, table: &str, path: &str) -> Option<Became> {
        let whole = self.changes.column(table, path).cloned();
        whole.or_else(|| {
            path.match_indices('.').rev().find_map(|(at, _)| {
                let became = self.changes.column(table, path.get(..at)?)?;
                Some(Became { column: format!("{}{}", became.column, path.get(at..)?), ..became.clone() })
            })
        })
    }

    /// What a name that a rule was written with stands for now; the name itself where it cannot be followed.
    pub(super) fn now(&self, name: &str) -> String {
        let Some((mut prefix, mut table, became)) = self.changed(name) else { return name.to_owned() };
        for hop in &became.through {
            let Some((made, next)) = self.step(&prefix, table, hop) else { return name.to_owned() };
            let Some(alias) = self.alike(&made) else { return name.to_owned() };
            prefix = format!("{alias}.");
            table = next;
        }
        format!("{prefix}{}", became.column)
    }

    /// The type of what a name stands for now, where it takes look-ups to get there that are not made yet.
    pub(super) fn moved_type(&self, name: &str) -> Option<Type> {
        let (_, _, became) = self.changed(name)?;
        let table = self.level.readable(&became.through.last()?.table)?;
        table.column(&became.column).map(|column| column.ty.with_nullable(true))
    }

    /// The same as [`Self::now`], with the look-ups made that it takes; `None` where it cannot be followed.
    pub(super) fn reach(&mut self, name: &str) -> Option<String> {
        let Some((prefix, table, became)) = self.changed(name) else { return Some(name.to_owned()) };
        self.through(prefix, table, &became)
    }

    /// Goes the way to where a column stands now; `prefix` is what its own table is seen behind.
    pub(super) fn through(&mut self, mut prefix: String, mut table: &'a TableView, became: &Became) -> Option<String> {
        if self.alone && !became.through.is_empty() {
            return None;
        }
        for hop in &became.through {
            for (here, _) in &hop.on {
                self.take(prefix.trim_end_matches('.'), here, &table.column(here)?.ty);
                self.note(&format!("{prefix}{here}"));
            }
            let (made, next) = self.step(&prefix, table, hop)?;
            self.used.extend(made.on.iter().map(|(_, theirs)| (next.name.clone(), theirs.clone())));
            prefix = format!("{}.", self.share(made, next));
            table = next;
        }
        if !prefix.is_empty() {
            self.take(prefix.trim_end_matches('.'), &became.column, &table.column(&became.column)?.ty);
        }
        Some(format!("{prefix}{}", became.column))
    }

    /// The look-up that a step is: at most one row is expected, and without one the column is missing.
    fn step(&self, prefix: &str, table: &TableView, hop: &Hop) -> Option<(Join, &'a TableView)> {
        let next = self.level.readable(&hop.table)?;
        let mut on = Vec::new();
        for (here, there) in &hop.on {
            next.column(there)?;
            let column = table.column(here)?;
            let ty = column.ty.with_nullable(column.ty.nullable || self.lacks_rows(prefix));
            on.push((Expr { form: Form::Column(format!("{prefix}{here}")), ty }, there.clone()));
        }
        let keyed = !next.key.is_empty() && next.key.iter().all(|key| on.iter().any(|(_, there)| there == key));
        let join = Join {
            alias: String::new(),
            after_pivot: self.is_pivoted(),
            table: next.name.clone(),
            on,
            keyed,
            take: Vec::new(),
            expect: Expect::AtMostOne,
            order: Vec::new(),
            on_missing: OnMissing::Null,
            on_ambiguous: OnAmbiguous::Reject,
            probes: None,
        };
        Some((join, next))
    }

    /// Whether what stands behind this prefix may have no row.
    fn lacks_rows(&self, prefix: &str) -> bool {
        let alias = prefix.trim_end_matches('.');
        self.joins.iter().any(|(join, _)| join.alias == alias && join.on_missing == OnMissing::Null)
    }

    /// The alias of a look-up that differs at most in what it takes.
    fn alike(&self, made: &Join) -> Option<&str> {
        let same =
            |join: &Join| join.alias.starts_with("lookup") && Join { alias: made.alias.clone(), take: Vec::new(), ..join.clone() } == *made;
        self.joins.iter().find(|(join, _)| same(join)).map(|(join, _)| join.alias.as_str())
    }

    /// Adds a look-up that takes nothing yet, or finds the same, and gives its alias.
    pub(super) fn share(&mut self, made: Join, table: &'a TableView) -> String {
        if let Some(alias) = self.alike(&made) {
            return alias.to_owned();
        }
        let alias = self.next_lookup();
        self.joins.push((Join { alias: alias.clone(), ..made }, table));
        alias
    }

    /// Lets a join take a column of its table's too; none is the driving row itself.
    pub(super) fn take(&mut self, alias: &str, column: &str, ty: &Type) {
        if let Some((join, _)) = self.joins.iter_mut().find(|(join, _)| join.alias == alias)
            && !join.take.iter().any(|(taken, _)| taken == column)
        {
            let missing = join.on_missing == OnMissing::Null;
            join.take.push((column.to_owned(), ty.with_nullable(ty.nullable || missing)));
        }
    }

    /// An expression over names as the rule was written with, over those of now.
    pub(super) fn follow(&self, expr: Expr) -> Expr {
        if self.changes.is_empty() {
            return expr;
        }
        match &expr.form {
            Form::Column(name) => Expr { form: Form::Column(self.now(name)), ..expr },
            _ => expr.with_parts(&mut |part| self.follow(part.clone())),
        }
    }

    /// What is said of a column that is called otherwise or stands elsewhere now, and cannot be followed there.
    pub(super) fn lost(&self, name: &str, table: &TableView, became: &Became, place: &Place) -> Diagnostic {
        let lost =
            Diagnostic::error("E0101", place, format!("unknown column `{name}`")).label(format!("not in the schema of `{}`", table.name));
        let what = if self.is_check { "check" } else { "rule" };
        let anew = if self.is_check { "give the table its `checks` anew" } else { "write the rule anew in its folder" };
        lost.help(match became.through.last() {
            None => format!("this {what} is inherited, and `{name}` is called `{}` in this version: {anew}", became.column),
            Some(hop) => {
                format!("this {what} is inherited, and `{name}` stands in `{}` in this version, out of reach here: {anew}", hop.table)
            }
        })
    }

    /// Says that a name cannot be followed, where something became of it.
    pub(super) fn say_lost(&self, name: &str, place: &Place, said: &mut Diagnostics) -> bool {
        let Some((_, table, became)) = self.changed(name) else { return false };
        said.push(self.lost(name, table, &became, place));
        true
    }
}
