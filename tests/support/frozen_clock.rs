//! The real binary at another time of day: a library that is loaded before the C library freezes its clock.
//!
//! The clock that measures durations goes on, so time limits hold as usual. The library is made with the C
//! compiler that Rust links with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use jiff::Timestamp;

use crate::support::python::output_of;

/// The library, built once per run of the tests.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let made = tempfile::tempdir_in(folder).expect("a folder");
    let (source, built) = (
        made.path().join("frozen_clock.c"),
        made.path().join("frozen_clock.so"),
    );
    fs::write(&source, include_str!("frozen_clock.c")).expect("the source");
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o"]);
    output_of(compiler.arg(&built).arg(&source));
    let kept = folder.join("frozen_clock.so");
    fs::rename(&built, &kept).expect("the same file system");
    kept
});

/// Starts a command at a time of day, to the second. It stays that time.
pub fn freeze(command: &mut Command, at: Timestamp) -> &mut Command {
    command
        .env("LD_PRELOAD", &*LIBRARY)
        .env("FROZEN_CLOCK", at.as_second().to_string())
}
