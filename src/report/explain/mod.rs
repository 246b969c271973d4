//! Reports of `explain`: the frozen types, and the text for a terminal.

pub mod text;
pub mod v1;
