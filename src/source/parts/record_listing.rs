//! The entries of a listing, recorded while it is answered.

use super::answer::{ListingAnswer, StoredEntry, StoredError, StoredListingEnd, encode};
use super::content::StoredContent;
use super::source_answers::SourceAnswers;
use crate::source::{GetError, Listed};

/// The entries of a listing that is being answered.
pub(super) struct ListedEntries<'s> {
    answers: SourceAnswers<'s>,
    /// `None` if the listing is no answer, because the run ended.
    entries: Option<StoredContent>,
}

impl<'s> ListedEntries<'s> {
    pub fn new(answers: SourceAnswers<'s>) -> Self {
        ListedEntries {
            answers,
            entries: Some(StoredContent::default()),
        }
    }

    /// Adds an entry that was listed.
    pub fn add(&mut self, listed: &Listed<'_>) {
        if let Listed::Unlisted(_, error) = listed
            && !self.answers.is_answer(error)
        {
            self.entries = None;
        }
        let entry = || encode(&StoredEntry::of(listed)?);
        if let Some(entries) = &mut self.entries
            && let Some(entry) = entry()
        {
            entries.add(&(entry.len() as u32).to_le_bytes(), self.answers.sink);
            entries.add(&entry, self.answers.sink);
        }
    }

    /// The listing with its end; `None` if it is no answer.
    pub fn finish(self, end: Result<StoredListingEnd, &GetError>) -> Option<Vec<u8>> {
        let end = match end {
            Ok(end) => Ok(end),
            Err(error) if !self.answers.is_answer(error) => return None,
            Err(error) => Err(StoredError::of(error)?),
        };
        let entries = self.entries?;
        encode(&ListingAnswer { entries, end })
    }
}
