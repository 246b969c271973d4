//! One log of any size, written as a stream.

use std::fs::File;
use std::io::{BufWriter, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::corpus_writer::{CorpusWriter, java};
use super::forge::digest::LogRecord;
use super::forge::events::records;
use super::forge::{ChainSpec, Place, World};

/// Distinct records; after these they repeat, with other numbers.
const DISTINCT: u32 = 512;

/// Compresses content into a file and hashes it on the way.
struct Content {
    file: GzEncoder<BufWriter<File>>,
    hash: Sha256,
    length: u64,
}

impl Content {
    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        self.file.write_all(bytes).expect("room for the log");
    }
}

/// Writes a log of at least `size` bytes before compression, delivered at `at`. Returns what a digest lists
/// for it.
pub fn log(
    world: &mut World,
    writer: &mut CorpusWriter,
    spec: &ChainSpec,
    at: Timestamp,
    size: u64,
) -> LogRecord {
    let trail = &spec.trail;
    let key = trail.log_key(&spec.account, &spec.region, at, "HugeHugeHugeHuge");
    let path = writer.path(&key);
    let file = BufWriter::new(File::create(&path).expect("a file for the log"));
    let mut content = Content {
        file: java().write(file, Compression::fast()),
        hash: Sha256::new(),
        length: 0,
    };
    let events = records(
        &mut world.rng,
        &spec.account,
        &spec.region,
        DISTINCT,
        at,
        at,
    );
    let events: Vec<String> = events.iter().map(|event| event.compact()).collect();
    content.add(br#"{"Records":["#);
    for (number, event) in events.iter().cycle().enumerate() {
        if number > 0 {
            content.add(b",");
        }
        let body = event.strip_prefix('{').expect("an object");
        content.add(format!(r#"{{"number":{number},"#).as_bytes());
        content.add(body.as_bytes());
        if content.length >= size {
            break;
        }
    }
    content.add(b"]}");
    let Content { file, hash, length } = content;
    let file = file.finish().and_then(|file| Ok(file.into_inner()?));
    let stored = file.and_then(|file| file.metadata()).expect("a whole log");
    writer.logs += 1;
    writer.stored += stored.len();
    writer.inflated += length;
    LogRecord {
        place: Place::new(&trail.bucket, &key),
        sha256: hex::encode(hash.finalize()),
        json: Vec::new(),
        newest: at,
        oldest: at,
    }
}
