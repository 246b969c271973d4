//! What a validation does not prove, in sentences: so that nobody takes a verdict for more than it
//! is (pure).

use crate::atlas::Atlas;
use crate::discover::{Named, Survey};
use crate::outcome::ChainOutcome;
use crate::scope::{Logs, Request};
use crate::trail::{ChainId, Window};

/// The sentences for one report, in a fixed order.
pub fn sentences(
    request: &Request,
    atlas: &Atlas,
    survey: &Survey,
    unrecognised: &Named,
    chains: &[ChainOutcome],
    pending: &[(ChainId, Window)],
) -> Vec<String> {
    let mut said = vec![
        "what the trails were not configured to log: a digest vouches for logs that were delivered, \
         not for what happened in the account"
            .to_owned(),
        "that no log was added: logs that no digest names were not looked for".to_owned(),
        "that the public keys are those of AWS: they came from files, and that a key matches its \
         fingerprint only shows that the file is unbroken"
            .to_owned(),
    ];
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
            "that these files are from a bucket of yours: no bucket name was given to compare with, \
             and the proven digests were written to {named}"
        ));
    }
    if request.logs == Logs::None {
        let not_read: u64 = chains.iter().map(|c| c.logs.not_read).sum();
        said.push(format!(
            "the content of {not_read} logs, which were not read on request"
        ));
    }
    if chains
        .iter()
        .any(|c| request.from.is_none() && !c.window.is_empty())
    {
        said.push(
            "anything before the first digest that is here: the window begins with the data, so \
             that earlier digests were removed would not show"
                .to_owned(),
        );
    }
    if chains
        .iter()
        .any(|c| request.to.is_none() && !c.window.is_empty())
    {
        said.push(
            "anything after the last digest that is here: the window ends with the data, so that \
             later digests were removed would not show"
                .to_owned(),
        );
    }
    let starting = chains
        .iter()
        .filter(|c| c.gaps.iter().any(|g| g.restart))
        .count();
    if starting > 0 {
        said.push(format!(
            "what happened before a starting digest ended, in {starting} chains: it spans an hour and \
             vouches for none of it, apart from the logs it lists"
        ));
    }
    if let Some((chain, time)) = pending.first() {
        said.push(format!(
            "time so recent that its digests may not have been delivered yet, in {} chains: the first \
             is {chain} from {} to {}",
            pending.len(),
            time.from,
            time.to
        ));
    }
    for (kind, named) in &survey.siblings {
        said.push(format!(
            "anything in {}: no digest vouches for {kind} files",
            list(named)
        ));
    }
    if survey.undigested.count > 0 {
        said.push(format!(
            "the logs in {}: no digests lie beside them",
            list(&survey.undigested)
        ));
    }
    if unrecognised.count > 0 {
        said.push(format!(
            "{} objects among the digests whose names are not those of digests: {}",
            unrecognised.count,
            list(unrecognised)
        ));
    }
    if survey.refused.count > 0 {
        said.push(format!("what was not looked at: {}", list(&survey.refused)));
    }
    if survey.bounded {
        said.push("folders beyond the number or depth that is searched for AWSLogs".to_owned());
    }
    said
}

/// A few names and how many more there are.
fn list(named: &Named) -> String {
    let shown = named.first.join(", ");
    match named.count - named.first.len() as u64 {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What is there instead of what was asked for, as a hint.
pub fn what_is_there(survey: &Survey, chains: &[ChainOutcome]) -> String {
    if !chains.is_empty() {
        let ids: Vec<String> = chains.iter().take(5).map(|c| c.id.to_string()).collect();
        let more = chains.len() - ids.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        return format!(
            "these chains are there and were validated: {}{more}",
            ids.join(", ")
        );
    }
    if survey.others.count > 0 {
        return format!(
            "digests are there, outside what was asked for: {}",
            list(&survey.others)
        );
    }
    if !survey.groups.is_empty() {
        return "folders of digests are there, without a digest of what was asked for".into();
    }
    if survey.undigested.count > 0 {
        return format!(
            "logs are there without digests, in {}: validation was never on, or the digests were not \
             copied",
            list(&survey.undigested)
        );
    }
    "give the folder that holds AWSLogs, with its CloudTrail-Digest folders; the layout is \
     AWSLogs/ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/"
        .into()
}
