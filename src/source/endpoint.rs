//! Whether the endpoint of a service can be reached.

use super::GetError;

/// The result of one request to an endpoint, made before any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The service, such as `S3`.
    pub service: &'static str,
    /// The address that the request went to; empty if none was sent.
    pub endpoint: String,
    /// Whether anything answered, whatever the answer was. If not, why.
    pub answer: Result<(), GetError>,
}

impl Probed {
    /// Why the endpoint cannot be reached. A run that is ended shows nothing about the network.
    pub fn unreachable(&self) -> Option<&GetError> {
        let error = self.answer.as_ref().err();
        error.filter(|error| !matches!(error, GetError::Cancelled(_)))
    }
}
