//! Which source row a staged row came from, in one integer: 16 bits of table, 48 bits of row.

/// Bits that hold the row.
const ROW_BITS: u32 = 48;

/// The origin of row `row` (counted from 0 over all files, set-aside rows among them) of the table at `table`.
pub(crate) const fn origin(table: u16, row: u64) -> i64 {
    // A schema has fewer than 2^15 tables and a table fewer than 2^48 rows, so this is never negative.
    ((table as u64) << ROW_BITS | row).cast_signed()
}

/// The table and row of an origin.
pub(crate) const fn parts(origin: i64) -> (u16, u64) {
    let bits = origin.cast_unsigned();
    ((bits >> ROW_BITS) as u16, bits & ((1 << ROW_BITS) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_gives_its_parts_back() {
        for (table, row) in [(0, 0), (17, 1_000_000), (32_767, (1 << 48) - 1)] {
            assert_eq!(parts(origin(table, row)), (table, row));
        }
    }
}
