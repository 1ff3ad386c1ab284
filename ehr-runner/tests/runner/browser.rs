//! Our pages in a real browser: they open from disk without a word on the console, and axe-core finds nothing in them.
//!
//! Chromium is looked for on the path, or where `EHR_CHROMIUM` says; axe-core, which is not part of this repository, is the file
//! that `EHR_AXE` names (`npm pack axe-core`, `package/axe.min.js`). Where one is not there, that is said; in CI it is a failure.

use crate::place::Place;
use crate::private::skipped;
use std::process::Command;

/// Prints what axe finds into the page, once it has run.
const RUN: &str = "axe.run(document).then(function (found) {
  var told = document.createElement('pre');
  told.id = 'told';
  told.textContent = 'PASSES ' + found.passes.length + ' VIOLATIONS ' + found.violations.map(function (one) { return one.id; }).join(' ') + ' END';
  document.body.appendChild(told);
});";
/// A desktop in the light and in the dark, and a phone.
const WINDOWS: [(&str, &str); 3] = [("1280,1000", "0"), ("1280,1000", "1"), ("390,900", "1")];

/// The page as the browser has it once its scripts have run; none where there is no browser.
fn browsed(place: &Place, page: &str, more: &[&str]) -> Option<String> {
    let program = std::env::var("EHR_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let profile = format!("--user-data-dir={}", place.path("profile").display());
    let url = format!("file://{}", place.path(page).display());
    let common = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=30000", "--dump-dom"];
    let ended = Command::new(&program).args(common).arg(profile).args(more).arg(url).output();
    let Ok(ended) = ended else {
        return skipped(&format!("there is no `{program}` to open our pages in; EHR_CHROMIUM says where one is"));
    };
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    Some(String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// Fails where axe finds something in a page.
fn is_accessible(place: &Place, page: &str, axe: &str) {
    place.replace(page, "</body>", &format!("<script>{axe}</script><script>{RUN}</script></body>"));
    for (window, scheme) in WINDOWS {
        let more = [format!("--window-size={window}"), format!("--blink-settings=preferredColorScheme={scheme}")];
        let shown = browsed(place, page, &[&more[0], &more[1]]).unwrap_or_default();
        let told = shown.split("id=\"told\">").nth(1).unwrap_or("axe said nothing");
        assert!(shown.contains(" VIOLATIONS  END"), "{page} {window} {scheme}: {told}");
    }
}

#[test]
fn our_pages_sort_and_axe_finds_nothing() {
    let place = Place::new();
    place.replace("export/visits.csv", "v3,p2,,3.00", "v3,p2,,3.00\nv4,nobody,2024-03-01 10:00:00,1.00");
    place.ehr("assess export --target demo --today 2024-06-01 --report report.html").code(4);
    // Its own script has made a button of each head of a table that sorts.
    let Some(page) = browsed(&place, "report.html", &[]) else { return };
    assert!(page.contains("<button type=\"button\">unmapped</button>"), "the page's script did not run");
    let Some(axe) = std::env::var_os("EHR_AXE") else {
        return skipped("EHR_AXE names no axe.min.js, so nobody looked whether our pages are accessible").unwrap_or_default();
    };
    let axe = std::fs::read_to_string(axe).unwrap().replace("</script", "<\\/script");
    is_accessible(&place, "report.html", &axe);
    place.ehr("scan export --html scan.html").code(0);
    is_accessible(&place, "scan.html", &axe);
    place.ehr("docs --out mapping").code(0);
    is_accessible(&place, "mapping/acme-1-to-demo.html", &axe);
    // A check that fails besides, and a value that cannot be true.
    place.replace("rulesets/targets/demo/schema.yaml", "max_length: 20", "max_length: 5");
    place.replace("export/patients.csv", "1955-12-01", "2031-12-01");
    place.convert("").code(4);
    is_accessible(&place, "order/report.html", &axe);
}
