//! Who made a call and from where, as parts of a sentence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Event;
use crate::base::text::cited;

/// Who made a call: `userIdentity`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    /// `type`.
    pub kind: Option<String>,
    /// `arn`.
    pub arn: Option<String>,
    /// `accountId`.
    pub account: Option<String>,
    /// `accessKeyId`.
    pub access_key_id: Option<String>,
    /// The session name of an assumed role or a federated user.
    pub session: Option<String>,
    /// `invokedBy`: the AWS service that made the call.
    pub invoked_by: Option<String>,
    /// `sessionIssuer`: the ARN of the role or user that the session's credentials came from.
    pub issuer: Option<String>,
    /// `mfaAuthenticated`: whether the session was opened with a second factor.
    pub mfa: Option<bool>,
}

/// How long an access key is valid, as the beginning of its id shows (IAM user guide, "Understanding unique
/// ID prefixes").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyTerm {
    /// `AKIA…`: the key of a user, valid until somebody deletes it.
    LongTerm,
    /// `ASIA…`: the key of a session, valid for hours.
    Temporary,
}

impl KeyTerm {
    /// The term of a key; `None` if the id does not show it.
    pub fn of(access_key_id: &str) -> Option<KeyTerm> {
        match access_key_id.get(..4)? {
            "AKIA" => Some(KeyTerm::LongTerm),
            "ASIA" => Some(KeyTerm::Temporary),
            _ => None,
        }
    }
}

impl Actor {
    /// How long the access key is valid, if its id shows it.
    pub fn key_term(&self) -> Option<KeyTerm> {
        self.access_key_id.as_deref().and_then(KeyTerm::of)
    }
}

impl Event {
    /// Who made it, as in `ARN (session S, access key K)`; `None` if the record does not say.
    pub fn who(&self) -> Option<String> {
        let actor = self.actor.as_ref()?;
        let names = [&actor.arn, &actor.invoked_by, &actor.account, &actor.kind];
        let mut who = names.into_iter().flatten().find(|n| !n.is_empty())?.clone();
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

    /// Who made it, as in ` by WHO`; empty if the record does not say.
    pub fn by(&self) -> String {
        self.who()
            .map_or_else(String::new, |who| format!(" by {who}"))
    }

    /// Its name and id, as in `StopLogging, event ID`.
    pub fn name_and_id(&self) -> String {
        match &self.id {
            Some(id) => format!("{}, event {id}", self.name),
            None => self.name.clone(),
        }
    }

    /// From which address it was made, and whether with a second factor, as in `, from ADDRESS, without MFA`. Empty
    /// where the record says neither.
    pub fn circumstances(&self) -> String {
        let mut text = String::new();
        if let Some(address) = self.source_ip.as_deref().filter(|ip| !ip.is_empty()) {
            text += &format!(", from {address}");
        }
        text += match self.actor.as_ref().and_then(|actor| actor.mfa) {
            Some(true) => ", with MFA",
            Some(false) => ", without MFA",
            None => "",
        };
        text
    }

    /// Where it was made from, as in ` from ADDRESS with AGENT`; empty if the record does not say.
    pub fn origin(&self) -> String {
        let part = |word: &str, value: Option<String>| {
            value.map_or_else(String::new, |value| format!(" {word} {value}"))
        };
        let given = |value: &Option<String>| value.clone().filter(|v| !v.is_empty());
        let agent = given(&self.user_agent).map(|agent| cited(&agent));
        part("from", given(&self.source_ip)) + &part("with", agent)
    }
}
