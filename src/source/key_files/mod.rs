//! Key files as `aws cloudtrail list-public-keys` prints them, and as other programs keep that answer. `entry`
//! reads the content of one file. Times are epoch numbers (AWS CLI v1), ISO 8601 with an offset (v2), quoted
//! epoch numbers (the sample in the user guide), or as Python prints them.

mod entry;

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::Path;

use self::entry::parse;
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::cloudtrail::ids::Region;
use crate::proof::finding::{Code, Finding};
use crate::proof::keys::KeyRing;
use crate::source::input::{is_pipe, open_input};

/// The hint for every file that is not valid.
const SHAPE: &str = "make it with: aws cloudtrail list-public-keys --output json --region REGION \
                     --start-time FIRST --end-time LAST > REGION.json";

/// Reads a key file, whose keys are used for every region, or a folder with one `REGION.json` per region. A
/// broken key is a finding about the key file and not an error, because the other keys can still be used.
///
/// Returns what a folder holds besides these files and hidden ones: it is not read.
///
/// # Errors
/// If a file cannot be read or is not the output of `list-public-keys`.
pub fn load(path: &Path, limits: &Limits, ring: &mut KeyRing) -> Result<Sample, Error> {
    let error = |e: io::Error| {
        let message = format!("cannot read the keys at {}", path.display());
        Error::new(ErrorKind::Input, message).because(words(&e))
    };
    if !path.metadata().map_err(error)?.is_dir() {
        load_file(path, None, limits, ring)?;
        return Ok(Sample::default());
    }
    let (mut regions, mut others) = (Vec::new(), Vec::new());
    for entry in path.read_dir().map_err(error)? {
        let name = entry.map_err(error)?.file_name();
        match region_of(&name) {
            Some(region) => regions.push(region),
            None if name.as_encoded_bytes().starts_with(b".") => {}
            None => others.push(name.to_string_lossy().into_owned()),
        }
    }
    others.sort_unstable();
    let mut unread = Sample::default();
    others.into_iter().for_each(|name| unread.add(limits, name));
    if regions.is_empty() {
        let folder = path.display();
        let holds = match unread.count {
            0 => "it is empty".to_owned(),
            _ => format!("it holds {}", unread.list()),
        };
        let message =
            format!("no file in {folder} is called REGION.json, such as us-east-1.json: {holds}");
        return Err(Error::new(ErrorKind::Input, message).hint(SHAPE));
    }
    regions.sort();
    for region in regions {
        let file = path.join(format!("{region}.json"));
        load_file(&file, Some(region), limits, ring)?;
    }
    Ok(unread)
}

/// The region whose keys a file of this name holds.
fn region_of(name: &OsStr) -> Option<Region> {
    name.to_str()?.strip_suffix(".json")?.parse().ok()
}

fn load_file(
    path: &Path,
    region: Option<Region>,
    limits: &Limits,
    ring: &mut KeyRing,
) -> Result<(), Error> {
    let wrong = |why: String| {
        let message = format!("{} is not a list of public keys: {why}", path.display());
        Error::new(ErrorKind::Input, message).hint(SHAPE)
    };
    let text = read_bounded(path, limits.side_file)?;
    let list = parse(&text).map_err(wrong)?;
    for entry in list {
        match entry.key() {
            Ok(key) => ring.add(region.clone(), key),
            Err((why, fingerprint)) => {
                let finding = Finding::new(
                    Code::KeyInvalid,
                    format!(
                        "a public key in {} is broken and was not used: {why}; this says nothing about \
                         the logs",
                        path.display()
                    ),
                )
                .hint(SHAPE);
                let written = entry.fingerprint.as_deref().unwrap_or("no fingerprint");
                ring.reject(match fingerprint {
                    Some(actual) => finding.compared(written, actual),
                    None => Finding {
                        expected: Some(written.into()),
                        ..finding
                    },
                });
            }
        }
    }
    Ok(())
}

/// Reads a file of bounded size.
///
/// # Errors
/// If it cannot be read or has more than `limit` bytes.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let error = |why: &str| {
        let message = format!("cannot read {}", path.display());
        Error::new(ErrorKind::Input, message).because(why)
    };
    let read = || {
        let mut text = Vec::new();
        let mut file = open_input(path)?.take(limit + 1);
        file.read_to_end(&mut text)?;
        let is_empty_pipe = text.is_empty() && is_pipe(file.get_ref())?;
        Ok((text, is_empty_pipe))
    };
    match read().map_err(|e: io::Error| error(&words(&e)))? {
        (_, true) => Err(error("it is a pipe, and nobody writes to it")),
        (text, _) if text.len() as u64 > limit => {
            Err(error(&format!("it is larger than {limit} bytes")))
        }
        (text, _) => Ok(text),
    }
}
