//! An event as LookupEvents lists it: of any kind, and with what decides whether a trail logs it.

use super::record;
use super::{Actor, Call, Event};
use crate::base::text::clip;
use crate::cloudtrail::records::fields::{RecordFields, RecordIdentity};
use crate::cloudtrail::selectors::SelectedEvent;

/// Characters of the parameters of a call that are shown.
const SHOWN: usize = 1_024;

/// An event of the event history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEvent {
    /// The event. Its call is known if it concerns trails or what they store.
    pub event: Event,
    /// `eventSource`.
    pub source: String,
    /// `eventType`.
    pub kind: Option<String>,
    /// `eventCategory`.
    pub category: Option<String>,
    /// `readOnly`.
    pub read_only: Option<bool>,
}

impl HistoryEvent {
    /// Reads the record of an event, as `CloudTrailEvent` holds it. `None` if it lacks its time, its name or its
    /// source.
    pub fn of_record(record: &str) -> Option<Self> {
        let fields = RecordFields::parse(record.as_bytes())?;
        let source = fields.event_source.as_deref()?.to_owned();
        let event = record::read_one(record).or_else(|| event(&fields))?;
        Some(HistoryEvent {
            event,
            source,
            kind: fields.event_type.as_deref().map(str::to_owned),
            category: fields.event_category.as_deref().map(str::to_owned),
            read_only: fields.read_only,
        })
    }

    /// What of it event selectors depend on.
    pub fn selected(&self) -> SelectedEvent<'_> {
        let actor = self.event.actor.as_ref();
        SelectedEvent {
            source: &self.source,
            name: &self.event.name,
            kind: self.kind.as_deref(),
            read_only: self.read_only,
            actor: actor.and_then(|actor| actor.arn.as_deref()),
        }
    }
}

/// An event of any kind.
fn event(fields: &RecordFields<'_>) -> Option<Event> {
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    let account = fields.recipient_account.as_deref();
    let account = account.or(fields.identity.account.as_deref());
    let parameters = fields.request_parameters.and_then(|json| json.shown());
    Some(Event {
        time: fields.time()?,
        name: text(&fields.event_name)?,
        id: text(&fields.event_id),
        region: fields.aws_region.as_deref().and_then(|r| r.parse().ok()),
        account: account.and_then(|id| id.parse().ok()),
        actor: Some(actor(&fields.identity)),
        source_ip: text(&fields.source_ip),
        user_agent: text(&fields.user_agent),
        error_code: text(&fields.error_code),
        parameters: parameters.map(|json| clip(&json, SHOWN).into_owned()),
        call: Call::Other,
    })
}

fn actor(identity: &RecordIdentity<'_>) -> Actor {
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    Actor {
        kind: text(&identity.kind),
        arn: text(&identity.arn),
        account: text(&identity.account),
        access_key_id: text(&identity.access_key_id),
        session: identity.session().map(str::to_owned),
        invoked_by: text(&identity.invoked_by),
        issuer: text(&identity.issuer_arn),
        mfa: identity.mfa,
    }
}
