//! The steps of a validation, told apart by the requests they make.

use super::message::Message;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Listing the folders below a prefix.
    Folders,
    /// Listing digests.
    DigestListing,
    /// Listing logs.
    LogListing,
    /// Reading a digest.
    Digest,
    /// Reading a log.
    Log,
    /// Reading a digest or a log once more, before it accuses.
    Again,
    /// Asking for the properties of an object.
    Head,
    /// `ListPublicKeys`.
    Keys,
    /// `DescribeTrails`.
    Trails,
    /// `ListTrails`.
    Homes,
    /// `GetTrailStatus`.
    Status,
    /// `LookupEvents`.
    Events,
    /// `GetEventSelectors`.
    Selectors,
    /// `GetCallerIdentity`.
    Caller,
}

impl Step {
    /// The step of a request; `None` for another request.
    pub fn of(request: &Message) -> Option<Step> {
        if let Some(target) = request.get("x-amz-target") {
            return Some(match target.rsplit('.').next()? {
                "ListPublicKeys" => Step::Keys,
                "DescribeTrails" => Step::Trails,
                "ListTrails" => Step::Homes,
                "GetTrailStatus" => Step::Status,
                "LookupEvents" => Step::Events,
                "GetEventSelectors" => Step::Selectors,
                _ => return None,
            });
        }
        let mut words = request.start.split(' ');
        let (method, path) = (words.next()?, words.next()?);
        let of_digests = path.contains("CloudTrail-Digest");
        match method {
            "POST" => Some(Step::Caller),
            "HEAD" => Some(Step::Head),
            "GET" if path.contains("delimiter=") => Some(Step::Folders),
            "GET" if path.contains("list-type=2") && of_digests => Some(Step::DigestListing),
            "GET" if path.contains("list-type=2") => Some(Step::LogListing),
            "GET" if request.get("cache-control").is_some() => Some(Step::Again),
            "GET" if of_digests => Some(Step::Digest),
            "GET" => Some(Step::Log),
            _ => None,
        }
    }

    /// Whether S3 answers it.
    pub fn is_of_s3(self) -> bool {
        self <= Step::Head
    }

    /// Whether its answers come in pages.
    pub fn has_pages(self) -> bool {
        self <= Step::LogListing || matches!(self, Step::Keys | Step::Events)
    }

    /// Whether an answer at this step could be taken for one at the other.
    pub fn resembles(self, other: Step) -> bool {
        let kind = |step| match step {
            Step::Folders | Step::DigestListing | Step::LogListing => 0,
            Step::Digest | Step::Log | Step::Again | Step::Head => 1,
            _ => 2,
        };
        kind(self) == kind(other)
    }
}
