//! What one command that converts is told, all are told alike: parameters, secrets, whose rows they are.

use crate::place::Place;
use crate::place::answer;
use crate::place::stderr;
use crate::place::stdout;
use crate::tenants::clinics;
use crate::tenants::record;

#[test]
fn every_command_that_converts_asks_for_secrets_by_name() {
    let place = Place::new();
    place.replace("rulesets/targets/demo/rules.yaml", "name: name", "name: {from: id, do: [{pseudonym: study-2}, {left: 20}]}");
    for arguments in ["run export --target demo --dry-run", "assess export --target demo", "diff --against rulesets export --target demo"] {
        let said = stderr(&place.ehr(arguments).code(2));
        assert!(said.contains("the secret `study-2` is not set"), "{arguments}: {said}");
        let mut command = assert_cmd::Command::new(crate::place::PROGRAM);
        command.current_dir(place.path("")).args(arguments.split_whitespace());
        let said = command.env("EHR_SECRET_STUDY_2", "an invented key of nobody").assert();
        // The export holds a code that waits for somebody, which is no matter of secrets.
        let status = said.get_output().status.code();
        assert!(matches!(status, Some(0 | 4)) && !stderr(&said).contains("study-2"), "{arguments}: {}", stderr(&said));
    }
}

#[test]
fn a_parameter_is_given_once() {
    let place = Place::new();
    place.write("new/.keep", "");
    for arguments in [
        "run export --target demo --dry-run",
        "assess export --target demo",
        "diff --against rulesets export --target demo",
        "watch new --target demo --out orders",
    ] {
        let said = stderr(&place.ehr(&format!("{arguments} --set a=1 --set a=2")).code(2));
        assert!(said.contains("`--set` gives one parameter twice"), "{arguments}: {said}");
        let said = stderr(&place.ehr(&format!("{arguments} --vocabulary nowhere")).code(2));
        assert!(said.contains("there is no vocabulary folder `nowhere`"), "{arguments}: {said}");
    }
}

#[test]
fn whose_rows_they_are_counts_whatever_is_asked_of_them() {
    let place = clinics();
    place.replace("rulesets/targets/clinics/schema.yaml", "tenant: {from: provider}", "tenant: {from: provider, folder: letters}");
    record(&place, "Results/ada-marsh/2.json", "Gary", "P2", "x", &[]);
    let terms = "Results/ada-marsh/2.json --source clinics/1 --target clinics";
    // By the folder that it lies in, the file is another's; who says whose it is, is believed.
    for (tenant, rejected, status) in [("", 1, 4), ("--tenant Ada", 1, 4), ("--tenant GARY", 0, 0)] {
        let said = answer(&place.ehr(&format!("assess {terms} --format json {tenant}")).code(status));
        let table = &said["ledger"]["tables"][0];
        assert_eq!((&table["read"], &table["rejected"]), (&1.into(), &rejected.into()), "{tenant}: {said:#}");
    }
    // What was set aside then is set aside when it is asked for again.
    place.ehr(&format!("run {terms} --out order --today 2024-06-01")).code(4);
    let said = place.ehr("why order patients P2").code(2);
    assert!(stdout(&said).is_empty() && stderr(&said).contains("R0601"), "{}", stderr(&said));
}
