//! The page of each code, as it stands in `docs/codes`.

/// Pages by code, in order.
pub(crate) const PAGES: &[(&str, &str)] = &[
    ("E0001", include_str!("../../docs/codes/E0001.md")),
    ("E0002", include_str!("../../docs/codes/E0002.md")),
    ("E0003", include_str!("../../docs/codes/E0003.md")),
    ("E0004", include_str!("../../docs/codes/E0004.md")),
    ("E0005", include_str!("../../docs/codes/E0005.md")),
    ("E0006", include_str!("../../docs/codes/E0006.md")),
    ("E0007", include_str!("../../docs/codes/E0007.md")),
    ("E0008", include_str!("../../docs/codes/E0008.md")),
    ("E0009", include_str!("../../docs/codes/E0009.md")),
    ("E0010", include_str!("../../docs/codes/E0010.md")),
    ("E0011", include_str!("../../docs/codes/E0011.md")),
    ("E0012", include_str!("../../docs/codes/E0012.md")),
    ("E0013", include_str!("../../docs/codes/E0013.md")),
    ("E0101", include_str!("../../docs/codes/E0101.md")),
    ("E0102", include_str!("../../docs/codes/E0102.md")),
    ("E0103", include_str!("../../docs/codes/E0103.md")),
    ("E0104", include_str!("../../docs/codes/E0104.md")),
    ("E0105", include_str!("../../docs/codes/E0105.md")),
    ("E0106", include_str!("../../docs/codes/E0106.md")),
    ("E0107", include_str!("../../docs/codes/E0107.md")),
    ("E0108", include_str!("../../docs/codes/E0108.md")),
    ("E0109", include_str!("../../docs/codes/E0109.md")),
    ("E0110", include_str!("../../docs/codes/E0110.md")),
    ("E0120", include_str!("../../docs/codes/E0120.md")),
    ("E0201", include_str!("../../docs/codes/E0201.md")),
    ("E0202", include_str!("../../docs/codes/E0202.md")),
    ("E0203", include_str!("../../docs/codes/E0203.md")),
    ("E0205", include_str!("../../docs/codes/E0205.md")),
    ("E0301", include_str!("../../docs/codes/E0301.md")),
    ("E0302", include_str!("../../docs/codes/E0302.md")),
    ("E0303", include_str!("../../docs/codes/E0303.md")),
    ("E0304", include_str!("../../docs/codes/E0304.md")),
    ("E0305", include_str!("../../docs/codes/E0305.md")),
    ("E0306", include_str!("../../docs/codes/E0306.md")),
    ("E0307", include_str!("../../docs/codes/E0307.md")),
    ("E0308", include_str!("../../docs/codes/E0308.md")),
    ("E0309", include_str!("../../docs/codes/E0309.md")),
    ("E0310", include_str!("../../docs/codes/E0310.md")),
    ("E0311", include_str!("../../docs/codes/E0311.md")),
    ("E0312", include_str!("../../docs/codes/E0312.md")),
    ("E0313", include_str!("../../docs/codes/E0313.md")),
    ("E0314", include_str!("../../docs/codes/E0314.md")),
    ("E0315", include_str!("../../docs/codes/E0315.md")),
    ("E0320", include_str!("../../docs/codes/E0320.md")),
    ("E0321", include_str!("../../docs/codes/E0321.md")),
    ("E0322", include_str!("../../docs/codes/E0322.md")),
    ("E0330", include_str!("../../docs/codes/E0330.md")),
    ("E0401", include_str!("../../docs/codes/E0401.md")),
    ("E0402", include_str!("../../docs/codes/E0402.md")),
    ("E0403", include_str!("../../docs/codes/E0403.md")),
    ("E0404", include_str!("../../docs/codes/E0404.md")),
    ("E0405", include_str!("../../docs/codes/E0405.md")),
    ("E0406", include_str!("../../docs/codes/E0406.md")),
    ("E0407", include_str!("../../docs/codes/E0407.md")),
    ("E0408", include_str!("../../docs/codes/E0408.md")),
    ("E0409", include_str!("../../docs/codes/E0409.md")),
    ("E0410", include_str!("../../docs/codes/E0410.md")),
    ("E0411", include_str!("../../docs/codes/E0411.md")),
    ("E0412", include_str!("../../docs/codes/E0412.md")),
    ("E0413", include_str!("../../docs/codes/E0413.md")),
    ("E0414", include_str!("../../docs/codes/E0414.md")),
    ("E0420", include_str!("../../docs/codes/E0420.md")),
    ("E0421", include_str!("../../docs/codes/E0421.md")),
    ("E0422", include_str!("../../docs/codes/E0422.md")),
    ("E0423", include_str!("../../docs/codes/E0423.md")),
    ("E0430", include_str!("../../docs/codes/E0430.md")),
    ("E0431", include_str!("../../docs/codes/E0431.md")),
    ("E0440", include_str!("../../docs/codes/E0440.md")),
    ("E0501", include_str!("../../docs/codes/E0501.md")),
    ("E0502", include_str!("../../docs/codes/E0502.md")),
    ("E0503", include_str!("../../docs/codes/E0503.md")),
    ("E0504", include_str!("../../docs/codes/E0504.md")),
    ("E0505", include_str!("../../docs/codes/E0505.md")),
    ("E0506", include_str!("../../docs/codes/E0506.md")),
    ("E0601", include_str!("../../docs/codes/E0601.md")),
    ("E0602", include_str!("../../docs/codes/E0602.md")),
    ("E0603", include_str!("../../docs/codes/E0603.md")),
    ("E0701", include_str!("../../docs/codes/E0701.md")),
    ("E0801", include_str!("../../docs/codes/E0801.md")),
    ("E0802", include_str!("../../docs/codes/E0802.md")),
    ("E0803", include_str!("../../docs/codes/E0803.md")),
    ("E0804", include_str!("../../docs/codes/E0804.md")),
    ("E0805", include_str!("../../docs/codes/E0805.md")),
    ("E0806", include_str!("../../docs/codes/E0806.md")),
    ("W0001", include_str!("../../docs/codes/W0001.md")),
    ("W0002", include_str!("../../docs/codes/W0002.md")),
    ("W0003", include_str!("../../docs/codes/W0003.md")),
    ("W0004", include_str!("../../docs/codes/W0004.md")),
];

/// The page of a code.
pub(crate) fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::code::CODES;

    /// Whoever adds a code writes `docs/codes/CODE.md` and adds it above: the heading is what the code says.
    #[test]
    fn each_code_has_a_page_with_its_meaning_as_heading() {
        let heads: Vec<String> = PAGES.iter().map(|(_, text)| text.lines().next().unwrap_or_default().to_owned()).collect();
        let meant: Vec<String> = CODES.iter().map(|(code, meaning)| format!("# {code}: {meaning}")).collect();
        assert_eq!(heads, meant);
    }
}
