//! Key files as `aws cloudtrail list-public-keys` prints them. Times are epoch numbers (AWS CLI v1), ISO 8601
//! with an offset (v2), or quoted epoch numbers (the sample in the user guide).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;

use crate::base::error::{Error, ErrorKind};
use crate::base::json::strict;
use crate::base::limits::Limits;
use crate::cloudtrail::ids::Region;
use crate::proof::finding::{Code, Finding};
use crate::proof::keys::{KeyOrigin, KeyRing, PublicKey};

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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyList {
    public_key_list: Vec<KeyEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyEntry {
    value: Option<String>,
    validity_start_time: Time,
    validity_end_time: Time,
    fingerprint: Option<String>,
}

/// A time in any of the three formats.
#[derive(Deserialize)]
#[serde(untagged)]
enum Time {
    Epoch(f64),
    Text(String),
}

fn parse(text: &[u8]) -> Result<Vec<KeyEntry>, String> {
    strict::check(text)?;
    let list: KeyList = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    Ok(list.public_key_list)
}

impl KeyEntry {
    /// The key; or what is wrong with it, and the actual fingerprint if that is what is wrong.
    fn key(&self) -> Result<PublicKey, (String, Option<String>)> {
        let broken = |why: &str| (why.to_owned(), None);
        let value = self
            .value
            .as_deref()
            .ok_or_else(|| broken("it has no Value"))?;
        let der = STANDARD
            .decode(value.split_ascii_whitespace().collect::<String>())
            .map_err(|_| broken("its Value is not base64"))?;
        let from = self
            .validity_start_time
            .read()
            .ok_or_else(|| broken("ValidityStartTime is no time"))?;
        let to = self
            .validity_end_time
            .read()
            .ok_or_else(|| broken("ValidityEndTime is no time"))?;
        let key =
            PublicKey::from_der(&der, (from, to), KeyOrigin::File).map_err(|why| (why, None))?;
        match &self.fingerprint {
            Some(written) if !written.eq_ignore_ascii_case(&key.fingerprint) => Err((
                "its Fingerprint is not that of its Value".into(),
                Some(key.fingerprint),
            )),
            _ => Ok(key),
        }
    }
}

impl Time {
    fn read(&self) -> Option<Timestamp> {
        match self {
            Time::Epoch(seconds) => epoch(*seconds),
            Time::Text(text) => match text.parse::<Timestamp>() {
                Ok(time) => Some(time),
                Err(_) => epoch(text.parse().ok()?),
            },
        }
    }
}

fn epoch(seconds: f64) -> Option<Timestamp> {
    // The cast saturates, and the constructor refuses a time that is out of range.
    let millis = seconds
        .is_finite()
        .then(|| (seconds * 1000.0).round() as i64)?;
    Timestamp::from_millisecond(millis).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_all_three_ways_the_cli_and_the_guide_print_them() {
        let at = "2015-07-08T01:04:01Z".parse().ok();
        assert_eq!(Time::Epoch(1436317441.0).read(), at);
        assert_eq!(Time::Text("1436317441.0".into()).read(), at);
        assert_eq!(Time::Text("2015-07-08T02:04:01+01:00".into()).read(), at);
        assert_eq!(Time::Text("soon".into()).read(), None);
        assert_eq!(Time::Epoch(f64::MAX).read(), None);
        assert_eq!(Time::Text("NaN".into()).read(), None);
    }
}
