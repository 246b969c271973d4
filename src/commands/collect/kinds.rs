//! The files of a bundle by what they hold, as reports show them.

use crate::report::collect::v1::{BundleFileKind, KindCount};
use crate::source::bundle::kind::{StoredCount, StoredKind, StoredTally};

/// The kinds that occur, each with its files and bytes.
pub fn kind_counts(tally: &StoredTally) -> Vec<KindCount> {
    let count = |(kind, count): (StoredKind, StoredCount)| KindCount {
        kind: kind.into(),
        files: count.files,
        bytes: count.bytes,
    };
    tally.kinds().map(count).collect()
}

impl From<StoredKind> for BundleFileKind {
    fn from(kind: StoredKind) -> Self {
        match kind {
            StoredKind::Digest => BundleFileKind::Digest,
            StoredKind::Log => BundleFileKind::Log,
            StoredKind::OtherObject => BundleFileKind::OtherObject,
            StoredKind::Metadata => BundleFileKind::Metadata,
            StoredKind::Version => BundleFileKind::Version,
            StoredKind::Listing => BundleFileKind::Listing,
            StoredKind::Keys => BundleFileKind::Keys,
            StoredKind::Answer => BundleFileKind::Answer,
            StoredKind::Bucket => BundleFileKind::Bucket,
            StoredKind::Unread => BundleFileKind::Unread,
            StoredKind::Absent => BundleFileKind::Absent,
            StoredKind::Custody => BundleFileKind::Custody,
            StoredKind::Other => BundleFileKind::Other,
        }
    }
}
