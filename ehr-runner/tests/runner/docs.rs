//! `docs`: pages that hold every column, load nothing, and in which no name is more than text.

use crate::place::Place;
use crate::place::answer;
use crate::place::names;
use crate::place::stderr;

#[test]
fn a_page_holds_every_column_and_loads_nothing() {
    let place = Place::new();
    place.write(
        "rulesets/targets/demo/cases/person.yaml",
        "- name: a man's code\n  given: {patient: [{id: a, gender: male, name: null}]}\n  expect: {person: [{gender_code: 8507}]}\n",
    );
    let json = answer(&place.ehr("docs --out pages --format json").code(0));
    assert_eq!(json["pages"].as_array().map(Vec::len), Some(1));
    assert_eq!(names(&place.path("pages")), ["acme-1-to-demo.html"]);
    let page = place.read("pages/acme-1-to-demo.html");
    for column in [
        "person.person_id",
        "person.name",
        "person.birth_date",
        "person.gender_code",
        "visit.visit_id",
        "visit.person_id",
        "visit.start",
        "visit.cost",
    ] {
        assert!(page.contains(&format!("id=\"c-{column}\"")), "{column}");
    }
    for part in [
        "<code>BIRTHDATE</code> of <code>patients</code>",
        "<code>M</code> becomes <code>male</code>",
        "a man&#39;s code",
        "<td>ada</td>",
        "Only rows where <code>START</code> is there",
    ] {
        assert!(page.contains(part) || page.contains(&part.replace("&#39;", "&#x27;")), "`{part}` is not in the page");
    }
    for loaded in ["http:", "https:", "src=", "@import", "url(", "<link"] {
        assert!(!page.contains(loaded), "the page has `{loaded}`");
    }
    let again = place.read("pages/acme-1-to-demo.html");
    place.ehr("docs --out pages").code(0);
    assert_eq!(again, place.read("pages/acme-1-to-demo.html"));
}

#[test]
fn a_hostile_name_is_text() {
    let place = Place::new();
    let hostile = "<script>alert(`1`)</script>\\\"'&";
    place.replace("rulesets/sources/acme/1/schema.yaml", "title: Acme Practice", &format!("title: \"{hostile}\""));
    place.replace("rulesets/sources/acme/1/schema.yaml", "      NAME: text\n", &format!("      \"{hostile}\": text\n"));
    place.replace(
        "rulesets/sources/acme/1/rules.yaml",
        "name: NAME",
        &format!("name: {{from: \"{hostile}\", map: {{\"</style><b>\": \"{hostile}\"}}, otherwise: null}}"),
    );
    place.write("rulesets/targets/demo/codes/gender.csv", "source_code,source_name,target,status\nmale,<img onerror=x>,8507,proposed\n");
    place.ehr("docs --out pages").code(0);
    let page = place.read("pages/acme-1-to-demo.html");
    assert_eq!(page.matches("<script>").count(), 1, "the page's own");
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(!page.contains("<img") && !page.contains("<b>"));
}

#[test]
fn what_there_is_not_is_refused() {
    let place = Place::new();
    assert!(stderr(&place.ehr("docs --out pages --target dmo").code(2)).contains("`demo`"));
    place.ehr("docs --out pages --source nobody/1").code(2);
    assert!(!place.has("pages"));
}
