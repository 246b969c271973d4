//! Archives: a zip, a tar, or a tar that is compressed. No name leads anywhere, nothing is read beyond the limits, and
//! what is listed can be opened or says why not.

use std::io::Read as _;

use trailproof::base::limits::Limits;
use trailproof::source::disk::DiskSource;
use trailproof::source::{Listed, Range, Root, Source as _};

use super::outcome::Outcome;
use super::scratch::with_file;
use super::seeds::{package, paths};
use super::targets::FuzzTarget;
use crate::support::forge::gzip;

pub const ARCHIVES: FuzzTarget = FuzzTarget::new(
    "archives",
    archives,
    seeds,
    &[
        "PK\u{1}\u{2}",
        "PK\u{3}\u{4}",
        "PK\u{5}\u{6}",
        "ustar\u{0}00",
        "../",
        "/etc/passwd",
        "././@LongLink",
        "0000644\u{0}",
        "00000000000\u{0}",
        "AWSLogs/111111111111/CloudTrail/us-east-1/2026/03/01/",
        "\u{0}\u{0}\u{0}\u{0}",
        "path=",
    ],
)
.longest(64 << 10)
.room(512 << 20);

/// The members that an archive may have, and the bytes that they may inflate to, here.
const FILES: usize = 200;
const INFLATED: u64 = 4 << 20;

/// Some objects with their keys.
fn objects() -> Vec<(String, Vec<u8>)> {
    let taken = paths(|path| path.starts_with("log-missing/bucket/") && path.contains("/AWSLogs/"));
    let taken = taken.into_iter().take(6).filter_map(|path| {
        let body = std::fs::read(package().join("testdata").join(path)).expect("a file");
        Some((path.split_once("bucket/")?.1.to_owned(), body))
    });
    taken.collect()
}

fn seeds() -> Vec<Vec<u8>> {
    let plain = [
        ("notes.txt".to_owned(), b"x".to_vec()),
        ("a/events.json".to_owned(), b"{\"Records\":[]}".to_vec()),
    ];
    let all = [objects(), plain.to_vec()].concat();
    let tars = [tar(&all), tar(&plain), tar(&objects())];
    let mut seeds = vec![zip(&all), zip(&plain), gzip(&tars[0])];
    seeds.extend(tars);
    seeds
}

/// A tar of files, as POSIX describes it.
fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (path, body) in files {
        let mut header = [0_u8; 512];
        let (above, name) = match path.len() {
            0..100 => ("", path.as_str()),
            _ => path.rsplit_once('/').expect("a folder"),
        };
        let mut put =
            |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
        put(0, name.get(..100).unwrap_or(name));
        put(100, "0000644\0");
        put(124, &format!("{:011o}\0", body.len()));
        put(136, "00000000000\0");
        put(148, "        ");
        put(156, "0");
        put(257, "ustar\u{0}00");
        put(345, above.get(..155).unwrap_or(above));
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&header);
        tar.extend_from_slice(body);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}

/// A zip of files, which are stored as they are.
fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut zip, mut central) = (Vec::new(), Vec::new());
    let number = |length: usize| u32::try_from(length).expect("a small one").to_le_bytes();
    for (path, body) in files {
        let at = number(zip.len());
        let mut crc = flate2::Crc::new();
        crc.update(body);
        let name = u16::try_from(path.len()).expect("short").to_le_bytes();
        let mut common = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x5c].to_vec();
        common.extend(crc.sum().to_le_bytes());
        common.extend([number(body.len()), number(body.len())].concat());
        common.extend([name[0], name[1], 0, 0]);
        zip.extend_from_slice(b"PK\x03\x04");
        zip.extend_from_slice(&common);
        zip.extend_from_slice(path.as_bytes());
        zip.extend_from_slice(body);
        central.extend_from_slice(b"PK\x01\x02\x14\x03");
        central.extend_from_slice(&common);
        central.extend([0; 10]);
        central.extend(at);
        central.extend_from_slice(path.as_bytes());
    }
    let count = u16::try_from(files.len()).expect("few").to_le_bytes();
    let (size, at) = (number(central.len()), number(zip.len()));
    zip.extend_from_slice(&central);
    zip.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    zip.extend([count, count].concat());
    zip.extend([size, at].concat());
    zip.extend([0, 0]);
    zip
}

fn archives(input: &[u8]) -> u64 {
    let limits = Limits {
        loose_files: FILES,
        archive_inflated: INFLATED,
        unnamed_inflated: INFLATED,
        ..Limits::default()
    };
    with_file(input, |path| {
        let mut outcome = Outcome::default();
        let mut disk = DiskSource::new(limits.clone());
        match disk.mount_any(path, vec!["logs".into()]) {
            Ok(summary) => {
                outcome.add(summary.is_some());
                disk.roots()
                    .iter()
                    .for_each(|root| listed(&disk, root, &mut outcome));
            }
            Err(error) => drop(outcome.message(&error.to_string())),
        }
        outcome.number()
    })
}

/// Lists all of a root, and reads what it lists.
fn listed(disk: &DiskSource, root: &Root, outcome: &mut Outcome) {
    let (mut keys, mut refused) = (Vec::new(), 0);
    let listing = disk.list(root.id, "", &Range::default(), &mut |entry| match entry {
        Listed::Object(key, _) => keys.push(key.to_owned()),
        Listed::Refused(..) | Listed::Unlisted(..) => refused += 1,
    });
    outcome.add(listing.is_ok()).size(keys.len()).size(refused);
    assert!(keys.len() + refused <= FILES, "more entries than allowed");
    assert!(keys.is_sorted(), "keys in another order");
    let mut read = 0;
    for key in &keys {
        let is_part = |part: &str| !matches!(part, "." | "..") && !part.contains('\0');
        assert!(key.split('/').all(is_part), "{key:?}");
        assert!(!key.starts_with('/'), "{key:?}");
        let found = disk.get(root.id, key, true);
        outcome.add(found.is_ok());
        if let Ok(mut object) = found {
            let mut body = Vec::new();
            outcome.add(
                object
                    .body
                    .by_ref()
                    .take(INFLATED + 1)
                    .read_to_end(&mut body)
                    .is_ok(),
            );
            assert!(body.len() as u64 <= INFLATED, "more bytes than allowed");
            read += body.len() as u64;
        }
        let missing = format!("{key}/x");
        assert!(disk.get(root.id, &missing, false).is_err(), "below a file");
    }
    outcome.size(read);
}
