//! The public keys: whether they may be asked for, and whether that of the newest digest is among them.

use jiff::Timestamp;

use super::DoctorAccess;
use super::newest_digest::Newest;
use crate::cloudtrail::ids::Region;
use crate::proof::keys::KeyLookup;
use crate::proof::reason::Reason;
use crate::report::doctor::check::{Check, CheckChart, Status};

/// What keys are asked for by where no digest names one: no key has it.
pub const NO_FINGERPRINT: &str = "";

/// Looks a key up, unless nothing is asked of CloudTrail.
pub fn key(
    reach: &DoctorAccess<'_>,
    region: &Region,
    fingerprint: &str,
    signed: (Timestamp, Timestamp),
) -> Option<KeyLookup> {
    reach.trails?;
    Some(reach.keys.look_up(region, fingerprint, signed))
}

/// Says whether keys could be asked for.
pub fn permission(answer: &Option<KeyLookup>, region: &Region, chart: &mut CheckChart) {
    let subject = region.as_str();
    let check = Check::KeyPermission;
    match answer {
        None => {
            let why = "requests are not signed: give validate the keys with --keys";
            chart.unknown(&[check], subject, why);
        }
        Some(KeyLookup::Unavailable(Some(unasked))) => {
            let detail = unasked.detail.clone();
            if unasked.reason != Reason::Denied {
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

/// Says whether the key that a digest names is among those of its region.
pub fn known(
    answer: &Option<KeyLookup>,
    fingerprint: &str,
    newest: &Newest,
    chart: &mut CheckChart,
) {
    let subject = &newest.subject;
    let region = &newest.digest.name.chain.region;
    if fingerprint == NO_FINGERPRINT {
        return chart.unknown(&[Check::KeyKnown], subject, "the digest could not be read");
    }
    let advice = format!(
        "see which keys there are: aws cloudtrail list-public-keys --region {region}; if this digest is \
         CloudTrail's, the key is among them"
    );
    let found = match answer {
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
    chart.advise(Check::KeyKnown, subject, Status::Failed, found, advice);
}
