//! Which part answers: that of the shard that validates the account and region of the question, else any.

use std::sync::Arc;

use super::{PartAnswers, PartSet};
use crate::cloudtrail::object_key::account_and_region;
use crate::source::GetError;

/// The answers of all parts.
#[derive(Clone)]
pub(super) struct PartLookup(Arc<PartSet>);

impl PartLookup {
    pub fn new(parts: Arc<PartSet>) -> Self {
        PartLookup(parts)
    }

    /// The parts.
    pub fn parts(&self) -> &PartSet {
        &self.0
    }

    /// The answer to a question about a key or a prefix.
    ///
    /// # Errors
    /// If no part holds it.
    pub fn about(&self, path: &str, question: &[u8]) -> Result<Vec<u8>, GetError> {
        let mut lost = None;
        for (share, shard) in self.shards_of(path).into_iter().enumerate() {
            match self.0.of_shard(shard, question) {
                Ok(Some(answer)) => return Ok(answer),
                // The part of the first share should hold everything but logs.
                Err(error) if share == 0 => lost = Some(error),
                Ok(None) | Err(_) => {}
            }
        }
        self.any(question).map_err(|error| lost.unwrap_or(error))
    }

    /// The answer to a question that is about no account and region.
    ///
    /// # Errors
    /// If no part holds it.
    pub fn any(&self, question: &[u8]) -> Result<Vec<u8>, GetError> {
        self.0.of_any(question)?.ok_or(GetError::NotInParts(None))
    }

    /// The answers to a question that each shard answers for itself, that of the shards of the path first.
    pub fn each<'q>(
        &'q self,
        path: &str,
        question: &'q [u8],
    ) -> impl Iterator<Item = (u32, Vec<u8>)> + 'q {
        let own = self.shards_of(path);
        let others = (0..self.0.shards()).filter({
            let own = own.clone();
            move |shard| !own.contains(shard)
        });
        own.into_iter().chain(others).filter_map(move |shard| {
            let answer = self.0.of_shard(shard, question).ok()??;
            Some((shard, answer))
        })
    }

    fn shards_of(&self, path: &str) -> Vec<u32> {
        let group = account_and_region(path);
        let shards = group.map(|(account, region)| self.0.shards_of(&account, &region));
        let shards = shards.into_iter().flatten();
        shards.map(|(_, shard)| shard).collect()
    }
}
