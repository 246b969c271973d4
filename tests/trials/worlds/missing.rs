//! Judges chains that an outcome does not have: all their digests are gone.

use jiff::SignedDuration;
use trailproof::proof::finding::{Code, Severity};
use trailproof::{ChainId, Finding, Window};

use super::judge::Judge;
use super::scene::id;
use super::standing::Shape;
use super::unlisted::{folder_of, minute_of};
use super::unseen::Unseen;
use crate::support::forge::{Chain, DigestRecord};

impl Judge<'_> {
    /// A chain without a digest is missed if somebody expects it or another chain needs it (contract, decision 6).
    pub(super) fn missing(&mut self, chain: &Chain) {
        let is_about = |f: &&Finding| match f.code {
            // It says the same of all chains together.
            Code::NothingFound if f.chain.is_none() => true,
            _ => f.chain.as_ref() == Some(&id(chain)),
        };
        let mut findings = self.outcome.findings.iter().filter(is_about);
        if findings.any(|f| f.severity >= Severity::Unproven) {
            self.judgement.seen += 1;
            return;
        }
        let mut all = chain.digests.iter().chain(&chain.backfills);
        let is_left = all.any(|d| self.standing.shape_of(d) != Shape::Gone);
        match is_left || self.scene.expects || self.is_needed(chain) {
            true => self.miss(format!("a chain is missing and not missed: {}", id(chain))),
            false => self.excuse(Unseen::ChainWithoutOthers),
        }
        self.is_said(chain);
    }

    /// The report says of folders of logs without a digest beside them that no digests exist for them.
    fn is_said(&mut self, chain: &Chain) {
        let said = self.outcome.not_proven.iter();
        let said: Vec<&String> = said
            .filter(|s| s.contains("no digests exist for"))
            .collect();
        // A long list ends with the number of those that it leaves out.
        let is_said = |folder: &str| {
            said.iter()
                .any(|s| s.contains(folder) || s.contains(" more"))
        };
        for place in chain.all_logs().map(|log| &log.place) {
            let logs = folder_of(&place.key);
            let (account, region) = (&chain.spec.account, &chain.spec.region);
            let folder = format!("{logs}/CloudTrail/{region}/");
            let digests = format!("{logs}/CloudTrail-Digest/{region}/");
            let Some(objects) = self.damaged.world.buckets.get(&place.bucket) else {
                continue;
            };
            let is_undigested = objects.contains_key(&place.key)
                && !objects.keys().any(|key| key.starts_with(&digests));
            if is_undigested && !is_said(&folder) {
                self.judgement.missed.push(format!(
                    "logs of {account} without digests are not mentioned: {folder}"
                ));
            }
        }
    }

    /// Whether the digests that are left of other chains of its trail need a chain:
    ///
    /// - In its home region a trail writes digests for every account that it has digests of.
    /// - A trail with digests outside its home region covers every region in which it has logs. One with digests at
    ///   home covers the logs there.
    fn is_needed(&self, chain: &Chain) -> bool {
        let missing = id(chain);
        let others = self
            .scene
            .chains
            .iter()
            .filter(|c| is_of_trail(&id(c), &missing));
        let others: Vec<&Chain> = others.collect();
        if is_home(&missing) {
            let of_account = others.iter().filter(|c| id(c).account == missing.account);
            if self.time(of_account.copied(), None).is_some() {
                return true;
            }
        }
        let mut logs = chain.all_logs().map(|log| &log.place);
        logs.any(|place| {
            let covering = others
                .iter()
                .filter(|c| is_home(&missing) || !is_home(&id(c)));
            let minute = minute_of(place);
            // Digests in the folders beside its logs show that the trail wrote there. A region may be enabled in the last
            // hour.
            let time = self.time(covering.copied(), Some(folder_of(&place.key)));
            let time = time.map(|t| Window::new(t.from, t.to - SignedDuration::from_hours(1)));
            self.damaged.world.get(place).is_some()
                && time.is_some_and(|t| t.from <= minute && minute < t.to)
        })
    }

    /// The time of the digests that are left of some chains, in the window: in one folder, if it is given.
    fn time<'c>(
        &self,
        chains: impl Iterator<Item = &'c Chain>,
        folder: Option<&str>,
    ) -> Option<Window> {
        let is_here = |d: &&DigestRecord| {
            let is_there = |folder| folder_of(&d.place.key) == folder;
            self.standing.shape_of(d) != Shape::Gone && folder.is_none_or(is_there)
        };
        let left = chains.flat_map(|c| &c.digests).filter(is_here);
        let times = left.map(|d| Window::new(d.start, d.end));
        let all = times.reduce(|a, b| Window::new(a.from.min(b.from), a.to.max(b.to)))?;
        let time = self.scene.window.map_or(all, |window| all.clip(&window));
        (!time.is_empty()).then_some(time)
    }
}

fn is_home(id: &ChainId) -> bool {
    id.region == id.home_region
}

/// Whether two chains are of one trail: an account's own, or an organization's.
fn is_of_trail(one: &ChainId, other: &ChainId) -> bool {
    let of = |id: &ChainId| {
        (
            id.trail.clone(),
            id.home_region.clone(),
            id.organization.clone(),
        )
    };
    let is_shared = one.organization.is_some() || one.account == other.account;
    of(one) == of(other) && is_shared && one != other
}
