//! Digests after gzip: the same claims whether one is parsed at once or as a stream, and those that any JSON parser
//! finds.

use serde_json::Value;
use trailproof::base::sha256::Sha256;
use trailproof::cloudtrail::digest::Unverified;
use trailproof::cloudtrail::digest_stream::{DigestStream, NotParsed};
use trailproof::cloudtrail::log_list::LogEntry;

use super::outcome::Outcome;
use super::seeds::{files, inflated, is_object};
use super::targets::FuzzTarget;

pub const DIGESTS: FuzzTarget = FuzzTarget::new(
    "digests",
    digests,
    seeds,
    &[
        "\"awsAccountId\":",
        "\"digestStartTime\":",
        "\"digestEndTime\":\"",
        "\"digestS3Bucket\":",
        "\"digestS3Object\":",
        "\"digestPublicKeyFingerprint\":",
        "\"digestSignatureAlgorithm\":",
        "\"newestEventTime\":",
        "\"previousDigestS3Bucket\":null",
        "\"previousDigestSignature\":",
        "\"previousDigestHashValue\":",
        "\"logFiles\":[",
        "\"hashValue\":\"",
        "\"hashAlgorithm\":\"SHA-256\"",
        "\"s3Object\":",
        "null",
        "\"SHA-512\"",
        "\\u0061",
        "\"x\":[[[[[",
    ],
)
.longest(12 << 10);

/// With one byte more, a digest is a large one: then each log that it lists is parsed by itself.
const USUAL: usize = 1 << 20;

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = inflated(&files(|path| is_object(path, "CloudTrail-Digest")));
    let odd = br#"{"logFiles":[{"s3Bucket":"b","s3Object":"k","hashValue":"x","hashAlgorithm":"MD5","odd":1e999}],"odd":[[1e999]],"#;
    let first = seeds.first().and_then(|digest| digest.strip_prefix(b"{"));
    if let Some(digest) = first.map(<[u8]>::to_vec) {
        seeds.push([&br#"{"odd":1e999,"#[..], &digest].concat());
        seeds.push([&odd[..], &digest].concat());
    }
    seeds
}

fn entries(digest: &Unverified) -> Vec<LogEntry> {
    let logs = digest.claimed_log_files_unverified();
    let all = logs
        .blocks()
        .flat_map(|block| block.expect("a block").into_owned());
    let all: Vec<LogEntry> = all.collect();
    assert_eq!(all.len(), logs.len());
    all
}

fn digests(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let parsed = Unverified::parse(input);
    let read: Option<Value> = serde_json::from_slice(input).ok();
    match &parsed {
        Ok(digest) => {
            assert_eq!(digest.sha256(), Sha256::of(input));
            let logs = entries(digest);
            let (bucket, key) = digest.claimed_place_unverified();
            assert!(!bucket.contains('/') && key.len() <= 1024);
            if let Some(read) = &read {
                assert_eq!(read["digestS3Bucket"], bucket);
                assert_eq!(read["digestS3Object"], key);
                let link = digest.claimed_previous_unverified();
                assert_eq!(read["previousDigestSignature"].is_null(), link.is_none());
                let listed = read["logFiles"].as_array().expect("a list");
                assert_eq!(listed.len(), logs.len());
                for (listed, log) in listed.iter().zip(&logs) {
                    assert_eq!(listed["s3Object"], *log.key);
                    assert_eq!(listed["s3Bucket"], *log.bucket);
                    assert!(!log.bucket.contains('/'));
                }
            }
            outcome
                .size(logs.len())
                .add(digest.claimed_previous_unverified().is_some());
            outcome.add(logs.iter().all(|log| log.hash.is_ok()));
        }
        Err(why) => {
            assert!(why.chars().count() <= 200, "{why}");
            outcome.message(why);
        }
    }
    outcome.add((parsed.is_ok(), read.is_some()));
    // A large one takes a millisecond more.
    if parsed.is_ok() || input.len().is_multiple_of(16) {
        large(input, parsed.as_ref().ok());
    }
    outcome.number()
}

/// The same digest behind many blanks.
fn large(input: &[u8], small: Option<&Unverified>) {
    let mut stream = DigestStream::new(64 << 20);
    stream.push(&vec![b' '; USUAL + 1 - input.len()]);
    let piece = 1 + input.len() % 97;
    input.chunks(piece).for_each(|some| stream.push(some));
    match (stream.finish(Sha256::of(input)), small) {
        (Ok(large), Some(small)) => {
            assert_eq!(
                large.claimed_place_unverified(),
                small.claimed_place_unverified()
            );
            assert_eq!(
                large.claimed_previous_unverified(),
                small.claimed_previous_unverified()
            );
            assert_eq!(entries(&large), entries(small));
        }
        (Ok(_), None) => panic!("a large digest is accepted that is not valid"),
        // One that lists no log has more of other bytes than is read.
        (Err(NotParsed::Malformed(why)), Some(small)) if why.contains("longer than") => {
            assert!(small.claimed_log_files_unverified().is_empty(), "{why}");
        }
        (Err(NotParsed::Malformed(why)), Some(_)) => panic!("a large digest is refused: {why}"),
        (Err(NotParsed::Malformed(_)), None) => {}
        (Err(other), _) => panic!("{other:?}"),
    }
}
