//! `scan`: what an unknown export holds, without a value of it.

use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use calamine::Reader as _;
use std::fmt::Write as _;

#[test]
fn a_scan_needs_no_rules_and_says_no_value() {
    let place = Place::new();
    let ran = place.ehr("scan export --rules nowhere").code(0);
    let said = stdout(&ran);
    assert!(said.contains("patients.csv: 3 rows of 4 columns"), "{said}");
    assert!(said.contains("visits.csv `PATIENT` -> patients.csv `Id`"), "{said}");
    assert!(!said.contains("Elder") && !said.contains("1955"), "{said}");
    let json = answer(&place.ehr("scan export --format json").code(0));
    assert_eq!(json["files"][0]["columns"][2]["type"], "date");
    assert_eq!(json["files"][0]["columns"][2]["person"]["tag"], "birth_date");
    assert!(!json.to_string().contains("1955"));
}

#[test]
fn values_are_shown_where_they_are_asked_for() {
    let place = Place::new();
    assert!(stdout(&place.ehr("scan export --show-values").code(0)).contains("\"1955-12-01\" 1"));
    place.ehr("scan nowhere").code(5);
}

/// An export of a system that no rules know: thirty people, and two visits of each.
fn unknown(place: &Place) {
    let mut people = "person_no;surname;forename;dob;sex;plan\n".to_owned();
    let mut visits = "visit_id;person_no;start;end;reason;ward\n".to_owned();
    for at in 0..30 {
        let (sex, plan) = if at % 2 == 0 { ("F", "basic") } else { ("M", "extra") };
        writeln!(people, "P{at:04};Muster{at};Bo{at};{:02}/{:02}/19{};{sex};{plan}", at % 28 + 1, at % 12 + 1, 50 + at).unwrap();
        for visit in 1..3 {
            let day = format!("2024-0{visit}-{:02}", at % 28 + 1);
            writeln!(visits, "{};P{at:04};{day}T09:00:00;{day}T09:30:00;check;{}", at * 2 + visit, visit % 2).unwrap();
        }
    }
    place.write("unknown/people.csv", people);
    place.write("unknown/visits.csv", visits);
}

#[test]
fn a_draft_passes_check_is_detected_and_runs_once_its_rules_are_approved() {
    let place = Place::new();
    unknown(&place);
    place.ehr("detect unknown").code(3);
    let said = answer(&place.ehr("init unknown --system nova --version 7 --format json").code(0));
    assert!(said["files"].as_array().is_some_and(|files| files.len() == 3), "{said}");
    let schema = place.read("rulesets/sources/nova/7/schema.yaml");
    assert!(!schema.contains("Muster") && schema.contains("phi: birth_date") && schema.contains("formats: [\"%d/%m/%Y\"]"), "{schema}");
    assert!(place.read("rulesets/sources/nova/7/patient.yaml").contains("status: proposed"));
    place.ehr("check").code(0);
    assert_eq!(answer(&place.ehr("detect unknown --format json").code(0))["version"], "7");
    // A draft never writes over what is there.
    place.ehr("init unknown --system nova --version 7").code(2);
    // Nothing is run before somebody has read it.
    place.ehr("run unknown --target demo --out before").code(0);
    assert!(!place.read("before/converted/person.csv").contains("1950"));
    for rule in ["patient", "encounter"] {
        let file = format!("rulesets/sources/nova/7/{rule}.yaml");
        let approved = place.read(&file).replace("  status: proposed\n", "");
        place.write(&file, approved);
    }
    place.ehr("check").code(0);
    place.ehr("run unknown --target demo --out after").code(0);
    let ledger = place.json("after/ledger.json");
    assert_eq!(ledger["balanced"], true);
    for (table, rows) in [("people", 30), ("visits", 60)] {
        let line = ledger["tables"].as_array().unwrap().iter().find(|line| line["table"] == table).unwrap();
        assert_eq!((&line["read"], &line["converted"]), (&rows.into(), &rows.into()), "{line}");
    }
    assert_eq!(place.read("after/converted/person.csv").lines().count(), 31);
}

#[test]
fn the_next_version_is_drafted_as_what_changed() {
    let place = Place::new();
    let mut patients = "Id,FULL NAME,BIRTHDATE,SEX,EMAIL\n".to_owned();
    let mut visits = "Id,patient,START,BILLED,WARD\n".to_owned();
    let mut notes = "note,visit\n".to_owned();
    for at in 0..40 {
        let sex = if at % 2 == 0 { "F" } else { "M" };
        writeln!(patients, "P{at:03},Muster {at},{:02}.{:02}.1960,{sex},bo{at}@example.org", at % 28 + 1, at % 12 + 1).unwrap();
        writeln!(visits, "V{at:03},P{at:03},2024-02-{:02}T08:00:00,{at}.50,{}", at % 28 + 1, at % 3).unwrap();
        writeln!(notes, "N{at:03},V{at:03}").unwrap();
    }
    for (name, text) in [("patients", patients), ("visits", visits), ("notes", notes)] {
        place.write(&format!("later/{name}.csv"), text);
    }
    let said = answer(&place.ehr("init later --system acme --version 2 --from 1 --format json").code(0));
    let changes = &said["changes"];
    let renamed = serde_json::json!({"patients.NAME": "FULL NAME", "patients.GENDER": "SEX", "visits.PATIENT": "patient"});
    assert_eq!(changes["renamed"], renamed, "{said:#}");
    assert_eq!(changes["added"], serde_json::json!(["patients.EMAIL", "visits.BILLED", "visits.WARD"]), "{said:#}");
    assert_eq!(changes["dropped"], serde_json::json!(["visits.COST"]), "{said:#}");
    assert_eq!(changes["retyped"]["patients.BIRTHDATE"], "{type: date, formats: [\"%d.%m.%Y\"]}", "{said:#}");
    assert_eq!(changes["new_tables"], serde_json::json!(["notes"]), "{said:#}");
    let checked = stdout(&place.ehr("check").code(0));
    assert!(checked.contains("no problems"), "{checked}");
    let schema = place.read("rulesets/sources/acme/2/schema.yaml");
    assert!(!schema.contains("Muster") && !schema.contains("example.org"), "{schema}");
    // A rule reads what is gone, so nothing is converted as if it were not.
    assert!(said["open"].to_string().contains("`COST` of `visits` is not in this export"), "{said:#}");
    place.ehr("run later --source acme/2 --target demo --out order").code(4);
    // Once somebody says what it is called now, all of it runs.
    let kept: Vec<&str> = schema.lines().filter(|line| !line.starts_with("      BILLED: ")).collect();
    let kept = kept.join("\n").replace("    rename:\n      PATIENT:", "    rename:\n      COST: BILLED\n      PATIENT:");
    place.write("rulesets/sources/acme/2/schema.yaml", kept);
    place.ehr("run later --source acme/2 --target demo --out order2").code(0);
    assert_eq!(place.json("order2/ledger.json")["balanced"], true);
    assert_eq!(place.read("order2/converted/person.csv").lines().count(), 41);
    place.ehr("init later --system acme --version 3 --from 9").code(2);
    place.ehr("init later --system nova --version 3 --from acme/1").code(2);
}

#[test]
fn a_page_and_a_report_hold_what_was_found_and_values_only_where_they_are_asked_for() {
    let place = Place::new();
    unknown(&place);
    place.ehr("scan unknown --html scan.html --white-rabbit report.xlsx").code(0);
    let page = place.read("scan.html");
    assert!(page.contains("<code>;</code> between fields") && !page.contains('`'), "{page}");
    assert!(page.contains("<code>surname</code>") && page.contains("<svg"), "{page}");
    assert!(!page.contains("Muster") && !page.contains("http"), "{page}");
    let mut report: calamine::Xlsx<_> = calamine::open_workbook(place.path("report.xlsx")).unwrap();
    assert_eq!(report.sheet_names(), ["Field Overview", "Table Overview", "people.csv", "visits.csv"]);
    let rows = |report: &mut calamine::Xlsx<_>, sheet: &str| -> Vec<Vec<String>> {
        let range = report.worksheet_range(sheet).unwrap();
        range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
    };
    let fields = rows(&mut report, "Field Overview");
    let head = "Table|Field|Description|Type|Max length|N rows|N rows checked|Fraction empty|N unique values|Fraction unique";
    assert_eq!(fields[0].join("|"), head);
    assert_eq!(fields[2].join("|"), "people.csv|surname||VARCHAR|8|30|30|0|30|1");
    assert_eq!(fields[7].join(""), "");
    assert_eq!(rows(&mut report, "Table Overview")[2].join("|"), "visits.csv||60|60|6|0");
    let values = rows(&mut report, "people.csv");
    assert_eq!(values[1].iter().filter(|cell| *cell == "List truncated...").count(), 6);
    place.ehr("scan unknown --show-values --white-rabbit shown.xlsx").code(0);
    let mut shown: calamine::Xlsx<_> = calamine::open_workbook(place.path("shown.xlsx")).unwrap();
    let values = rows(&mut shown, "people.csv");
    let at = values[0].iter().position(|name| name == "sex").unwrap();
    assert_eq!(values[1][at + 1], "15");
    // What occurs too seldom might be a person's own.
    assert!(!values.concat().iter().any(|cell| cell.starts_with("Muster")));
}

#[test]
fn columns_that_were_taken_apart_or_put_together_are_said_and_so_is_another_dialect() {
    let place = Place::new();
    let schema = place.read("rulesets/sources/acme/1/schema.yaml").replace(
        "      GENDER: {type: text, one_of: [M, F, X]}\n",
        "      GENDER: {type: text, one_of: [M, F, X]}\n    ignore: {}\n  calls:\n    file: calls.csv\n    key: [call]\n    columns:\n      call: {type: text, required: true}\n      street_1: text\n      street_2: text\n      called_date: date\n      called_time: time\n      ended: datetime\n",
    );
    let schema = schema.replace(
        "title: Acme Practice\n",
        "title: Acme Practice\nlayout: true\ndialect: {delimiter: \",\", encoding: utf-8, decimal: \".\"}\n",
    );
    place.write("rulesets/sources/acme/1/schema.yaml", schema.replace("acme", "form").replace("    ignore: {}\n", ""));
    std::fs::create_dir_all(place.path("rulesets/sources/form")).unwrap();
    std::fs::rename(place.path("rulesets/sources/acme/1"), place.path("rulesets/sources/form/1")).unwrap();
    std::fs::remove_file(place.path("rulesets/sources/form/1/rules.yaml")).unwrap();
    let mut patients = "Id;NAME FIRST;NAME LAST;BIRTHDATE;GENDER\n".to_owned();
    let mut calls = "call;street;called;ended_date;ended_time\n".to_owned();
    let mut visits = "Id\tPATIENT\tSTART\tCOST\n".to_owned();
    for at in 0..40 {
        let sex = if at % 2 == 0 { "F" } else { "M" };
        writeln!(patients, "P{at:03};Zoë{at};Müster{at};1960-01-{:02};{sex}", at % 28 + 1).unwrap();
        writeln!(calls, "C{at:03};Weg {at}, Höhe {};2024-03-{:02} 08:{at:02};2024-03-{:02};09:{at:02}", at % 9, at % 28 + 1, at % 28 + 1)
            .unwrap();
        writeln!(visits, "V{at:03}\tP{at:03}\t2024-02-{:02}T08:00:00\t{at},50", at % 28 + 1).unwrap();
    }
    let latin = |text: &str| -> Vec<u8> { text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect() };
    std::fs::create_dir_all(place.path("later")).unwrap();
    for (name, text) in [("patients", patients), ("calls", calls), ("visits", visits)] {
        std::fs::write(place.path(&format!("later/{name}.csv")), latin(&text)).unwrap();
    }
    let said = answer(&place.ehr("init later --system form --version 2 --from 1 --format json").code(0));
    let changes = &said["changes"];
    let split = serde_json::json!({"calls.ended": ["ended_date", "ended_time"], "patients.NAME": ["NAME FIRST", "NAME LAST"]});
    assert_eq!(changes["split"], split, "{said:#}");
    let joined = serde_json::json!({"calls.called": ["called_date", "called_time"], "calls.street": ["street_1", "street_2"]});
    assert_eq!(changes["joined"], joined, "{said:#}");
    let dialect = &changes["dialect"];
    assert_eq!(dialect["*"], "{encoding: windows-1252, decimal: \",\"}", "{said:#}");
    assert_eq!((&dialect["patients"], &dialect["visits"]), (&"{delimiter: \";\"}".into(), &"{delimiter: tab}".into()), "{said:#}");
    let schema = place.read("rulesets/sources/form/2/schema.yaml");
    assert!(schema.contains("dialect: {encoding: windows-1252, decimal: \",\"}"), "{schema}");
    assert!(schema.contains("    dialect: {delimiter: tab}"), "{schema}");
    assert!(!schema.contains("COST"), "what is written with a comma is a number as before: {schema}");
    assert!(stdout(&place.ehr("check").code(0)).contains("no problems"));
    // What is written as it says is read as it says.
    place.ehr("detect later --source form/2").code(0);
}

#[test]
fn a_dialect_that_was_found_is_written_down_and_a_run_by_it_reads_the_same_cells() {
    let place = Place::new();
    place.ehr("run export --source acme/1 --target demo --out plain").code(0);
    let patients = "Id;NAME;BIRTHDATE;GENDER\np1;Amal Reyes;1980-02-29;F\np2;\"Bo, the \\\"Elder\\\"\";1955-12-01;M\np3;;;X\n";
    let visits =
        "All visits\n\nId|PATIENT|START|COST\nv1|p1|2024-03-01 09:30:00|12,50\nv2|p1|2024-03-02 10:00:00|\nv3|p2||3,00\nEnd of report\n";
    place.write("odd/patients.csv", patients);
    place.write("odd/visits.csv", visits.replace('\n', "\r"));
    place.ehr("scan odd --write-dialect found.yaml --source acme/1").code(0);
    let found = place.read("found.yaml");
    let own = |table: &str| -> String {
        let mut lines = found.lines().skip_while(|line| !line.starts_with(&format!("  {table}:")));
        lines.nth(1).unwrap().to_owned()
    };
    assert_eq!(own("patients"), "    dialect: {delimiter: \";\"}", "{found}");
    assert_eq!(own("visits"), "    dialect: {delimiter: \"|\", line_end: cr, preamble: 2, footer: 1}", "{found}");
    assert!(found.contains("\ndialect: {quote: '\"', escape: backslash, decimal: \",\"}"), "{found}");
    assert!(!found.contains("Elder"), "{found}");
    // By hand, as a person would put it there.
    let whole = found.lines().find(|line| line.starts_with("dialect:")).unwrap();
    let mut schema = place.read("rulesets/sources/acme/1/schema.yaml").replace("tables:\n", &format!("{whole}\ntables:\n"));
    for table in ["patients", "visits"] {
        schema = schema.replace(&format!("  {table}:\n"), &format!("  {table}:\n{}\n", own(table)));
    }
    place.write("rulesets/sources/acme/1/schema.yaml", schema);
    place.ehr("run odd --source acme/1 --target demo --out odd-order").code(0);
    for table in ["person", "visit"] {
        let file = format!("converted/{table}.csv");
        assert_eq!(place.read(&format!("odd-order/{file}")), place.read(&format!("plain/{file}")));
    }
    // What the schema says by now is not said again.
    place.ehr("scan odd --write-dialect again.yaml --source acme/1").code(0);
    assert!(!place.read("again.yaml").contains("dialect:"), "{}", place.read("again.yaml"));
    // Nothing is written over.
    place.ehr("scan odd --write-dialect found.yaml").code(2);
    place.ehr("scan odd --write-dialect new.yaml --source acme/9").code(2);
    place.ehr("scan odd --write-dialect new.yaml").code(0);
    assert!(place.read("new.yaml").contains("dialect: {delimiter: \";\"}"));
}

#[test]
fn numbers_with_a_comma_are_drafted_as_numbers_and_the_draft_says_so_of_its_files() {
    let place = Place::new();
    let mut labs = "lab;taken;value;count\n".to_owned();
    for at in 0..30 {
        writeln!(labs, "L{at:03};2024-01-{:02};{at},{};{at}", at % 28 + 1, at % 9 + 1).unwrap();
    }
    place.write("commas/labs.csv", labs);
    place.ehr("init commas --system nova --version 1").code(0);
    let schema = place.read("rulesets/sources/nova/1/schema.yaml");
    assert!(schema.contains("dialect: {delimiter: \";\", decimal: \",\"}"), "{schema}");
    assert!(schema.contains("value: {type: \"decimal(5,1)\"}"), "{schema}");
    place.ehr("check").code(0);
}

#[test]
fn nested_json_and_lines_of_fixed_widths_are_drafted_recognised_and_read() {
    let place = Place::new();
    let (mut objects, mut lines) = (Vec::new(), "NO   NAME          BORN         KG\n".to_owned());
    for at in 0..30 {
        objects.push(format!(
            "{{\"visit_no\": {at}, \"patient\": {{\"name\": \"Ada{at}\", \"born\": \"1980-02-{:02}\"}}, \"tags\": [\"x\"]}}",
            at % 28 + 1
        ));
        writeln!(lines, "{at:<4} Bo{at:<10} 19{:02}-12-01 {:>6}", at + 10, at * 31).unwrap();
    }
    place.write("odd/visits.json", format!("{{\"made\": \"2024\", \"results\": {{\"visits\": [{}]}}}}", objects.join(",\n")));
    place.write("odd/weights.txt", lines);
    let scanned = answer(&place.ehr("scan odd --format json").code(0));
    assert_eq!(
        (&scanned["files"][0]["dialect"]["format"], &scanned["files"][1]["dialect"]["format"]),
        (&"json".into(), &"fixed".into()),
        "{scanned}"
    );
    assert_eq!(scanned["files"][0]["rows"], 30);
    place.ehr("init odd --system odd --version 1").code(0);
    let schema = place.read("rulesets/sources/odd/1/schema.yaml");
    for line in ["format: json", "rows: results.visits", "path: patient.name", "widths: {NO: 1-5, NAME: 6-18, BORN: 19-28, KG: 29-35}"] {
        assert!(schema.contains(line), "{schema}");
    }
    place.ehr("check").code(0);
    let found = answer(&place.ehr("detect odd --format json").code(0));
    assert_eq!((&found["system"], &found["candidates"][0]["tables"]["weights.txt"]), (&"odd".into(), &"weights".into()), "{found}");
    let ran = place.ehr("run odd --source odd/1 --target demo --until read --out order").code(0);
    let rejected = place.path("order/rejects");
    assert!(std::fs::read_dir(rejected).unwrap().next().is_none(), "{}\n{schema}", stderr(&ran));
}
