//! Whose credentials a source is read with.

use super::GetError;

/// Whose credentials they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: String,
    /// The user or role.
    pub arn: String,
}

/// What asking who we are gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// Who we are.
    pub answer: Result<Identity, GetError>,
    /// How many seconds the local clock is ahead of the clock that answered.
    pub ahead: Option<i64>,
}
