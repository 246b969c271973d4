//! The event of a timeline that a record becomes.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::base::text::clip;
use crate::cloudtrail::event::KeyTerm;
use crate::cloudtrail::records::fields::RecordFields;
use crate::report::timeline::v1::investigation::{TimelineActor, TimelineEvent};

/// Characters kept of one text.
const TEXT: usize = 512;
/// Characters kept of the parameters of a call.
const PARAMETERS: usize = 2_000;
/// Resources kept of one record.
const RESOURCES: usize = 20;

/// How much a record says, the most first: which are kept where not all can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// A call that may have changed something.
    Change,
    /// A call that only read.
    Read,
    /// A call that was refused. Anybody can make as many of these as they like.
    Refused,
}

impl Weight {
    /// Every weight, in order.
    pub const ALL: [Weight; 3] = [Weight::Change, Weight::Read, Weight::Refused];

    /// The weight of a record.
    pub fn of(record: &RecordFields<'_>) -> Weight {
        match record.read_only {
            _ if record.error_code.is_some() => Weight::Refused,
            Some(true) => Weight::Read,
            _ => Weight::Change,
        }
    }
}

/// The event of a record, without what only the timeline knows.
pub fn event(
    record: &RecordFields<'_>,
    time: Timestamp,
    (log, digest): (String, String),
) -> TimelineEvent {
    let who = &record.identity;
    let parameters = record.request_parameters.map(|json| {
        let text = String::from_utf8_lossy(json.bytes());
        clip(&text, PARAMETERS).into_owned()
    });
    TimelineEvent {
        time,
        name: text(&record.event_name).unwrap_or_default(),
        source: text(&record.event_source).unwrap_or_default(),
        id: text(&record.event_id),
        region: text(&record.aws_region),
        account: text(&record.recipient_account),
        principal: String::new(),
        actor: TimelineActor {
            kind: text(&who.kind),
            arn: text(&who.arn),
            principal_id: text(&who.principal_id),
            account: text(&who.account),
            user_name: text(&who.user_name),
            access_key_term: who
                .access_key_id
                .as_deref()
                .and_then(KeyTerm::of)
                .map(Into::into),
            access_key_id: text(&who.access_key_id),
            mfa: record.mfa(),
            issuer: text(&who.issuer_arn),
            invoked_by: text(&who.invoked_by),
        },
        source_ip: text(&record.source_ip),
        user_agent: text(&record.user_agent),
        error_code: text(&record.error_code),
        error_message: text(&record.error_message),
        read_only: record.read_only,
        resources: record
            .resources
            .iter()
            .take(RESOURCES)
            .map(|arn| clip(arn, TEXT).into_owned())
            .collect(),
        request_parameters: parameters,
        subjects: Vec::new(),
        during: Vec::new(),
        change: None,
        watchlist: Vec::new(),
        log,
        digest,
    }
}

/// A text of a record; `None` if it is empty.
fn text(value: &Option<Cow<'_, str>>) -> Option<String> {
    let value = value.as_deref().filter(|text| !text.is_empty())?;
    Some(clip(value, TEXT).into_owned())
}
