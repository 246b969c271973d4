//! The formats: what each says of the same reports, what hostile text comes to in them, and how large
//! they grow.

mod aws_cli;
mod bounds;
mod golden;
mod hostile;
pub mod many;
mod ocsf;
pub mod reports;
mod saved;
mod stream;
mod told;
mod verdicts;
