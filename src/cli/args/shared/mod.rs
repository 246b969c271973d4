//! Arguments that several commands share.

pub(crate) mod aws;
pub(crate) mod known;
pub(crate) mod place;
pub(crate) mod plain;
