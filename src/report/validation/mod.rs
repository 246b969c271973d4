//! Reports of a validation.

pub mod aws_cli;
pub(crate) mod csv;
pub(crate) mod groups;
pub(crate) mod headline;
pub mod html;
pub mod jsonl;
pub(crate) mod junit;
pub(crate) mod label;
pub(crate) mod markdown;
pub(crate) mod matrix;
pub(crate) mod ocsf;
pub(crate) mod prometheus;
pub mod saved;
pub(crate) mod scope_label;
pub mod text;
pub mod v1;
pub(crate) mod wording;
