//! What CloudTrail answered, byte by byte, for a copy of its answers.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::GetError;
use super::bundle::question::ApiQuestion;

/// The pages of one answer in their order; or why there is no answer, where the caller is not given that.
pub type KeptAnswer = Result<Vec<Vec<u8>>, GetError>;

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
