//! The formats of a validation report: the same facts in each, hostile text, and size.

mod aws_cli;
mod chain_verdicts;
mod changes;
mod commands;
mod custody;
mod golden;
mod groups;
mod headline;
mod hostile_text;
mod html;
mod in_toto;
mod junit;
mod markdown;
mod not_read;
mod ocsf;
mod over_chains;
mod presentation;
mod prometheus;
mod saved;
mod shared_ids;
mod sizes;
mod verdicts;
mod wording;
