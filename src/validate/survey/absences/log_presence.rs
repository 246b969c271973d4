//! Whether a folder for logs holds a log of some time, by names alone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::base::time::Window;
use crate::cloudtrail::object_key::{LOG_FOLDER, LogKeyParser};
use crate::source::{GetError, Listed, Range, RootId};
use crate::validate::context::Context;
use crate::validate::survey::LogFolder;

/// Days of one folder that are listed before it counts as one without logs: days that hold objects, and none
/// with the name of a log.
const DAYS: usize = 64;

/// Whether a folder holds a log whose name carries a minute in `time`. Goes down by year, month and day, so
/// that a folder takes a few requests, however many logs it holds.
///
/// # Errors
/// If a folder in it could not be listed.
pub(super) fn holds_logs(
    context: &Context<'_>,
    folder: &LogFolder,
    time: Window,
) -> Result<bool, GetError> {
    let key_root = &folder.key_root;
    let top = key_root.folder(&folder.account, LOG_FOLDER, &folder.region);
    // Dated folders that are not listed yet, the earliest last.
    let mut open: Vec<(String, Vec<i16>)> = vec![(top, Vec::new())];
    let mut days = 0;
    while let Some((prefix, date)) = open.pop() {
        if date.len() == 3 {
            days += 1;
            if day_holds_log(context, folder.root, &prefix, time)? {
                return Ok(true);
            }
            if days >= DAYS {
                break;
            }
            continue;
        }
        let names = folders(context, folder.root, &prefix)?;
        let dated = names.into_iter().rev().filter_map(|name| {
            let mut date = date.clone();
            date.push(name.parse().ok()?);
            meets(&date, time).then(|| (format!("{prefix}{name}/"), date))
        });
        open.extend(dated);
    }
    Ok(false)
}

/// The folders in a folder; none if it does not exist.
fn folders(context: &Context<'_>, root: RootId, prefix: &str) -> Result<Vec<String>, GetError> {
    let source = context.fetcher.source;
    match source.folders(root, prefix, &mut |_| ()) {
        Ok(folders) => {
            context.fetcher.listed(folders.requests);
            Ok(folders.names)
        }
        Err(GetError::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether a day's folder holds a log of some time.
fn day_holds_log(
    context: &Context<'_>,
    root: RootId,
    prefix: &str,
    time: Window,
) -> Result<bool, GetError> {
    let mut keys = LogKeyParser::default();
    let mut found = false;
    let mut visit = |listed: Listed<'_>| {
        if let Listed::Object(key, _) = listed {
            let minute = keys.minute(key);
            found |= minute.is_some_and(|at| time.from <= at && at < time.to);
        }
    };
    let source = context.fetcher.source;
    match source.list(root, prefix, &Range::default(), &mut visit) {
        Ok(requests) => context.fetcher.listed(requests),
        Err(GetError::NotFound) => {}
        // What was seen before the error counts.
        Err(_) if found => {}
        Err(error) => return Err(error),
    }
    Ok(found)
}

/// Whether the time of a dated folder, `YYYY`, `YYYY/MM` or `YYYY/MM/DD`, meets another.
fn meets(date: &[i16], time: Window) -> bool {
    let part = |at: usize| date.get(at).map_or(Ok(1), |n| i8::try_from(*n));
    let (Some(year), Ok(month), Ok(day)) = (date.first(), part(1), part(2)) else {
        return false;
    };
    let Ok(first) = Date::new(*year, month, day) else {
        return false;
    };
    let span = match date.len() {
        1 => 1.year(),
        2 => 1.month(),
        _ => 1.day(),
    };
    let begin = |date: Date| TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok();
    let from = begin(first).unwrap_or(Timestamp::MIN);
    let next = first.checked_add(span).ok();
    let to = next.and_then(begin).unwrap_or(Timestamp::MAX);
    !Window::new(from, to).clip(&time).is_empty()
}
