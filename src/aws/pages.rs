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
    /// A page gave a token that an earlier page had given, so the answer would never end.
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
    // Brent's algorithm: a token is kept and compared with the next ones, each time twice as many, so that
    // any circle is found in a few rounds of it and in the memory of one token.
    let (mut kept, mut compared, mut rounds) = (None, 0, 1);
    for _ in 0..most {
        match fetch(token.clone())? {
            None => return Ok(PagesEnd::Complete),
            next if next == kept || next == token => return Ok(PagesEnd::RepeatedToken),
            next => token = next,
        }
        compared += 1;
        if compared == rounds {
            (compared, rounds) = (0, rounds * 2);
            kept.clone_from(&token);
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

#[cfg(test)]
mod tests {
    use super::{PagesEnd, fetch_pages};

    /// How many of a million pages are fetched if each token leads to the next, and the last back to the
    /// token of number `back`.
    fn fetched(tokens: usize, back: usize) -> (PagesEnd, usize) {
        let mut pages = 0;
        let end = fetch_pages(1_000_000, |token| {
            pages += 1;
            let at = token.map_or(0, |t| t.parse::<usize>().expect("a number") + 1);
            Ok(Some(if at < tokens { at } else { back }.to_string()))
        });
        (end.expect("no error"), pages)
    }

    #[test]
    fn a_circle_of_tokens_ends_after_a_few_rounds() {
        assert_eq!(fetched(1, 0), (PagesEnd::RepeatedToken, 2));
        for (tokens, back) in [(2, 0), (3, 1), (10, 4), (1_000, 0), (1_000, 990)] {
            let (end, pages) = fetched(tokens, back);
            assert_eq!(end, PagesEnd::RepeatedToken, "{tokens} {back}");
            assert!(pages <= 4 * tokens + 2, "{tokens} {back}: {pages}");
        }
    }
}
