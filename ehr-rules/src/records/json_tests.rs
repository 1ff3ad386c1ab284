//! JSON files: where objects stand, what costs what, and in what they are written.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::beyond::Known;
use super::json::Fault;
use super::json::Field;
use super::json::Objects;
use super::json::fault;
use super::outline::head;
use crate::error::Error;

fn read(text: &str, rows: &[&str]) -> Result<Vec<(u64, Vec<String>)>, Error> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let field =
        |path: &[&str], nested| Field { path: path.iter().map(|name| (*name).to_owned()).collect(), missing: "NA".to_owned(), nested };
    let fields = vec![field(&["id"], false), field(&["name", "family"], false), field(&["drugs"], true)];
    let rows: Vec<String> = rows.iter().map(|name| (*name).to_owned()).collect();
    let mut objects = Objects::open(file.path(), None, &rows, fields)?;
    let mut seen = Vec::new();
    while let Some(batch) = objects.next(2)? {
        for record in 0..batch.len() {
            let fields = if batch.is_malformed(record) {
                vec![format!("malformed {}", String::from_utf8_lossy(batch.raw(record)))]
            } else {
                batch.fields(record).map(|field| String::from_utf8_lossy(field).into_owned()).collect()
            };
            seen.push((batch.line(record), fields));
        }
    }
    Ok(seen)
}

#[test]
fn objects_one_after_the_other_in_a_list_or_within_are_the_same() {
    let (one, two) = (r#"{"id": 1, "name": {"family": "Ø\n"}, "drugs": [{"d": 0.10}]}"#, r#"{"drugs": null, "name": {}, "more": 1}"#);
    let meant = |lines: [u64; 2]| {
        let first = vec!["1".to_owned(), "Ø\n".to_owned(), "[{\"d\":0.10}]".to_owned()];
        vec![(lines[0], first), (lines[1], ["NA"; 3].map(str::to_owned).to_vec())]
    };
    assert_eq!(read(&format!("{one}\n\n{two}\n"), &[]).unwrap(), meant([1, 3]));
    assert_eq!(read(&format!("\u{feff}\n{one} {two}"), &[]).unwrap(), meant([2, 2]));
    assert_eq!(read(&format!(" [\r\n{one}\r\n,\r\n{two}]"), &[]).unwrap(), meant([2, 4]));
    let within = format!("{{\"of\": [\"]}}\\\\\", {{}}],\n\"results\": {{\"all\": [{one},\n{two}], \"x\": {{}}}}}}");
    assert_eq!(read(&within, &["results", "all"]).unwrap(), meant([2, 3]));
    assert_eq!(read(&within.replace('\n', ""), &["results", "all"]).unwrap(), meant([1, 1]));
    let (first, second) = (r#"{"all": {"id": 1}}"#, r#"{"all": [{"id": 2}, {"id": 3}]}"#);
    let lines: Vec<(u64, String)> =
        read(&format!("{first}\n{second}\n"), &["all"]).unwrap().into_iter().map(|(line, fields)| (line, fields[0].clone())).collect();
    assert_eq!(lines, [(1, "1".to_owned()), (2, "2".to_owned()), (2, "3".to_owned())]);
    assert_eq!(read("", &[]).unwrap(), []);
}

/// Lines and what stands first there.
fn firsts(text: &str, rows: &[&str]) -> Vec<(u64, String)> {
    read(text, rows).unwrap().into_iter().map(|(line, mut fields)| (line, fields.swap_remove(0))).collect()
}

fn at(line: u64, text: &str) -> (u64, String) {
    (line, text.to_owned())
}

#[test]
fn what_is_no_object_is_malformed_alone() {
    assert_eq!(firsts("[1, {\"id\": 2}, [3]]", &[]), [at(1, "malformed 1"), at(1, "2"), at(1, "malformed [3]")]);
    let lines = "{\"id\": 1}\n{\"id\": Muster}\n{\"id\": {\n{\"id\": \"x}\n{\"id\": 5}\n";
    let meant =
        [at(1, "1"), at(2, "malformed {\"id\": Muster}"), at(3, "malformed {\"id\": {"), at(4, "malformed {\"id\": \"x}"), at(5, "5")];
    assert_eq!(firsts(lines, &[]), meant);
    assert_eq!(firsts("{\"of\": [{\"id\": 2}]}\n{\"id\": 1}\n", &["of"]), [at(1, "2"), at(2, "malformed {\"id\": 1}")]);
}

#[test]
fn the_first_line_may_be_the_broken_one() {
    assert_eq!(firsts("{\"id\": {\n{\"id\": 2}\n{\"id\": 3}", &[]), [at(1, "malformed {\"id\": {"), at(2, "2"), at(3, "3")]);
}

#[test]
fn an_item_that_never_closes_costs_its_own_lines() {
    let list = "[\n  {\"id\": 1},\n  {\"id\": \"Muster},\n  {\"id\":\n    [3},\n  {\"id\": {\"id\": 4}\n  ,\n  {\"id\": 5}\n]";
    let seen = firsts(list, &[]);
    let lines: Vec<(u64, bool)> = seen.iter().map(|(line, text)| (*line, text.starts_with("malformed"))).collect();
    assert_eq!(lines, [(2, false), (3, true), (4, true), (6, true), (8, false)], "{seen:?}");
}

#[test]
fn a_list_that_does_not_end_or_lacks_a_comma_is_told() {
    assert_eq!(firsts("[{\"id\": 1},\n{\"id\": 2}", &[]), [at(1, "1"), at(2, "2"), at(2, "malformed ")]);
    assert_eq!(firsts("[{\"id\": 1},\n{\"id\": 2", &[]), [at(1, "1"), at(2, "malformed {\"id\": 2"), at(2, "malformed ")]);
    assert_eq!(firsts("{\"of\": [{\"id\": 1}]", &["of"]), [at(1, "1"), at(1, "malformed ")]);
    assert_eq!(firsts("[{\"id\": 1} {\"id\": 2}, {\"id\": 3},]", &[]), [at(1, "1"), at(1, "malformed {\"id\": 2}"), at(1, "3")]);
    assert_eq!(firsts("{\"id\": 1},\n{\"id\": 2}]\n", &[]), [at(1, "1"), at(1, "malformed ,"), at(2, "2"), at(2, "malformed ]")]);
}

#[test]
fn a_file_of_which_nothing_can_be_read_is_told_by_line_and_column() {
    let told = |text: &str, within: &[&str]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let within: Vec<String> = within.iter().map(|name| (*name).to_owned()).collect();
        // What is the matter there is told by the tests of trees.
        fault(file.path(), None, &within).unwrap().map(|fault| match fault {
            Fault::NoJson { line, column, .. } => Fault::NoJson { line, column, what: "" },
            other => other,
        })
    };
    let at = |line, column| Some(Fault::NoJson { line, column, what: "" });
    assert_eq!(told("Muster,Max\n1,2\n", &[]), at(1, 1));
    assert_eq!(told("\n\n  <html>", &[]), at(3, 3));
    assert_eq!(told("{\"id\": 1", &[]), at(1, 8));
    assert_eq!(told("{\"Muster\" 1}", &[]), at(1, 11));
    assert_eq!(told("\n\n [{\"a\": 1,\n \"b\": Muster}]", &[]), at(4, 7));
    assert_eq!(told("{\"of\": [Muster", &["of"]), at(1, 9));
    assert_eq!((told("", &[]), told("\n \n", &["of"])), (Some(Fault::Empty), Some(Fault::Empty)));
    for text in ["{\"id\": 1}", "{\"a\": 1,\n\"b\": {\"of\": []}}", "[{\"of\": []}]", "{}\n{}\n"] {
        assert_eq!(told(text, &["of"]), Some(Fault::NoRows), "{text}");
    }
    for text in ["{\"of\": []}", "{\"a\": 1}\n{\"of\": [{}]}", "{\n}\n{\"of\": {}}", "{\"of\": [x, {}"] {
        assert_eq!(told(text, &["of"]), None, "{text}");
    }
    assert_eq!((told("[]", &[]), told("[1, {}]", &[]), told("{x}\n{}", &[])), (None, None, None));
}

#[test]
fn a_document_without_rows_costs_no_other() {
    let text = "{\n\"a\": {\"of\": 1}}\n{\"of\": [{\"id\": 2}]}\n{\"a\": []}\n{\"of\": {\"id\": 4}}\n";
    let seen = firsts(text, &["of"]);
    assert_eq!(seen, [at(1, "malformed "), at(3, "2"), at(4, "malformed {\"a\": []}"), at(5, "4")]);
}

#[test]
fn two_bytes_a_character_are_read_with_a_mark_and_without() {
    let text = "[{\"id\": \"Ø😀\"},\n {\"id\": \"Ł\"}]";
    let meant = [at(1, "Ø😀"), at(2, "Ł")];
    for text in [text.to_owned(), format!("\u{feff}{text}"), format!("\n{text}")] {
        let lines = u64::from(text.starts_with('\n'));
        for bytes in [
            text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(),
            text.clone().into_bytes(),
        ] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            let keys = head(file.path(), None, &[], 10).unwrap().unwrap();
            assert_eq!((keys.names, keys.rows), (vec!["id".to_owned()], vec![vec!["Ø😀".to_owned()], vec!["Ł".to_owned()]]));
            let field = Field { path: vec!["id".to_owned()], missing: String::new(), nested: false };
            let batch = Objects::open(file.path(), None, &[], vec![field]).unwrap().next(9).unwrap().unwrap();
            assert_eq!([batch.line(0), batch.line(1)], meant.clone().map(|(line, _)| line + lines));
        }
    }
}

#[test]
fn a_long_list_is_a_stream() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let items: Vec<String> = (0..20_000).map(|id| format!("{{\"id\": {id}, \"text\": \"{}\"}}", "x".repeat(100))).collect();
    std::fs::write(file.path(), format!("[{}]", items.join(",\n"))).unwrap();
    let mut objects = Objects::open(file.path(), None, &[], Vec::new()).unwrap();
    assert_eq!(objects.next(1).unwrap().unwrap().len(), 1);
    assert!(objects.bytes_read() < 100_000, "{}", objects.bytes_read());
    let mut lines = Vec::new();
    while let Some(batch) = objects.next(u64::MAX).unwrap() {
        lines.extend((0..batch.len()).map(|record| batch.line(record)));
    }
    assert_eq!((lines.len(), lines.first(), lines.last()), (19_999, Some(&2), Some(&20_000)));
}

#[test]
fn a_head_names_what_objects_hold() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = r#"{"of": [{"id": 1, "at": {"city": "Ø", "zip": null}}, 7, {"id": "b", "drugs": [1]}, {"id": 4}]}"#;
    std::fs::write(file.path(), text).unwrap();
    let keys = head(file.path(), None, &["of".to_owned()], 2).unwrap().unwrap();
    assert_eq!(keys.names, ["id", "at", "at.city", "at.zip", "drugs"]);
    assert_eq!(keys.rows, [["1", r#"{"city":"Ø","zip":null}"#, "Ø", "", ""], ["b", "", "", "", "[1]"]]);
    std::fs::write(file.path(), "id,name\n1,x\n").unwrap();
    assert_eq!(head(file.path(), None, &[], 2).unwrap(), None);
}

#[test]
fn what_is_said_of_the_encoding_goes_before_what_is_found() {
    let text = "[{\"id\": \"Łódź\"}]";
    let file = tempfile::NamedTempFile::new().unwrap();
    let names = |encoding| head(file.path(), encoding, &[], 9).unwrap().map(|keys| keys.rows);
    let meant = Some(vec![vec!["Łódź".to_owned()]]);
    std::fs::write(file.path(), encoding_rs::WINDOWS_1250.encode(text).0).unwrap();
    assert_eq!(names(Some(encoding_rs::WINDOWS_1250)), meant);
    assert_eq!(names(None), None);
    std::fs::write(file.path(), format!("\u{feff}{text}")).unwrap();
    assert_eq!((names(None), names(Some(encoding_rs::UTF_8))), (meant.clone(), meant));
    let two_bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    std::fs::write(file.path(), two_bytes).unwrap();
    assert_eq!(names(Some(encoding_rs::UTF_8)), None);
}

#[test]
fn numbers_are_the_digits_that_stand_there() {
    let seen = firsts("[{\"id\": 12345678901234567890123}, {\"id\": 1.10}, {\"id\": -1e999}]", &[]);
    assert_eq!(seen, [at(1, "12345678901234567890123"), at(1, "1.10"), at(1, "-1e999")]);
}

#[test]
fn an_object_that_says_one_thing_twice_or_has_something_else_on_the_way_to_a_column_is_none() {
    let list = [
        r#"{"id": 1, "id": 1}"#,
        r#"{"id": 1, "more": [{"x": 1, "x": 2}]}"#,
        r#"{"id": 2, "name": ["Muster"]}"#,
        r#"{"id": 3, "name": null}"#,
        r#"{"id": 4, "name": "Muster"}"#,
    ];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("[{}]", list.join(",\n"))).unwrap();
    let path = ["name".to_owned(), "family".to_owned()];
    let field = |path: &[String]| Field { path: path.to_vec(), missing: String::new(), nested: false };
    let read = |fields: Vec<Field>, known: Known| {
        let batch = Objects::open(file.path(), None, &[], fields).unwrap().beside(known).next(9).unwrap().unwrap();
        let why = |at| batch.refusal(at).map(|why| (why.code, why.detail.clone()));
        (0..batch.len()).map(|at| (batch.line(at), batch.is_malformed(at), why(at))).collect::<Vec<_>>()
    };
    let refused = |line, code, path: &str| (line, true, Some((code, format!(": `{path}`"))));
    let meant =
        [(1, false, None), refused(2, "R0226", "more.x"), refused(3, "R0227", "name"), (4, false, None), refused(5, "R0227", "name")];
    assert_eq!(read(vec![field(&path)], Known::default()), meant);
    // Where another column takes whatever stands there, nothing is lost.
    let mut known = Known::default();
    known.at(&path[..1]).take();
    assert_eq!(read(vec![field(&path), field(&path[..1])], known)[2..], [(3, false, None), (4, false, None), (5, false, None)]);
}
