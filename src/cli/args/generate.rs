//! The arguments of `schema`, `completions` and `man`, parsed only.

use clap::ValueEnum;

pub const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  trailproof completions bash > /etc/bash_completion.d/trailproof
  trailproof completions zsh > \"${fpath[1]}/_trailproof\"
  trailproof completions fish > ~/.config/fish/completions/trailproof.fish";

pub const MAN_EXAMPLES: &str = "\
Examples:
  trailproof man /usr/local/share/man/man1
  trailproof man | man -l -";

/// What writes a JSON report.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    Validate,
    Trails,
    Doctor,
    Explain,
}
