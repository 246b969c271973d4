//! Reports of `doctor`: the checks, the frozen types, and the text for a terminal.

pub mod check;
pub mod text;
pub mod v1;
