//! Arithmetic of numbers as one loop, however many operators it has: no column is made for what stands between.
//!
//! It works block by block, so that what stands between stays in the processor's nearest memory. In each block the plain
//! operation comes first, and a test over the whole block of whether any of it can have failed; only then row by row.
//! A row that fails, as the script language fails on it, is missing.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use polars::prelude as pl;
use polars::prelude::ChunkFullNull;
use polars::prelude::IntoColumn;
use std::sync::Arc;

/// Rows worked on at once.
const BLOCK: usize = 512;

/// Operators in operators, over the same kind of number throughout.
pub(super) struct Arithmetic<'e> {
    kind: Kind,
    steps: Vec<Step>,
    /// What it starts from, each once.
    leaves: Vec<&'e Expr>,
    /// Whether operators that may fail are part of it; else they are leaves.
    failing: bool,
}

/// One operator; one with a single operand has it on both sides.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Step {
    op: Operator,
    left: Source,
    right: Source,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Leaf(usize),
    Step(usize),
}

impl<'e> Arithmetic<'e> {
    /// `None` where the operator is none of these.
    pub(super) fn of(op: Operator, args: &'e [Expr], failing: bool) -> Option<Self> {
        let kind = args.first()?.ty.kind.clone();
        let mut whole = Self { kind, steps: Vec::new(), leaves: Vec::new(), failing };
        whole.step(op, args)?;
        Some(whole)
    }

    /// What must be lowered, in this order.
    pub(super) fn leaves(&self) -> &[&'e Expr] {
        &self.leaves
    }

    fn step(&mut self, op: Operator, args: &'e [Expr]) -> Option<Source> {
        let known = match self.kind {
            Kind::Integer => integers(op).is_some(),
            Kind::Float => floats(op).is_some(),
            _ => false,
        };
        if !known || args.iter().any(|arg| arg.ty.kind != self.kind) {
            return None;
        }
        let (left, right) = match args {
            [one] => (one, one),
            [left, right] => (left, right),
            _ => return None,
        };
        let (left, right) = (self.source(left), self.source(right));
        let step = Step { op, left, right };
        let at = self.steps.iter().position(|known| *known == step).unwrap_or_else(|| {
            self.steps.push(step);
            self.steps.len() - 1
        });
        Some(Source::Step(at))
    }

    fn source(&mut self, expr: &'e Expr) -> Source {
        if let Form::Operator { op, args } = &expr.form
            && (self.failing || !op.may_fail(args))
            && let Some(step) = self.step(*op, args)
        {
            return step;
        }
        let at = self.leaves.iter().position(|leaf| *leaf == expr).unwrap_or_else(|| {
            self.leaves.push(expr);
            self.leaves.len() - 1
        });
        Source::Leaf(at)
    }

    /// The one loop over what the leaves are.
    pub(super) fn lowered(self, leaves: &[pl::Expr]) -> Option<pl::Expr> {
        let (first, others) = leaves.split_first()?;
        let dtype = crate::dataset::dtype::dtype(&self.kind);
        let field = move |_: &pl::Schema, fields: &[pl::Field]| {
            Ok(pl::Field::new(fields.first().map_or(pl::PlSmallStr::EMPTY, |field| field.name().clone()), dtype.clone()))
        };
        Some(if self.kind == Kind::Integer {
            let work = Loop::new(&self.steps, integers)?;
            first.clone().map_many(move |columns| work.over(columns, pl::Column::i64), others, field)
        } else {
            let work = Loop::new(&self.steps, floats)?;
            first.clone().map_many(move |columns| work.over(columns, pl::Column::f64), others, field)
        })
    }
}

/// One operator over a block.
#[derive(Clone, Copy)]
struct Work<N> {
    /// The result; of a row that fails, any.
    plain: fn(&[N], &[N], &mut [N]),
    /// Whether any row may have failed, from both operands and the result.
    doubtful: fn(&[N], &[N], &[N]) -> bool,
    fails: fn(N, N) -> bool,
}

struct Loop<N> {
    steps: Arc<[(Work<N>, Source, Source)]>,
}

impl<N: pl::NumericNative + Default> Loop<N> {
    fn new(steps: &[Step], work: fn(Operator) -> Option<Work<N>>) -> Option<Self> {
        let steps = steps.iter().map(|step| Some((work(step.op)?, step.left, step.right))).collect::<Option<_>>()?;
        Some(Self { steps })
    }

    /// Columns of all rows or of one value that stands for every row.
    fn over<P: pl::PolarsNumericType<Native = N>>(
        &self,
        columns: &[pl::Column],
        typed: fn(&pl::Column) -> pl::PolarsResult<&pl::ChunkedArray<P>>,
    ) -> pl::PolarsResult<pl::Column>
    where
        pl::ChunkedArray<P>: IntoColumn + ChunkFullNull,
    {
        let leaves = columns.iter().map(|column| Ok(typed(column)?.rechunk().into_owned())).collect::<pl::PolarsResult<Vec<_>>>()?;
        let name = leaves[0].name().clone();
        let rows = leaves.iter().map(pl::ChunkedArray::len).find(|rows| *rows != 1).unwrap_or(1);
        if leaves.iter().any(|leaf| leaf.null_count() == leaf.len()) {
            return Ok(pl::ChunkedArray::<P>::full_null(name, rows).into_column());
        }
        let mut validity = None;
        for one in leaves.iter().filter(|leaf| leaf.len() == rows).filter_map(pl::ChunkedArray::rechunk_validity) {
            validity = Some(match validity {
                Some(all) => &all & &one,
                None => one,
            });
        }
        let values: Vec<&[N]> =
            leaves.iter().filter_map(|leaf| leaf.downcast_iter().next()).map(|array| array.values().as_slice()).collect();
        let (result, failed) = self.run(&values, rows);
        if !failed.is_empty() {
            let mut sound = vec![true; rows];
            for row in failed {
                sound[row] = false;
            }
            let sound = sound.into_iter().collect();
            validity = Some(match validity {
                Some(all) => &all & &sound,
                None => sound,
            });
        }
        Ok(pl::ChunkedArray::<P>::from_vec_validity(name, result, validity).into_column())
    }

    /// The results, and the rows that fail; what stands in a missing row is taken for a number.
    fn run(&self, leaves: &[&[N]], rows: usize) -> (Vec<N>, Vec<usize>) {
        let constants: Vec<Vec<N>> =
            leaves.iter().map(|leaf| if leaf.len() == rows { Vec::new() } else { vec![leaf[0]; BLOCK.min(rows)] }).collect();
        let last = self.steps.len() - 1;
        let mut between = vec![vec![N::default(); BLOCK.min(rows)]; last];
        let mut result = vec![N::default(); rows];
        let mut failed = Vec::new();
        for (block, result) in result.chunks_mut(BLOCK).enumerate() {
            let (from, size) = (block * BLOCK, result.len());
            let leaf = |at: usize| if leaves[at].len() == rows { &leaves[at][from..from + size] } else { &constants[at][..size] };
            for (at, (work, left, right)) in self.steps.iter().enumerate() {
                // A step looks back only.
                let (done, open) = between.split_at_mut(at);
                let operand = |source: Source| match source {
                    Source::Leaf(at) => leaf(at),
                    Source::Step(at) => &done[at][..size],
                };
                let (left, right) = (operand(*left), operand(*right));
                let to = if at == last { &mut *result } else { &mut open[0][..size] };
                (work.plain)(left, right, to);
                if (work.doubtful)(left, right, to) {
                    let fails = left.iter().zip(right).enumerate().filter(|(_, (left, right))| (work.fails)(**left, **right));
                    failed.extend(fails.map(|(row, _)| from + row));
                }
            }
        }
        (result, failed)
    }
}

fn each<N: Copy>(left: &[N], right: &[N], to: &mut [N], of: impl Fn(N, N) -> N) {
    for ((to, left), right) in to.iter_mut().zip(left).zip(right) {
        *to = of(*left, *right);
    }
}

/// Whether the highest bit is set for any row. Bits are gathered without a branch, several rows at once.
fn any(left: &[i64], right: &[i64], to: &[i64], sign: impl Fn(i64, i64, i64) -> i64) -> bool {
    left.iter().zip(right).zip(to).fold(0, |all, ((left, right), to)| all | sign(*left, *right, *to)) < 0
}

/// Whether some number has more than 32 bits: two that have not cannot overflow when they are multiplied.
#[expect(clippy::cast_sign_loss, reason = "bits are looked at")]
fn beyond_half(left: &[i64], right: &[i64], _: &[i64]) -> bool {
    let bits = |number: i64| number.wrapping_add(1 << 31) as u64;
    left.iter().zip(right).fold(0, |all, (left, right)| all | bits(*left) | bits(*right)) >> 32 != 0
}

/// Whether something is divided by nothing, or by minus one, which the least integer cannot be.
#[expect(clippy::needless_bitwise_bool, reason = "without a branch, several rows are looked at once")]
fn by_nothing(_: &[i64], right: &[i64], _: &[i64]) -> bool {
    right.iter().fold(false, |any, by| any | (*by == 0) | (*by == -1))
}

fn integers(op: Operator) -> Option<Work<i64>> {
    let never = |_: &[i64], _: &[i64], _: &[i64]| false;
    Some(match op {
        Operator::Add => Work {
            plain: |a, b, to| each(a, b, to, i64::wrapping_add),
            doubtful: |a, b, to| any(a, b, to, |a, b, sum| (a ^ sum) & (b ^ sum)),
            fails: |a, b| a.checked_add(b).is_none(),
        },
        Operator::Subtract => Work {
            plain: |a, b, to| each(a, b, to, i64::wrapping_sub),
            doubtful: |a, b, to| any(a, b, to, |a, b, rest| (a ^ b) & (a ^ rest)),
            fails: |a, b| a.checked_sub(b).is_none(),
        },
        Operator::Multiply => {
            Work { plain: |a, b, to| each(a, b, to, i64::wrapping_mul), doubtful: beyond_half, fails: |a, b| a.checked_mul(b).is_none() }
        }
        Operator::Divide => Work {
            plain: |a, b, to| each(a, b, to, |a, b| a.checked_div(b).unwrap_or(0)),
            doubtful: by_nothing,
            fails: |a, b| a.checked_div(b).is_none(),
        },
        Operator::Remainder => Work {
            plain: |a, b, to| each(a, b, to, |a, b| a.checked_rem(b).unwrap_or(0)),
            doubtful: by_nothing,
            fails: |a, b| a.checked_rem(b).is_none(),
        },
        Operator::Power => Work {
            plain: |a, b, to| each(a, b, to, |a, b| power(a, b).unwrap_or(0)),
            doubtful: |_, _, _| true,
            fails: |a, b| power(a, b).is_none(),
        },
        Operator::Negate => Work {
            plain: |a, b, to| each(a, b, to, |a, _| a.wrapping_neg()),
            doubtful: |a, b, to| any(a, b, to, |a, _, negated| a & negated),
            fails: |a, _| a.checked_neg().is_none(),
        },
        Operator::Lesser => Work { plain: |a, b, to| each(a, b, to, i64::min), doubtful: never, fails: |_, _| false },
        Operator::GreaterOf => Work { plain: |a, b, to| each(a, b, to, i64::max), doubtful: never, fails: |_, _| false },
        _ => return None,
    })
}

fn power(base: i64, exponent: i64) -> Option<i64> {
    base.checked_pow(u32::try_from(exponent).ok()?)
}

/// A float never fails: what is infinite or no number is told where the script ends.
fn floats(op: Operator) -> Option<Work<f64>> {
    let plain: fn(&[f64], &[f64], &mut [f64]) = match op {
        Operator::Add => |a, b, to| each(a, b, to, |a, b| a + b),
        Operator::Subtract => |a, b, to| each(a, b, to, |a, b| a - b),
        Operator::Multiply => |a, b, to| each(a, b, to, |a, b| a * b),
        // polars multiplies by the reciprocal of a constant, which is not the same to the last digit.
        Operator::Divide => |a, b, to| each(a, b, to, |a, b| a / b),
        Operator::Remainder => |a, b, to| each(a, b, to, |a, b| a % b),
        Operator::Power => |a, b, to| each(a, b, to, f64::powf),
        Operator::Lesser => |a, b, to| each(a, b, to, |a, b| if a <= b { a } else { b }),
        Operator::GreaterOf => |a, b, to| each(a, b, to, |a, b| if a >= b { a } else { b }),
        Operator::Negate => |a, b, to| each(a, b, to, |a, _| -a),
        Operator::Floor => |a, b, to| each(a, b, to, |a, _| a.floor()),
        Operator::Ceiling => |a, b, to| each(a, b, to, |a, _| a.ceil()),
        Operator::SquareRoot => |a, b, to| each(a, b, to, |a, _| a.sqrt()),
        _ => return None,
    };
    Some(Work { plain, doubtful: |_, _, _| false, fails: |_, _| false })
}
