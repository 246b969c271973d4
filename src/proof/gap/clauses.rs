//! Clauses on the calls around a gap, for its message (pure).

use std::collections::BTreeSet;

use crate::base::text::{cited, s3_uri};
use crate::cloudtrail::event::{Call, Event, Evidence, TrailChange, Via};
use crate::cloudtrail::ids::AccountId;

/// Statements on the calls around a gap, at most one of each kind.
#[derive(Default)]
pub(super) struct Clauses {
    refused: Option<String>,
    contradicted: Option<String>,
    moved: Option<String>,
    goes_on_at_home: Option<String>,
    several: Option<String>,
}

impl Clauses {
    /// The first call that was refused.
    pub fn refused(&mut self, event: &Event) {
        let code = event.error_code.as_deref().unwrap_or_default();
        self.refused.get_or_insert_with(|| {
            format!(
                "{}{} at {} was refused ({code}) and changed nothing",
                call_of(event),
                event.by(),
                event.time
            )
        });
    }

    /// The first call that should have ended the digests, although they went on.
    pub fn contradicted(&mut self, event: &Event) {
        self.contradicted.get_or_insert_with(|| {
            format!(
                "{}{} at {} does not explain this gap: digests cover hours after it",
                call_of(event),
                event.by(),
                event.time
            )
        });
    }

    /// The first call that should have ended the digests of all chains, although those of the trail's home
    /// chain went on.
    pub fn goes_on_at_home(&mut self, event: &Event) {
        self.goes_on_at_home.get_or_insert_with(|| {
            format!(
                "{}{} at {} does not explain this gap: the chain of the trail's home region continues after it",
                call_of(event),
                event.by(),
                event.time
            )
        });
    }

    /// The last call that made the trail write to another bucket than the one whose log holds the
    /// call.
    pub fn moved(&mut self, evidence: &Evidence) {
        let event = &evidence.event;
        let Call::Trail(_, TrailChange::Update(set)) = &event.call else {
            return;
        };
        let Some(bucket) = &set.bucket else { return };
        let here = |via: &Via| matches!(via, Via::VerifiedLog { log, .. } if log.0 == *bucket);
        if here(&evidence.via) {
            return;
        }
        self.moved = Some(format!(
            "the trail was set to write to bucket {}{} at {} ({}): later digests may be in it",
            cited(bucket),
            event.by(),
            event.time,
            event.name
        ));
    }

    /// Calls on trails of this name in several accounts, of which the message lists five.
    pub fn several(&mut self, accounts: &BTreeSet<&AccountId>) {
        let accounts: Vec<&str> = accounts.iter().take(5).map(|a| a.as_str()).collect();
        self.several = Some(format!(
            "trails of this name were called in several accounts ({}), and it is not known which of them is the \
             organization's trail: give it with --trail-arn",
            accounts.join(", ")
        ));
    }

    /// The clauses, in the order of the message.
    pub fn all(&self) -> impl Iterator<Item = String> + use<> {
        let all = [
            &self.several,
            &self.refused,
            &self.contradicted,
            &self.goes_on_at_home,
            &self.moved,
        ];
        all.map(Clone::clone).into_iter().flatten()
    }
}

/// The calls that only logs of unproven digests record, as a clause: the last one that succeeded, else the
/// last one. `None` if there are none.
pub(super) fn lead(leads: &[&Evidence]) -> Option<String> {
    let done = |e: &&&Evidence| e.event.error_code.is_none();
    let last = leads.iter().rfind(done).or(leads.last())?;
    let event = &last.event;
    let Via::UnprovenLog { log, digest } = &last.via else {
        return None;
    };
    let refused = event
        .error_code
        .as_deref()
        .map_or_else(String::new, |code| {
            format!(", which was refused ({})", cited(code))
        });
    Some(format!(
        "a lead, not a cause: log {} records {}{} at {}{}{}{refused}; only the unproven digest {digest} lists \
         that log, so it may be forged{}",
        s3_uri(Some(&log.0), &log.1),
        call_of(event),
        event.by(),
        event.time,
        match &event.id {
            Some(id) => format!(" (event {id})"),
            None => String::new(),
        },
        event.origin(),
        match leads.len() {
            1 => String::new(),
            n => format!("; that is the last of {n} such calls"),
        }
    ))
}

/// The name of a call, with what it set.
pub(super) fn call_of(event: &Event) -> String {
    let Call::Trail(_, TrailChange::Update(set)) = &event.call else {
        return event.name.clone();
    };
    let mut set_to = Vec::new();
    if let Some(on) = set.validation {
        set_to.push(format!("enableLogFileValidation {on}"));
    }
    if let Some(on) = set.multi_region {
        set_to.push(format!("isMultiRegionTrail {on}"));
    }
    if let Some(on) = set.organization {
        set_to.push(format!("isOrganizationTrail {on}"));
    }
    if let Some(bucket) = &set.bucket {
        set_to.push(format!("s3BucketName {}", cited(bucket)));
    }
    match set_to.is_empty() {
        true => event.name.clone(),
        false => format!("{} with {}", event.name, set_to.join(", ")),
    }
}
