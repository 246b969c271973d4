//! Shards and their merge in one process: the results of logs and folders come from the shards, everything else from
//! the source. What is joined is what one validation finds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use rand::SeedableRng as _;
use trailproof::cloudtrail::ids::{AccountId, Region};
use trailproof::proof::finding::{Code, Severity};
use trailproof::proof::keys::KeyRing;
use trailproof::proof::reason::Reason;
use trailproof::source::GetError;
use trailproof::source::memory::MemorySource;
use trailproof::source::parts::{AnswerSink, LogShare, PartAnswers};
use trailproof::source::places::Places;
use trailproof::validate::observer::Silent;
use trailproof::validate::outcome::{LogTally, Outcome, Requests};
use trailproof::validate::shard::{ShardGroups, ShardJob};
use trailproof::validate::{Access, merge, prove_shard};
use trailproof::{Request, Source as _};

use crate::library::{prove, request, ring, source};
use crate::support::case::{HOME, REGION};
use crate::support::forge::{Rng, World};
use crate::whole::organization;
use crate::whole::random::{build, damage_some};

/// The answers of one shard.
#[derive(Default)]
struct Answers(Mutex<BTreeMap<Vec<u8>, Vec<u8>>>);

impl AnswerSink for Answers {
    fn put(&self, question: &[u8], answer: &[u8]) {
        let mut answers = self.0.lock().expect("the lock");
        let known = answers.entry(question.to_vec());
        known.or_insert_with(|| answer.to_vec());
    }
}

/// The answers of all shards; `None` of one that is lost.
struct Parts {
    shards: Vec<Option<Answers>>,
    groups: BTreeMap<(AccountId, Region), Vec<(LogShare, u32)>>,
}

impl PartAnswers for Parts {
    fn shards_of(&self, account: &AccountId, region: &Region) -> Vec<(LogShare, u32)> {
        let group = (account.clone(), region.clone());
        self.groups.get(&group).cloned().unwrap_or_default()
    }

    fn of_shard(&self, shard: u32, question: &[u8]) -> Result<Option<Vec<u8>>, GetError> {
        let lost = GetError::NotInParts(Some(shard));
        let answers = self.shards[shard as usize].as_ref().ok_or(lost)?;
        let answers = answers.0.lock().expect("the lock");
        Ok(answers.get(question).cloned())
    }

    fn of_any(&self, question: &[u8]) -> Result<Option<Vec<u8>>, GetError> {
        for answers in self.shards.iter().flatten() {
            let answers = answers.0.lock().expect("the lock");
            if let Some(answer) = answers.get(question) {
                return Ok(Some(answer.clone()));
            }
        }
        Ok(None)
    }
}

/// A world that is validated by shards.
struct Sharded {
    source: MemorySource,
    ring: KeyRing,
    request: Request,
    parts: Parts,
}

impl Sharded {
    fn access<'a>(&'a self, places: &'a Places) -> Access<'a> {
        Access {
            source: &self.source,
            places,
            keys: &self.ring,
            trails: None,
        }
    }

    /// Shares the groups out: each is cut in one, two or three, and dealt to so many shards in turn.
    fn new(world: &World, regions: &[&str], shards: u32, groups: &[(AccountId, Region)]) -> Self {
        let mut dealt: BTreeMap<(AccountId, Region), Vec<(LogShare, u32)>> = BTreeMap::new();
        let mut next = 0;
        for (at, group) in groups.iter().enumerate() {
            let of = (1 + at as u32 % 3).min(shards);
            for part in 1..=of {
                let share = LogShare { part, of };
                dealt
                    .entry(group.clone())
                    .or_default()
                    .push((share, next % shards));
                next += 1;
            }
        }
        let mut sharded = Sharded {
            source: source(world),
            ring: ring(world, regions),
            request: request(),
            parts: Parts {
                shards: Vec::new(),
                groups: dealt,
            },
        };
        for shard in 0..shards {
            let answers = sharded.run(shard);
            sharded.parts.shards.push(Some(answers));
        }
        sharded
    }

    fn run(&self, shard: u32) -> Answers {
        let answers = Answers::default();
        let mut groups = ShardGroups::new();
        for (group, shares) in &self.parts.groups {
            let own = shares.iter().find(|(_, of)| *of == shard);
            groups.extend(own.map(|(share, _)| (group.clone(), *share)));
        }
        let places = Places::new(self.source.roots(), Vec::new());
        let job = ShardJob {
            groups: &groups,
            is_first: shard == 0,
            sink: &answers,
            logs: &self.source,
        };
        let outcome = prove_shard(self.access(&places), &self.request, &Silent, job);
        assert!(outcome.is_ok(), "shard {shard}");
        answers
    }

    fn merged(&self) -> Outcome {
        let places = Places::new(self.source.roots(), Vec::new());
        merge(self.access(&places), &self.request, &Silent, &self.parts).expect("a merge")
    }
}

/// Everything that an outcome says, apart from the requests that it took.
fn said(mut outcome: Outcome) -> String {
    outcome.requests = Requests::default();
    format!("{outcome:#?}")
}

fn groups_of(outcome: &Outcome) -> Vec<(AccountId, Region)> {
    let groups = outcome.chains.iter();
    let groups: BTreeSet<_> = groups
        .map(|chain| (chain.id.account.clone(), chain.id.region.clone()))
        .collect();
    groups.into_iter().collect()
}

fn assert_same(single: Outcome, sharded: &Sharded, what: &str) {
    let (single, merged) = (said(single), said(sharded.merged()));
    let mut lines = single.lines().zip(merged.lines());
    let first = lines.position(|(a, b)| a != b);
    let around = |text: &str| {
        let from = first.unwrap_or_default().saturating_sub(15);
        let lines: Vec<&str> = text.lines().skip(from).take(30).collect();
        lines.join("\n")
    };
    assert!(
        single == merged,
        "{what}\n--- single\n{}\n--- merged\n{}",
        around(&single),
        around(&merged)
    );
}

#[test]
fn an_organization_is_the_same_however_it_is_shared_out() {
    let world = organization::organization();
    let single = prove(
        &source(&world),
        &ring(&world, &organization::REGIONS),
        &request(),
    );
    let groups = groups_of(&single);
    for shards in [1, 2, 7] {
        let sharded = Sharded::new(&world, &organization::REGIONS, shards, &groups);
        let single = prove(&sharded.source, &sharded.ring, &sharded.request);
        assert_same(single, &sharded, &format!("{shards} shards"));
    }
}

#[test]
fn damaged_worlds_are_the_same_however_they_are_shared_out() {
    for seed in 0..40 {
        let mut rng = Rng::seed_from_u64(seed);
        let (mut world, chain) = build(&mut rng, seed);
        damage_some(&mut rng, &mut world, &chain);
        let regions = [HOME, REGION];
        let single = prove(&source(&world), &ring(&world, &regions), &request());
        let groups = groups_of(&single);
        let sharded = Sharded::new(&world, &regions, 3, &groups);
        assert_same(single, &sharded, &format!("seed {seed}"));
    }
}

#[test]
fn a_lost_share_of_logs_is_unproven_and_nothing_else_changes() {
    let world = organization::organization();
    let regions = organization::REGIONS;
    let single = prove(&source(&world), &ring(&world, &regions), &request());
    let groups = groups_of(&single);
    let mut sharded = Sharded::new(&world, &regions, 50, &groups);
    // A share other than the first: the digests of its group are in another part.
    let mut shares = sharded.parts.groups.iter();
    let (group, lost) = shares
        .find_map(|(group, shares)| Some((group.clone(), shares.get(1)?.1)))
        .expect("a group that is cut");
    sharded.parts.shards[lost as usize] = None;
    let merged = sharded.merged();
    for (chain, alone) in merged.chains.iter().zip(&single.chains) {
        assert_eq!(chain.id, alone.id);
        let is_lost = (&chain.id.account, &chain.id.region) == (&group.0, &group.1);
        if is_lost {
            assert!(chain.logs.unproven > alone.logs.unproven, "{}", chain.id);
            let LogTally {
                failed, missing, ..
            } = chain.logs;
            assert!(failed <= alone.logs.failed && missing <= alone.logs.missing);
        } else {
            assert_eq!(chain.logs, alone.logs, "{}", chain.id);
            assert_eq!(chain.verdict, alone.verdict, "{}", chain.id);
        }
    }
    let mut unread = merged.findings.iter();
    assert!(unread.any(|f| {
        f.code == Code::LogUnreadable
            && f.severity == Severity::Unproven
            && f.reason == Some(Reason::NotInParts)
    }));
}
