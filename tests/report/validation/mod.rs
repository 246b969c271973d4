//! The formats: what each says of the same reports, what hostile text comes to in them, and how large
//! they grow.

mod aws_cli;
mod golden;
pub mod groups;
mod headline;
mod hostile_text;
mod html;
mod junit;
mod markdown;
mod ocsf;
mod prometheus;
mod saved;
mod sizes;
mod verdicts;
mod wording;
