//! The public keys that ListPublicKeys returned, recorded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::AnswerSink;
use super::answer::{encode, encode_answer};
use super::question::KeyQuestion;
use crate::cloudtrail::answers::{CompleteAnswer, ListedKey};
use crate::cloudtrail::ids::Region;
use crate::proof::keys::KeyOrigin;
use crate::source::GetError;
use crate::source::keys::{PublicKeyApi, TimeRange};

/// Public keys whose answers are recorded in a part.
pub struct RecordKeys<A> {
    keys: A,
    sink: Arc<dyn AnswerSink + Send + Sync>,
    /// The ranges that were asked for.
    asked: Mutex<BTreeMap<(Region, bool), Vec<TimeRange>>>,
}

impl<A: PublicKeyApi> RecordKeys<A> {
    /// Records what `keys` answers.
    pub fn new(keys: A, sink: Arc<dyn AnswerSink + Send + Sync>) -> Self {
        RecordKeys {
            keys,
            sink,
            asked: Mutex::default(),
        }
    }

    /// Records that a range was asked for, because a merge asks in another order, and so for other ranges.
    fn put_range(&self, region: &Region, range: TimeRange, again: bool) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let ranges = asked.entry((region.clone(), again)).or_default();
        if ranges.contains(&range) {
            return;
        }
        let number = ranges.len() as u32;
        ranges.push(range);
        let question = KeyQuestion::AskedRange {
            region,
            again,
            number,
        };
        if let Some(range) = encode(&range) {
            self.sink.put(&question.bytes(), &range);
        }
    }
}

impl<A: PublicKeyApi> PublicKeyApi for RecordKeys<A> {
    fn list(
        &self,
        region: &Region,
        range: TimeRange,
        again: bool,
    ) -> Result<CompleteAnswer<ListedKey>, GetError> {
        self.sink.check()?;
        let answer = self.keys.list(region, range, again);
        if let Some(stored) = encode_answer(&answer) {
            let question = KeyQuestion::list(region, range, again);
            self.sink.put(&question.bytes(), &stored);
            self.put_range(region, range, again);
        }
        answer
    }

    fn range(
        &self,
        region: &Region,
        needed: TimeRange,
        wished: TimeRange,
        again: bool,
    ) -> TimeRange {
        self.keys.range(region, needed, wished, again)
    }

    fn origin(&self) -> KeyOrigin {
        self.keys.origin()
    }

    fn requests(&self) -> u64 {
        self.keys.requests()
    }
}
