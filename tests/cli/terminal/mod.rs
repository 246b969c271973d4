//! What people see on a terminal, with the real binary on pseudo terminals.

#[cfg(feature = "aws")]
mod progress;
mod text;

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::support::program::root;

/// Which of the streams are terminals.
#[derive(Clone, Copy)]
enum On {
    Out,
    Err,
    Both,
    None,
}

/// The output of a run, with the terminal's line ends replaced by plain ones.
#[derive(Debug, Deserialize)]
struct Shown {
    code: i32,
    out: String,
    err: String,
    /// The number of seconds after which standard error got its first byte.
    first: Option<f64>,
}

/// The binary on terminals of this many columns. Its environment holds only a terminal type that
/// supports colour.
fn command(dir: &Path, on: On, columns: u16, args: &[&str]) -> Command {
    let which = match on {
        On::Out => "out",
        On::Err => "err",
        On::Both => "both",
        On::None => "none",
    };
    let mut command = Command::new("python3");
    command
        .arg(root().join("tests/support/terminal.py"))
        .args([
            &columns.to_string(),
            which,
            env!("CARGO_BIN_EXE_trailproof"),
        ])
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("TERM", "xterm-256color");
    // The path of python3.
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// Runs it to its end.
fn run_to_end(command: &mut Command) -> Shown {
    let output = command.output().expect("python3 is needed");
    let message = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {message}"))
}

/// A text without escape codes, as a terminal shows it if nothing is overwritten.
fn without_escapes(text: &str) -> String {
    let mut shown = String::new();
    let mut parts = text.split('\u{1b}');
    shown.extend(parts.next());
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic());
        shown.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    shown
}
