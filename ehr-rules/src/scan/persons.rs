//! Which identifier of a person a column seems to hold, by what it is called and what its values look like.

use crate::functions::emails;
use crate::functions::is_ssn;
use crate::ir::types::Kind;
use crate::scan::found::FoundPerson;
use crate::scan::verdict::share;
use crate::scan::words::is_identifier;
use crate::scan::words::singular;
use crate::scan::words::words;

/// The share of different values from which a look is believed, and how many there must be.
const BELIEVED: f64 = 0.8;
const LEAST: usize = 3;
/// Characters of a text, on average, from which it is somebody's own words.
const PROSE: usize = 60;

/// A tag, and the words in a name that say it: all of one entry must be there, in any order.
const NAMES: &[(&str, &[&str])] = &[
    (
        "birth_date",
        &[
            "dob",
            "birthdate",
            "birthday",
            "birth date",
            "birth dt",
            "date birth",
            "born",
            "nascimento",
            "nacimiento",
            "naissance",
            "geburtsdatum",
            "geboortedatum",
            "fodselsdato",
        ],
    ),
    ("death_date", &["dod", "deathdate", "death date", "date death", "deceased date", "deathtime", "death time", "obito", "sterbedatum"]),
    ("email", &["email", "e mail"]),
    ("fax", &["fax"]),
    ("phone", &["phone", "telephone", "tel", "mobile", "cellphone", "cell", "celular", "telefone", "telefono", "telefon", "pager"]),
    ("social_security_number", &["ssn", "social security", "sin", "cpf", "tax id", "nir", "bsn", "personnummer"]),
    (
        "health_plan_number",
        &[
            "member id",
            "member number",
            "policy",
            "policy number",
            "subscriber",
            "subscriber id",
            "health card",
            "insurance number",
            "insurance id",
            "medicare",
            "medicaid",
            "ohip",
            "hcn",
            "nhs number",
            "nhs",
        ],
    ),
    ("account_number", &["account", "account number", "accountnumber", "iban"]),
    ("license_number", &["license", "licence", "drivers", "driver license", "dl"]),
    ("vehicle_identifier", &["vin", "license plate", "vehicle"]),
    ("device_identifier", &["udi", "serial number", "serial", "device id"]),
    ("url", &["url", "website", "homepage"]),
    ("ip_address", &["ip", "ip address", "ipaddress"]),
    ("biometric", &["fingerprint", "voiceprint", "biometric", "retina"]),
    ("photo", &["photo", "photograph", "picture", "portrait", "foto"]),
    ("unique_identifier", &["passport", "national id", "identity number"]),
    ("zip", &["zip", "zipcode", "postal code", "postal", "postcode", "plz", "cep", "fips"]),
    (
        "address",
        &[
            "address",
            "addr",
            "street",
            "city",
            "county",
            "town",
            "lat",
            "lon",
            "latitude",
            "longitude",
            "endereco",
            "cidade",
            "bairro",
            "rua",
            "strasse",
            "ville",
            "adresse",
            "birthplace",
            "direccion",
            "logradouro",
        ],
    ),
    (
        "medical_record_number",
        &[
            "mrn",
            "medical record",
            "prn",
            "chart number",
            "patientid",
            "patient id",
            "patient uuid",
            "patient number",
            "patient key",
            "subject id",
            "subjectid",
            "person id",
            "personid",
            "pid",
            "codigo paciente",
            "id patient",
            "contact id",
        ],
    ),
    (
        "name",
        &[
            "first name",
            "last name",
            "middle name",
            "given name",
            "family name",
            "full name",
            "firstname",
            "lastname",
            "middlename",
            "fname",
            "lname",
            "mname",
            "surname",
            "forename",
            "maiden",
            "maiden name",
            "patient name",
            "patient first",
            "patient last",
            "person name",
            "sobrenome",
            "vorname",
            "nachname",
            "prenom",
            "apellido",
            "nombre",
            "nome",
            "nickname",
            "mother name",
            "father name",
            "contact name",
        ],
    ),
    ("age", &["age", "idade", "anchor age", "alter", "edad"]),
    (
        "free_text",
        &[
            "note",
            "notes",
            "comment",
            "comments",
            "narrative",
            "remark",
            "remarks",
            "free text",
            "anotacao",
            "observacao",
            "note text",
            "note content",
        ],
    ),
];

/// Names that are parts of a person's name in a table of persons only.
const IN_PERSONS: &[&str] = &["name", "first", "last", "middle", "prefix", "suffix", "title", "given", "family"];
/// Whose tables are of persons.
const PERSONS: &[&str] = &["patient", "person", "people", "member", "client", "paciente", "patienten", "demographic", "contact"];
/// What stands before a name that is no patient's.
const OTHERS: &[&str] = &[
    "provider",
    "doctor",
    "physician",
    "practitioner",
    "organization",
    "facility",
    "drug",
    "medication",
    "payer",
    "test",
    "lab",
    "file",
    "table",
    "user",
    "product",
    "item",
    "hospital",
    "clinic",
    "department",
    "column",
    "code",
    "generic",
    "brand",
    "company",
    "form",
    "event",
];

/// What is known of the table that a column stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    /// The file's name, without its ending.
    pub stem: &'a str,
    /// Whether its rows are persons.
    pub persons: bool,
}

/// Whether a table's rows are persons: its name says so, or it has days of birth or first and last names.
pub(super) fn is_of_persons(stem: &str, columns: &[&str]) -> bool {
    let named: Vec<Vec<String>> = columns.iter().map(|name| words(name)).collect();
    let has = |wanted: &str| named.iter().any(|words| wanted.split(' ').all(|word| words.iter().any(|one| one == word)));
    let born = NAMES.iter().filter(|(tag, _)| *tag == "birth_date").flat_map(|(_, names)| *names).any(|wanted| has(wanted));
    words(stem).iter().any(|word| PERSONS.contains(&singular(word).as_str())) || born || has("first") && has("last")
}

/// What a column holds; none where nothing says that it is an identifier. `texts` are different values of it.
pub(super) fn of(name: &str, about: &About<'_>, kind: &Kind, texts: &[&str]) -> Option<FoundPerson> {
    if *kind == Kind::Boolean {
        return None;
    }
    let is_time = matches!(kind, Kind::Date | Kind::Datetime | Kind::Time);
    by_value(kind, texts).or_else(|| by_name(name, about, kind, is_time)).or_else(|| {
        let found = |tag, because: &str| Some(FoundPerson { tag, because: because.to_owned() });
        match kind {
            Kind::Date | Kind::Datetime => found("service_date", "its values are days"),
            Kind::Text if is_prose(texts) => found("free_text", "its values are long texts"),
            _ => None,
        }
    })
}

fn by_name(name: &str, about: &About<'_>, kind: &Kind, is_time: bool) -> Option<FoundPerson> {
    let words = words(name);
    let has = |wanted: &str| wanted.split(' ').all(|word| words.iter().any(|one| one == word || singular(one) == word));
    let others = words.iter().any(|word| OTHERS.contains(&singular(word).as_str()));
    let said = |tag| Some(FoundPerson { tag, because: "its name says so".to_owned() });
    // The most specific words win: those of two before those of one.
    let mut best: Option<(usize, &'static str)> = None;
    for (tag, names) in NAMES {
        for wanted in names.iter().filter(|wanted| has(wanted)) {
            let fits = match *tag {
                "birth_date" | "death_date" => is_time || matches!(kind, Kind::Text | Kind::Integer),
                "free_text" | "name" | "address" | "photo" => !is_time && (matches!(kind, Kind::Text) || *tag == "address"),
                "age" => matches!(kind, Kind::Integer | Kind::Text | Kind::Decimal { .. } | Kind::Float),
                _ => !is_time,
            };
            let length = wanted.split(' ').count();
            if fits && !(others && matches!(*tag, "name" | "address" | "phone" | "free_text")) && best.is_none_or(|(most, _)| length > most)
            {
                best = Some((length, tag));
            }
        }
    }
    if let Some((_, tag)) = best {
        return said(tag);
    }
    if about.persons {
        if *kind == Kind::Text && !others && words.iter().any(|word| IN_PERSONS.contains(&word.as_str())) {
            return Some(FoundPerson { tag: "name", because: "its name says so, in a table of persons".to_owned() });
        }
        if words.len() == 1 && is_identifier(&words) && !is_time {
            return Some(FoundPerson { tag: "medical_record_number", because: "it is what a row of persons goes by".to_owned() });
        }
    }
    let alone =
        words.len() == 1 && words.iter().any(|word| matches!(singular(word).as_str(), "patient" | "person" | "subject" | "paciente"));
    if alone && matches!(kind, Kind::Uuid | Kind::Integer | Kind::Text) {
        return said("medical_record_number");
    }
    None
}

fn by_value(kind: &Kind, texts: &[&str]) -> Option<FoundPerson> {
    if texts.len() < LEAST || !matches!(kind, Kind::Text | Kind::Integer) {
        return None;
    }
    let most = |holds: &dyn Fn(&str) -> bool| share(texts.iter().filter(|text| holds(text)).count() as u64, texts.len() as u64) >= BELIEVED;
    let found = |tag, because: &str| Some(FoundPerson { tag, because: because.to_owned() });
    // Only with its hyphens: any nine digits have the rest of the shape.
    if most(&|text| matches!(text.as_bytes(), [_, _, _, b'-', _, _, b'-', ..]) && is_ssn::holds(text) == Some(true)) {
        return found("social_security_number", "its values have the shape of social security numbers");
    }
    if most(&|text| text.contains('@') && emails::address(text).is_some()) {
        return found("email", "its values are e-mail addresses");
    }
    if most(&is_ip) {
        return found("ip_address", "its values are addresses of the internet protocol");
    }
    if most(&|text| {
        ["http://", "https://", "www."].iter().any(|start| text.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)))
    }) {
        return found("url", "its values are addresses on the web");
    }
    if most(&is_phone) {
        return found("phone", "its values have the shape of telephone numbers");
    }
    None
}

fn is_ip(text: &str) -> bool {
    let mut parts = 0;
    text.split('.').all(|part| {
        parts += 1;
        part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u8>().is_ok()
    }) && parts == 4
}

/// `(555) 123-4567`, `+49 30 123456`, `555-123-4567`: digits in groups, as they are for telephones and little else.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let marks = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'(' | b')' | b'-' | b' ' | b'.' | b'/'));
    let groups: Vec<usize> = text.split(|letter: char| !letter.is_ascii_digit()).map(str::len).filter(|length| *length > 0).collect();
    let american = matches!(groups.as_slice(), [3, 3, 4] | [1, 3, 3, 4]);
    marks && (american || text.starts_with('+') && (8..=15).contains(&digits) || text.starts_with('(') && (9..=13).contains(&digits))
}

fn is_prose(texts: &[&str]) -> bool {
    let length: usize = texts.iter().map(|text| text.len()).sum();
    texts.len() >= LEAST
        && length >= PROSE * texts.len()
        && texts.iter().filter(|text| text.matches(' ').count() >= 4).count() * 2 > texts.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::phi::TAGS;

    fn tag(name: &str, stem: &str, kind: &Kind, texts: &[&str]) -> Option<&'static str> {
        of(name, &About { stem, persons: is_of_persons(stem, &[]) }, kind, texts).map(|found| found.tag)
    }

    #[test]
    fn names_are_read_in_several_languages() {
        for (name, kind, meant) in [
            ("BIRTHDATE", Kind::Date, Some("birth_date")),
            ("Data de Nascimento", Kind::Date, Some("birth_date")),
            ("Código do Paciente", Kind::Text, Some("medical_record_number")),
            ("Sobrenome", Kind::Text, Some("name")),
            ("Patient First Name", Kind::Text, Some("name")),
            ("provider_name", Kind::Text, None),
            ("phone 2", Kind::Text, Some("phone")),
            ("START", Kind::Datetime, Some("service_date")),
            ("PATIENT", Kind::Uuid, Some("medical_record_number")),
            ("ip_address", Kind::Text, Some("ip_address")),
            ("has_email", Kind::Boolean, None),
            ("LAT", Kind::Float, Some("address")),
            ("QUANTITY", Kind::Integer, None),
        ] {
            assert_eq!(tag(name, "x", &kind, &[]), meant, "{name}");
        }
        assert_eq!(tag("LAST", "patients", &Kind::Text, &[]), Some("name"));
        assert_eq!(tag("LAST", "readings", &Kind::Text, &[]), None);
        assert_eq!(tag("Id", "patients", &Kind::Uuid, &[]), Some("medical_record_number"));
    }

    #[test]
    fn values_speak_where_a_name_is_silent() {
        let by = |texts: &[&str]| tag("x", "x", &Kind::Text, texts);
        assert_eq!(by(&["219-09-9998", "123-45-6789", "321-54-9876"]), Some("social_security_number"));
        assert_eq!(by(&["ada@example.org", "bo@example.org", "cy@example.org"]), Some("email"));
        assert_eq!(by(&["10.0.0.1", "192.168.1.20", "172.16.0.5"]), Some("ip_address"));
        assert_eq!(by(&["(555) 010-1234", "555-010-9999", "1-555-010-7777"]), Some("phone"));
        assert_eq!(by(&["2024.10.12", "1.2.3", "4"]), None);
        assert_eq!(by(&["219-09-9998"]), None);
    }

    #[test]
    fn tags_are_those_of_the_language() {
        for (tag, _) in NAMES {
            assert!(TAGS.contains(tag), "{tag}");
        }
    }
}
