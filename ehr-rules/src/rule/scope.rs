//! What a rule's expressions can see: the driving row's columns, and joined ones under their alias.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::transform::Join;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::unfold::Unfold;
use crate::load::changes::Changes;
use crate::rule::view::ColumnView;
use crate::rule::view::Level;
use crate::rule::view::TableView;
use std::collections::BTreeSet;

/// The scope of one branch, and what its expressions added to it.
pub(super) struct Scope<'a> {
    /// The level.
    pub level: &'a Level<'a>,
    /// The driving table.
    pub table: &'a TableView,
    /// Columns made by `explode` and `unpivot`, each with the driving table's columns it comes from.
    pub made: Vec<(ColumnView, Vec<String>)>,
    /// These steps, in order.
    unfold: Vec<Unfold>,
    /// How many joins stand before the pivot that made the rows, where one did.
    before_pivot: Option<usize>,
    /// Joins, declared and made by lookups.
    pub joins: Vec<(Join, &'a TableView)>,
    /// Columns that are known to be there, by a condition.
    pub present: BTreeSet<String>,
    /// Aliases of joins that something is wrong with.
    pub broken: BTreeSet<String>,
    /// Whether the condition is not known, so that what it says of missing values is not either.
    pub unsure: bool,
    /// Columns read: table and column.
    pub used: BTreeSet<(String, String)>,
    /// The rule in messages and findings: `table.column` or `table`.
    pub rule: String,
    /// What became of the tables and columns that an inherited rule was written for.
    pub changes: &'a Changes,
    /// Whether nothing can be joined here.
    pub alone: bool,
    /// Whether this is a check of a row by itself, and no rule.
    pub is_check: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(level: &'a Level<'a>, table: &'a TableView, rule: &str, changes: &'a Changes) -> Self {
        Self {
            level,
            table,
            made: Vec::new(),
            unfold: Vec::new(),
            before_pivot: None,
            joins: Vec::new(),
            present: BTreeSet::new(),
            broken: BTreeSet::new(),
            unsure: false,
            used: BTreeSet::new(),
            rule: rule.to_owned(),
            changes,
            alone: false,
            is_check: false,
        }
    }

    /// Whether the rows are those that a pivot made.
    pub(super) fn is_pivoted(&self) -> bool {
        self.before_pivot.is_some()
    }

    /// The alias of the next look-up.
    pub(super) fn next_lookup(&self) -> String {
        format!("lookup{}", self.before_pivot.unwrap_or(0) + self.joins.len() + 1)
    }

    /// Looks at the rows that a pivot makes from here on, and gives the joins that stand before it.
    pub(super) fn after(&mut self, pivoted: &'a TableView) -> Vec<(Join, &'a TableView)> {
        self.table = pivoted;
        self.made.clear();
        self.present.clear();
        self.before_pivot = Some(self.joins.len());
        std::mem::take(&mut self.joins)
    }

    /// The type of a column, if there is one of that name as the rule is written.
    pub(super) fn type_of(&self, name: &str) -> Option<Type> {
        self.type_now(&self.now(name)).or_else(|| self.moved_type(name))
    }

    /// The type of a column by its name now.
    fn type_now(&self, name: &str) -> Option<Type> {
        let ty = match self.own(name) {
            Some(ty) => ty.clone(),
            None => {
                let (alias, column) = name.split_once('.')?;
                match self.joins.iter().find(|(join, _)| join.alias == alias) {
                    Some((join, _)) => join.take.iter().find(|(taken, _)| taken == column)?.1.clone(),
                    None => Type::nullable(self.field(name)?.2),
                }
            }
        };
        let nullable = ty.nullable && !self.present.contains(name);
        Some(ty.with_nullable(nullable))
    }

    /// The type of a column of the driving row, or of one made of it.
    fn own(&self, name: &str) -> Option<&Type> {
        let made = || self.made.iter().find(|(column, _)| column.name == name).map(|(column, _)| column);
        self.table.column(name).or_else(made).map(|column| &column.ty)
    }

    /// A field of a struct by its path, `address.city`: the column or field that holds it, its name there, and its kind.
    fn field<'n>(&self, path: &'n str) -> Option<(&'n str, &'n str, Kind)> {
        // What a pivot makes is read as it is: steps come before it.
        if self.is_pivoted() {
            return None;
        }
        path.match_indices('.').rev().find_map(|(at, _)| {
            let (of, field) = (path.get(..at)?, path.get(at + 1..)?);
            let holds = match self.own(of) {
                Some(ty) => ty.kind.clone(),
                None => self.field(of)?.2,
            };
            Some((of, field, holds.field(field)?.clone()))
        })
    }

    /// The driving table's columns behind a name.
    pub(super) fn roots(&self, name: &str) -> Vec<String> {
        if self.table.column(name).is_some() {
            return vec![name.to_owned()];
        }
        match self.made.iter().find(|(column, _)| column.name == name) {
            Some((_, roots)) => roots.clone(),
            None => self.field(name).map(|(of, _, _)| self.roots(of)).unwrap_or_default(),
        }
    }

    /// Takes a step in, and the column it makes.
    pub(super) fn unfolded(&mut self, step: Unfold, roots: &[String], name: String, ty: Type) {
        self.unfold.push(step);
        self.made.push((ColumnView { name, ty, one_of: Vec::new() }, roots.to_vec()));
    }

    /// The steps, with one more for each field of a struct that they or these names read, as soon as what holds it is there.
    pub(super) fn with_fields(&mut self, names: &[String]) -> Vec<Unfold> {
        let mut steps = std::mem::take(&mut self.unfold);
        let mut names: Vec<String> = steps.iter().flat_map(Unfold::reads).map(str::to_owned).chain(names.iter().cloned()).collect();
        while let Some(name) = names.pop() {
            let is_joined = name.split_once('.').is_some_and(|(alias, _)| self.joins.iter().any(|(join, _)| join.alias == alias));
            if self.own(&name).is_some() || is_joined || steps.iter().any(|step| step.makes().contains(&name.as_str())) {
                continue;
            }
            let Some((of, field, _)) = self.field(&name) else { continue };
            if self.own(of).is_none() && !steps.iter().any(|step| step.makes().contains(&of)) {
                // What holds it comes first.
                names.extend([name.clone(), of.to_owned()]);
                continue;
            }
            let at = steps.iter().position(|step| step.makes().contains(&of)).map_or(0, |at| at + 1);
            steps.insert(at, Unfold::Field { name: name.clone(), of: of.to_owned(), field: field.to_owned() });
        }
        steps
    }

    /// A column as an expression; says where there is none of that name.
    pub(super) fn column(&mut self, name: &str, place: &Place, said: &mut Diagnostics) -> Option<Expr> {
        let now = self.reach(name);
        let Some((now, ty)) = now.and_then(|now| self.type_now(&now).map(|ty| (now, ty))) else {
            if self.say_lost(name, place, said) {
                return None;
            }
            if !self.broken.contains(name.split_once('.').map_or(name, |(alias, _)| alias)) {
                said.push(self.unknown(name, place));
                self.note_meant(name);
            }
            return None;
        };
        self.note(&now);
        Some(Expr { form: Form::Column(now), ty })
    }

    /// A column by its name now.
    pub(super) fn column_now(&mut self, name: &str) -> Option<Expr> {
        let ty = self.type_now(name)?;
        self.note(name);
        Some(Expr { form: Form::Column(name.to_owned()), ty })
    }

    /// Remembers that a column is read, by its name now.
    pub(super) fn note(&mut self, name: &str) {
        if self.table.column(name).is_some() {
            self.used.insert((self.table.name.clone(), name.to_owned()));
        } else if let Some((alias, column)) = name.split_once('.')
            && let Some((join, _)) = self.joins.iter().find(|(join, _)| join.alias == alias)
        {
            self.used.insert((join.table.clone(), column.to_owned()));
        } else {
            self.used.extend(self.roots(name).into_iter().map(|root| (self.table.name.clone(), root)));
        }
    }

    /// What was probably meant is not unused as well.
    fn note_meant(&mut self, name: &str) {
        let names = self.names();
        if let Some(meant) = nearest(name, names.iter().map(String::as_str)).map(str::to_owned) {
            self.note(&meant);
        }
    }

    /// Every name that could stand here.
    fn names(&self) -> Vec<String> {
        let joined = self.joins.iter().flat_map(|(join, _)| join.take.iter().map(|(column, _)| format!("{}.{column}", join.alias)));
        let made = self.made.iter().map(|(column, _)| column);
        let own: Vec<&ColumnView> = self.table.columns.iter().chain(made).collect();
        let fields = own.iter().filter_map(|column| match &column.ty.kind {
            Kind::Struct(fields) if !self.is_pivoted() => Some(fields.iter().map(|(field, _)| format!("{}.{field}", column.name))),
            _ => None,
        });
        own.iter().map(|column| column.name.clone()).chain(joined).chain(fields.flatten()).collect()
    }

    fn unknown(&self, name: &str, place: &Place) -> Diagnostic {
        let label = if self.is_pivoted() {
            "not among the columns of the pivot".to_owned()
        } else {
            format!("not in the schema of `{}`", self.table.name)
        };
        let error = Diagnostic::error("E0101", place, format!("unknown column `{name}`")).label(label);
        if let Some(reason) = self.table.ignored.get(name) {
            return error.help(format!("`{name}` stands under `ignore:` ({reason}); give it a type under `columns:` to read it"));
        }
        match nearest(name, self.names().iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if self.names().is_empty() => error,
            None if self.is_pivoted() => error.help(format!("the pivot has {}; read others in an intermediate table", listed(self.table))),
            None => error.help(format!(
                "`{}` has {}; where the text itself is meant, write `{{value: {name}}}`",
                self.table.name,
                listed(self.table)
            )),
        }
    }

    /// The only texts that an expression can be, where it is a coded column as it is.
    pub(super) fn only_texts(&self, expr: &Expr) -> &'a [String] {
        match &expr.form {
            Form::Column(name) => self.table.column(name).map_or(&[], |column| &column.one_of),
            _ => &[],
        }
    }
}

/// The first columns of a table, for help.
pub(super) fn listed(table: &TableView) -> String {
    const SHOWN: usize = 8;
    let names: Vec<String> = table.columns.iter().take(SHOWN).map(|column| format!("`{}`", column.name)).collect();
    let more = table.columns.len().saturating_sub(SHOWN);
    if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
}
