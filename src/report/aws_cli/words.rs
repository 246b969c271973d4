//! What `aws cloudtrail validate-logs` says after `INVALID: ` (awscli 1.46.2,
//! `customizations/cloudtrail/validation.py`). What it has no words for is told in ours, in their place.

use crate::finding::{
    Code, DIGEST_NOT_AS_RECORDED, Finding, LOG_CUT_OFF, LOG_MODIFIED_AND_FOLLOWED,
};
use crate::report::v1;

const NOT_FOUND: &str = "not found";
const INVALID_FORMAT: &str = "invalid format";
const SIGNATURE: &str = "signature verification failed";

/// What is said of a digest; `home` is the trail's home region.
pub fn digest(finding: &v1::Finding, home: &str) -> String {
    match (finding.code.known(), finding.message.as_str()) {
        (Some(Code::DigestMissing), _) if finding.key.is_some() => NOT_FOUND.into(),
        (_, DIGEST_NOT_AS_RECORDED) => SIGNATURE.into(),
        (Some(Code::KeyUnknown), _) => {
            let fingerprint = finding.actual.as_deref().unwrap_or_default();
            format!("public key not found in region {home} for fingerprint {fingerprint}")
        }
        (code, message) => {
            let known = code.and_then(|code| usual(*code));
            known.unwrap_or(message).into()
        }
    }
}

/// What is said of a digest of which nothing but the code of what was found is known.
pub fn of_code(code: Code) -> &'static str {
    usual(code).unwrap_or(code.as_str())
}

fn usual(code: Code) -> Option<&'static str> {
    match code {
        Code::DigestMalformed => Some(INVALID_FORMAT),
        Code::DigestSignatureInvalid | Code::DigestSignatureAbsent => Some(SIGNATURE),
        Code::DigestRelocated | Code::DigestIdentityMismatch => {
            Some("has been moved from its original location")
        }
        _ => None,
    }
}

/// What is said of a log on which something was found.
pub fn log(finding: &Finding) -> String {
    of_log(Some(&finding.code), &finding.message)
}

/// The same of a finding in a report.
pub fn log_of_report(finding: &v1::Finding) -> String {
    of_log(finding.code.known(), &finding.message)
}

fn of_log(code: Option<&Code>, message: &str) -> String {
    match (code, message) {
        (Some(Code::LogMissing), _) => NOT_FOUND.into(),
        (Some(Code::LogTrailingData), _) | (_, LOG_MODIFIED_AND_FOLLOWED) => {
            "unexpected data after end of compressed stream".into()
        }
        // It inflates what there is, and notices that it is not all by its hash.
        (Some(Code::LogModified), _) | (_, LOG_CUT_OFF) => "hash value doesn't match".into(),
        (Some(Code::LogMalformed), _) => INVALID_FORMAT.into(),
        _ => message.into(),
    }
}

/// Whether a finding is about a log.
pub fn is_of_log(finding: &v1::Finding) -> bool {
    finding.code.word().starts_with("log-") || finding.digest.is_some()
}
