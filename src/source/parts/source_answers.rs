//! Where the answers of a source are recorded, and which errors are answers.

use std::sync::OnceLock;

use serde::Serialize;

use super::AnswerSink;
use super::answer::encode_answer;
use crate::source::GetError;

/// Where answers of a source go, and what ended the run.
#[derive(Clone, Copy)]
pub(super) struct SourceAnswers<'s> {
    pub sink: &'s dyn AnswerSink,
    pub ended: &'s OnceLock<GetError>,
}

impl SourceAnswers<'_> {
    /// Whether an error is an answer. One that ends all says nothing about what was asked: the same shard asks again
    /// later.
    pub fn is_answer(&self, error: &GetError) -> bool {
        let ends = error.ends_all() || *error == GetError::Unreachable;
        if ends {
            // The first one stays.
            let _ = self.ended.set(error.clone());
        }
        !ends
    }

    /// Records an answer, or why there is none.
    pub fn put<T: Serialize>(&self, question: &[u8], answer: &Result<T, GetError>) {
        if answer.as_ref().err().is_none_or(|e| self.is_answer(e))
            && let Some(bytes) = encode_answer(answer)
        {
            self.sink.put(question, &bytes);
        }
    }
}
