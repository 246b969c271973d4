//! Chains that are missing entirely. No chain reports its own absence, so three other sources are
//! compared with what was found: the request, the trails' configuration, and the other chains of the
//! same trail.

mod found_trails;

use std::collections::BTreeSet;

use jiff::Timestamp;

use self::found_trails::FoundTrails;
use crate::base::time::{HOUR, Window};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, KeyRoot, LOG_FOLDER};
use crate::proof::finding::{Code, Finding, LOOK_FOR_MISSING};
use crate::validate::chain_state::GroupOutcome;
use crate::validate::context::Context;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::FilterTerm;
use crate::validate::survey::{LogFolder, Survey, found_instead};

/// The chains that should exist and do not, as findings: first those of the request, then those that
/// trails and other chains point to.
pub(crate) fn absences(context: &Context<'_>, survey: &Survey, all: &GroupOutcome) -> Vec<Finding> {
    let mut findings = expected(context, &all.chains);
    // With nowhere to look, the reason is a finding already.
    if !context.fetcher.places.roots().is_empty() {
        findings.extend(requested(context, survey, all));
    }
    findings.extend(implied(context, survey, all));
    findings
}

/// The chains of `--expect` without a digest.
fn expected(context: &Context<'_>, chains: &[Box<ChainOutcome>]) -> Vec<Finding> {
    let expected: BTreeSet<&ChainId> = context.request.expect.iter().collect();
    let filter = &context.request.filter;
    // A line names four parts, so any chain that is called like that answers it.
    let is_found = |id: &ChainId| chains.iter().any(|c| c.id.is_called_like(id));
    let absent = expected
        .into_iter()
        .filter(|id| filter.concerns(id) && !is_found(id));
    let message = "this chain was expected and has no digest here: nothing of it is proven";
    absent.map(|id| missing(id, message)).collect()
}

/// The terms of the filter without a digest. If there are none, finding nothing at all is reported.
fn requested(context: &Context<'_>, survey: &Survey, all: &GroupOutcome) -> Vec<Finding> {
    let (request, chains) = (context.request, &all.chains);
    let nothing_found =
        |message: String, hint| Finding::new(Code::NothingFound, message).hint(hint);
    let instead = || found_instead(survey, chains, &request.limits);
    let terms = request.filter.terms();
    if chains.is_empty() && terms.is_empty() {
        let message = "no digest was found: nothing is proven".into();
        return vec![nothing_found(message, instead())];
    }
    let unmatched = terms
        .iter()
        .filter(|term| !all.notes.answered.contains(term));
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
        let is_copy = |bucket: &&String| {
            all.notes.buckets.contains(*bucket)
                && context.fetcher.places.holds_copies_of(bucket, &written)
        };
        let unused = buckets
            .iter()
            .filter(|b| !written.contains(b.as_str()) && !is_copy(b));
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
fn implied(context: &Context<'_>, survey: &Survey, all: &GroupOutcome) -> Vec<Finding> {
    let trails = FoundTrails::new(&all.notes.found);
    // An expected chain is reported as such, and only once.
    let expected = &context.request.expect;
    let is_expected = |id: &ChainId| expected.iter().any(|other| other.is_called_like(id));
    let mut beside_logs = beside_logs(context, survey, &trails);
    beside_logs.retain(|id| !is_expected(id));
    let mut at_home = at_home(context, survey, all, &trails);
    at_home.retain(|id| !beside_logs.contains(id) && !is_expected(id));

    let mut findings = Vec::new();
    findings.extend(beside_logs.iter().map(|id| {
        let message = "logs of this account lie in this region and no digest of this trail does, \
                       though it has digests in other regions: nothing of it is proven";
        missing(id, message)
    }));
    findings.extend(at_home.iter().map(|id| {
        let message = "this is the home region of a trail that writes digests here, and none of \
                       its own is there: nothing of it is proven";
        missing(id, message)
    }));
    findings.extend(ended_early(context, all, &trails));
    findings
}

/// Chains that are missing beside the logs of their trail.
fn beside_logs(
    context: &Context<'_>,
    survey: &Survey,
    trails: &FoundTrails<'_>,
) -> BTreeSet<ChainId> {
    let is_visible = |l: &&LogFolder| !is_hidden(survey, &l.key_root, (&l.account, &l.region));
    let folders: Vec<&LogFolder> = survey.log_folders.iter().filter(is_visible).collect();
    let configs = &context.request.prior.trails;
    trails.missing_beside_logs(&folders, configs, &|folder| holds_logs(context, folder))
}

/// Chains that are missing in the home region of their trail.
fn at_home(
    context: &Context<'_>,
    survey: &Survey,
    all: &GroupOutcome,
    trails: &FoundTrails<'_>,
) -> BTreeSet<ChainId> {
    let request = context.request;
    let may_be_hidden = |id: &ChainId| {
        let hides = |(root, found): &(KeyRoot, ChainId)| {
            found.trail == id.trail && is_hidden(survey, root, (&id.account, &id.region))
        };
        all.notes.found.iter().any(hides)
    };
    let by_name = !request.filter.trail_arns.is_empty();
    let mut missing = trails.missing_at_home(&request.prior.trails, by_name);
    missing.retain(|id| request.filter.concerns(id) && !may_be_hidden(id));
    missing
}

/// Chains that end in the window, while others of their trail go on.
fn ended_early<'a>(
    context: &Context<'_>,
    all: &'a GroupOutcome,
    trails: &FoundTrails<'a>,
) -> impl Iterator<Item = Finding> + use<'a> {
    let request = context.request;
    let late = request.delivery_lag.saturating_add(HOUR);
    let ends = all.notes.ends.iter().map(|(id, end)| (id, *end)).collect();
    let window = Window::new(
        request.from.unwrap_or(Timestamp::MIN),
        request.to.unwrap_or(Timestamp::MAX),
    );
    let ended = trails.ended_early(&ends, late).into_iter();
    let ended = ended.filter(move |(_, time)| !time.clip(&window).is_empty());
    ended.map(|(id, time)| {
        let message = format!(
            "the digests of this chain end at {}, and others of its trail go on until {}: its \
             region or account was left out since, or its digests are not there",
            time.from, time.to
        );
        missing(id, message).over(time)
    })
}

fn missing(id: &ChainId, message: impl Into<String>) -> Finding {
    let finding = Finding::new(Code::ChainMissing, message);
    finding.hint(LOOK_FOR_MISSING).of(id)
}

/// Whether the folder of digests of an account and region may exist without being listed.
fn is_hidden(survey: &Survey, root: &KeyRoot, (account, region): (&AccountId, &Region)) -> bool {
    !survey.trouble.is_empty() && survey.is_hidden(&root.folder(account, DIGEST_FOLDER, region))
}

/// Whether a folder for logs holds an object.
fn holds_logs(context: &Context<'_>, folder: &LogFolder) -> bool {
    let LogFolder {
        root,
        key_root,
        account,
        region,
    } = folder;
    let prefix = key_root.folder(account, LOG_FOLDER, region);
    context.fetcher.source.holds_any(*root, &prefix)
}
