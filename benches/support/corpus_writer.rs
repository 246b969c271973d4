//! Writes the objects of a corpus to disk as they are made, so that the largest corpus needs little memory.

use std::fs;
use std::io::Write;
use std::mem;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use rayon::prelude::*;

use super::forge::digest::{DigestRecord, LogRecord};
use super::forge::head::head_json;
use super::forge::{Chain, World};

/// Writes to the folder of a bucket, and counts what it wrote.
pub struct CorpusWriter {
    folder: PathBuf,
    /// How many of the next logs to store with other content than was hashed.
    pub to_alter: u32,
    /// Digests.
    pub digests: u64,
    /// Logs.
    pub logs: u64,
    /// Bytes as stored.
    pub stored: u64,
    /// Bytes after decompression.
    pub inflated: u64,
}

impl CorpusWriter {
    /// A writer for an empty folder.
    pub fn new(folder: PathBuf, to_alter: u32) -> Self {
        Self {
            folder,
            to_alter,
            digests: 0,
            logs: 0,
            stored: 0,
            inflated: 0,
        }
    }

    /// Writes everything that a chain and its world hold, and `logs`, which the world does not hold. Keeps
    /// only the last digest in memory, because the next one links to it.
    pub fn write_out(&mut self, world: &mut World, chain: &mut Chain, logs: &[LogRecord]) {
        for digest in &mut chain.digests {
            self.digest(world, digest);
        }
        self.logs(logs);
        let last = chain.digests.pop();
        chain.digests.clear();
        chain.digests.extend(last);
        world.buckets.clear();
    }

    fn digest(&mut self, world: &World, digest: &mut DigestRecord) {
        // The digest that was kept is written already.
        let Some(object) = world.get(&digest.place) else {
            return;
        };
        let key = &digest.place.key;
        self.write(key, &object.body);
        self.write(&format!("{key}.head.json"), head_json(object).as_bytes());
        self.digests += 1;
        self.stored += object.body.len() as u64;
        self.inflated += digest.json.len() as u64;
        self.logs(&mem::take(&mut digest.logs));
    }

    fn logs(&mut self, logs: &[LogRecord]) {
        let altered = usize::try_from(self.to_alter).expect("a number of logs");
        let stored: u64 = logs
            .par_iter()
            .enumerate()
            .map(|(at, log)| self.log(log, at < altered))
            .sum();
        let count = u32::try_from(logs.len()).expect("a number of logs");
        self.to_alter = self.to_alter.saturating_sub(count);
        self.logs += u64::from(count);
        self.stored += stored;
        self.inflated += logs.iter().map(|log| log.json.len() as u64).sum::<u64>();
    }

    fn log(&self, log: &LogRecord, altered: bool) -> u64 {
        let mut content = log.json.clone();
        if altered {
            content.push(b' ');
        }
        let body = gzip(&content);
        self.write(&log.place.key, &body);
        body.len() as u64
    }

    /// The path of an object; makes its folders.
    pub fn path(&self, key: &str) -> PathBuf {
        let path = self.folder.join(key);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        path
    }

    fn write(&self, key: &str, body: &[u8]) {
        fs::write(self.path(key), body).expect("room for the corpus");
    }
}

/// Compresses like Java's GZIPOutputStream, with its header. The forge itself prefers speed over size.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = java().write(Vec::new(), Compression::default());
    encoder
        .write_all(content)
        .expect("writing to memory succeeds");
    encoder.finish().expect("writing to memory succeeds")
}

/// The gzip header of CloudTrail's objects.
pub fn java() -> GzBuilder {
    GzBuilder::new().operating_system(0)
}
