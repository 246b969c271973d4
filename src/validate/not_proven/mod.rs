//! What a validation does not prove, in sentences: so that nobody takes a verdict for more than it
//! is (pure).

use crate::base::sample::Sample;
use crate::base::text::{and_more, plural};
use std::collections::BTreeMap;

use crate::base::limits::Limits;
use crate::base::time::Window;
use crate::cloudtrail::event::record::{Call, TrailChange};
use crate::cloudtrail::ids::{ChainId, Region, TrailArn};
use crate::proof::gap::events::KnownEvents;
use crate::proof::keys::KeyOrigin;
use crate::source::GetError;
use crate::source::places::Places;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::{LogSelection, Request};
use crate::validate::survey::Survey;
use crate::validate::unreferenced::tally::OtherObjects;

/// What the sentences of one report are made of.
pub struct NotProvenInput<'a> {
    /// What was asked for.
    pub request: &'a Request,
    /// Where it was looked for.
    pub atlas: &'a Places,
    /// What the folders showed.
    pub survey: &'a Survey,
    /// Objects among the digests whose names are not those of digests.
    pub unrecognised: &'a Sample,
    /// What was found.
    pub chains: &'a [Box<ChainOutcome>],
    /// Time whose digests may not have been delivered yet.
    pub pending: &'a [(ChainId, Window)],
    /// Chains whose trail could not be asked about, and why.
    pub unasked: &'a [(ChainId, String)],
    /// What the trails could not have logged, by their selectors of today.
    pub selected: &'a [String],
    /// What lies among the logs.
    pub beside: &'a OtherObjects,
    /// Where the keys came from that proved something, if any did.
    pub keys: Option<KeyOrigin>,
    /// What of the calls around gaps is not known.
    pub events: &'a [String],
}

/// The sentences for one report, in a fixed order.
pub fn sentences(told: &NotProvenInput<'_>) -> Vec<String> {
    let NotProvenInput {
        request,
        atlas,
        survey,
        unrecognised,
        chains,
        pending,
        unasked,
        selected,
        beside,
        keys,
        events,
    } = told;
    let keys = keys.map(|origin| match origin {
        KeyOrigin::Aws => {
            "that the public keys are those of AWS beyond what TLS shows: ListPublicKeys gave them"
        }
        KeyOrigin::File => {
            "that the public keys are those of AWS: they came from files, and that a key matches its \
             fingerprint only shows that the file is unbroken"
        }
    });
    let mut said = vec![
        "what the trails were not configured to log: a digest vouches for logs that were delivered, \
         not for what happened in the account"
            .to_owned(),
    ];
    said.extend(selected.iter().cloned());
    said.extend(keys.map(str::to_owned));
    said.extend(beside_the_logs(chains, beside));
    if request.expect.is_empty() {
        said.push(
            "that every chain is here: one that was removed whole, or ended before the window, does not \
             show; name those that must be there with --expect"
                .to_owned(),
        );
    }
    let by_organization = |arn: &&TrailArn| {
        chains.iter().any(|c| {
            c.id.trail == arn.trail
                && c.id.home_region == arn.home_region
                && c.id.account != arn.account
        })
    };
    for arn in request.filter.trail_arns.iter().filter(by_organization) {
        said.push(format!(
            "that account {} owns the organization trail {}: its name and home region were compared, \
             its owner stands in no digest",
            arn.account, arn.trail
        ));
    }
    if atlas.roots().iter().any(|r| r.buckets.is_empty()) && !chains.is_empty() {
        let mut buckets: Vec<&str> = chains
            .iter()
            .flat_map(|c| c.locations.iter().map(|l| l.bucket.as_str()))
            .collect();
        buckets.sort_unstable();
        buckets.dedup();
        let named = match buckets.len() {
            0 => "no bucket".to_owned(),
            n if n > request.limits.named => format!("{n} buckets"),
            _ => buckets.join(", "),
        };
        said.push(format!(
            "that these files are from a bucket of yours: no bucket name was given to compare with; \
             the proven digests here were written to {named}"
        ));
    }
    let mut named: Vec<&str> = atlas
        .roots()
        .iter()
        .flat_map(|r| r.buckets.iter().map(String::as_str))
        .collect();
    named.sort_unstable();
    let unnamed = atlas
        .roots()
        .iter()
        .filter(|r| r.buckets.is_empty())
        .count();
    if unnamed > 1 || named.windows(2).any(|pair| pair[0] == pair[1]) {
        said.push(
            "logs that lie in several of the folders given: the first that holds a log was read"
                .to_owned(),
        );
    }
    let not_read: u64 = chains.iter().map(|c| c.logs.not_read).sum();
    match request.logs {
        LogSelection::All => {}
        LogSelection::None => said.push(format!(
            "the content of {not_read} logs, which were not read on request"
        )),
        sample => said.push(format!(
            "the content of {not_read} logs, which were not read: the sample {sample} was drawn with \
             --seed {}",
            request.seed
        )),
    }
    if chains
        .iter()
        .any(|c| request.from.is_none() && !c.window.is_empty())
    {
        said.push(
            "anything before the first digest that is here: the window begins with the data; \
             give --start-time to have what is missing there told"
                .to_owned(),
        );
    }
    if chains
        .iter()
        .any(|c| request.to.is_none() && !c.window.is_empty())
    {
        said.push(
            "anything after the last digest that is here: the window ends with the data; give \
             --end-time to have what is missing there told"
                .to_owned(),
        );
    }
    let starting = chains
        .iter()
        .filter(|c| c.gaps.iter().any(|g| g.restart.is_some()))
        .count();
    if starting > 0 {
        said.push(format!(
            "what happened before a starting digest ended, in {}: it spans an hour and vouches for \
             none of it, apart from the logs it lists",
            plural(starting, "chain")
        ));
    }
    said.extend(events.iter().cloned());
    if let Some((chain, time)) = pending.first() {
        said.push(format!(
            "time so recent that its digests may not have been delivered yet, in {}: the first is \
             {chain} from {} to {}",
            plural(pending.len(), "chain"),
            time.from,
            time.to
        ));
    }
    if let Some((chain, why)) = unasked.first() {
        said.push(format!(
            "what CloudTrail says of the trail now (whether it is logging, and when it last delivered a \
             digest), in {}: the first is {chain}: {why}",
            plural(unasked.len(), "chain")
        ));
    }
    if let Some(why) = &request.prior.trails_error {
        said.push(format!(
            "that every trail that writes here has digests here: which those are could not be asked: {why}"
        ));
    }
    for (kind, named) in &survey.other_kinds {
        said.push(format!(
            "anything in {}: no digest vouches for {kind} files",
            named.list()
        ));
    }
    if survey.undigested.count > 0 {
        said.push(format!(
            "the logs in {}: no digests lie beside them",
            survey.undigested.list()
        ));
    }
    if unrecognised.count > 0 {
        said.push(format!(
            "{} objects among the digests whose names are not those of digests: {}",
            unrecognised.count,
            unrecognised.list()
        ));
    }
    if survey.refused.count > 0 {
        said.push(format!("what was not looked at: {}", survey.refused.list()));
    }
    if survey.bounded {
        said.push("folders beyond the number or depth that is searched for AWSLogs".to_owned());
    }
    said
}

/// What of the logs that no digest names is not known.
fn beside_the_logs(chains: &[Box<ChainOutcome>], beside: &OtherObjects) -> Vec<String> {
    let mut said = Vec::new();
    let blind = chains.iter().filter(|c| c.logs.unreferenced.is_none());
    let blind = blind.count();
    if blind > 0 {
        said.push(format!(
            "that no log was added, in {}: their folders of logs were not looked through",
            plural(blind, "chain")
        ));
    }
    let named: [(&Sample, &str); 4] = [
        (
            &beside.undecided,
            "logs that no digest names so far, where not every digest that could name them is there and \
             proven",
        ),
        (
            &beside.without_digests,
            "logs that no digest names, in folders that a trail without log file validation writes to",
        ),
        (
            &beside.others_gap,
            "logs that no digest names, of time in which a trail that was not asked for wrote no digests",
        ),
        (
            &beside.unrecognised,
            "objects among the logs whose names are not those of logs",
        ),
    ];
    for (named, what) in named.into_iter().filter(|(named, _)| named.count > 0) {
        said.push(format!("{what} ({}): {}", named.count, named.list()));
    }
    if beside.refused.count > 0 {
        said.push(format!(
            "what was not looked at among the logs: {}",
            beside.refused.list()
        ));
    }
    said
}

/// Sentences about event selectors that were set.
const SELECTORS_SET: usize = 20;

/// What of the calls around gaps is not known: gaps that a call explains and others, home regions' chains that could
/// not be looked at, and home regions where LookupEvents could not be asked, with why.
pub fn around_gaps(
    request: &Request,
    (explained, unexplained): (usize, usize),
    heard: &KnownEvents,
    silent: &[(ChainId, String)],
    unasked: &BTreeMap<Region, GetError>,
) -> Vec<String> {
    let mut said = Vec::new();
    if explained > 0 {
        said.push(format!(
            "that what was switched off stayed off, in {} that a call explains: it shows how the gap began, \
             not that nothing was logged and removed later",
            plural(explained, "gap")
        ));
    }
    if unexplained > 0 && request.logs != LogSelection::All {
        said.push(format!(
            "what was called around {}: not all logs there were read, on request",
            plural(unexplained, "gap")
        ));
    }
    if let Some((chain, why)) = silent.first() {
        said.push(format!(
            "what the chains of home regions record around gaps, where those were not asked for and could \
             not be looked at, in {}: the first is {chain}: {why}",
            plural(silent.len(), "chain")
        ));
    }
    for (region, why) in unasked {
        said.push(format!(
            "what LookupEvents knows of calls in {region} around gaps: it could not be asked: {}",
            why.detail()
        ));
    }
    for event in heard.events().filter(|e| e.error_code.is_none()) {
        let Call::Trail(on, TrailChange::Selectors) = &event.call else {
            continue;
        };
        said.push(format!(
            "what {on} selected to be logged before {}: its event selectors were set then{} ({})",
            event.time,
            event.by(),
            event.called()
        ));
        if said.len() >= SELECTORS_SET {
            break;
        }
    }
    if heard.unread.count > 0 {
        said.push(format!(
            "events in {} logs around gaps and damage, whose records could not all be read: {}",
            heard.unread.count,
            heard.unread.list()
        ));
    }
    if heard.more {
        said.push(
            "further events that bear on gaps and damage: there were too many to keep".into(),
        );
    }
    said
}

/// What is there instead of what was asked for, as a hint.
pub fn what_is_there(survey: &Survey, chains: &[Box<ChainOutcome>], limits: &Limits) -> String {
    if !chains.is_empty() {
        let ids: Vec<String> = chains
            .iter()
            .take(limits.named)
            .map(|c| c.id.to_string())
            .collect();
        let more = (chains.len() - ids.len()) as u64;
        return format!(
            "these chains are there and were validated: {}",
            and_more(ids.join(", "), more)
        );
    }
    if survey.others.count > 0 {
        return format!(
            "digests are there, outside what was asked for: {}",
            survey.others.list()
        );
    }
    if !survey.groups.is_empty() {
        return "folders of digests are there, without a digest of what was asked for".into();
    }
    if survey.undigested.count > 0 {
        return format!(
            "logs are there without digests, in {}: validation was never on, or the digests were \
             deleted, or they were not copied",
            survey.undigested.list()
        );
    }
    "see that this is the bucket, or the folder, that holds AWSLogs with its CloudTrail-Digest folders; \
     the layout is AWSLogs/ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/"
        .into()
}
