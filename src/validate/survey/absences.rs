//! What was asked for, or must be there, and is not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, KeyRoot, LOG_FOLDER};
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::finding::{Code, Finding, LOOK_FOR_MISSING};
use crate::validate::Context;
use crate::validate::digests::group::GroupResult;
use crate::validate::findings::Ledger;
use crate::validate::not_proven;
use crate::validate::survey::folders::{LogFolder, Survey};

impl Context<'_> {
    /// What was asked for and is not there.
    pub(crate) fn absences(&self, survey: &Survey, all: &GroupResult, ledger: &mut Ledger) {
        let (request, chains) = (self.request, &all.chains);
        let ids: BTreeSet<&ChainId> = chains.iter().map(|c| &c.id).collect();
        let expected: BTreeSet<&ChainId> = request.expect.iter().collect();
        for id in expected
            .into_iter()
            .filter(|id| request.filter.concerns(id) && !ids.contains(id))
        {
            let message = "this chain was expected and has no digest here: nothing of it is proven";
            let finding = Finding::new(Code::ChainMissing, message).hint(LOOK_FOR_MISSING);
            self.add(ledger, finding.of(id));
        }
        if self.fetcher.atlas.roots().is_empty() {
            // There is nowhere to look, and why was told beforehand.
            return;
        }
        for asked in request
            .filter
            .asked()
            .into_iter()
            .filter(|a| !all.answered.contains(a))
        {
            let message = format!(
                "no digest was found for the {} {} that was asked for",
                asked.what, asked.value
            );
            let mut finding = Finding::new(Code::NothingFound, message)
                .hint(not_proven::what_is_there(survey, chains, &request.limits));
            if asked.what == "trail" && !chains.is_empty() {
                finding.hint = Some(
                    "the digests here are of an organization trail of that name, and nothing here shows \
                     that this account owns it: name the organization with --organization-id, or copy \
                     the digests of that account too"
                        .into(),
                );
            }
            self.add(ledger, finding);
        }
        let written: BTreeSet<&str> = chains
            .iter()
            .flat_map(|c| c.locations.iter().map(|l| l.bucket.as_str()))
            .collect();
        // Where nothing is proven, nothing is known of buckets either; and one bucket that does not
        // agree with the digests is told at each of them.
        let buckets = &request.filter.buckets;
        let asked = buckets
            .iter()
            .filter(|_| buckets.len() > 1 && !written.is_empty());
        for bucket in asked.filter(|b| !written.contains(b.as_str())) {
            let message =
                format!("no proven digest was written to the bucket {bucket} that was asked for");
            let buckets: Vec<&str> = written.iter().take(request.limits.named).copied().collect();
            let hint = format!("those here were written to: {}", buckets.join(", "));
            self.add(ledger, Finding::new(Code::NothingFound, message).hint(hint));
        }
        if chains.is_empty() && request.filter.asked().is_empty() {
            let message = "no digest was found: nothing is proven";
            let finding = Finding::new(Code::NothingFound, message)
                .hint(not_proven::what_is_there(survey, chains, &request.limits));
            self.add(ledger, finding);
        }
    }

    /// Chains that others show should be there, or should go on.
    pub(crate) fn gone(&self, survey: &Survey, all: &GroupResult, ledger: &mut Ledger) {
        let request = self.request;
        let is_hidden = |root: &KeyRoot, account: &AccountId, region: &Region| {
            survey.is_hidden(&root.folder(account, DIGEST_FOLDER, region))
        };
        let logged = survey.logged.iter();
        let logged: Vec<_> = logged
            .filter(|l| !is_hidden(&l.key_root, &l.account, &l.region))
            .collect();
        let missing = |id: &ChainId, message: &str| {
            let finding = Finding::new(Code::ChainMissing, message);
            finding.hint(LOOK_FOR_MISSING).of(id)
        };
        // One that was expected is told as such.
        let expected: BTreeSet<&ChainId> = request.expect.iter().collect();
        let holds = |logged: &LogFolder| self.holds_logs(logged);
        let mut beside = missing_beside_siblings(&all.found, &logged, &request.trails, &holds);
        beside.retain(|id| !expected.contains(id));
        for id in &beside {
            let message = "logs of this account lie in this region and no digest of this trail does, \
                           though it has digests in other regions: nothing of it is proven";
            self.add(ledger, missing(id, message));
        }
        let named = !request.filter.trail_arns.is_empty();
        for id in missing_at_home(&all.found, &request.trails, named) {
            let told = beside.contains(&id) || expected.contains(&id);
            let wanted = request.filter.concerns(&id) && !told;
            let folder = |(root, found): &(KeyRoot, ChainId)| {
                found.trail == id.trail && is_hidden(root, &id.account, &id.region)
            };
            if wanted && !all.found.iter().any(folder) {
                let message = "this is the home region of a trail that writes digests here, and none of \
                               its own is there: nothing of it is proven";
                self.add(ledger, missing(&id, message));
            }
        }
        let late = request.delivery_lag.saturating_add(HOUR);
        let ends = all.ends.iter().map(|(id, end)| (id, *end)).collect();
        for (id, time) in ended_before_siblings(&all.found, &ends, late) {
            let asked = Window::new(
                request.from.unwrap_or(Timestamp::MIN),
                request.to.unwrap_or(Timestamp::MAX),
            );
            if time.clip(&asked).is_empty() {
                continue;
            }
            let message = format!(
                "the digests of this chain end at {}, and others of its trail go on until {}: its region \
                 or account was left out since, or its digests are not there",
                time.from, time.to
            );
            self.add(ledger, missing(&id, &message).over(time));
        }
    }

    /// Whether there is anything in a folder for logs.
    fn holds_logs(&self, logged: &LogFolder) -> bool {
        let LogFolder {
            root,
            key_root,
            account,
            region,
        } = logged;
        let folder = key_root.folder(account, LOG_FOLDER, region);
        self.fetcher.source.holds_any(*root, &folder)
    }
}

/// Chains that should be there: a trail that writes digests does so in its home region every hour,
/// for its own account and for every other one that it writes for at all. One that was asked for by
/// name and has no digests is told as such.
fn missing_at_home(
    found: &[(KeyRoot, ChainId)],
    trails: &[TrailConfig],
    named: bool,
) -> BTreeSet<ChainId> {
    let mut missing = BTreeSet::new();
    for trail in trails {
        let own: BTreeSet<&ChainId> = found
            .iter()
            .map(|(_, id)| id)
            .filter(|id| trail.writes(id))
            .collect();
        let mut home: BTreeSet<ChainId> = own
            .iter()
            .map(|id| ChainId {
                region: id.home_region.clone(),
                ..(*id).clone()
            })
            .collect();
        if !named && trail.validation {
            home.insert(ChainId {
                account: trail.arn.account.clone(),
                region: trail.arn.home_region.clone(),
                home_region: trail.arn.home_region.clone(),
                trail: trail.arn.trail.clone(),
            });
        }
        missing.extend(home.into_iter().filter(|id| !own.contains(id)));
    }
    missing
}

/// Chains that end while others of their trail go on: the region or the account was left out, or
/// its digests were removed. With the time from their end to that of the last.
fn ended_before_siblings(
    found: &[(KeyRoot, ChainId)],
    ends: &BTreeMap<&ChainId, Timestamp>,
    late: i64,
) -> BTreeMap<ChainId, Window> {
    let mut trails: BTreeMap<_, BTreeSet<&ChainId>> = BTreeMap::new();
    for (root, id) in found {
        let owner = Some(&id.account).filter(|_| root.organization.is_none());
        let trail = (owner, &root.organization, &id.home_region, &id.trail);
        trails.entry(trail).or_default().insert(id);
    }
    let mut ended = BTreeMap::new();
    for chains in trails.into_values() {
        let end = |id: &&ChainId| ends.get(*id).copied();
        let Some(last) = chains.iter().filter_map(end).max() else {
            continue;
        };
        for id in chains {
            let at = end(&id).filter(|at| shift(*at, late) < last);
            ended.extend(at.map(|at| (id.clone(), Window::new(at, last))));
        }
    }
    ended
}

/// Chains that should be there: a trail with digests in two regions, or one that says so, is a
/// multi-region trail, which writes digests in every region it writes logs in, every hour. One of an
/// organization does so for every account. A folder that `holds` nothing says nothing.
fn missing_beside_siblings(
    found: &[(KeyRoot, ChainId)],
    logged: &[&LogFolder],
    described: &[TrailConfig],
    holds: &dyn Fn(&LogFolder) -> bool,
) -> BTreeSet<ChainId> {
    let there: BTreeSet<&ChainId> = found.iter().map(|(_, id)| id).collect();
    // By root and owner, then by home region and name: the regions with digests.
    let mut trails: BTreeMap<_, BTreeMap<_, BTreeSet<&Region>>> = BTreeMap::new();
    for (root, id) in found {
        let owner = Some(&id.account).filter(|_| root.organization.is_none());
        let trails = trails.entry((root, owner)).or_default();
        trails
            .entry((&id.home_region, &id.trail))
            .or_default()
            .insert(&id.region);
    }
    let mut missing = BTreeSet::new();
    for folder in logged {
        let LogFolder {
            key_root,
            account,
            region,
            ..
        } = folder;
        let of = |owner| trails.get(&(key_root, owner)).into_iter().flatten();
        for ((home_region, trail), regions) in of(None).chain(of(Some(account))) {
            let id = ChainId {
                account: account.clone(),
                region: region.clone(),
                home_region: (*home_region).clone(),
                trail: (*trail).clone(),
            };
            let everywhere = || described.iter().any(|t| t.multi_region && t.writes(&id));
            let told = there.contains(&id) || missing.contains(&id);
            if !told && (regions.len() > 1 || everywhere()) && holds(folder) {
                missing.insert(id);
            }
        }
    }
    missing
}
