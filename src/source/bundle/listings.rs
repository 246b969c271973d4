//! Listings as they were answered. A question that was not asked in these words may be a part of one that was.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::files::{BoundedLines, BundleFiles};
use super::layout::LISTINGS;
use super::question::{ListingKind, ListingQuestion};
use super::record::{ListingHeader, ListingLine};
use crate::source::{Folders, GetError, Listed, ListedFacts, Range};

/// The longest line of a listing, in bytes: a key has at most 1,024, and JSON may write each of them in six.
const LONGEST_LINE: usize = 16 << 10;

/// The listings of a bundle.
#[derive(Default)]
pub(super) struct RecordedListings {
    /// What was listed, once a question comes that was not asked in its own words.
    index: OnceLock<Result<ListingIndex, GetError>>,
}

/// The listings of keys by bucket and prefix, each with its range and whether it has all keys.
#[derive(Default)]
struct ListingIndex(BTreeMap<(String, String), Vec<(Range, bool)>>);

impl RecordedListings {
    /// Answers a question for keys. A part of a listing that was asked for is as good as a listing of its own.
    ///
    /// # Errors
    /// `NotCollected` if the answer is not in the bundle; or the error with which the listing ended.
    pub fn keys(
        &self,
        files: &BundleFiles,
        question: &ListingQuestion,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<(), GetError> {
        if let Some(listing) = StoredListing::open(files, question)? {
            return listing.keys(visit);
        }
        let index = self.index.get_or_init(|| ListingIndex::read(files));
        let index = index.as_ref().map_err(Clone::clone)?;
        let wider = index.covering(question).ok_or(GetError::NotCollected)?;
        let listing = StoredListing::open(files, &wider)?.ok_or(GetError::NotCollected)?;
        let range = range_of(question);
        listing.keys(&mut |listed| match listed {
            Listed::Object(key, _) if !key.starts_with(&*question.prefix) || !range.holds(key) => {}
            listed => visit(listed),
        })
    }
}

/// Answers a question for folders, which is asked in the same words each time. At most `most` folders, and
/// those of one page, are returned.
///
/// # Errors
/// As [`RecordedListings::keys`].
pub(super) fn folders(
    files: &BundleFiles,
    question: &ListingQuestion,
    other: &mut dyn FnMut(Listed<'_>),
) -> Result<Folders, GetError> {
    let listing = StoredListing::open(files, question)?.ok_or(GetError::NotCollected)?;
    listing.folders(files.limits().folders, other)
}

/// One listing, read to behind its first line.
struct StoredListing {
    header: ListingHeader,
    lines: BoundedLines,
}

impl StoredListing {
    /// Opens the listing that answers a question; `None` if it was not asked.
    fn open(files: &BundleFiles, question: &ListingQuestion) -> Result<Option<Self>, GetError> {
        let Some(listing) = StoredListing::at(files, &question.path())? else {
            return Ok(None);
        };
        if listing.header.question != *question {
            return Err(listing.lines.not_valid("it answers another question"));
        }
        // What failed is asked again.
        let is_asked_again = listing.header.error.is_some() && !files.is_finished();
        Ok((!is_asked_again).then_some(listing))
    }

    fn at(files: &BundleFiles, path: &str) -> Result<Option<Self>, GetError> {
        let longest = LONGEST_LINE.max(files.limits().head_json as usize);
        let Some(mut lines) = files.lines(path, longest)? else {
            return Ok(None);
        };
        let header = match lines.next()? {
            Some(line) => serde_json::from_slice(line).map_err(|e| e.to_string()),
            None => Err("it is empty".to_owned()),
        };
        let header = header.map_err(|why| lines.not_valid(&why))?;
        Ok(Some(StoredListing { header, lines }))
    }

    /// Visits the keys, then gives the error with which the listing ended.
    fn keys(mut self, visit: &mut dyn FnMut(Listed<'_>)) -> Result<(), GetError> {
        while let Some(line) = self.next()? {
            match line {
                ListingLine::Object {
                    key,
                    modified,
                    size,
                } => visit(Listed::Object(&key, ListedFacts { modified, size })),
                ListingLine::Folder { .. } => {
                    return Err(self.lines.not_valid("it lists a folder"));
                }
            }
        }
        self.header.error.map_or(Ok(()), Err)
    }

    fn folders(
        mut self,
        most: usize,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        let mut folders = Folders::default();
        let mut is_beyond = false;
        while let Some(line) = self.next()? {
            match line {
                ListingLine::Object {
                    key,
                    modified,
                    size,
                } => other(Listed::Object(&key, ListedFacts { modified, size })),
                // S3 lists them by pages of a thousand, so a collection ends somewhat beyond its limit too.
                ListingLine::Folder { .. } if folders.names.len() > most + 1_000 => {
                    is_beyond = true
                }
                ListingLine::Folder { folder } => folders.names.push(folder),
            }
        }
        folders.complete = self.header.complete && !is_beyond;
        self.header.error.map_or(Ok(folders), Err)
    }

    fn next(&mut self) -> Result<Option<ListingLine>, GetError> {
        let Some(line) = self.lines.next()? else {
            return Ok(None);
        };
        let parsed = serde_json::from_slice(line).map_err(|e| e.to_string());
        parsed.map(Some).map_err(|why| self.lines.not_valid(&why))
    }
}

impl ListingIndex {
    /// Reads the first line of each listing. Those beyond the limit are left out: then a question has no answer.
    fn read(files: &BundleFiles) -> Result<Self, GetError> {
        let mut index = ListingIndex::default();
        let mut left = files.limits().bundle_listings;
        files.names(LISTINGS, &mut |name| {
            let path = format!("{LISTINGS}/{name}");
            // A listing that cannot be read answers nothing.
            if let Ok(Some(StoredListing { header, .. })) = StoredListing::at(files, &path)
                && header.question.kind == ListingKind::Keys
                && header.question.path() == path
            {
                left -= 1;
                let range = range_of(&header.question);
                let is_complete = header.complete && header.error.is_none();
                let ListingQuestion { bucket, prefix, .. } = header.question;
                let ranges = index.0.entry((bucket, prefix)).or_default();
                ranges.push((range, is_complete));
            }
            left > 0
        })?;
        for ranges in index.0.values_mut() {
            let key = |range: &Range| (range.after.clone(), range.before.clone());
            ranges.sort_by_cached_key(|(range, is_complete)| (!is_complete, key(range)));
        }
        Ok(index)
    }

    /// A listing of the same prefix or of one around it that has every key of the question. One with all its keys
    /// comes before one that ended early, and the one with the longest prefix first.
    fn covering(&self, question: &ListingQuestion) -> Option<ListingQuestion> {
        if question.kind != ListingKind::Keys {
            return None;
        }
        let prefix = &*question.prefix;
        let slashes = prefix.match_indices('/').map(|(at, _)| &prefix[..=at]);
        let mut outer: Vec<&str> = slashes.chain([prefix]).collect();
        outer.insert(0, "");
        outer.dedup();
        let mut ended_early = None;
        for outer in outer.into_iter().rev() {
            let place = (question.bucket.clone(), outer.to_owned());
            let ranges = self.0.get(&place).into_iter().flatten();
            for (range, is_complete) in ranges {
                if !covers(range, question) {
                    continue;
                }
                let found = ListingQuestion::keys(&question.bucket, outer, range);
                match is_complete {
                    true => return Some(found),
                    false => ended_early = ended_early.or(Some(found)),
                }
            }
        }
        ended_early
    }
}

/// Whether every key of a question lies within a range.
fn covers(range: &Range, question: &ListingQuestion) -> bool {
    range.covers(&question.prefix, &range_of(question))
}

fn range_of(question: &ListingQuestion) -> Range {
    Range {
        after: question.after.clone(),
        before: question.before.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(prefix: &str, after: Option<&str>, before: Option<&str>) -> ListingQuestion {
        let range = Range {
            after: after.map(Into::into),
            before: before.map(Into::into),
        };
        ListingQuestion::keys("logs", prefix, &range)
    }

    #[test]
    fn a_listing_covers_a_question_of_which_it_has_every_key() {
        let range = |after: Option<&str>, before: Option<&str>| Range {
            after: after.map(Into::into),
            before: before.map(Into::into),
        };
        let wide = range(Some("a/03"), Some("a/09"));
        let covered = [
            ("a/", Some("a/03"), Some("a/09")),
            ("a/", Some("a/04"), Some("a/05")),
            ("a/04/", None, None),
            ("a/08/", None, None),
        ];
        for (prefix, after, before) in covered {
            assert!(covers(&wide, &question(prefix, after, before)), "{prefix}");
        }
        let not = [
            ("a/", None, Some("a/05")),
            ("a/", Some("a/04"), None),
            ("a/", Some("a/02"), Some("a/05")),
            ("a/", Some("a/04"), Some("a/10")),
            ("a/", Some("a/04"), Some("b")),
            ("a/0", None, None),
            ("b/", None, None),
        ];
        for (prefix, after, before) in not {
            assert!(
                !covers(&wide, &question(prefix, after, before)),
                "{prefix} {before:?}"
            );
        }
        assert!(covers(&range(None, None), &question("", None, None)));
    }

    #[test]
    fn the_listing_with_all_keys_and_the_longest_prefix_answers() {
        let mut index = ListingIndex::default();
        let mut add = |prefix: &str, is_complete| {
            let place = ("logs".to_owned(), prefix.to_owned());
            let listing = (Range::default(), is_complete);
            index.0.entry(place).or_default().push(listing);
        };
        add("", true);
        add("a/", true);
        add("a/b/", false);
        let found = |prefix: &str| {
            let found = index.covering(&question(prefix, Some("a/b/1"), None));
            found.map(|found| found.prefix)
        };
        assert_eq!(found("a/b/").as_deref(), Some("a/"));
        assert_eq!(found("a/b").as_deref(), Some("a/"));
        assert_eq!(found("c/").as_deref(), Some(""));
        let folders = ListingQuestion::folders("logs", "a/");
        assert_eq!(index.covering(&folders), None);
    }
}
