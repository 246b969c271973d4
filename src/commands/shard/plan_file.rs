//! The file of a plan: how it is written, and what is checked when it is read.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Read as _, Write};
use std::path::Path;

use serde::Deserialize;

use super::plan::balance::MOST_SHARDS;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::sha256::{Sha256, Sha256Writer};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::report::json;
use crate::report::plan::v1::{PlanHeader, PlannedGroup, PlannedShard, SCHEMA};
use crate::source::input::open_input;
use crate::source::key_files::read_bounded;
use crate::source::parts::LogShare;
use crate::validate::request::LogSelection;

/// How every plan begins, up to its hash.
const BEGIN: &[u8] = br#"{"schema":"trailproof.plan/v1","sha256":""#;

/// How a plan of any version begins.
const BEGIN_OF_ANY: &[u8] = br#"{"schema":"trailproof.plan/"#;

/// What stands for the hash while it is computed.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What to do about a plan that is not valid.
const AGAIN: &str = "make it again with: trailproof shard plan";

/// An account and region.
type GroupId = (AccountId, Region);

/// A plan, as its file holds it.
#[derive(Debug, Clone)]
pub struct PlanFile {
    /// Its first line.
    pub header: PlanHeader,
    /// Its other lines, by number.
    pub shards: Vec<PlannedShard>,
    /// The hash that identifies it.
    pub sha256: Sha256,
    /// Of each account and region, the shards in the order of their shares.
    groups: BTreeMap<GroupId, Vec<(LogShare, u32)>>,
}

impl PlanFile {
    /// Makes a plan of its lines. The hash in the header and its number of shards are set here.
    ///
    /// # Errors
    /// If the lines contradict each other, in words.
    pub fn new(mut header: PlanHeader, shards: Vec<PlannedShard>) -> Result<Self, String> {
        header.shards = u32::try_from(shards.len()).map_err(|_| "too many shards")?;
        header.sha256 = ZEROS.into();
        let groups = groups(&shards)?;
        check_sums(&header, &shards)?;
        let mut plan = PlanFile {
            groups,
            header,
            shards,
            sha256: Sha256([0; 32]),
        };
        let mut hash = Sha256Writer::default();
        plan.write(&mut hash).map_err(|e| e.to_string())?;
        plan.sha256 = hash.finish();
        plan.header.sha256 = plan.sha256.to_string();
        Ok(plan)
    }

    /// Writes the plan.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        json::line(&self.header, out)?;
        self.shards
            .iter()
            .try_for_each(|shard| json::line(shard, out))
    }

    /// Reads and checks a plan.
    ///
    /// # Errors
    /// If it cannot be read, is larger than a plan can be, was changed, or is not a plan that this version knows.
    pub fn read(path: &Path, limits: &Limits) -> Result<Self, Error> {
        let bytes = read_bounded(path, limits.plan)?;
        PlanFile::parse(bytes, limits).map_err(|why| {
            let message = format!("{} is not a valid plan: {why}", path.display());
            Error::new(ErrorKind::Input, message).hint(AGAIN)
        })
    }

    /// Whether a file begins as a plan of any version does.
    pub fn is_claimed(path: &Path) -> bool {
        let mut begin = [0; BEGIN_OF_ANY.len()];
        let read = open_input(path).and_then(|mut file| file.read_exact(&mut begin));
        read.is_ok() && begin == BEGIN_OF_ANY
    }

    /// The shards of each account and region, in the order of their shares: one with the share 1/1 if it is whole.
    pub fn groups(&self) -> &BTreeMap<(AccountId, Region), Vec<(LogShare, u32)>> {
        &self.groups
    }

    /// The accounts and regions of one shard, each with its share of their logs.
    pub fn groups_of(&self, shard: u32) -> BTreeMap<(AccountId, Region), LogShare> {
        let of = |(group, shares): (&GroupId, &Vec<(LogShare, u32)>)| {
            let own = shares.iter().find(|(_, of)| *of == shard);
            own.map(|(share, _)| (group.clone(), *share))
        };
        self.groups.iter().filter_map(of).collect()
    }

    fn parse(mut bytes: Vec<u8>, limits: &Limits) -> Result<Self, String> {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        check_schema(first)?;
        let header: PlanHeader = parsed(first).map_err(|why| of_line(1, &why))?;
        let mut shards = Vec::new();
        let mut room = limits.plan_entries;
        for (at, line) in lines.enumerate() {
            let shard: PlannedShard = parsed(line).map_err(|why| of_line(at + 2, &why))?;
            let entries = |group: &PlannedGroup| 1 + group.chains.len();
            let entries = 1 + shard.groups.iter().map(entries).sum::<usize>();
            room = room
                .checked_sub(entries)
                .ok_or_else(|| format!("it has more than {} entries", limits.plan_entries))?;
            shards.push(shard);
        }
        if header.shards > MOST_SHARDS {
            return Err(format!("it has more than {MOST_SHARDS} shards"));
        }
        if shards.len() != header.shards as usize {
            let (has, expected) = (shards.len(), header.shards);
            return Err(format!(
                "it was cut off or changed: it has {has} of {expected} shards"
            ));
        }
        let sha256 = check_hash(&mut bytes)?;
        let groups = groups(&shards)?;
        check_sums(&header, &shards)?;
        Ok(PlanFile {
            groups,
            header,
            shards,
            sha256,
        })
    }
}

/// The first field of a plan, in any version of its schema.
#[derive(Deserialize)]
struct WrittenPlan {
    schema: String,
}

fn check_schema(first: &[u8]) -> Result<(), String> {
    match serde_json::from_slice::<WrittenPlan>(first) {
        Ok(written) if written.schema == SCHEMA => Ok(()),
        Ok(written) => Err(format!(
            "its schema is {:?}; expected {SCHEMA}",
            written.schema
        )),
        Err(_) => Err(format!("it does not begin with the header of a {SCHEMA}")),
    }
}

/// A line, which ends with a line feed.
fn parsed<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, String> {
    let Some(line) = line.strip_suffix(b"\n") else {
        return Err("it was cut off".into());
    };
    serde_json::from_slice(line).map_err(|e| e.to_string())
}

fn of_line(number: usize, why: &str) -> String {
    format!("line {number}: {why}")
}

/// Compares the hash in the header with that of the file, in which its digits become zeros.
fn check_hash(bytes: &mut [u8]) -> Result<Sha256, String> {
    let digits = bytes
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.get(..ZEROS.len()));
    let given = digits
        .and_then(|digits| Sha256::from_hex(str::from_utf8(digits).ok()?))
        .ok_or("its header does not begin with its schema and its hash")?;
    bytes[BEGIN.len()..][..ZEROS.len()].copy_from_slice(ZEROS.as_bytes());
    let actual = Sha256::of(bytes);
    match actual == given {
        true => Ok(given),
        false => Err(format!(
            "it was changed: its SHA-256 is {actual}, and its header says {given}"
        )),
    }
}

/// Compares what the header and each shard say in all with what they consist of.
fn check_sums(header: &PlanHeader, shards: &[PlannedShard]) -> Result<(), String> {
    for shard in shards {
        let of_groups = |of: fn(&PlannedGroup) -> u64| sum(shard.groups.iter().map(of));
        let counts = [
            ("objects", shard.objects, of_groups(|group| group.objects)),
            ("bytes", shard.bytes, of_groups(|group| group.bytes)),
        ];
        let at = format!("shard {}", shard.shard);
        check_counts(&at, &counts)?;
    }
    let of_shards = |of: fn(&PlannedShard) -> u64| sum(shards.iter().map(of));
    let counts = [
        ("objects", header.objects, of_shards(|shard| shard.objects)),
        ("bytes", header.bytes, of_shards(|shard| shard.bytes)),
        (
            "requests",
            header.requests,
            of_shards(|shard| shard.requests),
        ),
    ];
    let at = "its header";
    check_counts(at, &counts)?;
    let hours = shards.iter().map(|shard| shard.hours).sum();
    check_rounded(at, "hours", header.hours, hours)?;
    let price = shards.iter().map(|shard| shard.price_usd).sum();
    check_rounded(at, "US dollars", header.price_usd, price)
}

fn sum(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
}

/// Each count has a name, what is said of it, and its sum.
fn check_counts(at: &str, counts: &[(&str, u64, u64)]) -> Result<(), String> {
    match counts.iter().find(|(_, said, actual)| said != actual) {
        None => Ok(()),
        Some((what, said, actual)) => Err(differs(at, what, said, actual)),
    }
}

/// The same for a number with six digits after the point.
fn check_rounded(at: &str, what: &str, said: f64, actual: f64) -> Result<(), String> {
    match (said - actual).abs() <= 1e-6 + actual.abs() * 1e-9 {
        true => Ok(()),
        false => Err(differs(at, what, &said, &actual)),
    }
}

fn differs(at: &str, what: &str, said: &dyn Display, actual: &dyn Display) -> String {
    format!("{at} says {said} {what}, and the sum is {actual}")
}

/// The shards of each account and region, in the order of their shares.
fn groups(shards: &[PlannedShard]) -> Result<BTreeMap<GroupId, Vec<(LogShare, u32)>>, String> {
    let mut groups: BTreeMap<GroupId, Vec<(LogShare, u32)>> = BTreeMap::new();
    for (number, shard) in shards.iter().enumerate() {
        if shard.shard as usize != number {
            return Err(format!(
                "shard {} stands where {number} is expected",
                shard.shard
            ));
        }
        for group in &shard.groups {
            let (account, region) = group_id(group)?;
            let shares = groups.entry((account, region)).or_default();
            if shares.last().is_some_and(|(_, of)| *of == shard.shard) {
                let (account, region) = (&group.account, &group.region);
                return Err(format!("shard {number} has {account}/{region} twice"));
            }
            shares.push((share(group)?, shard.shard));
        }
    }
    for ((account, region), shares) in &mut groups {
        shares.sort_unstable();
        let of = shares.len();
        let is_complete = shares
            .iter()
            .enumerate()
            .all(|(at, (share, _))| share.part as usize == at + 1 && share.of as usize == of);
        if !is_complete {
            return Err(format!("the shares of {account}/{region} do not add up"));
        }
    }
    Ok(groups)
}

fn group_id(group: &PlannedGroup) -> Result<GroupId, String> {
    let account: AccountId = group.account.parse().map_err(not_valid(&group.account))?;
    let region: Region = group.region.parse().map_err(not_valid(&group.region))?;
    for chain in &group.chains {
        let id: ChainId = chain.chain.parse().map_err(not_valid(&chain.chain))?;
        if (&id.account, &id.region) != (&account, &region) {
            return Err(format!("the chain {id} is not of {account}/{region}"));
        }
    }
    Ok((account, region))
}

fn not_valid<E: std::fmt::Display>(text: &str) -> impl Fn(E) -> String {
    move |why| format!("{text:?}: {why}")
}

fn share(group: &PlannedGroup) -> Result<LogShare, String> {
    let Some(share) = &group.share else {
        return Ok(LogShare { part: 1, of: 1 });
    };
    match share.parse() {
        Ok(LogSelection::Part(part, of)) => Ok(LogShare { part, of }),
        _ => Err(format!("the share {share:?} is not one such as 1/7")),
    }
}

#[cfg(test)]
mod tests;
