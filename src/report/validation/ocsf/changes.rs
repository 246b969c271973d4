//! The detection finding for a call that reduced what a trail logs or delivers.

use serde_json::json;

use super::{FindingInfo, OcsfClass, OcsfEvent, cloud, event};
use crate::base::text::capital;
use crate::proof::finding::{Code, Verdict};
use crate::report::validation::v1::{Change, ChangesOfTrail, Report};

/// The event. Its `uid` is the same in every run that finds the call.
pub(super) fn reduced<'a>(
    of: &'a ChangesOfTrail,
    change: &'a Change,
    report: &'a Report,
) -> OcsfEvent<'a> {
    let call = &change.evidence;
    let what = change.what.word();
    let owner = of.owner.as_deref().or(of.organization.as_deref());
    let trail = format!("{}/{}/{}", owner.unwrap_or("-"), of.home_region, of.trail);
    let id = call.event_id.as_deref().unwrap_or_default();
    let code = Code::LoggingReduced.as_str();
    let mut event = event(OcsfClass::Detection, Verdict::Unproven, report);
    event.status_code = code;
    event.message = capital(&change.sentence).into();
    event.start_time = Some(call.event_time.as_millisecond());
    event.cloud = cloud(of.owner.as_deref().unwrap_or(""), &of.home_region);
    event.finding_info = FindingInfo {
        uid: &format!("{code} {trail} {what} {} {id}", call.event_time),
        title: code,
        desc: &change.sentence,
        kind: code,
    }
    .of(report);
    event.resources = json!([{
        "uid": trail,
        "name": of.trail,
        "type": "AWS::CloudTrail::Trail",
        "region": of.home_region,
    }]);
    event.evidences = Some(json!([{ "name": change.what, "data": { "events": [call] } }]));
    event.unmapped = json!({ "organization": of.organization });
    event
}
