//! Comparisons of floats. The script language takes two that differ by less than they can be told apart for equal, and one that
//! is not a number mostly for neither equal, less nor greater.

use crate::engine::kernel::Kernel;
use crate::ir::expr::Operator;
use polars::chunked_array::ops::arity::broadcast_binary_elementwise;
use polars::chunked_array::ops::arity::broadcast_binary_elementwise_values;
use polars::prelude::*;

/// Steps between neighbouring floats, to either side of a constant, within which a comparison with it turns.
const NEIGHBOURS: usize = 24;

/// Six comparisons; none gives a missing result.
pub(super) fn compared(op: Operator) -> Option<Kernel> {
    Some(match op {
        Operator::Equal => |columns| compare(columns, Operator::Equal, |a, b| apart(a, b).abs() <= f64::EPSILON),
        Operator::NotEqual => |columns| compare(columns, Operator::NotEqual, |a, b| apart(a, b).abs() > f64::EPSILON),
        Operator::Less => |columns| compare(columns, Operator::Less, |a, b| -apart(a, b) > f64::EPSILON),
        Operator::LessEqual => |columns| compare(columns, Operator::LessEqual, |a, b| -apart(a, b) > -f64::EPSILON),
        Operator::Greater => |columns| compare(columns, Operator::Greater, |a, b| apart(a, b) > f64::EPSILON),
        Operator::GreaterEqual => |columns| compare(columns, Operator::GreaterEqual, |a, b| apart(a, b) > -f64::EPSILON),
        _ => return None,
    })
}

/// How far the first is above the second, as a share of the greater of both. Of what is no number and nothing the greater is
/// nothing, and the script language takes them for equal.
fn apart(a: f64, b: f64) -> f64 {
    let greater = if a * b == 0.0 { 1.0 } else { a.abs().max(b.abs()) };
    if greater == 0.0 { 0.0 } else { (a - b) / greater }
}

fn compare(columns: &[Column], op: Operator, holds: impl Fn(f64, f64) -> bool) -> PolarsResult<Column> {
    let (a, b) = (columns[0].f64()?, columns[1].f64()?);
    let constant = |column: &Float64Chunked| if column.len() == 1 { column.get(0) } else { None };
    if let Some(band) = constant(b).and_then(|b| Band::of(op, |a| holds(a, b), b)) {
        return Ok(band.over(a).into_column());
    }
    if let Some(band) = constant(a).and_then(|a| Band::of(mirrored(op), |b| holds(a, b), a)) {
        return Ok(band.over(b).with_name(a.name().clone()).into_column());
    }
    if a.null_count() == 0 && b.null_count() == 0 {
        let given: BooleanChunked = broadcast_binary_elementwise_values(a, b, holds);
        return Ok(given.into_column());
    }
    let (both, one) = (matches!(op, Operator::Equal), matches!(op, Operator::NotEqual));
    let given: BooleanChunked = broadcast_binary_elementwise(a, b, |a: Option<f64>, b: Option<f64>| {
        Some(match (a, b) {
            (Some(a), Some(b)) => holds(a, b),
            (None, None) => both,
            _ => one,
        })
    });
    Ok(given.into_column())
}

fn mirrored(op: Operator) -> Operator {
    match op {
        Operator::Less => Operator::Greater,
        Operator::LessEqual => Operator::GreaterEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterEqual => Operator::LessEqual,
        same => same,
    }
}

/// For which floats a comparison with a constant holds: found once, so that no row is divided by anything.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Band {
    low: f64,
    high: f64,
    /// Whether it holds from `low` to `high`, or for all other finite floats.
    inside: bool,
}

impl Band {
    /// `holds` is asked for the constant's neighbours, where the comparison turns: farther away two floats are told apart by more
    /// than rounding. `None` where it is not as simple as that, as for constants so small that their products vanish.
    fn of(op: Operator, holds: impl Fn(f64) -> bool, constant: f64) -> Option<Self> {
        let turns = if constant == 0.0 {
            // Beside nothing the difference itself is what counts.
            &[-f64::EPSILON, f64::EPSILON][..]
        } else if (1e-10..1e300).contains(&constant.abs()) {
            &[constant][..]
        } else {
            return None;
        };
        let inside = op != Operator::NotEqual;
        let mut places = Vec::with_capacity(turns.len() * (2 * NEIGHBOURS + 1));
        for turn in turns {
            let mut place = (0..NEIGHBOURS).fold(*turn, |place, _| place.next_down());
            for _ in 0..=2 * NEIGHBOURS {
                places.push(place);
                place = place.next_up();
            }
        }
        let within = |place: &&f64| holds(**place) == inside;
        let (first, last) = (*places.iter().find(within)?, *places.iter().rfind(within)?);
        let band = match op {
            Operator::Less | Operator::LessEqual => Self { low: f64::MIN, high: last, inside },
            Operator::Greater | Operator::GreaterEqual => Self { low: first, high: f64::MAX, inside },
            _ => Self { low: first, high: last, inside },
        };
        places.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN, f64::MAX, 0.0, f64::MIN_POSITIVE, -f64::MIN_POSITIVE]);
        places.iter().all(|place| band.holds(*place) == holds(*place)).then_some(band)
    }

    #[inline]
    fn holds(self, number: f64) -> bool {
        let within = self.low <= number && number <= self.high;
        within == self.inside && number.is_finite()
    }

    /// A missing number differs from every constant, and is neither less nor greater.
    #[expect(clippy::needless_bitwise_bool, reason = "without a branch, several rows are looked at once")]
    fn over(self, numbers: &Float64Chunked) -> BooleanChunked {
        let numbers = numbers.rechunk();
        let values = numbers.downcast_iter().next().map_or(&[][..], |array| array.values().as_slice());
        let Self { low, high, inside } = self;
        let bits = if inside {
            values.iter().map(|number| (low <= *number) & (*number <= high)).collect()
        } else {
            values.iter().map(|number| self.holds(*number)).collect()
        };
        let bits = match numbers.rechunk_validity() {
            None => bits,
            Some(there) if inside => &bits & &there,
            Some(there) => &bits | &!&there,
        };
        BooleanChunked::from_bitmap(numbers.name().clone(), bits)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const OPS: [Operator; 6] =
        [Operator::Equal, Operator::NotEqual, Operator::Less, Operator::LessEqual, Operator::Greater, Operator::GreaterEqual];

    /// Numbers about a constant, and those that are special.
    fn numbers(constant: f64) -> Vec<f64> {
        let mut numbers = vec![0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1e-17, -1e-17, 1e-11, 1e300, -1e300, f64::MAX, f64::MIN, -constant];
        numbers.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::EPSILON, -f64::EPSILON, f64::MIN_POSITIVE]);
        for turn in [constant, f64::EPSILON, -f64::EPSILON] {
            let (mut up, mut down) = (turn, turn);
            for _ in 0..200 {
                numbers.extend([up, down]);
                (up, down) = (up.next_up(), down.next_down());
            }
        }
        numbers.extend((-60..60).map(|power| constant * (1.0 + 2f64.powi(power))));
        numbers
    }

    #[test]
    fn a_constant_is_compared_as_a_column_of_it_is() {
        let constants =
            [80.0, -80.0, 0.0, -0.0, 1.0, 2.0, 0.1, 1.0 / 3.0, 1e-9, -1e-11, 1e299, 1e301, 5e-324, f64::NAN, f64::INFINITY, 37.5];
        for constant in constants {
            let values: Vec<Option<f64>> = numbers(constant).into_iter().map(Some).chain([None]).collect();
            let column = Column::new("a".into(), &values);
            let (one, many) = (Column::new("b".into(), [constant]), Column::new("b".into(), vec![constant; values.len()]));
            for op in OPS {
                let kernel = compared(op).unwrap();
                let by_row = |left: &Column, right: &Column| kernel(&mut [left.clone(), right.clone()]).unwrap();
                assert!(by_row(&column, &one).equals_missing(&by_row(&column, &many)), "{op:?} {constant}");
                assert!(by_row(&one, &column).equals_missing(&by_row(&many, &column)), "{constant} {op:?}");
            }
        }
    }

    #[test]
    fn usual_constants_have_a_band() {
        for constant in [80.0, -80.0, 1.0, 0.1, 1e-9] {
            for op in OPS {
                let kernel_holds = |a: f64| {
                    let kernel = compared(op).unwrap();
                    let given = kernel(&mut [Column::new("a".into(), [a, a]), Column::new("b".into(), [constant, constant])]).unwrap();
                    given.bool().unwrap().get(0) == Some(true)
                };
                assert!(Band::of(op, kernel_holds, constant).is_some(), "{op:?} {constant}");
            }
        }
    }
}
