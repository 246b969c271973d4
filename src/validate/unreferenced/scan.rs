//! The logs in one folder, listed day by day against the marks of those that digests name.

use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::references::References;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{KeyRoot, LOG_FOLDER, LogKeyParser};
use crate::source::{GetError, Listed, Range, RootId};
use crate::validate::Context;
use crate::validate::unreferenced::tally::OtherObjects;

/// Gives the logs of some time that no proven digest names, by key and the minute in it.
pub(crate) fn scan(
    driver: &Context<'_>,
    ((root, key_root), id): (&(RootId, KeyRoot), &ChainId),
    references: &mut References,
    time: Window,
    beside: &mut OtherObjects,
    found: &mut dyn FnMut(&str, Timestamp),
) -> Result<(), GetError> {
    let limits = &driver.request.limits;
    let folder = key_root.folder(&id.account, LOG_FOLDER, &id.region);
    let date = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
    let day = |date: Date| format!("{folder}{}", date.strftime("%Y/%m/%d"));
    let range = Range {
        after: Some(day(date(time.from))),
        before: date(time.to).tomorrow().ok().map(day),
    };
    let mut lookup = references.lookup();
    let mut broken = None;
    let mut keys = LogKeyParser::default();
    let mut visit = |listed: Listed<'_>| {
        let key = match listed {
            Listed::Object(key, _) => key,
            Listed::Refused(key, why) => {
                return beside.refused.add(limits, format!("{key} ({why})"));
            }
        };
        let Some(minute) = keys.minute(key) else {
            if !key.ends_with('/') {
                beside.unrecognised.add(limits, key);
            }
            return;
        };
        if minute < time.from || minute >= time.to || broken.is_some() {
            return;
        }
        let recorded = driver.fetcher.atlas.recorded(*root, key);
        match lookup.named(date(minute), &recorded) {
            Ok(true) => {}
            Ok(false) => found(key, minute),
            Err(e) => broken = Some(e),
        }
    };
    match driver
        .fetcher
        .source
        .list(*root, &folder, &range, &mut visit)
    {
        Ok(requests) => driver.fetcher.listed(requests),
        Err(GetError::NotFound) => {}
        Err(error) => return Err(error),
    }
    broken.map_or(Ok(()), |e| Err(temporary(&e)))
}

/// A temporary file that failed.
pub(crate) fn temporary(error: &io::Error) -> GetError {
    GetError::Io(format!("a temporary file: {}", error.kind()))
}
