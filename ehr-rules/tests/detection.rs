//! The shipped rulesets name the exports they are for, say where two versions fit, and claim no others.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may")]

mod common;

use ehr_rules::Detection;
use ehr_rules::InputFile;
use ehr_rules::Rulebook;
use ehr_rules::Verdict;
use std::path::Path;

const RECORDS_1: &str = "Record No,Patient No,Written at,Author,Heading,Text\nR1,P1,28/02/2024 09:30,Dr Vale,Visit,\"Well, and at ease\"\n";
const SCHEDULES_1: &str = "Booking No,Patient No,Starts,Ends,State,With\nB1,P1,29/02/2024 09:00,29/02/2024 09:15,B,Dr Vale\n";

fn detect(folder: &Path) -> Detection {
    detect_by(&common::root().join("rulesets"), folder)
}

fn detect_by(rules: &Path, folder: &Path) -> Detection {
    let (book, said) = Rulebook::load(&[rules.to_path_buf()]).unwrap();
    assert!(!said.has_errors(), "{}", said.to_text());
    let mut files: Vec<InputFile> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| InputFile {
            name: entry.file_name().into_string().unwrap(),
            path: entry.path(),
            bytes: entry.metadata().unwrap().len(),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    book.detect(&files).unwrap()
}

fn detect_files(files: &[(&str, &str)]) -> Detection {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    detect(folder.path())
}

#[test]
fn real_exports_are_named() {
    for (folder, version) in [("synthea-2022/csv", "2022"), ("synthea-2017-fusephir/csv", "2017")] {
        let Some(folder) = common::real_data(folder) else { return };
        assert_eq!(detect(&folder).identified(), Some(("synthea", version)));
    }
}

/// Layouts without rules are named too; without them the same exports are unknown.
#[test]
fn exports_of_known_layouts_are_named() {
    for (folder, named) in [("openemr-ehi-samples", ("openemr", "2026-08")), ("mimic-iv-fake/hosp", ("mimic-iv", "2.2"))] {
        let Some(folder) = common::real_data(folder) else { return };
        assert_eq!(detect(&folder).identified(), Some(named), "{}", folder.display());
        let others = detect_by(&common::root().join("ehr-rules/tests/language"), &folder);
        assert_eq!(others.verdict, Verdict::Unknown, "{}", folder.display());
    }
    // The vocabulary's tables are the same in both versions of the model.
    let Some(folder) = common::real_data("athena-mini") else { return };
    let found = detect(&folder);
    assert_eq!((found.system.as_deref(), found.versions.as_slice()), (Some("omop"), &["5.3".to_owned(), "5.4".to_owned()][..]));
}

#[test]
fn a_second_version_is_named_by_what_it_has_more() {
    let patients = "Patient No,Family Name,Given Name,Date of Birth,Sex,Phone (home),Phone (work),Mobile,Tax Number,Mobile 2,Deceased on\n\
                    P1,O'Neil,Una,28/02/1990,F,555-0101,,,,555-0102,\n";
    let schedules = "Booking No,Patient No,Starts,Ends,State,With,Reason,Room\nB1,P1,29/02/2024 09:00,29/02/2024 09:15,B,Dr Vale,Cough,2\n";
    let addresses = "Patient No,Since,Street,Town,Postcode\nP1,31/01/2020,1 Mill Lane,Dunmere,02916\n";
    let files = [("patients.csv", patients), ("records.csv", RECORDS_1), ("schedules.csv", schedules), ("addresses.csv", addresses)];
    assert_eq!(detect_files(&files).identified(), Some(("system-1", "2")));
}

#[test]
fn what_fits_a_version_and_its_superset_is_ambiguous_and_says_what_would_decide() {
    let patients = "Patient No,Family Name,Given Name,Date of Birth,Sex,Phone (home),Phone (work),Mobile,Tax Number\n\
                    P1,O'Neil,Una,28/02/1990,F,555-0101,,,\n";
    let detection = detect_files(&[("patients.csv", patients), ("records.csv", RECORDS_1), ("schedules.csv", SCHEDULES_1)]);
    assert_eq!(detection.verdict, Verdict::Ambiguous);
    assert_eq!((detection.system.as_deref(), detection.version.as_deref()), (Some("system-1"), None));
    assert_eq!(detection.versions, ["1", "2"]);
    assert!(detection.to_text().contains("Mobile 2"), "{}", detection.to_text());
}

/// Versions that only rename and move what the one before them has, in the rules of the language's own tests.
#[test]
fn versions_are_told_apart_by_what_they_rename_and_move() {
    let exports: [(&str, &[(&str, &str)]); 3] = [
        ("1", &[("people.csv", "Id,Name,Town,Phone,Age,Leader\n1,Ada,Ulm,12,40,\n"), ("nights.csv", NIGHTS)]),
        (
            "2",
            &[
                ("persons.csv", "PID,full name,Phone,Age,Leader\n1,Ada,12,40.5,\n"),
                ("homes.csv", "Person,Town,Place\n1,Ulm,u\n"),
                ("nights.csv", NIGHTS),
            ],
        ),
        (
            "3",
            &[
                ("folk.csv", "PID,Name,Age,Leader,Town\n1,Ada,40.5,,a\n"),
                ("homes.csv", "Who,Place\n1,u\n"),
                ("places.csv", "Code,Town\nu,Ulm\n"),
                ("contacts.csv", "Owner,Phone\n1,12\n"),
                ("stays.csv", "No,Guest,From,To\nA,1,2024-01-02,2024-01-01\n"),
                ("beds.csv", "Stay,Ward,Kind\nA,W1,S\n"),
            ],
        ),
    ];
    for (version, files) in exports {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let found = detect_by(&common::root().join("ehr-rules/tests/language"), folder.path());
        assert_eq!(found.identified(), Some(("heirs", version)), "{found:#?}");
    }
}

const NIGHTS: &str = "No,Guest,From,To,Ward,Kind\nA,1,2024-01-01,2024-01-02,W1,S\n";

#[test]
fn versions_of_other_columns_are_told_apart() {
    let records = "Nº,Código do Paciente,Data da Nota,Médico,Anotação\n1,7,02/28/2024,Dra. Vale,Passa bem\n";
    let schedule = "Nº,Código do Paciente,Início,Fim,Situação,Motivo\n1,7,02/29/2024 09:00 AM,02/29/2024 09:15 AM,marcado,tosse\n";
    let first = "Código,Nome,Sobrenome,Idade,Gênero,Telefone,Telefone 2,Celular,CPF\n7,Una,Vale,44,Feminino,555-0101,,,\n";
    let detection = detect_files(&[("pacientes.csv", first), ("prontuarios.csv", records), ("agenda.csv", schedule)]);
    assert_eq!(detection.identified(), Some(("system-2", "1")), "{}", detection.to_text());

    let second =
        "Código do Paciente,Nome,Sobrenome,Idade,Sexo,Telefone,Celular,CPF,Data de Nascimento\n7,Una,Vale,44,F,555-0101,,,02/28/1980\n";
    let records = "Nº,Código do Paciente,Data da Nota,Médico,Anotação,Assunto\n1,7,02/28/2024,Dra. Vale,Passa bem,Retorno\n";
    let detection = detect_files(&[("pacientes.csv", second), ("prontuarios.csv", records), ("agenda.csv", schedule)]);
    assert_eq!(detection.identified(), Some(("system-2", "2")), "{}", detection.to_text());
}
