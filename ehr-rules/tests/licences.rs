//! Every crate that is locked has a licence that `deny.toml` allows. Reads what cargo knows already, without a network.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn every_licence_is_allowed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let deny = fs::read_to_string(root.join("deny.toml")).unwrap();
    let (allowed, clarified) = (allowed(&deny), clarified(&deny));
    assert!(allowed.len() > 5, "the list was read");
    let output =
        Command::new(env!("CARGO")).args(["metadata", "--format-version=1", "--locked", "--offline"]).current_dir(root).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "the packages were read");
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| {
            let name = package["name"].as_str().unwrap_or("");
            let said = clarified.iter().find(|(of, _)| of == name).map(|(_, expression)| expression.as_str());
            !fits(package["license"].as_str().or(said).unwrap_or(""), &allowed)
        })
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// Whether a licence expression can be met: `OR` needs one side, `AND` both. Old expressions write `/` for `OR`.
fn fits(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    let expression = expression.trim();
    let inner = strip(expression);
    if let Some(parts) = split(inner, " OR ") {
        return parts.iter().any(|part| fits(part, allowed));
    }
    if let Some(parts) = split(inner, " AND ") {
        return parts.iter().all(|part| fits(part, allowed));
    }
    // `MPL-2.0+` is that version or a later one.
    let inner = inner.strip_suffix('+').unwrap_or(inner);
    allowed.iter().any(|one| one == inner)
}

/// Without the parentheses that hold the whole.
fn strip(expression: &str) -> &str {
    let Some(inner) = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return expression };
    let mut depth = 0_i32;
    let whole = inner.chars().all(|letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        depth >= 0
    });
    if whole { inner.trim() } else { expression }
}

/// The parts between a word outside of parentheses; `None` where it does not stand there.
fn split<'e>(expression: &'e str, word: &str) -> Option<Vec<&'e str>> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, letter) in expression.char_indices() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if depth == 0 && at >= start && expression[at..].starts_with(word) {
            parts.push(expression[start..at].trim());
            start = at + word.len();
        }
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(expression[start..].trim());
    Some(parts)
}

/// The texts of the list `allow` under `[licenses]`.
fn allowed(deny: &str) -> Vec<String> {
    let list = deny.split("allow = [").nth(1).unwrap().split(']').next().unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What the file says of crates that say it by a file alone.
fn clarified(deny: &str) -> Vec<(String, String)> {
    let field = |part: &str, name: &str| part.split(&format!("\n{name} = \"")).nth(1)?.split('"').next().map(str::to_owned);
    let parts = deny.split("[[licenses.clarify]]").skip(1);
    parts.filter_map(|part| Some((field(part, "crate")?, field(part, "expression")?))).collect()
}

#[test]
fn expressions_are_read_as_they_are_meant() {
    let allowed = ["MIT".to_owned(), "Zlib".to_owned()];
    for good in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "MIT AND Zlib", "(GPL-3.0 OR MIT) AND Zlib"] {
        assert!(fits(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(GPL-3.0 OR LGPL-3.0) AND MIT"] {
        assert!(!fits(bad, &allowed), "{bad}");
    }
}
