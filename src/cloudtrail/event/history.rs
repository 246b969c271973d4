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

#[cfg(test)]
mod tests {
    use super::HistoryEvent;
    use crate::cloudtrail::event::{Actor, Call};

    #[test]
    fn a_call_of_any_kind_is_read() {
        let record = r#"{"userIdentity":{"type":"AssumedRole","principalId":"AROAX:jo","arn":"arn:aws:sts::111111111111:assumed-role/Admin/jo","accountId":"111111111111","accessKeyId":"ASIAX","invokedBy":"a","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111111111111:role/Admin"},"attributes":{"mfaAuthenticated":"true"}}},"eventTime":"2026-03-01T05:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.1","userAgent":"b","errorCode":"c","requestParameters":{"d":1},"eventID":"e","eventType":"AwsApiCall","eventCategory":"Management","readOnly":false}"#;
        let history = HistoryEvent::of_record(record).expect("an event");
        let text = |text: &str| Some(text.to_owned());
        let actor = Actor {
            kind: text("AssumedRole"),
            arn: text("arn:aws:sts::111111111111:assumed-role/Admin/jo"),
            account: text("111111111111"),
            access_key_id: text("ASIAX"),
            session: text("jo"),
            invoked_by: text("a"),
            issuer: text("arn:aws:iam::111111111111:role/Admin"),
            mfa: Some(true),
        };
        let event = &history.event;
        assert_eq!(event.actor.as_ref(), Some(&actor));
        assert_eq!(event.time.to_string(), "2026-03-01T05:00:00Z");
        assert_eq!(
            (event.name.as_str(), &event.id),
            ("RunInstances", &text("e"))
        );
        assert_eq!(event.region.as_ref().map(|r| r.as_str()), Some("eu-west-1"));
        assert_eq!(
            event.account.as_ref().map(|a| a.as_str()),
            Some("111111111111")
        );
        assert_eq!(
            (&event.source_ip, &event.user_agent),
            (&text("192.0.2.1"), &text("b"))
        );
        assert_eq!(
            (&event.error_code, &event.parameters),
            (&text("c"), &text(r#"{"d":1}"#))
        );
        assert_eq!(event.call, Call::Other);
        assert_eq!(
            (&history.kind, &history.category),
            (&text("AwsApiCall"), &text("Management"))
        );
        let selected = history.selected();
        assert_eq!(
            (selected.source, selected.name),
            ("ec2.amazonaws.com", "RunInstances")
        );
        assert_eq!(
            (selected.kind, selected.read_only),
            (Some("AwsApiCall"), Some(false))
        );
        assert_eq!(selected.actor, actor.arn.as_deref());
        for lacking in ["eventTime", "eventName", "eventSource"] {
            let record = record.replace(&format!("\"{lacking}\""), "\"other\"");
            assert_eq!(HistoryEvent::of_record(&record), None, "{lacking}");
        }
    }
}
