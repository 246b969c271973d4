//! A time as people and programs write it: RFC 3339, `date`, an RFC 2822 header, Python's `str(datetime)`, a
//! date in words. It reads what has one meaning, and refuses the rest and says why. A guess could move the
//! window of a validation by months.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::HOUR;

/// What the message of an unknown format suggests.
const EXPECTED: &str = "expected a time such as 2026-01-29T19:00:00Z, or a date";

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// Reads a time; without an offset it is UTC, without a time of day it is midnight.
///
/// # Errors
/// Why not, as a message: it is not a time, it may mean several times, or it holds the name of a time zone or an
/// offset that no time zone has.
///
/// ```
/// # use trailproof::base::time::written::parse;
/// let at = "2026-03-01T05:00:00Z".parse().unwrap();
/// assert_eq!(parse("Sun Mar  1 05:00:00 UTC 2026"), Ok(at));
/// assert_eq!(parse("1 March 2026 06:00 +0100"), Ok(at));
/// assert!(parse("03/01/2026").is_err());
/// assert!(parse("2026-12").unwrap_err().contains("2026-12-01 as its start and 2027-01-01 as its end"));
/// ```
pub fn parse(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        let offset = Pieces::parse(text).ok().and_then(|p| p.to_numeric_offset());
        return offset.map_or(Ok(()), possible).map(|()| time);
    }
    if let Some(message) = of_month(text) {
        return Err(message);
    }
    let mut parts = Parts::default();
    let words = text.split(|c: char| c == ',' || c.is_ascii_whitespace());
    for word in words.filter(|word| !word.is_empty()) {
        parts.word(&word.to_ascii_lowercase())?;
    }
    parts.instant()
}

/// What to give instead of a month, such as `2026-03`.
fn of_month(text: &str) -> Option<String> {
    let first: Date = format!("{text}-01").parse().ok()?;
    let next = first.checked_add(jiff::Span::new().months(1)).ok()?;
    (text.len() == 7)
        .then(|| format!("this is a month: give {first} as its start and {next} as its end"))
}

/// The parts of a time, each given at most once.
#[derive(Default)]
struct Parts {
    date: Option<Date>,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    weekday: Option<Weekday>,
    /// With the hour as it is written.
    time: Option<Time>,
    /// Whether `pm` stands beside the time; `None` without `am` and `pm`.
    afternoon: Option<bool>,
    offset: Option<Offset>,
}

/// Sets a part that may be given only once.
fn once<T>(part: &mut Option<T>, value: T) -> Result<(), String> {
    match part.replace(value) {
        None => Ok(()),
        Some(_) => Err(EXPECTED.into()),
    }
}

/// A number of `digits` digits at most, and at least one.
fn number<T: std::str::FromStr>(text: &str, digits: usize) -> Option<T> {
    let plain = text.len() <= digits && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

impl Parts {
    /// Reads one word in lower case.
    fn word(&mut self, word: &str) -> Result<(), String> {
        if let "at" | "on" | "of" = word {
            return Ok(());
        }
        if let "am" | "pm" = word {
            return once(&mut self.afternoon, word == "pm");
        }
        if let "z" | "utc" | "gmt" = word {
            return once(&mut self.offset, Offset::UTC);
        }
        if word.starts_with(['+', '-']) && self.time.is_some() {
            return once(&mut self.offset, offset(word)?);
        }
        if let Some(month) = month(word) {
            return once(&mut self.month, month);
        }
        if let Some(weekday) = weekday(word) {
            return once(&mut self.weekday, weekday);
        }
        if self.time.is_some() && word.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(format!(
                "{word:?} is neither a month nor a day of the week; a time zone is given by its offset, such \
                 as +02:00"
            ));
        }
        // In 2026-03-01T05:00 a `t` separates the date from the time.
        if let Some((date, time)) = word.split_once('t')
            && time.starts_with(|c: char| c.is_ascii_digit())
            && date.ends_with(|c: char| c.is_ascii_digit())
        {
            self.date(date)?;
            return self.time(time);
        }
        if word.contains(':') || word.ends_with("am") || word.ends_with("pm") {
            return self.time(word);
        }
        self.date(word)
    }

    /// Reads a date in numbers, or a part of one in words.
    fn date(&mut self, word: &str) -> Result<(), String> {
        let wrong = || EXPECTED.to_owned();
        let fields: Vec<&str> = word.split(['-', '/', '.']).collect();
        match fields[..] {
            [one] if number::<u64>(one, 8).is_some() && one.len() == 8 => {
                once(&mut self.date, word.parse().map_err(|_| wrong())?)
            }
            [one] if one.len() == 4 => once(&mut self.year, number(one, 4).ok_or_else(wrong)?),
            [one] => {
                let day = ["st", "nd", "rd", "th"]
                    .iter()
                    .find_map(|end| one.strip_suffix(end))
                    .unwrap_or(one);
                once(&mut self.day, number(day, 2).ok_or_else(wrong)?)
            }
            // All three are separated by the same character.
            [a, b, c] if word.as_bytes()[a.len()] == word.as_bytes()[a.len() + 1 + b.len()] => {
                once(&mut self.date, date_of(a, b, c)?)
            }
            _ => Err(wrong()),
        }
    }

    /// Reads a time of day, with an offset or `z`, `am` or `pm` directly behind it.
    fn time(&mut self, word: &str) -> Result<(), String> {
        let wrong = || EXPECTED.to_owned();
        let end = word
            .find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.')
            .unwrap_or(word.len());
        let (clock, rest) = word.split_at(end);
        if !rest.is_empty() {
            match rest {
                "am" | "pm" => once(&mut self.afternoon, rest == "pm")?,
                "z" => once(&mut self.offset, Offset::UTC)?,
                _ => once(&mut self.offset, offset(rest)?)?,
            }
        }
        let mut fields = clock.split(':');
        let hour = fields.next().and_then(|hour| number(hour, 2));
        let minute = fields.next().map_or(Some(0), two_digits);
        let (second, nanos) = match fields.next() {
            None => (Some(0), Some(0)),
            Some(second) => match second.split_once('.') {
                None => (two_digits(second), Some(0)),
                Some((second, fraction)) => (
                    two_digits(second),
                    number::<i32>(&format!("{fraction:0<9}"), 9).filter(|_| !fraction.is_empty()),
                ),
            },
        };
        let (Some(hour), Some(minute), Some(second), Some(nanos), None) =
            (hour, minute, second, nanos, fields.next())
        else {
            return Err(wrong());
        };
        let time = Time::new(hour, minute, second, nanos).map_err(|_| wrong())?;
        once(&mut self.time, time)
    }

    /// The instant that all parts together mean.
    fn instant(self) -> Result<Timestamp, String> {
        let wrong = || EXPECTED.to_owned();
        let date = match (self.date, self.year, self.month, self.day) {
            (Some(date), None, None, None) => date,
            (None, Some(year), Some(month), Some(day)) => {
                Date::new(year, month, day).map_err(|_| "this day does not exist".to_owned())?
            }
            (None, None, Some(_), Some(_)) => {
                return Err("the year is missing or has fewer than four digits".into());
            }
            _ => return Err(wrong()),
        };
        if self.weekday.is_some_and(|day| day != date.weekday()) {
            return Err(format!("{date} is a {:?}", date.weekday()));
        }
        let time = match (self.time, self.afternoon) {
            (None, None) => Time::midnight(),
            (Some(time), None) => time,
            (Some(time), Some(afternoon)) if (1..=12).contains(&time.hour()) => {
                let hour = time.hour() % 12 + if afternoon { 12 } else { 0 };
                time.with().hour(hour).build().map_err(|_| wrong())?
            }
            _ => return Err(wrong()),
        };
        let offset = TimeZone::fixed(self.offset.unwrap_or(Offset::UTC));
        offset
            .to_timestamp(DateTime::from_parts(date, time))
            .map_err(|_| wrong())
    }
}

fn two_digits(text: &str) -> Option<i8> {
    number(text, 2).filter(|_| text.len() == 2)
}

/// A month by its name, or by at least three letters of it with or without a full stop.
fn month(word: &str) -> Option<i8> {
    let word = word.strip_suffix('.').unwrap_or(word);
    let at = MONTHS.iter().position(|m| abbreviates(word, m))?;
    i8::try_from(at + 1).ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    let word = word.strip_suffix('.').unwrap_or(word);
    let found = WEEKDAYS.iter().find(|(name, _)| abbreviates(word, name));
    found.map(|(_, weekday)| *weekday)
}

fn abbreviates(word: &str, name: &str) -> bool {
    word.len() >= 3 && name.starts_with(word)
}

/// The largest offset of a time zone from UTC, in hours, as XML Schema bounds it (3.2.7.3).
const LARGEST_OFFSET: i64 = 14;

/// Checks that a time zone may have this offset: with a larger one, a window would move by a day or more.
fn possible(offset: Offset) -> Result<(), String> {
    match i64::from(offset.seconds().unsigned_abs()) <= LARGEST_OFFSET * HOUR {
        true => Ok(()),
        false => Err(format!(
            "{offset} is not the offset of a time zone: the largest is {LARGEST_OFFSET} hours"
        )),
    }
}

/// An offset: `+2`, `+02`, `+0200` or `+02:00`.
fn offset(text: &str) -> Result<Offset, String> {
    let offset = written_offset(text).ok_or(EXPECTED)?;
    possible(offset).map(|()| offset)
}

fn written_offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let hours = number::<i64>(hours, 2)?;
    let minutes = i64::from(two_digits(minutes).filter(|minutes| *minutes < 60)?);
    let seconds = sign * SignedDuration::from_mins(hours * 60 + minutes);
    Offset::try_from(seconds).ok()
}

/// A date of three fields. Only a year of four digits is taken for a year, and of two numbers that may both
/// be the month neither is guessed.
fn date_of(a: &str, b: &str, c: &str) -> Result<Date, String> {
    let wrong = || EXPECTED.to_owned();
    let year = |text: &str| number::<i16>(text, 4).filter(|_| text.len() == 4);
    let date = |year, month, day| {
        Date::new(year, month, day).map_err(|_| "this day does not exist".to_owned())
    };
    if let (Some(year), Some(day)) = (year(a), number(c, 2)) {
        let month = month(b).or_else(|| number(b, 2)).ok_or_else(wrong)?;
        return date(year, month, day);
    }
    let year = year(c).ok_or("the year must have four digits")?;
    match (month(a), month(b), number::<i8>(a, 2), number::<i8>(b, 2)) {
        (Some(month), None, _, Some(day)) | (None, Some(month), Some(day), _) => {
            date(year, month, day)
        }
        (_, _, Some(a), Some(b)) if a <= 12 && b <= 12 && a != b => {
            let or = [date(year, b, a)?, date(year, a, b)?];
            Err(format!(
                "this may be {} or {}: write it with the year first",
                or[0], or[1]
            ))
        }
        (_, _, Some(a), Some(b)) => date(year, a.min(b), a.max(b)),
        _ => Err(wrong()),
    }
}
