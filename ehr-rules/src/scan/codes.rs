//! Which code system a column's values may be of, by their shape, their check digits and what the column is called.

use crate::functions::is_loinc;
use crate::functions::is_npi;
use crate::functions::is_sctid;
use crate::ir::types::Kind;
use crate::scan::found::FoundCode;
use crate::scan::verdict::share;
use crate::scan::words::words;

/// A code system.
struct System {
    name: &'static str,
    uri: &'static str,
    /// Whether a text has its shape, check digit included.
    holds: fn(&str) -> bool,
    /// The least share of different values that must.
    least: f64,
    /// How many different values there must be before the shape alone is believed; none: it never is.
    alone: Option<u64>,
    /// Words in a column's name that name the system.
    named: &'static [&'static str],
    /// Words in a file's name beside which a column of codes is likely of this system.
    beside: &'static [&'static str],
    /// What the shape is.
    shape: &'static str,
}

const SYSTEMS: &[System] = &[
    System {
        name: "LOINC",
        uri: "http://loinc.org",
        holds: |text| is_loinc::holds(text) == Some(true),
        least: 0.8,
        alone: Some(3),
        named: &["loinc"],
        beside: &[],
        shape: "the check digit of LOINC",
    },
    System {
        name: "SNOMED CT",
        uri: "http://snomed.info/sct",
        holds: |text| is_sctid::holds(text) == Some(true),
        // By chance one number in ten has the check digit.
        least: 0.6,
        alone: Some(5),
        named: &["snomed", "sct", "sctid"],
        beside: &[],
        shape: "the check digit of SNOMED CT",
    },
    System {
        name: "NPI",
        uri: "http://hl7.org/fhir/sid/us-npi",
        holds: |text| is_npi::holds(text) == Some(true),
        least: 0.9,
        alone: Some(3),
        named: &["npi"],
        beside: &[],
        shape: "the check digit of NPI",
    },
    System {
        name: "ICD-10-CM",
        uri: "http://hl7.org/fhir/sid/icd-10-cm",
        holds: is_icd_10,
        least: 0.9,
        alone: Some(5),
        named: &["icd", "icd10", "icd10cm", "cid"],
        beside: &[],
        shape: "the shape of ICD-10",
    },
    System {
        name: "ICD-9-CM",
        uri: "http://hl7.org/fhir/sid/icd-9-cm",
        holds: is_icd_9,
        least: 0.9,
        alone: None,
        named: &["icd", "icd9", "icd9cm"],
        beside: &[],
        shape: "the shape of ICD-9-CM",
    },
    System {
        name: "ICD-10-PCS",
        uri: "http://www.cms.gov/Medicare/Coding/ICD10",
        holds: is_icd_10_pcs,
        least: 0.9,
        alone: None,
        named: &["icd", "pcs", "icd10pcs"],
        beside: &["procedure"],
        shape: "the shape of ICD-10-PCS",
    },
    System {
        name: "ATC",
        uri: "http://www.whocc.no/atc",
        holds: is_atc,
        least: 0.9,
        alone: Some(3),
        named: &["atc"],
        beside: &[],
        shape: "the shape of ATC",
    },
    System {
        name: "NDC",
        uri: "http://hl7.org/fhir/sid/ndc",
        holds: is_ndc,
        least: 0.9,
        alone: None,
        named: &["ndc"],
        beside: &[],
        shape: "the shape of NDC",
    },
    System {
        name: "RxNorm",
        uri: "http://www.nlm.nih.gov/research/umls/rxnorm",
        holds: |text| digits(text) && (2..=7).contains(&text.len()),
        least: 0.9,
        alone: None,
        named: &["rxnorm", "rxcui"],
        beside: &["medication", "drug", "prescription"],
        shape: "two to seven digits",
    },
    System {
        name: "CVX",
        uri: "http://hl7.org/fhir/sid/cvx",
        holds: |text| digits(text) && (1..=3).contains(&text.len()),
        least: 0.9,
        alone: None,
        named: &["cvx"],
        beside: &["immunization", "vaccine", "vaccination"],
        shape: "one to three digits",
    },
    System {
        name: "HCPCS",
        uri: "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        holds: |text| matches!(text.as_bytes(), [b'A'..=b'V', rest @ ..] if rest.len() == 4 && rest.iter().all(u8::is_ascii_digit)),
        least: 0.9,
        alone: None,
        named: &["hcpcs"],
        beside: &["procedure"],
        shape: "the shape of HCPCS",
    },
    System {
        name: "CPT",
        uri: "http://www.ama-assn.org/go/cpt",
        holds: |text| matches!(text.as_bytes(), [rest @ .., b'0'..=b'9' | b'F' | b'T' | b'U'] if rest.len() == 4 && rest.iter().all(u8::is_ascii_digit)),
        least: 0.9,
        alone: None,
        named: &["cpt", "cpt4"],
        beside: &["procedure", "charge"],
        shape: "the shape of CPT",
    },
];

/// Systems that a column may be of, most likely first. `texts` are different values of it.
pub(super) fn of(name: &str, stem: &str, kind: &Kind, texts: &[&str]) -> Vec<FoundCode> {
    if texts.is_empty() || !matches!(kind, Kind::Text | Kind::Integer | Kind::Decimal { .. } | Kind::Float) {
        return Vec::new();
    }
    let (words, beside) = (words(name), words(stem));
    let is_code =
        words.iter().any(|word| matches!(word.as_str(), "code" | "codes" | "codigo" | "concept" | "dx" | "diagnosis" | "reasoncode"));
    let mut found: Vec<(u8, FoundCode)> = Vec::new();
    for system in SYSTEMS {
        let holding = texts.iter().filter(|text| (system.holds)(text)).count() as u64;
        let of = share(holding, texts.len() as u64);
        let is_named = system.named.iter().any(|named| words.iter().any(|word| word == named));
        let is_beside = is_code && system.beside.iter().any(|near| beside.iter().any(|word| crate::scan::words::singular(word) == *near));
        let alone = system.alone.is_some_and(|least| texts.len() as u64 >= least);
        // A column that names its system may hold several: ICD-9 and ICD-10 by turns.
        if of < if is_named { 0.3 } else { system.least } || !(is_named || is_beside || alone) {
            continue;
        }
        let mut because = format!("{holding} of {} different values have {}", texts.len(), system.shape);
        if is_named {
            because.push_str("; the column's name says so");
        } else if is_beside && !alone {
            because.push_str("; the file's name suggests it");
        }
        // Names count more than shapes that are believed alone, and those more than the neighbourhood.
        let rank = if is_named { 0 } else { u8::from(alone) + 2 * u8::from(!alone) };
        found.push((rank, FoundCode { system: system.name, uri: system.uri, share: of, because }));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.share.total_cmp(&a.1.share)));
    found.into_iter().map(|(_, code)| code).collect()
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `E11`, `E11.9`, `S52.521A`; without the point as well.
fn is_icd_10(text: &str) -> bool {
    let [b'A'..=b'Z', b'0'..=b'9', third, rest @ ..] = text.as_bytes() else { return false };
    let rest = rest.strip_prefix(b".").unwrap_or(rest);
    let end = rest.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    (third.is_ascii_digit() || matches!(third, b'A' | b'B')) && rest.len() <= 4 && end && !(text.ends_with('.'))
}

/// `250`, `250.00`, `V27.0`, `E850.1`; without the point as well.
fn is_icd_9(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (whole, most) = match bytes {
        [b'E' | b'V', rest @ ..] => (rest, 4),
        rest => (rest, 5),
    };
    let plain: Vec<u8> = whole.iter().copied().filter(|byte| *byte != b'.').collect();
    plain.len() + 1 >= whole.len() && (2..=most).contains(&plain.len()) && plain.iter().all(u8::is_ascii_digit)
}

/// Seven digits and capitals other than I and O.
fn is_icd_10_pcs(text: &str) -> bool {
    text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O'))
}

/// `A10BA02`, or one of the levels above it that has four or five characters.
fn is_atc(text: &str) -> bool {
    const GROUPS: &[u8] = b"ABCDGHJLMNPRSV";
    let bytes = text.as_bytes();
    let shape = |pattern: &[u8]| {
        bytes.len() == pattern.len()
            && bytes.iter().zip(pattern).all(|(byte, want)| if *want == b'9' { byte.is_ascii_digit() } else { byte.is_ascii_uppercase() })
    };
    bytes.first().is_some_and(|group| GROUPS.contains(group)) && (shape(b"A99AA99") || shape(b"A99AA"))
}

/// Three groups of digits, or eleven.
fn is_ndc(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    match groups.as_slice() {
        [whole] => digits(whole) && (10..=11).contains(&whole.len()),
        [labeler, product, package] => {
            (4..=5).contains(&labeler.len())
                && (3..=4).contains(&product.len())
                && (1..=2).contains(&package.len())
                && groups.iter().all(|group| digits(group))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(name: &str, stem: &str, texts: &[&str]) -> Option<&'static str> {
        of(name, stem, &Kind::Text, texts).first().map(|code| code.system)
    }

    #[test]
    fn check_digits_tell_what_a_shape_does_not() {
        assert_eq!(first("value", "x", &["8302-2", "29463-7", "8480-6"]), Some("LOINC"));
        assert_eq!(first("value", "x", &["8302-3", "29463-8", "8480-7"]), None);
        let sct = ["404684003", "22298006", "73211009", "38341003", "195967001"];
        assert_eq!(first("CODE", "conditions", &sct), Some("SNOMED CT"));
        assert_eq!(first("CODE", "conditions", &["404684004", "22298007", "73211001", "38341004", "195967002"]), None);
        assert_eq!(first("x", "x", &["1234567893", "1245319599", "1003000126"]), Some("NPI"));
    }

    #[test]
    fn shapes_without_a_check_digit_ask_for_a_name() {
        assert_eq!(first("x", "x", &["1049630", "313782"]), None);
        assert_eq!(first("RXCUI", "x", &["1049630", "313782"]), Some("RxNorm"));
        assert_eq!(first("CODE", "medications", &["1049630", "313782"]), Some("RxNorm"));
        assert_eq!(first("CODE", "immunizations", &["08", "140"]), Some("CVX"));
        assert_eq!(first("cpt", "x", &["99213", "0001F"]), Some("CPT"));
        assert_eq!(first("ndc", "x", &["0002-1433-80"]), Some("NDC"));
        assert_eq!(first("dx", "x", &["E11.9", "I10", "S52.521A", "J45.909", "Z00.00"]), Some("ICD-10-CM"));
        assert_eq!(first("x", "x", &["A10BA02", "C09AA05", "N02BE01"]), Some("ATC"));
        assert_eq!(first("icd9_code", "x", &["25000", "4019", "V270"]), Some("ICD-9-CM"));
        assert_eq!(first("x", "x", &[]), None);
    }
}
