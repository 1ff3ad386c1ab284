//! Arithmetic of numbers as one loop, however many operators it has: no column is made for what stands between.
//!
//! It works block by block, so that what stands between stays in the processor's nearest memory. An operator goes over a block
//! without a branch and gathers whether any row of it can have failed; only then it is asked row by row. A row that fails, as the
//! script language fails on it, is missing.

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
    /// `None` where the operator is none of these. Whether a float is finite is asked of a result only: what is missing before
    /// anything is computed does not fail there.
    pub(super) fn of(op: Operator, args: &'e [Expr], failing: bool) -> Option<Self> {
        let kind = args.first()?.ty.kind.clone();
        let mut whole = Self { kind, steps: Vec::new(), leaves: Vec::new(), failing };
        whole.step(op, args)?;
        (op != Operator::Finite || whole.steps.len() > 1).then_some(whole)
    }

    /// What must be lowered, in this order.
    pub(super) fn leaves(&self) -> &[&'e Expr] {
        &self.leaves
    }

    fn step(&mut self, op: Operator, args: &'e [Expr]) -> Option<Source> {
        let known = match self.kind {
            Kind::Integer => integers(op).is_some(),
            Kind::Float => op == Operator::Finite || floats::<false>(op).is_some(),
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
            && *op != Operator::Finite
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
            let work = Loop::new(&self.steps, integers, integers, None)?;
            first.clone().map_many(move |columns| work.over(columns, pl::Column::i64), others, field)
        } else {
            let work = Loop::new(&self.steps, floats::<false>, floats::<true>, Some(|number: f64| !number.is_finite()))?;
            first.clone().map_many(move |columns| work.over(columns, pl::Column::f64), others, field)
        })
    }
}

/// One operator over a block.
#[derive(Clone, Copy)]
struct Work<N> {
    /// Adds the results, any for a row that fails, and tells whether some row may have failed.
    block: fn(&[N], &[N], &mut Vec<N>) -> bool,
    fails: fn(N, N) -> bool,
}

struct Loop<N> {
    steps: Arc<[(Work<N>, Source, Source)]>,
    /// Which results of the last step are not sound; its block tells where some may not be.
    check: Option<fn(N) -> bool>,
}

impl<N: pl::NumericNative> Loop<N> {
    /// With `last` in place of `work` for the step whose results are asked.
    fn new(
        steps: &[Step],
        work: fn(Operator) -> Option<Work<N>>,
        last: fn(Operator) -> Option<Work<N>>,
        finite: Option<fn(N) -> bool>,
    ) -> Option<Self> {
        // It is asked of a result only, so it stands last, after the step that it asks about.
        let (steps, check) = match steps {
            [before @ .., last] if last.op == Operator::Finite => (before, Some(finite?)),
            all => (all, None),
        };
        let asked = check.and(steps.len().checked_sub(1));
        let of = |(at, step): (usize, &Step)| {
            let work = if asked == Some(at) { last(step.op)? } else { work(step.op)? };
            Some((work, step.left, step.right))
        };
        Some(Self { steps: steps.iter().enumerate().map(of).collect::<Option<_>>()?, check })
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
        let between = self.steps.len().saturating_sub(1);
        let mut steps = vec![Vec::with_capacity(BLOCK.min(rows)); between];
        // Filled block by block, so that no memory is written twice.
        let mut result = Vec::with_capacity(rows);
        let mut failed = Vec::new();
        for from in (0..rows).step_by(BLOCK) {
            let size = BLOCK.min(rows - from);
            let leaf = |at: usize| if leaves[at].len() == rows { &leaves[at][from..from + size] } else { &constants[at][..size] };
            for (at, (work, left, right)) in self.steps.iter().enumerate() {
                // A step looks back only.
                let (done, open) = steps.split_at_mut(at);
                let operand = |source: Source| match source {
                    Source::Leaf(at) => leaf(at),
                    Source::Step(at) => done[at].as_slice(),
                };
                let (left, right) = (operand(*left), operand(*right));
                let to = match open.first_mut() {
                    Some(block) => {
                        block.clear();
                        block
                    }
                    None => &mut result,
                };
                if !(work.block)(left, right, to) {
                    continue;
                }
                let last = at + 1 == self.steps.len();
                if let Some(check) = self.check.filter(|_| last) {
                    failed.extend(to[from..].iter().enumerate().filter(|(_, number)| check(**number)).map(|(row, _)| from + row));
                } else {
                    let fails = left.iter().zip(right).enumerate().filter(|(_, (left, right))| (work.fails)(**left, **right));
                    failed.extend(fails.map(|(row, _)| from + row));
                }
            }
        }
        (result, failed)
    }
}

/// An operator that never fails.
fn plain<N: Copy>(left: &[N], right: &[N], to: &mut Vec<N>, of: impl Fn(N, N) -> N) -> bool {
    to.extend(left.iter().zip(right).map(|(left, right)| of(*left, *right)));
    false
}

/// One that fails where the second of what `of` gives has its highest bit set.
fn signed<N: Copy>(left: &[N], right: &[N], to: &mut Vec<N>, of: impl Fn(N, N) -> (N, i64)) -> bool {
    let mut any = 0;
    to.extend(left.iter().zip(right).map(|(left, right)| {
        let (result, sign) = of(*left, *right);
        any |= sign;
        result
    }));
    any < 0
}

/// One that says itself whether it fails.
fn checked(left: &[i64], right: &[i64], to: &mut Vec<i64>, of: impl Fn(i64, i64) -> Option<i64>) -> bool {
    let mut any = false;
    to.extend(left.iter().zip(right).map(|(left, right)| {
        let result = of(*left, *right);
        any |= result.is_none();
        result.unwrap_or(0)
    }));
    any
}

/// Most numbers are neither negative nor large: of 32 bits each, processors multiply several at once.
fn multiplied(left: &[i64], right: &[i64], to: &mut Vec<i64>) -> bool {
    const LOW: u64 = u32::MAX as u64;
    let from = to.len();
    let mut bits = 0;
    to.extend(left.iter().zip(right).map(|(left, right)| {
        let (left, right) = (left.cast_unsigned(), right.cast_unsigned());
        bits |= left | right;
        ((left & LOW) * (right & LOW)).cast_signed()
    }));
    if bits <= LOW {
        // Two of 31 bits never fail; of 32 they do where the highest bit is set.
        return bits > LOW >> 1 && to[from..].iter().any(|product| *product < 0);
    }
    to.truncate(from);
    let mut any = false;
    to.extend(left.iter().zip(right).map(|(left, right)| {
        let (product, over) = left.overflowing_mul(*right);
        any |= over;
        product
    }));
    any
}

fn integers(op: Operator) -> Option<Work<i64>> {
    Some(match op {
        Operator::Add => Work {
            block: |a, b, to| {
                signed(a, b, to, |a, b| {
                    let sum = a.wrapping_add(b);
                    (sum, (a ^ sum) & (b ^ sum))
                })
            },
            fails: |a, b| a.checked_add(b).is_none(),
        },
        Operator::Subtract => Work {
            block: |a, b, to| {
                signed(a, b, to, |a, b| {
                    let rest = a.wrapping_sub(b);
                    (rest, (a ^ b) & (a ^ rest))
                })
            },
            fails: |a, b| a.checked_sub(b).is_none(),
        },
        Operator::Multiply => Work { block: multiplied, fails: |a, b| a.checked_mul(b).is_none() },
        Operator::Divide => Work { block: |a, b, to| checked(a, b, to, i64::checked_div), fails: |a, b| a.checked_div(b).is_none() },
        Operator::Remainder => Work { block: |a, b, to| checked(a, b, to, i64::checked_rem), fails: |a, b| a.checked_rem(b).is_none() },
        Operator::Power => Work { block: |a, b, to| checked(a, b, to, power), fails: |a, b| power(a, b).is_none() },
        Operator::Negate => Work {
            block: |a, b, to| signed(a, b, to, |a, _| (a.wrapping_neg(), a & a.wrapping_neg())),
            fails: |a, _| a.checked_neg().is_none(),
        },
        Operator::Lesser => Work { block: |a, b, to| plain(a, b, to, i64::min), fails: |_, _| false },
        Operator::GreaterOf => Work { block: |a, b, to| plain(a, b, to, i64::max), fails: |_, _| false },
        _ => return None,
    })
}

fn power(base: i64, exponent: i64) -> Option<i64> {
    base.checked_pow(u32::try_from(exponent).ok()?)
}

/// None fails: whether a float is finite is asked of the result, and where `ASKED`, a block tells whether some of its results are not.
fn floats<const ASKED: bool>(op: Operator) -> Option<Work<f64>> {
    let block: fn(&[f64], &[f64], &mut Vec<f64>) -> bool = match op {
        Operator::Add => |a, b, to| float::<ASKED>(a, b, to, |a, b| a + b),
        Operator::Subtract => |a, b, to| float::<ASKED>(a, b, to, |a, b| a - b),
        Operator::Multiply => |a, b, to| float::<ASKED>(a, b, to, |a, b| a * b),
        // polars multiplies by the reciprocal of a constant, which is not the same to the last digit.
        Operator::Divide => |a, b, to| float::<ASKED>(a, b, to, |a, b| a / b),
        Operator::Remainder => |a, b, to| float::<ASKED>(a, b, to, |a, b| a % b),
        Operator::Power => |a, b, to| float::<ASKED>(a, b, to, f64::powf),
        Operator::Lesser => |a, b, to| float::<ASKED>(a, b, to, |a, b| if a <= b { a } else { b }),
        Operator::GreaterOf => |a, b, to| float::<ASKED>(a, b, to, |a, b| if a >= b { a } else { b }),
        Operator::Negate => |a, b, to| float::<ASKED>(a, b, to, |a, _| -a),
        Operator::Floor => |a, b, to| float::<ASKED>(a, b, to, |a, _| a.floor()),
        Operator::Ceiling => |a, b, to| float::<ASKED>(a, b, to, |a, _| a.ceil()),
        Operator::SquareRoot => |a, b, to| float::<ASKED>(a, b, to, |a, _| a.sqrt()),
        _ => return None,
    };
    Some(Work { block, fails: |_, _| false })
}

/// One of floats; where `ASKED`, it tells whether a result is not finite.
fn float<const ASKED: bool>(left: &[f64], right: &[f64], to: &mut Vec<f64>, of: impl Fn(f64, f64) -> f64) -> bool {
    if ASKED {
        signed(left, right, to, |left, right| {
            let result = of(left, right);
            (result, beyond(result))
        })
    } else {
        plain(left, right, to, of)
    }
}

/// The highest bit is set for what is not finite: one more in its exponent runs over into the sign.
pub(super) fn beyond(number: f64) -> i64 {
    ((number.to_bits() & (u64::MAX >> 1)) + (1 << 52)).cast_signed()
}
