//! Whose credentials a source is read with.

use super::GetError;

/// Who signed the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account id.
    pub account: String,
    /// The ARN of the user or role.
    pub arn: String,
}

/// The answer to GetCallerIdentity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// Whose credentials they are, or why that could not be looked up.
    pub answer: Result<Identity, GetError>,
    /// How many seconds the local clock is ahead of the clock of AWS; negative if it is behind.
    pub ahead: Option<i64>,
}
