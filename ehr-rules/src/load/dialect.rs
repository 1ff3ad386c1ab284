//! `dialect:` of a source or of one of its tables: what its schema says of how files are written.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest;
use crate::ir::schema::Dialect;
use crate::ir::schema::Escape;
use crate::ir::schema::LINE_BREAKS;
use crate::ir::schema::LineEnd;
use crate::ir::schema::Nul;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use encoding_rs::Encoding;

/// The most bytes of a delimiter or of what begins a comment.
const MOST: usize = 8;

pub(super) fn read(node: &Node, said: &mut Diagnostics) -> Dialect {
    let mut dialect = Dialect::default();
    let Some(mut fields) = Fields::of(node, "`dialect`", said) else { return dialect };
    if let Some(name) = fields.named("delimiter", said) {
        dialect.delimiter = mark("delimiter", &name, said);
    }
    if let Some(name) = fields.named("quote", said) {
        dialect.quote = if name.text == "none" { Some(None) } else { byte("quote", &name, said).map(Some) };
    }
    dialect.escape = fields.one_of("escape", &[("doubled", Escape::Doubled), ("backslash", Escape::Backslash)], said);
    if let Some(name) = fields.named("encoding", said) {
        encoding(&name, said);
        dialect.encoding = Some(name.text);
    }
    dialect.line_end = fields.one_of("line_end", &[("lf", LineEnd::Lf), ("cr", LineEnd::Cr), ("any", LineEnd::Any)], said);
    if let Some(name) = fields.named("comment", said) {
        dialect.comment = if name.text == "none" { Some(String::new()) } else { mark("comment", &name, said) };
    }
    dialect.preamble = lines("preamble", &mut fields, said);
    dialect.footer = lines("footer", &mut fields, said);
    dialect.line_break = fields.one_of("line_break", &LINE_BREAKS, said);
    dialect.decimal = fields.one_of("decimal", &[(".", '.'), (",", ',')], said);
    let thousands = fields.named("thousands", said);
    dialect.thousands = thousands.as_ref().and_then(|name| one_mark(name, said));
    if let (Some(name), Some(mark)) = (&thousands, dialect.thousands)
        && mark == dialect.decimal.unwrap_or('.')
    {
        said.push(
            Diagnostic::error("E0412", &name.place, format!("`{mark}` stands before the fraction and between thousands"))
                .help("`decimal` and `thousands` are two different marks; `decimal` is `.` where it is left out"),
        );
    }
    dialect.nul = fields.one_of("nul", &[("set_aside", Nul::SetAside), ("remove", Nul::Remove), ("keep", Nul::Keep)], said);
    fields.finish(said);
    dialect
}

/// Says where what a table says of its numbers does not go with what its source says of all.
pub(super) fn check(table: &Key, own: &Dialect, whole: &Dialect, said: &mut Diagnostics) {
    let both = own.clone().over(whole.clone());
    let one = |dialect: &Dialect| dialect.thousands.is_some_and(|mark| mark == dialect.decimal.unwrap_or('.'));
    // Where one of them alone has both marks, that was said where it stands.
    if one(&both) && !one(own) && !one(whole) {
        let mark = both.thousands.unwrap_or_default();
        let message = format!("`{mark}` stands before the fraction and between thousands in `{}`", table.text);
        said.push(
            Diagnostic::error("E0412", &table.place, message)
                .help("what the table's `dialect` leaves out is as the source's says: say both `decimal` and `thousands` there"),
        );
    }
}

fn encoding(name: &Key, said: &mut Diagnostics) {
    if Encoding::for_label(name.text.as_bytes()).is_none() {
        let known = ["utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-15", "macintosh", "windows-1250", "shift_jis", "gb18030"];
        said.push(
            Diagnostic::error("E0412", &name.place, format!("`{}` is no encoding that is known", name.text)).help(
                suggest::did_you_mean(&name.text, known)
                    .unwrap_or_else(|| "write a label of the WHATWG's, such as `utf-8`, `windows-1252` or `macintosh`".to_owned()),
            ),
        );
    }
}

/// A number of lines.
fn lines(key: &str, fields: &mut Fields<'_>, said: &mut Diagnostics) -> Option<u32> {
    let name = fields.named(key, said)?;
    let lines = name.text.parse().ok().filter(|lines| *lines <= 10_000);
    if lines.is_none() {
        said.push(
            Diagnostic::error("E0412", &name.place, format!("`{}` is no number of lines", name.text))
                .help(format!("`{key}` is a whole number of lines, at most 10000")),
        );
    }
    lines
}

/// What stands between thousands.
fn one_mark(name: &Key, said: &mut Diagnostics) -> Option<char> {
    let mut marks = name.text.chars();
    let mark = marks.next().filter(|mark| marks.next().is_none() && matches!(mark, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}'));
    if mark.is_none() {
        said.push(
            Diagnostic::error("E0412", &name.place, format!("`{}` is no mark between thousands", name.text))
                .help("`thousands` is a comma, a point, a blank or an apostrophe"),
        );
    }
    mark
}

/// A few characters that stand between fields or before a comment.
fn mark(what: &str, name: &Key, said: &mut Diagnostics) -> Option<String> {
    if let Some(one) = single(&name.text) {
        return Some(char::from(one).to_string());
    }
    let fit = |letter: char| letter.is_ascii() && !letter.is_ascii_alphanumeric() && !matches!(letter, '\n' | '\r');
    if (2..=MOST).contains(&name.text.len()) && name.text.chars().all(fit) {
        return Some(name.text.clone());
    }
    said.push(
        Diagnostic::error("E0412", &name.place, format!("`{}` is no {what}", name.text))
            .help(format!("a {what} is one to eight characters of ASCII that are no letters or digits; a tab is `tab`")),
    );
    None
}

fn byte(what: &str, name: &Key, said: &mut Diagnostics) -> Option<u8> {
    let one = single(&name.text);
    if one.is_none() {
        said.push(
            Diagnostic::error("E0412", &name.place, format!("`{}` is no {what}", name.text))
                .help(format!("a {what} is one character of ASCII that is no letter or digit; a tab is `tab`")),
        );
    }
    one
}

fn single(text: &str) -> Option<u8> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Some(b'\t'),
        [one] if one.is_ascii() && !one.is_ascii_alphanumeric() && !matches!(one, b'\n' | b'\r') => Some(*one),
        _ => None,
    }
}
