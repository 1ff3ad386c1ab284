//! Lists and structs, read from texts.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::nested::Shape;
use crate::dataset::dtype::dtype;
use crate::dataset::text;
use crate::ir::schema::SourceColumn;
use crate::ir::types::Kind;

fn read(column: &SourceColumn, cells: &[&str]) -> Vec<(bool, Option<String>)> {
    let shape = Shape::new(column, &[String::new(), "NA".to_owned()]).unwrap();
    let mut values = shape.values();
    let sound: Vec<bool> = cells.iter().map(|cell| shape.read(cell, &mut values)).collect();
    let series = shape.finish(values, "c".into()).unwrap();
    assert_eq!(*series.dtype(), dtype(&column.ty.kind));
    let texts = text::texts(&series, &column.ty.kind).unwrap();
    sound.into_iter().zip(texts.iter().map(|text| text.map(str::to_owned))).collect()
}

fn list(kind: Kind) -> Kind {
    Kind::List(Box::new(kind))
}

fn some(text: &str) -> (bool, Option<String>) {
    (true, Some(text.to_owned()))
}

#[test]
fn items_between_separators_are_trimmed_and_empty_ones_are_none() {
    let column = SourceColumn { split: Some(";".to_owned()), ..SourceColumn::plain("c", list(Kind::Integer)) };
    let shown = read(&column, &["1; 2;;3;", ";", "NA;4", "1;x"]);
    assert_eq!(shown[..3], [some("[1,2,3]"), some("[]"), some("[null,4]")]);
    assert!(!shown[3].0);
}

#[test]
fn json_is_read_as_the_types_say_and_what_is_not_so_is_refused() {
    let fields = vec![
        ("name".to_owned(), Kind::Text),
        ("cost".to_owned(), Kind::Decimal { precision: 20, scale: 2 }),
        ("on".to_owned(), Kind::Date),
        ("doses".to_owned(), list(Kind::Float)),
        ("done".to_owned(), Kind::Boolean),
    ];
    let column = SourceColumn { text_as: Some("name".to_owned()), ..SourceColumn::plain("c", list(Kind::Struct(fields))) };
    // The union of text and object stands in the item.
    let item = SourceColumn {
        text_as: Some("name".to_owned()),
        ..SourceColumn::plain("of", if let Kind::List(item) = &column.ty.kind { (**item).clone() } else { Kind::Text })
    };
    let column = SourceColumn { inside: vec![item], ..column };
    let shown = read(
        &column,
        &[
            r#"["plain", {"name": "NA", "cost": "123456789012345678.90", "on": "2024-02-29", "doses": [0.5, null], "done": true}, null]"#,
            "null",
            r#"[{"cost": 123456789012345678.90}]"#,
            r#"[{"name": 5.0}]"#,
            r#"{"name": "x"}"#,
            "[",
            r#"[{"doses": []}]"#,
        ],
    );
    let none = r#""cost":null,"on":null,"doses":null,"done":null"#;
    let first = format!(
        r#"[{{"name":"plain",{none}}},{{"name":null,"cost":123456789012345678.90,"on":"2024-02-29","doses":[0.5,null],"done":true}},null]"#
    );
    assert_eq!(shown[0], some(&first));
    assert_eq!(shown[1], (true, None));
    assert_eq!(shown.iter().map(|(sound, _)| *sound).collect::<Vec<_>>(), [true, true, true, true, false, false, true]);
    // A number in a text is its digits, and one of many is exact.
    assert!(shown[2].1.as_deref().is_some_and(|text| text.contains(":123456789012345678.90,")));
    assert!(shown[3].1.as_deref().is_some_and(|text| text.contains("\"name\":\"5.0\"")));
    assert_eq!(shown[6].1.as_deref(), Some(r#"[{"name":null,"cost":null,"on":null,"doses":[],"done":null}]"#));
}

#[test]
fn one_item_stands_for_its_list_where_that_is_said_and_what_means_no_value_is_no_item() {
    let item = SourceColumn {
        text_as: Some("name".to_owned()),
        ..SourceColumn::plain("of", Kind::Struct(vec![("name".to_owned(), Kind::Text), ("days".to_owned(), list(Kind::Date))]))
    };
    let days = SourceColumn { or_one: true, ..SourceColumn::plain("days", list(Kind::Date)) };
    let item = SourceColumn { inside: vec![SourceColumn::plain("name", Kind::Text), days], ..item };
    let column = SourceColumn { inside: vec![item.clone()], ..SourceColumn::plain("c", list(item.ty.kind)) };
    let cells = [
        r#""x""#,
        r#"{"name": "x", "days": "2024-02-29"}"#,
        r#"["x", {"days": ["2024-02-29", "2024-03-01"]}]"#,
        "[]",
        "null",
        r#""""#,
        r#"" NA ""#,
        r#"{"days": ["2024-02-29", "soon"]}"#,
        r#"{"days": {"on": "2024-02-29"}}"#,
        "5",
    ];
    let shown = read(&SourceColumn { or_one: true, ..column.clone() }, &cells);
    let whole = r#"[{"name":"x","days":["2024-02-29"]}]"#;
    let both = r#"[{"name":"x","days":null},{"name":null,"days":["2024-02-29","2024-03-01"]}]"#;
    assert_eq!(shown[..4], [some(r#"[{"name":"x","days":null}]"#), some(whole), some(both), some("[]")]);
    assert_eq!(shown[4..7], [(true, None), (true, None), (true, None)]);
    assert_eq!(shown[7..].iter().map(|(sound, _)| *sound).collect::<Vec<_>>(), [false, false, false]);
    let sound: Vec<bool> = read(&column, &cells).into_iter().map(|(sound, _)| sound).collect();
    assert_eq!(sound, [false, false, true, true, true, false, false, false, false, false]);

    let fault = |or_one, cell: &str| Shape::new(&SourceColumn { or_one, ..column.clone() }, &[]).unwrap().fault(cell);
    assert!(fault(false, cells[0]).starts_with(": a text, and no list(struct("), "{}", fault(false, cells[0]));
    assert!(fault(false, cells[0]).ends_with("; `or_one: true` makes a list of an item that stands without one"));
    assert!(!fault(false, "5").contains("or_one"), "what is no item either");
    assert_eq!(fault(true, cells[7]), ": `days[2]` is a text, and no date");
    assert_eq!(fault(true, cells[8]), ": `days` is an object, and no date");
    assert!(fault(true, "5").starts_with(": a number, and no struct("));
}
