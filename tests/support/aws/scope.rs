//! The credential scope of a signature: who signed for which region.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

/// What a request's `Authorization` says before its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The access key.
    pub access_key: String,
    /// The region signed for.
    pub region: String,
}

impl Scope {
    /// The scope in `Credential=KEY/DATE/REGION/SERVICE/aws4_request`; `None` if the request is
    /// unsigned.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let credential = text.split("Credential=").nth(1)?.split(',').next()?;
        let mut parts = credential.split('/');
        Some(Self {
            access_key: parts.next()?.to_owned(),
            region: parts.nth(1)?.to_owned(),
        })
    }
}
