//! The formats: what each says of the same reports, what hostile text comes to in them, and how large
//! they grow.

mod aws_cli;
mod golden;
pub mod groups;
mod hostile_text;
mod ocsf;
mod saved;
mod sizes;
mod verdicts;
mod wording;
