//! The key of the object to explain, in the forms in which users give it: a key, `s3://BUCKET/KEY`, or the path of
//! a file in a copy.

use std::borrow::Cow;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::base::error::{Error, ErrorKind};
use crate::cli::args::explain::ExplainArgs;
use crate::cli::args::shared::values::bucket;
use crate::commands::explain::target::ExplainTarget;

/// How a key is given.
const HOW: &str = "give the key as it was in the bucket, from AWSLogs or the trail's prefix on, or s3://BUCKET/KEY";

/// The object to explain. If its bucket is given with it, that bucket is read, unless others are given.
pub(super) fn target(args: &mut ExplainArgs, is_bundle: bool) -> Result<ExplainTarget, Error> {
    let copies: Vec<PathBuf> = args.source.copies().collect();
    let mut key = key_of(&args.key, &copies)?;
    // In a bundle, the path of a file says which bucket it is of.
    let in_bundle = key.strip_prefix("s3/").filter(|_| is_bundle);
    if let Some(object) = in_bundle {
        key = format!("s3://{object}").into();
    }
    let target = parse(&key, &args.key)?;
    let given = &mut args.source.s3_bucket;
    if let Some(named) = &target.bucket
        && given.is_empty()
    {
        given.push(bucket(named).map_err(|why| {
            let message = format!("{named} is not a valid bucket name");
            Error::new(ErrorKind::Usage, message).because(why)
        })?);
    }
    Ok(target)
}

fn parse(key: &str, given: &str) -> Result<ExplainTarget, Error> {
    // A copy may begin below the folder AWSLogs.
    let from_logs = || {
        let at = given.rfind("AWSLogs/")?;
        given[at..].parse().ok()
    };
    let target = key.parse().ok();
    let target = target.or_else(|| from_logs().filter(|_| key != given));
    target.ok_or_else(|| {
        let message = format!("cannot explain {given}: not the key of a CloudTrail log or digest");
        Error::new(ErrorKind::Usage, message).hint(HOW)
    })
}

/// The key that an argument stands for. The path of a file below a copy loses the path of the copy.
fn key_of<'a>(given: &'a str, copies: &[PathBuf]) -> Result<Cow<'a, str>, Error> {
    if given.starts_with("s3://") {
        return Ok(given.into());
    }
    let plain = given.strip_prefix("./").unwrap_or(given);
    let may_be_key = ["/", "../"].iter().all(|start| !plain.starts_with(start));
    if may_be_key && copies.iter().any(|copy| copy.join(plain).exists()) {
        return Ok(plain.into());
    }
    let below_a_copy = copies.iter().find_map(|copy| below(copy, given.as_ref()));
    match below_a_copy {
        Some(key) => Ok(key.into()),
        None if may_be_key && plain == given => Ok(given.into()),
        None => Err(not_below(given, copies)),
    }
}

fn not_below(given: &str, copies: &[PathBuf]) -> Error {
    let message = match copies {
        [] => format!("cannot explain {given}: a path needs --path with the folder of the copy"),
        _ => format!("cannot explain {given}: this path is not below --path"),
    };
    Error::new(ErrorKind::Usage, message).hint(HOW)
}

/// The part of a path below a folder, with slashes. Links are resolved where the file exists.
fn below(folder: &Path, file: &Path) -> Option<String> {
    let real = || -> Option<PathBuf> {
        let (folder, file) = (fs::canonicalize(folder).ok()?, fs::canonicalize(file).ok()?);
        Some(file.strip_prefix(folder).ok()?.to_owned())
    };
    let as_written = || -> Option<PathBuf> {
        let (folder, file) = (absolute(folder)?, absolute(file)?);
        Some(file.strip_prefix(folder).ok()?.to_owned())
    };
    let rest = real().or_else(as_written)?;
    let parts: Option<Vec<&str>> = rest.iter().map(|part| part.to_str()).collect();
    parts
        .map(|parts| parts.join("/"))
        .filter(|key| !key.is_empty())
}

/// An absolute path without `.` and `..`, from its text alone.
fn absolute(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    Some(plain)
}
