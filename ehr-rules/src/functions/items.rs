//! Lists row by row: all items of a column stand in one series, and each row is a range of it.

use polars::prelude::*;
use std::ops::Range;

/// The rank of an item that is missing.
pub(super) const MISSING: IdxSize = IdxSize::MAX;

/// What tells an item from others: equal items have equal marks, a missing one has [`MISSING`].
type Marks = fn(&Series) -> PolarsResult<Vec<IdxSize>>;

/// A column of lists.
struct Lists {
    column: ListChunked,
    items: Series,
    present: BooleanChunked,
}

impl Lists {
    fn of(column: &Column) -> PolarsResult<Self> {
        let column = column.list()?.rechunk().into_owned();
        let items = column.get_inner();
        let present = column.is_not_null();
        Ok(Self { column, items, present })
    }

    /// The items of a row; none where the list is missing. One list stands for every row.
    fn range(&self, row: usize) -> Option<Range<usize>> {
        let row = if self.column.len() == 1 { 0 } else { row };
        if self.present.get(row) != Some(true) {
            return None;
        }
        let (start, end) = self.column.downcast_as_array().offsets().start_end(row);
        Some(start..end)
    }

    /// The same lists of other items: of each row those at these places.
    fn with(&self, rows: impl Iterator<Item = Vec<IdxSize>>) -> PolarsResult<Column> {
        let mut places: Vec<IdxSize> = Vec::with_capacity(self.items.len());
        let mut ends: Vec<i64> = Vec::with_capacity(self.column.len() + 1);
        ends.push(0);
        for row in rows {
            places.extend(row);
            ends.push(i64::try_from(places.len()).unwrap_or(i64::MAX));
        }
        let items = self.items.take(&IdxCa::from_vec(PlSmallStr::EMPTY, places))?.rechunk();
        let (Some(items), Some(lists)) = (items.chunks().first(), self.column.chunks().first()) else {
            return Ok(self.column.clone().into_column());
        };
        let dtype = LargeListArray::default_datatype(items.dtype().clone());
        let array = LargeListArray::try_new(dtype, ends.try_into()?, items.clone(), lists.validity().cloned())?;
        Ok(ListChunked::with_chunk_like(&self.column, array).into_column())
    }
}

/// Rows of a call: as many as its longest argument has, none where one has none.
fn rows(columns: &[Column]) -> usize {
    if columns.iter().any(Column::is_empty) { 0 } else { columns.iter().map(Column::len).max().unwrap_or(0) }
}

/// An expression over a list and what stands beside it; `dtype` is the type of the result, by that of the first argument.
pub(super) fn over(args: &[Expr], run: fn(&mut [Column]) -> PolarsResult<Column>, dtype: fn(&DataType) -> DataType) -> Expr {
    let Some((list, others)) = args.split_first() else { return lit(NULL) };
    list.clone().map_many(run, others, move |_, fields| {
        let first = fields.first().map_or_else(|| Field::new(PlSmallStr::EMPTY, DataType::Null), Clone::clone);
        Ok(Field::new(first.name().clone(), dtype(first.dtype())))
    })
}

/// The item at a place, from 1, or from the end where it is negative.
pub(super) fn at(args: &[Expr]) -> Expr {
    over(args, item, |list| list.inner_dtype().cloned().unwrap_or(DataType::Null))
}

fn item(columns: &mut [Column]) -> PolarsResult<Column> {
    let (lists, numbers) = (Lists::of(&columns[0])?, columns[1].cast(&DataType::Int64)?);
    let numbers = numbers.i64()?;
    let places: IdxCa = (0..rows(columns))
        .map(|row| {
            let range = lists.range(row)?;
            let number = numbers.get(if numbers.len() == 1 { 0 } else { row })?;
            let away = usize::try_from(number.unsigned_abs()).ok()?;
            let inside = (1..=range.len()).contains(&away);
            let place = if number < 0 { range.end.checked_sub(away)? } else { range.start + away.checked_sub(1)? };
            inside.then(|| IdxSize::try_from(place).ok()).flatten()
        })
        .collect();
    Ok(lists.items.take(&places)?.with_name(columns[0].name().clone()).into_column())
}

/// Each list with its items chosen and put in order by their marks: a mark and the item's place.
pub(super) fn chosen(column: &Column, marks: Marks, choose: impl Fn(&mut Vec<(IdxSize, IdxSize)>)) -> PolarsResult<Column> {
    let lists = Lists::of(column)?;
    let marks = marks(&lists.items)?;
    lists.with((0..lists.column.len()).map(|row| {
        let range = lists.range(row).unwrap_or_default();
        let places = range.clone().filter_map(|place| IdxSize::try_from(place).ok());
        let mut items: Vec<(IdxSize, IdxSize)> = marks.get(range).unwrap_or_default().iter().copied().zip(places).collect();
        choose(&mut items);
        items.into_iter().map(|(_, place)| place).collect()
    }))
}

/// Marks that say only whether an item is there.
#[expect(clippy::unnecessary_wraps, reason = "the signature of marks")]
pub(super) fn presence(items: &Series) -> PolarsResult<Vec<IdxSize>> {
    Ok(items.is_null().iter().map(|missing| if missing == Some(true) { MISSING } else { 0 }).collect())
}

/// Marks in the order of the items.
pub(super) fn ranks(items: &Series) -> PolarsResult<Vec<IdxSize>> {
    let order = items.arg_sort(SortOptions::default().with_nulls_last(true));
    let sorted = items.take(&order)?;
    let differs = sorted.not_equal_missing(&sorted.shift(1))?;
    let mut ranks = vec![MISSING; items.len()];
    let mut rank = 0;
    for ((place, differs), missing) in order.iter().zip(differs.iter()).zip(sorted.is_null().iter()) {
        rank += IdxSize::from(differs == Some(true));
        if let Some(slot) = place.and_then(|place| ranks.get_mut(place as usize)).filter(|_| missing == Some(false)) {
            *slot = rank;
        }
    }
    Ok(ranks)
}

/// How many items each list has, missing ones too.
pub(super) fn lengths(columns: &mut [Column]) -> PolarsResult<Column> {
    let lists = Lists::of(&columns[0])?;
    let lengths: Int64Chunked = (0..rows(columns)).map(|row| i64::try_from(lists.range(row)?.len()).ok()).collect();
    Ok(lengths.with_name(columns[0].name().clone()).into_column())
}

/// Whether each list holds a value.
pub(super) fn holds(columns: &mut [Column]) -> PolarsResult<Column> {
    let (lists, sought) = (Lists::of(&columns[0])?, &columns[1]);
    let rows = rows(columns);
    let own = |row: usize| if sought.len() == 1 { 0 } else { row };
    let mut places: Vec<IdxSize> = Vec::with_capacity(lists.items.len());
    let mut beside: Vec<IdxSize> = Vec::with_capacity(lists.items.len());
    let index = |at: usize| IdxSize::try_from(at).unwrap_or(MISSING);
    for row in 0..rows {
        let range = lists.range(row).unwrap_or_default();
        beside.extend(std::iter::repeat_n(index(own(row)), range.len()));
        places.extend(range.map(index));
    }
    let items = lists.items.take(&IdxCa::from_vec(PlSmallStr::EMPTY, places))?;
    let values = sought.as_materialized_series().take(&IdxCa::from_vec(PlSmallStr::EMPTY, beside))?;
    let equal = items.equal(&values)?;
    let mut equal = equal.iter();
    let there = sought.is_not_null();
    let held: BooleanChunked = (0..rows)
        .map(|row| {
            let range = lists.range(row)?;
            // Every item is looked at, so that the next row begins where its own items do.
            let found = equal.by_ref().take(range.len()).fold(false, |found, equal| if equal == Some(true) { true } else { found });
            there.get(own(row)).filter(|there| *there).map(|_| found)
        })
        .collect();
    Ok(held.with_name(columns[0].name().clone()).into_column())
}

/// Texts put together; missing and empty ones are passed over, and nothing is left missing.
pub(super) fn joined(columns: &mut [Column]) -> PolarsResult<Column> {
    let (lists, withs) = (Lists::of(&columns[0])?, columns[1].cast(&DataType::String)?);
    let (texts, withs) = (lists.items.str()?, withs.str()?);
    let joined: StringChunked = (0..rows(columns))
        .map(|row| {
            let range = lists.range(row)?;
            let with = withs.get(if withs.len() == 1 { 0 } else { row })?;
            let parts: Vec<&str> = range.filter_map(|place| texts.get(place)).filter(|text| !text.is_empty()).collect();
            (!parts.is_empty()).then(|| parts.join(with))
        })
        .collect();
    Ok(joined.with_name(columns[0].name().clone()).into_column())
}

/// Each text as its parts.
pub(super) fn parts<'t, P: Iterator<Item = &'t str>>(texts: &'t StringChunked, split: impl Fn(&'t str) -> P) -> Column {
    let mut lists = ListStringChunkedBuilder::new(texts.name().clone(), texts.len(), texts.len() * 2);
    for text in texts.iter() {
        match text {
            Some(text) => lists.append_values_iter(split(text)),
            None => lists.append_null(),
        }
    }
    lists.finish().into_column()
}
