//! Parses a digest into an [`Unverified`] digest: the hash of its bytes, and the fields that it claims.
//!
//! The format is that of the user guide, "CloudTrail digest file structure"
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html>).
//! Unknown fields are ignored, because AWS may add some. Known fields must be valid.

use jiff::Timestamp;
use serde::Deserialize;

use crate::base::json::blank::{self, KnownMembers};
use crate::base::json::strict;
use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::ids::AccountId;
use crate::cloudtrail::log_list::{LogEntry, LogList};
use crate::cloudtrail::object_key::DigestObjectKey;

/// The hash algorithm of logs and of the previous digest.
pub const HASH_ALGORITHM: &str = "SHA-256";
/// The signature algorithm of digests.
pub const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";

/// A digest's link to its predecessor: the five `previousDigest…` fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The predecessor's bucket.
    pub bucket: String,
    /// The predecessor's key.
    pub key: String,
    /// SHA-256 of the predecessor's uncompressed bytes; `None` if it is by another algorithm.
    pub sha256: Option<Sha256>,
    /// The predecessor's signature, in hex as written.
    pub signature: String,
}

/// A digest as it was read. Nothing in it is proven.
#[derive(Debug)]
pub struct Unverified {
    pub(crate) sha256: Sha256,
    pub(crate) claims: Claims,
}

/// The fields of a digest.
#[derive(Debug)]
pub(crate) struct Claims {
    pub account: AccountId,
    pub interval: Window,
    /// The end time as written: it is part of what is signed.
    pub end_text: String,
    pub bucket: String,
    pub key: String,
    /// The parts of the key; `None` if it is not the key of a digest.
    pub name: Option<DigestObjectKey>,
    pub fingerprint: String,
    pub algorithm: String,
    pub previous: Option<Link>,
    pub logs: LogList,
}

impl LogEntry {
    /// Parses one entry of `logFiles` by itself.
    pub(super) fn parse(json: &[u8]) -> Result<Self, String> {
        let known = KnownMembers {
            outer: LOG,
            inner: &[],
        };
        known_or_blanked(json, &known, |json| {
            strict::check(json)?;
            let raw: RawLog = serde_json::from_slice(json).map_err(|e| e.to_string())?;
            raw.checked()
        })
    }
}

impl Unverified {
    /// Parses the uncompressed bytes of a digest.
    ///
    /// # Errors
    /// Why they are not a valid digest, as a part of a message.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        Self::parse_hashed(json, Sha256::of(json))
    }

    /// The same if the hash of the bytes is known.
    pub(super) fn parse_hashed(json: &[u8], sha256: Sha256) -> Result<Self, String> {
        let claims = known_or_blanked(json, &KNOWN, |json| {
            strict::check(json)?;
            let raw: RawDigest = serde_json::from_slice(json).map_err(|e| e.to_string())?;
            raw.checked()
        })?;
        Ok(Unverified { sha256, claims })
    }

    /// SHA-256 of the uncompressed bytes.
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// The bucket and key that it claims to have been written to. Nothing proves that.
    pub fn claimed_place_unverified(&self) -> (&str, &str) {
        (&self.claims.bucket, &self.claims.key)
    }

    /// The logs that it claims to list. Nothing proves that.
    pub fn claimed_log_files_unverified(&self) -> &LogList {
        &self.claims.logs
    }

    /// The predecessor that it claims to have. Nothing proves that. But the *signature* in it proves the
    /// predecessor by itself, no matter who passed it on.
    pub fn claimed_previous_unverified(&self) -> Option<&Link> {
        self.claims.previous.as_ref()
    }
}

/// Reads JSON; if that fails, without the values of unknown fields: one of them may be odd, and the known ones
/// are valid all the same. The error is that of the JSON as it is.
fn known_or_blanked<T>(
    json: &[u8],
    known: &KnownMembers,
    read: impl Fn(&[u8]) -> Result<T, String>,
) -> Result<T, String> {
    let result = read(json).or_else(|why| {
        let blanked = blank::unknown_members(json, known).ok_or(why.clone())?;
        read(&blanked).map_err(|_| why)
    });
    // The parser's message may quote the input at any length.
    result.map_err(|why| why.chars().take(200).collect())
}

/// The names of the fields that are read.
const KNOWN: KnownMembers = KnownMembers {
    outer: &[
        "awsAccountId",
        "digestStartTime",
        "digestEndTime",
        "digestS3Bucket",
        "digestS3Object",
        "digestPublicKeyFingerprint",
        "digestSignatureAlgorithm",
        "previousDigestS3Bucket",
        "previousDigestS3Object",
        "previousDigestHashValue",
        "previousDigestHashAlgorithm",
        "previousDigestSignature",
        "logFiles",
    ],
    inner: LOG,
};

/// The names of the fields that are read in an entry of `logFiles`.
const LOG: &[&str] = &["s3Bucket", "s3Object", "hashValue", "hashAlgorithm"];

/// The fields as they are written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDigest {
    aws_account_id: String,
    digest_start_time: String,
    digest_end_time: String,
    #[serde(rename = "digestS3Bucket")]
    digest_s3_bucket: String,
    #[serde(rename = "digestS3Object")]
    digest_s3_object: String,
    digest_public_key_fingerprint: String,
    digest_signature_algorithm: String,
    #[serde(rename = "previousDigestS3Bucket")]
    previous_digest_s3_bucket: Option<String>,
    #[serde(rename = "previousDigestS3Object")]
    previous_digest_s3_object: Option<String>,
    previous_digest_hash_value: Option<String>,
    previous_digest_hash_algorithm: Option<String>,
    previous_digest_signature: Option<String>,
    log_files: Vec<RawLog>,
}

/// An entry of `logFiles` as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawLog {
    #[serde(rename = "s3Bucket")]
    s3_bucket: String,
    #[serde(rename = "s3Object")]
    s3_object: String,
    hash_value: String,
    hash_algorithm: String,
}

impl RawDigest {
    /// The fields, if all of them are valid.
    fn checked(self) -> Result<Claims, String> {
        let from = time("digestStartTime", &self.digest_start_time)?;
        let to = time("digestEndTime", &self.digest_end_time)?;
        if from > to {
            return Err("digestStartTime is after digestEndTime".into());
        }
        // The string to sign contains BUCKET/KEY, so a slash in a bucket name would make it ambiguous.
        let bucket = bucket("digestS3Bucket", self.digest_s3_bucket)?;
        let previous = match (
            self.previous_digest_s3_bucket,
            self.previous_digest_s3_object,
            self.previous_digest_hash_value,
            self.previous_digest_hash_algorithm,
            self.previous_digest_signature,
        ) {
            (None, None, None, None, None) => None,
            (Some(b), Some(key), Some(value), Some(algorithm), Some(signature)) => Some(Link {
                bucket: self::bucket("previousDigestS3Bucket", b)?,
                key: short("previousDigestS3Object", key, KEY)?,
                sha256: hash("previousDigestHashValue", &value, &algorithm)?.ok(),
                signature: short("previousDigestSignature", signature, SIGNATURE)?,
            }),
            _ => return Err("some of the previousDigest fields are null and some are not".into()),
        };
        Ok(Claims {
            account: self
                .aws_account_id
                .parse()
                .map_err(|e| format!("awsAccountId: {e}"))?,
            interval: Window::new(from, to),
            end_text: short("digestEndTime", self.digest_end_time, NAME)?,
            bucket,
            name: DigestObjectKey::parse(&self.digest_s3_object),
            key: short("digestS3Object", self.digest_s3_object, KEY)?,
            fingerprint: short(
                "digestPublicKeyFingerprint",
                self.digest_public_key_fingerprint,
                NAME,
            )?
            .to_ascii_lowercase(),
            algorithm: short(
                "digestSignatureAlgorithm",
                self.digest_signature_algorithm,
                NAME,
            )?,
            previous,
            logs: self
                .log_files
                .into_iter()
                .map(RawLog::checked)
                .collect::<Result<Vec<_>, String>>()?
                .into(),
        })
    }
}

impl RawLog {
    /// The entry, if its fields are valid.
    fn checked(self) -> Result<LogEntry, String> {
        Ok(LogEntry {
            bucket: bucket("s3Bucket", self.s3_bucket)?,
            key: short("s3Object", self.s3_object, KEY)?,
            hash: hash("hashValue", &self.hash_value, &self.hash_algorithm)?,
        })
    }
}

fn time(field: &str, text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("{field} is not a time"))
}

fn bucket(field: &str, name: String) -> Result<String, String> {
    if name.is_empty() || name.contains('/') {
        return Err(format!("{field} is not a bucket name"));
    }
    short(field, name, NAME)
}

/// Longest key in S3, in bytes.
const KEY: usize = 1024;
/// Longest signature in hex digits: that of an RSA key of 8192 bits.
const SIGNATURE: usize = 2048;
/// Longest name, time or fingerprint, in bytes. None of them is as long.
const NAME: usize = 255;

/// A text of bounded length, because it may be kept longer than its digest.
fn short(field: &str, text: String, longest: usize) -> Result<String, String> {
    if text.len() > longest {
        return Err(format!("{field} is longer than {longest} bytes"));
    }
    Ok(text)
}

/// A hash by the known algorithm, or the name of another algorithm.
fn hash(field: &str, value: &str, algorithm: &str) -> Result<Result<Sha256, String>, String> {
    if algorithm != HASH_ALGORITHM {
        return short(field, algorithm.into(), NAME).map(Err);
    }
    match Sha256::from_hex(value) {
        Some(hash) => Ok(Ok(hash)),
        None => Err(format!("{field} is not a SHA-256 value")),
    }
}
