//! What is completed and what is checked are one language: the forms that an editor speaks of, and the JSON Schemas it may be given.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::forms;
use crate::forms::Form;
use crate::forms::Holds;
use crate::schema;
use serde_json::Value;
use std::collections::BTreeSet;

/// Walks the forms and the schema of a file side by side.
struct Walk<'s> {
    /// What the schema refers to.
    root: &'s Value,
    /// Forms that were held against their place in the schema; forms hold each other.
    seen: BTreeSet<(*const Form, String)>,
    wrong: Vec<String>,
}

impl<'s> Walk<'s> {
    /// Every way of writing what stands here that the schemas allow.
    fn ways(&self, schemas: &[&'s Value]) -> Vec<&'s Value> {
        let mut ways = Vec::new();
        for schema in schemas {
            if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/$defs/")) {
                ways.extend(self.ways(&[&self.root["$defs"][name]]));
            }
            let inner = ["oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key).and_then(Value::as_array)).flatten();
            let inner: Vec<&Value> = inner.collect();
            ways.extend(self.ways(&inner));
            ways.push(schema);
        }
        ways
    }

    /// What stands at a place of the file, as forms and as schemas.
    fn place(&mut self, holds: Holds, schemas: &[&'s Value], path: &str) {
        let ways = self.ways(schemas);
        match holds {
            Holds::Form(form) => self.form(form, &ways, path),
            Holds::List(inner) => {
                let items: Vec<&Value> = ways.iter().filter_map(|way| way.get("items")).collect();
                self.place(*inner, if items.is_empty() { schemas } else { &items }, &format!("{path}[]"));
            }
            Holds::Map(_, behind) => {
                let behind_any: Vec<&Value> =
                    ways.iter().filter_map(|way| way.get("additionalProperties")).filter(|any| any.is_object()).collect();
                if behind_any.is_empty() {
                    self.wrong.push(format!("{path}: a map of any keys, which the schema does not allow"));
                }
                self.place(*behind, &behind_any, &format!("{path}.*"));
            }
            Holds::Either(first, second) => {
                self.place(*first, schemas, path);
                self.place(*second, schemas, path);
            }
            Holds::Value => self.forms(forms::VALUES, &ways, path),
            Holds::Made => self.forms(&[forms::AGGREGATES, forms::VALUES].concat(), &ways, path),
            Holds::Typed => self.form(forms::NESTED, &ways, path),
            Holds::Shaped => self.form(forms::SHAPE, &ways, path),
            Holds::Words(words) => {
                let known: BTreeSet<&str> = ways.iter().filter_map(|way| way.get("const").and_then(Value::as_str)).collect();
                let words: BTreeSet<&str> = words.iter().copied().collect();
                if known != words {
                    self.wrong.push(format!("{path}: the words {words:?} and {known:?}"));
                }
            }
            _ => {}
        }
    }

    /// Several forms, of which the first key says which it is.
    fn forms(&mut self, forms: &[&'static Form], ways: &[&'s Value], path: &str) {
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for form in forms {
            let first = form.keys[0].name;
            known.extend(form.keys.iter().map(|key| key.name));
            let own: Vec<&Value> =
                ways.iter().copied().filter(|way| way["required"].as_array().is_some_and(|keys| keys.contains(&first.into()))).collect();
            // Under one first key a value and an aggregate may stand side by side, each with keys of its own.
            if own.len() < 2 {
                self.form(form, &own, path);
            } else if !own.iter().any(|way| keys(&[way]) == form.keys.iter().map(|key| key.name).collect()) {
                self.wrong.push(format!("{path}: the schema knows no map like the editor's under `{first}`"));
            }
        }
        let unknown = keys(ways).into_iter().filter(|key| !known.contains(key)).collect::<Vec<_>>();
        if !unknown.is_empty() {
            self.wrong.push(format!("{path}: the schema alone knows {unknown:?}"));
        }
    }

    /// The keys of one form.
    fn form(&mut self, form: &'static Form, ways: &[&'s Value], path: &str) {
        let mut maps: Vec<&Value> = ways.iter().copied().filter(|way| way.get("properties").is_some()).collect();
        // Where a scalar, a list and a map may stand, a map of other maps is none of these.
        let names: BTreeSet<&str> = form.keys.iter().map(|key| key.name).collect();
        if let Some(closest) = maps.iter().map(|map| shared(map, &names)).max() {
            maps.retain(|map| shared(map, &names) > 0 || closest == 0);
        }
        if !self.seen.insert((std::ptr::from_ref(form), names_of(&maps))) {
            return;
        }
        let known = keys(&maps);
        if known != names {
            let missing: Vec<_> = names.difference(&known).collect();
            let more: Vec<_> = known.difference(&names).collect();
            self.wrong.push(format!("{path}, {}: only the editor knows {missing:?}, only the schema {more:?}", form.name));
        }
        for key in form.keys {
            let behind: Vec<&Value> = maps.iter().filter_map(|map| map["properties"].get(key.name)).collect();
            // What is required in one way of writing may be replaced in another.
            let always =
                !maps.is_empty() && maps.iter().all(|map| map["required"].as_array().is_some_and(|all| all.contains(&key.name.into())));
            // Without columns a rule moves files, which it seldom does.
            let seldom = key.name == "columns" && key.required && matches!(form.name, "a rule" | "a branch of a union");
            if key.required != always && !seldom {
                let (editor, schema) = (key.required, always);
                self.wrong.push(format!("{path}.{}: required says the editor: {editor}, the schema: {schema}", key.name));
            }
            self.place(key.holds, &behind, &format!("{path}.{}", key.name));
        }
    }
}

fn keys<'s>(maps: &[&'s Value]) -> BTreeSet<&'s str> {
    maps.iter().filter_map(|map| map["properties"].as_object()).flat_map(|keys| keys.keys().map(String::as_str)).collect()
}

fn shared(map: &Value, names: &BTreeSet<&str>) -> usize {
    keys(&[map]).intersection(names).count()
}

fn names_of(maps: &[&Value]) -> String {
    keys(maps).into_iter().collect::<Vec<_>>().join(" ")
}

#[test]
fn editor_and_schemas_know_the_same_keys() {
    let files = [
        ("source", forms::SOURCE),
        ("rules", forms::RULES),
        ("category", forms::CATEGORY),
        ("target", forms::TARGET),
        ("cases", forms::CASES),
    ];
    assert_eq!(files.map(|(name, _)| name).to_vec(), schema::names().map(|(name, _)| name).collect::<Vec<_>>());
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (name, holds) in files {
        let root = schema::schema(name).unwrap();
        let mut walk = Walk { root: &root, seen: BTreeSet::new(), wrong: Vec::new() };
        walk.place(holds, &[&root], name);
        seen += walk.seen.len();
        wrong.extend(walk.wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 40, "{seen} forms");
}
