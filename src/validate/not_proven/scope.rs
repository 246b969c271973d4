//! What the digests and the request leave open: chains, time, logs that were not read, keys.

use jiff::SignedDuration;

use crate::base::cancel::CancelReason;
use crate::base::text::{and_more, plural};
use crate::base::time::{Window, in_words};
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::proof::keys::KeyOrigin;
use crate::validate::in_window::next_due;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::{BundleTrust, LogSelection, Request};

pub(super) fn not_reached(ended_by: CancelReason) -> String {
    format!("anything not read before {ended_by} ended the run")
}

pub(super) fn not_logged() -> String {
    "what the trails were not configured to log: a digest proves which logs were delivered, not what happened \
     in the account"
        .to_owned()
}

pub(super) fn keys(origin: KeyOrigin) -> String {
    let sentence = match origin {
        KeyOrigin::Aws => {
            "that the public keys are those of AWS, beyond what TLS shows: they came from ListPublicKeys"
        }
        KeyOrigin::File => {
            "that the public keys are those of AWS: they came from files, and a matching fingerprint shows only \
             that a file is undamaged"
        }
        KeyOrigin::Bundle => {
            "that the public keys are those of AWS, beyond what the manifest shows that was given: they are what \
             ListPublicKeys answered when the bundle was collected"
        }
    };
    sentence.to_owned()
}

/// What a bundle says of itself, where nothing else shows that it is the one that was collected.
pub(super) fn own_words(request: &Request) -> Option<String> {
    let is_alone = request.prior.bundle == Some(BundleTrust::OwnWords);
    is_alone.then(|| {
        "when the bundle was collected, its window, buckets and trails, what S3 said of each object, that its \
         listings are complete, and that it is the bundle that was collected: only the bundle itself says so, \
         because the SHA-256 of its manifest was not given (--manifest-sha256)"
            .to_owned()
    })
}

/// Backfill digests are linked to no hourly digest.
pub(super) fn backfill_digests(chains: &[Box<ChainOutcome>]) -> Option<String> {
    let has_digests = chains.iter().any(|c| c.anchors.is_some());
    has_digests.then(|| {
        "that no backfill digest was removed together with the logs it lists: no other digest refers to \
         backfill digests"
            .to_owned()
    })
}

/// The chains that neither other chains nor logs nor CloudTrail call for.
pub(super) fn missing_chains(request: &Request) -> Option<String> {
    request.expect.is_empty().then(|| {
        "that no chain is missing entirely: a chain deleted completely, together with its logs, leaves no trace \
         unless another chain or CloudTrail refers to it. List the chains you expect with --expect"
            .to_owned()
    })
}

/// The chains that were left out on request.
pub(super) fn excluded_chains(request: &Request) -> Option<String> {
    let exclude = &request.filter.exclude;
    let named = exclude.iter().take(request.limits.named);
    let named: Vec<String> = named.map(ToString::to_string).collect();
    let more = (exclude.len() - named.len()) as u64;
    (!exclude.is_empty()).then(|| {
        let named = and_more(named.join(", "), more);
        format!("anything of the chains that --exclude left out: {named}")
    })
}

/// One sentence per requested trail that wrote a chain for another account.
pub(super) fn organization_owners<'a>(
    request: &'a Request,
    chains: &'a [Box<ChainOutcome>],
) -> impl Iterator<Item = String> + 'a {
    let is_of_organization = |arn: &&TrailArn| {
        chains.iter().any(|c| {
            c.id.trail == arn.trail
                && c.id.home_region == arn.home_region
                && c.id.account != arn.account
        })
    };
    let arns = request.filter.trail_arns.iter();
    arns.filter(is_of_organization).map(|arn| {
        format!(
            "that account {} owns the organization trail {}: name and home region were compared, but no digest \
             contains the owner",
            arn.account, arn.trail
        )
    })
}

pub(super) fn unread_logs(request: &Request, chains: &[Box<ChainOutcome>]) -> Option<String> {
    let not_read: u64 = chains.iter().map(|c| c.logs.not_read).sum();
    match request.logs {
        LogSelection::All => None,
        LogSelection::None => Some(match chains.iter().map(|c| c.logs.not_copied).sum() {
            0_u64 => format!("the content of {not_read} logs, which were not read (--logs)"),
            not_copied => format!(
                "the content of {not_read} logs, which were not read (--logs), and that {not_copied} of them \
                 exist: the copy lacks their folders"
            ),
        }),
        sample => Some(format!(
            "the content of {not_read} logs, which are not in the sample {sample} drawn with --seed {}",
            request.seed
        )),
    }
}

/// Time before the first and after the last digest, if the window was not given.
pub(super) fn outside_the_data(
    request: &Request,
    chains: &[Box<ChainOutcome>],
) -> impl Iterator<Item = String> {
    let has_window = chains.iter().any(|c| !c.window.is_empty());
    let before = "anything before the first digest: without --start-time the window begins with the data, so \
                  missing earlier digests are not reported";
    let after = "anything after the last digest: without --end-time the window ends with the data, so missing \
                 later digests are not reported";
    let before = match &request.continues {
        Some(_) => has_window.then(|| settled(request)),
        None => (has_window && request.from.is_none()).then(|| before.to_owned()),
    };
    let after = (has_window && request.to.is_none()).then(|| after.to_owned());
    before.into_iter().chain(after)
}

/// What a run that continues earlier ones does not notice of the time that they settled. Only S3 shows which logs are
/// new.
fn settled(request: &Request) -> String {
    let searched = match request.now {
        Some(_) => {
            "this run read the last digest again, and searched the time of --backfill-grace before the window for new \
             logs, in the folders CloudTrail/REGION. It does not notice what was removed there, what was added or \
             replaced before that or in other folders, and objects that are new and have an old time of writing: an \
             older version that became current again, or a replica"
        }
        None => {
            "this run read the last digest again, and nothing else: on disk, nothing before the window was searched. \
             It does not notice what was removed, added or replaced there"
        }
    };
    format!(
        "anything before the window of each chain: it begins where earlier runs left off. Of what they proved, \
         {searched}. Validate each month once without --state"
    )
}

pub(super) fn before_starting_digests(chains: &[Box<ChainOutcome>]) -> Option<String> {
    let restarted = chains
        .iter()
        .filter(|c| c.gaps.iter().any(|g| g.restart.is_some()));
    let starting = restarted.count();
    (starting > 0).then(|| {
        format!(
            "the hour before logging started or restarted, in {}: the first digest proves only the logs that it \
             lists",
            plural(starting, "chain")
        )
    })
}

/// The difference between the clocks, if it is worth a warning.
pub(super) fn clock(request: &Request) -> Option<String> {
    let ahead = request.clock_off()?;
    let consequence = match ahead > 0 {
        true => "digests that may still be delivered can be reported as missing (coverage-tail)",
        false => "the time of AWS was used to decide what may still be delivered",
    };
    Some(format!(
        "the local clock: {}; {consequence}. Set the clock",
        clock_in_words(ahead)
    ))
}

/// By how much and to which side the local clock is off, in full minutes.
pub(crate) fn clock_in_words(ahead: i64) -> String {
    let minutes = ahead.saturating_abs() / 60 * 60;
    let off = in_words(SignedDuration::from_secs(minutes));
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    format!("the local clock is {off} {side} that of AWS")
}

/// One sentence for all chains, with when the last of their next digests is due.
pub(super) fn pending(request: &Request, pending: &[(ChainId, Window)]) -> Option<String> {
    let (chain, time) = pending.first()?;
    let last = pending.iter().map(|(_, time)| time.from).max();
    let next = last.zip(request.now);
    let next = next.and_then(|(last, now)| next_due(last, now));
    Some(format!(
        "time so recent that its digests may not have been delivered yet, in {}. The first is {chain} from {} \
         to {}{}",
        plural(pending.len(), "chain"),
        time.from,
        time.to,
        next.map_or_else(String::new, |next| format!("; {next}"))
    ))
}

pub(super) fn trail_status(trail_errors: &[(ChainId, String)]) -> Option<String> {
    let (chain, why) = trail_errors.first()?;
    Some(format!(
        "the current status of the trail (whether it is logging, and when it last delivered a digest), in {}. \
         The first is {chain}: {why}",
        plural(trail_errors.len(), "chain")
    ))
}

pub(super) fn trails_without_digests(request: &Request) -> Option<String> {
    let why = request.prior.trails_error.as_ref()?;
    Some(format!(
        "that every trail that writes here has digests here: the trails could not be listed: {why}"
    ))
}
