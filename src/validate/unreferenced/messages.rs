//! Findings on folders of logs that could not be searched.

use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;
use crate::source::{GetError, RootId};
use crate::validate::context::Context;

/// A folder of logs that could not be listed.
pub(super) fn not_listed(
    context: &Context<'_>,
    root: RootId,
    folder: &str,
    error: &GetError,
) -> Finding {
    let message = format!(
        "a folder of logs could not be listed: {}; it is not known whether it contains logs that no digest \
         lists",
        error.detail()
    );
    Finding::new(Code::SourceUnreadable, message)
        .reason(error.reason())
        .hint(error.reason())
        .at(context.fetcher.places.bucket(root), folder)
}

/// A folder of a year, a month or a day that the source refuses to list. It may hold logs that no digest
/// lists.
pub(super) fn refused_folder(context: &Context<'_>, root: RootId, key: &str, why: &str) -> Finding {
    let message = format!(
        "a folder of logs could not be listed: it is {why}; it is not known whether it contains logs that no \
         digest lists"
    );
    Finding::new(Code::SourceUnreadable, message)
        .reason(Reason::Refused)
        .hint(Reason::Refused.hint())
        .at(context.fetcher.places.bucket(root), key)
}

/// A log folder that was listed, whose logs could not be kept until the gaps were known.
pub(super) fn not_judged(
    context: &Context<'_>,
    root: RootId,
    folder: &str,
    error: &GetError,
) -> Finding {
    let message = format!(
        "the names of the logs in a folder could not be kept: {}; it is not known whether it contains logs that \
         no digest lists",
        error.detail()
    );
    Finding::new(Code::LogUnreadable, message)
        .reason(error.reason())
        .hint(error.reason())
        .at(context.fetcher.places.bucket(root), folder)
}
