//! A script interpreted, where it has no native form: once for each distinct combination of its inputs, on every core.

use crate::ir::types::Kind;
use crate::ir::types::Value;
use crate::script::Script;
use crate::script::column::Input;
use crate::script::column::Output;
use crate::script::limit::Limit;
use crate::script::sandbox;
use chrono::NaiveDate;
use polars::prelude::Column;
use polars::prelude::IdxCa;
use polars::prelude::IdxSize;
use polars::prelude::PolarsResult;
use rhai::AST;
use rhai::Dynamic;
use rhai::Engine;
use rhai::Map;
use rhai::Scope;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;
use std::ops::Range;
use std::sync::Arc;
use std::sync::PoisonError;

/// A row on which a script failed or gave a value of another kind, and the limit that stopped it where one did.
pub(crate) type Failed = (u32, Option<Limit>);

/// Rows of a part that is worth a core of its own.
const PART: usize = 8_192;
/// Rows after which it is clear whether a script sees the same few values over and over.
const TRIAL: usize = 2_048;
/// Distinct inputs whose results are kept.
const REMEMBERED: usize = 1 << 16;

/// Runs a script on every one of the `rows` of a chunk. `columns` are the values of `inputs`, in that order; a column of
/// one value stands for every row. Gives the results, and the rows on which the script failed, whose
/// result is missing.
pub(crate) fn run(
    script: &Script,
    inputs: &[(String, Kind)],
    settings: &[(String, Value)],
    result: &Kind,
    today: NaiveDate,
    columns: &[Column],
    rows: usize,
) -> PolarsResult<(Column, Vec<Failed>)> {
    let name = columns.first().map(|column| column.name().clone()).unwrap_or_default();
    let columns: Vec<Column> = columns.iter().map(Column::rechunk).collect();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let parts = (rows / PART).clamp(1, cores);
    let size = rows.div_ceil(parts).max(1);
    let part = |part: usize| -> PolarsResult<(Column, Vec<Failed>)> {
        let range = (part * size).min(rows)..((part + 1) * size).min(rows);
        Work { script, today, settings, engine: script.engine(today, settings), inputs, result }.part(&columns, range)
    };
    let done: Vec<PolarsResult<(Column, Vec<Failed>)>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..parts).map(|one| scope.spawn(move || part(one))).collect();
        let first = part(0);
        let others = others.into_iter().map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(first).chain(others).collect()
    });
    let mut whole: Option<Column> = None;
    let mut failed = Vec::new();
    for one in done {
        let (values, rows) = one?;
        failed.extend(rows);
        match &mut whole {
            Some(whole) => {
                whole.append(&values)?;
            }
            None => whole = Some(values),
        }
    }
    let whole = whole.unwrap_or_else(|| Column::new_empty(name.clone(), &crate::dataset::dtype::dtype(result)));
    Ok((whole.with_name(name), failed))
}

impl Script {
    /// The engine of a date and of an order's parameters.
    fn engine(&self, today: NaiveDate, settings: &[(String, Value)]) -> Arc<Engine> {
        let mut made = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some((day, given, engine)) if *day == today && given == settings => Arc::clone(engine),
            _ => {
                let mut engine = sandbox::engine(&self.library, today);
                sandbox::settings(&mut engine, settings);
                let engine = Arc::new(engine);
                *made = Some((today, settings.to_vec(), Arc::clone(&engine)));
                engine
            }
        }
    }
}

struct Work<'a> {
    script: &'a Script,
    today: NaiveDate,
    settings: &'a [(String, Value)],
    engine: Arc<Engine>,
    inputs: &'a [(String, Kind)],
    result: &'a Kind,
}

/// Hashes that are well spread already.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(31).wrapping_add(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Work<'_> {
    /// An engine that a row can be put into; `col` outside a closure is a variable already.
    fn tagged(&self) -> Option<Engine> {
        let closures = self.script.ast.iter_functions().next().is_some();
        let named = self.script.columns.iter().any(|read| read.by_col);
        (closures && named).then(|| {
            let mut engine = sandbox::engine(&self.script.library, self.today);
            sandbox::settings(&mut engine, self.settings);
            engine
        })
    }

    /// Rows of one part, in order.
    fn part(&self, columns: &[Column], range: Range<usize>) -> PolarsResult<(Column, Vec<Failed>)> {
        let inputs: Vec<Input<'_>> = columns.iter().zip(self.inputs).map(|(column, (_, kind))| Input::new(column, kind)).collect();
        let mut row = Row::new(self);
        // By hash: a row with these inputs, and which result is theirs.
        let mut known: HashMap<u64, (usize, IdxSize), BuildHasherDefault<Spread>> = HashMap::default();
        let mut remembers = true;
        let mut output = Output::new(self.result, if range.len() > TRIAL { TRIAL } else { range.len() });
        let mut sound: Vec<Result<(), Option<Limit>>> = Vec::new();
        let mut slots: Vec<IdxSize> = Vec::with_capacity(range.len());
        let mut failed = Vec::new();
        for (count, at) in range.enumerate() {
            if count == TRIAL && sound.len() > TRIAL / 4 * 3 {
                remembers = false;
            }
            let mut hash = 0u64;
            let mut slot = None;
            if remembers {
                for input in &inputs {
                    hash = hash.rotate_left(23).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ input.hash(at)?;
                }
                if let Some((like, known)) = known.get(&hash) {
                    let mut same = true;
                    for input in &inputs {
                        same &= input.same(*like, at)?;
                    }
                    slot = same.then_some(*known);
                }
            }
            let slot = match slot {
                Some(slot) => slot,
                None => {
                    let slot = IdxSize::try_from(sound.len()).unwrap_or(IdxSize::MAX);
                    let (value, limit) = match row.evaluate(&inputs, at)? {
                        Ok(value) => (Some(value), None),
                        Err(limit) => (None, limit),
                    };
                    sound.push(if output.push(value) { Ok(()) } else { Err(limit) });
                    if remembers && known.len() < REMEMBERED {
                        known.insert(hash, (at, slot));
                    }
                    slot
                }
            };
            if let Some(Err(limit)) = sound.get(slot as usize) {
                failed.extend(u32::try_from(at).ok().map(|at| (at, *limit)));
            }
            slots.push(slot);
        }
        let values = output.finish()?;
        // Where every row has a result of its own, they are in order.
        let values = if values.len() == slots.len() { values } else { values.take(&IdxCa::from_vec("slots".into(), slots))? };
        Ok((values, failed))
    }
}

/// One scope for every row: its columns are set anew, what the script declared is dropped.
struct Row<'w> {
    ast: &'w AST,
    engine: Arc<Engine>,
    /// Where a closure asks for a column by name, the row is in an engine of its own.
    tagged: Option<Engine>,
    names: Vec<&'w str>,
    scope: Scope<'static>,
}

impl<'w> Row<'w> {
    fn new(work: &Work<'w>) -> Self {
        let mut scope = Scope::new();
        let names: Vec<&'w str> = work.inputs.iter().map(|(name, _)| name.as_str()).collect();
        for name in &names {
            scope.push_dynamic(*name, Dynamic::UNIT);
        }
        Self { ast: &work.script.interpretable, engine: Arc::clone(&work.engine), tagged: work.tagged(), names, scope }
    }

    /// One row, or the limit that stopped it. What else went wrong is not kept: a message of the interpreter's may quote a value.
    fn evaluate(&mut self, inputs: &[Input<'_>], at: usize) -> PolarsResult<Result<Dynamic, Option<Limit>>> {
        self.scope.rewind(self.names.len());
        let mut map = Map::new();
        for (name, input) in self.names.iter().zip(inputs) {
            let value = input.value(at)?;
            if self.tagged.is_some() {
                map.insert((*name).into(), value.clone());
            }
            if let Some(cell) = self.scope.get_mut(name) {
                *cell = value;
            }
        }
        let engine = match &mut self.tagged {
            Some(engine) => {
                engine.set_default_tag(Dynamic::from_map(map));
                engine
            }
            None => self.engine.as_ref(),
        };
        sandbox::begin();
        Ok(engine.eval_ast_with_scope(&mut self.scope, self.ast).map_err(|error| Limit::of(&error)))
    }
}
