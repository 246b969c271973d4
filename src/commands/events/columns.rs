//! The columns of events as a table for programs: the usual members of a record, and where it comes from.

use std::borrow::Cow;

use super::lines::in_one_line;
use super::sink::KeptRecord;
use crate::cloudtrail::records::fields::RecordFields;
use crate::cloudtrail::records::json::JsonText;

/// How many columns there are.
pub(super) const COUNT: usize = 30;

/// Their names, in order: those of CloudTrail, without dots, which some programs do not take.
pub(super) const NAMES: [&str; COUNT] = [
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "recipientAccountId",
    "userIdentity_type",
    "userIdentity_arn",
    "userIdentity_principalId",
    "userIdentity_accountId",
    "userIdentity_accessKeyId",
    "userIdentity_userName",
    "userIdentity_invokedBy",
    "sessionIssuer_arn",
    "mfaAuthenticated",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "readOnly",
    "eventType",
    "eventCategory",
    "eventID",
    "resources",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "log",
    "digest",
    "state",
    "watchlist",
];

/// The cells of a record, in the order of the columns.
pub(super) fn cells<'a>(
    record: &'a KeptRecord<'_>,
    fields: &'a RecordFields<'_>,
) -> [Option<Cow<'a, str>>; COUNT] {
    let text = |of: &'a Option<Cow<'_, str>>| of.as_deref().map(Cow::Borrowed);
    let flag = |of: Option<bool>| of.map(|flag| if flag { "true" } else { "false" }.into());
    let json = |of: Option<JsonText<'a>>| of.and_then(JsonText::shown).map(on_one_line);
    let (who, origin) = (&fields.identity, record.origin);
    [
        text(&fields.event_time),
        text(&fields.event_source),
        text(&fields.event_name),
        text(&fields.aws_region),
        text(&fields.recipient_account),
        text(&who.kind),
        text(&who.arn),
        text(&who.principal_id),
        text(&who.account),
        text(&who.access_key_id),
        text(&who.user_name),
        text(&who.invoked_by),
        text(&who.issuer_arn),
        flag(fields.mfa()),
        text(&fields.source_ip),
        text(&fields.user_agent),
        text(&fields.error_code),
        text(&fields.error_message),
        flag(fields.read_only),
        text(&fields.event_type),
        text(&fields.event_category),
        text(&fields.event_id),
        json(fields.record.member("resources")),
        json(fields.request_parameters),
        json(fields.response_elements),
        json(fields.additional_event_data),
        Some(origin.log.as_str().into()),
        origin.digest.as_deref().map(Cow::Borrowed),
        Some(origin.state().into()),
        (!record.marks.is_empty()).then(|| record.marks.join(" ").into()),
    ]
}

/// The same JSON on one line.
fn on_one_line(json: Cow<'_, str>) -> Cow<'_, str> {
    if !json.starts_with(['{', '[']) || !json.contains(|c: char| c < ' ') {
        return json;
    }
    let mut line = Vec::with_capacity(json.len());
    in_one_line(json.as_bytes(), &mut line);
    String::from_utf8_lossy(&line).into_owned().into()
}
