//! Plans shards for an archive that is made up while it is listed, and prints how long that takes and in how much
//! memory. One of its accounts has two fifths of the logs.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool of the benches"
)]

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use clap::Parser;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::json;
use trailproof::commands::shard::plan::measure::measure;
use trailproof::commands::shard::plan::rates::DEFAULT;
use trailproof::commands::shard::plan::view::{PlanFacts, ShardTarget, plan};
use trailproof::report::plan::v1::{ListedBy, PlannedRequest};
use trailproof::source::ListedFacts;
use trailproof::{
    Folders, GetError, Listed, ObjectFacts, Places, Range, Request, Root, RootId, Source,
    SourceObject,
};

const BUCKET: &str = "logs";

/// Plans shards for an archive that is made up
#[derive(Parser)]
struct Args {
    /// Logs
    #[arg(long, default_value_t = 1_000_000_000)]
    logs: u64,
    #[arg(long, default_value_t = 300)]
    accounts: u64,
    /// Regions, at most 17
    #[arg(long, default_value_t = 17)]
    regions: usize,
    #[arg(long, default_value_t = 365)]
    days: i64,
    /// Bytes of a log as stored
    #[arg(long, default_value_t = 18_000)]
    log_bytes: u64,
    #[arg(long, default_value_t = 64)]
    shards: u32,
    /// Folders that are listed at the same time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// `cargo bench` gives it
    #[arg(long, hide = true)]
    bench: bool,
}

const REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// An archive whose keys are made up while they are listed.
struct MadeUp {
    args: Args,
    first: Timestamp,
}

impl MadeUp {
    /// The logs of one account and region in a day.
    fn logs_of(&self, account: u64) -> u64 {
        let (accounts, regions) = (self.args.accounts, self.args.regions as u64);
        let days = self.args.days.unsigned_abs();
        let of_account = match account {
            0 => self.args.logs * 2 / 5,
            _ => self.args.logs * 3 / 5 / (accounts - 1).max(1),
        };
        of_account / regions / days
    }

    fn day(&self, at: i64) -> Timestamp {
        let hours = (at * 24).hours();
        self.first.checked_add(hours).expect("a day")
    }
}

fn account_name(account: u64) -> String {
    format!("{:012}", 100_000_000_000 + account)
}

impl Source for MadeUp {
    fn roots(&self) -> Vec<Root> {
        vec![Root {
            id: RootId(0),
            buckets: vec![BUCKET.into()],
        }]
    }

    fn folders(
        &self,
        _: RootId,
        prefix: &str,
        _: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        let parts: Vec<&str> = prefix.split_terminator('/').collect();
        let names = match parts[..] {
            [] => vec!["AWSLogs".to_owned()],
            ["AWSLogs"] => (0..self.args.accounts).map(account_name).collect(),
            ["AWSLogs", _] => ["CloudTrail", "CloudTrail-Digest"].map(String::from).into(),
            ["AWSLogs", _, _] => REGIONS[..self.args.regions]
                .iter()
                .map(|r| (*r).to_owned())
                .collect(),
            _ => Vec::new(),
        };
        Ok(Folders {
            requests: 1,
            complete: true,
            names,
        })
    }

    fn list(
        &self,
        _: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let parts: Vec<&str> = prefix.split_terminator('/').collect();
        let ["AWSLogs", account, kind, region] = parts[..] else {
            return Ok(1);
        };
        let number: u64 = account.parse().expect("an account");
        let is_digests = kind == "CloudTrail-Digest";
        let a_day = match is_digests {
            true => 24,
            false => self.logs_of(number - 100_000_000_000),
        };
        let size = match is_digests {
            true => 700 + self.logs_of(number - 100_000_000_000) / 24 * 160,
            false => self.args.log_bytes,
        };
        let facts = ListedFacts {
            modified: None,
            size: Some(size),
        };
        let (mut key, mut listed) = (String::new(), 0_u64);
        for day in (0..self.args.days).map(|at| self.day(at)) {
            let folder = format!("{prefix}{}/", day.strftime("%Y/%m/%d"));
            if !range.meets(&folder) {
                continue;
            }
            for at in 0..a_day {
                key.clear();
                let second = i64::try_from(at * 86_400 / a_day).expect("a second");
                let (hour, minute) = (second / 3600, second / 60 % 60);
                let date = day.strftime("%Y%m%d");
                let written = match is_digests {
                    true => write!(
                        key,
                        "{folder}{account}_{kind}_{region}_main_us-east-1_{date}T{hour:02}0721Z.json.gz"
                    ),
                    false => write!(
                        key,
                        "{folder}{account}_{kind}_{region}_{date}T{hour:02}{minute:02}Z_{at:016}.json.gz"
                    ),
                };
                written.expect("a text");
                visit(Listed::Object(&key, facts));
                listed += 1;
            }
        }
        Ok(listed.div_ceil(1000).max(1))
    }

    fn get(&self, _: RootId, _: &str, _: bool) -> Result<SourceObject<'_>, GetError> {
        Err(GetError::NotFound)
    }

    fn stat(&self, _: RootId, _: &str) -> Result<ObjectFacts, GetError> {
        Err(GetError::NotFound)
    }
}

fn main() {
    let args = Args::parse();
    let first: Timestamp = "2025-01-01T00:00:00Z".parse().expect("a time");
    let (shards, jobs) = (args.shards, args.jobs);
    let last = SignedDuration::from_hours(24 * args.days);
    let to = first.checked_add(last).expect("a time");
    let source = MadeUp { args, first };
    let request = Request {
        from: Some(first),
        to: Some(to),
        as_of: Some(to),
        jobs,
        ..Request::default()
    };
    let places = Places::new(source.roots(), Vec::new());
    let began = Instant::now();
    let archive = measure(&source, &places, &request).expect("threads");
    let listed = began.elapsed();
    let facts = PlanFacts {
        planned_at: to,
        as_of: Some(to),
        clock_ahead: None,
        request: PlannedRequest::default(),
        buckets: vec![BUCKET.into()],
        rates: DEFAULT,
        listed_by: ListedBy::Listing,
    };
    let plan = plan(&archive, ShardTarget::Shards(shards), facts).expect("a plan");
    let mut bytes = Vec::new();
    plan.write(&mut bytes).expect("a plan");
    let longest = plan
        .shards
        .iter()
        .map(|shard| shard.hours)
        .fold(0.0, f64::max);
    let facts = json!({
        "groups": archive.groups.len(),
        "logs": archive.groups.iter().map(|group| group.logs.objects).sum::<u64>(),
        "objects": plan.header.objects,
        "bytes": plan.header.bytes,
        "requests": plan.header.requests,
        "hours": plan.header.hours,
        "longest_shard_hours": longest,
        "price_usd": plan.header.price_usd,
        "shards": plan.header.shards,
        "plan_bytes": bytes.len(),
        "listing_seconds": listed.as_secs_f64(),
        "seconds": began.elapsed().as_secs_f64(),
        "peak_mib": peak_mib(),
    });
    println!(
        "{}",
        serde_json::to_string_pretty(&facts).expect("plain data")
    );
}

/// The peak of resident memory; none where the system does not say it.
fn peak_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024)
}
