//! Days and times as a column writes them: formats are found from the look of a text, and then read strictly.
//!
//! `03/14/2024 5:06 PM` looks like `n/n/y n:n a`: `n` is one or two digits, `y` four, `a` letters. A look has a few formats
//! that could be meant; each value is read by all of them, and what fits which is counted, so that an order of day and
//! month that no value decides is seen as such.

use crate::ir::types::Kind;
use crate::values::times::Formats;
use serde::Serialize;

/// Looks that are kept apart; a column with more is text.
const LOOKS: usize = 24;
/// Days of plausible years: 1850-01-01 to 2150-01-01, for digits without marks, which may be any number.
const PLAUSIBLE: std::ops::Range<i32> = -43_830..65_744;

/// A way in which days or times are written, and how many values of a column are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DateFormat {
    /// As chrono writes it.
    pub format: String,
    /// How many values.
    pub values: u64,
}

/// What was found of days and times.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many values read as one.
    pub values: u64,
    /// Date, datetime or time.
    pub kind: Option<Kind>,
    /// The formats in the order in which they should be tried; none where all are ISO 8601 as the language reads it.
    pub formats: Vec<DateFormat>,
    /// Whether it is ISO 8601, and no format has to be named.
    pub is_iso: bool,
    /// How many name a zone.
    pub zoned: u64,
    /// Formats between which no value decides; the first stands among `formats`.
    pub undecided: Vec<String>,
    /// Whether some values have the day first and others the month.
    pub mixed: bool,
}

/// What was seen of days and times in a column.
#[derive(Debug, Default)]
pub(super) struct Dates {
    looks: Vec<Look>,
    /// Where the last text's look stands.
    last: usize,
}

/// Texts of one look.
#[derive(Debug)]
struct Look {
    signature: Signature,
    readings: Vec<Reading>,
    /// For each set of readings that fit, as bits, how many values.
    fits: [u64; 8],
}

/// One reading of a look.
#[derive(Debug)]
struct Reading {
    kind: Kind,
    format: String,
    /// Whether the language reads it without a format.
    iso: bool,
    zoned: bool,
    formats: Formats,
}

/// The look of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Signature([u8; 24]);

impl Signature {
    /// None where a text looks like no day or time at all.
    fn of(text: &[u8]) -> Option<Self> {
        let mut look = [0; 24];
        let (mut length, mut at) = (0, 0);
        while let Some(byte) = text.get(at) {
            let run = |is: fn(&u8) -> bool| text.get(at..).unwrap_or_default().iter().take_while(|byte| is(byte)).count();
            let (class, used) = match byte {
                b'0'..=b'9' => {
                    let used = run(u8::is_ascii_digit);
                    // A fraction of a second may have as many digits as it likes.
                    let fraction = length > 1 && look.get(length - 1) == Some(&b'.') && look.get(..length)?.contains(&b':');
                    let class = match used {
                        _ if fraction => b'f',
                        1 | 2 => b'n',
                        4 => b'y',
                        6 => b'6',
                        8 => b'8',
                        14 => b'E',
                        _ => return None,
                    };
                    (class, used)
                }
                b'T' if look.get(length.checked_sub(1)?) != Some(&b' ') && !text.get(at + 1)?.is_ascii_alphabetic() => (b'T', 1),
                b'Z' if at + 1 == text.len() => (b'Z', 1),
                byte if byte.is_ascii_alphabetic() => (b'a', run(u8::is_ascii_alphabetic)),
                b'-' | b'/' | b'.' | b':' | b' ' | b',' | b'+' => (*byte, 1),
                _ => return None,
            };
            *look.get_mut(length)? = class;
            length += 1;
            at += used;
        }
        Some(Self(look))
    }

    fn text(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        self.0.get(..length).and_then(|look| std::str::from_utf8(look).ok()).unwrap_or_default()
    }
}

impl Dates {
    /// Sees a text.
    pub(super) fn see(&mut self, text: &str) {
        let Some(signature) = Signature::of(text.as_bytes()) else { return };
        if self.looks.get(self.last).is_none_or(|look| look.signature != signature) {
            self.last = match self.looks.iter().position(|look| look.signature == signature) {
                Some(at) => at,
                None if self.looks.len() < LOOKS => {
                    self.looks.push(Look { signature, readings: readings(signature.text()), fits: [0; 8] });
                    self.looks.len() - 1
                }
                None => return,
            };
        }
        if let Some(look) = self.looks.get_mut(self.last) {
            look.see(text);
        }
    }

    /// What it comes to.
    pub(super) fn found(&self) -> Found {
        let mut found = Found { is_iso: true, ..Found::default() };
        let mut looks: Vec<(u64, &Look)> = self.looks.iter().map(|look| (look.read(), look)).filter(|(read, _)| *read > 0).collect();
        looks.sort_by_key(|(read, _)| std::cmp::Reverse(*read));
        let is = |kind: &Kind| looks.iter().any(|(_, look)| look.readings.iter().any(|reading| reading.kind == *kind));
        let (times, days) = (is(&Kind::Time), is(&Kind::Date) || is(&Kind::Datetime));
        if times && days {
            return Found::default();
        }
        let kind = if times {
            Kind::Time
        } else if is(&Kind::Datetime) {
            Kind::Datetime
        } else {
            Kind::Date
        };
        for (read, look) in looks {
            found.values += read;
            look.choose(&kind, &mut found);
        }
        if found.values > 0 {
            found.kind = Some(kind);
        }
        found
    }
}

impl Look {
    fn see(&mut self, text: &str) {
        let mut fits = 0_usize;
        for (at, reading) in self.readings.iter().enumerate() {
            fits |= usize::from(reading.reads(text)) << at;
        }
        if let Some(count) = self.fits.get_mut(fits) {
            *count += 1;
        }
    }

    /// How many values read in some way.
    fn read(&self) -> u64 {
        self.fits.iter().skip(1).sum()
    }

    fn choose(&self, kind: &Kind, found: &mut Found) {
        let fits = |at: usize| -> u64 { self.fits.iter().enumerate().filter(|(set, _)| set >> at & 1 == 1).map(|(_, count)| count).sum() };
        let mut ways: Vec<(u64, &Reading)> = self.readings.iter().enumerate().map(|(at, reading)| (fits(at), reading)).collect();
        // Stable: of two that fit equally, the one named first.
        ways.sort_by_key(|(fits, _)| std::cmp::Reverse(*fits));
        let Some((most, best)) = ways.first() else { return };
        let mut take = |reading: &Reading, values: u64| {
            found.is_iso &= reading.iso && reading.kind == *kind;
            found.zoned += if reading.zoned { values } else { 0 };
            found.formats.push(DateFormat { format: reading.format.clone(), values });
        };
        take(best, *most);
        if *most == self.read() {
            let equal: Vec<&String> = ways.iter().filter(|(fits, _)| fits == most).map(|(_, reading)| &reading.format).collect();
            if equal.len() > 1 && found.undecided.is_empty() {
                found.undecided = equal.into_iter().cloned().collect();
            }
            return;
        }
        for (fits, reading) in ways.iter().skip(1).filter(|(fits, _)| *fits > 0) {
            take(reading, *fits);
            found.mixed = true;
        }
    }
}

impl Reading {
    fn reads(&self, text: &str) -> bool {
        match self.kind {
            Kind::Date => {
                let bare = !text.bytes().any(|byte| !byte.is_ascii_digit());
                self.formats.date(text).is_some_and(|day| !bare || PLAUSIBLE.contains(&day))
            }
            Kind::Time => self.formats.time(text).is_some(),
            _ => self.formats.datetime(text).is_some(),
        }
    }
}

/// The formats that a look could mean: at most three, the likeliest first where no value tells.
fn readings(look: &str) -> Vec<Reading> {
    // ISO 8601 as the language reads it is tried by its fast way.
    if let Some(rest) = look.strip_prefix("y-n-n") {
        let rest = rest.strip_prefix(['T', ' ']).unwrap_or(rest);
        if let Some(zone) = rest.strip_prefix("n:n:n.f").or_else(|| rest.strip_prefix("n:n:n"))
            && matches!(zone, "" | "Z" | "+n" | "-n" | "+y" | "-y" | "+n:n" | "-n:n")
        {
            let mark = if look.contains('T') { "T" } else { " " };
            let fraction = if rest.contains('f') { "%.f" } else { "" };
            let offset = match zone {
                "" => "",
                "Z" => "Z",
                "+n:n" | "-n:n" => "%:z",
                _ => "%#z",
            };
            let format = format!("%Y-%m-%d{mark}%H:%M:%S{fraction}{offset}");
            let reading = Reading { kind: Kind::Datetime, format, iso: true, zoned: !zone.is_empty(), formats: Formats::default() };
            return vec![reading];
        }
    }
    if matches!(look, "n:n" | "n:n:n" | "n:n:n.f") {
        let format = clock(look).unwrap_or_default();
        return vec![Reading { kind: Kind::Time, format, iso: true, zoned: false, formats: Formats::default() }];
    }
    if let Some(format) = clock(look) {
        return reading(Kind::Time, format).into_iter().collect();
    }
    if look == "E" {
        return reading(Kind::Datetime, "%Y%m%d%H%M%S".to_owned()).into_iter().collect();
    }
    // The longest beginning that is a day; what follows must be a time.
    for end in (1..=look.len()).rev() {
        let (day, rest) = look.split_at(end);
        let days = days(day);
        if days.is_empty() {
            continue;
        }
        if rest.is_empty() {
            return days.iter().filter_map(|format| reading(Kind::Date, (*format).to_owned())).collect();
        }
        let (mark, time) = [", ", "T", " ", ":"].iter().find_map(|mark| Some((*mark, rest.strip_prefix(mark)?))).unwrap_or(("", ""));
        if let Some(clock) = clock(time) {
            return days.iter().filter_map(|format| reading(Kind::Datetime, format!("{format}{mark}{clock}"))).collect();
        }
    }
    Vec::new()
}

fn reading(kind: Kind, format: String) -> Option<Reading> {
    let formats = Formats::new(std::slice::from_ref(&format)).ok()?;
    let iso = format == "%Y-%m-%d";
    let zoned = format.ends_with("%:z") || format.ends_with("%#z") || format.ends_with("%Z");
    Some(Reading { kind, format, iso, zoned, formats })
}

/// The formats of a day.
fn days(look: &str) -> &'static [&'static str] {
    match look {
        "y-n-n" => &["%Y-%m-%d"],
        "y/n/n" => &["%Y/%m/%d"],
        "y.n.n" => &["%Y.%m.%d"],
        "n/n/y" => &["%m/%d/%Y", "%d/%m/%Y"],
        "n-n-y" => &["%d-%m-%Y", "%m-%d-%Y"],
        "n.n.y" => &["%d.%m.%Y", "%m.%d.%Y"],
        "n/n/n" => &["%m/%d/%y", "%d/%m/%y", "%y/%m/%d"],
        "n-n-n" => &["%d-%m-%y", "%m-%d-%y", "%y-%m-%d"],
        "n.n.n" => &["%d.%m.%y", "%m.%d.%y"],
        "n-a-y" => &["%d-%b-%Y"],
        "n-a-n" => &["%d-%b-%y"],
        "n a y" => &["%d %b %Y"],
        "nay" => &["%d%b%Y"],
        "a n, y" => &["%b %d, %Y"],
        "a n y" => &["%b %d %Y"],
        "y-a-n" => &["%Y-%b-%d"],
        "8" => &["%Y%m%d", "%d%m%Y", "%m%d%Y"],
        _ => &[],
    }
}

/// The format of a time of day, if it looks like one.
fn clock(look: &str) -> Option<String> {
    let (plain, zone) = match look {
        "" => return None,
        look if look.ends_with('Z') => (look.strip_suffix('Z')?, "Z"),
        look if look.ends_with("+n:n") || look.ends_with("-n:n") => (look.get(..look.len() - 4)?, "%:z"),
        look if look.ends_with("+y") || look.ends_with("-y") => (look.get(..look.len() - 2)?, "%#z"),
        look => (look, ""),
    };
    let (plain, blank) = plain.strip_suffix(' ').filter(|_| !zone.is_empty()).map_or((plain, ""), |plain| (plain, " "));
    let format = match plain {
        "n:n" => "%H:%M",
        "n:n:n" => "%H:%M:%S",
        "n:n:n.f" => "%H:%M:%S%.f",
        "n:n a" => "%I:%M %p",
        "n:na" => "%I:%M%p",
        "n:n:n a" => "%I:%M:%S %p",
        "n:n:na" => "%I:%M:%S%p",
        _ => return None,
    };
    Some(format!("{format}{blank}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Found {
        let mut dates = Dates::default();
        for text in texts {
            dates.see(text);
        }
        dates.found()
    }

    fn formats(found: &Found) -> Vec<&str> {
        found.formats.iter().map(|one| one.format.as_str()).collect()
    }

    #[test]
    fn the_order_of_day_and_month_is_open_until_a_day_over_12() {
        let open = of(&["03/04/2024", "12/11/1999"]);
        assert_eq!((open.kind.clone(), open.values), (Some(Kind::Date), 2));
        assert_eq!(open.undecided, ["%m/%d/%Y", "%d/%m/%Y"]);
        let month_first = of(&["03/04/2024", "12/31/1999"]);
        assert_eq!((formats(&month_first), month_first.undecided.len(), month_first.mixed), (vec!["%m/%d/%Y"], 0, false));
        let day_first = of(&["03/04/2024", "31/12/1999"]);
        assert_eq!(formats(&day_first), ["%d/%m/%Y"]);
        let mixed = of(&["13/04/2024", "04/13/2024"]);
        assert!(mixed.mixed && mixed.values == 2 && mixed.formats.len() == 2);
    }

    #[test]
    fn iso_needs_no_format_and_says_its_zone() {
        let days = of(&["2024-02-29", "1999-12-31"]);
        assert_eq!((days.kind.clone(), days.is_iso, days.zoned), (Some(Kind::Date), true, 0));
        let zoned = of(&["2024-02-29T10:00:00Z", "2024-02-29 10:00:00.123+02:00"]);
        assert_eq!((zoned.kind.clone(), zoned.is_iso, zoned.zoned), (Some(Kind::Datetime), true, 2));
        let both = of(&["2024-02-29T10:00:00", "2024-02-29"]);
        assert_eq!((both.kind.clone(), both.is_iso, both.values), (Some(Kind::Datetime), false, 2));
        assert_eq!(of(&["2023-02-29"]).values, 0);
    }

    #[test]
    fn many_ways_of_writing_are_known() {
        for (text, format, kind) in [
            ("3/14/2024 5:06 PM", "%m/%d/%Y %I:%M %p", Kind::Datetime),
            ("14.03.2024 17:06:07", "%d.%m.%Y %H:%M:%S", Kind::Datetime),
            ("14-MAR-2024", "%d-%b-%Y", Kind::Date),
            ("05MAY2020", "%d%b%Y", Kind::Date),
            ("Mar 14, 2024", "%b %d, %Y", Kind::Date),
            ("20240314", "%Y%m%d", Kind::Date),
            ("20240314170607", "%Y%m%d%H%M%S", Kind::Datetime),
            ("17:06", "%H:%M", Kind::Time),
            ("5:06 pm", "%I:%M %p", Kind::Time),
            ("2024-03-14 17:06", "%Y-%m-%d %H:%M", Kind::Datetime),
        ] {
            let found = of(&[text]);
            assert_eq!((formats(&found), found.kind.clone()), (vec![format], Some(kind)), "{text}");
        }
        for text in ["12345678", "99999999", "1.2.3.4", "555-1234", "Ward 7", "10/20", "4-5-6-7", "", "T", "12:99"] {
            assert_eq!(of(&[text]).values, 0, "{text}");
        }
    }
}
