//! Invented people, each cell as its text.

/// The names of the columns, in order.
pub(crate) const NAMES: [&str; 7] = ["number", "family", "given", "born", "weight", "visits", "note"];

/// A row's cells, in the order of [`NAMES`].
pub(crate) type Row = Vec<String>;

/// The first row's number; the numbers of rows occur nowhere else.
pub(crate) const FIRST: usize = 410_001;

const FAMILY: [&str; 12] =
    ["Abelard", "Birch", "Corvin", "D'Aubry", "Eastlake", "Fjörd", "Müller", "Hollis", "O'Sheal", "Rowan-Pike", "Åberg", "de la Croix"];
const GIVEN: [&str; 10] = ["Ada", "Bruno", "Carla", "Zoé", "Femi", "Greta", "Inès", "Jonas", "Søren", "Tess"];
const NOTE: [&str; 12] = [
    "well and at ease",
    "seen at home",
    "cough, no fever",
    "says \"better\", sleeps well",
    "first line\nsecond line",
    "asked:\n\"why, and since when?\"\nand went",
    "",
    "dose 1; later 2",
    "height 5'11\", as told",
    "pulse | pressure taken",
    "no news",
    "père présent, à revoir",
];

/// So many people; the same seed gives the same ones.
pub(crate) fn people(rows: usize, seed: u64) -> Vec<Row> {
    let mut state = seed;
    let mut below = |end: usize| {
        // The splitmix64 stream.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % end as u64).unwrap_or(0)
    };
    (0..rows)
        .map(|row| {
            let born = format!("{}-{:02}-{:02}", 1930 + below(80), 1 + below(12), 1 + below(28));
            vec![
                (FIRST + row).to_string(),
                FAMILY[below(FAMILY.len())].to_owned(),
                GIVEN[below(GIVEN.len())].to_owned(),
                born,
                format!("{}.{}", 40 + below(80), 1 + below(9)),
                below(90).to_string(),
                NOTE[below(NOTE.len())].to_owned(),
            ]
        })
        .collect()
}
