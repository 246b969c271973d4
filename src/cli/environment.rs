//! Variables of AWS that are set and empty, as CI leaves them. Empty counts as not set.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Starts the program anew without its empty `AWS_…` variables, if it has any, in the same process. The SDK
/// takes them for values and panics on some, and a program cannot safely change its own environment.
///
/// Returns if there is no empty variable, or if the program cannot be started anew.
pub fn without_empty_variables(command_line: &[OsString]) {
    let empty = env::vars_os().filter(|(name, value)| is_of_aws(name) && is_blank(value));
    let empty: Vec<OsString> = empty.map(|(name, _)| name).collect();
    let (false, Some((called, args))) = (empty.is_empty(), command_line.split_first()) else {
        return;
    };
    let Ok(program) = env::current_exe() else {
        return;
    };
    let mut anew = Command::new(program);
    anew.arg0(called).args(args);
    for name in empty {
        anew.env_remove(name);
    }
    // Returns only an error. What the program reads by itself it reads without empty values.
    let _ = anew.exec();
}

fn is_of_aws(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"AWS_")
}

fn is_blank(value: &OsStr) -> bool {
    value.as_encoded_bytes().trim_ascii().is_empty()
}
