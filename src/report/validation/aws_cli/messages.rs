//! What `aws cloudtrail validate-logs` says after `INVALID: ` (awscli 1.46.2,
//! `customizations/cloudtrail/validation.py`). What it has no words for is told in ours, in their place.

use crate::base::text::s3_uri;
use crate::proof::detail::Detail;
use crate::proof::finding::{Code, Finding};
use crate::report::validation::v1;

const NOT_FOUND: &str = "not found";
const INVALID_FORMAT: &str = "invalid format";
const SIGNATURE: &str = "signature verification failed";

/// What is said of a digest on which something was found; `home` is the trail's home region.
pub fn digest(finding: &Finding, home: &str) -> String {
    let actual = finding.actual.as_deref();
    let detail = finding.detail.as_ref();
    of_digest(Some(finding.code), detail, &finding.message, actual, home)
}

/// The same of a finding in a report.
pub fn digest_of_report(finding: &v1::Finding, home: &str) -> String {
    match (finding.code.known(), &finding.key) {
        // Those that are counted by the hour have no name.
        (Some(Code::DigestMissing), None) => finding.message.clone(),
        (code, _) => {
            let actual = finding.actual.as_deref();
            let detail = finding.detail();
            of_digest(
                code.copied(),
                detail.as_ref(),
                &finding.message,
                actual,
                home,
            )
        }
    }
}

fn of_digest(
    code: Option<Code>,
    detail: Option<&Detail>,
    message: &str,
    actual: Option<&str>,
    home: &str,
) -> String {
    match (code, detail) {
        (Some(Code::DigestMissing), _) => NOT_FOUND.into(),
        (Some(Code::DigestMalformed), _) => INVALID_FORMAT.into(),
        (Some(Code::DigestSignatureInvalid | Code::DigestSignatureAbsent), _)
        | (_, Some(Detail::DigestNotAsRecorded)) => SIGNATURE.into(),
        (Some(Code::DigestRelocated | Code::DigestIdentityMismatch), _) => {
            "has been moved from its original location".into()
        }
        (Some(Code::KeyUnknown), _) => match actual {
            Some(actual) => {
                format!("public key not found in region {home} for fingerprint {actual}")
            }
            None => message.into(),
        },
        _ => message.into(),
    }
}

/// What is said of a log on which something was found.
pub fn log(finding: &Finding) -> String {
    of_log(
        Some(finding.code),
        finding.detail.as_ref(),
        &finding.message,
    )
}

/// The same of a finding in a report.
pub fn log_of_report(finding: &v1::Finding) -> String {
    let detail = finding.detail();
    of_log(
        finding.code.known().copied(),
        detail.as_ref(),
        &finding.message,
    )
}

fn of_log(code: Option<Code>, detail: Option<&Detail>, message: &str) -> String {
    match (code, detail) {
        (Some(Code::LogMissing), _) => NOT_FOUND.into(),
        (Some(Code::LogTrailingData), _) | (_, Some(Detail::LogModifiedAndFollowed)) => {
            "unexpected data after end of compressed stream".into()
        }
        // It inflates what there is, and notices that it is not all by its hash.
        (Some(Code::LogModified), _) | (_, Some(Detail::LogCutOff)) => {
            "hash value doesn't match".into()
        }
        (Some(Code::LogMalformed), _) => INVALID_FORMAT.into(),
        _ => message.into(),
    }
}

/// Whether a file was not looked at, for all that was found on it.
pub fn is_unlooked(code: Option<&Code>) -> bool {
    let codes = [
        Code::DigestUnreadable,
        Code::LogUnreadable,
        Code::KeyUnavailable,
    ];
    code.is_some_and(|code| codes.contains(code))
}

/// Whether a finding is about files of a chain; not about a folder, nor about time of which it is not
/// known whether there are any.
pub fn is_of_files(finding: &v1::Finding) -> bool {
    let of_some = match &finding.key {
        Some(key) => finding.digest.is_some() || !key.ends_with('/'),
        None => !is_unlooked(finding.code.known()) || finding.count.is_some(),
    };
    finding.chain.is_some() && of_some
}

/// What is said of what concerns no file.
pub fn aside(finding: &v1::Finding) -> String {
    let message = &finding.message;
    match (&finding.key, &finding.chain) {
        (Some(key), _) => {
            format!("{}: {message}", s3_uri(finding.bucket.as_deref(), key))
        }
        (None, Some(chain)) => {
            let times = finding.from.iter().chain(&finding.to);
            let times: Vec<String> = times.map(ToString::to_string).collect();
            format!("{chain} {}: {message}", times.join(" to "))
        }
        (None, None) => message.clone(),
    }
}

/// Whether a finding is about a log.
pub fn is_of_log(finding: &v1::Finding) -> bool {
    let code = finding.code.word();
    code.starts_with("log-") || (finding.digest.is_some() && !code.starts_with("digest-"))
}
