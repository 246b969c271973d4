//! Answers that come in pages. Each request but the first carries the token of the page before.

use crate::source::GetError;

/// The most pages of one answer of CloudTrail before it counts as endless. Accounts have a handful of
/// trails, and keys rotate every few weeks, so a real answer is far smaller.
pub(super) const MAX_PAGES: usize = 1_000;

/// Why no further page was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PagesEnd {
    /// The last page gave no token.
    Complete,
    /// A page gave the same token that it was requested with, so the answer would never end.
    RepeatedToken,
    /// The last allowed page gave a token.
    TooMany,
}

/// Fetches up to `most` pages. `fetch` takes the token of a page, none for the first one, and gives
/// that of the next.
///
/// # Errors
/// The first error of `fetch`.
pub(super) fn fetch_pages(
    most: usize,
    mut fetch: impl FnMut(Option<String>) -> Result<Option<String>, GetError>,
) -> Result<PagesEnd, GetError> {
    let mut token = None;
    for _ in 0..most {
        match fetch(token.clone())? {
            None => return Ok(PagesEnd::Complete),
            next if next == token => return Ok(PagesEnd::RepeatedToken),
            next => token = next,
        }
    }
    Ok(PagesEnd::TooMany)
}

/// Fetches every page of an answer of CloudTrail, where an empty or repeated token ends it too.
///
/// # Errors
/// The first error of `fetch`, or [`GetError::too_many_pages`].
pub(super) fn fetch_all_pages(
    most: usize,
    mut fetch: impl FnMut(Option<String>) -> Result<Option<String>, GetError>,
) -> Result<(), GetError> {
    let fetch = |token| Ok(fetch(token)?.filter(|next| !next.is_empty()));
    match fetch_pages(most, fetch)? {
        PagesEnd::Complete | PagesEnd::RepeatedToken => Ok(()),
        PagesEnd::TooMany => Err(GetError::too_many_pages()),
    }
}
