//! The `validate` command's own output.

#[cfg(feature = "aws")]
mod aws_cli;
mod exit_status;
mod jsonl;
#[cfg(feature = "aws")]
mod jsonl_live;
#[cfg(feature = "aws")]
mod state;
mod verbose;
