//! What the framer promises: stray quotes cost one row, and sound CSV reads as the csv crate reads it.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::ir::schema::Escape;
use crate::ir::schema::LineEnd;
use batch::Batch;
use batch::Part;
use proptest::prelude::*;
use shape::Mark;
use std::fmt::Write as _;
use std::io::Write as _;

const COMMA: Shape = Shape::plain(b',');

/// Line, and fields or `None` for a malformed record.
type Framed = (u64, Option<Vec<String>>);

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn records(bytes: &[u8], shape: Shape, block: usize) -> Vec<Framed> {
    let file = file(bytes);
    let mut reader = Reader::open(file.path(), shape).unwrap().with_block(block);
    let mut all = Vec::new();
    while let Some(batch) = reader.next(u64::MAX).unwrap() {
        all.extend((0..batch.len()).map(|at| (batch.line(at), fields(&batch, at))));
    }
    all
}

fn fields(batch: &Batch, at: usize) -> Option<Vec<String>> {
    (!batch.is_malformed(at)).then(|| batch.fields(at).map(|field| String::from_utf8_lossy(field).into_owned()).collect())
}

fn sound(line: u64, fields: &[&str]) -> Framed {
    (line, Some(fields.iter().map(|&field| field.to_owned()).collect()))
}

/// Every block size must give the same records.
#[track_caller]
fn check(text: &str, expected: &[Framed]) {
    for block in [1, 2, 3, 5, 7, 64, 4096] {
        assert_eq!(records(text.as_bytes(), COMMA, block), expected, "in blocks of {block}");
    }
}

#[test]
fn lines_end_in_lf_or_crlf_or_with_the_file() {
    check("a,b\r\n1,2\n\n\r\n3,\r\n,4", &[sound(1, &["a", "b"]), sound(2, &["1", "2"]), sound(5, &["3", ""]), sound(6, &["", "4"])]);
    check("", &[]);
    check("\n\n", &[]);
    check("a\r", &[sound(1, &["a"])]);
}

#[test]
fn a_quoted_field_holds_delimiters_line_ends_and_doubled_quotes() {
    check(
        "\"a,b\",\"c\nd\r\ne\",\"\"\"f\"\" g\"\r\n1,2,3\n\"\"\n\"\",\"x\"",
        &[sound(1, &["a,b", "c\nd\r\ne", "\"f\" g"]), sound(4, &["1", "2", "3"]), sound(5, &[""]), sound(6, &["", "x"])],
    );
}

#[test]
fn an_inch_mark_in_an_unquoted_field_is_a_plain_character() {
    check("5\" x 3\",2\na\",\"b\"\n", &[sound(1, &["5\" x 3\"", "2"]), sound(2, &["a\"", "b"])]);
}

#[test]
fn an_inch_mark_in_a_quoted_field_costs_its_row() {
    check("1,\"5\" x 3\" wound\"\n2,b\n", &[(1, None), sound(2, &["2", "b"])]);
    check("1,\"a\nb\" c\"\n2,b\n", &[(1, None), sound(2, &["b\" c\""]), sound(3, &["2", "b"])]);
}

#[test]
fn an_unclosed_quote_costs_one_row() {
    check("1,\"a\n2,b\n3,c", &[(1, None), sound(2, &["2", "b"]), sound(3, &["3", "c"])]);
    let mut text = "0,\"a\n".to_owned();
    let mut expected = vec![(1, None)];
    for row in 0..20_000_u64 {
        writeln!(text, "{row},b").unwrap();
        expected.push(sound(row + 2, &[&row.to_string(), "b"]));
    }
    assert!(records(text.as_bytes(), COMMA, 4096) == expected);
    assert!(records(text.as_bytes(), COMMA, 1 << 20) == expected);
}

#[test]
fn a_long_field_on_one_line_and_a_bounded_one_over_lines_are_sound() {
    let long = "x".repeat(100_000);
    check(&format!("1,\"{long}\"\n"), &[sound(1, &["1", &long])]);
    let note = "line\n".repeat(900);
    check(&format!("1,\"{note}\"\n2,b"), &[sound(1, &["1", &note]), sound(902, &["2", "b"])]);
    let over = "\n".repeat(1001);
    assert_eq!(records(format!("1,\"{over}\"\n2,b").as_bytes(), COMMA, 64)[0], (1, None));
}

#[test]
fn quotes_are_plain_where_there_are_none() {
    let shape = Shape { quote: None, ..COMMA };
    assert_eq!(records(b"\"a,b\"\n\"c", shape, 64), [sound(1, &["\"a", "b\""]), sound(2, &["\"c"])]);
}

#[test]
fn nul_and_vertical_tab_are_plain_characters() {
    check("a\0b,c\u{b}d\n", &[sound(1, &["a\0b", "c\u{b}d"])]);
}

#[test]
fn the_head_of_a_file_tells_its_shape() {
    let cases: [(&[u8], u8, LineEnd, &[&str]); 9] = [
        (b"\xEF\xBB\xBF id ,name\n1,x\n", b',', LineEnd::Lf, &["id", "name"]),
        (b"id;name, first\r\n1;x\r\n2;y\r\n", b';', LineEnd::Lf, &["id", "name, first"]),
        (b"id\tname\r1\tx\r2\ty, z\r", b'\t', LineEnd::Cr, &["id", "name"]),
        (b"id|a,b\n1|x\n", b'|', LineEnd::Lf, &["id", "a,b"]),
        (b"id,note\r1,\"x\ny\"\r", b',', LineEnd::Cr, &["id", "note"]),
        (b"id,\"a;b;c;d\"\n1,\"e;f;g;h\"\n", b',', LineEnd::Lf, &["id", "a;b;c;d"]),
        (b"id", b',', LineEnd::Lf, &["id"]),
        (b"id,\"na\"me\"\n", b',', LineEnd::Lf, &["id", "\"na\"me\""]),
        (b"", b',', LineEnd::Lf, &[]),
    ];
    for (bytes, delimiter, line_end, header) in cases {
        let file = file(bytes);
        let head = head(file.path(), &Dialect::default(), Hints::default(), 1).unwrap();
        assert_eq!((head.shape.delimiter, head.shape.line_end), (Mark::byte(delimiter), line_end), "{header:?}");
        assert_eq!(head.header, header);
    }
}

#[test]
fn the_schema_and_then_the_extension_decide_the_delimiter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.tsv");
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    assert_eq!(head(&path, &Dialect::default(), Hints::default(), 0).unwrap().header, ["a,b"]);
    let dialect = Dialect { delimiter: Some(",".to_owned()), ..Dialect::default() };
    assert_eq!(head(&path, &dialect, Hints::default(), 5).unwrap().rows, [["1", "2"]]);
}

#[test]
fn names_that_are_known_decide_where_widths_do_not() {
    let file = file(b"id;name, given;sex, at birth\n");
    let names = ["id", "name, given"].map(str::to_owned).into();
    let head = head(file.path(), &Dialect::default(), Hints { names: Some(&names), ..Hints::default() }, 1).unwrap();
    assert_eq!(head.header, ["id", "name, given", "sex, at birth"]);
    assert_eq!(head.evidence, ["the text is utf-8, being ASCII alone", "fields are separated by `;`, by names that are known"]);
}

#[test]
fn a_head_passes_over_malformed_records() {
    let file = file(b"a,b\n1,\"x\" y\"\n2,z\n3,w\n");
    let head = head(file.path(), &Dialect::default(), Hints::default(), 1).unwrap();
    assert_eq!(head.rows, [["2", "z"]]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = head(Path::new("nowhere.csv"), &Dialect::default(), Hints::default(), 0).unwrap_err();
    assert!(error.to_string().starts_with("opening `nowhere.csv`"));
}

proptest! {
    #[test]
    fn sound_csv_reads_as_it_was_written(
        rows in prop::collection::vec(prop::collection::vec("[a,;\"\r\n é0]{0,6}", 3), 0..12), crlf: bool, always: bool, block in 1_usize..40,
    ) {
        let mut writer = csv::WriterBuilder::new()
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .quote_style(if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
            .from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let ours: Vec<_> = records(&bytes, COMMA, block).into_iter().map(|(_, fields)| fields.unwrap()).collect();
        prop_assert_eq!(&ours, &rows);
        let mut theirs = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let theirs: Vec<Vec<String>> = theirs.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn any_bytes_give_the_same_records_in_blocks_of_any_size(
        bytes in prop::collection::vec(prop::sample::select(b"ab,;\"\"\"\r\n\n\xff".as_slice()), 0..60), block in 1_usize..20, cr: bool,
    ) {
        let shape = Shape { line_end: if cr { LineEnd::Cr } else { LineEnd::Lf }, ..COMMA };
        prop_assert_eq!(records(&bytes, shape, block), records(&bytes, shape, 1 << 16));
    }
}

/// Every piece of a file, as the reader hands it over.
fn pieces(bytes: &[u8], shape: Shape, block: usize) -> Vec<(Part, Vec<u8>, Option<Vec<u8>>)> {
    let file = file(bytes);
    let mut reader = Reader::open(file.path(), shape).unwrap().with_block(block);
    let mut all = Vec::new();
    while let Some(batch) = reader.next(u64::MAX).unwrap() {
        let mut record = 0;
        for (part, piece) in batch.parts() {
            let raw = matches!(part, Part::Record | Part::Malformed).then(|| {
                record += 1;
                batch.raw(record - 1).to_vec()
            });
            all.push((part, piece.to_vec(), raw));
        }
        assert_eq!(record, batch.len());
    }
    all
}

/// A shape of each kind, chosen by the bits of a number.
fn any_shape(bits: u16) -> Shape {
    let bit = |nth: u16| bits >> nth & 1 == 1;
    Shape {
        delimiter: if bit(0) { Mark::new(b"||").unwrap() } else { Mark::byte(b',') },
        quote: (!bit(1)).then_some(b'"'),
        escape: if bit(2) { Escape::Backslash } else { Escape::Doubled },
        line_end: [LineEnd::Lf, LineEnd::Cr, LineEnd::Any, LineEnd::Any][usize::from(bits >> 3 & 3)],
        comment: bit(5).then_some(Mark::byte(b'#')),
        preamble: u32::from(bit(6)) * 2,
        footer: u32::from(bits >> 7 & 3),
        line_break: bit(9).then_some(0x0B),
        trailing: bit(10),
        width: u32::from(bits >> 11 & 3),
        ..COMMA
    }
}

const ALPHABET: &[u8] = b"ab,,||\"\"\"\\#\r\n\n \x0b\0\xff";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_byte_is_in_one_piece_and_the_pieces_are_the_file(
        bytes in prop::collection::vec(prop::sample::select(ALPHABET), 0..60), mark: bool, bits: u16, block in 1_usize..20,
    ) {
        let bytes = [if mark { reader::BOM } else { b"" }, &bytes].concat();
        let shape = any_shape(bits);
        let pieces = pieces(&bytes, shape, block);
        prop_assert_eq!(pieces.iter().flat_map(|(_, piece, _)| piece.clone()).collect::<Vec<u8>>(), bytes);
        for (_, piece, raw) in &pieces {
            prop_assert!(!piece.is_empty());
            // A record is its own bytes and its line end, and nothing else hides in it.
            let Some(raw) = raw else { continue };
            let end = piece.strip_prefix(raw.as_slice()).unwrap();
            prop_assert!([b"".as_slice(), b"\n", b"\r\n", b"\r"].contains(&end), "{:?} behind {:?}", end, raw);
        }
    }

    #[test]
    fn blocks_and_byte_order_marks_change_no_cell_however_it_is_written(
        bytes in prop::collection::vec(prop::sample::select(ALPHABET), 0..60), bits: u16, block in 1_usize..20,
    ) {
        let shape = any_shape(bits);
        let whole = records(&bytes, shape, 1 << 16);
        prop_assert_eq!(&records(&bytes, shape, block), &whole);
        prop_assert_eq!(&records(&[reader::BOM, &bytes].concat(), shape, block), &whole);
    }

    // Without a backslash it is the same whether they escape, and where they do lines are looked at one by one.
    #[test]
    fn lines_framed_many_at_once_are_framed_as_one_by_one_is(
        bytes in prop::collection::vec(prop::sample::select(b"aaaaa\xC3\xA9,,\"\r\n\n #\0".as_slice()), 0..400), bits: u16, most in 1..9_u64,
    ) {
        let shape = Shape { escape: Escape::Doubled, ..any_shape(bits) };
        let all = |shape| {
            let file = file(&bytes);
            let mut reader = Reader::open(file.path(), shape).unwrap().with_block(150);
            let mut all = Vec::new();
            while let Some(batch) = reader.next(most).unwrap() {
                all.extend((0..batch.len()).map(|at| (batch.line(at), batch.raw(at).to_vec(), fields(&batch, at))));
            }
            all
        };
        prop_assert_eq!(all(shape), all(Shape { escape: Escape::Backslash, ..shape }));
    }

    #[test]
    fn any_encoding_gives_the_same_cells_in_any_blocks(
        rows in prop::collection::vec(prop::collection::vec("[aé€ñ ,\"\n]{0,5}", 2), 1..8), utf_16: u8, mark: bool, block in 1_usize..20,
    ) {
        let text: String = rows.iter().map(|row| row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect::<Vec<_>>().join(",") + "\n").collect();
        let marked = if mark { format!("\u{feff}{text}") } else { text };
        let (encoding, bytes): (_, Vec<u8>) = match utf_16 % 3 {
            0 => (encoding_rs::UTF_16LE, marked.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            1 => (encoding_rs::UTF_16BE, marked.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            _ => (encoding_rs::UTF_8, marked.clone().into_bytes()),
        };
        let shape = Shape { encoding, ..COMMA };
        let cells: Vec<_> = records(&bytes, shape, block).into_iter().map(|(_, fields)| fields.unwrap()).collect();
        prop_assert_eq!(cells, rows);
        let text: Vec<u8> = pieces(&bytes, shape, block).into_iter().flat_map(|(_, piece, _)| piece).collect();
        prop_assert_eq!(text, marked.into_bytes());
    }
}

proptest! {
    #[test]
    fn the_pieces_written_in_the_files_encoding_are_the_file(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(ALPHABET)], 0..80), which: u8, bits: u16, block in 1_usize..20,
    ) {
        let encoding = [encoding_rs::WINDOWS_1252, encoding_rs::MACINTOSH, encoding_rs::ISO_8859_15][usize::from(which % 3)];
        let shape = Shape { encoding, ..any_shape(bits) };
        let text: Vec<u8> = pieces(&bytes, shape, block).into_iter().flat_map(|(_, piece, _)| piece).collect();
        let text = String::from_utf8(text).unwrap();
        prop_assert_eq!(encoding.encode(&text).0.into_owned(), bytes);
    }
}

#[test]
fn a_stray_quote_does_not_hide_rows_behind_it_where_their_width_is_known() {
    let shape = Shape { width: 3, ..COMMA };
    let rows = records(b"1,\"a,x\n2,b,y\n3,c,\"z\"\n4,d,w\n", shape, 7);
    assert_eq!(rows, [(1, None), sound(2, &["2", "b", "y"]), sound(3, &["3", "c", "z"]), sound(4, &["4", "d", "w"])]);
    // A text over several lines is one, though a line of it has commas.
    let note = records(b"1,\"a\nb, c, d\",x\n", shape, 7);
    assert_eq!(note, [sound(1, &["1", "a\nb, c, d", "x"])]);
}

#[test]
fn several_characters_escapes_and_line_ends_of_all_kinds_are_framed() {
    let shape = Shape { delimiter: Mark::new(b"~|~").unwrap(), line_end: LineEnd::Any, escape: Escape::Backslash, ..COMMA };
    for block in [1, 2, 3, 5, 64] {
        let rows = records(b"a~|~b~\r\n\"c~|~\\\"d\"~|~e\\~|~f\rg~|~\"\"\n\rh\\\ni~|~j", shape, block);
        let expected = [sound(1, &["a", "b~"]), sound(2, &["c~|~\"d", "e~|~f"]), sound(3, &["g", ""]), sound(5, &["h\ni", "j"])];
        assert_eq!(rows, expected, "in blocks of {block}");
    }
}
