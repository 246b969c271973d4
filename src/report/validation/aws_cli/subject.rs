//! What a finding is about, where that changes how the AWS CLI's format prints it.

use crate::proof::finding::Code;
use crate::report::validation::v1::Finding;

/// Whether findings of this code mean that a file was not checked at all.
pub fn is_unchecked(code: Option<&Code>) -> bool {
    let codes = [
        Code::SourceUnreadable,
        Code::BundleAltered,
        Code::DigestUnreadable,
        Code::LogUnreadable,
        Code::KeyUnavailable,
    ];
    code.is_some_and(|code| codes.contains(code))
}

/// Whether a finding is about files of a chain. The others are about a folder, or about a stretch of time
/// in which nobody knows whether there are files.
pub fn is_about_files(finding: &Finding) -> bool {
    let files = match &finding.key {
        Some(key) => finding.digest.is_some() || !key.ends_with('/'),
        None => !is_unchecked(finding.code.known()) || finding.count.is_some(),
    };
    finding.chain.is_some() && files
}

/// Whether a finding is about a log. The prefix of the code decides, because a saved report may hold codes
/// of a later version.
pub fn is_about_log(finding: &Finding) -> bool {
    let code = finding.code.word();
    code.starts_with("log-") || (finding.digest.is_some() && !code.starts_with("digest-"))
}

/// Whether this is the key of a backfill digest.
pub fn is_backfill_key(digest: &str) -> bool {
    digest.ends_with("_backfill.json.gz")
}
