//! Values of arguments: how each is parsed and which are rejected.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use crate::base::sha256::Sha256;
use crate::base::time::written;
use crate::report::Format;
use crate::source::access_point::region_of_arn;

/// A report format, with the names that help and completions list.
pub fn format() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.iter().map(|format| format.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Format>())
}

/// A SHA-256 value in hex digits.
pub fn sha256(text: &str) -> Result<Sha256, String> {
    Sha256::from_hex(text).ok_or_else(|| "expected the 64 hex digits of a SHA-256".to_owned())
}

/// A number of workers, 1 to 1024.
pub fn jobs() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=1024)
}

/// A time as the AWS CLI reads it: with its offset, or UTC if it has none. One that may mean two times is
/// refused.
pub fn time(text: &str) -> Result<Timestamp, String> {
    written::parse(text)
}

/// A duration such as `2h`, `90m` or `7d`, in seconds: at most a year. A day has 24 hours.
pub fn duration(text: &str) -> Result<i64, String> {
    match in_seconds(text)? {
        seconds @ 0..=31_536_000 => Ok(seconds),
        ..0 => Err("expected a duration that is not negative".to_owned()),
        _ => Err("expected a duration of at most a year".to_owned()),
    }
}

/// For how long a history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepHistory {
    /// For so many seconds.
    For(i64),
    /// Always.
    Always,
}

impl KeepHistory {
    /// In seconds; `None` for always.
    pub fn seconds(self) -> Option<i64> {
        match self {
            KeepHistory::For(seconds) => Some(seconds),
            KeepHistory::Always => None,
        }
    }
}

/// How long a history is kept: `always`, or a duration of 7 days to 100 years, such as `400d`.
pub fn keep_history(text: &str) -> Result<KeepHistory, String> {
    const DAY: i64 = 86_400;
    if text == "always" {
        return Ok(KeepHistory::Always);
    }
    match in_seconds(text) {
        Ok(seconds) if (7 * DAY..=36_500 * DAY).contains(&seconds) => Ok(KeepHistory::For(seconds)),
        _ => Err("expected always, or a duration of 7 days to 100 years, such as 400d".to_owned()),
    }
}

/// A duration in seconds.
fn in_seconds(text: &str) -> Result<i64, String> {
    let expected = |_| "expected a duration such as 2h, 90m or 7d".to_owned();
    let span: Span = text.parse().map_err(expected)?;
    // Months and years have no fixed length.
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours());
    Ok(duration.map_err(expected)?.as_secs())
}

/// A deadline such as `45m`: at least a second, at most a year.
pub fn deadline(text: &str) -> Result<SignedDuration, String> {
    match duration(text)? {
        0 => Err("expected a duration of at least a second, such as 45m".to_owned()),
        seconds => Ok(SignedDuration::from_secs(seconds)),
    }
}

/// How often something runs, such as `1h`: at least every minute, at most once a month.
pub fn interval(text: &str) -> Result<SignedDuration, String> {
    match duration(text)? {
        seconds @ 60..=2_678_400 => Ok(SignedDuration::from_secs(seconds)),
        _ => Err("expected a duration from 1m to 31d, such as 1h".to_owned()),
    }
}

/// A size such as `512KiB`, `256MiB` or `1GiB`, or in bytes: at most 4 GiB, which is what is read of any object.
pub fn size(text: &str) -> Result<u64, String> {
    match bytes(text) {
        Some(bytes @ 1..=0x1_0000_0000) => Ok(bytes),
        Some(_) => Err("expected a size from 1 byte to 4GiB".to_owned()),
        None => Err("expected a size such as 256MiB or 1GiB".to_owned()),
    }
}

/// A size such as `200GiB` or `2TiB`, or in bytes: at least 1 MiB, at most 1,024 TiB.
pub fn large_size(text: &str) -> Result<u64, String> {
    match bytes(text) {
        Some(bytes @ 0x10_0000..=0x4_0000_0000_0000) => Ok(bytes),
        Some(_) => Err("expected a size from 1MiB to 1024TiB".to_owned()),
        None => Err("expected a size such as 200GiB or 2TiB".to_owned()),
    }
}

/// A number of bytes with or without its unit; [`u64::MAX`] if it is larger than that.
fn bytes(text: &str) -> Option<u64> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
    let unit = units
        .into_iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, shift)));
    let (number, shift) = unit.unwrap_or((text, 0));
    let number: u64 = number.trim_end().parse().ok()?;
    Some(number.saturating_mul(1 << shift))
}

/// How many in a second: a positive number.
pub fn per_second(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if (0.001..=1e9).contains(&number) => Ok(number),
        _ => Err("expected a number from 0.001 to 1000000000".to_owned()),
    }
}

/// A price in US dollars.
pub fn price(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(price) if (0.0..=1e6).contains(&price) => Ok(price),
        _ => Err("expected a price from 0 to 1000000 US dollars, such as 0.0004".to_owned()),
    }
}

/// The ARN of an access point, or a bucket name or alias, by the oldest and loosest rules that S3 ever had.
pub fn bucket(text: &str) -> Result<String, String> {
    let valid = (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if valid || region_of_arn(text).is_some() {
        Ok(text.into())
    } else {
        Err("expected the name of a bucket, without s3:// or a path, or the ARN or alias of an access point".into())
    }
}

/// The URL of an endpoint: a scheme and a host. Whether it answers shows only when it is used.
pub fn endpoint(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.starts_with('/') => Ok(text.into()),
        _ => Err("expected an address such as https://s3.example.com".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{KeepHistory, deadline, duration, interval, keep_history, size, time};

    #[test]
    fn times_honour_their_offset_and_are_utc_without_one() {
        let at = |text| time(text).map(|t| t.to_string());
        assert_eq!(
            at("2016-01-29T19:00:00+02:00").as_deref(),
            Ok("2016-01-29T17:00:00Z")
        );
        assert_eq!(
            at("20160129T19:00:00Z").as_deref(),
            Ok("2016-01-29T19:00:00Z")
        );
        assert_eq!(at("2016-01-29").as_deref(), Ok("2016-01-29T00:00:00Z"));
        assert_eq!(
            at("2016-01-29T19:00:00").as_deref(),
            Ok("2016-01-29T19:00:00Z")
        );
        assert!(at("2016-01-29T19:00:00+99:00").is_err());
        assert!(at("2016-01-29T19:00:00-99:00").is_err());
        assert!(at("yesterday").is_err());
    }

    #[test]
    fn sizes_have_units_and_are_bounded() {
        assert_eq!(size("1000"), Ok(1000));
        assert_eq!(size("512KiB"), Ok(512 << 10));
        assert_eq!(size("256 MiB"), Ok(256 << 20));
        assert_eq!(size("4GiB"), Ok(4 << 30));
        for bad in [
            "0",
            "",
            "MiB",
            "-1",
            "5GiB",
            "1.5GiB",
            "1MB",
            "99999999999999GiB",
        ] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_are_bounded() {
        assert_eq!(duration("2h"), Ok(7200));
        assert_eq!(duration("1h 30m"), Ok(5400));
        assert_eq!(duration("2d"), Ok(172_800));
        assert_eq!(duration("1w"), duration("168h"));
        assert!(duration("1mo").is_err());
        assert!(duration("-1h").is_err());
        assert!(duration("100000h").is_err());
    }

    #[test]
    fn an_interval_is_from_a_minute_to_a_month() {
        let every = |text| interval(text).map(|every| every.as_secs());
        assert_eq!((every("1m"), every("31d")), (Ok(60), Ok(2_678_400)));
        for text in ["59s", "32d", "-1h", "hourly"] {
            assert!(interval(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_history_is_kept_for_seven_days_at_least() {
        assert_eq!(keep_history("always"), Ok(KeepHistory::Always));
        assert_eq!(keep_history("400d"), Ok(KeepHistory::For(400 * 86_400)));
        assert_eq!(
            keep_history("7d").map(KeepHistory::seconds),
            Ok(Some(604_800))
        );
        for text in ["6d", "0", "-1d", "never", "40000d"] {
            assert!(keep_history(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_deadline_is_in_the_future() {
        let after = |text| deadline(text).map(|after| after.as_secs());
        assert_eq!(after("45m"), Ok(2700));
        for text in ["0", "0s", "-1s", "999ms", "soon", "", "100000h"] {
            assert!(deadline(text).is_err(), "{text}");
        }
    }
}
