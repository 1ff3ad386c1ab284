//! `report.html`: what `report.json` says, for people.

use crate::place::Place;

#[test]
fn the_report_says_what_became_of_each_row_and_needs_nothing_from_outside() {
    let place = Place::new();
    place.replace("export/visits.csv", "v3,p2,,3.00", "v3,p2,,3.00\nv4,nobody,2024-03-01 10:00:00,1.00");
    place.convert("").code(0);
    let page = place.read("order/report.html");
    for part in [
        "<title>acme/1 to demo</title>",
        "All 7 rows have a fate; one of them was set aside.",
        "Identified by what its files hold",
        "No go: 2 of the limits below do not hold.",
        "map 1 code of <code>gender</code> for <code>person.gender_code</code>",
        "<th scope=\"row\">person.<wbr>gender_code</th>",
        "patients to person: 3 rows",
        "<td>R0108</td>",
        "a reference points to no row that was kept: <code>patients.Id</code>",
        "<th scope=\"row\">gender</th><td>person.gender_code</td>",
        " hold, 0 warn, 0 fail and 0 could not be run.",
    ] {
        assert!(page.contains(part), "no `{part}` in the page");
    }
    for outside in ["http:", "https:", "src=", "href=", "@import", "url("] {
        assert!(!page.contains(outside), "the page asks for `{outside}`");
    }
    for value in ["Amal", "1980", "12.5", "nobody"] {
        assert!(!page.contains(value), "a value stands in the page");
    }
}

#[test]
fn a_failed_order_says_so_first() {
    let place = Place::new();
    place.replace("rulesets/targets/demo/schema.yaml", "max_length: 20", "max_length: 5");
    place.convert("").code(4);
    let page = place.read("order/report.html");
    assert!(page.contains("The order failed: 1 of the checks below does not hold."), "{page}");
    assert!(page.contains("<span class=\"tag stops\">stops the order</span>"), "{page}");
    assert!(page.contains("<td>R0404</td><td>person</td>") && page.contains("has at most 5 characters"), "{page}");
    let report = place.json("order/report.json");
    let checks = report["checks"].as_array().unwrap();
    let failed: Vec<_> = checks.iter().filter(|check| check["verdict"] == "failed").collect();
    assert!(failed.len() == 1 && failed[0]["code"] == "R0404" && failed[0]["rows"].as_u64() > Some(0), "{failed:?}");
    assert!(checks.iter().any(|check| check["code"] == "R0402" && check["verdict"] == "passed"), "{checks:?}");
}

#[test]
fn a_row_that_is_set_aside_for_two_reasons_is_one_row() {
    let place = Place::new();
    place.replace("export/visits.csv", "v3,p2,,3.00", "v3,p2,,3.00\nv4,p1,gestern,viel\nv5,p1,heute,1.00");
    place.convert("").code(0);
    let findings = place.json("order/report.json")["findings"].clone();
    let aside = findings.as_array().unwrap().iter().filter(|finding| finding["consequence"] == "rejected");
    assert_eq!(aside.map(|finding| finding["rows"].as_u64().unwrap()).sum::<u64>(), 3, "{findings}");
    assert!(place.read("order/report.html").contains("2 of them were set aside."));
}

#[test]
fn a_column_that_holds_nothing_is_not_shown_as_full() {
    let place = Place::new();
    let bar = |place: &Place| {
        let page = place.read("order/report.html");
        let row = page.split("<th scope=\"row\">person.<wbr>birth_date</th>").nth(1).unwrap();
        let parts = row.split("</div>").next().unwrap().matches("<i class=").count();
        (parts, row.contains("<i class=\"unused\" style=\"flex-grow:333\"></i>"))
    };
    // One of three people has no birth date.
    place.convert("").code(0);
    assert_eq!(bar(&place), (2, true));
}
