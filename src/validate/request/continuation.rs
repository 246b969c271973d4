//! Where earlier runs of a scheduled check left off (pure).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;

/// The chains that earlier runs validated, and where each of them continues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Continuations {
    /// By chain.
    pub chains: BTreeMap<ChainId, Continuation>,
    /// When all chains were last listed without trouble; `None` if they never were. A chain that is not among `chains`
    /// did not exist then, or was not asked for.
    pub complete_at: Option<Timestamp>,
}

/// Where the window of one chain continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// The beginning of the window: earlier runs settled all time before that.
    pub from: Timestamp,
    /// The newest digest that an earlier run proved; `None` if none was ever proven.
    pub head: Option<RememberedDigest>,
    /// When the source was last read: objects that were written after that are new.
    pub looked_at: Timestamp,
}

/// A digest that an earlier run proved. It must still exist, unchanged, and the chain must still link to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedDigest {
    /// The bucket that it was written to.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// SHA-256 of its uncompressed bytes.
    pub sha256: Sha256,
    /// Its interval.
    pub time: Window,
}
