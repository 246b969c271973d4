//! Public keys as CloudTrail's API lists them.

use jiff::Timestamp;

use super::GetError;
use crate::cloudtrail::answers::{CompleteAnswer, ListedKey};
use crate::cloudtrail::ids::Region;
use crate::proof::keys::KeyOrigin;

/// A range of time; both ends are included.
pub type TimeRange = (Timestamp, Timestamp);

/// Read-only access to ListPublicKeys, from any thread. [`RegionalKeys`](super::regional_keys::RegionalKeys) decides
/// what to ask.
pub trait PublicKeyApi: Sync {
    /// ListPublicKeys: the keys of a region that are valid at some instant of a range. `again` asks on a connection of its own: before a key counts as unknown.
    ///
    /// An answer that lacks a page is an error, because any key may be on that page. One whose pages repeat is
    /// not complete.
    ///
    /// # Errors
    /// Why they could not be looked up.
    fn list(
        &self,
        region: &Region,
        range: TimeRange,
        again: bool,
    ) -> Result<CompleteAnswer<ListedKey>, GetError>;

    /// The range to ask for where an answer for `needed` is missing and `wished`, which covers it, would be asked
    /// for: `wished` by default. A source that knows only some answers returns the range of one that covers
    /// `needed`.
    fn range(
        &self,
        _region: &Region,
        _needed: TimeRange,
        wished: TimeRange,
        _again: bool,
    ) -> TimeRange {
        wished
    }

    /// Where the answers come from.
    fn origin(&self) -> KeyOrigin;

    /// The number of requests so far.
    fn requests(&self) -> u64;
}
