//! Who made a call, and from where, in words (pure).

use std::fmt;

use crate::cloudtrail::event::record::{Event, TrailRef};

impl fmt::Display for TrailRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrailRef::Name(name) => write!(f, "trail {name}"),
            TrailRef::Arn(arn) => arn.fmt(f),
        }
    }
}

/// Most characters of a text that is cited.
const CITED: usize = 200;

/// A text that whoever made a call chose freely, so that nobody takes it for ours: in quotes, cut to
/// a length.
pub fn cited(text: &str) -> String {
    let mut cut: String = text.chars().take(CITED).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("{cut:?}")
}

impl Event {
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

    /// Who made it, as ` by WHO`; empty where nothing says.
    pub fn by(&self) -> String {
        self.who()
            .map_or_else(String::new, |who| format!(" by {who}"))
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
        let said = |word: &str, value: Option<String>| {
            value.map_or_else(String::new, |value| format!(" {word} {value}"))
        };
        let given = |value: &Option<String>| value.clone().filter(|v| !v.is_empty());
        let agent = given(&self.user_agent).map(|agent| cited(&agent));
        said("from", given(&self.source_ip)) + &said("with", agent)
    }
}
