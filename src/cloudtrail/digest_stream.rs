//! Parses a digest as its bytes arrive, so that its size takes no memory.
//!
//! One of usual size is collected and parsed at once. Of a larger one, each log that it lists is parsed by itself
//! and written to a temporary file; the other fields are collected. The result is the same.

use std::io;

use super::digest::Unverified;
use super::log_list::{LogEntry, LogListWriter};
use crate::base::json::split::{ArraySplitter, SplitError};
use crate::base::sha256::Sha256;

/// The largest digest that is parsed at once, in bytes: some 2,700 logs.
const USUAL: usize = 1 << 20;
/// Longest entry of a log in a larger digest, and most bytes of all its other fields together. A log takes
/// some 400.
const LONGEST: usize = 1 << 20;

/// A digest that is being read.
pub struct DigestStream {
    /// The largest digest that is parsed, in bytes.
    limit: u64,
    /// The largest digest that is parsed at once, in bytes.
    usual: usize,
    taken: u64,
    state: StreamState,
}

enum StreamState {
    Usual(Vec<u8>),
    Large(Box<LargeDigest>),
    NotParsed(NotParsed),
}

struct LargeDigest {
    splitter: ArraySplitter,
    logs: LogListWriter,
}

/// Why there is no digest.
#[derive(Debug)]
pub enum NotParsed {
    /// The bytes are not a valid digest; why, as a part of a message.
    Malformed(String),
    /// They are more than the limit.
    TooLarge,
    /// Its logs could not be written to a temporary file.
    Spool(io::Error),
}

impl DigestStream {
    /// Nothing yet, of at most `limit` bytes.
    pub fn new(limit: u64) -> Self {
        DigestStream {
            limit,
            usual: USUAL,
            taken: 0,
            state: StreamState::Usual(Vec::new()),
        }
    }

    /// Takes the next bytes. Errors show at the end.
    pub fn push(&mut self, bytes: &[u8]) {
        self.taken += bytes.len() as u64;
        if self.taken > self.limit {
            self.state = StreamState::NotParsed(NotParsed::TooLarge);
        }
        let taken = match &mut self.state {
            StreamState::NotParsed(_) => return,
            StreamState::Usual(json) if json.len() + bytes.len() <= self.usual => {
                json.extend_from_slice(bytes);
                return;
            }
            StreamState::Usual(json) => {
                let mut large = Box::new(LargeDigest {
                    splitter: ArraySplitter::new("logFiles", LONGEST),
                    logs: LogListWriter::default(),
                });
                let taken = large.take(json).and_then(|()| large.take(bytes));
                self.state = StreamState::Large(large);
                taken
            }
            StreamState::Large(large) => large.take(bytes),
        };
        if let Err(why) = taken {
            self.state = StreamState::NotParsed(why);
        }
    }

    /// Whether it is larger than usual.
    pub fn is_large(&self) -> bool {
        matches!(self.state, StreamState::Large(_))
    }

    /// The digest, whose bytes have this hash.
    ///
    /// # Errors
    /// Why there is none.
    pub fn finish(self, sha256: Sha256) -> Result<Unverified, NotParsed> {
        match self.state {
            StreamState::NotParsed(why) => Err(why),
            StreamState::Usual(json) => {
                Unverified::parse_hashed(&json, sha256).map_err(NotParsed::Malformed)
            }
            StreamState::Large(large) => {
                let parsed = Unverified::parse_hashed(&large.splitter.rest(), sha256);
                let mut digest = parsed.map_err(|why| malformed(&why))?;
                digest.claims.logs = large.logs.finish().map_err(NotParsed::Spool)?;
                Ok(digest)
            }
        }
    }
}

impl LargeDigest {
    fn take(&mut self, bytes: &[u8]) -> Result<(), NotParsed> {
        let LargeDigest { splitter, logs } = self;
        splitter.push(bytes, &mut |entry| {
            let log = LogEntry::parse(entry).map_err(|why| malformed(&why))?;
            logs.add(log).map_err(NotParsed::Spool)
        })
    }
}

/// An error in a part of a digest. Its line and column are not those in the digest.
fn malformed(why: &str) -> NotParsed {
    let (why, _) = why.rsplit_once(" at line ").unwrap_or((why, ""));
    NotParsed::Malformed(why.into())
}

impl From<SplitError> for NotParsed {
    fn from(why: SplitError) -> Self {
        NotParsed::Malformed(match why {
            SplitError::Array(why) => why.into(),
            SplitError::TooLong => {
                format!(
                    "an entry of logFiles, or all other fields, are longer than {LONGEST} bytes"
                )
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::{DigestStream, NotParsed, Unverified};
    use crate::base::sha256::Sha256;
    use crate::cloudtrail::log_list::LogEntry;

    /// A real digest, with two of its logs.
    fn digest() -> Vec<u8> {
        let text = include_str!("../../tests/support/real/digest-2023-10-15.json").trim_end();
        let logs: Vec<_> = text.match_indices("{\"s3Bucket\"").collect();
        format!("{}]}}", text[..logs[2].0].trim_end_matches(',')).into_bytes()
    }

    fn logs(digest: &Unverified) -> Vec<LogEntry> {
        let blocks = digest.claimed_log_files_unverified().blocks();
        let blocks = blocks.map(|block| block.expect("a block").into_owned());
        blocks.collect::<Vec<_>>().concat()
    }

    /// What a digest says, or why it is none.
    fn at_once(json: &[u8]) -> Result<(String, Vec<LogEntry>), String> {
        Unverified::parse(json).map(said)
    }

    /// The same, log by log, from pieces of this size.
    fn streamed(json: &[u8], piece: usize) -> Result<(String, Vec<LogEntry>), String> {
        let mut stream = DigestStream {
            usual: 0,
            ..DigestStream::new(1 << 20)
        };
        json.chunks(piece).for_each(|piece| stream.push(piece));
        match stream.finish(Sha256::of(json)) {
            Ok(digest) => Ok(said(digest)),
            Err(NotParsed::Malformed(why)) => Err(why),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn said(mut digest: Unverified) -> (String, Vec<LogEntry>) {
        let logs = logs(&digest);
        digest.claims.logs = Vec::new().into();
        (format!("{digest:?}"), logs)
    }

    fn assert_same(json: &[u8], piece: usize) {
        let text = String::from_utf8_lossy(json);
        match (at_once(json), streamed(json, piece)) {
            (Err(_), Err(_)) if !json.is_empty() => {}
            (a, b) => assert_eq!(a, b, "{text}"),
        }
    }

    #[test]
    fn every_cut_and_a_fault_in_every_byte_is_read_alike() {
        let json = digest();
        assert_eq!(streamed(&json, 1), at_once(&json));
        assert!(at_once(&json).is_ok_and(|(_, logs)| logs.len() == 2));
        let faults = b"\",{}[]:\\ \x0c\xff0n";
        for at in 0..json.len() {
            assert_same(&json[..at], 64);
            let mut flipped = json.clone();
            flipped[at] = faults[at % faults.len()];
            assert_same(&flipped, 1 + at % 99);
        }
    }

    #[test]
    fn one_fault_has_the_same_words() {
        let json = String::from_utf8(digest()).expect("text");
        let twice = "\"logFiles\":[],\"logFiles\"";
        for (from, to) in [
            ("\"logFiles\"", twice),
            ("\"logFiles\"", "\"logs\""),
            ("\"logFiles\":[", "\"logFiles\":[,"),
            ("\"logFiles\":[", "\"logFiles\":[{},"),
            ("\"logFiles\":[", "\"logFiles\":[7,"),
            ("},{", "}{"),
            ("}]}", "},]}"),
            ("}]}", "}]}x"),
            ("\"s3Bucket\":\"", "\"s3Bucket\":\"a/b"),
            ("\"s3Bucket\":", "\"s3Object\":\"\",\"s3Bucket\":"),
            ("\"hashValue\":\"", "\"hashValue\":\"x"),
            ("\"digestEndTime\":\"", "\"digestEndTime\":\"x"),
        ] {
            let odd = json.replacen(from, to, 1);
            let (Err(at_once), Err(streamed)) =
                (at_once(odd.as_bytes()), streamed(odd.as_bytes(), 50))
            else {
                panic!("{to} is read");
            };
            let (words, _) = at_once.split_once(" at line ").unwrap_or((&at_once, ""));
            assert_eq!(words, streamed, "{to}");
        }
    }

    #[test]
    fn unknown_fields_may_be_odd_and_names_escaped() {
        let json = String::from_utf8(digest()).expect("text");
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        for odd in ["1e999", "\"\\ud800\"", "{\"a\":1,\"a\":2}", &deep] {
            let outer = json.replacen('{', &format!("{{\"new\":{odd},"), 1);
            let inner = outer.replacen("[{", &format!("[{{\"new\":{odd},"), 1);
            let escaped = inner
                .replace("logFiles", "log\\u0046iles")
                .replace("s3Object", "s3\\u004fbject");
            for json in [outer, inner, escaped] {
                let streamed = streamed(json.as_bytes(), 10);
                assert!(streamed.is_ok_and(|(_, logs)| logs.len() == 2), "{odd:.20}");
                assert_same(json.as_bytes(), 10);
            }
        }
    }

    #[test]
    fn what_is_too_long_for_memory_is_no_digest() {
        let json = String::from_utf8(digest()).expect("text");
        let long = format!("\"new\":\"{}\",", "x".repeat(2 << 20));
        for at in ["\"awsAccountId\"", "\"s3Bucket\"", "\"hashValue\""] {
            let json = json.replacen(at, &format!("{long}{at}"), 1);
            let mut stream = DigestStream::new(16 << 20);
            json.as_bytes()
                .chunks(9_999)
                .for_each(|piece| stream.push(piece));
            let stream = stream.finish(Sha256::of(json.as_bytes()));
            let Err(NotParsed::Malformed(why)) = stream else {
                panic!("{stream:?}");
            };
            assert!(why.ends_with("are longer than 1048576 bytes"), "{why}");
        }
        let mut stream = DigestStream::new(1 << 10);
        stream.push(json.as_bytes());
        assert!(matches!(
            stream.finish(Sha256::of(b"")),
            Err(NotParsed::TooLarge)
        ));
    }

    #[test]
    fn a_digest_may_have_as_many_bytes_as_the_limit() {
        let json = digest();
        let parsed = |limit: usize| {
            let mut stream = DigestStream::new(limit as u64);
            json.chunks(100).for_each(|piece| stream.push(piece));
            stream.finish(Sha256::of(&json))
        };
        assert!(parsed(json.len()).is_ok());
        let larger = parsed(json.len() - 1);
        assert!(matches!(larger, Err(NotParsed::TooLarge)), "{larger:?}");
    }

    #[test]
    fn a_digest_of_a_mebibyte_is_parsed_at_once() {
        let mut json = digest();
        json.resize(1 << 20, b' ');
        let mut stream = DigestStream::new(u64::MAX);
        stream.push(&json);
        assert!(!stream.is_large());
        assert!(stream.finish(Sha256::of(&json)).is_ok());
    }

    #[test]
    fn a_digest_is_large_if_it_has_more_bytes_than_usual() {
        let mut stream = DigestStream {
            usual: 10,
            ..DigestStream::new(1 << 20)
        };
        for (bytes, is_large) in [
            ("{\"a\":", false),
            ("1234", false),
            ("5", false),
            ("}", true),
        ] {
            stream.push(bytes.as_bytes());
            assert_eq!(stream.is_large(), is_large, "{bytes}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn several_faults_are_read_alike(
            edits in prop::collection::vec(
                (any::<Index>(), 0..40_usize, select(vec![
                    "", ",", "{", "}", "[", "]", "\"", "\\", "null", "\"logFiles\":[", "\"logFiles\":[]",
                    "{\"a\":1}", "\"s3Bucket\":\"b\",", "1e999,", "\"\\ud800\":2,", "]}", "},{", " ",
                ])),
                1..4,
            ),
            piece in 1..200_usize,
        ) {
            let mut json = digest();
            for (at, length, text) in edits {
                let from = at.index(json.len());
                let to = (from + length).min(json.len());
                json.splice(from..to, text.bytes());
            }
            assert_same(&json, piece);
        }
    }
}
