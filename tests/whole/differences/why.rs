//! Why the two programs differ.

use super::awscli::End;

/// What the AWS CLI gets wrong or does not check. The numbers are those of the list in
/// [`differences`](super).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// 1. Nothing found is a success.
    NothingFound,
    /// 2. Removed newest or oldest digests go unseen.
    Edges,
    /// 3. A gap is a success.
    Gaps,
    /// 4. Several missing digests in a row, or beside a damaged one, count as one.
    CountsOne,
    /// 5. A trail's digests are taken for those of a trail whose name begins with its name.
    Siblings,
    /// 6. With a bucket's name, an organization's digests are not found.
    OrganizationBucket,
    /// 7. The offset of a time is dropped.
    Offset,
    /// 8. Links, algorithms and the validity of keys are not compared.
    NotCompared,
    /// 9. Logs that no digest lists are not searched for.
    Unreferenced,
    /// 10. An unreadable object is INVALID, or ends the run.
    CouldNotLook,
    /// 11. If metadata was lost or a bucket was copied, nothing is proven in other ways.
    Copies,
    /// 12. The bucket used before a gap is not read.
    BucketBeforeGap,
    /// A key in the other encoding that AWS has published is not parsed.
    KeyEncoding,
    /// Bytes after a digest's gzip member are ignored, and so is a missing checksum of a log.
    Container,
    /// Objects beside the linked digests are not checked.
    NotVisited,
    /// A digest before the window is required, although it may have expired.
    BeforeTheWindow,
    /// A digest that only touches the window is counted.
    Touching,
    /// A run covers one account and one region, so a missing chain goes unseen.
    OneChain,
}

/// How the two programs differ in one case.
pub struct Difference {
    pub name: &'static str,
    pub cli: End,
    pub ours: &'static str,
    pub why: Why,
    /// The AWS CLI's words.
    pub words: &'static str,
}

/// A difference, in one line.
pub const fn differ(
    name: &'static str,
    cli: End,
    ours: &'static str,
    why: Why,
    words: &'static str,
) -> Difference {
    Difference {
        name,
        cli,
        ours,
        why,
        words,
    }
}

/// Whether a result of the AWS CLI and our verdict agree.
pub fn agree(cli: End, ours: &str) -> bool {
    matches!(
        (cli, ours),
        (End::Valid, "verified") | (End::Invalid, "failed")
    )
}
