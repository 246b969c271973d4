//! Readers that stop reading.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use super::arguments;
use crate::support::case::{Case, hour, spec};
use crate::support::forge::{Chain, ts};
use crate::support::program::command;

#[test]
fn a_closed_pipe_is_quiet_and_ends_the_run() {
    let mut case = Case::new("events-closed", 0, "");
    let mut chain = Chain::new(spec().logs(30..=40).events(20..=30));
    chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut case.world, hour(6));
    let dir = case.copied();
    let args = [&["events"], &arguments(&case)[..]].concat();
    let mut command = command(dir.path(), &args);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let mut first = String::new();
    let stdout = child.stdout.take().expect("a pipe");
    let read = BufReader::new(stdout).read_line(&mut first);
    assert!(read.expect("a line") > 2 && first.starts_with("{\"eventVersion\""));
    let mut message = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut message).expect("UTF-8");
    // Not all was checked, so it is not verified.
    assert_eq!(child.wait().expect("an end").code(), Some(4), "{message}");
    assert_eq!(message, "");
}
