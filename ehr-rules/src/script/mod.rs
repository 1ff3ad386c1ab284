//! Scripts: the only room that knows rhai. A script is compiled to a native expression where it can be, else interpreted.

mod arithmetic;
mod builtin;
mod calls;
mod chain;
mod choice;
mod column;
mod constants;
mod limit;
mod native;
mod operand;
mod run;
mod sandbox;
mod truth;
mod uses;
mod value;
mod vectorize;

#[cfg(test)]
mod tests;

use crate::ir::types::Value;
use crate::script::sandbox::Library;
use crate::script::uses::CallUse;
use crate::script::uses::ColumnUse;
use chrono::NaiveDate;
use rhai::AST;
use rhai::Engine;
use std::sync::Arc;
use std::sync::Mutex;

pub(crate) use limit::Limit;
pub(crate) use run::run;
pub(crate) use vectorize::Compiled;
pub(crate) use vectorize::condition;
pub(crate) use vectorize::vectorize;

/// An engine, with the date and the parameters that it gives.
type Made = (NaiveDate, Vec<(String, Value)>, Arc<Engine>);

/// A script that was parsed in the sandbox.
pub(crate) struct Script {
    ast: AST,
    /// The same as it is interpreted.
    interpretable: AST,
    /// What the sandbox offers.
    library: Library,
    /// The engine of an order's date, made once and shared by every chunk that the script runs on.
    engine: Mutex<Option<Made>>,
    /// The constants in it that a `switch` may be over, by the hash that stands for them in the syntax tree.
    constants: Vec<(u64, Value)>,
    columns: Vec<ColumnUse>,
    parameters: Vec<ColumnUse>,
    calls: Vec<CallUse>,
}

/// Why a text is not a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptError {
    /// The fact, in one line.
    pub message: String,
    /// Line and column within the script, both from 1.
    pub at: Option<(usize, usize)>,
}

/// Operands or arguments of kinds that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeMistake {
    /// The fact, in one line.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Line and column within the script, both from 1.
    pub at: Option<(usize, usize)>,
}

impl Script {
    /// Parses a script. Whether its columns and functions exist is asked of [`Self::columns`] and [`Self::calls`].
    pub(crate) fn compile(source: &str) -> Result<Self, ScriptError> {
        let engine = sandbox::parser();
        let ast = engine
            .compile(source)
            .map_err(|error| ScriptError { message: lower_first(&error.err_type().to_string()), at: uses::place(error.position()) })?;
        uses::no_secret(&ast)?;
        let columns = uses::columns(&ast)?;
        let parameters = uses::parameters(&ast)?;
        let calls = uses::unknown_calls(&ast, engine);
        let constants = constants::of(source, engine);
        let interpretable = truth::interpretable(&ast, engine);
        Ok(Self { ast, interpretable, library: sandbox::library(), engine: Mutex::default(), constants, columns, parameters, calls })
    }

    /// Every column the script reads, by variable or by `col("name")`, at every place it does.
    pub(crate) fn columns(&self) -> &[ColumnUse] {
        &self.columns
    }

    /// Every parameter the script reads, by `parameter("name")`, at every place it does.
    pub(crate) fn parameters(&self) -> &[ColumnUse] {
        &self.parameters
    }

    /// Calls of functions that are neither the sandbox's nor the catalogue's.
    pub(crate) fn unknown_calls(&self) -> &[CallUse] {
        &self.calls
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").field("columns", &self.columns).finish_non_exhaustive()
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
