//! The rows of an order's file as they pass by: all, or those at places that are asked for.

use super::super::books;
use super::super::cell::Cell;
use super::super::cell::more;
use super::super::cell::print;
use super::super::store::Slot;
use super::super::store::Take;
use super::super::track::Fate;
use super::super::written;
use super::Difference;
use super::HEED_EVERY;
use crate::error::Failure;
use ehr_rules::Kind;
use std::collections::HashMap;

/// A row of the file as it passes by.
pub(super) struct Passing<'a> {
    /// Its place in the file.
    pub(super) place: u64,
    pub(super) cells: &'a [Cell],
    /// Its record as it is written, where it is one.
    pub(super) record: Option<&'a [u8]>,
    /// What is kept of it where it is tracked.
    pub(super) extra: &'a [Cell],
    /// The bytes of its cells, as they are fingerprinted.
    pub(super) bytes: &'a [u8],
    pub(super) print: i64,
    /// More of its fingerprint, where its table has no key.
    pub(super) more: i64,
    /// How many that are alike in everything stand before it, where its table has no key.
    pub(super) copy: i64,
}

impl Difference<'_> {
    /// The columns of the table that the file has.
    pub(super) fn slots(&self) -> Result<Vec<Slot>, Failure> {
        let table = self.book.table;
        let header = written::header(self.file, self.output)?.into_iter();
        // What is kept of rows that are tracked stands behind their columns.
        let named = header.take_while(|name| !self.book.extra.iter().any(|slot| slot.name == *name)).map(|name| {
            match table.columns.iter().find(|column| column.name == name) {
                Some(column) => Ok(Slot { name, kind: column.ty.kind.clone() }),
                None => Err(Failure::Data(format!("the target's table `{}` has no column `{name}` any more", table.name))),
            }
        });
        named.collect()
    }

    /// Each row of the file, or those at some places, which are sorted.
    pub(super) fn cells(&self, slots: &[Slot], places: Option<&[u64]>, take: Take<'_>) -> Result<(), Failure> {
        self.rows(slots, places, |_, cells, _, _| take(cells))
    }

    /// The same with their fingerprints.
    pub(super) fn each(
        &self,
        slots: &[Slot],
        places: Option<&[u64]>,
        mut each: impl FnMut(Passing<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        // By name, so that a file whose columns stand in another order has the same fingerprints.
        let mut order: Vec<usize> = (0..slots.len()).collect();
        order.sort_by(|a, b| slots[*a].name.cmp(&slots[*b].name));
        let mut copies: HashMap<(i64, i64), i64> = HashMap::new();
        let mut bytes = Vec::new();
        let print = |cells: &[Cell], bytes: &mut Vec<u8>| print(order.iter().filter_map(|at| cells.get(*at)), bytes);
        if self.book.keyed {
            return self.rows(slots, places, |place, cells, extra, record| {
                let print = print(cells, &mut bytes);
                each(Passing { place, cells, record, extra, bytes: &bytes, print, more: 0, copy: 0 })
            });
        }
        // Which copy a row is, all before it tell.
        let mut places = places.map(|places| places.iter().peekable());
        self.rows(slots, None, |place, cells, extra, record| {
            let print = print(cells, &mut bytes);
            let more = more(&bytes);
            let seen = copies.entry((print, more)).or_default();
            let copy = *seen;
            *seen += 1;
            if places.as_mut().is_none_or(|places| places.next_if(|asked| **asked == place).is_some()) {
                each(Passing { place, cells, record, extra, bytes: &bytes, print, more, copy })?;
            }
            Ok(())
        })
    }

    /// The same of rows that come in.
    fn rows(
        &self,
        slots: &[Slot],
        places: Option<&[u64]>,
        mut each: impl FnMut(u64, &[Cell], &[Cell], Option<&[u8]>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.passed(
            slots,
            places,
            |place, at, cells, extra, record| {
                if self.fate(at) == Fate::In { each(place, cells, extra, record) } else { Ok(()) }
            },
        )
    }

    /// Each row with how many stand before it, where its table is tracked, and what is kept of it.
    pub(super) fn every(&self, slots: &[Slot], mut each: impl FnMut(u64, &[Cell], &[Cell]) -> Result<(), Failure>) -> Result<(), Failure> {
        self.passed(slots, None, |_, at, cells, extra, _| each(at, cells, extra))
    }

    /// The same with its place and its record, or of those at some places.
    fn passed(
        &self,
        slots: &[Slot],
        places: Option<&[u64]>,
        mut each: impl FnMut(u64, u64, &[Cell], &[Cell], Option<&[u8]>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        // Its place is known without being written.
        let numbered = self.book.extra.first().is_some_and(|slot| slot.name == books::PLACE);
        let kinds = slots.iter().chain(self.book.extra.iter().skip(usize::from(numbered)));
        let kinds: Vec<Kind> = kinds.map(|slot| slot.kind.clone()).collect();
        let mut extra = Vec::with_capacity(self.book.extra.len());
        let mut passed = 0_u64;
        // How many stand before a row, all before it tell.
        let counted = !self.book.extra.is_empty();
        let mut asked = places.filter(|_| counted).map(|places| places.iter().peekable());
        written::rows(self.file, self.output, &kinds, places.filter(|_| !counted), |place, cells, record| {
            if passed.is_multiple_of(HEED_EVERY) {
                self.context.go_on()?;
            }
            let at = passed;
            passed += 1;
            if asked.as_mut().is_some_and(|asked| asked.next_if(|asked| **asked == place).is_none()) {
                return Ok(());
            }
            let (own, rest) = cells.split_at(slots.len().min(cells.len()));
            extra.clear();
            extra.extend(numbered.then(|| Cell::Integer(at.cast_signed())));
            extra.extend_from_slice(rest);
            if let Some(Cell::Integer(parent)) = extra.first_mut().filter(|_| !self.carriers.is_empty())
                && let Some(carrier) = self.carriers.get(&parent.cast_unsigned())
            {
                *parent = carrier.cast_signed();
            }
            each(place, at, own, &extra, record)
        })
    }

    /// The cells of the key, or what stands for it.
    pub(super) fn identity(&self, slots: &[Slot], row: &Passing<'_>) -> Vec<Cell> {
        if !self.book.keyed {
            return [row.print, row.more, row.copy].map(Cell::Integer).into();
        }
        let told = self.book.identity();
        told.iter()
            .map(|part| {
                let at = slots.iter().position(|slot| slot.name == part.name);
                at.and_then(|at| row.cells.get(at)).cloned().unwrap_or(Cell::Null)
            })
            .collect()
    }
}
