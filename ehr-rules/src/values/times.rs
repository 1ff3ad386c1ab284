//! Texts to dates, times and datetimes: by the column's formats in order, else ISO 8601.

use crate::error::Error;
use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeZone as _;
use chrono::Timelike as _;
use chrono::format::Fixed;
use chrono::format::Item;
use chrono::format::Numeric;
use chrono::format::Parsed;
use chrono::format::StrftimeItems;
use chrono_tz::Tz;

const DAY_MICROS: i64 = 86_400_000_000;

/// Formats in the order in which they are tried; none means ISO 8601.
#[derive(Debug, Default)]
pub(crate) struct Formats(Vec<Format>);

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each found once rather than for every value")]
struct Format {
    items: Vec<Item<'static>>,
    /// `%Y-%m-%d`, which has a fast way.
    is_iso_date: bool,
    /// Whether blanks may stand in the text, since they stand in the format.
    has_blanks: bool,
    /// Whether it names a year with its century.
    has_year: bool,
    /// Whether it names a zone by letters, which says nothing of its offset.
    has_zone_name: bool,
    /// Whether it names an offset, or a point in time by itself.
    has_offset: bool,
}

impl Formats {
    /// Compiles formats; the rules were checked, so one that chrono does not know is a bug.
    pub(crate) fn new(texts: &[String]) -> Result<Self, Error> {
        texts.iter().map(|text| Format::new(text)).collect::<Result<_, _>>().map(Self)
    }

    /// Days since 1970-01-01.
    pub(crate) fn date(&self, text: &str) -> Option<i32> {
        if self.0.is_empty() {
            return iso_date(text.as_bytes()).map(days);
        }
        self.0.iter().find_map(|format| format.date(text)).map(days)
    }

    /// Nanoseconds since midnight.
    pub(crate) fn time(&self, text: &str) -> Option<i64> {
        if self.0.is_empty() {
            return iso_time(text.as_bytes());
        }
        let time = self.0.iter().find_map(|format| format.parse(text)?.to_naive_time().ok().filter(|time| is_no_leap(*time)))?;
        Some(i64::from(time.num_seconds_from_midnight()) * 1_000_000_000 + i64::from(time.nanosecond()))
    }

    /// Microseconds since 1970-01-01T00:00:00, in UTC where the text has a zone.
    pub(crate) fn datetime(&self, text: &str) -> Option<i64> {
        if self.0.is_empty() {
            return iso_datetime(text.as_bytes());
        }
        self.0.iter().find_map(|format| format.datetime(text))
    }

    /// Microseconds since 1970-01-01T00:00:00Z of a text that names its zone, or else is of `zone`. A time that this zone's
    /// clocks show twice or never is no point in time.
    pub(crate) fn instant(&self, text: &str, zone: Option<Tz>) -> Option<i64> {
        let read = |local: i64| local_to_utc(local, zone?);
        if self.0.is_empty() {
            let zoned = text.as_bytes().get(19..)?.iter().any(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'));
            let at = iso_datetime(text.as_bytes())?;
            return if zoned { Some(at) } else { read(at) };
        }
        self.0.iter().find_map(|format| {
            let at = format.datetime(text)?;
            if format.has_zone_name || format.has_offset { Some(at) } else { read(at) }
        })
    }
}

/// The point in time at which a zone's clocks show this.
fn local_to_utc(local: i64, zone: Tz) -> Option<i64> {
    let local = DateTime::from_timestamp_micros(local)?.naive_utc();
    zone.from_local_datetime(&local).single().map(|at| at.timestamp_micros())
}

impl Format {
    fn new(text: &str) -> Result<Self, Error> {
        let items =
            StrftimeItems::new(text).parse_to_owned().map_err(|_| Error::bug(format!("`{text}` is no format of a date or time")))?;
        let is_offset = |item: &Item<'_>| {
            let zoned = matches!(
                item,
                Item::Fixed(
                    Fixed::TimezoneOffset
                        | Fixed::TimezoneOffsetColon
                        | Fixed::TimezoneOffsetColonZ
                        | Fixed::TimezoneOffsetDoubleColon
                        | Fixed::TimezoneOffsetTripleColon
                        | Fixed::TimezoneOffsetZ
                        | Fixed::RFC2822
                        | Fixed::RFC3339
                )
            );
            zoned || matches!(item, Item::Numeric(Numeric::Timestamp, _))
        };
        let is_year = |item: &Item<'_>| matches!(item, Item::Numeric(Numeric::Year | Numeric::IsoYear, _));
        Ok(Self {
            is_iso_date: matches!(text, "%Y-%m-%d" | "%F"),
            has_blanks: items.iter().any(|item| match item {
                Item::Space(_) | Item::OwnedSpace(_) | Item::Fixed(Fixed::RFC2822 | Fixed::RFC3339) => true,
                Item::Literal(text) => text.contains(char::is_whitespace),
                Item::OwnedLiteral(text) => text.contains(char::is_whitespace),
                _ => false,
            }),
            has_year: items.iter().any(is_year),
            has_offset: items.iter().any(is_offset),
            has_zone_name: items.contains(&Item::Fixed(Fixed::TimezoneName)),
            items,
        })
    }

    fn parse(&self, text: &str) -> Option<Parsed> {
        // chrono passes over blanks before numbers; here they must stand in the format.
        if !self.has_blanks && text.contains(char::is_whitespace) {
            return None;
        }
        // chrono passes over a zone's name, whatever it says.
        if self.has_zone_name && !["UTC", "GMT", "Z"].iter().any(|zone| text.ends_with(zone)) {
            return None;
        }
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, text, self.items.iter()).ok()?;
        // chrono takes `24` for the year 24; a year with its century has four digits.
        let year = parsed.year().or(parsed.isoyear());
        let is_whole = year.is_none_or(|year| (1000..=9999).contains(&year) || text.contains(&format!("{year:04}")));
        (!self.has_year || is_whole).then_some(parsed)
    }

    fn date(&self, text: &str) -> Option<NaiveDate> {
        let fast = if self.is_iso_date { iso_date(text.as_bytes()) } else { None };
        fast.or_else(|| self.parse(text)?.to_naive_date().ok())
    }

    fn datetime(&self, text: &str) -> Option<i64> {
        let parsed = self.parse(text)?;
        if parsed.offset().is_some() {
            return parsed.to_datetime().ok().filter(|at| is_no_leap(at.time())).map(|at| at.timestamp_micros());
        }
        // A format without a time of day means midnight.
        if parsed.hour_mod_12().is_none() && parsed.timestamp().is_none() {
            return parsed.to_naive_date().ok().map(|date| i64::from(days(date)) * DAY_MICROS);
        }
        let at = parsed.to_naive_datetime_with_offset(0).ok().filter(|at| is_no_leap(at.time()))?;
        Some(DateTime::<chrono::Utc>::from_naive_utc_and_offset(at, chrono::Utc).timestamp_micros())
    }
}

/// chrono keeps a leap second as a nanosecond beyond its second, which no column type can hold.
fn is_no_leap(time: NaiveTime) -> bool {
    time.nanosecond() < 1_000_000_000
}

/// Days since 1970-01-01, which is day 719,163 of the common era.
fn days(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - 719_163
}

/// `YYYY-MM-DD`.
fn iso_date(text: &[u8]) -> Option<NaiveDate> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else { return None };
    let year = number(&[*y0, *y1, *y2, *y3])?;
    let year = i32::try_from(year).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, number(&[*m0, *m1])?, number(&[*d0, *d1])?)
}

/// `HH:MM:SS`, with or without a fraction, or `HH:MM`: nanoseconds since midnight.
fn iso_time(text: &[u8]) -> Option<i64> {
    let (clock, fraction) = match text {
        [h0, h1, b':', m0, m1] => return clock([*h0, *h1, *m0, *m1, b'0', b'0']).map(|seconds| seconds * 1_000_000_000),
        [h0, h1, b':', m0, m1, b':', s0, s1, rest @ ..] => (clock([*h0, *h1, *m0, *m1, *s0, *s1])?, rest),
        _ => return None,
    };
    let (nanos, rest) = fraction_of(fraction)?;
    rest.is_empty().then_some(clock * 1_000_000_000 + nanos)
}

/// `YYYY-MM-DDTHH:MM:SS`, or a blank for the `T`, with or without a fraction and a zone: microseconds in UTC.
fn iso_datetime(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let [b'T' | b't' | b' ', h0, h1, b':', m0, m1, b':', s0, s1, rest @ ..] = rest else { return None };
    let seconds = clock([*h0, *h1, *m0, *m1, *s0, *s1])?;
    let (nanos, zone) = fraction_of(rest)?;
    let offset = offset_minutes(zone)?;
    Some(i64::from(days(iso_date(date)?)) * DAY_MICROS + seconds * 1_000_000 + nanos / 1000 - offset * 60_000_000)
}

/// Seconds since midnight of six digits.
fn clock([h0, h1, m0, m1, s0, s1]: [u8; 6]) -> Option<i64> {
    let (hours, minutes, seconds) = (number(&[h0, h1])?, number(&[m0, m1])?, number(&[s0, s1])?);
    (hours < 24 && minutes < 60 && seconds < 60).then(|| i64::from(hours * 3600 + minutes * 60 + seconds))
}

/// The nanoseconds of a fraction of one to nine digits, if there is one, and what follows it.
fn fraction_of(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.' | b',', rest @ ..] = text else { return Some((0, text)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at(length);
    let scale = 10_i64.pow(u32::try_from(9_usize.checked_sub(length)?).ok()?);
    (length > 0).then_some(())?;
    Some((i64::from(number(digits)?) * scale, rest))
}

/// The minutes east of UTC of nothing, `Z`, `±hh`, `±hhmm` or `±hh:mm`.
fn offset_minutes(zone: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match zone {
        [] | [b'Z' | b'z'] => return Some(0),
        [sign, h0, h1] => (sign, number(&[*h0, *h1])?, 0),
        [sign, h0, h1, b':', m0, m1] | [sign, h0, h1, m0, m1] => (sign, number(&[*h0, *h1])?, number(&[*m0, *m1])?),
        _ => return None,
    };
    let offset = (hours < 24 && minutes < 60).then(|| i64::from(hours * 60 + minutes))?;
    match sign {
        b'+' => Some(offset),
        b'-' => Some(-offset),
        _ => None,
    }
}

/// At most nine digits as a number.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    fn formats(texts: &[&str]) -> Formats {
        Formats::new(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn iso_dates_are_strict() {
        let iso = Formats::default();
        assert_eq!(iso.date("1970-01-01"), Some(0));
        assert_eq!(iso.date("2024-02-29"), Some(19_782));
        assert_eq!(iso.date("0001-01-01"), Some(-719_162));
        for text in ["", "2023-02-29", "0000-01-01", "2024-2-9", "20240229", "2024-02-29T00:00:00", "24-02-29", "２024-02-29"] {
            assert_eq!(iso.date(text), None, "{text}");
        }
    }

    #[test]
    fn formats_are_tried_in_order() {
        let day_first = formats(&["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y"]);
        let month_first = formats(&["%m/%d/%Y", "%d/%m/%Y"]);
        let iso = Formats::default();
        assert_eq!(day_first.date("03/04/2024"), iso.date("2024-04-03"));
        assert_eq!(month_first.date("03/04/2024"), iso.date("2024-03-04"));
        assert_eq!(month_first.date("31/04/2024"), None);
        assert_eq!(month_first.date("30/4/2024"), iso.date("2024-04-30"));
        assert_eq!(formats(&["%d%b%Y"]).date("05MAY2020"), iso.date("2020-05-05"));
    }

    #[test]
    fn a_year_with_its_century_has_four_digits_and_blanks_stand_in_the_format() {
        let both = formats(&["%d/%m/%Y", "%d/%m/%y"]);
        assert_eq!(both.date("01/02/24"), Formats::default().date("2024-02-01"));
        assert_eq!(formats(&["%d/%m/%Y"]).date("01/02/24"), None);
        assert_eq!(formats(&["%d/%m/%Y"]).date("01/ 2/2024"), None);
        assert_eq!(formats(&["%m/%d/%Y"]).date("01/01/0001"), Some(-719_162));
    }

    #[test]
    fn datetimes_are_brought_to_utc() {
        let iso = Formats::default();
        let noon = 19_782 * DAY_MICROS + 43_200_000_000;
        for text in [
            "2024-02-29T12:00:00",
            "2024-02-29 12:00:00",
            "2024-02-29T12:00:00Z",
            "2024-02-29T12:00:00.000Z",
            "2024-02-29T14:00:00+02:00",
            "2024-02-29T07:00:00-0500",
            "2024-02-29 14:00:00+02",
        ] {
            assert_eq!(iso.datetime(text), Some(noon), "{text}");
        }
        assert_eq!(iso.datetime("2024-02-29T12:00:00.1234567"), Some(noon + 123_456));
        assert_eq!(iso.datetime("1969-12-31T23:59:59.5"), Some(-500_000));
        for text in [
            "2024-02-29",
            "2024-02-29T24:00:00",
            "2024-02-29T12:00:60",
            "2024-02-29T12:00:00.",
            "2024-02-29T12:00:00 Z",
            "2024-02-29T12:00",
        ] {
            assert_eq!(iso.datetime(text), None, "{text}");
        }
        assert_eq!(formats(&["%d/%m/%Y %H:%M"]).datetime("29/02/2024 12:00"), Some(noon));
        assert_eq!(formats(&["%Y-%m-%dT%H:%M:%S%z"]).datetime("2024-02-29T14:00:00+0200"), Some(noon));
        assert_eq!(formats(&["%m/%d/%Y %I:%M:%S %p"]).datetime("02/29/2024 12:00:00 PM"), Some(noon));
        assert_eq!(formats(&["%d/%m/%Y"]).datetime("29/02/2024"), Some(19_782 * DAY_MICROS));
        assert_eq!(formats(&["%Y-%m-%d %H:%M:%S %Z"]).datetime("2024-02-29 12:00:00 UTC"), Some(noon));
        assert_eq!(formats(&["%Y-%m-%d %H:%M:%S %Z"]).datetime("2024-02-29 12:00:00 EST"), None);
    }

    #[test]
    fn an_instant_names_its_zone_or_is_of_the_columns() {
        let iso = Formats::default();
        let toronto = Some(chrono_tz::America::Toronto);
        let noon = iso.datetime("2024-01-31T12:00:00");
        assert_eq!(iso.instant("2024-01-31T12:00:00Z", None), noon);
        assert_eq!(iso.instant("2024-01-31T07:00:00-05:00", toronto), noon);
        assert_eq!(iso.instant("2024-01-31T07:00:00", toronto), noon);
        assert_eq!(iso.instant("2024-07-31T08:00:00", toronto), iso.datetime("2024-07-31T12:00:00"));
        assert_eq!(iso.instant("2024-01-31T12:00:00", None), None);
        // The clocks never show the first, and show the second twice.
        assert_eq!(iso.instant("2024-03-10T02:30:00", toronto), None);
        assert_eq!(iso.instant("2024-11-03T01:30:00", toronto), None);
        assert_eq!(iso.instant("2024-11-03T01:30:00-04:00", toronto), iso.datetime("2024-11-03T05:30:00"));
        let day_first = formats(&["%d/%m/%Y %H:%M %z", "%d/%m/%Y %H:%M"]);
        assert_eq!(day_first.instant("31/01/2024 07:00 -0500", None), noon);
        assert_eq!(day_first.instant("31/01/2024 07:00", toronto), noon);
        assert_eq!(day_first.instant("31/01/2024 07:00", None), None);
    }

    #[test]
    fn times_are_nanoseconds() {
        let iso = Formats::default();
        assert_eq!(iso.time("00:00:01.5"), Some(1_500_000_000));
        assert_eq!(iso.time("23:59"), Some(86_340_000_000_000));
        assert_eq!((iso.time("24:00:00"), iso.time("1:00:00"), iso.time("12:00:00Z")), (None, None, None));
        assert_eq!(formats(&["%H%M"]).time("0930"), Some(34_200_000_000_000));
    }

    proptest! {
        #[test]
        fn the_fast_way_agrees_with_chrono(seconds in -60_000_000_000_i64..250_000_000_000) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            prop_assert_eq!(Formats::default().datetime(&at.format("%Y-%m-%dT%H:%M:%SZ").to_string()), Some(seconds * 1_000_000));
            let days = i32::try_from(seconds.div_euclid(86_400)).unwrap();
            prop_assert_eq!(Formats::default().date(&at.format("%Y-%m-%d").to_string()), Some(days));
            prop_assert_eq!(formats(&["%d.%m.%Y"]).date(&at.format("%d.%m.%Y").to_string()), Some(days));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}") {
            let all = formats(&["%Y-%m-%d", "%d/%m/%Y", "%+", "%s", "%c", "%H:%M:%S%.f %Z", "%j %U %G-%V-%u"]);
            let _ = (all.date(&text), all.time(&text), all.datetime(&text));
            let iso = Formats::default();
            let _ = (iso.date(&text), iso.time(&text), iso.datetime(&text));
        }
    }
}
