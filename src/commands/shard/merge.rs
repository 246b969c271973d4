//! The parts of a plan: which files they are, and which are missing or broken.

use std::path::{Path, PathBuf};

use super::plan_file::PlanFile;
use super::run::part_name;
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::text::and_more;
use crate::cloudtrail::ids::ChainId;
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;
use crate::source::parts::{BrokenPart, ExpectedParts, PartSet, PartState, PlannedShare};

/// Shards whose parts are listed by number.
const SHOWN: usize = 10;

/// The files of parts: those that are given, and of each folder those that are named after a shard of the plan.
///
/// # Errors
/// If a path does not exist, or a folder holds no part.
pub fn part_files(given: &[PathBuf], shards: u32) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            path.metadata().map_err(|e| unreadable(path, &e))?;
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        let named = (0..shards).map(|shard| path.join(part_name(shard)));
        // A name that leads nowhere is a part that cannot be read, and not one that does not exist.
        files.extend(named.filter(|file| file.symlink_metadata().is_ok()));
        if files.len() == before {
            return Err(no_part(path));
        }
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let path = path.display();
    Error::new(ErrorKind::Input, format!("cannot read the part {path}"))
        .because(words(error))
        .hint("leave it out, and its chains are unproven; or write it with: trailproof shard run")
}

fn no_part(folder: &Path) -> Error {
    let message = format!("the folder {} holds no part", folder.display());
    let (first, hint) = (
        part_name(0),
        "write the parts there with: trailproof shard run --out DIR/",
    );
    Error::new(ErrorKind::Input, message)
        .because(format!("no file in it is called {first} or the like"))
        .hint(hint)
}

/// Opens the parts of a plan.
///
/// # Errors
/// If none of them can be read, or one is of another plan or version.
pub fn open_parts(plan: &PlanFile, files: &[PathBuf], limits: &Limits) -> Result<PartSet, Error> {
    let groups = plan.groups().iter();
    let groups = groups.flat_map(|((account, region), shares)| {
        shares.iter().map(|(share, shard)| PlannedShare {
            account: account.clone(),
            region: region.clone(),
            share: *share,
            shard: *shard,
        })
    });
    let expected = ExpectedParts {
        plan_sha256: plan.sha256.to_string(),
        trailproof: plan.header.trailproof.clone(),
        shards: plan.header.shards,
        groups: groups.collect(),
    };
    let parts = PartSet::open(&expected, files, limits).map_err(|refused| {
        Error::new(ErrorKind::Input, refused.to_string())
            .hint("give the parts that trailproof shard run wrote of this plan")
    })?;
    let is_present = |shard| parts.state(shard) == PartState::Present;
    match (0..parts.shards()).any(is_present) {
        true => Ok(parts),
        false => Err(none_intact(&parts)),
    }
}

fn none_intact(parts: &PartSet) -> Error {
    let error = Error::new(ErrorKind::Input, "no part of the plan can be read");
    let broken = parts.broken().first();
    let error = match broken {
        Some(broken) => error.because(broken_words(broken)),
        None => error,
    };
    error.hint("write the parts again with: trailproof shard run")
}

fn broken_words(broken: &BrokenPart) -> String {
    format!("{} {}", broken.path.display(), broken.error)
}

/// The shards without a part that can be read.
pub fn lost_shards(parts: &PartSet) -> Vec<u32> {
    let shards = 0..parts.shards();
    let lost = shards.filter(|shard| parts.state(*shard) != PartState::Present);
    lost.collect()
}

/// What is wrong with the parts, one sentence each.
pub fn warnings(parts: &PartSet) -> Vec<String> {
    let broken = parts.broken().iter().take(SHOWN).map(broken_words);
    let lost = lost_shards(parts);
    let shown: Vec<String> = lost.iter().take(SHOWN).map(u32::to_string).collect();
    let list = and_more(shown.join(", "), (lost.len() - shown.len()) as u64);
    let lost = (!lost.is_empty()).then(|| {
        format!(
            "{} of {} shards have no part that can be read, so their chains are unproven: {list}",
            lost.len(),
            parts.shards()
        )
    });
    let repeated = parts.repeated().iter().take(SHOWN).map(|part| {
        format!(
            "{} is another part of shard {}, and does not count beside {}",
            part.path.display(),
            part.shard,
            part.first.display()
        )
    });
    broken.chain(lost).chain(repeated).collect()
}

/// The findings on the chains of shards without a part that can be used.
pub fn lost_chains(plan: &PlanFile, parts: &PartSet) -> Vec<Finding> {
    let lost = plan.shards.iter().filter_map(|shard| {
        let state = match parts.state(shard.shard) {
            PartState::Present => return None,
            PartState::Absent => "is missing",
            PartState::Broken(_) => "is broken",
        };
        Some((shard, state))
    });
    let findings = lost.flat_map(|(shard, state)| {
        let chains = shard
            .groups
            .iter()
            .flat_map(|group| group.chains.iter().map(move |chain| (group, chain)));
        chains.filter_map(move |(group, chain)| {
            let mut id: ChainId = chain.chain.parse().ok()?;
            id.organization = chain.organization.as_ref().and_then(|id| id.parse().ok());
            Some(lost_chain(
                &id,
                shard.shard,
                (group.share.as_deref(), state),
            ))
        })
    });
    findings.collect()
}

fn lost_chain(chain: &ChainId, shard: u32, (share, state): (Option<&str>, &str)) -> Finding {
    let unchecked = match share {
        Some(share) => format!("share {share} of its logs was not checked"),
        None => "not all of this chain was checked".to_owned(),
    };
    let message = format!("the part of shard {shard} {state}, so {unchecked}");
    Finding::new(Code::SourceUnreadable, message)
        .of(chain)
        .reason(Reason::NotInParts)
        .hint(format!(
            "write it with: trailproof shard run --shard {shard}; then merge again"
        ))
}
