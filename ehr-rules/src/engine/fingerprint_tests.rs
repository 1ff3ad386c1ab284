#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::dataset::dtype::dtype;
use polars::chunked_array::builder::get_list_builder;
use proptest::collection::vec;
use proptest::prelude::*;

const PLAIN: Texts = Texts { trim: false, collapse: false };

fn part(name: &str, kind: Kind) -> Part {
    Part { column: name.to_owned(), name: name.to_owned(), kind }
}

fn of(frame: &DataFrame, parts: &[Part], texts: Texts, what: Print) -> String {
    let made = frame.clone().lazy().select([print(parts, texts, what).alias("it")]).collect().unwrap();
    made.column("it").unwrap().str().unwrap().get(0).unwrap().to_owned()
}

/// A medication as it stands in an export: name, dose, and its place in the list, which nothing is told by.
type Drug = (Option<String>, Option<String>, i64);

/// One row: a person with medications and an age, which is not compared.
fn person(name: Option<&str>, born: Option<i32>, drugs: &[Drug], age: i64) -> DataFrame {
    let kind = Kind::Struct(vec![("name".to_owned(), Kind::Text), ("dose".to_owned(), Kind::Text), ("position".to_owned(), Kind::Integer)]);
    let fields = [
        Series::new("name".into(), drugs.iter().map(|drug| drug.0.clone()).collect::<Vec<_>>()),
        Series::new("dose".into(), drugs.iter().map(|drug| drug.1.clone()).collect::<Vec<_>>()),
        Series::new("position".into(), drugs.iter().map(|drug| drug.2).collect::<Vec<_>>()),
    ];
    let items = StructChunked::from_series("".into(), drugs.len(), fields.iter()).unwrap().into_series();
    let mut lists = get_list_builder(&dtype(&kind), drugs.len(), 1, "medications".into());
    lists.append_series(&items).unwrap();
    let columns = vec![
        Column::new("name".into(), [name]),
        Series::new("birth_date".into(), [born]).cast(&DataType::Date).unwrap().into_column(),
        lists.finish().into_column(),
        Column::new("age".into(), [age]),
    ];
    DataFrame::new(1, columns).unwrap()
}

fn compared() -> Vec<Part> {
    let drug = Kind::Struct(vec![("name".to_owned(), Kind::Text), ("dose".to_owned(), Kind::Text)]);
    vec![part("name", Kind::Text), part("birth_date", Kind::Date), part("medications", Kind::List(Box::new(drug)))]
}

fn drug(name: &str, dose: Option<&str>, position: i64) -> Drug {
    (Some(name.to_owned()), dose.map(str::to_owned), position)
}

// The digests below were computed by another program, written from the description alone.

#[test]
fn the_form_stays_what_it_is() {
    let frame = person(Some("Jose\u{301} Núñez"), Some(3711), &[], 40);
    let digest = "v1:7a31d808b938e3e29519594f9421fe4410fdac2f7d01e355455a7db82cbd0a65";
    assert_eq!(of(&frame, &compared(), PLAIN, Print::Row), digest);
    let nothing = person(Some(""), None, &[(None, Some(String::new()), 1)], 40);
    assert_eq!(of(&nothing, &compared(), PLAIN, Print::Row), "v1:b4024adca3f7c286e00adec609b4cb7ede12d7cd5039668cc66eba505aabc401");
    let keyed = DataFrame::new(1, vec![Column::new("prn".into(), ["P1"])]).unwrap();
    assert_eq!(of(&keyed, &[part("prn", Kind::Text)], PLAIN, Print::Key), "9113c3fc-97a5-600b-eeb3-b99764f3a289");
}

#[test]
fn each_kind_has_one_spelling() {
    let drugs = [drug("Ibuprofen", None, 1), drug("Aspirin", Some("5-325 mg"), 2), drug("Ibuprofen", Some(""), 3)];
    let mut frame = person(None, None, &drugs, 40);
    let columns = [
        Column::new("active".into(), [true]),
        Series::new("cost".into(), ["12.50"]).cast(&dtype(&Kind::Decimal { precision: 12, scale: 2 })).unwrap().into_column(),
        Series::new("seen".into(), [1_706_702_400_250_000_i64]).cast(&dtype(&Kind::Instant)).unwrap().into_column(),
        Column::new("weight".into(), [70.1]),
    ];
    for column in columns {
        frame.with_column(column).unwrap();
    }
    let mut parts = compared();
    parts.extend([
        part("weight", Kind::Float),
        part("seen", Kind::Instant),
        part("cost", Kind::Decimal { precision: 12, scale: 2 }),
        part("active", Kind::Boolean),
    ]);
    assert_eq!(of(&frame, &parts, PLAIN, Print::Row), "v1:9c3e5c0ae7b1cf435115052f036e27aceaf70163af25b32a2515331a2a05cf63");
    let spelled = ["-0.00", "7.00", "0.10", "08:30:00.500", "2024-01-31T12:00:00Z"].map(without_zeros);
    assert_eq!(spelled, ["0", "7", "0.1", "08:30:00.5", "2024-01-31T12:00:00Z"]);
}

#[test]
fn blanks_count_unless_it_is_declared() {
    let print = |name: &str, texts: Texts| of(&person(Some(name), None, &[], 0), &compared(), texts, Print::Row);
    let (trim, collapse) = (Texts { trim: true, collapse: false }, Texts { trim: false, collapse: true });
    assert_ne!(print(" Ada", PLAIN), print("Ada", PLAIN));
    assert_eq!(print(" Ada\u{a0}", trim), print("Ada", PLAIN));
    assert_ne!(print("Ada  B", trim), print("Ada B", PLAIN));
    assert_eq!(print("\tAda  B ", collapse), print("Ada B", PLAIN));
    assert_eq!(print("  ", trim), print("", PLAIN));
}

#[test]
fn what_changed_is_told_by_name() {
    let parts = |frame: DataFrame| -> serde_json::Value { serde_json::from_str(&of(&frame, &compared(), PLAIN, Print::Parts)).unwrap() };
    let old = parts(person(Some("Ada"), Some(3711), &[drug("Aspirin", None, 1)], 1));
    let new = parts(person(Some("Ada"), None, &[drug("Aspirin", Some("5 mg"), 1)], 2));
    assert_eq!(old["name"], new["name"]);
    assert!(old["birth_date"].is_string() && new["birth_date"].is_null() && old["medications"] != new["medications"]);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-cé: {}\\[\\]0-9]{1,4}", "\\PC{1,6}"]
}

fn drugs() -> impl Strategy<Value = Vec<Drug>> {
    vec((proptest::option::of(text()), proptest::option::of(text()), 0..5_i64), 0..4)
}

proptest! {
    #[test]
    fn order_normal_form_and_what_is_ignored_change_nothing(name in text(), born in -9_000..20_000_i32, drugs in drugs(), age in 0..9_i64, seed in 0..24_usize) {
        let print = of(&person(Some(&name), Some(born), &drugs, 0), &compared(), PLAIN, Print::Row);
        let mut moved: Vec<Drug> = drugs.clone();
        moved.rotate_left(seed % drugs.len().max(1));
        if seed % 2 == 0 {
            moved.reverse();
        }
        for (at, drug) in (0_i64..).zip(moved.iter_mut()) {
            drug.2 = at;
            drug.0 = drug.0.as_ref().map(|name| name.nfd().collect());
        }
        moved.extend(moved.first().cloned());
        let spelled: String = name.nfd().collect();
        prop_assert_eq!(of(&person(Some(&spelled), Some(born), &moved, age), &compared(), PLAIN, Print::Row), print);
    }

    #[test]
    fn any_cell_that_is_compared_changes_it(name in text(), born in -9_000..20_000_i32, drugs in drugs(), other in text(), at in 0..6_usize) {
        let print = |name: &str, born: i32, drugs: &[Drug]| of(&person(Some(name), Some(born), drugs, 0), &compared(), PLAIN, Print::Row);
        let before = print(&name, born, &drugs);
        // Longer than any other text here, so that it is none of them.
        let fresh = format!("{other} and more");
        prop_assert_ne!(print(&fresh, born, &drugs), before.clone());
        prop_assert_ne!(print(&name, born + 1, &drugs), before.clone());
        let mut changed = drugs.clone();
        match changed.get_mut(at / 2) {
            Some(drug) if at % 2 == 0 => drug.0 = Some(fresh),
            Some(drug) => drug.1 = Some(fresh),
            None => changed.push((Some(fresh), None, 0)),
        }
        prop_assert_ne!(print(&name, born, &changed), before);
    }
}
