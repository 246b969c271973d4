//! What CloudTrail answered, byte by byte, for a copy of its answers.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::GetError;
use super::bundle::question::ApiQuestion;
use crate::base::limits::Limits;

/// The pages of one answer in their order; or why they are not kept, where the caller is not given that.
pub type KeptAnswer = Result<Vec<Vec<u8>>, GetError>;

/// The pages of an answer that are there so far. Those of an answer that is too long for a bundle are dropped.
#[derive(Debug)]
pub struct AnswerPages {
    pages: Vec<Vec<u8>>,
    /// How many more bytes are kept; `None` if there were too many.
    left: Option<u64>,
}

impl Default for AnswerPages {
    fn default() -> Self {
        AnswerPages {
            pages: Vec::new(),
            left: Some(Limits::default().bundle_answer),
        }
    }
}

impl AnswerPages {
    /// Adds the next page.
    pub fn add(&mut self, page: Vec<u8>) {
        self.left = self
            .left
            .and_then(|left| left.checked_sub(page.len() as u64));
        match self.left {
            Some(_) => self.pages.push(page),
            None => self.pages = Vec::new(),
        }
    }
}

impl From<AnswerPages> for KeptAnswer {
    fn from(answer: AnswerPages) -> Self {
        let too_long = || GetError::Io("the answer is too long to be kept".into());
        answer.left.map(|_| answer.pages).ok_or_else(too_long)
    }
}

/// The answers that nobody has taken yet. An answer is kept when its last page has come, and before the caller
/// is given it.
#[derive(Debug, Default)]
pub struct AnswerLog(Mutex<BTreeMap<ApiQuestion, KeptAnswer>>);

impl AnswerLog {
    /// Keeps an answer.
    pub fn keep(&self, question: ApiQuestion, answer: KeptAnswer) {
        let mut kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        kept.insert(question, answer);
    }

    /// Takes an answer out; `None` if there is none, or it was taken.
    pub fn take(&self, question: &ApiQuestion) -> Option<KeptAnswer> {
        let mut kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        kept.remove(question)
    }
}

#[cfg(test)]
mod tests {
    use super::{AnswerPages, KeptAnswer};
    use crate::base::limits::Limits;

    #[test]
    fn an_answer_that_is_too_long_is_dropped_and_said_to_be() {
        let most = Limits::default().bundle_answer;
        let page = |bytes| vec![b' '; bytes];
        let kept = |pages: AnswerPages| KeptAnswer::from(pages).map(|pages| pages.len());
        let mut pages = AnswerPages::default();
        pages.add(page(2));
        pages.left = Some(3);
        pages.add(page(3));
        assert_eq!((pages.left, kept(pages)), (Some(0), Ok(2)));
        let mut pages = AnswerPages::default();
        assert_eq!(pages.left, Some(most));
        pages.left = Some(3);
        pages.add(page(4));
        // Nothing of it is held, and no later page makes it complete again.
        pages.add(page(1));
        assert!(pages.pages.is_empty());
        assert!(kept(pages).is_err());
    }
}
