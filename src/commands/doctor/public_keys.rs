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

/// Looks up the key of a digest that was signed between two times, both included. `None` if requests are not
/// signed: then no call to CloudTrail is made.
pub fn look_up(
    context: DoctorContext<'_>,
    region: &Region,
    fingerprint: &str,
    signed: (Timestamp, Timestamp),
) -> Option<KeyLookup> {
    context.access.trails?;
    Some(context.access.keys.look_up(region, fingerprint, signed))
}

/// Checks that keys may be listed.
pub fn check_permission(lookup: &Option<KeyLookup>, region: &Region, chart: &mut CheckChart) {
    let subject = region.as_str();
    let check = Check::KeyPermission;
    match lookup {
        None => {
            let why = "requests are not signed: give validate the keys with --keys";
            chart.unknown(&[check], subject, why);
        }
        Some(KeyLookup::Unavailable(Some(unavailable))) => {
            let detail = unavailable.detail.clone();
            if unavailable.reason != Reason::Denied {
                return chart.note(check, subject, Status::Unknown, detail);
            }
            chart.advise(
                check,
                subject,
                Status::Failed,
                detail,
                "allow cloudtrail:ListPublicKeys on *, or give validate the keys with --keys: aws \
                 cloudtrail list-public-keys",
            );
        }
        Some(_) => chart.note(
            check,
            subject,
            Status::Ok,
            "cloudtrail:ListPublicKeys is allowed",
        ),
    }
}

/// Checks that the key of the digest is known and was valid when the digest was signed.
pub fn check_known(
    lookup: &Option<KeyLookup>,
    fingerprint: &str,
    newest: &NewestDigest,
    chart: &mut CheckChart,
) {
    let subject = &newest.subject;
    let region = &newest.digest.name.chain.region;
    if fingerprint == NO_FINGERPRINT {
        return chart.unknown(&[Check::KeyKnown], subject, "the digest could not be read");
    }
    let found = match lookup {
        None | Some(KeyLookup::Unavailable(Some(_))) => {
            let why = "keys could not be asked for";
            return chart.unknown(&[Check::KeyKnown], subject, why);
        }
        Some(KeyLookup::Valid(_)) => {
            let found = format!("{fingerprint} is a key of {region}, and was valid then");
            return chart.note(Check::KeyKnown, subject, Status::Ok, found);
        }
        Some(KeyLookup::OutsideValidity(_)) => {
            format!("{fingerprint} is a key of {region} that was not valid then")
        }
        Some(KeyLookup::Unknown(_)) => format!(
            "{fingerprint}, which the digest names, is none of the keys of {region} at that time"
        ),
        Some(KeyLookup::Unavailable(None)) => {
            format!("ListPublicKeys knows no key of {region} at that time")
        }
    };
    let advice = format!(
        "see which keys there are: aws cloudtrail list-public-keys --region {region}; if this digest is \
         CloudTrail's, the key is among them"
    );
    chart.advise(Check::KeyKnown, subject, Status::Failed, found, advice);
}
