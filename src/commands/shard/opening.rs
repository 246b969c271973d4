//! What a merge knows of a source before it asks anything: what a shard knew when it opened the source.

use serde::{Deserialize, Serialize};

use crate::base::sample::Sample;
use crate::source::parts::{AnswerSink, PartAnswers};

/// The question under which it is recorded. Those of sources, trails and keys begin with other letters.
const QUESTION: &[u8] = b"opening";

/// An opened source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedShard {
    /// Whether CloudTrail could be asked about trails.
    pub has_trails: bool,
    /// The first few files of a copy whose place in a bucket is not known.
    left_out: Vec<String>,
    /// How many of them there are.
    left_out_count: u64,
}

impl OpenedShard {
    /// A source that was opened.
    pub fn new(has_trails: bool, left_out: &Sample) -> Self {
        OpenedShard {
            has_trails,
            left_out: left_out.first.clone(),
            left_out_count: left_out.count,
        }
    }

    /// The files of a copy whose place in a bucket is not known.
    pub fn left_out(&self) -> Sample {
        Sample {
            first: self.left_out.clone(),
            count: self.left_out_count,
        }
    }

    /// Records it.
    pub fn record(&self, sink: &dyn AnswerSink) -> serde_json::Result<()> {
        sink.put(QUESTION, &serde_json::to_vec(self)?);
        Ok(())
    }

    /// The one that the first part holds which can be read.
    pub fn replay(parts: &dyn PartAnswers) -> Option<Self> {
        let answer = parts.of_any(QUESTION).ok().flatten()?;
        serde_json::from_slice(&answer).ok()
    }
}
