//! Chains that are missing entirely. No chain reports its own absence, so three other sources are
//! compared with what was found: the request, the trails' configuration, and the other chains of the
//! same trail.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region, TrailName};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, KeyRoot, LOG_FOLDER};
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::finding::{Code, Finding, LOOK_FOR_MISSING};
use crate::validate::Context;
use crate::validate::digests::group::GroupResult;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::FilterTerm;
use crate::validate::survey::{LogFolder, Survey, found_instead};

/// The chains that should exist and do not, as findings: first those of the request, then those that
/// trails and other chains point to.
pub(crate) fn absences(context: &Context<'_>, survey: &Survey, all: &GroupResult) -> Vec<Finding> {
    let mut findings = expected(context, &all.chains);
    // With nowhere to look, the reason is a finding already.
    if !context.fetcher.atlas.roots().is_empty() {
        findings.extend(requested(context, survey, all));
    }
    findings.extend(implied(context, survey, all));
    findings
}

/// The chains of `--expect` without a digest.
fn expected(context: &Context<'_>, chains: &[Box<ChainOutcome>]) -> Vec<Finding> {
    let found: BTreeSet<&ChainId> = chains.iter().map(|c| &c.id).collect();
    let expected: BTreeSet<&ChainId> = context.request.expect.iter().collect();
    let filter = &context.request.filter;
    let absent = expected
        .into_iter()
        .filter(|id| filter.concerns(id) && !found.contains(id));
    let message = "this chain was expected and has no digest here: nothing of it is proven";
    absent.map(|id| missing(id, message)).collect()
}

/// The terms of the filter without a digest. If there are none, finding nothing at all is reported.
fn requested(context: &Context<'_>, survey: &Survey, all: &GroupResult) -> Vec<Finding> {
    let (request, chains) = (context.request, &all.chains);
    let nothing_found =
        |message: String, hint| Finding::new(Code::NothingFound, message).hint(hint);
    let instead = || found_instead(survey, chains, &request.limits);
    let terms = request.filter.terms();
    if chains.is_empty() && terms.is_empty() {
        let message = "no digest was found: nothing is proven".into();
        return vec![nothing_found(message, instead())];
    }
    let unmatched = terms.iter().filter(|term| !all.answered.contains(term));
    let mut findings: Vec<Finding> = unmatched
        .map(|term| {
            let message = format!("no digest was found for the {term} that was asked for");
            let hint = match term {
                FilterTerm::Trail(_) if !chains.is_empty() => {
                    "the digests here are of an organization trail of that name, and nothing here shows \
                     that this account owns it: name the organization with --organization-id, or copy \
                     the digests of that account too"
                        .into()
                }
                _ => instead(),
            };
            nothing_found(message, hint)
        })
        .collect();
    let written: BTreeSet<&str> = chains
        .iter()
        .flat_map(|c| c.locations.iter().map(|l| l.bucket.as_str()))
        .collect();
    // Without a proven digest, nothing is known about buckets. If only one bucket was given and it is
    // the wrong one, each digest is reported as relocated.
    let buckets = &request.filter.buckets;
    if buckets.len() > 1 && !written.is_empty() {
        let unused = buckets.iter().filter(|b| !written.contains(b.as_str()));
        findings.extend(unused.map(|bucket| {
            let message =
                format!("no proven digest was written to the bucket {bucket} that was asked for");
            let buckets: Vec<&str> = written.iter().take(request.limits.named).copied().collect();
            let hint = format!("those here were written to: {}", buckets.join(", "));
            nothing_found(message, hint)
        }));
    }
    findings
}

/// Chains that the trails' configuration or other chains show to be missing, or to end too early.
fn implied(context: &Context<'_>, survey: &Survey, all: &GroupResult) -> Vec<Finding> {
    let request = context.request;
    let trails = FoundTrails::new(&all.found);
    let is_hidden = |root: &KeyRoot, account: &AccountId, region: &Region| {
        survey.is_hidden(&root.folder(account, DIGEST_FOLDER, region))
    };
    let mut findings = Vec::new();

    // An expected chain is reported once, as expected.
    let expected: BTreeSet<&ChainId> = request.expect.iter().collect();
    let logged = survey.log_folders.iter();
    let logged: Vec<&LogFolder> = logged
        .filter(|l| !is_hidden(&l.key_root, &l.account, &l.region))
        .collect();
    let mut beside_logs =
        trails.missing_beside_logs(&logged, &request.prior.trails, &|l| holds_logs(context, l));
    beside_logs.retain(|id| !expected.contains(id));
    findings.extend(beside_logs.iter().map(|id| {
        let message = "logs of this account lie in this region and no digest of this trail does, \
                       though it has digests in other regions: nothing of it is proven";
        missing(id, message)
    }));

    let is_reported = |id: &ChainId| beside_logs.contains(id) || expected.contains(id);
    let may_be_hidden = |id: &ChainId| {
        let hides = |(root, found): &(KeyRoot, ChainId)| {
            found.trail == id.trail && is_hidden(root, &id.account, &id.region)
        };
        all.found.iter().any(hides)
    };
    let by_name = !request.filter.trail_arns.is_empty();
    let at_home = trails.missing_at_home(&request.prior.trails, by_name);
    let at_home = at_home
        .iter()
        .filter(|id| request.filter.concerns(id) && !is_reported(id) && !may_be_hidden(id));
    findings.extend(at_home.map(|id| {
        let message = "this is the home region of a trail that writes digests here, and none of \
                       its own is there: nothing of it is proven";
        missing(id, message)
    }));

    let late = request.delivery_lag.saturating_add(HOUR);
    let ends = all.ends.iter().map(|(id, end)| (id, *end)).collect();
    let window = Window::new(
        request.from.unwrap_or(Timestamp::MIN),
        request.to.unwrap_or(Timestamp::MAX),
    );
    let ended = trails.ended_early(&ends, late).into_iter();
    findings.extend(
        ended
            .filter(|(_, time)| !time.clip(&window).is_empty())
            .map(|(id, time)| {
                let message = format!(
                    "the digests of this chain end at {}, and others of its trail go on until {}: its \
                     region or account was left out since, or its digests are not there",
                    time.from, time.to
                );
                missing(id, message).over(time)
            }),
    );
    findings
}

fn missing(id: &ChainId, message: impl Into<String>) -> Finding {
    let finding = Finding::new(Code::ChainMissing, message);
    finding.hint(LOOK_FOR_MISSING).of(id)
}

/// Whether a folder for logs holds an object.
fn holds_logs(context: &Context<'_>, logged: &LogFolder) -> bool {
    let LogFolder {
        root,
        key_root,
        account,
        region,
    } = logged;
    let folder = key_root.folder(account, LOG_FOLDER, region);
    context.fetcher.source.holds_any(*root, &folder)
}

/// Who owns the chains of a trail, as far as object keys show: one trail of an organization writes for
/// all accounts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner<'a> {
    Organization(&'a OrganizationId),
    Account(&'a AccountId),
}

impl<'a> Owner<'a> {
    fn of(root: &'a KeyRoot, account: &'a AccountId) -> Self {
        match &root.organization {
            Some(organization) => Owner::Organization(organization),
            None => Owner::Account(account),
        }
    }
}

/// The chains found of one trail.
#[derive(Default)]
struct FoundTrail<'a> {
    chains: BTreeSet<&'a ChainId>,
    /// The regions with digests, by where they were found.
    regions: BTreeMap<&'a KeyRoot, BTreeSet<&'a Region>>,
}

/// The chains that were found, by the owner, home region and name of their trail.
struct FoundTrails<'a>(BTreeMap<Owner<'a>, BTreeMap<(&'a Region, &'a TrailName), FoundTrail<'a>>>);

impl<'a> FoundTrails<'a> {
    fn new(found: &'a [(KeyRoot, ChainId)]) -> Self {
        let mut owners: BTreeMap<_, BTreeMap<_, FoundTrail<'_>>> = BTreeMap::new();
        for (root, id) in found {
            let trails = owners.entry(Owner::of(root, &id.account)).or_default();
            let trail = trails.entry((&id.home_region, &id.trail)).or_default();
            trail.chains.insert(id);
            trail.regions.entry(root).or_default().insert(&id.region);
        }
        FoundTrails(owners)
    }

    fn all(&self) -> impl Iterator<Item = &FoundTrail<'a>> {
        self.0.values().flat_map(BTreeMap::values)
    }

    /// Missing chains in home regions. A trail writes a digest every hour in its home region, for its
    /// own account and for every other account that it has chains of. A trail that was requested
    /// `by_name` and has no digest at all is reported as such, and not here.
    fn missing_at_home(&self, configs: &[TrailConfig], by_name: bool) -> BTreeSet<ChainId> {
        let mut missing = BTreeSet::new();
        for config in configs {
            let chains = self.all().flat_map(|trail| &trail.chains);
            let own: BTreeSet<&ChainId> = chains.copied().filter(|id| config.writes(id)).collect();
            let mut home: BTreeSet<ChainId> = own
                .iter()
                .map(|id| ChainId {
                    region: id.home_region.clone(),
                    ..(*id).clone()
                })
                .collect();
            if !by_name && config.validation {
                home.insert(ChainId {
                    account: config.arn.account.clone(),
                    region: config.arn.home_region.clone(),
                    home_region: config.arn.home_region.clone(),
                    trail: config.arn.trail.clone(),
                });
            }
            missing.extend(home.into_iter().filter(|id| !own.contains(id)));
        }
        missing
    }

    /// Missing chains beside folders of logs. A trail with digests in two regions, or configured for all
    /// regions, writes a digest every hour in every region in which it writes logs; a trail of an
    /// organization does so for every account. An empty folder, for which `holds_logs` is false, shows
    /// nothing.
    fn missing_beside_logs(
        &self,
        logged: &[&LogFolder],
        configs: &[TrailConfig],
        holds_logs: &dyn Fn(&LogFolder) -> bool,
    ) -> BTreeSet<ChainId> {
        let found: BTreeSet<&ChainId> = self.all().flat_map(|t| &t.chains).copied().collect();
        let mut missing = BTreeSet::new();
        for folder in logged {
            let LogFolder {
                key_root,
                account,
                region,
                ..
            } = folder;
            let trails = self.0.get(&Owner::of(key_root, account)).into_iter();
            for ((home_region, name), trail) in trails.flatten() {
                let Some(regions) = trail.regions.get(key_root) else {
                    continue;
                };
                let id = ChainId {
                    account: account.clone(),
                    region: region.clone(),
                    home_region: (*home_region).clone(),
                    trail: (*name).clone(),
                };
                let is_known = found.contains(&id) || missing.contains(&id);
                let is_everywhere = || configs.iter().any(|c| c.multi_region && c.writes(&id));
                if !is_known && (regions.len() > 1 || is_everywhere()) && holds_logs(folder) {
                    missing.insert(id);
                }
            }
        }
        missing
    }

    /// Chains whose last digest ends more than `late` seconds before the last one of their trail: the
    /// trail no longer covers the region or the account, or the digests are missing. Each comes with the
    /// time between the two ends.
    fn ended_early(
        &self,
        ends: &BTreeMap<&ChainId, Timestamp>,
        late: i64,
    ) -> BTreeMap<&'a ChainId, Window> {
        let mut ended = BTreeMap::new();
        for FoundTrail { chains, .. } in self.all() {
            let end = |id: &&ChainId| ends.get(*id).copied();
            let Some(last) = chains.iter().filter_map(end).max() else {
                continue;
            };
            for id in chains {
                let at = end(id).filter(|at| shift(*at, late) < last);
                ended.extend(at.map(|at| (*id, Window::new(at, last))));
            }
        }
        ended
    }
}
