//! Budgets: how much may be wrong with the data before an order fails.

use serde::Serialize;

/// How many rows of a table may break a constraint: more fail the order (`R0110`).
///
/// ```
/// use ehr_rules::Budget;
///
/// let budget = Budget::parse("0.1%").unwrap();
/// assert_eq!((budget.allowed(999), budget.allowed(1000)), (0, 1));
/// assert_eq!(Budget::parse("7").unwrap().allowed(3), 7);
/// assert_eq!(Budget::parse("120%"), None);
/// assert_eq!(Budget::parse("99.75%").unwrap().rest().unwrap().at_most, "0.25%");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// As it is written: `0.1%` of the rows read, or a number of rows.
    pub at_most: String,
    parts: u64,
    of: Option<u64>,
}

impl Budget {
    /// The budget that a text says, if it says one: a number of rows, or a share of at most 100% with at most six decimals.
    pub fn parse(text: &str) -> Option<Self> {
        let whole = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
        let (parts, of) = match text.strip_suffix('%') {
            None => (whole(text)?, None),
            Some(share) => {
                let (share, decimals) = share.trim_end().split_once('.').unwrap_or((share.trim_end(), ""));
                let of = 100 * 10_u64.pow(u32::try_from(decimals.len()).ok().filter(|places| *places <= 6)?);
                let parts = whole(&format!("{share}{decimals}")).filter(|parts| *parts <= of && !share.is_empty())?;
                (parts, Some(of))
            }
        };
        Some(Self { at_most: text.to_owned(), parts, of })
    }

    /// Parts of a whole, where it is a share.
    pub(super) fn share(&self) -> Option<(u64, u64)> {
        self.of.map(|of| (self.parts, of))
    }

    /// None at all.
    pub fn none() -> Self {
        Self { at_most: "0".to_owned(), parts: 0, of: None }
    }

    /// What may break where at least this share must hold: of `95%` it is `5%`. A number of rows has none.
    pub fn rest(&self) -> Option<Self> {
        let of = self.of?;
        let parts = of.checked_sub(self.parts)?;
        let (unit, digits) = (of / 100, of.ilog10().saturating_sub(2) as usize);
        let (whole, part) = (parts / unit, parts % unit);
        let part = if digits == 0 { String::new() } else { format!(".{part:0digits$}") };
        let at_most = format!("{whole}{}%", part.trim_end_matches('0').trim_end_matches('.'));
        Some(Self { at_most, parts, of: Some(of) })
    }

    /// How many rows that is, of so many read.
    pub fn allowed(&self, read: u64) -> u64 {
        match self.of {
            None => self.parts,
            Some(of) => u64::try_from(u128::from(read) * u128::from(self.parts) / u128::from(of)).unwrap_or(u64::MAX),
        }
    }
}
