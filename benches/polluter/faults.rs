//! What goes wrong with files, one thing each.

use super::draft::Draft;
use super::people::NAMES;
use super::writing::Encoding;
use super::writing::NO_TEXT;
use super::writing::Writing;

/// One way of spoiling a file.
pub(super) struct Fault {
    pub name: &'static str,
    pub place: Place,
    /// Does it, at a row.
    pub spoil: fn(&mut Draft, usize),
    /// Where it makes no difference, or makes a sound file.
    except: fn(&Writing) -> bool,
}

/// Where a fault can stand.
pub(super) enum Place {
    /// In one place of the file, or everywhere.
    File,
    /// At any row.
    Row,
}

impl Fault {
    pub(super) fn fits(&self, writing: &Writing) -> bool {
        !(self.except)(writing)
    }
}

const NOTE: usize = 6;
/// A text that needs quotes in every dialect.
const LONG: &str = "said \"it's, well; fine\" |\tand ~|~ went\nhome";

/// Commented lines that have more delimiters of each kind than rows have.
const REMARKS: [&str; 8] = [
    "# Columns, in order: number, family, given, born, weight, visits, note, and no other",
    "#",
    "# Units: kg; of visits: none; of all others: none; none; none; none; none; none",
    "# number | family | given | born | weight | visits | note | and no other",
    "# Made by ward 7, by night, for all, as told, by the head, of the ward, twice, and again",
    "#",
    "# One, two, three, four, five, six, seven, eight, nine",
    "##### THE END OF THE BEGINNING, AS IT WERE #####",
];

const fn file(name: &'static str, spoil: fn(&mut Draft, usize)) -> Fault {
    Fault { name, place: Place::File, spoil, except: |_| false }
}

const fn row(name: &'static str, spoil: fn(&mut Draft, usize)) -> Fault {
    Fault { name, place: Place::Row, spoil, except: |_| false }
}

const fn except(fault: Fault, except: fn(&Writing) -> bool) -> Fault {
    Fault { except, ..fault }
}

/// The other of two delimiters.
fn other(writing: &Writing) -> &'static str {
    if writing.delimiter == ";" { "," } else { ";" }
}

pub(super) const FAULTS: &[Fault] = &[
    file("clean", |_, _| {}),
    file("no last line end", |draft, _| draft.lines.iter_mut().last().into_iter().for_each(|line| line.end.clear())),
    file("blank lines at the end", |draft, _| (0..3).for_each(|_| draft.behind(""))),
    file("every cell in quotes", |draft, _| {
        let writing = draft.writing;
        for (line, truth) in draft.lines.iter_mut().skip(1).zip(&draft.truth) {
            line.cells = truth.cells.iter().map(|cell| writing.quoted(cell)).collect();
        }
    }),
    file("names in quotes", |draft, _| {
        let writing = draft.writing;
        draft.lines[0].cells.iter_mut().for_each(|cell| *cell = writing.quoted(cell));
    }),
    file("names in capitals with blanks", |draft, _| {
        draft.lines[0].cells.iter_mut().for_each(|cell| *cell = format!(" {} ", cell.to_uppercase()));
    }),
    file("a delimiter behind the names", |draft, _| draft.lines[0].cells.push(String::new())),
    file("a delimiter behind every row", |draft, _| draft.lines.iter_mut().for_each(|line| line.cells.push(String::new()))),
    file("a delimiter behind every row but not the names", |draft, _| {
        draft.lines.iter_mut().skip(1).for_each(|line| line.cells.push(String::new()));
    }),
    file("no names", |draft, _| drop(draft.lines.remove(0))),
    file("one name less", |draft, _| drop(draft.lines[0].cells.remove(2))),
    file("a name twice", |draft, _| NAMES[1].clone_into(&mut draft.lines[0].cells[2])),
    file("names twice", |draft, _| {
        let names = draft.joined(&NAMES);
        draft.before(0, &names);
    }),
    file("a title before the names", |draft, _| draft.lines.insert(0, title(draft, "People of the harbour clinic"))),
    file("a title and a blank line before the names", |draft, _| {
        draft.lines.insert(0, title(draft, ""));
        draft.lines.insert(0, title(draft, "Export of 2024-06-01 09:30"));
    }),
    file("a comment before the names", |draft, _| draft.lines.insert(0, title(draft, "# written at night"))),
    file("comments full of delimiters before the names", |draft, _| {
        for line in REMARKS.iter().rev() {
            draft.lines.insert(0, title(draft, line));
        }
    }),
    file("comments of another kind here and there", |draft, _| {
        for at in (0..draft.truth.len()).step_by(7).rev() {
            draft.before(at, "-- seen, by night; twice | and again");
        }
    }),
    file("a blank line before the names", |draft, _| draft.lines.insert(0, title(draft, ""))),
    file("a total at the end", |draft, _| draft.behind("Total: 48 rows")),
    file("another table before", |draft, _| {
        let lines = [draft.joined(&["ward", "beds"]), draft.joined(&["north", "12"]), draft.joined(&["south", "9"]), String::new()];
        for line in lines.iter().rev() {
            let line = title(draft, line);
            draft.lines.insert(0, line);
        }
    }),
    file("another table behind", |draft, _| {
        let lines = [String::new(), draft.joined(&["ward", "beds"]), draft.joined(&["north", "12"]), draft.joined(&["south", "9"])];
        for line in &lines {
            draft.behind(line);
        }
    }),
    file("another table of as many columns behind", |draft, _| {
        let names = draft.joined(&["ward", "beds", "floor", "head", "door", "bell", "wing"]);
        let wards = draft.joined(&["north", "12", "1", "Vale", "3", "31", "east"]);
        for line in [String::new(), names, wards] {
            draft.behind(&line);
        }
    }),
    row("another table between", |draft, at| {
        let lines = [String::new(), draft.joined(&["ward", "beds"]), draft.joined(&["north", "12"]), String::new(), draft.joined(&NAMES)];
        lines.iter().rev().for_each(|line| draft.before(at, line));
    }),
    row("names again", |draft, at| {
        let names = draft.joined(&NAMES);
        draft.before(at, &names);
    }),
    row("a blank line", |draft, at| draft.before(at, "")),
    row("a line of blanks", |draft, at| draft.before(at, "   ")),
    row("a comment", |draft, at| draft.before(at, "# checked by night")),
    row("a comment of as many fields", |draft, at| {
        let comment = draft.joined(&["# checked", "by", "night", "and", "by", "day", "too"]);
        draft.before(at, &comment);
    }),
    row("delimiters alone", |draft, at| {
        let empty = draft.joined(&[""; 7]);
        draft.before(at, &empty);
    }),
    row("a delimiter too many at the end", |draft, at| draft.spoil(at).cells.push(String::new())),
    row("a delimiter too many in the middle", |draft, at| draft.spoil(at).cells.insert(2, String::new())),
    row("a cell too many", |draft, at| draft.spoil(at).cells.insert(3, "again".to_owned())),
    row("two cells too many", |draft, at| draft.spoil(at).cells.extend(["more".to_owned(), "yet more".to_owned()])),
    row("a delimiter missing", |draft, at| {
        let line = draft.spoil(at);
        let given = line.cells.remove(2);
        line.cells[1].push_str(&given);
    }),
    row("cells missing at the end", |draft, at| draft.spoil(at).cells.truncate(5)),
    row("cells missing at the beginning", |draft, at| drop(draft.spoil(at).cells.drain(1..3))),
    row("a number alone", |draft, at| draft.spoil(at).cells.truncate(1)),
    row("another delimiter in a row", |draft, at| {
        let with = other(draft.writing);
        draft.set(at, NOTE, "no news");
        with.clone_into(&mut draft.spoil(at).delimiter);
    }),
    row("another delimiter in one place", |draft, at| {
        let with = other(draft.writing);
        let line = draft.spoil(at);
        let given = line.cells.remove(2);
        line.cells[1].extend([with, &given]);
    }),
    row("a delimiter without quotes", |draft, at| {
        let text = format!("north{}east", draft.writing.delimiter);
        draft.set(at, 1, &text);
        draft.spoil(at).cells[1] = text;
    }),
    row("a line end without quotes", |draft, at| {
        let text = format!("north{}east", draft.writing.end);
        draft.set(at, 1, "north\neast");
        draft.spoil(at).cells[1] = text;
    }),
    row("a quote at a cell's beginning", |draft, at| {
        let quote = draft.writing.quote;
        draft.set(at, 1, "Vale");
        draft.spoil(at).cells[1] = format!("{quote}Vale");
        draft.reads_as(at, 1, &format!("{quote}Vale"));
    }),
    row("a quote at a cell's end", |draft, at| {
        let quote = draft.writing.quote;
        draft.set(at, 1, "Vale");
        draft.spoil(at).cells[1] = format!("Vale{quote}");
        draft.reads_as(at, 1, &format!("Vale{quote}"));
    }),
    row("a quote inside a cell", |draft, at| {
        let quote = draft.writing.quote;
        draft.set(at, 1, "Vale");
        draft.spoil(at).cells[1] = format!("Va{quote}le");
        draft.reads_as(at, 1, &format!("Va{quote}le"));
    }),
    row("quotes inside quotes not doubled", |draft, at| {
        let quote = draft.writing.quote;
        let text = format!("said {quote}rest{quote} and{} went", draft.writing.delimiter);
        draft.set(at, NOTE, &text);
        draft.spoil(at).cells[NOTE] = format!("{quote}{text}{quote}");
    }),
    row("no closing quote", |draft, at| {
        draft.set(at, NOTE, LONG);
        draft.spoil(at).cells[NOTE].pop();
    }),
    row("no closing quote in the middle", |draft, at| {
        let quote = draft.writing.quote;
        let text = format!("Vale{} the elder", draft.writing.delimiter);
        draft.set(at, 1, &text);
        draft.spoil(at).cells[1] = format!("{quote}{text}");
    }),
    row("no opening quote", |draft, at| {
        draft.set(at, NOTE, LONG);
        draft.spoil(at).cells[NOTE].remove(0);
    }),
    row("text behind a closing quote", |draft, at| {
        draft.set(at, NOTE, LONG);
        draft.spoil(at).cells[NOTE].push_str(" x");
    }),
    row("a blank before a quote", |draft, at| {
        draft.set(at, NOTE, LONG);
        draft.spoil(at).cells[NOTE].insert(0, ' ');
    }),
    row("a blank behind a quote", |draft, at| {
        draft.set(at, NOTE, LONG);
        draft.spoil(at).cells[NOTE].push(' ');
    }),
    except(
        row("another escape in one cell", |draft, at| {
            let quote = draft.writing.quote;
            let text = format!("said {quote}rest{quote} and{} went", draft.writing.delimiter);
            draft.set(at, NOTE, &text);
            let escaped = text.replace(quote, &format!("\\{quote}"));
            draft.spoil(at).cells[NOTE] = format!("{quote}{escaped}{quote}");
        }),
        |writing| writing.escape == '\\',
    ),
    row("quotes round the row", |draft, at| {
        let writing = draft.writing;
        draft.set(at, NOTE, "no news");
        let line = draft.spoil(at);
        line.cells = vec![writing.quoted(&line.cells.join(writing.delimiter))];
    }),
    row("other quotes", |draft, at| {
        let with = if draft.writing.quote == '"' { '\'' } else { '"' };
        let text = format!("Vale{} the elder", draft.writing.delimiter);
        draft.set(at, 1, &text);
        draft.spoil(at).cells[1] = format!("{with}{text}{with}");
    }),
    row("a lone CR behind a row", |draft, at| {
        if draft.writing.end == "\r" {
            "\n".clone_into(&mut draft.spoil(at).end);
        } else {
            "\r".clone_into(&mut draft.spoil(at).end);
        }
        // Whether it is a line end or text only their owner knows, so the next row need not be told apart either.
        if at + 1 < draft.truth.len() {
            draft.spoil(at + 1);
        }
    }),
    except(
        row("another line end", |draft, at| {
            let end = if draft.writing.end == "\n" { "\r\n" } else { "\n" };
            end.clone_into(&mut draft.lines[at + 1].end);
        }),
        |writing| writing.end == "\r",
    ),
    row("a NUL", |draft, at| {
        draft.set(at, 1, "Va\0le");
        draft.spoil(at);
    }),
    except(
        row("a byte that is no text", |draft, at| {
            draft.set(at, 1, &format!("Ren{NO_TEXT}e"));
            draft.spoil(at);
        }),
        |writing| !matches!(writing.encoding, Encoding::Utf8 | Encoding::Utf8Marked),
    ),
    row("cut off within a cell", |draft, at| draft.cut(at, 3, 4)),
    row("cut off behind a delimiter", |draft, at| draft.cut(at, 3, 0)),
    row("cut off within quotes", |draft, at| {
        draft.set(at, NOTE, LONG);
        draft.cut(at, NOTE, 12);
    }),
    row("cut off within quotes behind a line end", |draft, at| {
        draft.set(at, NOTE, &format!("{LONG}\nand back"));
        let letters = draft.lines[at + 1].cells[NOTE].chars().count();
        draft.cut(at, NOTE, letters - 4);
    }),
];

fn title(draft: &Draft, text: &str) -> super::draft::Line {
    super::draft::Line { cells: vec![text.to_owned()], delimiter: String::new(), end: draft.writing.end.to_owned() }
}
