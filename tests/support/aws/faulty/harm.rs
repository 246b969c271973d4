//! What can happen to an answer on its way.

use super::step::Step;

/// What happens to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Harm {
    /// It comes later.
    Late,
    /// It never comes.
    Hang,
    /// It stops within its body, and the connection stays open.
    HangWithin,
    /// The connection is reset before it.
    Reset,
    /// The connection is reset within its body.
    ResetWithin,
    /// The connection closes before it.
    Close,
    /// The connection closes within its body.
    Cut,
    /// Its body is cut, and its length says so.
    Shortened,
    /// One bit of its body is another.
    Altered,
    /// Its body is empty.
    Emptied,
    /// Its body is that of another answer of this step.
    Swapped,
    /// It is another answer of this step altogether.
    Exchanged,
    /// Its body was inflated on the way.
    Inflated,
    /// Its body was compressed on the way, and a header says so.
    Compressed,
    /// It is sent twice.
    Twice,
    /// A page with status 200 comes instead, without the headers of AWS.
    Page,
    /// Nothing with status 200 comes instead, without the headers of AWS.
    Nothing,
    /// It leads to the page of a gateway.
    SignIn,
    /// It leads to another region.
    OtherRegion,
    /// It leads to itself.
    Circle,
    /// It leads to an address where nobody listens.
    DeadEnd,
    /// Status 403 with a page.
    Forbidden,
    /// Status 404 with a page.
    NoPage,
    /// Status 407 with a page.
    ProxySignIn,
    /// Status 429 without a body.
    TooMany,
    /// Status 500 without a body.
    Error500,
    /// Status 500 as S3 gives it.
    InternalError,
    /// Status 502 with a page.
    BadGateway,
    /// Status 503 as S3 gives it.
    SlowDown,
    /// Status 503 with a page.
    Unavailable,
    /// Status 504 with a page.
    GatewayTimeout,
    /// Its length says more than its body holds, and nothing more comes.
    TooLong,
    /// Its chunks are none.
    BadChunks,
    /// Its headers are a megabyte long.
    HugeHeaders,
    /// Its headers never end.
    EndlessHeaders,
    /// Bytes of TLS come instead.
    Garbage,
    /// The connection is reset within its head.
    ResetWithinHead,
    /// The connection is reset after it, before the next request.
    ResetAfter,
    /// The connection closes after it, and the next one is reset as soon as it is made.
    NextRefused,
    /// The answer of each service to requests that come too fast, in its own words.
    Throttled,
    /// The credentials have expired; if for ever, then for every later request.
    Expired,
    /// It leads to another region for the time being.
    OtherRegionForNow,
    /// It leads away and does not say where.
    Moved,
    /// It leads to another host, for ever.
    Elsewhere,
    /// It leads to another host for the time being, with the headers of AWS.
    ElsewhereForNow,
    /// A header says that it is encoded as it is not.
    Mislabelled,
    /// It breaks off, and the object was replaced before the rest is requested.
    Replaced,
    /// It breaks off, and the rest is that of another object.
    ReplacedRest,
    /// It repeats what the page before it listed.
    PageRepeated,
    /// It lists nothing, and leads to the next page.
    PageLost,
    /// It does not lead to the next page.
    PagesEnd,
    /// It leads to itself as the next page.
    PagesCircle,
    /// It has no public keys.
    NoKeys,
    /// It has the public keys of another region.
    OtherKeys,
    /// Its public keys have other fingerprints.
    OtherFingerprints,
}

impl Harm {
    /// Every harm.
    pub const ALL: [Harm; 55] = [
        Harm::Late,
        Harm::Hang,
        Harm::HangWithin,
        Harm::Reset,
        Harm::ResetWithin,
        Harm::Close,
        Harm::Cut,
        Harm::Shortened,
        Harm::Altered,
        Harm::Emptied,
        Harm::Swapped,
        Harm::Exchanged,
        Harm::Inflated,
        Harm::Compressed,
        Harm::Twice,
        Harm::Page,
        Harm::Nothing,
        Harm::SignIn,
        Harm::OtherRegion,
        Harm::Circle,
        Harm::DeadEnd,
        Harm::Forbidden,
        Harm::NoPage,
        Harm::ProxySignIn,
        Harm::TooMany,
        Harm::Error500,
        Harm::InternalError,
        Harm::BadGateway,
        Harm::SlowDown,
        Harm::Unavailable,
        Harm::GatewayTimeout,
        Harm::TooLong,
        Harm::BadChunks,
        Harm::HugeHeaders,
        Harm::EndlessHeaders,
        Harm::Garbage,
        Harm::ResetWithinHead,
        Harm::ResetAfter,
        Harm::NextRefused,
        Harm::Throttled,
        Harm::Expired,
        Harm::OtherRegionForNow,
        Harm::Moved,
        Harm::Elsewhere,
        Harm::ElsewhereForNow,
        Harm::Mislabelled,
        Harm::Replaced,
        Harm::ReplacedRest,
        Harm::PageRepeated,
        Harm::PageLost,
        Harm::PagesEnd,
        Harm::PagesCircle,
        Harm::NoKeys,
        Harm::OtherKeys,
        Harm::OtherFingerprints,
    ];

    /// Whether the answer still claims to be AWS's and is complete, but says something else.
    pub fn lies(self) -> bool {
        matches!(
            self,
            Harm::Shortened
                | Harm::Altered
                | Harm::Emptied
                | Harm::Swapped
                | Harm::Exchanged
                | Harm::Inflated
                | Harm::Compressed
        )
    }

    /// Whether the head of an answer comes, and its body does not come to its end.
    pub fn breaks_bodies(self) -> bool {
        matches!(
            self,
            Harm::HangWithin | Harm::ResetWithin | Harm::Cut | Harm::TooLong | Harm::BadChunks
        )
    }

    /// Whether the request is sent again at least twice.
    pub fn is_retried(self) -> bool {
        matches!(
            self,
            Harm::Late
                | Harm::Hang
                | Harm::Reset
                | Harm::Close
                | Harm::ResetWithinHead
                | Harm::NextRefused
                | Harm::Throttled
                | Harm::TooMany
                | Harm::Error500
                | Harm::InternalError
                | Harm::BadGateway
                | Harm::SlowDown
                | Harm::Unavailable
                | Harm::GatewayTimeout
        )
    }

    /// Whether it leads elsewhere with the headers of AWS.
    pub fn redirects_as_aws(self) -> bool {
        matches!(
            self,
            Harm::OtherRegion | Harm::OtherRegionForNow | Harm::Moved | Harm::ElsewhereForNow
        )
    }

    /// Whether it changes nothing of what an answer says.
    pub fn is_harmless(self) -> bool {
        matches!(
            self,
            Harm::Late | Harm::ResetAfter | Harm::Mislabelled | Harm::PageRepeated
        )
    }

    /// Whether a listing lacks what exists.
    pub fn hides(self) -> bool {
        matches!(self, Harm::PageLost | Harm::PagesEnd)
    }

    /// Whether an answer of AWS that can be read is the cause, so that asking again need not mend it.
    pub fn is_believed(self) -> bool {
        self.hides()
            || matches!(
                self,
                Harm::Expired
                    | Harm::PagesCircle
                    | Harm::NoKeys
                    | Harm::OtherKeys
                    | Harm::OtherFingerprints
            )
    }

    /// Whether it can happen at a step.
    pub fn fits(self, step: Step) -> bool {
        match self {
            Harm::Replaced | Harm::ReplacedRest => {
                matches!(step, Step::Digest | Step::Log | Step::Again)
            }
            Harm::PageRepeated | Harm::PageLost | Harm::PagesEnd | Harm::PagesCircle => {
                step.has_pages()
            }
            Harm::NoKeys | Harm::OtherKeys | Harm::OtherFingerprints => step == Step::Keys,
            _ => true,
        }
    }
}
