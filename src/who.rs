//! Who made a call, and from where, in words (pure).

use std::fmt;

use jiff::Timestamp;

use crate::record::{Call, Event, TrailRef};

impl fmt::Display for TrailRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrailRef::Name(name) => write!(f, "trail {name}"),
            TrailRef::Arn(arn) => arn.fmt(f),
        }
    }
}

impl Event {
    /// What no event of a time comes before.
    pub(crate) fn first_at(time: Timestamp) -> Event {
        Event {
            time,
            name: String::new(),
            id: None,
            region: None,
            account: None,
            actor: None,
            source_ip: None,
            user_agent: None,
            error_code: None,
            call: Call::Key(String::new()),
        }
    }

    /// Who made it, as `ARN (session S, access key K)`; `None` where nothing says.
    pub fn who(&self) -> Option<String> {
        let actor = self.actor.as_ref()?;
        let named = [&actor.arn, &actor.invoked_by, &actor.account, &actor.kind];
        let mut who = named.into_iter().flatten().find(|n| !n.is_empty())?.clone();
        let mut more = Vec::new();
        if let Some(session) = actor.session.as_ref().filter(|s| !s.is_empty()) {
            more.push(format!("session {session}"));
        }
        if let Some(key) = actor.access_key_id.as_ref().filter(|k| !k.is_empty()) {
            more.push(format!("access key {key}"));
        }
        if !more.is_empty() {
            who += &format!(" ({})", more.join(", "));
        }
        Some(who)
    }

    /// Its name, and its id.
    pub fn called(&self) -> String {
        match &self.id {
            Some(id) => format!("{}, event {id}", self.name),
            None => self.name.clone(),
        }
    }

    /// From where it was made, as ` from ADDRESS with AGENT`; empty where nothing says.
    pub fn from_where(&self) -> String {
        let said = |word: &str, value: &Option<String>| match value {
            Some(value) if !value.is_empty() => format!(" {word} {value}"),
            _ => String::new(),
        };
        said("from", &self.source_ip) + &said("with", &self.user_agent)
    }
}
