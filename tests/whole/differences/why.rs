//! Why the two programs differ.

use super::awscli::End;

/// What the AWS CLI gets wrong or does not look at. The numbers are those of the list in
/// [`differences`](super).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// 1. That nothing was found is a success.
    NothingFound,
    /// 2. That the newest or the oldest digests were removed goes unseen.
    Edges,
    /// 3. A gap is no reason not to succeed.
    Gaps,
    /// 4. Digests that are missing in a row, or beside a damaged one, count as one.
    CountsOne,
    /// 5. The digests of a trail pass for those of one whose name begins its own.
    Siblings,
    /// 6. With a bucket's name, an organization's digests are not found.
    OrganizationBucket,
    /// 7. The offset of a time is dropped.
    Offset,
    /// 8. Links, algorithms and the validity of keys are not compared.
    NotCompared,
    /// 9. Logs that no digest names are not looked for.
    Unreferenced,
    /// 10. What could not be read is INVALID, or ends the run.
    CouldNotLook,
    /// 11. Where metadata was lost or a bucket was copied, nothing is proven by other means.
    Copies,
    /// 12. The bucket before a gap is not visited.
    BucketBeforeGap,
    /// A key in the other encoding that AWS has published is not understood.
    KeyEncoding,
    /// What follows a digest's gzip member is ignored, and so is the lack of a log's checksum.
    Container,
    /// What lies beside the digests that the links lead to is not looked at.
    NotVisited,
    /// A digest before the window is called for, though it may have expired.
    BeforeTheWindow,
    /// A digest that only touches the window counts.
    Touching,
    /// A run is of one account and one region: a chain that is missing is not thought of.
    OneChain,
}

/// How the two programs differ over one thing.
pub struct Difference {
    pub name: &'static str,
    pub cli: End,
    pub ours: &'static str,
    pub why: Why,
    /// What the AWS CLI says.
    pub words: &'static str,
}

/// A difference, in a line.
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

/// Whether an outcome of the AWS CLI and a verdict of ours say the same.
pub fn agree(cli: End, ours: &str) -> bool {
    matches!(
        (cli, ours),
        (End::Valid, "verified") | (End::Invalid, "failed")
    )
}
