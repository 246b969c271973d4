//! Chains that are missing entirely. No chain reports its own absence, so three other sources are
//! compared with what was found: the request, the trails' configuration, and the other chains of the
//! same trail.
//!
//! ```text
//! implied        what other chains and configurations call for ──> chain-missing, digest-missing
//!   found_trails    the rules, over the chains that were found
//!   log_presence    whether a folder holds logs
//!   configured      what CloudTrail says today
//!   unlisted        whether its digests exist all the same
//! vanished       chains that earlier runs saw ──> chain-missing
//!   missing_chain   a chain that is missing, and the finding on it
//! ```

mod configured;
mod found_trails;
pub(crate) mod implied;
mod log_presence;
mod missing_chain;
mod unlisted;
mod vanished;

use std::collections::BTreeSet;

use self::configured::too_new;
pub(crate) use self::missing_chain::Absences;
use self::missing_chain::missing;
use self::vanished::vanished;
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::proof::finding::{Code, Finding, Hint, Severity};
use crate::validate::chain_state::GroupOutcome;
use crate::validate::context::Context;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::FilterTerm;
use crate::validate::survey::{Survey, found_instead};

/// What to do where nothing was found because something could not be listed: the cause comes first.
const UNREADABLE: &str =
    "a bucket or folder could not be listed, and may hold it: see source-unreadable";

/// Compares the chains that should exist with those that were found.
pub(crate) fn absences(context: &Context<'_>, survey: &Survey, all: &GroupOutcome) -> Absences {
    let mut absences = Absences {
        findings: vanished(context, survey, all),
        open: Vec::new(),
    };
    let expected = expected(context, &absences.findings, &all.chains);
    absences.findings.extend(expected);
    absences.findings.extend(all.notes.vanished.iter().cloned());
    // With nowhere to look, the reason is a finding already, if there is one.
    let is_nowhere = context.fetcher.places.roots().is_empty();
    let mut prior = context.request.prior.findings.iter();
    if !is_nowhere || !prior.any(|f| f.severity > Severity::Note) {
        absences.findings.extend(requested(context, survey, all));
    }
    // Whether one log was delivered does not depend on other chains.
    if !is_nowhere && context.request.only.is_none() {
        implied::implied(context, survey, all, &mut absences);
    }
    // Nobody misses what was left out.
    let filter = &context.request.filter;
    let is_excluded = |finding: &Finding| {
        let chain = finding.chain.as_ref();
        chain.is_some_and(|id| filter.excludes(id))
    };
    absences.findings.retain(|finding| !is_excluded(finding));
    absences
}

/// The chains of `--expect` without a digest.
fn expected(
    context: &Context<'_>,
    vanished: &[Finding],
    chains: &[Box<ChainOutcome>],
) -> Vec<Finding> {
    let expected = context.request.expect.iter();
    let filter = &context.request.filter;
    // A line gives four parts, so any chain with these parts matches it.
    let reported = vanished.iter().filter_map(|finding| finding.chain.as_ref());
    let found = chains.iter().map(|chain| &chain.id).chain(reported);
    let found: BTreeSet<ChainId> = found.map(ChainId::first_alike).collect();
    let is_found = |id: &ChainId| found.contains(&id.first_alike());
    let absent = expected.filter(|id| filter.concerns(id) && !is_found(id));
    let message = "this chain was expected, but has no digest here: nothing of it is proven";
    absent.map(|id| missing(id, message)).collect()
}

/// The terms of the filter without a digest. If there are none, finding nothing at all is reported.
fn requested(context: &Context<'_>, survey: &Survey, all: &GroupOutcome) -> Vec<Finding> {
    let (request, chains) = (context.request, &all.chains);
    let nothing_found =
        |message: String, hint: Hint| Finding::new(Code::NothingFound, message).hint(hint);
    let validates = request.prior.trails.iter().any(|t| t.validation);
    let instead = |named: Option<&TrailArn>| {
        if !survey.trouble.is_empty() {
            return UNREADABLE.into();
        }
        let due = chains.is_empty().then(|| too_new(context, named));
        let due = due.flatten().map(Hint::from);
        due.unwrap_or_else(|| found_instead(survey, chains, validates, &request.limits))
    };
    let terms = request.filter.terms();
    if chains.is_empty() && terms.is_empty() {
        let message = "no digest was found: nothing is proven".into();
        return vec![nothing_found(message, instead(None))];
    }
    let chains_of = |term| {
        let answered = all.notes.answered.iter();
        answered.filter(move |(_, answered)| answered == term)
    };
    let unmatched = terms.iter().filter(|term| {
        let mut chains = chains_of(*term);
        chains.all(|(id, _)| all.notes.outside.contains(id))
    });
    let mut findings: Vec<Finding> = unmatched
        .map(|term| {
            let is_outside = chains_of(term).next().is_some();
            let message = match is_outside {
                true => format!("no digest of the {term} given is in the window"),
                false => format!("no digest was found for the {term} given"),
            };
            let hint = match term {
                _ if is_outside => {
                    "check when its digests begin and end (trailproof trails), and choose a window that \
                     includes them, or none"
                        .into()
                }
                FilterTerm::Trail(arn) if !chains.is_empty() => {
                    let due = too_new(context, Some(arn)).map(Hint::from);
                    due.unwrap_or_else(|| Hint::OtherOwner(arn.account.to_string()))
                }
                FilterTerm::Trail(arn) => instead(Some(arn)),
                _ => instead(None),
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
        // The digests in a bucket that holds copies have findings or notes of their own.
        let is_copy = |bucket: &&String| all.notes.buckets.contains(*bucket);
        let unused = buckets
            .iter()
            .filter(|b| !written.contains(b.as_str()) && !is_copy(b));
        findings.extend(unused.map(|bucket| {
            let message = format!("no proven digest was written to the bucket {bucket} given");
            let buckets: Vec<&str> = written.iter().take(request.limits.named).copied().collect();
            let hint = format!("those here were written to: {}", buckets.join(", "));
            nothing_found(message, hint.into())
        }));
    }
    findings
}
