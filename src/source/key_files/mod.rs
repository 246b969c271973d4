//! Key files as `aws cloudtrail list-public-keys` prints them, and as other programs keep that answer. `entry`
//! reads the content of one file. Times are epoch numbers (AWS CLI v1), ISO 8601 with an offset (v2), quoted
//! epoch numbers (the sample in the user guide), or as Python prints them.

mod entry;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use self::entry::parse;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cloudtrail::ids::Region;
use crate::proof::finding::{Code, Finding};
use crate::proof::keys::KeyRing;

/// The hint for every file that is not valid.
const SHAPE: &str = "write it with: aws cloudtrail list-public-keys --output json --region REGION \
                     --start-time FIRST --end-time LAST > REGION.json";

/// Reads a key file, whose keys are used for every region, or a folder with one `REGION.json` per region. A
/// broken key is a finding about the key file and not an error, because the other keys can still be used.
///
/// # Errors
/// If a file cannot be read or is not the output of `list-public-keys`.
pub fn load(path: &Path, limits: &Limits, ring: &mut KeyRing) -> Result<(), Error> {
    let error = |e: std::io::Error| {
        Error::new(
            ErrorKind::Input,
            format!("cannot read the keys at {}", path.display()),
        )
        .because(e)
    };
    if !path.metadata().map_err(error)?.is_dir() {
        return load_file(path, None, limits, ring);
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(error)? {
        let name = entry.map_err(error)?.file_name();
        if let Some(region) = name.to_str().and_then(|n| n.strip_suffix(".json"))
            && let Ok(region) = region.parse::<Region>()
        {
            files.push(region);
        }
    }
    if files.is_empty() {
        let message = format!("no REGION.json in the folder {}", path.display());
        return Err(Error::new(ErrorKind::Input, message).hint(SHAPE));
    }
    files.sort();
    for region in files {
        let file = path.join(format!("{region}.json"));
        load_file(&file, Some(region), limits, ring)?;
    }
    Ok(())
}

fn load_file(
    path: &Path,
    region: Option<Region>,
    limits: &Limits,
    ring: &mut KeyRing,
) -> Result<(), Error> {
    let wrong = |why: String| {
        let message = format!("{} is not a list of public keys", path.display());
        Error::new(ErrorKind::Input, message)
            .because(why)
            .hint(SHAPE)
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
                        "a public key in {} is broken and was not used: {why}; this says nothing of the \
                         logs",
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
    let message = || format!("cannot read {}", path.display());
    let mut text = Vec::new();
    let read = File::open(path).and_then(|f| f.take(limit + 1).read_to_end(&mut text));
    read.map_err(|e| Error::new(ErrorKind::Input, message()).because(e))?;
    if text.len() as u64 > limit {
        return Err(Error::new(ErrorKind::Input, message())
            .because(format!("it is larger than {limit} bytes")));
    }
    Ok(text)
}
