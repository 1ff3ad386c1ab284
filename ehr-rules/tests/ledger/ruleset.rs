//! A ruleset with every step at which a row can be lost from sight.

/// Its files.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "sources/small/1/schema.yaml",
        r#"
system: small
version: "1"
title: Small
dialect: {delimiter: ",", encoding: utf-8}
tables:
  people:
    file: "people*.csv"
    key: [Id]
    columns:
      Id: {type: integer, required: true}
      Born: date
      Tag: {type: text, unique: true}
      Mother: integer
      Parts: integer
    references: {Mother: people.Id}
  visits:
    file: visits.csv
    key: [No]
    columns:
      No: {type: text, required: true}
      Person: {type: integer, required: true}
      Day: {type: date, required: true}
      Ward: text
    references: {Person: people.Id}
  wards:
    file: wards.csv
    columns:
      Code: {type: text, required: true}
      Name: text
      Beds: {type: integer, min: 0}
"#,
    ),
    (
        "sources/small/1/rules.yaml",
        r#"
person:
  from: people
  where: "Born != ()"
  columns:
    id: Id
    born: Born
    tag: Tag
    share: {rhai: "let parts = Parts; if parts == () { () } else { 100 / parts }", type: integer}
visit:
  from: visits
  where: "Day >= \"2000-01-01\""
  columns:
    person: Person
    day: Day
    ward: {lookup: wards, on: {Ward: Code}, take: Name, expect: at_most_one, on_missing: reject}
    beds: {lookup: wards, on: {Ward: Code}, take: Beds, expect: at_most_one, on_missing: reject}
ward_days:
  from: visits
  pivot: {by: [Person, Day], name: Ward, value: No, columns: {north: W1, south: W3}, others: drop}
  columns: {person: Person, day: Day, north: north, south: south}
last_visit:
  from: visits
  columns: {person: Person, day: Day}
  dedupe: {by: [person], keep: {latest: day}}
"#,
    ),
    (
        "categories/person.yaml",
        "{category: person, resource: Patient, summary: A person., columns: {id: {type: integer, required: true}, born: {type: date, required: true}, tag: text, share: integer}}",
    ),
    (
        "categories/visit.yaml",
        "{category: visit, resource: Encounter, summary: A visit., columns: {person: {type: integer, required: true}, day: {type: date, required: true}, ward: text, beds: integer}}",
    ),
    (
        "categories/last_visit.yaml",
        "{category: last_visit, resource: Encounter, summary: The last., columns: {person: {type: integer, required: true}, day: {type: date, required: true}}}",
    ),
    (
        "categories/ward_days.yaml",
        "{category: ward_days, resource: Encounter, summary: Days by ward., columns: {person: {type: integer, required: true}, day: {type: date, required: true}, north: text, south: text}}",
    ),
    (
        "targets/out/schema.yaml",
        r"
target: out
title: Out
tables:
  persons: {key: [id], columns: {id: {type: integer, required: true}, born: {type: date, required: true}, share: integer}}
  periods: {key: [person], columns: {person: {type: integer, required: true}, day: date, visits: {type: integer, required: true}}}
",
    ),
    (
        "targets/out/rules.yaml",
        r"
persons:
  from: person
  columns: {id: {key: [id]}, born: born, share: share}
  dedupe: {by: [born], keep: first}
periods:
  from: visit
  group: [person]
  columns: {person: person, day: {min: day}, visits: {count: day}}
",
    ),
];
