//! Tenants: whose data a row is, and by what one name is told from another.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

/// The column of a staged row that says whose it is: the tenant's name, normalised. No rule's columns begin so.
pub(crate) const COLUMN: &str = "_tenant";
/// So much of a name can be read in its identifier.
const READABLE: usize = 36;
/// So many hexadecimal digits of its hash stand behind that.
const TOLD_BY: usize = 20;

/// Whose data a row is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tenant {
    /// The column of the source that names the tenant.
    pub from: String,
    /// How the folder that a file lies in must name it too; none where folders say nothing.
    pub folder: Option<FolderName>,
}

/// How a folder names a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FolderName {
    /// By the name itself, normalised.
    Name,
    /// By the letters and digits of the name: whoever made the folders had no other signs for them.
    Letters,
}

impl FolderName {
    /// Whether a folder of this name is that of the tenant, both as they are written.
    pub(crate) fn is_of(self, folder: &str, tenant: &str) -> bool {
        match self {
            Self::Name => normalised(folder) == normalised(tenant),
            Self::Letters => letters(folder) == letters(tenant),
        }
    }
}

/// The identity of a tenant: its full name in Unicode's form NFKC, case folded, each run of blanks one space and none at the ends.
///
/// Punctuation stays as it is, since it tells names apart; so do accents, and signs that cannot be seen. Two names are one tenant where
/// their identities are equal, however long they are. The identity of an identity is itself.
///
/// ```
/// use ehr_rules::tenant_identity;
///
/// assert_eq!(tenant_identity("  GARY\u{a0} Wang "), "gary wang");
/// assert_eq!(tenant_identity("Gary Wang"), tenant_identity("gary wang"));
/// assert_ne!(tenant_identity("Gary Wang"), tenant_identity("gary-wang"));
/// ```
pub fn normalised(name: &str) -> String {
    let mut found = once(name);
    // A fold can make what is composed anew: it comes to rest within a few rounds.
    for _ in 0..8 {
        let next = once(&found);
        if next == found {
            break;
        }
        found = next;
    }
    found
}

fn once(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(folded).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Unicode's full case folding: by way of the capital, which is what makes `ß` and `ss` one. The dotless `ı` is no `i`.
fn folded(letter: char) -> Vec<char> {
    if letter.is_ascii() {
        return vec![letter.to_ascii_lowercase()];
    }
    if letter == 'ı' {
        return vec![letter];
    }
    letter.to_uppercase().flat_map(char::to_lowercase).collect()
}

/// The letters and digits of a name, normalised: two tenants whose names share them look alike, and are said to.
///
/// ```
/// use ehr_rules::tenant_letters;
///
/// assert_eq!(tenant_letters("Gary Wang"), tenant_letters("gary-wang"));
/// ```
pub fn letters(name: &str) -> String {
    normalised(name).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// What a tenant is called where names are short and of few signs, such as schemas, roles and files: some of its name to be read, and
/// 80 bits of a hash of all of it; at most 61 bytes of `a-z`, `0-9` and `_`, beginning with `ehr_`. `place` tells places of one name apart.
///
/// The identifier is never an identity: a registry says which tenant it stands for.
///
/// ```
/// use ehr_rules::tenant_identifier;
///
/// let one = tenant_identifier("Gary Wang", "");
/// assert!(one.starts_with("ehr_gary_wang_") && one.len() <= 61);
/// assert_eq!(one, tenant_identifier("GARY WANG", ""));
/// assert_ne!(one, tenant_identifier("gary-wang", ""));
/// assert_ne!(one, tenant_identifier("Gary Wang", "another place"));
/// ```
pub fn identifier(name: &str, place: &str) -> String {
    let name = normalised(name);
    let mut shown = String::new();
    for letter in name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }) {
        if shown.len() < READABLE && !(letter == '_' && (shown.is_empty() || shown.ends_with('_'))) {
            shown.push(letter);
        }
    }
    let mut hasher = blake3::Hasher::new();
    for part in [place, name.as_str()] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let hash = hasher.finalize().to_hex();
    let between = if shown.is_empty() || shown.ends_with('_') { "" } else { "_" };
    format!("ehr_{shown}{between}{}", hash.get(..TOLD_BY).unwrap_or_default())
}

/// Whether a name can be a tenant's: one that shows nothing, or that no database could keep, cannot.
pub(crate) fn is_name(name: &str) -> bool {
    !name.contains('\0') && normalised(name).chars().any(|letter| !letter.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::any;
    use proptest::prelude::proptest;

    #[test]
    fn names_that_are_written_otherwise_are_one() {
        for (one, other) in [
            ("Gary Wang", "GARY WANG"),
            ("Gary Wang", " gary\t wang\u{3000}"),
            ("José", "Jose\u{301}"),
            ("Weiß", "WEISS"),
            ("ΟΔΟΣ", "οδος"),
            ("Ｗａｎｇ", "wang"),
        ] {
            assert_eq!(normalised(one), normalised(other), "{one} {other}");
        }
    }

    #[test]
    fn names_that_are_like_each_other_are_told_apart() {
        let long = "a name of more than fifty characters, and then some more of it: ";
        let names = ["gary-wang", "Gary Wang", "GaryWang", "Gary.Wang", "gary_wang", "José", "Jose", "Işık", "Isik", "Gary\u{200b} Wang"];
        let names: Vec<String> = names.iter().map(ToString::to_string).chain([format!("{long}one"), format!("{long}two")]).collect();
        for (at, one) in names.iter().enumerate() {
            for other in names.iter().skip(at + 1) {
                assert_ne!(normalised(one), normalised(other), "{one} {other}");
                assert_ne!(identifier(one, ""), identifier(other, ""), "{one} {other}");
            }
        }
    }

    #[test]
    fn what_shows_nothing_is_no_name() {
        for name in ["", " \u{a0}\t", "a\0b", "\u{1}"] {
            assert!(!is_name(name), "{name:?}");
        }
        assert!(is_name("'; DROP TABLE x; --") && is_name("."));
    }

    #[test]
    fn a_folder_is_called_as_its_tenant() {
        assert!(FolderName::Name.is_of("GARY WANG", "Gary  Wang") && !FolderName::Name.is_of("gary-wang", "Gary Wang"));
        assert!(FolderName::Letters.is_of("gary-wang", "Gary Wang") && !FolderName::Letters.is_of("gary-wong", "Gary Wang"));
    }

    proptest! {
        #[test]
        fn an_identity_is_its_own_identity(name in any::<String>()) {
            let identity = normalised(&name);
            assert_eq!(normalised(&identity), identity);
        }

        #[test]
        fn an_identifier_is_short_and_of_few_signs(name in any::<String>()) {
            let found = identifier(&name, "");
            assert!(found.len() <= 61 && found.starts_with("ehr_"));
            assert!(found.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
        }
    }
}
