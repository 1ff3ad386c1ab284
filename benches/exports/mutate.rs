//! What becomes of exports on their way: columns and files dropped, added, renamed, restyled, spoilt.

use crate::exports::chance::Chance;
use crate::exports::export::Column;
use crate::exports::export::Export;
use crate::exports::export::File;

/// One thing that happens to an export, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mutation {
    None,
    Drop,
    Add,
    Reorder,
    Rename,
    Translate,
    RenameAndDrop,
    Case,
    Blanks,
    Accents,
    WrongEncoding,
    NoHeader,
    OneTable,
    RenameFiles,
    SplitFiles,
}

impl Mutation {
    /// Each, with the strengths at which it is tried; where there is none, it happens to the whole export.
    pub(crate) const ALL: &[(Self, &[f64])] = &[
        (Self::None, &[0.0]),
        (Self::Drop, &[0.05, 0.1, 0.2, 0.3]),
        (Self::Add, &[0.05, 0.1, 0.2, 0.3]),
        (Self::Reorder, &[0.0]),
        (Self::Rename, &[0.05, 0.1, 0.2, 0.3]),
        (Self::Translate, &[0.05, 0.1, 0.2, 0.3]),
        (Self::RenameAndDrop, &[0.3]),
        (Self::Case, &[0.0]),
        (Self::Blanks, &[0.0]),
        (Self::Accents, &[0.0]),
        (Self::WrongEncoding, &[0.0]),
        (Self::NoHeader, &[0.0]),
        (Self::OneTable, &[0.0]),
        (Self::RenameFiles, &[0.0]),
        (Self::SplitFiles, &[0.0]),
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "as it is",
            Self::Drop => "columns dropped",
            Self::Add => "columns added",
            Self::Reorder => "columns reordered",
            Self::Rename => "renamed a little",
            Self::Translate => "translated",
            Self::RenameAndDrop => "renamed, 20 % dropped",
            Self::Case => "another case",
            Self::Blanks => "other blanks",
            Self::Accents => "accents",
            Self::WrongEncoding => "wrong encoding",
            Self::NoHeader => "no header",
            Self::OneTable => "one table of many",
            Self::RenameFiles => "files renamed",
            Self::SplitFiles => "files in parts",
        }
    }

    /// Does it; false where it changes nothing of such an export.
    pub(crate) fn apply(self, export: &mut Export, strength: f64, chance: &mut Chance) -> bool {
        match self {
            Self::None => true,
            Self::Drop => each(export, |file| drop(file, strength, chance)),
            Self::Add => each(export, |file| add(file, strength, chance)),
            Self::Reorder => each(export, |file| {
                chance.shuffle(&mut file.columns);
                file.headed
            }),
            Self::Rename => each(export, |file| rename(file, strength, chance, slightly)),
            Self::Translate => each(export, |file| rename(file, strength, chance, |_, chance| foreign_word(chance))),
            Self::RenameAndDrop => {
                each(export, |file| drop(file, 0.2, chance));
                each(export, |file| rename(file, strength, chance, slightly))
            }
            Self::Case => {
                let how = chance.below(3);
                each(export, |file| respell(file, |name| cased(name, how)))
            }
            Self::Blanks => {
                let with = chance.text(&["_", " ", "-", ""]);
                each(export, |file| respell(file, |name| name.replace([' ', '_'], with)))
            }
            Self::Accents => {
                let on = chance.share(0.5);
                each(export, |file| respell(file, |name| if on { accented(name) } else { plain(name) }))
            }
            Self::WrongEncoding => {
                let twice = chance.share(0.5);
                each(export, |file| misread(file, twice))
            }
            Self::NoHeader => each(export, |file| std::mem::replace(&mut file.headed, false)),
            Self::OneTable => {
                let kept = chance.below(export.files.len());
                let several = export.files.len() > 1;
                export.files = export.files.drain(..).skip(kept).take(1).collect();
                several
            }
            Self::RenameFiles => {
                for (at, file) in export.files.iter_mut().enumerate() {
                    let ending = file.name.rsplit('.').next().unwrap_or("csv").to_owned();
                    file.name = format!("{}_{at}.{ending}", foreign_word(chance));
                }
                true
            }
            Self::SplitFiles => split(export),
        }
    }
}

fn each(export: &mut Export, mut change: impl FnMut(&mut File) -> bool) -> bool {
    let mut changed = false;
    for file in &mut export.files {
        changed |= change(file);
    }
    changed
}

fn drop(file: &mut File, share: f64, chance: &mut Chance) -> bool {
    let before = file.columns.len();
    let mut kept = file.columns.clone();
    kept.retain(|_| !chance.share(share));
    if kept.len() > 1 && file.headed {
        file.columns = kept;
    }
    file.columns.len() < before
}

fn add(file: &mut File, share: f64, chance: &mut Chance) -> bool {
    let more = file.columns.iter().filter(|_| chance.share(share)).count();
    let rows = file.columns.first().map_or(0, |column| column.values.len());
    for _ in 0..more * usize::from(file.headed) {
        let numbers = chance.share(0.4);
        let values = (0..rows).map(|_| if numbers { chance.below(500).to_string() } else { foreign_word(chance) }).collect();
        let name = if chance.share(0.3) { common_name(chance).to_owned() } else { foreign_word(chance) };
        if !file.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name)) {
            let at = chance.below(file.columns.len() + 1);
            file.columns.insert(at, Column { name, truth: None, typed: false, values });
        }
    }
    more > 0 && file.headed
}

fn rename(file: &mut File, share: f64, chance: &mut Chance, to: fn(&str, &mut Chance) -> String) -> bool {
    let mut changed = false;
    for at in 0..file.columns.len() * usize::from(file.headed) {
        if !chance.share(share) {
            continue;
        }
        let Some(name) = file.columns.get(at).map(|column| to(&column.name, chance)) else { continue };
        // A name that stands there already would make two columns one.
        let free = !name.is_empty() && !file.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name));
        if let Some(column) = file.columns.get_mut(at).filter(|_| free) {
            column.name = name;
            changed = true;
        }
    }
    changed
}

/// A letter lost, doubled or swapped, a word cut short, or a word more.
fn slightly(name: &str, chance: &mut Chance) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = chance.below(letters.len().saturating_sub(2)) + 1;
    match chance.below(5) {
        0 if letters.len() > 4 => {
            letters.remove(at);
        }
        1 if letters.len() > 4 => letters.swap(at, at - 1),
        2 if letters.len() > 3 => letters.insert(at, letters.get(at).copied().unwrap_or('x')),
        3 if letters.len() > 7 => letters.truncate(letters.len() - 2),
        _ => letters.extend(chance.text(&["_1", "_cd", " (old)", "_new", "_txt"]).chars()),
    }
    letters.into_iter().collect()
}

/// A word of no language in the rulesets.
pub(crate) fn foreign_word(chance: &mut Chance) -> String {
    let syllables = ["ka", "to", "mi", "zu", "ler", "pon", "vas", "dri", "hu", "ske", "bol", "gyn", "fe", "tra"];
    (0..=chance.below(3) + 1).map(|_| chance.text(&syllables)).collect()
}

/// Names that tables of all kinds have.
pub(crate) fn common_name(chance: &mut Chance) -> &'static str {
    chance.text(&[
        "id",
        "name",
        "status",
        "created_at",
        "updated_at",
        "comment",
        "type",
        "value",
        "code",
        "description",
        "start_date",
        "end_date",
        "user",
        "patient_id",
        "date",
        "unit",
        "active",
        "source",
        "first_name",
        "last_name",
        "birth_date",
        "gender",
        "phone",
        "address",
    ])
}

fn respell(file: &mut File, to: impl Fn(&str) -> String) -> bool {
    let mut changed = false;
    for column in file.columns.iter_mut().filter(|_| file.headed) {
        let name = to(&column.name);
        changed |= name != column.name;
        column.name = name;
    }
    changed
}

fn cased(name: &str, how: usize) -> String {
    match how {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        _ => {
            let mut start = true;
            let letters = name.chars().map(|letter| {
                let cased = if start { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
                start = !letter.is_alphanumeric();
                cased
            });
            letters.collect()
        }
    }
}

const ACCENTS: &[(char, char)] = &[('a', 'á'), ('e', 'é'), ('o', 'ó'), ('i', 'í'), ('u', 'ú'), ('c', 'ç')];

fn accented(name: &str) -> String {
    let accent = |letter: char| ACCENTS.iter().find(|(plain, _)| *plain == letter).map_or(letter, |(_, accented)| *accented);
    name.chars().map(accent).collect()
}

fn plain(name: &str) -> String {
    let bare = |letter: char| ACCENTS.iter().find(|(_, accented)| *accented == letter).map_or(letter, |(plain, _)| *plain);
    name.chars().map(bare).map(|letter| if letter == 'º' { 'o' } else { letter }).collect()
}

/// Latin-1 that is read as UTF-8, or UTF-8 that was taken for Latin-1 and written again.
fn misread(file: &mut File, twice: bool) -> bool {
    if file.columns.iter().all(|column| column.name.is_ascii()) {
        return false;
    }
    let text = file.text();
    let one_byte = |letter: char| u8::try_from(u32::from(letter)).unwrap_or(b'?');
    file.bytes =
        Some(if twice { text.bytes().map(char::from).collect::<String>().into_bytes() } else { text.chars().map(one_byte).collect() });
    true
}

fn split(export: &mut Export) -> bool {
    let mut parts = Vec::new();
    for file in export.files.drain(..) {
        let (stem, ending) = file.name.rsplit_once('.').map_or((file.name.as_str(), "csv"), |(stem, ending)| (stem, ending));
        for part in 0..2 {
            let mut half = File { name: format!("{stem}_{}.{ending}", part + 1), ..file.clone() };
            for column in &mut half.columns {
                let middle = column.values.len() / 2;
                column.values = if part == 0 { column.values[..middle].to_vec() } else { column.values[middle..].to_vec() };
            }
            parts.push(half);
        }
    }
    export.files = parts;
    true
}
