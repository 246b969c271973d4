//! The public keys of a region: whether they may be listed, and whether the key of the newest digest is among
//! them.

use jiff::Timestamp;

use super::DoctorContext;
use super::chart::CheckChart;
use super::newest_digest::NewestDigest;
use crate::cloudtrail::ids::Region;
use crate::proof::keys::KeyLookup;
use crate::proof::reason::Reason;
use crate::report::doctor::check::{Check, Status};

/// Stands for the fingerprint of a digest that could not be read. No key has it, but looking it up shows whether
/// keys may be listed.
pub const NO_FINGERPRINT: &str = "";

/// Looks up the key of a digest that was signed between two times, both included. If no
/// call to CloudTrail is made, says why.
pub fn look_up(
    context: DoctorContext<'_>,
    region: &Region,
    fingerprint: &str,
    signed: (Timestamp, Timestamp),
) -> Result<KeyLookup, &'static str> {
    context.cloudtrail()?;
    Ok(context.access.keys.look_up(region, fingerprint, signed))
}

/// Checks that keys may be listed.
pub fn check_permission(
    lookup: &Result<KeyLookup, &'static str>,
    region: &Region,
    chart: &mut CheckChart,
) {
    let subject = region.as_str();
    let check = Check::KeyPermission;
    match lookup {
        Err(why) => {
            let why = format!("{why}; give validate the keys with --keys");
            chart.unknown(&[check], subject, &why);
        }
        Ok(KeyLookup::Unavailable(Some(unavailable))) => {
            let detail = unavailable.detail.clone();
            if unavailable.reason != Reason::Denied {
                return chart.note(check, subject, Status::Unknown, detail);
            }
            chart.advise(
                check,
                subject,
                Status::Failed,
                detail,
                "allow cloudtrail:ListPublicKeys on *, or save the keys (aws cloudtrail list-public-keys) and give \
                 them to validate with --keys",
            );
        }
        Ok(_) => chart.note(
            check,
            subject,
            Status::Ok,
            "cloudtrail:ListPublicKeys is allowed",
        ),
    }
}

/// Checks that the key of the digest is known and was valid when the digest was signed.
pub fn check_known(
    lookup: &Result<KeyLookup, &'static str>,
    fingerprint: &str,
    newest: &NewestDigest,
    chart: &mut CheckChart,
) {
    let subject = &newest.subject;
    let region = &newest.digest.name.chain.region;
    if fingerprint == NO_FINGERPRINT {
        return chart.unknown(
            &[Check::KeyKnown],
            subject,
            "could not be checked: the digest could not be read",
        );
    }
    let found = match lookup {
        Err(_) | Ok(KeyLookup::Unavailable(Some(_))) => {
            let why = "could not be checked: the public keys could not be listed";
            return chart.unknown(&[Check::KeyKnown], subject, why);
        }
        Ok(KeyLookup::Valid(_)) => {
            let found = format!(
                "{fingerprint} is a key of {region} and was valid when the digest was signed"
            );
            return chart.note(Check::KeyKnown, subject, Status::Ok, found);
        }
        Ok(KeyLookup::OutsideValidity(_)) => {
            format!(
                "{fingerprint} is a key of {region}, but was not valid when the digest was signed"
            )
        }
        Ok(KeyLookup::Unknown(_)) => format!(
            "the digest was signed with {fingerprint}, which is not among the keys of {region} at that time"
        ),
        Ok(KeyLookup::Unavailable(None)) => {
            format!("ListPublicKeys returns no key of {region} for that time")
        }
    };
    let advice = format!(
        "list the keys: aws cloudtrail list-public-keys --region {region}; if CloudTrail wrote this digest, its key \
         is among them"
    );
    chart.advise(Check::KeyKnown, subject, Status::Failed, found, advice);
}
