//! The arguments of `schema`, `completions`, `man` and `help`, parsed only.

use clap::ValueEnum;

pub const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  trailproof completions bash > /etc/bash_completion.d/trailproof
  trailproof completions zsh > \"${fpath[1]}/_trailproof\"
  trailproof completions fish > ~/.config/fish/completions/trailproof.fish";

pub const MAN_EXAMPLES: &str = "\
Examples:
  trailproof man /usr/local/share/man
  trailproof man | man -l -";

/// The heading of the topics in the help of the program.
pub const TOPICS_HEADING: &str = "Topics of the manual, each for trailproof help TOPIC:";

/// What writes a JSON report.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    Validate,
    Trails,
    Doctor,
    Explain,
    Collect,
}
