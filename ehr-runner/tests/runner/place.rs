//! A place for each test: a folder with rules and an export of invented people, and the program to run in it.

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_ehr-runner");

const SOURCE: &str = r#"
system: acme
version: "1"
title: Acme Practice
tables:
  patients:
    file: "patients*.csv"
    required: true
    key: [Id]
    columns:
      Id: {type: text, required: true}
      NAME: text
      BIRTHDATE: date
      GENDER: {type: text, one_of: [M, F, X]}
  visits:
    file: visits.csv
    key: [Id]
    columns:
      Id: {type: text, required: true}
      PATIENT: {type: text, required: true}
      START: datetime
      COST: "decimal(12,2)"
    references: {PATIENT: patients.Id}
"#;
const SOURCE_RULES: &str = r"
patient:
  from: patients
  columns:
    id: Id
    name: NAME
    birth_date: BIRTHDATE
    gender: {from: GENDER, map: {M: male, F: female}, otherwise: other}
encounter:
  from: visits
  where: START != ()
  columns:
    id: Id
    patient: PATIENT
    start: START
    cost: COST
";
const PATIENT: &str = r"
category: patient
resource: Patient
summary: A person receiving care.
columns:
  id: {type: text, required: true, element: Patient.id}
  name: {type: text, element: Patient.name}
  birth_date: {type: date, element: Patient.birthDate}
  gender: {type: text, required: true, one_of: [male, female, other], element: Patient.gender}
";
const ENCOUNTER: &str = r#"
category: encounter
resource: Encounter
summary: A visit.
columns:
  id: {type: text, required: true, element: Encounter.id}
  patient: {type: text, required: true, element: Encounter.subject}
  start: {type: datetime, required: true, element: Encounter.period.start}
  cost: {type: "decimal(12,2)", element: Encounter.cost}
"#;
const TARGET: &str = r#"
target: demo
title: A demonstration
code_maps:
  gender: {file: codes/gender.csv, target: integer}
tables:
  person:
    key: [person_id]
    columns:
      person_id: {type: integer, required: true}
      name: {type: text, max_length: 20}
      birth_date: {type: date}
      gender_code: {type: integer, required: true}
  visit:
    key: [visit_id]
    columns:
      visit_id: {type: integer, required: true}
      person_id: {type: integer, required: true, references: person.person_id}
      start: {type: datetime, required: true}
      cost: {type: "decimal(12,2)"}
"#;
const TARGET_RULES: &str = r"
person:
  from: patient
  columns:
    person_id: {key: [id], space: patient}
    name: name
    birth_date: birth_date
    gender_code: {from: gender, codes: gender, otherwise: 0}
visit:
  from: encounter
  columns:
    visit_id: {key: [id], space: encounter}
    person_id: {key: [patient], space: patient}
    start: start
    cost: cost
";
const CODES: &str = "source_code,source_name,target,status,author,reviewed_on,comment\n\
                     male,Male,8507,approved,ada,2024-01-01,\nfemale,Female,8532,approved,ada,2024-01-01,\n";
/// Patients and visits in good order, apart from one gender without a code.
pub(crate) const PATIENTS: &str =
    "Id,NAME,BIRTHDATE,GENDER\np1,Amal Reyes,1980-02-29,F\np2,\"Bo, the \"\"Elder\"\"\",1955-12-01,M\np3,,,X\n";
const VISITS: &str = "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\nv2,p1,2024-03-02 10:00:00,\nv3,p2,,3.00\n";

/// A folder of a test's own.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    /// With rules and an export that are in order.
    pub(crate) fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write("rulesets/sources/acme/1/schema.yaml", SOURCE);
        place.write("rulesets/sources/acme/1/rules.yaml", SOURCE_RULES);
        place.write("rulesets/categories/patient.yaml", PATIENT);
        place.write("rulesets/categories/encounter.yaml", ENCOUNTER);
        place.write("rulesets/targets/demo/schema.yaml", TARGET);
        place.write("rulesets/targets/demo/rules.yaml", TARGET_RULES);
        place.write("rulesets/targets/demo/codes/gender.csv", CODES);
        place.write("export/patients.csv", PATIENTS);
        place.write("export/visits.csv", VISITS);
        place
    }

    /// The path of something in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders it lies in.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The text of a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A JSON file.
    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Replaces a piece of a file that must be there.
    pub(crate) fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "`{old}` does not stand in {name}");
        self.write(name, text.replace(old, new));
    }

    /// Whether something is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    /// Runs the program here, its arguments separated by blanks.
    pub(crate) fn ehr(&self, arguments: &str) -> Assert {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.folder.path()).args(arguments.split_whitespace()).env_remove("RUST_LOG");
        command.timeout(patience()).assert()
    }

    /// Runs the program as [`Place::ehr`] does, with the password of a database.
    pub(crate) fn ehr_with(&self, password: &str, arguments: &str) -> Assert {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.folder.path()).args(arguments.split_whitespace()).env_remove("RUST_LOG");
        command.env("EHR_TO_PASSWORD", password).timeout(patience()).assert()
    }

    /// Runs a conversion into `order` on a fixed day.
    pub(crate) fn convert(&self, more: &str) -> Assert {
        self.ehr(&format!("run export --target demo --out order --today 2024-06-01 {more}"))
    }

    /// Starts a conversion into `order` and waits until it is at work.
    pub(crate) fn start(&self) -> Child {
        let child = std::process::Command::new(PROGRAM)
            .current_dir(self.folder.path())
            .args(["run", "export", "--target", "demo", "--out", "order", "--today", "2024-06-01"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while self.partials().is_empty() {
            assert!(begun.elapsed() < Duration::from_mins(2), "the run never began");
            std::thread::sleep(Duration::from_millis(2));
        }
        child
    }

    /// What is left here of runs that did not end.
    pub(crate) fn partials(&self) -> Vec<String> {
        names(self.folder.path()).into_iter().filter(|name| name.starts_with(".order")).collect()
    }

    /// Makes the export so large that a run takes a while.
    pub(crate) fn grow(&self, rows: u32) {
        let mut text = String::from("Id,NAME,BIRTHDATE,GENDER\n");
        for row in 0..rows {
            writeln!(text, "p{row},Casey Number{row},1970-01-01,M").unwrap();
        }
        self.write("export/patients.csv", text);
        self.write("export/visits.csv", "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\n");
    }
}

/// A command that takes longer hangs; where thousands of tenants are asked for, longer still.
fn patience() -> Duration {
    Duration::from_mins(if std::env::var_os("EHR_HOSTILE").is_some() { 300 } else { 5 })
}

/// Names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What the program said on stderr.
pub(crate) fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// What the program answered on stdout.
pub(crate) fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// The answer as JSON.
pub(crate) fn answer(assert: &Assert) -> Value {
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}
