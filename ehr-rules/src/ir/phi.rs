//! The identifiers of a person that HIPAA names (45 CFR 164.514(b)(2)(i)), as `phi:` writes them.

/// An identifier as `phi:` writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identifier {
    /// The tag.
    pub tag: &'static str,
    /// Its letter in HIPAA's list of eighteen; several tags may be finer kinds of one.
    pub letter: char,
    /// What it is.
    pub summary: &'static str,
}

/// Every identifier, in the order of HIPAA's list.
pub(crate) const IDENTIFIERS: &[Identifier] = &[
    identifier("name", 'A', "a name of a person, or a part of one"),
    identifier("address", 'B', "a street, city, county or other division smaller than a state, or a position on the map"),
    identifier("zip", 'B', "a postal code"),
    identifier("birth_date", 'C', "a day of birth"),
    identifier("death_date", 'C', "a day of death"),
    identifier("service_date", 'C', "a day of a visit, an order, a result or anything else that was done"),
    identifier("age", 'C', "an age, which tells who it is from 90 on"),
    identifier("phone", 'D', "a telephone number"),
    identifier("fax", 'E', "a fax number"),
    identifier("email", 'F', "an e-mail address"),
    identifier("social_security_number", 'G', "a number of social security or of tax"),
    identifier("medical_record_number", 'H', "what a health record or its patient goes by"),
    identifier("health_plan_number", 'I', "what a member of a health plan goes by"),
    identifier("account_number", 'J', "what an account goes by"),
    identifier("license_number", 'K', "a number of a certificate or license"),
    identifier("vehicle_identifier", 'L', "a number of a vehicle, its plate among them"),
    identifier("device_identifier", 'M', "a serial number of a device"),
    identifier("url", 'N', "an address on the web"),
    identifier("ip_address", 'O', "an address of the internet protocol"),
    identifier("biometric", 'P', "a finger, voice or other print of a body"),
    identifier("photo", 'Q', "a photograph of a face, or an image like it"),
    identifier("unique_identifier", 'R', "any other number, mark or code that is one person's alone"),
    identifier("free_text", 'R', "text in somebody's own words, which may hold any of these"),
];

/// Every tag.
pub(crate) const TAGS: [&str; IDENTIFIERS.len()] = {
    let mut tags = [""; IDENTIFIERS.len()];
    let mut at = 0;
    while at < tags.len() {
        tags[at] = IDENTIFIERS[at].tag;
        at += 1;
    }
    tags
};

const fn identifier(tag: &'static str, letter: char, summary: &'static str) -> Identifier {
    Identifier { tag, letter, summary }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_eighteen_are_there_and_each_tag_once() {
        let mut letters: Vec<char> = IDENTIFIERS.iter().map(|one| one.letter).collect();
        assert!(letters.is_sorted());
        letters.dedup();
        assert_eq!(letters, ('A'..='R').collect::<Vec<_>>());
        let mut tags = TAGS.to_vec();
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), IDENTIFIERS.len());
    }
}
