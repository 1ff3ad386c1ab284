//! A script on its own, over frames that a caller has in hand.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::engine::formula;
use crate::error::Error;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::ScriptInput;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::script;
use crate::script::Compiled;
use crate::script::Script;
use chrono::NaiveDate;
use polars::prelude::Column;
use polars::prelude::DataFrame;
use std::fmt;
use std::path::Path;

/// A script that was compiled against the types of columns: what a rule's `{rhai: …}` is, without a rule.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use ehr_rules::{Formula, Kind, Type};
/// use polars::prelude::*;
///
/// let formula = Formula::compile("weight / (height * height)", |name| match name {
///     "weight" | "height" => Some(Type::required(Kind::Float)),
///     _ => None,
/// }, None)
/// .map_err(|mistake| mistake.message)?;
/// assert_eq!(formula.ty().to_string(), "float");
/// assert_eq!(formula.interpreted(), None);
///
/// let frame = df!("weight" => [80.0, 80.0], "height" => [2.0, 0.0])?;
/// let (index, failed) = formula.over(frame, chrono::NaiveDate::default())?;
/// assert_eq!(index.f64()?.get(0), Some(20.0));
/// assert_eq!(failed, [1], "what is divided by nothing is no number");
/// # Ok(())
/// # }
/// ```
pub struct Formula {
    expr: Expr,
}

impl Formula {
    /// Compiles a script. `columns` gives the type of each column that there is; `result` is the kind of what a script
    /// gives that has no native form.
    ///
    /// Fails with the first thing that is wrong: a script that does not compile (`E0601`), an unknown column (`E0101`) or
    /// function (`E0103`), operands that cannot be meant (`E0603`), an interpreted script without `result` (`E0602`).
    pub fn compile(source: &str, columns: impl Fn(&str) -> Option<Type>, result: Option<Kind>) -> Result<Self, Box<Diagnostic>> {
        let wrong = |code, at: Option<(usize, usize)>, message: String, help: Option<String>| {
            let mut said = Diagnostic::error(code, &place(source, at), message);
            said.help = help;
            Box::new(said)
        };
        let script = Script::compile(source)
            .map_err(|error| wrong("E0601", error.at, format!("the script does not compile: {}", error.message), None))?;
        for read in script.columns() {
            if columns(&read.name).is_none() {
                return Err(wrong("E0101", Some((read.line, read.column)), format!("unknown column `{}`", read.name), None));
            }
        }
        if let Some(call) = script.unknown_calls().first() {
            return Err(wrong("E0103", Some((call.line, call.column)), format!("unknown function `{}`", call.name), None));
        }
        let compiled =
            script::vectorize(&script, &columns, &|_| None).map_err(|mistake| wrong("E0603", mistake.at, mistake.message, mistake.help))?;
        let expr = match (compiled, result) {
            (Compiled::Native(expr), _) => expr,
            (Compiled::Interpreted(reason), Some(kind)) => {
                let mut inputs: Vec<ScriptInput> = Vec::new();
                for read in script.columns() {
                    if let Some(ty) = columns(&read.name).filter(|_| !inputs.iter().any(|known| known.name == read.name)) {
                        inputs.push(ScriptInput { column: read.name.clone(), name: read.name.clone(), ty });
                    }
                }
                let form = Form::Script { source: source.to_owned(), reason, inputs, settings: Vec::new(), rule: String::new() };
                Expr { form, ty: Type::nullable(kind) }
            }
            (Compiled::Interpreted(_), None) => {
                let message = "the type of this script is not known before it runs".to_owned();
                return Err(wrong("E0602", None, message, Some("say what it gives".to_owned())));
            }
        };
        Ok(Self { expr })
    }

    /// What it gives.
    pub fn ty(&self) -> &Type {
        &self.expr.ty
    }

    /// Why it is interpreted row by row; `None` where it is a native expression.
    pub fn interpreted(&self) -> Option<&str> {
        match &self.expr.form {
            Form::Script { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// Its value on every row of a frame that has the columns it reads, of the types it was compiled against, and the
    /// rows, from 0, on which it fails: there the value says nothing. `today` is what `today()` gives.
    pub fn over(&self, frame: DataFrame, today: NaiveDate) -> Result<(Column, Vec<u32>), Error> {
        formula::over(&self.expr, frame, today)
    }
}

impl fmt::Debug for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Formula").field("ty", &self.expr.ty).field("interpreted", &self.interpreted()).finish_non_exhaustive()
    }
}

/// One letter of a script, or all of it.
fn place(text: &str, at: Option<(usize, usize)>) -> Place {
    let span = at.and_then(|(line, column)| {
        let before: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
        let rest = text.get(before..)?;
        let (within, letter) = rest.char_indices().nth(column.checked_sub(1)?)?;
        Some(before + within..before + within + letter.len_utf8())
    });
    Place { source: Source::new(Path::new("script"), text.to_owned()), span: span.unwrap_or(0..text.len()) }
}
