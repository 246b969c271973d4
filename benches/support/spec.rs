//! The contents of a corpus, and the named corpora.

use serde::{Deserialize, Serialize};

/// What a corpus holds. Equal specs give equal corpora, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, clap::Args)]
pub struct Spec {
    /// What everything random is drawn from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Chains: one account's, in all its regions; of more accounts if there are more.
    #[arg(long, default_value_t = 1)]
    pub chains: u32,
    /// Regions of an account.
    #[arg(long, default_value_t = REGIONS, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_REGIONS)))]
    pub regions: u32,
    /// Digests of a chain, beside its starting digest.
    #[arg(long, default_value_t = 168)]
    pub digests: u32,
    /// Logs that a digest names.
    #[arg(long, default_value_t = 20)]
    pub logs: u32,
    /// Digests that list logs, the newest of each chain; 0 for all.
    #[arg(long, default_value_t = 0)]
    pub busy: u32,
    /// Records of a log: 106 make 143 KB, about 18 KB gzipped.
    #[arg(long, default_value_t = RECORDS)]
    pub records: u32,
    /// Logs stored with other content than their digests say.
    #[arg(long, default_value_t = 0)]
    pub altered: u32,
    /// Bytes of one more log, inflated; 0 for none.
    #[arg(long, default_value_t = 0)]
    pub huge: u64,
}

/// Regions that a corpus has by default.
const REGIONS: u32 = 16;
/// Regions that a corpus may have: those that are switched on in every account.
pub const MOST_REGIONS: u32 = 17;
/// Records of a log of usual size.
const RECORDS: u32 = 106;

/// The named corpora, each with its digests per chain, logs per digest and records per log.
const SHAPES: &[(&str, [u32; 3])] = &[
    // A week and an hour: the window begins after the first digest, which leaves 168.
    ("race", [169, 20, RECORDS]),
    ("gigabyte", [400, 20, RECORDS]),
    ("objects-1000", [50, 19, 1]),
    ("objects-10000", [500, 19, 1]),
    ("objects-100000", [5_000, 19, 1]),
    ("objects-1000000", [50_000, 19, 1]),
    ("findings-10000", [500, 20, 1]),
    ("chains-100", [2, 1, 1]),
    ("chains-1000", [2, 1, 1]),
    ("chains-10000", [2, 1, 1]),
    ("logs-100", [1, 100, 1]),
    ("logs-1000", [1, 1_000, 1]),
    ("logs-10000", [1, 10_000, 1]),
    ("huge-16m", [1, 0, 1]),
    ("huge-128m", [1, 0, 1]),
    ("huge-1g", [1, 0, 1]),
    ("month", [730, 0, 1]),
    ("year", [8_760, 0, 1]),
];

/// The names of all named corpora.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|(name, _)| *name)
}

/// The named corpus.
pub fn named(name: &str) -> Option<Spec> {
    let (_, [digests, logs, records]) = *SHAPES.iter().find(|(n, _)| *n == name)?;
    let (kind, size) = name.split_once('-').unwrap_or((name, ""));
    let number = size.parse().unwrap_or(0);
    Some(Spec {
        seed: 1,
        chains: if kind == "chains" { number } else { 1 },
        regions: REGIONS,
        digests,
        logs,
        busy: 0,
        records,
        altered: if kind == "findings" { number } else { 0 },
        huge: match size {
            "16m" => 16 << 20,
            "128m" => 128 << 20,
            "1g" => 1 << 30,
            _ => 0,
        },
    })
}
