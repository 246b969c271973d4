//! Who signs requests, and whether the local clock agrees with AWS. The age of a digest, and whether it is still
//! pending, are measured by the local clock.

use super::DoctorCaller;
use super::chart::CheckChart;
use crate::base::text::grouped;
use crate::report::doctor::check::{Check, Status};
use crate::source::GetError;

/// A difference between the clocks that is reported, in seconds.
const OFF: u64 = 60;
/// A difference between the clocks that fails, in seconds. AWS rejects signatures that are 15 minutes off. Below
/// that, requests succeed only because the SDK signs again with the time in the rejection.
const FAR_OFF: u64 = 5 * 60;

/// Reports the identity behind the credentials.
pub fn check_credentials(callers: &[DoctorCaller], chart: &mut CheckChart) {
    if callers.is_empty() {
        chart.advise(
            Check::Credentials,
            "",
            Status::Warning,
            "none: requests are not signed, so only a public bucket can be read",
            "give validate the public keys with --keys, or omit --no-sign-request",
        );
    }
    for caller in callers {
        check_caller(caller, chart);
    }
}

fn check_caller(caller: &DoctorCaller, chart: &mut CheckChart) {
    let DoctorCaller {
        purpose,
        identified,
    } = caller;
    match &identified.answer {
        Ok(who) => {
            let found = format!("{} in account {}", who.arn, who.account);
            chart.note(Check::Credentials, purpose, Status::Ok, found);
        }
        Err(
            error @ (GetError::ClockSkewed(_) | GetError::Credentials(_) | GetError::Denied(_)),
        ) => {
            let ahead = identified.ahead;
            let advice = if ahead.is_some_and(|seconds| seconds.unsigned_abs() > FAR_OFF) {
                "set the clock first (see clock-skew): AWS may refuse what was signed at another time"
            } else {
                "sign in again (aws sso login), or check that the access key exists and is active: \
                 aws sts get-caller-identity"
            };
            let found = error.detail();
            chart.advise(Check::Credentials, purpose, Status::Failed, found, advice);
        }
        Err(error) => {
            let found = format!(
                "it is not known whose credentials these are: the call to STS failed: {}",
                error.detail()
            );
            chart.advise(
                Check::Credentials,
                purpose,
                Status::Unknown,
                found,
                "not needed for a validation; to reach STS, check HTTPS_PROXY or the VPC endpoint",
            );
        }
    }
}

/// Reports how far the local clock is from those of AWS. `ahead` has one difference per answer, in seconds.
pub fn check_clock(ahead: &[i64], chart: &mut CheckChart) {
    let Some(worst) = ahead.iter().copied().max_by_key(|a| a.unsigned_abs()) else {
        return chart.note(
            Check::ClockSkew,
            "",
            Status::Unknown,
            "could not be checked: no answer of AWS had a date",
        );
    };
    let off = worst.unsigned_abs();
    let side = if worst < 0 { "behind" } else { "ahead of" };
    let found = match off {
        0 => "the local clock agrees with AWS".to_owned(),
        _ => format!("the local clock is {} s {side} AWS", grouped(off)),
    };
    let status = match off {
        off if off > FAR_OFF => Status::Failed,
        off if off > OFF => Status::Warning,
        _ => return chart.note(Check::ClockSkew, "", Status::Ok, found),
    };
    let found = format!(
        "{found}; it decides what is pending, and AWS refuses requests signed 15 minutes off"
    );
    let advice = "set the clock: timedatectl set-ntp true";
    chart.advise(Check::ClockSkew, "", status, found, advice);
}
