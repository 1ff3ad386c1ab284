//! How files are written, found without a hint.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::ir::schema::Dialect;
use crate::ir::schema::Escape;
use crate::ir::schema::LineEnd;
use crate::records::Head;
use crate::records::Hints;
use crate::records::head;
use encoding_rs::Encoding;

fn look(bytes: &[u8]) -> Head {
    look_with(bytes, &Dialect::default(), Hints::default())
}

fn look_with(bytes: &[u8], dialect: &Dialect, hints: Hints<'_>) -> Head {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    head(file.path(), dialect, hints, 1000).unwrap()
}

fn said(head: &Head, words: &str) -> bool {
    head.evidence.iter().any(|one| one.contains(words))
}

/// The text in an encoding, which must have all of it.
fn encoded(text: &str, label: &str) -> Vec<u8> {
    let encoding = Encoding::for_label(label.as_bytes()).unwrap();
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy, "{label} has no such letter");
    bytes.into_owned()
}

const WORDS: &str = "id;nome;cidade\n1;João Gonçalves;São Tomé\n2;Zoë Müller;Köln\n3;Núria Peña;Ávila\n";

#[test]
fn the_encoding_is_found_by_marks_by_zeros_by_validity_and_by_letters() {
    let utf_16 = |mark: &str| format!("{mark}{WORDS}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big: Vec<u8> = WORDS.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let cases: [(Vec<u8>, &str); 9] = [
        (WORDS.as_bytes().to_vec(), "UTF-8"),
        (format!("\u{feff}{WORDS}").into_bytes(), "UTF-8"),
        (utf_16("\u{feff}"), "UTF-16LE"),
        (utf_16(""), "UTF-16LE"),
        (big, "UTF-16BE"),
        (encoded(WORDS, "windows-1252"), "windows-1252"),
        (encoded(WORDS, "macintosh"), "macintosh"),
        (encoded(&WORDS.replace('\n', "\r"), "macintosh"), "macintosh"),
        (encoded("id;naam;prijs\n1;sœur Noël;12 €\n2;cœur;5 €\n", "iso-8859-15"), "ISO-8859-15"),
    ];
    for (bytes, name) in cases {
        let head = look(&bytes);
        assert_eq!(head.shape.encoding.name(), name, "{:?}", head.evidence);
        assert_eq!((head.rows.len() >= 2, head.doubt), (true, None));
        assert!(!head.header[0].contains('\u{feff}'));
    }
    // Quotes as Word sets them are no accents, though a Macintosh would read them so.
    assert_eq!(look(&encoded("id,note\n1,Mary’s “good” day\n", "windows-1252")).rows[0][1], "Mary’s “good” day");
    let cyrillic = "id;имя;город\n1;Иванов Иван;Москва\n2;Петрова Анна;Новосибирск\n";
    assert_eq!(look(&encoded(cyrillic, "windows-1251")).rows[0][1], "Иванов Иван");
    let polish = "id;nazwisko\n1;Wałęsa Łukasz\n2;Żółkiewska Małgorzata\n3;Święch Błażej\n";
    assert_eq!(look(&encoded(polish, "windows-1250")).rows[0][1], "Wałęsa Łukasz");
    let japanese = "id,name\n1,山田太郎\n2,鈴木花子\n3,カタカナの名前\n";
    assert_eq!(look(&encoded(japanese, "shift_jis")).rows[0][1], "山田太郎");
}

#[test]
fn where_no_letter_decides_the_encoding_is_assumed_and_said_to_be() {
    // 0xA5 is a yen sign in one and a bullet in the other.
    let head = look(b"id,mark\n1,\xa5\n2,x\n");
    assert!(head.doubt.unwrap().contains("macintosh"));
    assert!(head.evidence[0].contains("assumed"));
    let dialect = Dialect { encoding: Some("macintosh".to_owned()), ..Dialect::default() };
    let head = look_with(b"id,mark\n1,\xa5\n2,x\n", &dialect, Hints::default());
    assert_eq!((head.rows[0][1].as_str(), head.doubt), ("•", None));
}

#[test]
fn a_file_is_looked_through_for_what_its_beginning_does_not_tell() {
    let mut bytes = b"id,name\n".to_vec();
    for _ in 0..20_000 {
        bytes.extend_from_slice(b"1,Anna\n");
    }
    bytes.extend_from_slice(&encoded("2,José Muñoz\n3,Zoë\n", "macintosh"));
    assert_eq!(look(&bytes).shape.encoding.name(), "UTF-8");
    assert_eq!(look_with(&bytes, &Dialect::default(), Hints { whole: true, ..Hints::default() }).shape.encoding.name(), "macintosh");
}

#[test]
fn a_few_bytes_that_are_no_text_do_not_make_a_utf_8_file_another() {
    let mut bytes = "id,name\n".to_owned().into_bytes();
    for _ in 0..20 {
        bytes.extend_from_slice("1,José\n".as_bytes());
    }
    bytes.extend_from_slice(b"2,\xff\n");
    let head = look(&bytes);
    assert_eq!(head.shape.encoding.name(), "UTF-8");
    assert!(said(&head, "but for a few bytes"));
}

#[test]
fn letters_made_of_other_letters_bytes_are_seen_and_left_as_they_are() {
    let head = look("id,name\n1,JosÃ©\n2,MÃ¼ller\n3,donâ€™t\n4,Núñez\n".as_bytes());
    assert_eq!((head.muddled, head.rows[0][1].as_str()), (3, "JosÃ©"));
    assert!(said(&head, "in 3 places"));
    assert_eq!(look("id,name\n1,NÃO\n2,çãé\n3,Åñ\n4,«à»\n5,Иванов\n6,山田\n".as_bytes()).muddled, 0);
}

#[test]
fn a_file_of_cr_lines_is_cut_by_them_though_texts_hold_lf_and_names_come_twice() {
    let names = ["id", "name", "note"].map(str::to_owned).into();
    let hints = Hints { names: Some(&names), ..Hints::default() };
    for text in ["id,name,note\rid,name,note\r1,a,\"b\nc\"\r2,d,e\r", "id,name,note,\r1,a,\"b\nc\",\r2,d,e,\r3,f,g,\r"] {
        assert_eq!(look_with(text.as_bytes(), &Dialect::default(), hints).shape.line_end, LineEnd::Cr);
    }
}

#[test]
fn delimiters_of_one_or_several_characters_are_found() {
    for delimiter in [",", ";", "\t", "|", "^", "~", "\u{1d}", "\u{1f}", "||", "~|~", "|~|", "::", "^^"] {
        let rows = [["id", "name", "born", "note"], ["1", "Anna", "2001-05-06", ""], ["2", "Bo", "1999-12-31", "well: a, b"]];
        let text: String = rows
            .iter()
            .map(|row| {
                row.map(|cell| if delimiter == "," && cell.contains(',') { format!("\"{cell}\"") } else { cell.to_owned() }).join(delimiter)
                    + "\r\n"
            })
            .collect();
        let head = look(text.as_bytes());
        assert_eq!(head.shape.delimiter.as_bytes(), delimiter.as_bytes(), "{delimiter:?}");
        assert_eq!(head.header, rows[0]);
        assert_eq!(head.rows, rows[1..].iter().map(|row| row.map(str::to_owned).to_vec()).collect::<Vec<_>>());
    }
}

#[test]
fn quotes_may_be_escaped_single_or_none() {
    let head = look(
        br#"id,title,year
1,Stories\, and more,1999
2,"a \"b\" c",2000
3,C:\notes,2001
"#,
    );
    assert_eq!(head.shape.escape, Escape::Backslash);
    assert_eq!(head.rows, [["1", "Stories, and more", "1999"], ["2", "a \"b\" c", "2000"], ["3", "C:\\notes", "2001"]]);
    let head = look(b"id,'name','note'\n1,'O''Neil','a, b'\n2,'Bo','c'\n");
    assert_eq!(head.rows, [["1", "O'Neil", "a, b"], ["2", "Bo", "c"]]);
    let head = look(b"id\tnote\n1\tsays \"no\" again\n2\t\"quoted\" first\n3\twound 5\" long\n4\t\"well\" he said\n5\t\"a\"b\n");
    assert_eq!((head.shape.quote, head.rows.len()), (None, 5));
    assert_eq!(head.rows[1], ["2", "\"quoted\" first"]);
}

#[test]
fn lines_may_end_in_different_ways_in_one_file() {
    let head = look(b"id,name\r\n1,a\r2,b\n3,\"c\rd\"\r\r4,e");
    assert_eq!(head.shape.line_end, LineEnd::Any);
    assert_eq!(head.rows, [["1", "a"], ["2", "b"], ["3", "c\rd"], ["4", "e"]]);
    // A lone CR inside a text does not end its row.
    let head = look(b"id,name,born\n1,a\rb,2001-01-01\n2,c,2001-01-02\n3,d,2001-01-03\n");
    assert_eq!(head.rows[0], ["1", "a\rb", "2001-01-01"]);
}

#[test]
fn titles_and_closing_lines_are_no_rows() {
    let text = b"Report of patients\nmade 2024-01-01, at night\n\nid,name,born\n1,Anna,2001-05-06\n2,Bo,1999-12-31\n\nTotal rows: 2\n";
    let head = look(text);
    assert_eq!((head.shape.preamble, head.shape.footer), (3, 2));
    assert_eq!(head.header, ["id", "name", "born"]);
    assert_eq!(head.rows, [["1", "Anna", "2001-05-06"], ["2", "Bo", "1999-12-31"]]);
    // A row that is cut off is a row.
    assert_eq!(look(b"id,name,born\n1,Anna,2001-05-06\n2,Bo,1999-12-31\n3").shape.footer, 0);
    let padded = b"Report of patients,,\n,,\nid,name,born\n1,Anna,2001-05-06\n";
    assert_eq!(look(padded).header, ["id", "name", "born"]);
    let dialect = Dialect { preamble: Some(1), footer: Some(1), comment: Some("#".to_owned()), ..Dialect::default() };
    let head = look_with(b"x\n# y\nid,n\n#z\n1,2\nend,1\n", &dialect, Hints::default());
    assert_eq!((head.header, head.rows), (vec!["id".to_owned(), "n".to_owned()], vec![vec!["1".to_owned(), "2".to_owned()]]));
}

#[test]
fn known_names_find_the_header_below_a_title_as_wide_as_rows() {
    let names = ["pid", "sex", "town"].map(str::to_owned).into();
    let hints = Hints { names: Some(&names), ..Hints::default() };
    let head = look_with(b"Clinic,North,A\nPID,Sex,Town\na,b,c\n", &Dialect::default(), hints);
    assert_eq!((head.header, head.shape.preamble), (vec!["PID".to_owned(), "Sex".to_owned(), "Town".to_owned()], 1));
    assert_eq!(head.rows, [["a", "b", "c"]]);
}

#[test]
fn whether_the_first_row_names_the_fields_is_told_by_what_stands_below_it() {
    let headed = look(b"id;born;sex\n1;2001-05-06;F\n2;1999-12-31;M\n");
    assert!(headed.shape.headed && said(&headed, "names the fields"));
    let bare = look(b"000001;2001-05-06;F\n000002;1999-12-31;M\n000003;1980-02-03;M\n");
    assert!(!bare.shape.headed && said(&bare, "no row names"));
    assert_eq!((bare.header, bare.rows.len()), (vec!["column_1".to_owned(), "column_2".to_owned(), "column_3".to_owned()], 3));
    let texts = look(b"a,b\nc,d\n");
    assert!(texts.shape.headed && said(&texts, "though nothing tells"));
}

#[test]
fn a_delimiter_behind_each_row_is_no_field() {
    let head = look(b"id,name\n1,Anna,\n2,Bo,\n");
    assert!(head.shape.trailing);
    assert_eq!(head.rows, [["1", "Anna"], ["2", "Bo"]]);
    let head = look(b"id,name,\n1,Anna\n2,Bo\n");
    assert!(said(&head, "behind its last"));
    assert_eq!(
        (head.header, head.rows),
        (vec!["id".to_owned(), "name".to_owned()], vec![vec!["1".to_owned(), "Anna".to_owned()], vec!["2".to_owned(), "Bo".to_owned()]])
    );
}

#[test]
fn marks_in_numbers_are_found_where_they_leave_no_choice() {
    let marks = |text: &str| {
        let marks = look(text.as_bytes()).shape.marks;
        (marks.decimal, marks.thousands)
    };
    assert_eq!(marks("id;kg\n1;67,5\n2;80\n"), (',', None));
    assert_eq!(marks("id;paid\n1;1.234,50\n2;80\n"), (',', Some('.')));
    assert_eq!(marks("id,paid\n1,\"1,234.50\"\n2,80\n"), ('.', Some(',')));
    // Twelve hundred, or one and a bit: nothing is taken for granted.
    assert_eq!(marks("id;kg\n1;1,234\n2;8,125\n"), ('.', None));
    assert_eq!(marks("id;kg;cm\n1;67,5;1.7\n"), ('.', None));
}

#[test]
fn what_is_found_is_said_without_a_word_of_the_files() {
    let head = look(&encoded("Klinik Nord\rGeheimnis|Ort\rMüller|5,5\rMeyer|6,25\r", "macintosh"));
    assert!(head.evidence.len() >= 4, "{:?}", head.evidence);
    assert!(["Geheim", "Ort", "Müll", "Mey", "Klinik"].iter().all(|word| !said(&head, word)), "{:?}", head.evidence);
}

#[test]
fn names_that_are_known_tell_an_encoding_that_letters_do_not() {
    // In Windows-1250 these are letters as well, and other names.
    let rows = "C1;José;D'Ávila;feminino\n".repeat(40);
    let bytes = encoded(&format!("Código;Nome;Sobrenome;Gênero\n{rows}"), "windows-1252");
    assert_ne!((look(&bytes).header[3].as_str(), look(&bytes).doubt), ("Gênero", None));
    let names = ["código", "nome", "gênero", "início"].map(str::to_owned).into();
    let head = look_with(&bytes, &Dialect::default(), Hints { names: Some(&names), ..Hints::default() });
    assert_eq!((head.header[3].as_str(), head.doubt.clone()), ("Gênero", None));
    assert!(said(&head, "by the names of columns"), "{:?}", head.evidence);
}
