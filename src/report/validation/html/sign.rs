//! Signs for verdicts.

use crate::proof::finding::Verdict;

/// A sign beside the word of a verdict, for readers who cannot distinguish the colours.
pub(crate) trait Sign {
    fn sign(&self) -> &'static str;
}

impl Sign for Verdict {
    fn sign(&self) -> &'static str {
        match self {
            Verdict::Verified => "✓",
            Verdict::Gaps => "!",
            Verdict::Unproven => "?",
            Verdict::Failed => "✗",
        }
    }
}
