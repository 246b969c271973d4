//! The entries of a listing.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::GetError;
use crate::base::time::Window;

/// One entry of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed<'a> {
    /// The key of an object, and what the listing shows of it.
    Object(&'a str, ListedFacts),
    /// The key of something that exists and that the source declines to read, and what it is, such as
    /// `a symbolic link`.
    Refused(&'a str, &'static str),
    /// The key of a folder, with its closing slash, that could not be listed to its end, and why.
    Unlisted(&'a str, &'a GetError),
}

/// What a listing shows of an object beside its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListedFacts {
    /// Its time of writing, if the listing shows it.
    pub modified: Option<Timestamp>,
    /// Its size in bytes as stored, if the listing shows it.
    pub size: Option<u64>,
}

/// The names one level below a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folders {
    /// The names in the order of their bytes, without slashes.
    pub names: Vec<String>,
    /// Whether these are all names. A source may stop at a limit.
    pub complete: bool,
    /// The number of requests that it took.
    pub requests: u64,
}

/// A range of keys, without its ends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Range {
    /// All keys in the range are greater than this one.
    pub after: Option<String>,
    /// All keys in the range are less than this one.
    pub before: Option<String>,
}

impl Range {
    /// The keys of the days of a window in a folder, and of the day after it: an object with a name of the window may
    /// lie there. The folder is given with its closing slash, and has one folder for each year, month and day.
    pub fn of_days(folder: &str, time: Window) -> Range {
        let date = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
        let day = |date: Date| format!("{folder}{}", date.strftime("%Y/%m/%d"));
        let (first, last) = (date(time.from), date(time.to));
        Range {
            after: Some(day(first)),
            before: last.checked_add(2.days()).ok().map(day),
        }
    }

    /// Whether a key is in the range.
    pub fn holds(&self, key: &str) -> bool {
        self.after.as_deref().is_none_or(|after| key > after)
            && self.before.as_deref().is_none_or(|before| key < before)
    }

    /// Whether it has every key that begins with `prefix` and is in another range.
    pub fn covers(&self, prefix: &str, other: &Range) -> bool {
        // No key with the prefix is less than the prefix itself.
        let from = |after: &String| {
            prefix > after.as_str() || other.after.as_ref().is_some_and(|asked| asked >= after)
        };
        // A text that is greater than the prefix and does not begin with it is greater than all its keys.
        let to = |before: &String| {
            (before.as_str() > prefix && !before.starts_with(prefix))
                || other.before.as_ref().is_some_and(|asked| asked <= before)
        };
        self.after.as_ref().is_none_or(from) && self.before.as_ref().is_none_or(to)
    }

    /// Whether a folder, given with its closing slash, may contain keys that are in the range.
    pub fn meets(&self, folder: &str) -> bool {
        let after = |after: &str| folder > after || after.starts_with(folder);
        self.after.as_deref().is_none_or(after)
            && self.before.as_deref().is_none_or(|before| folder < before)
    }
}
