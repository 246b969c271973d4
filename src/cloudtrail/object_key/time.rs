//! Times and dates in keys.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The day of an instant in UTC.
pub(super) fn date(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// Parses `YYYYMMDDTHHMMZ` and `YYYYMMDDTHHMMSSZ`.
pub(super) fn parse_time(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let two = |of: &str, at: usize| i8::try_from(number(of.get(at..at + 2)?, 2)?).ok();
    let second = match time.len() {
        4 => 0,
        6 => two(time, 4)?,
        _ => return None,
    };
    let year = number(date.get(..4)?, 4)?;
    let (month, day) = (number(date.get(4..)?, 4)? / 100, two(date, 6)?);
    let (hour, minute) = (two(time, 0)?, two(time, 2)?);
    let month = i8::try_from(month).ok()?;
    let time = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

/// Parses a number of exactly the given count of digits.
pub(super) fn number(text: &str, digits: usize) -> Option<i16> {
    let all = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}
