//! The `validate` command's own output.

#[cfg(feature = "aws")]
mod aws_cli;
mod jsonl;
#[cfg(feature = "aws")]
mod lines;
