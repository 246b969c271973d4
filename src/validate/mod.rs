//! The driver: the only file that joins source, keys and stages.

mod run;
mod tail;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use sha2::Digest as _;

use crate::atlas::Atlas;
use crate::chain::{Scope, Walk};
use crate::coverage::{Paint, Spans, State, verified_until};
use crate::discover::{self, Named, Survey};
use crate::error::{Error, Kind};
use crate::event::Observer;
use crate::fetch::Fetcher;
use crate::finding::{Code, Finding, LOOK_FOR_MISSING, REFUSED, Severity, unread_hint};
use crate::gap;
use crate::hash::Sha256;
use crate::keyname::{DIGEST_FOLDER, KeyRoot};
use crate::keys::Keys;
use crate::ledger::Ledger;
use crate::listing::{self, Listing, Names, Wanted};
use crate::not_proven::{self, Told};
use crate::outcome::{ChainOutcome, LogTally, Outcome, Requests, verdict};
use crate::scope::{Asked, Request};
use crate::signature::KeyUse;
use crate::source::{GetError, RootId, Source};
use crate::trail::{AccountId, ChainId, HOUR, Region, TrailArn, Window, shift};
use crate::trails::{TrailConfig, Trails};
use run::Run;

/// Where everything comes from.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// Objects.
    pub source: &'a dyn Source,
    /// Which place is which.
    pub atlas: &'a Atlas,
    /// Public keys.
    pub keys: &'a dyn Keys,
    /// What CloudTrail says of trails, where it can be asked.
    pub trails: Option<&'a dyn Trails>,
}

/// Proves every chain that was asked for.
///
/// # Errors
/// Only where no workers can be had: whatever happens while looking is in the outcome.
pub fn validate(
    access: Access<'_>,
    request: &Request,
    observer: &dyn Observer,
) -> Result<Outcome, Error> {
    let Access {
        source,
        atlas,
        keys,
        trails,
    } = access;
    let limits = &request.limits;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.jobs.max(1))
        .build()
        .map_err(|e| Error::new(Kind::Internal, "cannot start workers").because(e))?;
    let fetcher = Fetcher::new(source, atlas, keys, limits, request.delivery_lag);
    let survey = discover::survey(source, atlas, &request.filter, limits);
    fetcher.listed(survey.listings);
    let driver = Driver {
        fetcher: &fetcher,
        trails,
        request,
        observer,
        pool: &pool,
    };
    let groups: Vec<_> = survey.groups.iter().collect();
    let results: Mutex<BTreeMap<usize, GroupResult>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(((account, region), places)) = groups.get(at) else {
                break;
            };
            let result = driver.group(account, region, places, &survey.members);
            results
                .lock()
                .unwrap_or_else(|e| e.into_inner())
                .insert(at, result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..request.chains_at_once.min(groups.len()).max(1) {
            scope.spawn(work);
        }
        work();
    });
    let results = results.into_inner().unwrap_or_else(|e| e.into_inner());
    Ok(driver.join(survey, results.into_values()))
}

/// What one account and region gave.
#[derive(Default)]
struct GroupResult {
    chains: Vec<ChainOutcome>,
    findings: Vec<Finding>,
    keys: BTreeSet<KeyUse>,
    answered: Vec<Asked>,
    found: Vec<(KeyRoot, ChainId)>,
    unrecognised: Named,
    complete: bool,
    pending: Vec<(ChainId, Window)>,
    /// Chains whose trail could not be asked about, and why.
    unasked: Vec<(ChainId, String)>,
    /// Trails that write no digests now.
    unvalidated: BTreeSet<TrailArn>,
}

struct Driver<'a> {
    fetcher: &'a Fetcher<'a>,
    trails: Option<&'a dyn Trails>,
    request: &'a Request,
    observer: &'a dyn Observer,
    pool: &'a rayon::ThreadPool,
}

impl Driver<'_> {
    fn group(
        &self,
        account: &AccountId,
        region: &Region,
        places: &[(RootId, KeyRoot)],
        members: &BTreeSet<(KeyRoot, AccountId)>,
    ) -> GroupResult {
        let limits = &self.request.limits;
        let filter = &self.request.filter;
        let wanted = Wanted {
            from: self.request.from,
            to: self.request.to,
            backfill_grace: self.request.backfill_grace,
        };
        let Listing {
            chains,
            unrecognised,
            refused,
            trouble,
            hidden,
            listings,
            passed_over,
        } = listing::list(
            self.fetcher.source,
            account,
            region,
            places,
            filter,
            wanted,
            limits,
        );
        self.fetcher.listed(listings);
        let mut result = GroupResult {
            unrecognised,
            complete: trouble.is_empty() && passed_over == 0,
            ..Default::default()
        };
        for (root, key, why) in refused {
            let message = format!(
                "something among the digests was not looked at: {why}; what it hides is not known"
            );
            let finding = Finding::new(Code::DigestUnreadable, message).reason(REFUSED);
            result
                .findings
                .push(finding.at(self.fetcher.atlas.bucket(root), &key));
        }
        if passed_over > 0 {
            let message = format!(
                "the folders of account {account} in {region} hold digests of more than {} chains; \
                 those of the others were not looked at",
                limits.chains_in_folder
            );
            let finding = Finding::new(Code::DigestUnreadable, message).reason("limit");
            result.findings.push(finding.count(passed_over));
        }
        result
            .findings
            .extend(trouble.iter().map(|t| self.not_listed(t)));
        for (id, names) in chains {
            for root in names.roots() {
                let described = |account: &AccountId| {
                    let trails = self.request.trails.iter();
                    let mut own = trails.filter(|t| t.organization && t.writes(&id));
                    own.any(|t| t.arn.account == *account)
                };
                let member = |account: &AccountId| {
                    members.contains(&(root.clone(), account.clone())) || described(account)
                };
                result.answered.extend(filter.answers(root, &id, &member));
                result.found.push((root.clone(), id.clone()));
            }
            self.chain(id, &names, &hidden, &mut result);
        }
        result
    }

    fn not_listed(&self, (root, prefix, error): &(RootId, String, GetError)) -> Finding {
        let message = format!(
            "a folder could not be listed: {}; what it holds is not known",
            error.detail()
        );
        let finding = Finding::new(Code::DigestUnreadable, message).reason(error.reason());
        let finding = finding.hint(unread_hint(error.reason()));
        finding.at(self.fetcher.atlas.bucket(*root), prefix)
    }

    fn chain(&self, id: ChainId, names: &Names, hidden: &Spans, result: &mut GroupResult) {
        let request = self.request;
        let newest = [&names.main, &names.backfill];
        let newest = newest
            .into_iter()
            .filter_map(|slots| slots.last())
            .map(|s| s.end())
            .max();
        let Some(newest) = newest else { return };
        let to = request.to.unwrap_or(newest);
        self.expect_keys(&id, names, to);
        let mut run = Run {
            driver: self,
            id: &id,
            backfill: false,
            names,
            from: request.from,
            ledger: Ledger::new(request.limits.findings_per_code),
            logs: LogTally::default(),
            paint: Paint::default(),
            evidence: sha2::Sha256::new(),
            unlisted: 0,
            complete: true,
        };
        let scope = |backfill, from| Scope {
            chain: id.clone(),
            backfill,
            from,
            to,
            keys: self.fetcher.keys,
            // Backfill digests cover no time, so none of theirs is hidden.
            hidden: if backfill {
                Spans::default()
            } else {
                hidden.clone()
            },
            backfill_grace: request.backfill_grace,
        };
        let main = run.walk(Walk::new(scope(false, request.from)), false, to);
        run.from = request.from.or(main.begins);
        let backfill = run.walk(Walk::new(scope(true, run.from)), true, to);
        let Run {
            mut ledger,
            logs,
            paint: by_logs,
            evidence,
            complete,
            ..
        } = run;

        let window = Window::new(request.from.or(main.begins).unwrap_or(to), to);
        let mut main = main;
        let later = self.tail(&id, names, window, &mut ledger, result);
        if let Some(time) = later {
            main.tally.missing += 1;
            main.paint.colour(Severity::Failed, time);
            main.accounted.insert(time);
        }
        let last = main.last_end().unwrap_or(window.from);
        let pending_from = shift(
            request.as_of.unwrap_or(to),
            request.delivery_lag.saturating_neg(),
        )
        .max(last);
        let mut paint = main.paint;
        paint.add_colours(&backfill.paint);
        paint.add_colours(&by_logs);
        let coverage = paint.settle(window, pending_from);
        let gaps = gap::find(window, pending_from, &main.accounted, &main.restarts);
        for gap in &gaps {
            ledger.add(gap.finding().of(&id));
        }
        let covered = coverage.iter().any(|s| s.state == State::Verified);
        // Between digests on both sides, a window without any is a gap that is known.
        let first = [
            main.accounted.bounds().map(|b| b.from),
            main.restarts.iter().min().copied(),
        ];
        let bounded =
            first.into_iter().flatten().any(|first| first < window.to) && window.from < last;
        if (main.seen == 0 && !bounded)
            || (!covered && ledger.worst().is_none_or(|s| s == Severity::Note))
        {
            ledger.add(nothing_in_window(main.seen, names).of(&id).over(window));
        }
        let findings = ledger.into_findings();
        let verdict = verdict(&findings, coverage.iter().map(|s| s.state), complete);
        let evidence = [
            main.evidence,
            backfill.evidence,
            Some(Sha256(evidence.finalize().into())),
        ];
        result.pending.extend(
            coverage
                .iter()
                .filter(|s| s.state == State::Pending)
                .map(|s| (id.clone(), s.time)),
        );
        result.keys.extend(main.keys);
        result.keys.extend(backfill.keys);
        result.complete &= complete;
        result.findings.extend(findings);
        result.chains.push(ChainOutcome {
            window,
            verdict,
            verified_until: verified_until(&coverage),
            locations: main.locations,
            coverage,
            gaps,
            digests: main.tally,
            backfill: backfill.tally,
            logs,
            anchors: main.anchors,
            evidence: seal(evidence),
            id,
        });
    }

    /// Says which keys are about to be needed: from an hour before the window, whose first digest may
    /// be a starting digest, until backfill digests after it were generated.
    fn expect_keys(&self, id: &ChainId, names: &Names, to: Timestamp) {
        let request = self.request;
        let oldest = names
            .main
            .first()
            .or(names.backfill.first())
            .map(|s| s.end());
        let from = request.from.or(oldest).unwrap_or(to);
        let late = request.backfill_grace.saturating_add(request.delivery_lag);
        let until = shift(to, late).min(request.as_of.unwrap_or(Timestamp::MAX).max(to));
        self.fetcher
            .keys
            .expect(&id.region, (shift(from, -HOUR), until));
    }

    fn join(&self, survey: Survey, results: impl Iterator<Item = GroupResult>) -> Outcome {
        let mut complete = survey.trouble.is_empty() && !survey.bounded;
        let mut ledger = Ledger::new(self.request.limits.findings_per_code);
        let beforehand = &self.request.beforehand;
        beforehand.iter().for_each(|f| ledger.add(f.clone()));
        self.fetcher
            .keys
            .broken()
            .into_iter()
            .for_each(|f| ledger.add(f));
        survey
            .trouble
            .iter()
            .for_each(|t| ledger.add(self.not_listed(t)));
        let mut chains = Vec::new();
        let mut findings = Vec::new();
        let mut keys = BTreeSet::new();
        let mut answered = Vec::new();
        let mut found = Vec::new();
        let mut pending = Vec::new();
        let mut unrecognised = Named::default();
        let mut unasked = Vec::new();
        let mut unvalidated = BTreeSet::new();
        for result in results {
            complete &= result.complete;
            unasked.extend(result.unasked);
            unvalidated.extend(result.unvalidated);
            chains.extend(result.chains);
            findings.extend(result.findings);
            keys.extend(result.keys);
            answered.extend(result.answered);
            found.extend(result.found);
            pending.extend(result.pending);
            unrecognised.count += result.unrecognised.count;
            unrecognised.first.extend(result.unrecognised.first);
        }
        unrecognised.first.truncate(self.request.limits.named);
        complete &= self.fetcher.lasted() && self.request.complete;
        unvalidated
            .iter()
            .for_each(|arn| ledger.add(tail::unvalidated(arn)));
        chains.sort_by(|a, b| a.id.cmp(&b.id));
        self.absences(&survey, &chains, &answered, &mut ledger);
        let listed = |(root, account, region): &&(KeyRoot, AccountId, Region)| {
            !survey.is_hidden(&root.folder(account, DIGEST_FOLDER, region))
        };
        let logged: Vec<_> = survey.logged.iter().filter(listed).cloned().collect();
        let trails = &self.request.trails;
        let beside = missing_beside_siblings(&found, &logged, trails);
        let missing = |id: &ChainId, message: &str| {
            let finding = Finding::new(Code::ChainMissing, message);
            finding.hint(LOOK_FOR_MISSING).of(id)
        };
        for id in &beside {
            let message = "logs of this account lie in this region and no digest of this trail does, \
                           though it has digests in other regions: nothing of it is proven";
            ledger.add(missing(id, message));
        }
        for id in missing_at_home(&found, trails) {
            let wanted = self.request.filter.concerns(&id) && !beside.contains(&id);
            let folder = |(root, found): &(KeyRoot, ChainId)| {
                let hidden = root.folder(&id.account, DIGEST_FOLDER, &id.region);
                found.trail == id.trail && survey.is_hidden(&hidden)
            };
            if wanted && !found.iter().any(folder) {
                let message = "this is the trail's home region, and no digest of it is there, though it \
                               has digests in other regions: nothing of it is proven";
                ledger.add(missing(&id, message));
            }
        }
        findings.extend(ledger.into_findings());
        findings.sort_by_cached_key(Finding::order);
        // Two folders of one bucket may both say the same of one object.
        findings.dedup();
        let states = chains
            .iter()
            .flat_map(|c| c.coverage.iter().map(|s| s.state));
        let (bytes_read, bytes_hashed) = self.fetcher.bytes();
        let not_proven = not_proven::sentences(&Told {
            request: self.request,
            atlas: self.fetcher.atlas,
            survey: &survey,
            unrecognised: &unrecognised,
            chains: &chains,
            pending: &pending,
            unasked: &unasked,
            keys: self.fetcher.keys.origin(),
        });
        Outcome {
            verdict: verdict(&findings, states, complete),
            complete,
            chains,
            findings,
            keys: keys.into_iter().collect(),
            not_proven,
            bytes_read,
            bytes_hashed,
            requests: Requests {
                trails: self.trails.map_or(0, Trails::requests),
                ..self.fetcher.requests()
            },
        }
    }

    /// What was asked for and is not there.
    fn absences(
        &self,
        survey: &Survey,
        chains: &[ChainOutcome],
        answered: &[Asked],
        ledger: &mut Ledger,
    ) {
        let request = self.request;
        let ids: BTreeSet<&ChainId> = chains.iter().map(|c| &c.id).collect();
        let expected: BTreeSet<&ChainId> = request.expect.iter().collect();
        for id in expected
            .into_iter()
            .filter(|id| request.filter.concerns(id) && !ids.contains(id))
        {
            let message = "this chain was expected and has no digest here: nothing of it is proven";
            ledger.add(Finding::new(Code::ChainMissing, message).of(id));
        }
        if self.fetcher.atlas.roots().is_empty() {
            // There is nowhere to look, and why was told beforehand.
            return;
        }
        for asked in request
            .filter
            .asked()
            .into_iter()
            .filter(|a| !answered.contains(a))
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
            ledger.add(finding);
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
            ledger.add(Finding::new(Code::NothingFound, message).hint(hint));
        }
        if chains.is_empty() && request.filter.asked().is_empty() {
            let message = "no digest was found: nothing is proven";
            let finding = Finding::new(Code::NothingFound, message)
                .hint(not_proven::what_is_there(survey, chains, &request.limits));
            ledger.add(finding);
        }
    }
}

/// Chains that should be there: a trail writes digests in its home region every hour.
fn missing_at_home(found: &[(KeyRoot, ChainId)], trails: &[TrailConfig]) -> BTreeSet<ChainId> {
    let mut missing = BTreeSet::new();
    for trail in trails {
        let own: Vec<&ChainId> = found
            .iter()
            .map(|(_, id)| id)
            .filter(|id| trail.writes(id))
            .collect();
        for id in &own {
            let home = ChainId {
                region: id.home_region.clone(),
                ..(*id).clone()
            };
            if !own.contains(&&home) {
                missing.insert(home);
            }
        }
    }
    missing
}

/// Chains that should be there: a trail with digests in two regions, or one that says so, is a
/// multi-region trail, which writes digests in every region it writes logs in, every hour. One of an
/// organization does so for every account.
fn missing_beside_siblings(
    found: &[(KeyRoot, ChainId)],
    logged: &[(KeyRoot, AccountId, Region)],
    described: &[TrailConfig],
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
    for (root, account, region) in logged {
        let of = |owner| trails.get(&(root, owner)).into_iter().flatten();
        for ((home_region, trail), regions) in of(None).chain(of(Some(account))) {
            let id = ChainId {
                account: account.clone(),
                region: region.clone(),
                home_region: (*home_region).clone(),
                trail: (*trail).clone(),
            };
            let everywhere = || described.iter().any(|t| t.multi_region && t.writes(&id));
            if (regions.len() > 1 || everywhere()) && !there.contains(&id) {
                missing.insert(id);
            }
        }
    }
    missing
}

/// One hash over several; one that is not there is as zeros.
fn seal(parts: [Option<Sha256>; 3]) -> Sha256 {
    let parts = parts.map(|part| part.map_or([0; 32], |hash| hash.0));
    Sha256::of(parts.as_flattened())
}

fn nothing_in_window(seen: u64, names: &Names) -> Finding {
    let (first, last) = (names.main.first(), names.main.last());
    let message = if seen == 0 {
        "no digest of this chain meets the window: nothing of it is proven"
    } else {
        "no instant of the window is covered by a proven digest: nothing of it is proven"
    };
    let finding = Finding::new(Code::NothingFound, message);
    match (first, last) {
        (Some(first), Some(last)) if first == last && seen > 0 => {
            finding.hint("a starting digest covers no time: copy the digests after it")
        }
        (Some(first), Some(last)) => finding.hint(format!(
            "its digests here end between {} and {}: ask for a window that meets them",
            first.end(),
            last.end()
        )),
        _ => finding.hint("only backfill digests are here, and those cover no time"),
    }
}
