//! Corpora on disk: the folder of a bucket, a folder of keys beside it, and a stamp that describes the
//! corpus. A corpus that exists with the same spec is used again.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::corpus_writer::CorpusWriter;
use super::forge::digest::LogRecord;
use super::forge::text::{after, iso};
use super::forge::{Chain, ChainSpec, Json, KeyFileStyle, Trail, World, ts};
use super::huge;
use super::log::{any_minute, log};
use super::spec::{self, Spec};

/// The version of the format of a corpus. A corpus of another version is made again.
const FORM: u32 = 4;
/// The name of the bucket, and of its folder.
pub const BUCKET: &str = "bench-logs";
/// The folder of keys.
pub const KEYS: &str = "keys";
const STAMP: &str = "corpus.json";
const HOME: &str = "us-east-1";
const HOUR: i64 = 3_600;
/// When the trail starts. All digests end at this minute and second of an hour.
const FIRST: &str = "2025-03-01T00:12:34Z";
const REGIONS: [&str; spec::MOST_REGIONS as usize] = [
    HOME,
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-3",
];

/// The contents of a corpus, stored as the stamp in its folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The version of its format.
    pub form: u32,
    /// The spec it was made from.
    pub spec: Spec,
    /// The bucket's name.
    pub bucket: String,
    /// The ARN of the trail.
    pub trail_arn: String,
    /// The organization in the keys, if there is more than one account.
    pub organization: Option<String>,
    /// The beginning of a window that holds all digests of a chain except the first two. It begins one
    /// second after the end of the first digest that lists logs, because programs differ on a digest
    /// that ends exactly where the window begins.
    pub from: String,
    /// The end of that window, and of the last digest.
    pub to: String,
    /// Digests, including those outside the window.
    pub digests: u64,
    /// Logs, including those outside the window.
    pub logs: u64,
    /// Bytes as stored.
    pub stored: u64,
    /// Bytes after decompression.
    pub inflated: u64,
}

/// Makes a corpus in a folder, unless it exists.
pub fn make(spec: &Spec, dir: &Path) -> Facts {
    let stamp = dir.join(STAMP);
    let existing: Option<Facts> = fs::read(&stamp)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    if let Some(facts) = existing.filter(|facts| facts.form == FORM && facts.spec == *spec) {
        return facts;
    }
    if dir.exists() {
        fs::remove_dir_all(dir).expect("the old corpus can be removed");
    }
    fs::create_dir_all(dir).expect("a folder for the corpus");
    let facts = build(spec, dir);
    // Written last, so that a corpus with a stamp is complete.
    let text = serde_json::to_vec_pretty(&facts).expect("plain data");
    fs::write(stamp, text).expect("the stamp can be written");
    facts
}

fn build(spec: &Spec, dir: &Path) -> Facts {
    let mut world = World::new(spec.seed);
    let mut writer = CorpusWriter::new(dir.join(BUCKET), spec.altered);
    let trail = trail(spec);
    let first = ts(FIRST);
    let mut last = first;
    for number in 0..spec.chains {
        let chain = chain_spec(spec, &trail, number);
        last = fill(spec, chain, &mut world, &mut writer, first);
    }
    let (from, to) = (after(first, -48 * HOUR), after(last, 48 * HOUR));
    let keys = dir.join(KEYS);
    world.write_keys(&keys, KeyFileStyle::V1Epoch, &REGIONS, from, to);
    Facts {
        form: FORM,
        spec: spec.clone(),
        bucket: BUCKET.to_owned(),
        trail_arn: trail.arn(),
        organization: trail.organization,
        from: iso(after(first, HOUR + 1).min(after(last, -1))),
        to: iso(last),
        digests: writer.digests,
        logs: writer.logs,
        stored: writer.stored,
        inflated: writer.inflated,
    }
}

fn trail(spec: &Spec) -> Trail {
    let trail = Trail::new(&account(0), HOME, "bench", BUCKET);
    match spec.chains <= spec.regions {
        true => trail,
        false => trail.organization("o-a1b2c3d4e5"),
    }
}

fn account(number: u32) -> String {
    (111_111_111_111 + u64::from(number)).to_string()
}

/// The chain with this number: first the regions of one account, then the next account.
fn chain_spec(spec: &Spec, trail: &Trail, number: u32) -> ChainSpec {
    let region = REGIONS[usize::try_from(number % spec.regions).expect("a few")];
    ChainSpec::new(trail.clone(), region)
        .account(&account(number / spec.regions))
        .logs(0..=0)
        .events(1..=1)
}

/// Writes a chain hour by hour, and returns its end.
fn fill(
    spec: &Spec,
    chain: ChainSpec,
    world: &mut World,
    writer: &mut CorpusWriter,
    first: Timestamp,
) -> Timestamp {
    let mut chain = Chain::new(chain);
    chain.start(world, first);
    for number in 0..spec.digests {
        let (from, next) = (chain.end(), after(chain.end(), HOUR));
        let is_busy = spec.busy == 0 || number >= spec.digests.saturating_sub(spec.busy);
        if spec.logs == 0 || !is_busy {
            chain.quiet_until(world, next);
            writer.write_out(world, &mut chain, &[]);
        } else {
            let draw = |number| {
                let minute = match spec.busy {
                    0 => any_minute(world, from),
                    // The first one comes soon after the digest, as in each hour of a busy account.
                    _ => after(from, 150 + 3_450 * i64::from(number) / i64::from(spec.logs)),
                };
                log(world, &chain.spec, minute, spec.records)
            };
            let logs: Vec<LogRecord> = (0..spec.logs).map(draw).collect();
            append_digest(world, &mut chain, &logs);
            writer.write_out(world, &mut chain, &logs);
        }
    }
    if spec.huge > 0 {
        let at = after(chain.end(), 600);
        let log = huge::log(world, writer, &chain.spec, at, spec.huge);
        append_digest(world, &mut chain, &[log]);
        writer.write_out(world, &mut chain, &[]);
    }
    chain.end()
}

/// Appends the next digest, which lists these logs besides those of the forge.
fn append_digest(world: &mut World, chain: &mut Chain, logs: &[LogRecord]) {
    let newest = logs.iter().map(|log| log.newest).max();
    let oldest = logs.iter().map(|log| log.oldest).min();
    chain.append_custom(world, |fields| {
        let times = [("newestEventTime", newest), ("oldestEventTime", oldest)];
        for (name, time) in times {
            fields.set(name, time.map_or(Json::null(), |at| Json::from(iso(at))));
        }
        let entries = logs.iter().map(|log| Json::Object(log.entry()));
        fields.log_files_mut().extend(entries);
    });
}
