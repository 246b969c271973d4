//! What `aws cloudtrail validate-logs` prints after `INVALID: ` (awscli 1.46.2,
//! `customizations/cloudtrail/validation.py`). Where it has no message, we print our own.

use crate::base::text::s3_uri;
use crate::proof::finding::Detail;
use crate::proof::finding::{Code, Finding};
use crate::report::validation::v1;

const NOT_FOUND: &str = "not found";
const INVALID_FORMAT: &str = "invalid format";
const SIGNATURE: &str = "signature verification failed";

/// The message for a digest with a finding. `home` is the trail's home region.
pub fn digest(finding: &Finding, home: &str) -> String {
    let problem = Problem::of_run(finding);
    problem.of_digest(home)
}

/// The same for a finding of a report.
pub(super) fn digest_of_report(finding: &v1::Finding, home: &str) -> String {
    match (finding.code.known(), &finding.key) {
        // Missing digests that are only estimated have no name, so "not found" would say nothing.
        (Some(Code::DigestMissing), None) => finding.message.clone(),
        _ => Problem::of_report(finding).of_digest(home),
    }
}

/// The message for a log with a finding.
pub fn log(finding: &Finding) -> String {
    Problem::of_run(finding).of_log()
}

/// The same for a finding of a report.
pub(super) fn log_of_report(finding: &v1::Finding) -> String {
    Problem::of_report(finding).of_log()
}

/// The line for a finding that is not about a file.
pub(super) fn not_about_a_file(finding: &v1::Finding) -> String {
    let message = &finding.message;
    match (&finding.key, finding.chain_name()) {
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

/// The parts of a finding that decide its message, of a run or of a report.
struct Problem<'a> {
    code: Option<Code>,
    detail: Option<Detail>,
    message: &'a str,
    actual: Option<&'a str>,
}

impl<'a> Problem<'a> {
    fn of_run(finding: &'a Finding) -> Self {
        Problem {
            code: Some(finding.code),
            detail: finding.detail.clone(),
            message: &finding.message,
            actual: finding.actual.as_deref(),
        }
    }

    fn of_report(finding: &'a v1::Finding) -> Self {
        Problem {
            code: finding.code.known().copied(),
            detail: finding.detail(),
            message: &finding.message,
            actual: finding.actual.as_deref(),
        }
    }

    fn of_digest(&self, home: &str) -> String {
        match (self.code, &self.detail, self.actual) {
            (Some(Code::DigestMissing), ..) => NOT_FOUND.into(),
            (Some(Code::DigestMalformed), ..) => INVALID_FORMAT.into(),
            (Some(Code::DigestSignatureInvalid | Code::DigestSignatureAbsent), ..)
            | (_, Some(Detail::DigestNotAsRecorded), _) => SIGNATURE.into(),
            (Some(Code::DigestRelocated | Code::DigestIdentityMismatch), ..) => {
                "has been moved from its original location".into()
            }
            (Some(Code::KeyUnknown), _, Some(fingerprint)) => {
                format!("public key not found in region {home} for fingerprint {fingerprint}")
            }
            _ => self.message.into(),
        }
    }

    fn of_log(&self) -> String {
        match (self.code, &self.detail) {
            (Some(Code::LogMissing), _) => NOT_FOUND.into(),
            (Some(Code::LogTrailingData), _) | (_, Some(Detail::LogModifiedAndFollowed)) => {
                "unexpected data after end of compressed stream".into()
            }
            // The AWS CLI inflates what is left of a log that was cut off, and compares the hash of that.
            (Some(Code::LogModified), _) | (_, Some(Detail::LogCutOff)) => {
                "hash value doesn't match".into()
            }
            (Some(Code::LogMalformed), _) => INVALID_FORMAT.into(),
            _ => self.message.into(),
        }
    }
}
