//! The lines of a plan.

use jiff::Timestamp;

use super::balance::{GroupShare, GroupSize, MOST_SHARDS, ShardSize, share_out};
use super::measure::{Amount, MeasuredArchive, MeasuredGroup};
use super::rates;
use crate::base::error::{Error, ErrorKind};
use crate::base::text::grouped;
use crate::commands::shard::plan_file::PlanFile;
use crate::report::plan::v1::{
    ListedBy, PlanHeader, PlanRates, PlannedGroup, PlannedRequest, PlannedShard, SCHEMA,
};

/// How large the shards of a plan are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ShardTarget {
    /// As large as so many shards are.
    Shards(u32),
    /// So many bytes as stored.
    Bytes(u64),
    /// So many minutes.
    Minutes(u32),
}

/// What a plan says beside its shards.
#[derive(Debug, Clone)]
pub struct PlanFacts {
    /// When it is made.
    pub planned_at: Timestamp,
    /// What the validation is about.
    pub as_of: Option<Timestamp>,
    /// How many seconds the clock is ahead.
    pub clock_ahead: Option<i64>,
    /// What to validate.
    pub request: PlannedRequest,
    /// The buckets.
    pub buckets: Vec<String>,
    /// How fast a machine is, and what it costs.
    pub rates: PlanRates,
    /// What objects are counted from.
    pub listed_by: ListedBy,
}

/// Shares an archive out over shards. Where nothing was found, there is one shard without accounts and regions.
///
/// # Errors
/// If there were too many shards.
pub fn plan(
    archive: &MeasuredArchive,
    target: ShardTarget,
    facts: PlanFacts,
) -> Result<PlanFile, Error> {
    let size = |group: &MeasuredGroup| match target {
        ShardTarget::Bytes(_) => size_in_bytes(group),
        ShardTarget::Shards(_) | ShardTarget::Minutes(_) => size_in_time(group, &facts.rates),
    };
    let sizes: Vec<GroupSize> = archive.groups.iter().map(size).collect();
    let shards = share_out(
        &sizes,
        match target {
            ShardTarget::Shards(count) => ShardSize::Count(count),
            ShardTarget::Bytes(bytes) => ShardSize::AtMost(bytes),
            ShardTarget::Minutes(minutes) => ShardSize::AtMost(u64::from(minutes) * 60_000_000),
        },
    );
    let mut shards = shards.map_err(too_many)?;
    if shards.is_empty() {
        shards.push(Vec::new());
    }
    let shards = shards.iter().zip(0..);
    let lines = shards.map(|(shares, number)| shard(number, shares, archive, &facts.rates));
    let lines: Vec<PlannedShard> = lines.collect();
    let sum = |of: fn(&PlannedShard) -> u64| lines.iter().map(of).fold(0, u64::saturating_add);
    let header = PlanHeader {
        schema: SCHEMA.into(),
        sha256: String::new(),
        trailproof: env!("CARGO_PKG_VERSION").into(),
        planned_at: facts.planned_at,
        as_of: facts.as_of,
        clock_ahead: facts.clock_ahead,
        request: facts.request,
        buckets: facts.buckets,
        shards: 0,
        objects: sum(|shard| shard.objects),
        bytes: sum(|shard| shard.bytes),
        requests: sum(|shard| shard.requests),
        hours: rounded(lines.iter().map(|shard| shard.hours).sum()),
        price_usd: rounded(lines.iter().map(|shard| shard.price_usd).sum()),
        rates: facts.rates,
        listed_by: facts.listed_by,
    };
    PlanFile::new(header, lines)
        .map_err(|why| Error::new(ErrorKind::Internal, "cannot make the plan").because(why))
}

fn too_many(shards: u64) -> Error {
    let message = format!(
        "the plan would have {} shards, of at most {}",
        grouped(shards),
        grouped(MOST_SHARDS)
    );
    Error::new(ErrorKind::Usage, message).hint("give larger --bytes, or more --minutes")
}

fn size_in_bytes(group: &MeasuredGroup) -> GroupSize {
    GroupSize {
        digests: group.digests.bytes,
        logs: group.logs.bytes,
        log_count: group.logs.objects,
    }
}

fn size_in_time(group: &MeasuredGroup, rates: &PlanRates) -> GroupSize {
    // The cast saturates.
    let micros = |amount: Amount| (seconds(amount, rates) * 1e6).ceil() as u64;
    GroupSize {
        digests: micros(group.digests),
        logs: micros(group.logs),
        log_count: group.logs.objects,
    }
}

fn seconds(amount: Amount, rates: &PlanRates) -> f64 {
    rates::seconds(rates, amount.objects, amount.bytes)
}

/// The line of a shard.
fn shard(
    number: u32,
    shares: &[GroupShare],
    archive: &MeasuredArchive,
    rates: &PlanRates,
) -> PlannedShard {
    let mut line = PlannedShard {
        shard: number,
        groups: Vec::new(),
        objects: 0,
        bytes: 0,
        requests: 0,
        hours: 0.0,
        price_usd: 0.0,
    };
    // Each shard surveys the folders. The first one also lists the digests of the others.
    let mut pages = archive.survey_pages;
    let mut time = 0.0;
    for share in shares {
        let group = &archive.groups[share.group];
        let logs = group.logs.share(share);
        line.objects += group.digests.objects + logs.objects;
        line.bytes = line
            .bytes
            .saturating_add(group.digests.bytes)
            .saturating_add(logs.bytes);
        time += seconds(group.digests, rates) + seconds(logs, rates);
        pages += group.digest_pages;
        if share.part == 1 {
            pages += group.log_pages;
        }
        line.groups.push(PlannedGroup {
            account: group.account.to_string(),
            region: group.region.to_string(),
            share: (share.of > 1).then(|| format!("{}/{}", share.part, share.of)),
            chains: group.chains.clone(),
            logs: logs.objects,
            objects: group.digests.objects + logs.objects,
            bytes: group.digests.bytes.saturating_add(logs.bytes),
        });
    }
    if number == 0 {
        let all: u64 = archive.groups.iter().map(|group| group.digest_pages).sum();
        let own: u64 = shares
            .iter()
            .map(|share| archive.groups[share.group].digest_pages)
            .sum();
        pages += all - own;
    }
    let hours = time / 3600.0;
    line.requests = line.objects + pages;
    line.hours = rounded(hours);
    line.price_usd = rounded(rates::price(
        rates,
        (line.objects, pages),
        line.bytes,
        hours,
    ));
    line
}

impl Amount {
    /// What is in a share of it, about.
    fn share(self, share: &GroupShare) -> Amount {
        let (part, of) = (u64::from(share.part), u64::from(share.of));
        let of_all = |all: u64| all / of + u64::from(part <= all % of);
        Amount {
            objects: of_all(self.objects),
            bytes: of_all(self.bytes),
        }
    }
}

/// A number with six digits after the point.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}
