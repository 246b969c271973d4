//! What was found instead of a chain that was requested.

use super::folders::Survey;
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::text::and_more;
use crate::proof::finding::Hint;
use crate::validate::outcome::ChainOutcome;

/// What the folders of a source hold although no requested digest was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundInstead<'s> {
    /// Digests that the filter does not admit, in these folders.
    OtherDigests(&'s Sample),
    /// Folders for requested digests, without a digest.
    DigestFolders,
    /// Logs without digests, in these folders.
    LogsOnly(&'s Sample),
}

impl Survey {
    /// Everything that was found instead, the most useful first. Nothing if the source holds no files of
    /// CloudTrail.
    pub fn found_instead(&self) -> impl Iterator<Item = FoundInstead<'_>> {
        let others = (self.others.count > 0).then_some(FoundInstead::OtherDigests(&self.others));
        let folders = (!self.groups.is_empty()).then_some(FoundInstead::DigestFolders);
        let logs = (self.undigested.count > 0).then_some(FoundInstead::LogsOnly(&self.undigested));
        [others, folders, logs].into_iter().flatten()
    }
}

/// A hint for a finding about missing chains: the chains, or else the folders, that do exist. `validates` says
/// whether AWS describes a trail that writes digests here.
pub fn found_instead(
    survey: &Survey,
    chains: &[Box<ChainOutcome>],
    validates: bool,
    limits: &Limits,
) -> Hint {
    if !chains.is_empty() {
        let ids: Vec<String> = chains
            .iter()
            .take(limits.named)
            .map(|c| c.id.to_string())
            .collect();
        let more = (chains.len() - ids.len()) as u64;
        return format!(
            "these chains were found and validated: {}",
            and_more(ids.join(", "), more)
        )
        .into();
    }
    match survey.found_instead().next() {
        Some(FoundInstead::OtherDigests(folders)) => format!(
            "digests exist outside the request: {}",
            folders.list()
        )
        .into(),
        Some(FoundInstead::DigestFolders) => {
            "digest folders exist, but contain no digest of what was requested".into()
        }
        Some(FoundInstead::LogsOnly(folders)) if validates => format!(
            "logs exist without digests, in {}, although a trail that writes here has validation on now: the \
             digests were deleted, or validation was not on yet",
            folders.list()
        )
        .into(),
        Some(FoundInstead::LogsOnly(folders)) => Hint::LogsAlone(folders.list()),
        None => Hint::NothingHere,
    }
}
