//! Lists one log folder and reports the logs that no proven digest lists.

use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::references::References;
use super::tally::OtherObjects;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{KeyRoot, LOG_FOLDER, LogKeyParser};
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;
use crate::source::{GetError, Listed, Range, RootId};
use crate::validate::context::Context;
use crate::validate::digests::listing::is_dated_folder;

/// Calls `found` with every log of some time that no digest in `references` lists: its key, and the
/// minute in its name. Returns what else the listed part of the folder holds, and why it could
/// not be listed to its end.
pub(super) fn scan(
    context: &Context<'_>,
    ((root, key_root), id): (&(RootId, KeyRoot), &ChainId),
    references: &mut References,
    time: Window,
    found: &mut dyn FnMut(&str, Timestamp),
) -> (OtherObjects, Result<(), GetError>) {
    let limits = &context.request.limits;
    let folder = key_root.folder(&id.account, LOG_FOLDER, &id.region);
    let date = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
    let day = |date: Date| format!("{folder}{}", date.strftime("%Y/%m/%d"));
    let range = Range {
        after: Some(day(date(time.from))),
        before: date(time.to).tomorrow().ok().map(day),
    };
    let mut others = OtherObjects::default();
    let mut lookup = references.lookup();
    let mut looked_up = Ok(());
    let mut keys = LogKeyParser::default();
    let mut visit = |listed: Listed<'_>| {
        let key = match listed {
            Listed::Object(key, _) => key,
            Listed::Refused(key, why)
                if is_dated_folder(key) && others.unlisted.len() < limits.findings_per_code =>
            {
                return others
                    .unlisted
                    .push(refused_folder(context, *root, key, why));
            }
            Listed::Refused(key, why) => {
                return others.refused.add(limits, format!("{key} ({why})"));
            }
        };
        let Some(minute) = keys.minute(key) else {
            if !key.ends_with('/') {
                others.unrecognised.add(limits, key);
            }
            return;
        };
        if minute < time.from || minute >= time.to || looked_up.is_err() {
            return;
        }
        let recorded = context.fetcher.places.recorded(*root, key);
        match lookup.lists(date(minute), &recorded) {
            Ok(true) => {}
            Ok(false) => found(key, minute),
            Err(error) => looked_up = Err(temporary(&error)),
        }
    };
    let source = context.fetcher.source;
    let listed = match source.list(*root, &folder, &range, &mut visit) {
        Ok(requests) => {
            context.fetcher.listed(requests);
            looked_up
        }
        Err(GetError::NotFound) => looked_up,
        Err(error) => Err(error),
    };
    (others, listed)
}

/// A folder of a year, a month or a day that the source refuses to list. It may hold logs that no digest
/// lists.
fn refused_folder(context: &Context<'_>, root: RootId, key: &str, why: &str) -> Finding {
    let message = format!(
        "a folder of logs could not be listed: it is {why}; whether it holds logs that no digest names is \
         not known"
    );
    Finding::new(Code::SourceUnreadable, message)
        .reason(Reason::Refused)
        .hint(Reason::Refused.hint())
        .at(context.fetcher.places.bucket(root), key)
}

/// The error of a temporary file.
pub(super) fn temporary(error: &io::Error) -> GetError {
    GetError::Io(format!("a temporary file: {}", error.kind()))
}
