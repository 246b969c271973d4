//! Where a corpus is put: objects go to disk as they are made, so that the largest needs no memory.

use std::fs;
use std::io::Write;
use std::mem;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use rayon::prelude::*;

use super::forge::digest::{DigestRecord, LogRecord};
use super::forge::head::head_json;
use super::forge::{Chain, World};

/// A bucket's folder, with what lies in it so far.
pub struct Shelf {
    folder: PathBuf,
    /// Logs that are still to be stored with other content than was hashed.
    pub to_alter: u32,
    /// Digests.
    pub digests: u64,
    /// Logs.
    pub logs: u64,
    /// Bytes as stored.
    pub stored: u64,
    /// Bytes inflated.
    pub inflated: u64,
}

impl Shelf {
    /// An empty shelf.
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

    /// Puts away all that a chain and its world hold, but for what the next digest links to, and logs
    /// that the world does not hold.
    pub fn put_away(&mut self, world: &mut World, chain: &mut Chain, logs: &[LogRecord]) {
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
        // The one that was kept was put away before.
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

    /// Where an object lies, its folders made.
    pub fn path(&self, key: &str) -> PathBuf {
        let path = self.folder.join(key);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        path
    }

    fn write(&self, key: &str, body: &[u8]) {
        fs::write(self.path(key), body).expect("room for the corpus");
    }
}

/// As Java's GZIPOutputStream compresses, with its header: the forge itself only wants to be fast.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = java().write(Vec::new(), Compression::default());
    encoder
        .write_all(content)
        .expect("writing to memory succeeds");
    encoder.finish().expect("writing to memory succeeds")
}

/// The header that CloudTrail's objects have.
pub fn java() -> GzBuilder {
    GzBuilder::new().operating_system(0)
}
