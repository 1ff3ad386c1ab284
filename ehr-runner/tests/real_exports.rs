//! Real exports, converted whole, and held against counts and definitions that owe nothing to the rules.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may")]

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

type Rows = Vec<BTreeMap<String, String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Real exports and definitions, where they lie beside the repository or where `EHR_TEST_DATA` says.
fn real_data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("EHR_TEST_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: `{name}` is not here; EHR_TEST_DATA says where real exports lie");
    None
}

fn rows(path: &Path) -> Rows {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    reader.records().map(|row| header.iter().map(str::to_owned).zip(row.unwrap().iter().map(str::to_owned)).collect()).collect()
}

fn run(input: &Path, order: &Path, vocabulary: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_ehr-runner"))
        .arg("--rules")
        .arg(root().join("rulesets"))
        .arg("run")
        .arg(input)
        .args(["--target", "omop-5.4", "--today", "2026-01-01", "--out"])
        .arg(order)
        .arg("--vocabulary")
        .arg(vocabulary)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Whether a source text is a number, in the test's own words.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '-'))
}

fn convert(name: &str) -> Option<(tempfile::TempDir, PathBuf)> {
    let (export, vocabulary) = (real_data(name)?, real_data("athena-mini")?);
    let folder = tempfile::tempdir().unwrap();
    run(&export, &folder.path().join("order"), &vocabulary);
    Some((folder, export))
}

fn count(order: &Path, table: &str) -> usize {
    rows(&order.join("order/converted").join(format!("{table}.csv"))).len()
}

#[test]
fn synthea_2022_gives_what_its_files_hold() {
    let Some((folder, export)) = convert("synthea-2022/csv") else { return };
    let source = |table: &str| rows(&export.join(format!("{table}.csv")));
    let observations = source("observations");
    let numeric = observations.iter().filter(|row| row["TYPE"] == "numeric").count();
    assert_eq!(count(folder.path(), "person"), source("patients").len());
    assert_eq!(count(folder.path(), "visit_occurrence"), source("encounters").len());
    assert_eq!(count(folder.path(), "condition_occurrence"), source("conditions").len());
    assert_eq!(count(folder.path(), "procedure_occurrence"), source("procedures").len());
    assert_eq!(count(folder.path(), "drug_exposure"), source("medications").len() + source("immunizations").len());
    assert_eq!(count(folder.path(), "device_exposure"), source("devices").len());
    assert_eq!(count(folder.path(), "measurement"), numeric);
    assert_eq!(count(folder.path(), "observation"), observations.len() - numeric + source("allergies").len());
    assert_eq!(count(folder.path(), "death"), source("patients").iter().filter(|row| !row["DEATHDATE"].is_empty()).count());
    balanced(folder.path());
    as_the_cdm_defines(folder.path());
}

#[test]
fn synthea_2017_gives_what_its_files_hold() {
    let Some((folder, export)) = convert("synthea-2017-fusephir/csv") else { return };
    let source = |table: &str| rows(&export.join(format!("{table}.csv")));
    // The export repeats some observations to the letter; each stands once in the output.
    let all = source("observations");
    let distinct: HashSet<&BTreeMap<String, String>> = all.iter().collect();
    let numeric = distinct.iter().filter(|row| is_number(&row["VALUE"])).count();
    assert_eq!(count(folder.path(), "person"), source("patients").len());
    assert_eq!(count(folder.path(), "visit_occurrence"), source("encounters").len());
    assert_eq!(count(folder.path(), "condition_occurrence"), source("conditions").len());
    assert_eq!(count(folder.path(), "drug_exposure"), source("medications").len() + source("immunizations").len());
    assert_eq!(count(folder.path(), "measurement"), numeric);
    assert_eq!(count(folder.path(), "observation"), distinct.len() - numeric + source("allergies").len());
    let with_visit: HashSet<String> = source("encounters").into_iter().map(|row| row["PATIENT"].clone()).collect();
    assert_eq!(count(folder.path(), "observation_period"), with_visit.len());
    balanced(folder.path());
    as_the_cdm_defines(folder.path());
}

#[test]
fn the_same_rules_give_the_same_bytes() {
    let (Some(export), Some(vocabulary)) = (real_data("synthea-2022/csv"), real_data("athena-mini")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    run(&export, &one, &vocabulary);
    run(&export, &other, &vocabulary);
    let mut compared = 0;
    for part in ["converted", "categorized", "rejects"] {
        for entry in std::fs::read_dir(one.join(part)).into_iter().flatten() {
            let name = entry.unwrap().file_name();
            let read = |order: &Path| std::fs::read(order.join(part).join(&name)).unwrap();
            assert!(read(&one) == read(&other), "{part}/{}", name.display());
            compared += 1;
        }
    }
    for name in ["ledger.json", "report.json", "unmapped.csv"] {
        assert!(std::fs::read(one.join(name)).unwrap() == std::fs::read(other.join(name)).unwrap(), "{name}");
    }
    assert!(compared > 30, "{compared} files were compared");
}

/// What `assess` says of an export is what an order of it says, count by count.
#[test]
fn assessing_says_what_converting_says() {
    let Some(vocabulary) = real_data("athena-mini") else { return };
    for name in ["synthea-2022/csv", "synthea-2017-fusephir/csv"] {
        let Some(export) = real_data(name) else { continue };
        let folder = tempfile::tempdir().unwrap();
        let order = folder.path().join("order");
        let ran = |arguments: &[&str]| {
            let mut program = Command::new(env!("CARGO_BIN_EXE_ehr-runner"));
            program.arg("--rules").arg(root().join("rulesets")).args(arguments).arg(&export);
            program.args(["--target", "omop-5.4", "--today", "2026-01-01", "--vocabulary"]).arg(&vocabulary);
            program
        };
        let output = ran(&["assess", "--show-values", "--format", "json"]).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 4)), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let run = ran(&["run"]).arg("--out").arg(&order).output().unwrap();
        assert!(matches!(run.status.code(), Some(0 | 4)), "{name}: {}", String::from_utf8_lossy(&run.stderr));
        let report: serde_json::Value = serde_json::from_slice(&std::fs::read(order.join("report.json")).unwrap()).unwrap();
        for key in ["ledger", "findings", "unmapped", "feasibility", "source", "version", "target"] {
            assert!(said[key] == report[key] && !said[key].is_null(), "{name}: `{key}` is told in two ways");
        }
        assert!(
            said["feasibility"]["patients"]["known"].as_u64().is_some_and(|known| known > 0),
            "{name}: {}",
            said["feasibility"]["patients"]
        );
    }
}

fn balanced(folder: &Path) {
    let ledger: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("order/ledger.json")).unwrap()).unwrap();
    assert_eq!(ledger["balanced"], true);
    for table in ledger["tables"].as_array().unwrap() {
        let number = |name: &str| table[name].as_u64().unwrap();
        let fates = ["converted", "rejected", "filtered", "merged", "unused"].into_iter().map(number).sum::<u64>();
        assert_eq!(number("read"), fates, "{table}");
    }
}

/// Required fields are never empty, types fit, keys are unique, and references resolve: read from the CDM's own definitions.
fn as_the_cdm_defines(folder: &Path) {
    let Some(definitions) = real_data("omop-cdm-definitions/inst/csv/OMOP_CDMv5.4_Field_Level.csv") else { return };
    let converted = folder.join("order/converted");
    let mut tables: BTreeMap<String, Rows> = BTreeMap::new();
    for entry in std::fs::read_dir(&converted).unwrap() {
        let path = entry.unwrap().path();
        tables.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), rows(&path));
    }
    let mut checked = 0;
    for field in rows(&definitions) {
        let (table, name) = (field["cdmTableName"].to_lowercase(), field["cdmFieldName"].to_lowercase());
        let Some(made) = tables.get(&table) else { continue };
        let referred: Option<HashSet<&str>> = (field["isForeignKey"] == "Yes")
            .then(|| {
                Some(
                    tables
                        .get(&field["fkTableName"].to_lowercase())?
                        .iter()
                        .map(|row| row[&field["fkFieldName"].to_lowercase()].as_str())
                        .collect(),
                )
            })
            .flatten();
        let length = field["cdmDatatype"].split(['(', ')']).nth(1).and_then(|length| length.parse::<usize>().ok());
        let mut seen = HashSet::new();
        for row in made {
            let value = row[&name].as_str();
            assert!(field["isRequired"] != "Yes" || !value.is_empty(), "{table}.{name} is required");
            assert!(field["isPrimaryKey"] != "Yes" || seen.insert(value), "{table}.{name} is unique");
            if value.is_empty() {
                continue;
            }
            let fits = match field["cdmDatatype"].to_lowercase().as_str() {
                "integer" => value.parse::<i64>().is_ok(),
                "float" => value.parse::<f64>().is_ok_and(f64::is_finite),
                "date" => value.parse::<chrono::NaiveDate>().is_ok(),
                "datetime" => value.replace(' ', "T").parse::<chrono::NaiveDateTime>().is_ok(),
                _ => length.is_none_or(|most| value.chars().count() <= most),
            };
            assert!(fits, "a value of {table}.{name} is no {}", field["cdmDatatype"]);
            assert!(referred.as_ref().is_none_or(|known| known.contains(value)), "{table}.{name} resolves");
            checked += 1;
        }
    }
    assert!(checked > 10_000, "{checked} values were checked");
}

/// No rules know these exports: what is drafted from them passes `check`, and holds no value of a person.
#[test]
fn drafts_of_real_exports_pass_check() {
    for (name, tables) in [("synthea-2022/csv", 18), ("synthea-2017-fusephir/csv", 9), ("mimic-iv-fake", 4), ("openemr-ehi-samples", 2)] {
        let Some(export) = real_data(name) else { continue };
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("rules");
        copy(&root().join("rulesets/categories"), &rules.join("categories"));
        let ran = |arguments: &[&str]| {
            let output = Command::new(env!("CARGO_BIN_EXE_ehr-runner")).arg("--rules").arg(&rules).args(arguments).output().unwrap();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        ran(&["init", &export.to_string_lossy(), "--system", "nova", "--version", "1"]);
        let said = ran(&["check"]);
        assert!(said.contains("0 problems") || said.contains("no problem"), "{name}: {said}");
        let schema = std::fs::read_to_string(rules.join("sources/nova/1/schema.yaml")).unwrap();
        assert!(schema.matches("\n    file: ").count() >= tables, "{name}: {schema}");
        // The rows of the patients, whatever they are called there.
        let patients = ["patients.csv", "patient.csv"].iter().map(|file| export.join(file)).find(|path| path.exists());
        for row in patients.iter().flat_map(|path| rows(path)) {
            for (column, value) in &row {
                let lower = column.to_lowercase();
                let personal = ["id", "last", "first", "ssn", "birthdate", "address", "zip"].contains(&lower.as_str());
                assert!(
                    !personal || value.len() < 5 || !schema.contains(value.as_str()),
                    "{name}: a value of `{column}` stands in the draft"
                );
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// A shipped version, a real export of it with columns renamed, dropped, added, split and written otherwise, and the draft of the
/// next version held against what was done.
#[test]
fn the_draft_of_a_next_version_says_what_was_done_to_the_export() {
    let Some(export) = real_data("synthea-2022/csv") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (rules, later) = (folder.path().join("rules"), folder.path().join("later"));
    std::fs::create_dir_all(&later).unwrap();
    for part in ["categories", "sources/synthea/2017", "sources/synthea/2022"] {
        copy(&root().join("rulesets").join(part), &rules.join(part));
    }
    let mut truth = [0; 4];
    for entry in std::fs::read_dir(&export).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let mut header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let mut records: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let mut rename = |table: &str, from: &str, to: &str| {
            if name == format!("{table}.csv") {
                let at = header.iter().position(|column| column == from).unwrap();
                to.clone_into(&mut header[at]);
                truth[0] += 1;
            }
        };
        rename("patients", "GENDER", "SEX");
        rename("patients", "BIRTHDATE", "DATE_OF_BIRTH");
        rename("encounters", "PATIENT", "PATIENT_ID");
        rename("conditions", "CODE", "Code");
        if name == "procedures.csv" {
            header.push("DEVICE".to_owned());
            records.iter_mut().enumerate().for_each(|(at, row)| row.push(format!("d{at}")));
            truth[1] += 1;
        }
        if name == "patients.csv" {
            let at = header.iter().position(|column| column == "SUFFIX").unwrap();
            header.remove(at);
            for row in &mut records {
                row.remove(at);
            }
            truth[2] += 1;
        }
        if name == "immunizations.csv" {
            let at = header.iter().position(|column| column == "DATE").unwrap();
            for row in &mut records {
                let (day, time) = row[at].split_once('T').unwrap();
                let parts: Vec<&str> = day.split('-').collect();
                row[at] = format!("{}/{}/{} {}", parts[2], parts[1], parts[0], time.trim_end_matches('Z'));
            }
            truth[3] += 1;
        }
        let mut writer = csv::Writer::from_path(later.join(&name)).unwrap();
        writer.write_record(&header).unwrap();
        for row in &records {
            writer.write_record(row).unwrap();
        }
    }
    assert_eq!(truth, [4, 1, 1, 1]);
    let output = Command::new(env!("CARGO_BIN_EXE_ehr-runner"))
        .arg("--rules")
        .arg(&rules)
        .arg("init")
        .arg(&later)
        .args(["--system", "synthea", "--version", "next", "--from", "2022", "--format", "json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let changes = &said["changes"];
    let renamed = serde_json::json!({
        "patients.GENDER": "SEX", "patients.BIRTHDATE": "DATE_OF_BIRTH", "encounters.PATIENT": "PATIENT_ID", "conditions.CODE": "Code",
    });
    assert_eq!(changes["renamed"], renamed, "{said:#}");
    assert_eq!(changes["added"], serde_json::json!(["procedures.DEVICE"]), "{said:#}");
    assert_eq!(changes["dropped"], serde_json::json!(["patients.SUFFIX"]), "{said:#}");
    assert_eq!(changes["retyped"].as_object().map(serde_json::Map::len), Some(1), "{said:#}");
    assert!(changes["retyped"]["immunizations.DATE"].as_str().is_some_and(|now| now.contains("%d/%m/%Y")), "{said:#}");
}
