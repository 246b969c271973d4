//! Shares accounts and regions out over shards (pure).
//!
//! Accounts and regions stay whole where they can, and go to the shard that has the least, the largest first. One that
//! is larger than a shard is split in shares of its logs. The first share goes with other accounts and regions, and
//! each further one is a shard of its own. All shares read the digests.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The most shards of a plan: an array job of AWS Batch has no more.
pub const MOST_SHARDS: u32 = 10_000;

/// How large shards are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardSize {
    /// As large as so many shards are.
    Count(u32),
    /// At most so much, in the unit of [`GroupSize`].
    AtMost(u64),
}

/// How large an account and region is, in bytes or microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupSize {
    /// Of its digests, which each share reads.
    pub digests: u64,
    /// Of its logs.
    pub logs: u64,
    /// How many logs there are.
    pub log_count: u64,
}

/// A share of an account and region: all of it if it is the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupShare {
    /// The index of the account and region.
    pub group: usize,
    /// Which share, from 1.
    pub part: u32,
    /// Of how many.
    pub of: u32,
}

/// Shares groups out: the shares of each shard. No shard is empty.
///
/// # Errors
/// If more than [`MOST_SHARDS`] shards were needed: how many.
pub fn share_out(groups: &[GroupSize], size: ShardSize) -> Result<Vec<Vec<GroupShare>>, u64> {
    let (splits, bins) = match size {
        ShardSize::Count(shards) => in_shards(groups, u64::from(shards.max(1))),
        ShardSize::AtMost(most) => of_size(groups, most.max(1)),
    };
    let shards = bins + further(&splits);
    if shards > u64::from(MOST_SHARDS) {
        return Err(shards);
    }
    let mut shards = pack(groups, &splits, bins);
    let shares = |at: usize, range: std::ops::Range<u64>| {
        let of = narrow(splits[at]);
        range.map(move |part| GroupShare {
            group: at,
            part: narrow(part) + 1,
            of,
        })
    };
    let mut all: Vec<Vec<GroupShare>> = Vec::new();
    shards.bins.retain(|bin| !bin.is_empty());
    shards.bins.iter_mut().for_each(|bin| bin.sort_unstable());
    shards.bins.sort_unstable();
    for bin in shards.bins {
        all.push(bin.into_iter().flat_map(|at| shares(at, 0..1)).collect());
    }
    for (at, of) in splits.iter().enumerate() {
        all.extend(shares(at, 1..*of).map(|share| vec![share]));
    }
    Ok(all)
}

/// In how many shares each group is split, and how many shards there are beside the further shares, for a number of
/// shards that are as even as possible.
fn in_shards(groups: &[GroupSize], shards: u64) -> (Vec<u64>, u64) {
    let total = groups
        .iter()
        .fold(0, |sum: u64, g| sum.saturating_add(g.whole()));
    let fits = |most: u64| {
        let splits = splits(groups, most);
        let bins = shards
            .checked_sub(further(&splits))
            .filter(|bins| *bins > 0)?;
        (pack(groups, &splits, bins).largest <= most).then_some((splits, bins))
    };
    let (mut low, mut high) = (total.div_ceil(shards), total.max(1));
    while low < high {
        let middle = low + (high - low) / 2;
        match fits(middle) {
            Some(_) => high = middle,
            None => low = middle + 1,
        }
    }
    // Everything in one shard always fits.
    let (mut splits, mut bins) = fits(high).unwrap_or_else(|| (vec![1; groups.len()], 1));
    // Shards that would be empty get a share of what is largest.
    let size = |at: usize, of: u64| {
        Some((groups[at].share(of), Reverse(at))).filter(|_| of < groups[at].log_count)
    };
    let mut largest: BinaryHeap<_> = (0..groups.len())
        .filter_map(|at| size(at, splits[at]))
        .collect();
    while bins > groups.len() as u64
        && let Some((_, Reverse(at))) = largest.pop()
    {
        splits[at] += 1;
        bins -= 1;
        largest.extend(size(at, splits[at]));
    }
    (splits, bins.min(groups.len() as u64))
}

/// The same for shards that are at most so large.
fn of_size(groups: &[GroupSize], most: u64) -> (Vec<u64>, u64) {
    let splits = splits(groups, most);
    let first = |(group, of): (&GroupSize, &u64)| group.share(*of);
    let firsts = || groups.iter().zip(&splits).map(first);
    // Where digests alone are more than that, so are the shares.
    let most = firsts().max().unwrap_or_default().max(most);
    let sum = firsts().fold(0, |sum: u64, share| sum.saturating_add(share));
    let (mut low, mut high) = (sum.div_ceil(most).max(1), groups.len().max(1) as u64);
    while low < high {
        let middle = low + (high - low) / 2;
        match pack(groups, &splits, middle).largest <= most {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    (splits, high)
}

/// In how many shares each group is split so that none is larger than `most`. Digests that leave less than a quarter
/// of that for logs are not read even more often.
fn splits(groups: &[GroupSize], most: u64) -> Vec<u64> {
    let split = |group: &GroupSize| {
        if group.whole() <= most {
            return 1;
        }
        let room = most.saturating_sub(group.digests).max(most / 4).max(1);
        group.logs.div_ceil(room).min(group.log_count).max(1)
    };
    groups.iter().map(split).collect()
}

/// The shares beside the first ones.
fn further(splits: &[u64]) -> u64 {
    splits
        .iter()
        .fold(0, |sum: u64, of| sum.saturating_add(of - 1))
}

/// Shards with the first share of each group.
struct Packed {
    bins: Vec<Vec<usize>>,
    /// The size of the largest shard, the further shares included.
    largest: u64,
}

/// Puts the first share of each group into the shard that has the least, the largest first.
fn pack(groups: &[GroupSize], splits: &[u64], bins: u64) -> Packed {
    let mut order: Vec<(u64, Reverse<usize>)> = (0..groups.len())
        .map(|at| (groups[at].share(splits[at]), Reverse(at)))
        .collect();
    order.sort_unstable();
    let count = usize::try_from(bins)
        .unwrap_or(usize::MAX)
        .min(groups.len());
    let mut packed = Packed {
        bins: vec![Vec::new(); count],
        largest: order.last().map_or(0, |(size, _)| *size),
    };
    let mut least: BinaryHeap<_> = (0..count).map(|bin| Reverse((0_u64, bin))).collect();
    for (size, Reverse(at)) in order.into_iter().rev() {
        if let Some(Reverse((load, bin))) = least.pop() {
            let load = load.saturating_add(size);
            packed.bins[bin].push(at);
            packed.largest = packed.largest.max(load);
            least.push(Reverse((load, bin)));
        }
    }
    packed
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl GroupSize {
    /// Of the whole group.
    fn whole(&self) -> u64 {
        self.digests.saturating_add(self.logs)
    }

    /// Of one of so many shares.
    fn share(&self, of: u64) -> u64 {
        self.digests.saturating_add(self.logs.div_ceil(of.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{GroupShare, GroupSize, ShardSize, share_out};

    fn group(digests: u64, logs: u64) -> GroupSize {
        GroupSize {
            digests,
            logs,
            log_count: logs,
        }
    }

    /// An organization: one account with most of the logs, some with many, and many with few.
    fn organization() -> Vec<GroupSize> {
        let few = (0..300).map(|n| group(10, 20 + n % 7));
        let many = (0..20).map(|n| group(50, 2_000 + 100 * n));
        few.chain(many).chain([group(100, 100_000)]).collect()
    }

    fn size(groups: &[GroupSize], shard: &[GroupShare]) -> u64 {
        shard
            .iter()
            .map(|share| groups[share.group].share(u64::from(share.of)))
            .sum()
    }

    /// Each share of each group is in exactly one shard, and a further share is alone.
    fn check(groups: &[GroupSize], shards: &[Vec<GroupShare>]) {
        let all: Vec<GroupShare> = shards.iter().flatten().copied().collect();
        let distinct: BTreeSet<GroupShare> = all.iter().copied().collect();
        assert_eq!(distinct.len(), all.len());
        for at in 0..groups.len() {
            let shares: Vec<&GroupShare> = all.iter().filter(|share| share.group == at).collect();
            let of = shares.len() as u32;
            assert!(
                of > 0
                    && shares
                        .iter()
                        .all(|share| share.of == of && share.part <= of)
            );
        }
        for shard in shards {
            assert!(!shard.is_empty());
            assert!(shard.len() == 1 || shard.iter().all(|share| share.part == 1));
        }
    }

    #[test]
    fn shards_are_about_equal_whatever_their_number() {
        let groups = organization();
        let total: u64 = groups.iter().map(GroupSize::whole).sum();
        for count in [1, 2, 7, 50, 400] {
            let shards = share_out(&groups, ShardSize::Count(count)).expect("shards");
            check(&groups, &shards);
            assert_eq!(shards.len(), count as usize);
            let largest = shards.iter().map(|shard| size(&groups, shard)).max();
            let mean = total / u64::from(count);
            assert!(
                largest.is_some_and(|largest| largest <= mean * 5 / 4 + 200),
                "{count}: {largest:?} of {mean}"
            );
        }
    }

    #[test]
    fn shards_are_no_larger_than_given() {
        let groups = organization();
        for most in [1_000, 5_000, 200_000] {
            let shards = share_out(&groups, ShardSize::AtMost(most)).expect("shards");
            check(&groups, &shards);
            assert!(shards.iter().all(|shard| size(&groups, shard) <= most));
        }
    }

    #[test]
    fn what_cannot_be_split_makes_fewer_shards() {
        let digests = [group(100, 0), group(1, 0), group(50, 1)];
        let shards = share_out(&digests, ShardSize::Count(50)).expect("shards");
        check(&digests, &shards);
        assert_eq!(shards.len(), 3);
        assert_eq!(share_out(&[], ShardSize::Count(5)), Ok(Vec::new()));
        assert_eq!(share_out(&[], ShardSize::AtMost(5)), Ok(Vec::new()));
    }

    #[test]
    fn digests_that_are_larger_than_a_shard_do_not_make_shards_without_end() {
        let groups = [group(1_000_000, 1_000_000)];
        let shards = share_out(&groups, ShardSize::AtMost(1_000));
        assert_eq!(shards, share_out(&groups, ShardSize::AtMost(1_000)));
        assert!(shards.is_ok_and(|shards| shards.len() == 4_000));
        let groups = [group(1_000, 1_000_000)];
        assert_eq!(share_out(&groups, ShardSize::AtMost(10)), Err(500_000));
        assert_eq!(
            share_out(&[group(0, 3)], ShardSize::AtMost(1)).map(|s| s.len()),
            Ok(3)
        );
    }
}
