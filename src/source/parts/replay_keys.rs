//! The public keys that ListPublicKeys returned, from parts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::answer::{decode, decode_answer};
use super::lookup::PartLookup;
use super::question::KeyQuestion;
use super::{PartAnswers as _, PartSet};
use crate::cloudtrail::answers::{CompleteAnswer, ListedKey};
use crate::cloudtrail::ids::Region;
use crate::proof::keys::KeyOrigin;
use crate::source::GetError;
use crate::source::keys::{PublicKeyApi, TimeRange};

/// The most ranges of a region that one shard asked for and that are known.
const RANGES: u32 = 100_000;

/// ListPublicKeys as it answered the shards.
pub struct ReplayKeys {
    lookup: PartLookup,
    /// The ranges that were asked for.
    asked: Mutex<BTreeMap<(Region, bool), ShardRanges>>,
}

/// Ranges of time that shards asked for.
type ShardRanges = Arc<BTreeSet<TimeRange>>;

impl ReplayKeys {
    /// What the parts answer.
    pub fn new(parts: Arc<PartSet>) -> Self {
        ReplayKeys {
            lookup: PartLookup::new(parts),
            asked: Mutex::default(),
        }
    }

    /// The ranges that any shard asked for.
    fn asked(&self, region: &Region, again: bool) -> ShardRanges {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let ranges = asked.entry((region.clone(), again));
        Arc::clone(ranges.or_insert_with(|| {
            let of_shard = |shard| {
                (0..RANGES).map_while(move |number| {
                    let question = KeyQuestion::AskedRange {
                        region,
                        again,
                        number,
                    };
                    let answer = self.lookup.parts().of_shard(shard, &question.bytes());
                    decode::<TimeRange>(&answer.ok()??).ok()
                })
            };
            let shards = 0..self.lookup.parts().shards();
            Arc::new(shards.flat_map(of_shard).collect())
        }))
    }
}

impl PublicKeyApi for ReplayKeys {
    fn list(
        &self,
        region: &Region,
        range: TimeRange,
        again: bool,
    ) -> Result<CompleteAnswer<ListedKey>, GetError> {
        let question = KeyQuestion::list(region, range, again);
        decode_answer(&self.lookup.any(&question.bytes())?)
    }

    /// Which ranges were asked for depends on the order in which digests were read. So where this one was not, one
    /// that covers what is needed was.
    fn range(
        &self,
        region: &Region,
        needed: TimeRange,
        wished: TimeRange,
        again: bool,
    ) -> TimeRange {
        let asked = self.asked(region, again);
        if asked.contains(&wished) {
            return wished;
        }
        let covers = |(from, to): &&TimeRange| *from <= needed.0 && needed.1 <= *to;
        asked.iter().find(covers).copied().unwrap_or(wished)
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::Aws
    }

    fn requests(&self) -> u64 {
        0
    }
}
