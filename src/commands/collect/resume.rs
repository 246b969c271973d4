//! Going on with a collection that was interrupted: what is stored stays, and what could not be read is read again.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::os::fd::AsFd as _;

use rustix::fs::Dir;
use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::store::Store;
use crate::source::bundle::layout::MANIFEST;
use crate::source::bundle::record::ListingHeader;

/// The most bytes of the settings of a bucket: a policy has 20 KB at most, lifecycle rules a few hundred.
const MOST_SETTINGS: u64 = 4 << 20;

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
