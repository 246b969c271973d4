//! The lower bound for a validation on disk: reads, inflates and hashes every object of a folder on all
//! cores, and does nothing else.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool of the benches"
)]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::{DecompressionError, Decompressor};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Bytes per read, and bytes per inflated chunk.
const CHUNK: usize = 128 << 10;

/// Reads, inflates and hashes every `.json.gz` of a folder
#[derive(Parser)]
struct Args {
    /// The folder
    dir: PathBuf,
    /// What inflates
    #[arg(long, value_enum, default_value_t = With::ZlibRs)]
    with: With,
    /// Threads; by default one a core
    #[arg(long, default_value_t = cores())]
    threads: usize,
    /// `cargo bench` gives it
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum With {
    /// As a stream: what trailproof does.
    ZlibRs,
    /// At one go, the whole log in memory: what was seen to be fastest.
    Libdeflate,
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn main() {
    let args = Args::parse();
    let began = Instant::now();
    let mut files = Vec::new();
    walk(&args.dir, &mut files);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut inflated = 0;
        let mut stream = Stream::default();
        let mut at_once = AtOnce::default();
        // One file at a time, so that all workers finish together.
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            inflated += match args.with {
                With::ZlibRs => stream.hash(file),
                With::Libdeflate => at_once.hash(file),
            };
        }
        inflated
    };
    let inflated: u64 = thread::scope(|scope| {
        let workers: Vec<_> = (0..args.threads.max(1))
            .map(|_| scope.spawn(work))
            .collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.map(|inflated| inflated.expect("no worker panics"))
            .sum()
    });
    let summary = json!({
        "files": files.len(),
        "inflated": inflated,
        "seconds": began.elapsed().as_secs_f64(),
    });
    println!("{summary}");
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_dir() {
            walk(&entry.path(), files);
        } else if entry.path().extension().is_some_and(|e| e == "gz") {
            files.push(entry.path());
        }
    }
}

/// Inflates with zlib-rs, chunk by chunk.
struct Stream {
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            input: vec![0; CHUNK],
            output: vec![0; CHUNK],
        }
    }
}

impl Stream {
    fn hash(&mut self, file: &Path) -> u64 {
        let mut file = File::open(file).expect("a file");
        let mut hash = Sha256::new();
        let mut decoder = Decompress::new_gzip(15);
        let mut status = Status::Ok;
        while status != Status::StreamEnd {
            let filled = file.read(&mut self.input).expect("a readable file");
            assert!(filled > 0, "a whole gzip member");
            let mut at = 0;
            while at < filled && status != Status::StreamEnd {
                let (read, out) = (decoder.total_in(), decoder.total_out());
                let input = &self.input[at..filled];
                status = decoder
                    .decompress(input, &mut self.output, FlushDecompress::None)
                    .expect("a gzip member");
                at += grown(read, decoder.total_in());
                hash.update(&self.output[..grown(out, decoder.total_out())]);
            }
        }
        std::hint::black_box(hash.finalize());
        decoder.total_out()
    }
}

fn grown(before: u64, now: u64) -> usize {
    usize::try_from(now - before).expect("at most a buffer")
}

/// Inflates with libdeflate, one complete log at a time.
#[derive(Default)]
struct AtOnce {
    decoder: Decompressor,
    stored: Vec<u8>,
    output: Vec<u8>,
}

impl AtOnce {
    fn hash(&mut self, file: &Path) -> u64 {
        self.stored.clear();
        let mut file = File::open(file).expect("a file");
        file.read_to_end(&mut self.stored).expect("a readable file");
        loop {
            let decoded = self.decoder.gzip_decompress(&self.stored, &mut self.output);
            match decoded {
                Ok(length) => {
                    std::hint::black_box(Sha256::digest(&self.output[..length]));
                    return length as u64;
                }
                Err(DecompressionError::InsufficientSpace) => {
                    let more = (self.output.len() * 2).max(CHUNK);
                    self.output.resize(more, 0);
                }
                Err(error) => panic!("a gzip member: {error}"),
            }
        }
    }
}
