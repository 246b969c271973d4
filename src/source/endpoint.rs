//! Whether the endpoint of a service can be reached.

use super::GetError;

/// A service whose endpoint is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbedService {
    S3,
    CloudTrail,
}

impl ProbedService {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            ProbedService::S3 => "S3",
            ProbedService::CloudTrail => "CloudTrail",
        }
    }
}

/// Who answered a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answerer {
    /// AWS, as far as the answer shows.
    Aws,
    /// The answer lacks the request id that each answer of AWS has.
    Unidentified,
}

/// The result of one request to an endpoint, made before any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    pub service: ProbedService,
    /// The address that the request went to; empty if none was sent.
    pub endpoint: String,
    /// Who answered, whatever the answer was. If nobody did, why.
    pub answer: Result<Answerer, GetError>,
}

impl Probed {
    /// Why the endpoint cannot be reached. A run that is ended shows nothing about the network.
    pub fn unreachable(&self) -> Option<&GetError> {
        let error = self.answer.as_ref().err();
        error.filter(|error| !matches!(error, GetError::Cancelled(_)))
    }
}
