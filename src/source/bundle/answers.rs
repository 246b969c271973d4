//! What CloudTrail answered when a bundle was collected.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::BufReader;
use std::io::Read as _;
use std::sync::{Mutex, PoisonError};

use serde_json::value::RawValue;

use super::files::{BundleFiles, not_valid};
use super::question::ApiQuestion;
use super::record::UnansweredQuestion;
use crate::source::GetError;

/// Reads the pages of one answer.
///
/// # Errors
/// `NotCollected` if the question was not asked; or the error that it was answered with.
pub(super) fn answer<T, E: Display>(
    files: &BundleFiles,
    question: &ApiQuestion,
    read: impl FnOnce(&[&[u8]]) -> Result<T, E>,
) -> Result<T, GetError> {
    let path = question.path();
    let Some(pages) = pages(files, &path)? else {
        return Err(unanswered(files, &question.error_path()));
    };
    let pages: Vec<&[u8]> = pages.iter().map(|page| page.get().as_bytes()).collect();
    // An empty answer is kept as a file without a page.
    let empty: [&[u8]; 1] = [b""];
    let pages = if pages.is_empty() { &empty } else { &pages[..] };
    read(pages).map_err(|e| not_valid(&path, &e.to_string()))
}

/// Why a question has no answer, from the file that says so.
pub(super) fn unanswered(files: &BundleFiles, path: &str) -> GetError {
    if !files.is_finished() {
        return GetError::NotCollected;
    }
    let limit = files.limits().head_json;
    match files.json::<UnansweredQuestion>(path, limit) {
        Ok(Some(unanswered)) => unanswered.error,
        Ok(None) => GetError::NotCollected,
        Err(error) => error,
    }
}

/// The pages in a file, as AWS gave them; `None` if there is no file.
fn pages(files: &BundleFiles, path: &str) -> Result<Option<Vec<Box<RawValue>>>, GetError> {
    let limit = files.limits().bundle_answer;
    let Some((file, size)) = files.file(path)? else {
        return Ok(None);
    };
    if size > limit {
        return Err(not_valid(path, "it is too large"));
    }
    let input = BufReader::new(file.take(limit));
    let pages = serde_json::Deserializer::from_reader(input).into_iter();
    let pages: Result<_, _> = pages.collect();
    pages.map(Some).map_err(|e| not_valid(path, &e.to_string()))
}

/// Answers that were read already: thousands of chains ask for the same few.
pub(super) struct ReadAnswers<T>(Mutex<BTreeMap<ApiQuestion, Result<T, GetError>>>);

impl<T> Default for ReadAnswers<T> {
    fn default() -> Self {
        ReadAnswers(Mutex::default())
    }
}

impl<T: Clone> ReadAnswers<T> {
    /// The answer to a question. Two threads may both read it, and read the same.
    pub fn get(
        &self,
        question: ApiQuestion,
        read: impl FnOnce(&ApiQuestion) -> Result<T, GetError>,
    ) -> Result<T, GetError> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known().get(&question) {
            return answer.clone();
        }
        let answer = read(&question);
        known().insert(question, answer.clone());
        answer
    }
}
