//! What was found instead of a chain that was requested, as a hint.

use super::folders::Survey;
use crate::base::limits::Limits;
use crate::base::text::and_more;
use crate::validate::outcome::ChainOutcome;

/// A hint for a finding about missing chains: the chains, or else the folders, that do exist.
pub fn found_instead(survey: &Survey, chains: &[Box<ChainOutcome>], limits: &Limits) -> String {
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
