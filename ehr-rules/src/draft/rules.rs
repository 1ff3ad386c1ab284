//! Rules towards the categories, where names, types and values make them likely; each is only proposed.

use crate::draft::DraftFile;
use crate::draft::column::Column;
use crate::draft::table::Table;
use crate::draft::yaml;
use crate::ir::category::Category;
use crate::ir::category::CategoryColumn;
use crate::ir::types::Kind;
use crate::scan::words::singular;
use crate::scan::words::words;
use std::fmt::Write as _;

/// What was proposed.
pub(super) struct Proposed {
    pub files: Vec<DraftFile>,
    pub open: Vec<String>,
}

/// Words in a table's name, and the category that its rows are likely to be.
const TABLES: &[(&str, &[&str])] = &[
    ("patient", &["patient", "person", "people", "demographic", "paciente"]),
    ("encounter", &["encounter", "visit", "admission", "stay", "icustay", "consulta"]),
    ("condition", &["condition", "diagnosis", "diagnoses", "problem"]),
    ("medication_request", &["medication", "prescription", "drug"]),
    ("immunization", &["immunization", "vaccine", "vaccination"]),
    ("observation", &["observation", "lab", "labevent", "vital", "measurement", "result"]),
    ("procedure", &["procedure"]),
    ("allergy_intolerance", &["allergy"]),
    ("appointment", &["appointment", "schedule"]),
    ("organization", &["organization"]),
    ("practitioner", &["practitioner", "provider", "physician", "doctor"]),
    ("document_reference", &["note", "document"]),
];

/// For a category's column, names without marks that columns of that meaning have, likeliest first.
const COLUMNS: &[(&str, &[&str])] = &[
    ("family", &["last", "lastname", "familyname", "family", "surname", "lname", "sobrenome", "nachname", "apellido", "patientlastname"]),
    (
        "given",
        &["first", "firstname", "givenname", "given", "forename", "fname", "nome", "vorname", "prenom", "nombre", "patientfirstname"],
    ),
    ("prefix", &["prefix"]),
    ("suffix", &["suffix"]),
    ("maiden", &["maiden", "maidenname"]),
    ("gender", &["gender", "sex", "sexo", "genero", "geschlecht"]),
    ("race", &["race"]),
    ("ethnicity", &["ethnicity"]),
    ("address_line", &["address", "street", "addressline", "address1", "endereco", "strasse"]),
    ("city", &["city", "town", "cidade", "municipio", "ort"]),
    ("state", &["state", "province", "estado", "uf"]),
    ("county", &["county"]),
    ("postal_code", &["zip", "zipcode", "postalcode", "postcode", "cep", "plz"]),
    ("latitude", &["lat", "latitude"]),
    ("longitude", &["lon", "lng", "longitude"]),
    ("phone", &["phone", "phonehome", "phonecell", "telephone", "telefone", "mobile"]),
    ("name", &["name"]),
    ("specialty", &["speciality", "specialty"]),
    ("code", &["code", "codigo", "icdcode", "ndc", "itemid", "diagnosis", "dx"]),
    ("display", &["description", "display", "title", "drug", "label"]),
    ("start", &["start", "starttime", "startdate", "date", "intime", "admittime", "begdate", "visitdate", "appointmentdate"]),
    ("end", &["stop", "end", "endtime", "enddate", "stoptime", "outtime", "dischtime", "dateend"]),
    ("onset", &["start", "startdate", "onset", "onsetdate", "begdate", "date"]),
    ("abatement", &["stop", "end", "enddate", "abatement", "resolved"]),
    ("recorded", &["recorded", "recordeddate", "dateentered"]),
    ("recorded_date", &["start", "recorded", "begdate", "date"]),
    ("authored_on", &["start", "starttime", "startdate", "dateadded", "date", "ordered", "orderdate"]),
    ("validity_end", &["stop", "stoptime", "enddate", "end"]),
    ("occurrence", &["date", "administereddate", "occurrence", "given"]),
    ("effective", &["date", "charttime", "observed", "effective", "resultdate", "collected"]),
    ("performed_start", &["start", "date", "chartdate", "performed", "procedure date", "dateordered"]),
    ("performed_end", &["stop", "end"]),
    ("date", &["date", "written", "created", "notedate"]),
    ("content", &["note", "content", "text", "notecontent", "anotacao"]),
    ("value_quantity", &["valuenum", "value", "result"]),
    ("value_unit", &["units", "unit", "valueuom", "uom"]),
    ("dispenses", &["dispenses"]),
    ("reason_code", &["reasoncode"]),
    ("reason_display", &["reasondescription", "reason"]),
];

/// Drafts rules; a column that one reads is no longer ignored.
pub(super) fn propose(tables: &mut [Table<'_>], categories: &[Category], without: &[String]) -> Proposed {
    let mut proposed = Proposed { files: Vec::new(), open: Vec::new() };
    let kinds: Vec<Option<&str>> = tables.iter().map(category_of).collect();
    let of: Vec<(String, &str)> = tables.iter().zip(&kinds).filter_map(|(table, kind)| Some((table.name.clone(), (*kind)?))).collect();
    let mut made: Vec<&str> = Vec::new();
    for (table, kind) in tables.iter_mut().zip(kinds) {
        let Some(category) = categories.iter().find(|category| Some(category.name.as_str()) == kind) else { continue };
        if without.contains(&category.name) {
            proposed.open.push(format!("`{}` could be `{}`, but what was drafted for it does not hold", table.name, category.name));
            continue;
        }
        if made.contains(&category.name.as_str()) {
            proposed.open.push(format!("`{}` could be `{}` too: put both under one `union:`", table.name, category.name));
            continue;
        }
        match rule(table, category, &of) {
            Ok(text) => {
                made.push(&category.name);
                proposed.files.push(DraftFile { name: format!("{}.yaml", category.name), text });
            }
            Err(lacking) => {
                proposed.open.push(format!("`{}` could be `{}`, but no column is likely to be its {lacking}", table.name, category.name));
            }
        }
    }
    for table in tables {
        rest(table);
        if table.named().all(|column| column.ignored.is_some()) {
            proposed.open.push(format!("`{}` is none of the categories, as far as its name tells", table.name));
        }
    }
    proposed
}

fn category_of(table: &Table<'_>) -> Option<&'static str> {
    let named: Vec<String> = words(&table.name).iter().map(|word| singular(word)).collect();
    let by_name = TABLES.iter().find(|(_, known)| named.iter().any(|word| known.contains(&word.as_str())) && named.len() <= 2);
    by_name.map(|(category, _)| *category)
}

/// A rule, or the required column for which there is nothing.
fn rule(table: &mut Table<'_>, category: &Category, of: &[(String, &str)]) -> Result<String, String> {
    let mut lines = Vec::new();
    let mut read: Vec<String> = Vec::new();
    let mut required: Vec<String> = Vec::new();
    for wanted in &category.columns {
        match feed(table, category, wanted, of) {
            Some(feed) => {
                lines.push(format!("    {}: {}   {}", wanted.name, feed.expression, yaml::comment(&feed.because)));
                if !wanted.ty.nullable && feed.passes_missing {
                    required.extend(feed.reads.iter().cloned());
                }
                read.extend(feed.reads);
            }
            None if wanted.ty.nullable => {}
            None => return Err(format!("`{}`", wanted.name)),
        }
    }
    for column in &mut table.columns {
        column.read |= read.contains(&column.scan.name);
        column.required |= required.contains(&column.scan.name);
        if column.read {
            column.ignored = None;
        }
    }
    let mut text = String::new();
    let _ = writeln!(
        text,
        "# Proposed from the names, types and values of `{}`, and not run: read it, and take `status` away.",
        table.name.replace(['\n', '\r'], " ")
    );
    let _ = writeln!(text, "{}:\n  status: proposed\n  from: {}\n  columns:", category.name, yaml::scalar(&table.name));
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    if table.key.is_empty() {
        text.push_str("  dedupe: {by: [id], keep: first}\n");
    }
    Ok(text)
}

/// What a category's column is made of.
struct Feed {
    expression: String,
    because: String,
    reads: Vec<String>,
    /// Whether it is missing where what it reads is.
    passes_missing: bool,
}

fn feed(table: &Table<'_>, category: &Category, wanted: &CategoryColumn, of: &[(String, &str)]) -> Option<Feed> {
    let rows = table.file.rows - table.file.malformed - table.file.ragged;
    let fits = |column: &&Column<'_>| {
        !column.scan.is_empty() && (wanted.ty.nullable || column.scan.filled == rows) && step(column, &wanted.ty.kind).is_some()
    };
    let named = |column: &Column<'_>| column.scan.name.clone();
    let take = |column: &Column<'_>, because: &str| {
        let step = step(column, &wanted.ty.kind)?;
        let name = yaml::scalar(&column.scan.name);
        let expression = if step.is_empty() { name } else { format!("{{from: {name}, do: [{step}]}}") };
        Some(Feed { expression, because: because.to_owned(), reads: vec![named(column)], passes_missing: true })
    };
    let tagged =
        |tag: &str| {
            table.columns.iter().filter(fits).find(|column| {
                column.scan.person.as_ref().is_some_and(|person| person.tag == tag) && !table.key.contains(&column.scan.name)
            })
        };
    let to = |kind: &str| {
        let link = table.references.iter().find(|link| of.iter().any(|(name, category)| *name == link.table && *category == kind))?;
        table.columns.iter().filter(fits).find(|column| column.scan.name == link.column)
    };
    match (category.name.as_str(), wanted.name.as_str()) {
        (_, "id") => return identity(table, category),
        ("patient", "birth_date") => return take(tagged("birth_date")?, "its name says so"),
        ("patient", "deceased_date") => return take(tagged("death_date")?, "its name says so"),
        ("patient" | "practitioner", "gender") => return gender(by_name(table, "gender", &fits)?, wanted),
        (_, "patient") => {
            let found = to("patient").map(|column| (column, "it holds the key of the patients"));
            let (column, because) = found.or_else(|| Some((tagged("medical_record_number")?, "its name says so")))?;
            return take(column, because);
        }
        (_, "encounter" | "organization" | "practitioner") => return take(to(&wanted.name)?, "it holds that table's key"),
        (_, "code") => {
            let coded = table.columns.iter().filter(fits).find(|column| {
                !column.scan.codes.is_empty() && by_name(table, "code", &fits).is_none_or(|named| named.scan.codes.is_empty())
            });
            return take(coded.or_else(|| by_name(table, "code", &fits))?, "its name or its values say so");
        }
        (_, "code_system") => {
            let code = table.columns.iter().find(|column| {
                !column.scan.codes.is_empty()
                    && COLUMNS.iter().any(|(name, known)| *name == "code" && known.contains(&joined(&column.scan.name).as_str()))
            })?;
            let system = code.scan.codes.first()?;
            let expression = format!("{{value: {}}}", serde_json::Value::String(system.uri.to_owned()));
            return Some(Feed { expression, because: system.because.clone(), reads: Vec::new(), passes_missing: false });
        }
        _ => {}
    }
    if !wanted.one_of.is_empty() {
        return few_words(table.columns.iter().find(|column| joined(&column.scan.name) == joined(&wanted.name))?, wanted);
    }
    take(by_name(table, &wanted.name, &fits)?, "its name says so")
}

/// Words for the two genders that many systems write, as far as the category has them.
fn gender(column: &Column<'_>, wanted: &CategoryColumn) -> Option<Feed> {
    const WORDS: &[(&str, &[&str])] = &[
        ("male", &["m", "male", "man", "masculino", "männlich"]),
        ("female", &["f", "female", "woman", "feminino", "femenino", "weiblich"]),
        ("other", &["o", "other"]),
    ];
    let known = |word: &&str| wanted.one_of.is_empty() || wanted.one_of.iter().any(|one| one == word);
    let otherwise = ["unknown", "other"].into_iter().find(known).or_else(|| wanted.ty.nullable.then_some("null"))?;
    let pairs: Vec<String> =
        WORDS.iter().filter(|(to, _)| known(to)).flat_map(|(to, words)| words.iter().map(move |word| format!("{word}: {to}"))).collect();
    if column.kind != Kind::Text || pairs.is_empty() {
        return None;
    }
    let expression =
        format!("{{from: {}, do: [trim, lower], map: {{{}}}, otherwise: {otherwise}}}", yaml::scalar(&column.scan.name), pairs.join(", "));
    let because = "its name says so; see that every value is in the map".to_owned();
    Some(Feed { expression, because, reads: vec![column.scan.name.clone()], passes_missing: false })
}

/// A column of codes, some of which are the category's own words.
fn few_words(column: &Column<'_>, wanted: &CategoryColumn) -> Option<Feed> {
    let same = |code: &&&str| wanted.one_of.iter().find(|word| joined(word) == joined(code));
    let pairs: Vec<String> =
        column.codes.iter().filter_map(|code| Some(format!("{}: {}", yaml::scalar(code), yaml::scalar(same(&code)?)))).collect();
    let known = |word: &&str| wanted.one_of.iter().any(|one| one == word);
    let otherwise = ["unknown", "other"].into_iter().find(known).or_else(|| wanted.ty.nullable.then_some("null"))?;
    if column.kind != Kind::Text || pairs.is_empty() {
        return None;
    }
    let expression = format!("{{from: {}, map: {{{}}}, otherwise: {otherwise}}}", yaml::scalar(&column.scan.name), pairs.join(", "));
    let because = format!("its name and {} of its {} codes say so", pairs.len(), column.codes.len());
    Some(Feed { expression, because, reads: vec![column.scan.name.clone()], passes_missing: false })
}

/// What a row goes by: its own key, or one made of all its columns.
fn identity(table: &Table<'_>, category: &Category) -> Option<Feed> {
    if let [key] = table.key.as_slice() {
        let column = table.columns.iter().find(|column| column.scan.name == *key)?;
        step(column, &Kind::Text)?;
        return Some(Feed {
            expression: yaml::scalar(key),
            because: "the key of the table".to_owned(),
            reads: vec![key.clone()],
            passes_missing: true,
        });
    }
    let parts: Vec<String> = if table.key.is_empty() {
        table.columns.iter().filter(|column| column.ignored.is_none()).map(|column| column.scan.name.clone()).collect()
    } else {
        table.key.clone()
    };
    let because =
        if table.key.is_empty() { "rows have no key: those that agree in everything have one id" } else { "the key of the table" };
    let expression = format!("{{from: {{key: {}, space: {}}}, do: [to_text]}}", yaml::list(&parts), category.name);
    Some(Feed { expression, because: because.to_owned(), reads: parts, passes_missing: false })
}

/// What a column of that name means, where it is one of the names that are known.
pub(super) fn meaning(name: &str) -> Option<&'static str> {
    const PERSONS: &[(&str, &[&str])] = &[
        ("birth_date", &["dob", "birthdate", "dateofbirth", "born", "birthday", "nascimento", "geburtsdatum"]),
        ("death_date", &["dod", "deathdate", "dateofdeath", "died"]),
        ("ssn", &["ssn", "socialsecuritynumber"]),
        ("mrn", &["mrn", "medicalrecordnumber", "chartnumber"]),
        ("email", &["email", "emailaddress", "mail"]),
    ];
    let name = joined(name);
    // Dates are too many kinds of things for their names to say which.
    let plain = |of: &&(&'static str, &[&str])| of.1.contains(&name.as_str());
    PERSONS.iter().chain(COLUMNS.iter().take_while(|(of, _)| *of != "name")).find(plain).map(|(of, _)| *of)
}

/// Columns that nothing reads yet are ignored, with that as the reason.
pub(super) fn rest(table: &mut Table<'_>) {
    for column in table.columns.iter_mut().filter(|column| column.ignored.is_none()) {
        let name = &column.scan.name;
        let structural = table.key.contains(name) || table.references.iter().any(|link| link.column == *name);
        if !structural && !column.read {
            column.ignored = Some("no rule reads it yet".to_owned());
        }
    }
}

fn joined(name: &str) -> String {
    words(name).concat()
}

fn by_name<'t, 'a>(table: &'t Table<'a>, wanted: &str, fits: &dyn Fn(&&Column<'_>) -> bool) -> Option<&'t Column<'a>> {
    let (_, known) = COLUMNS.iter().find(|(name, _)| *name == wanted)?;
    known.iter().find_map(|name| table.columns.iter().find(|column| joined(&column.scan.name) == *name && fits(column)))
}

/// The function that brings a column to a kind; nothing where it is that already, and none where there is no such function.
fn step(column: &Column<'_>, kind: &Kind) -> Option<&'static str> {
    match (&column.kind, kind) {
        (own, kind) if own.fits(kind) => Some(""),
        (Kind::Integer | Kind::Decimal { .. }, Kind::Float) => Some("to_float"),
        (Kind::Date, Kind::Datetime) => Some("to_datetime"),
        (Kind::Datetime, Kind::Date) => Some("to_date"),
        (Kind::Integer | Kind::Decimal { .. } | Kind::Float | Kind::Date | Kind::Datetime, Kind::Text) => Some("to_text"),
        (Kind::Text, Kind::Float) if column.scan.also.contains_key("float") || column.scan.kind != Kind::Text => Some("as_float"),
        _ => None,
    }
}
