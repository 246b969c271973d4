//! The archive: keys, digests and logs follow from their numbers.

use std::fmt::Write as _;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use md5::{Digest as _, Md5};
use sha2::Sha256;
use trailproof::source::ListedFacts;
use trailproof::{
    Folders, GetError, Listed, Metadata, ObjectFacts, Range, Root, RootId, Source, SourceObject,
};

use crate::support::gz::gzip;
use crate::support::keys::signing_key;

const BUCKET: &str = "made-up";
const TRAIL: &str = "main";
const HOUR: i64 = 3_600;
/// The end of the first digest: 2025-01-01T00:12:34Z.
const FIRST: i64 = 1_735_690_354;
/// The regions of each account, in the order of a listing.
const REGIONS: [&str; 4] = ["ap-south-1", "eu-west-1", "us-east-1", "us-west-2"];
/// A hash and a signature.
const RECORD: usize = 32 + 256;
/// The content of every log.
const LOG: &[u8] = br#"{"Records":[]}"#;

/// How large an archive is.
#[derive(Clone, Debug, clap::Args)]
pub struct Shape {
    /// Accounts, each with a chain in four regions
    #[arg(long, default_value_t = 25)]
    pub accounts: u64,
    /// Hourly digests of a chain
    #[arg(long, default_value_t = 100)]
    pub digests: u64,
    /// Logs that a digest lists
    #[arg(long, default_value_t = 114)]
    pub logs_of_digest: u64,
}

/// An archive whose digests were signed.
pub struct Archive {
    shape: Shape,
    file: File,
    fingerprint: String,
    digest_of_log: String,
    log: Vec<u8>,
}

/// A chain.
struct ChainPlace {
    account: String,
    region: &'static str,
    number: u64,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

fn iso(seconds: i64) -> String {
    at(seconds).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The end of a digest.
fn end(number: u64) -> i64 {
    FIRST + HOUR * i64::try_from(number).expect("a few")
}

impl ChainPlace {
    fn of(number: u64) -> Self {
        let regions = REGIONS.len() as u64;
        ChainPlace {
            account: format!("{:012}", 100_000_000_000 + number / regions),
            region: REGIONS[usize::try_from(number % regions).expect("a few")],
            number,
        }
    }

    fn folder(&self, kind: &str) -> String {
        format!("AWSLogs/{}/{kind}/{}/", self.account, self.region)
    }

    fn digest_key(&self, number: u64) -> String {
        let (account, region, end) = (&self.account, self.region, at(end(number)));
        let name = end.strftime("%Y%m%dT%H%M%SZ");
        let day = end.strftime("%Y/%m/%d");
        let folder = self.folder("CloudTrail-Digest");
        format!(
            "{folder}{day}/{account}_CloudTrail-Digest_{region}_{TRAIL}_us-east-1_{name}.json.gz"
        )
    }

    /// Writes the key of a log of a digest. They are delivered in order, over its hour.
    fn log_key(&self, digest: u64, log: u64, of: u64, key: &mut String) {
        let into = HOUR * i64::try_from(log).expect("a few") / i64::try_from(of).expect("a few");
        let minute = at(end(digest) - HOUR + into);
        let (account, region) = (&self.account, self.region);
        let (day, name) = (minute.strftime("%Y/%m/%d"), minute.strftime("%Y%m%dT%H%MZ"));
        key.clear();
        let unique = digest * of + log;
        let written = write!(
            key,
            "AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{name}_{unique:016}.json.gz"
        );
        written.expect("room");
    }
}

impl Archive {
    /// Signs all digests of an archive, and writes their hashes and signatures.
    pub fn make(shape: &Shape, path: &Path) {
        File::create(path).expect("a file");
        let file = File::options().read(true).write(true).open(path);
        let archive = Archive::of(shape, file.expect("a file"));
        let next = AtomicU64::new(0);
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= archive.chains() {
                    break;
                }
                archive.sign(&ChainPlace::of(number));
            }
        };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    }

    /// Opens an archive that was made with this shape.
    pub fn open(shape: &Shape, path: &Path) -> Self {
        let archive = Archive::of(shape, File::open(path).expect("a file"));
        let size = archive.file.metadata().expect("a file").len();
        let expected = archive.chains() * shape.digests * RECORD as u64;
        assert_eq!(size, expected, "made with another shape");
        archive
    }

    fn of(shape: &Shape, file: File) -> Self {
        Archive {
            shape: shape.clone(),
            file,
            fingerprint: hex::encode(Md5::digest(&signing_key(0).pkcs1_der)),
            digest_of_log: hex::encode(Sha256::digest(LOG)),
            log: gzip(LOG),
        }
    }

    /// From the beginning of the first log to the end of the last digest.
    pub fn time(&self) -> (Timestamp, Timestamp) {
        (at(end(0)), at(end(self.shape.digests - 1)))
    }

    fn chains(&self) -> u64 {
        self.shape.accounts * REGIONS.len() as u64
    }

    fn sign(&self, chain: &ChainPlace) {
        let mut before = None;
        for number in 0..self.shape.digests {
            let json = self.content(chain, number, before.as_ref());
            let hash = Sha256::digest(&json);
            let text = format!(
                "{}\n{BUCKET}/{}\n{}\n{}",
                iso(end(number)),
                chain.digest_key(number),
                hex::encode(hash),
                before
                    .as_ref()
                    .map_or("null".to_owned(), |(_, signature)| hex::encode(signature)),
            );
            let signature = signing_key(0).sign(text.as_bytes());
            let record = [&hash[..], &signature].concat();
            let offset = self.offset(chain, number);
            self.file.write_all_at(&record, offset).expect("room");
            before = Some((hash.to_vec(), signature));
        }
    }

    fn offset(&self, chain: &ChainPlace, number: u64) -> u64 {
        (chain.number * self.shape.digests + number) * RECORD as u64
    }

    fn record(&self, chain: &ChainPlace, number: u64) -> (Vec<u8>, Vec<u8>) {
        let mut record = vec![0; RECORD];
        let offset = self.offset(chain, number);
        self.file
            .read_exact_at(&mut record, offset)
            .expect("a record");
        let signature = record.split_off(32);
        (record, signature)
    }

    /// The content of a digest, after the one with this hash and signature.
    fn content(
        &self,
        chain: &ChainPlace,
        number: u64,
        before: Option<&(Vec<u8>, Vec<u8>)>,
    ) -> String {
        // The first one is a starting digest, which lists nothing here.
        let logs = before.map_or(0, |_| self.shape.logs_of_digest);
        let (from, to) = (iso(end(number) - HOUR), iso(end(number)));
        let text = |text: Option<String>| text.map_or("null".to_owned(), |t| format!("\"{t}\""));
        let mut json = String::with_capacity(1_200 + usize::try_from(logs).expect("a few") * 400);
        write!(
            json,
            r#"{{"awsAccountId":"{}","digestStartTime":"{from}","digestEndTime":"{to}","digestS3Bucket":"{BUCKET}","digestS3Object":"{}","digestPublicKeyFingerprint":"{}","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":{newest},"oldestEventTime":{newest},"previousDigestS3Bucket":{},"previousDigestS3Object":{},"previousDigestHashValue":{},"previousDigestHashAlgorithm":{},"previousDigestSignature":{},"logFiles":["#,
            chain.account,
            chain.digest_key(number),
            self.fingerprint,
            text(before.map(|_| BUCKET.to_owned())),
            text(before.map(|_| chain.digest_key(number - 1))),
            text(before.map(|(hash, _)| hex::encode(hash))),
            text(before.map(|_| "SHA-256".to_owned())),
            text(before.map(|(_, signature)| hex::encode(signature))),
            newest = text((logs > 0).then(|| from.clone())),
        )
        .expect("room");
        let mut key = String::new();
        for log in 0..logs {
            chain.log_key(number, log, logs, &mut key);
            let comma = if log > 0 { "," } else { "" };
            write!(
                json,
                r#"{comma}{{"s3Bucket":"{BUCKET}","s3Object":"{key}","hashValue":"{}","hashAlgorithm":"SHA-256","newestEventTime":"{from}","oldestEventTime":"{from}"}}"#,
                self.digest_of_log
            )
            .expect("room");
        }
        json += "]}";
        json
    }

    /// The chain of a key or prefix: its parts are `AWSLogs`, the account, the kind and the region.
    fn chain(&self, key: &str) -> Option<ChainPlace> {
        let mut parts = key.split('/');
        let account: u64 = parts.nth(1)?.parse().ok()?;
        let region = parts.nth(1)?;
        let region = REGIONS.iter().position(|known| *known == region)? as u64;
        let account = account.checked_sub(100_000_000_000)?;
        let chain =
            (account < self.shape.accounts).then_some(account * REGIONS.len() as u64 + region);
        chain.map(ChainPlace::of)
    }

    /// The first digest that may have to do with a key in the folder of a region, by the day in it.
    fn first_near(&self, key: &str) -> u64 {
        let date = key.split('/').skip(4).take(3).collect::<Vec<_>>().join("-");
        let day: Option<Date> = date.parse().ok();
        let day = day.and_then(|day| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok());
        let hours = day.map_or(0, |day| (day.as_second() - FIRST) / HOUR - 2);
        u64::try_from(hours).unwrap_or(0).min(self.shape.digests)
    }
}

impl Source for Archive {
    fn roots(&self) -> Vec<Root> {
        vec![Root {
            id: RootId(0),
            buckets: vec![BUCKET.into()],
        }]
    }

    fn folders(
        &self,
        _root: RootId,
        prefix: &str,
        _other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        let depth = prefix.matches('/').count();
        let names: Vec<String> = match depth {
            0 => vec!["AWSLogs".into()],
            1 => {
                let accounts =
                    (0..self.shape.accounts).map(|n| ChainPlace::of(n * REGIONS.len() as u64));
                accounts.map(|chain| chain.account).collect()
            }
            2 => vec!["CloudTrail".into(), "CloudTrail-Digest".into()],
            3 => REGIONS.map(str::to_owned).into(),
            4..=6 => {
                let wanted = prefix.splitn(5, '/').nth(4).unwrap_or_default();
                let days = (0..self.shape.digests).map(|n| at(end(n)).strftime("%Y/%m/%d"));
                let days = days.map(|day| day.to_string());
                let here = days.filter(|day| day.starts_with(wanted));
                let mut names: Vec<String> = here
                    .filter_map(|day| day.split('/').nth(depth - 4).map(str::to_owned))
                    .collect();
                names.dedup();
                names
            }
            _ => Vec::new(),
        };
        Ok(Folders {
            names,
            complete: true,
            requests: 1,
        })
    }

    fn list(
        &self,
        _root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let Some(chain) = self.chain(prefix) else {
            return Ok(1);
        };
        let is_digests = prefix.contains("/CloudTrail-Digest/");
        let floor = range.after.as_deref().unwrap_or_default().max(prefix);
        let mut take = |key: &str| {
            let is_over = range.before.as_deref().is_some_and(|before| key >= before);
            let is_past = !key.starts_with(prefix) && key > prefix;
            if key.starts_with(prefix) && range.holds(key) {
                let facts = ListedFacts::default();
                visit(Listed::Object(key, facts));
            }
            !is_over && !is_past
        };
        let mut key = String::new();
        for number in self.first_near(floor)..self.shape.digests {
            if is_digests {
                if !take(&chain.digest_key(number)) {
                    return Ok(1);
                }
                continue;
            }
            let logs = if number == 0 {
                0
            } else {
                self.shape.logs_of_digest
            };
            for log in 0..logs {
                chain.log_key(number, log, logs, &mut key);
                if !take(&key) {
                    return Ok(1);
                }
            }
        }
        Ok(1)
    }

    fn get(
        &self,
        _root: RootId,
        key: &str,
        _with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        if !key.contains("/CloudTrail-Digest/") {
            return Ok(object(Box::new(self.log.as_slice()), None));
        }
        let chain = self.chain(key).ok_or(GetError::NotFound)?;
        let first = self.first_near(key);
        let last = (first + 30).min(self.shape.digests);
        let number = (first..last).find(|number| chain.digest_key(*number) == key);
        let number = number.ok_or(GetError::NotFound)?;
        let before = number
            .checked_sub(1)
            .map(|before| self.record(&chain, before));
        let json = self.content(&chain, number, before.as_ref());
        let (_, signature) = self.record(&chain, number);
        let body = std::io::Cursor::new(gzip(json.as_bytes()));
        Ok(object(Box::new(body), Some(hex::encode(signature))))
    }

    fn stat(&self, _root: RootId, _key: &str) -> Result<ObjectFacts, GetError> {
        Err(GetError::NotFound)
    }
}

fn object<'a>(
    body: Box<dyn std::io::Read + Send + 'a>,
    signature: Option<String>,
) -> SourceObject<'a> {
    SourceObject {
        body,
        metadata: Metadata {
            signature_algorithm: signature.is_some().then(|| "SHA256withRSA".to_owned()),
            signature,
            ..Metadata::default()
        },
        facts: ObjectFacts::default(),
        head: None,
        doubt: None,
    }
}
