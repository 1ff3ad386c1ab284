//! Rows that come again, tenant by tenant: what is one's is compared with its own, and its conflicts are its own to be decided.

use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use crate::tenants::Base;
use crate::tenants::clinics;
use crate::tenants::in_each;
use crate::tenants::order;
use crate::tenants::record;
use mysql::prelude::Queryable;
use serde_json::Value;
use serde_json::json;

/// The scenario with rules that track patients, and drugs as part of them.
fn tracking(scenario: impl Fn(&Place, &Base)) {
    in_each(|place, base| {
        track(place);
        scenario(place, base);
    });
}

fn track(place: &Place) {
    let columns = "    columns: {prn: {type: text, required: true}, name: text}\n";
    let track = "    track:
      key: prn
      fingerprint: {columns: [name, drugs]}
      on_changed:
        then: take_new
        kinds: {renamed: {columns: name, severity: high, then: quarantine}}
";
    place.replace("rulesets/targets/clinics/schema.yaml", columns, &format!("{columns}{track}"));
}

/// Brings what lies in `in` now, and gives for each tenant how many patients were new, identical, changed and duplicate, and the conflicts.
fn bring(place: &Place, base: &Base, name: &str) -> Vec<(String, [u64; 5])> {
    order(place, "in", name).code(0);
    let json = answer(&base.ehr(place, &format!("import {name} --format json")).code(0));
    let one = |tenant: &Value| {
        let told = &tenant["tracked"]["patients"];
        let counts = ["new", "identical", "changed", "duplicate", "conflicts"].map(|what| told[what].as_u64().unwrap());
        (tenant["tenant"].as_str().unwrap().to_owned(), counts)
    };
    json["imported"]["tenants"].as_array().unwrap().iter().map(one).collect()
}

fn of(name: &str, counts: [u64; 5]) -> (String, [u64; 5]) {
    (name.to_owned(), counts)
}

/// What is written down of the loads of an order, but for when that was.
fn loads(place: &Place, order: &str) -> Vec<Value> {
    let mut loads = place.json(&format!("{order}/order.json"))["imports"].as_array().unwrap().clone();
    for load in &mut loads {
        load["at"] = Value::Null;
    }
    loads
}

#[test]
fn what_came_of_a_load_is_written_down_even_where_it_was_there_before() {
    tracking(|place, base| {
        for (name, drugs) in [("first", ["a"]), ("second", ["b"])] {
            record(place, "in/1.json", "Ada Marsh", "P1", "one", &drugs);
            record(place, &format!("in/{name}.json"), "Gary Wang", name, "two", &[]);
            bring(place, base, name);
        }
        let told = loads(place, "second");
        assert_eq!(told.len(), 2);
        let of = |at: usize| told[at]["tracked"]["patients"].clone();
        assert_eq!(of(0), json!({"new": 0, "identical": 0, "changed": 1, "duplicate": 0, "conflicts": 1}));
        assert_eq!(of(1), json!({"new": 1, "identical": 1, "changed": 0, "duplicate": 0, "conflicts": 0}));
        // As a process leaves it that dies between the load and this.
        let mut order = place.json("second/order.json");
        order["imports"] = json!([]);
        place.write("second/order.json", order.to_string());
        let json = answer(&base.ehr(place, "import second --format json").code(0));
        assert_eq!(loads(place, "second"), told);
        // This load did nothing.
        assert_eq!((&json["imported"]["already"], &json["imported"]["tracked"]), (&json!(true), &json!({})));
        // It goes with its load.
        base.ehr(place, "undo second").code(0);
        for identifier in base.places(place).values() {
            assert_eq!(base.number(place, identifier, "SELECT count(*) FROM _ehr_outcomes WHERE number > 1"), 0, "{identifier}");
        }
    });
}

/// What a tenant's conflicts are, with their values.
fn conflicts(place: &Place, base: &Base, tenant: &str) -> Vec<Value> {
    let json = answer(&base.of(place, tenant, &["conflicts", "--format", "json", "list", "--show-values"]).code(0));
    json["conflicts"].as_array().unwrap().clone()
}

#[test]
fn the_conflicts_of_one_are_never_in_anothers_books() {
    tracking(|place, base| {
        for provider in ["Gary Wang", "gary-wang", "Ada Marsh"] {
            record(place, &format!("in/{provider}.json"), provider, "P1", &format!("patient of {provider}"), &["a"]);
        }
        let each = |counts: [u64; 5]| ["Ada Marsh", "Gary Wang", "gary-wang"].map(|name| of(name, counts)).to_vec();
        let sorted = |mut told: Vec<(String, [u64; 5])>| {
            told.sort();
            told
        };
        assert_eq!(sorted(bring(place, base, "first")), each([1, 0, 0, 0, 0]));
        // One is renamed, one takes other drugs, and the third's patient is called as another's is.
        record(place, "in/Gary Wang.json", "Gary Wang", "P1", "renamed", &["a"]);
        record(place, "in/gary-wang.json", "gary-wang", "P1", "patient of gary-wang", &["b", "c"]);
        record(place, "in/Ada Marsh.json", "Ada Marsh", "P1", "patient of Ada Marsh", &["a"]);
        assert_eq!(
            sorted(bring(place, base, "second")),
            [of("Ada Marsh", [0, 1, 0, 0, 0]), of("Gary Wang", [0, 0, 1, 0, 1]), of("gary-wang", [0, 0, 1, 0, 1])]
        );
        let [gary, other, ada] = ["Gary Wang", "gary-wang", "Ada Marsh"].map(|name| conflicts(place, base, name));
        assert_eq!((gary.len(), other.len(), ada.len()), (1, 1, 0));
        assert_eq!((&gary[0]["kind"], &gary[0]["new"]["values"]["name"]), (&json!("renamed"), &json!("renamed")));
        assert_eq!((&other[0]["kind"], &other[0]["changed"]), (&json!("data_changed"), &json!(["drugs"])));
        // Nothing of one's is in what the other's place holds, whichever of its tables.
        let places = base.places(place);
        for (name, others) in [("Gary Wang", "patient of gary-wang"), ("gary-wang", "renamed"), ("Ada Marsh", "Wang")] {
            for sql in [
                format!("SELECT count(*) FROM _ehr_conflicts WHERE old_values LIKE '%{others}%' OR new_values LIKE '%{others}%'"),
                format!("SELECT count(*) FROM _ehr_rows_patients WHERE _ehr_content LIKE '%{others}%'"),
                format!("SELECT count(*) FROM _ehr_past_patients WHERE name LIKE '%{others}%'"),
                format!("SELECT count(*) FROM patients WHERE name LIKE '%{others}%'"),
            ] {
                assert_eq!(base.number(place, &places[name], &sql), 0, "{name}: {sql}");
            }
        }
        // The same number is another conflict of another tenant: to decide one decides nothing of the other's.
        assert_eq!((&gary[0]["id"], &other[0]["id"]), (&json!(1), &json!(1)));
        base.of(place, "GARY  wang", &["conflicts", "accept", "1", "--by", "Ada"]).code(0);
        let name =
            |tenant: &str, name: &str| base.number(place, &places[tenant], &format!("SELECT count(*) FROM patients WHERE name = '{name}'"));
        assert_eq!((name("Gary Wang", "renamed"), name("gary-wang", "patient of gary-wang")), (1, 1));
        assert_eq!(conflicts(place, base, "gary-wang")[0]["status"], "open");
        base.of(place, "gary-wang", &["conflicts", "reject", "1"]).code(0);
        let drugs = |tenant: &str| base.number(place, &places[tenant], "SELECT count(*) FROM drugs");
        assert_eq!((drugs("gary-wang"), drugs("Gary Wang")), (1, 1));
        base.of(place, "gary-wang", &["conflicts", "reopen", "1"]).code(0);
        assert_eq!(drugs("gary-wang"), 2);
        let shown = stdout(&base.of(place, "gary-wang", &["conflicts", "show", "1"]).code(0));
        assert!(shown.contains("patient of gary-wang") && !shown.contains("renamed"), "{shown}");
        base.of(place, "Ada Marsh", &["conflicts", "show", "1"]).code(2);

        // One's part of an order is taken out, with its conflicts and nobody else's.
        base.of(place, "Gary Wang", &["undo", "second"]).code(0);
        assert_eq!((name("Gary Wang", "patient of Gary Wang"), conflicts(place, base, "Gary Wang").len()), (1, 0));
        assert_eq!(conflicts(place, base, "gary-wang").len(), 1);
    });
}

#[test]
fn whose_conflicts_are_meant_is_said_and_never_guessed() {
    tracking(|place, base| {
        record(place, "in/1.json", "Gary Wang", "P1", "x", &[]);
        bring(place, base, "first");
        let said = stderr(&base.ehr(place, "conflicts list").code(2));
        assert!(said.contains("`--tenant` says whose") && said.contains("tenants list --to"), "{said}");
        let said = stderr(&base.ehr(place, "conflicts accept 1").code(2));
        assert!(said.contains("`--tenant` says whose"), "{said}");
        let said = stderr(&base.of(place, "Gary Wnag", &["conflicts", "list"]).code(2));
        assert!(said.contains("no tenant of that name") && said.contains("did you mean `Gary Wang`?"), "{said}");
        let said = stderr(&base.of(place, "somebody else altogether", &["conflicts", "list"]).code(2));
        assert!(said.contains("no tenant of that name") && said.contains("tenants list"), "{said}");
        let said = stdout(&base.of(place, "Gary Wang", &["conflicts", "list"]).code(0));
        assert_eq!(said, "no conflicts\n");
    });
}

#[test]
fn a_destination_says_where_it_stands_and_shows_no_values() {
    tracking(|place, base| {
        for provider in ["Gary Wang", "Ada Marsh"] {
            record(place, &format!("in/{provider}.json"), provider, "P1", "Amal Secret", &["a"]);
        }
        bring(place, base, "first");
        record(place, "in/Gary Wang.json", "Gary Wang", "P1", "Bo Secret", &["a"]);
        bring(place, base, "second");
        record(place, "in/Gary Wang.json", "Gary Wang", "P1", "Amal Secret", &["b"]);
        bring(place, base, "third");
        let json = answer(&base.ehr(place, "status --format json").code(0));
        let standing = &json["destination"];
        assert_eq!((&json["orders"], &standing["orders"]), (&json!([]), &json!([])));
        let tenants = standing["tenants"].as_array().unwrap();
        let of = |name: &str| tenants.iter().find(|tenant| tenant["tenant"] == name).unwrap();
        assert_eq!(
            of("Gary Wang")["open_conflicts"],
            json!([
                {"table": "patients", "kind": "data_changed", "severity": "medium", "conflicts": 1},
                {"table": "patients", "kind": "renamed", "severity": "high", "conflicts": 1},
            ])
        );
        assert_eq!(of("Ada Marsh")["open_conflicts"], json!([]));
        assert_eq!(of("Ada Marsh")["orders"].as_array().unwrap().len(), 3);
        assert_eq!(of("Gary Wang")["orders"][0]["target"], "clinics");
        let said = stdout(&base.ehr(place, "status").code(0));
        assert!(said.contains("Gary Wang") && said.contains("renamed") && said.contains("open conflicts of all tenants"), "{said}");
        assert!(!said.contains("Secret") && !json.to_string().contains("Secret"), "{said}");

        base.of(place, "Gary Wang", &["conflicts", "accept", "1"]).code(4);
        base.of(place, "Gary Wang", &["conflicts", "reject", "2"]).code(0);
        base.of(place, "Gary Wang", &["conflicts", "accept", "1"]).code(0);
        base.ehr(place, "undo third --tenant Ada").code(2);
        let mut looks_on = if let Base::Maria(server) = base { Some(server.connect()) } else { None };
        let mut connections = || {
            let status: Option<(String, u64)> = looks_on.as_mut()?.query_first("SHOW GLOBAL STATUS LIKE 'Connections'").unwrap();
            status.map(|(_, count)| count)
        };
        let before = connections();
        let json = answer(&base.ehr(place, "status first --format json").code(0));
        // To what is nobody's, to the registry, and to all tenants together.
        assert_eq!(connections(), before.map(|before| before + 3));
        assert_eq!(json["orders"].as_array().unwrap().len(), 1);
        assert!(json["destination"]["tenants"].as_array().unwrap().iter().all(|tenant| tenant["open_conflicts"] == json!([])), "{json}");
    });
}

#[test]
fn a_destination_without_tenants_says_where_it_stands() {
    let place = clinics();
    track(&place);
    place.replace("rulesets/targets/clinics/schema.yaml", "tenant: {from: provider}\n", "");
    place.replace("rulesets/sources/clinics/1/schema.yaml", "      provider: {type: text, required: true, path: meta.provider}\n", "");
    record(&place, "in/1.json", "x", "P1", "Amal Secret", &[]);
    order(&place, "in", "first").code(0);
    place.ehr("status --to sqlite:clinic.db").code(2);
    place.ehr("import first --to sqlite:clinic.db").code(0);
    record(&place, "in/1.json", "x", "P1", "Bo Secret", &[]);
    order(&place, "in", "second").code(0);
    place.ehr("import second --to sqlite:clinic.db").code(0);
    let said = stdout(&place.ehr("status --to sqlite:clinic.db").code(0));
    assert!(
        said.contains("clinics/1") && said.contains("open conflicts\n") && said.contains("renamed") && !said.contains("Secret"),
        "{said}"
    );
    let said = stderr(&place.ehr("conflicts --to sqlite:clinic.db --tenant x list").code(2));
    assert!(said.contains("keeps no tenants apart"), "{said}");
    place.ehr("undo second --to sqlite:clinic.db").code(0);
    let said = stdout(&place.ehr("status --to sqlite:clinic.db").code(0));
    assert!(said.contains("no open conflicts"), "{said}");
}
