//! Reports of `collect`: what was collected, what `--check` found, and what `--dry-run` estimates.

pub mod text;
pub mod v1;
