//! The time of an object among the logs, whatever its name.
//!
//! Somebody who adds an object chooses its name. So its time is the minute in its name only if that does not
//! take it out of the time that is searched; else it is the time of its folder.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::time::parse_time;
use crate::base::time::Window;

/// The time of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyTime {
    /// The minute in its name.
    Minute(Timestamp),
    /// The day, month or year of its folder; of an object in no dated folder, all of the time that is
    /// searched.
    Span(Window),
}

impl KeyTime {
    /// The time of an object by its path below the folder of its region or account, if it is in the time
    /// that is searched.
    pub fn of(path: &str, searched: &Window) -> Option<KeyTime> {
        let (folder, name) = split_name(path);
        let holds = |at: Timestamp| searched.from <= at && at < searched.to;
        let folder = time_of_folder(folder);
        if let Some(minute) = minute_in(name) {
            let agrees = folder.is_some_and(|day| day.from <= minute && minute < day.to);
            if holds(minute) {
                return Some(KeyTime::Minute(minute));
            }
            if agrees {
                return None;
            }
        }
        let span = folder.map_or(*searched, |folder| folder.clip(searched));
        (!span.is_empty()).then_some(KeyTime::Span(span))
    }
}

/// The folder of a path, and the name in it. A key that ends with a slash is a name too.
fn split_name(path: &str) -> (&str, &str) {
    let inner = path.strip_suffix('/').unwrap_or(path);
    let name = inner.rfind('/').map_or(0, |at| at + 1);
    (&path[..name], &path[name..])
}

/// The time of a folder by the first `YYYY[/MM[/DD]]` in its path, as the names of folders show it.
pub fn time_of_folder(folder: &str) -> Option<Window> {
    let mut parts = folder.split('/').skip_while(|part| year(part).is_none());
    let year = year(parts.next()?)?;
    let number = |part: &str| {
        let plain = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse::<i8>().ok()).flatten()
    };
    let month = parts.next().and_then(number);
    let day = month.and_then(|_| parts.next().and_then(number));
    let first = |month: i8, day: i8| Date::new(year, month, day).ok();
    let (first, length) = match (month, day) {
        (Some(month), Some(day)) if first(month, day).is_some() => (first(month, day)?, 1.day()),
        (Some(month), _) if first(month, 1).is_some() => (first(month, 1)?, 1.month()),
        _ => (first(1, 1)?, 1.year()),
    };
    let at = |day: Date| {
        let midnight = day.to_datetime(Time::midnight());
        TimeZone::UTC.to_timestamp(midnight).ok()
    };
    let from = at(first)?;
    let to = first.checked_add(length).ok().and_then(at);
    Some(Window::new(from, to.unwrap_or(Timestamp::MAX)))
}

fn year(part: &str) -> Option<i16> {
    let plain = part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| part.parse().ok()).flatten()
}

/// The first time of the form `YYYYMMDDTHHMM` in a file name, seconds left out.
pub fn minute_in(name: &str) -> Option<Timestamp> {
    let bytes = name.as_bytes();
    bytes.windows(13).find_map(|text| {
        let is_time = text[8] == b'T'
            && [&text[..8], &text[9..]]
                .concat()
                .iter()
                .all(u8::is_ascii_digit);
        let text = is_time.then(|| std::str::from_utf8(text).ok()).flatten()?;
        parse_time(&format!("{text}Z"))
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{KeyTime, minute_in, time_of_folder};
    use crate::base::time::Window;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn window(from: &str, to: &str) -> Window {
        Window::new(at(from), at(to))
    }

    #[test]
    fn a_name_may_hold_a_minute_anywhere() {
        let minute = Some(at("2026-03-01T03:20:00Z"));
        for name in [
            "1_CloudTrail_eu-west-1_20260301T0320Z_a.json.gz",
            "1_CloudTrail_eu-west-1_20260301T032059Z_a.JSON.gz",
            "20260301T0320",
            "copy of 20260301T0320Z.json",
            "99999999T9999_20260301T0320Z",
        ] {
            assert_eq!(minute_in(name), minute, "{name}");
        }
        for name in [
            "",
            "events.json.gz",
            "20260301",
            "20260301T032",
            "20261301T0320Z",
            "٢0260301T0320Z",
        ] {
            assert_eq!(minute_in(name), None, "{name}");
        }
    }

    #[test]
    fn a_folder_is_dated_as_far_as_its_path_is() {
        let day = Some(window("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"));
        for folder in [
            "2026/03/01/",
            "/2026/03/01/",
            "2026/3/1/sub/",
            "x/2026/03/01/2027/",
        ] {
            assert_eq!(time_of_folder(folder), day, "{folder}");
        }
        let month = Some(window("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"));
        for folder in ["2026/03/", "2026/03/32/", "2026/03//01/", "2026/03/x/"] {
            assert_eq!(time_of_folder(folder), month, "{folder}");
        }
        let year = Some(window("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        for folder in [
            "2026/",
            "2026/13/01/",
            "2026/+/",
            "2026/+3/",
            "2026/003/01/",
        ] {
            assert_eq!(time_of_folder(folder), year, "{folder}");
        }
        for folder in ["", "/", "x/", "20260301/", "226/03/01/"] {
            assert_eq!(time_of_folder(folder), None, "{folder}");
        }
    }

    #[test]
    fn a_name_never_takes_an_object_out_of_the_time_that_is_searched() {
        let searched = window("2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z");
        let of = |path: &str| KeyTime::of(path, &searched);
        let minute = Some(KeyTime::Minute(at("2026-03-01T03:20:00Z")));
        assert_eq!(of("2026/03/01/a_20260301T0320Z_b.json"), minute);
        assert_eq!(of("2026/03/02/a_20260301T0320Z_b.json"), minute);
        assert_eq!(of("2026/03/05/a_20260301T0320Z_b.json"), minute);
        assert_eq!(of("a_20260301T0320Z_b.json/"), minute);
        let day = window("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z");
        assert_eq!(of("2026/03/01/events.json.gz"), Some(KeyTime::Span(day)));
        assert_eq!(
            of("2026/03/01/a_19990101T0000Z_b.json"),
            Some(KeyTime::Span(day))
        );
        assert_eq!(of("events.json.gz"), Some(KeyTime::Span(searched)));
        assert_eq!(
            of("a_19990101T0000Z_b.json.gz"),
            Some(KeyTime::Span(searched))
        );
        // Both name and folder are of another time.
        assert_eq!(of("2026/03/05/a_20260305T0000Z_b.json.gz"), None);
        assert_eq!(of("2026/03/05/events.json.gz"), None);
    }

    #[test]
    fn an_object_whose_name_and_folder_agree_on_another_time_is_left_out() {
        let searched = window("2026-03-01T00:00:00Z", "2026-03-02T12:00:00Z");
        let of = |path: &str| KeyTime::of(path, &searched);
        // The folder is partly in the time that is searched.
        assert_eq!(of("2026/03/02/a_20260302T1300Z_b.json.gz"), None);
        assert_eq!(of("2026/03/02/a_20260302T1200Z_b.json.gz"), None);
        let rest = window("2026-03-02T00:00:00Z", "2026-03-02T12:00:00Z");
        assert_eq!(
            of("2026/03/02/a_20260303T0000Z_b.json.gz"),
            Some(KeyTime::Span(rest))
        );
        assert_eq!(
            of("2026/03/02/a_20260304T0000Z_b.json.gz"),
            Some(KeyTime::Span(rest))
        );
    }
}
