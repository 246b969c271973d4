//! Going on with a collection that was interrupted: what is stored stays, and what could not be read, or was changed
//! since it was stored, is read again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::os::fd::AsFd as _;
use std::path::Path;

use rustix::fs::Dir;
use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::store::Store;
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::text::{grouped, plural};
use crate::source::bundle::layout::{self, HEAD, MANIFEST};
use crate::source::bundle::record::{ListingHeader, RecordedOrigin};
use crate::source::bundle::unfinished::{self, ForeignFiles};

/// The most bytes of the settings of a bucket: a policy has 20 KB at most, lifecycle rules a few hundred.
const MOST_SETTINGS: u64 = 4 << 20;

/// Refuses to go on where a file lies that no collection stored. Nothing was changed then.
///
/// # Errors
/// That there are such files, the first ones with their paths; or if the folder cannot be read.
pub fn refuse_foreign_files(
    dir: &Path,
    limits: &Limits,
    origins: &BTreeMap<String, RecordedOrigin>,
) -> Result<(), Error> {
    let ForeignFiles { count, first } = unfinished::foreign(dir, limits, origins).map_err(|e| {
        Error::new(ErrorKind::Output, "cannot read the collection").because(words(&e))
    })?;
    if count == 0 {
        return Ok(());
    }
    let message = format!(
        "{} holds {} that no collection stored",
        dir.display(),
        plural(count, "file")
    );
    let more = match count - first.len() as u64 {
        0 => String::new(),
        more => format!(" and {} more", grouped(more)),
    };
    let error = Error::new(ErrorKind::Output, message);
    let error = error.because(format!("{}{more}", first.join(", ")));
    Err(error.hint("find out who put them there, and move them elsewhere; or give another folder"))
}

/// Removes the objects that were changed since they were stored, so that they are collected again.
///
/// # Errors
/// If a folder cannot be read, or a file cannot be removed.
pub fn forget_altered(
    dir: &Path,
    limits: &Limits,
    store: &Store,
    stop: &CancelFlag,
) -> io::Result<()> {
    unfinished::altered(dir, limits, stop, &mut |path| {
        let object = path.strip_suffix(HEAD).unwrap_or(path);
        store.remove(object);
        store.remove(&layout::head(object));
    })?;
    store.flush()
}

/// Removes what says that something could not be read, and a manifest that was written just before the
/// interruption.
///
/// # Errors
/// If a folder cannot be read, or a file cannot be removed.
pub fn forget_errors(store: &Store) -> io::Result<()> {
    store.remove(MANIFEST);
    each_name(store, "unread", &mut |path| store.remove(path))?;
    for folder in ["cloudtrail", "versions"] {
        each_name(store, folder, &mut |path| {
            if path.ends_with(".error.json") {
                store.remove(path);
            }
        })?;
    }
    each_name(store, "bucket", &mut |path| {
        if !store.open(path).is_ok_and(has_all_settings) {
            store.remove(path);
        }
    })?;
    each_name(store, "listings", &mut |path| {
        let header = store.open(path).ok().and_then(header);
        if header.is_none_or(|header| header.error.is_some()) {
            store.remove(path);
        }
    })?;
    store.flush()
}

/// Whether a record of the settings of a bucket has no error in it.
fn has_all_settings(file: File) -> bool {
    let text = BufReader::new(file).take(MOST_SETTINGS);
    let record: Result<Map<String, Value>, _> = serde_json::from_reader(text);
    record.is_ok_and(|record| {
        record
            .values()
            .all(|setting| setting.get("error").is_none())
    })
}

/// The first line of a listing; `None` if it is not valid.
fn header(file: File) -> Option<ListingHeader> {
    let mut line = serde_json::Deserializer::from_reader(BufReader::new(file));
    ListingHeader::deserialize(&mut line).ok()
}

/// Calls `each` with the paths of the files in a folder.
fn each_name(store: &Store, folder: &str, each: &mut dyn FnMut(&str)) -> io::Result<()> {
    let opened = match store.folder(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    for entry in Dir::read_from(opened.as_fd())? {
        let entry = entry?;
        if let Ok(name) = entry.file_name().to_str()
            && !matches!(name, "." | "..")
        {
            each(&format!("{folder}/{name}"));
        }
    }
    Ok(())
}
