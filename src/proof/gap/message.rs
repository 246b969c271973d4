//! The message of a gap, in a sentence that can be quoted: from when to when, why and how certain
//! that is, who, from where, and where that is recorded (pure).

use jiff::Timestamp;

use super::clauses::call_of;
use super::facts::{MOMENTS, slack_of};
use super::{Cause, Certainty, Gap, GapPlace, Seen, Undigested};
use crate::base::text::{capital, plural, s3_uri};
use crate::base::time::{Window, in_words};
use crate::cloudtrail::event::{AccountChange, Call, Event, Evidence, TrailChange, Via};
use crate::proof::finding::{Code, Finding, Hint};
use crate::proof::reason::Reason;

/// How an event is known, as a sentence of its own.
fn source_of(evidence: &Evidence, certainty: Certainty) -> String {
    let record = match &evidence.via {
        Via::VerifiedLog { log, digest, .. } => format!(
            "Recorded in log {}, which proven digest {digest} lists",
            s3_uri(Some(&log.0), &log.1)
        ),
        Via::LookupEvents => "LookupEvents reports this, unsigned".into(),
        Via::TrailStatus => "GetTrailStatus reports this, unsigned and without the caller".into(),
        Via::UnprovenLog { log, digest } => format!(
            "Recorded in log {}, which only unproven digest {digest} lists",
            s3_uri(Some(&log.0), &log.1)
        ),
    };
    let presumed = certainty == Certainty::Circumstantial && evidence.via != Via::TrailStatus;
    match presumed {
        true => format!(
            "{record}. By its name this is the organization's trail: to be certain, give it with --trail-arn"
        ),
        false => record,
    }
}

/// The name of a call, with what it set and the id of its event.
fn identified(event: &Event) -> String {
    match &event.id {
        Some(id) => format!("{}, event {id}", call_of(event)),
        None => call_of(event),
    }
}

impl Gap {
    /// The finding that reports it.
    pub fn finding(&self) -> Finding {
        let code = match self.place {
            GapPlace::Head => Code::CoverageHead,
            GapPlace::Between => Code::Gap,
            GapPlace::Tail => Code::CoverageTail,
        };
        let mut message = match &self.caused_by {
            Some(evidence) => self.explained(evidence),
            None => self.unexplained(),
        };
        self.add_undigested(&mut message);
        for clause in &self.clauses {
            message += ". ";
            message += &capital(clause);
        }
        // Evidence of damage comes first: it is what a reader must not miss.
        if let Some(removals) = &self.removals {
            message = format!("{removals}. {}", capital(&message));
        }
        let finding = Finding::new(code, message).hint(self.hint());
        let reason = (self.seen == Seen::NotLookedAt).then_some(Reason::NotLookedAt);
        Finding { reason, ..finding }.over(self.time)
    }

    /// Adds the number of logs in the gap that no digest lists, and their first and last minute.
    fn add_undigested(&self, message: &mut String) {
        if let Some(Undigested {
            count,
            minutes: Some((first, last)),
        }) = self.undigested
        {
            let logs = plural(count, "log");
            *message += &match first == last {
                true => format!(". It contains {logs} that no digest lists, at {first}"),
                false => {
                    format!(". It contains {logs} that no digest lists, from {first} to {last}")
                }
            };
        }
    }

    /// What to do about it.
    fn hint(&self) -> Hint {
        if self.removals.is_some() {
            return Hint::AskAboutRemoval;
        }
        let advice = match self.cause {
            Cause::Unexplained => {
                "check for StopLogging, UpdateTrail and DeleteTrail events of that time; if the gap was \
                 intended, record it in an --accept file"
            }
            Cause::BeforeFirstDigest => "compare with the trail's creation date",
            Cause::AfterLastDigest => match self.seen {
                Seen::InTime => "check whether the trail is still logging",
                Seen::Unknown => {
                    "check whether the trail is still logging; if the copy was made before the digests of this \
                     time can have been delivered, give the time of the copy with --as-of"
                }
                Seen::NotLookedAt => {
                    "end the window before it (--end-time), or run again when its digests have been delivered"
                }
            },
            _ => "find out whether this was intended; if so, record it in an --accept file",
        };
        advice.into()
    }

    /// Its time, its cause and the event that the cause follows from.
    fn explained(&self, evidence: &Evidence) -> String {
        let event = &evidence.event;
        let time = match self.time.is_empty() {
            true => format!("digests were interrupted before {}", self.time.to),
            false => self.uncovered(),
        };
        let mut message = format!(
            "{time}: {}{} at {} ({}){}. {}",
            self.cause_in_words(event),
            event.by(),
            event.time,
            identified(event),
            event.origin(),
            source_of(evidence, self.certainty)
        );
        if let Some(at) = self.restart {
            message += &format!(". A starting digest shows that it was switched on at {at}");
            message += &self.who_switched_on(at);
        }
        if self.cause == Cause::TrailCreated {
            message += ". The event does not show whether a trail of this name existed before";
        }
        message
    }

    /// The effect of the call that caused it.
    fn cause_in_words(&self, event: &Event) -> &'static str {
        match (self.cause, &event.call) {
            (Cause::LoggingStopped, Call::Trail(_, TrailChange::Update(_))) => {
                "the trail was limited to its home region"
            }
            (Cause::LoggingStopped, Call::Trail(_, TrailChange::Create(_))) => {
                "the trail was created again and was not logging here"
            }
            (Cause::LoggingStopped, _) => "logging was stopped",
            (Cause::ValidationDisabled, Call::Trail(_, TrailChange::Create(_))) => {
                "the trail was created without log file validation"
            }
            (Cause::ValidationDisabled, _) => "log file validation was switched off",
            (Cause::TrailDeleted, _) if event.is_by_service_role() => {
                "CloudTrail's own role ended this account's copy of the organization's trail"
            }
            (Cause::TrailDeleted, _) => "the trail was deleted",
            (Cause::TrailCreated, _) => "the trail did not exist before it was created",
            (Cause::OrganizationAccessWithdrawn, Call::Trail(..)) => {
                "the trail was limited to its owner's account"
            }
            (Cause::OrganizationAccessWithdrawn, _) => {
                "CloudTrail's access to the accounts of the organization was withdrawn"
            }
            (Cause::AccountLeftOrganization, Call::Account(AccountChange::Closed(_))) => {
                "the account was closed"
            }
            (Cause::AccountLeftOrganization, Call::Account(AccountChange::Removed(_))) => {
                "the account was removed from the organization"
            }
            (Cause::AccountLeftOrganization, _) => "the account left the organization",
            (Cause::RegionDisabled, _) => "the region was switched off for this account",
            _ => "the trail was changed",
        }
    }

    /// Who made the call that a starting digest follows, as a clause; empty if that is unknown.
    /// The digest itself does not record it.
    fn who_switched_on(&self, at: Timestamp) -> String {
        self.switched_on(at).map_or_else(String::new, |evidence| {
            let event = &evidence.event;
            format!(
                " ({}{} at {}{})",
                identified(event),
                event.by(),
                event.time,
                match evidence.via {
                    Via::VerifiedLog { .. } => ", in a proven log",
                    Via::LookupEvents => ", from LookupEvents, unsigned",
                    Via::TrailStatus => ", from GetTrailStatus, unsigned",
                    Via::UnprovenLog { .. } => ", in an unproven log",
                }
            )
        })
    }

    /// The call that a starting digest follows: the call nearest to its end that undoes the cause.
    fn switched_on(&self, at: Timestamp) -> Option<&Evidence> {
        let cause = self.caused_by.as_ref().map(|e| &e.event);
        let done = self.evidence.iter().filter(|e| {
            e.event.error_code.is_none()
                && !e.is_lead()
                && cause.is_none_or(|c| c.time <= e.event.time)
        });
        done.filter(|e| self.is_undone_by(&e.event, at))
            .min_by_key(|e| e.event.time.duration_since(at).abs())
    }

    /// Whether a call undoes the cause, at a time that fits a starting digest that ends `at`.
    fn is_undone_by(&self, event: &Event, at: Timestamp) -> bool {
        let Call::Trail(_, change) = &event.call else {
            return false;
        };
        let (start, validation, region) = match change {
            TrailChange::Start => (true, false, false),
            TrailChange::Update(set) => (
                false,
                set.validation == Some(true),
                set.multi_region == Some(true),
            ),
            _ => return false,
        };
        let cause = self.caused_by.as_ref().map(|e| &e.event.call);
        let undoes = match (self.cause, cause) {
            (Cause::LoggingStopped, Some(Call::Trail(_, TrailChange::Update(_)))) => region,
            (Cause::LoggingStopped | Cause::TrailDeleted | Cause::TrailCreated, _) => start,
            (Cause::ValidationDisabled, _) => validation,
            _ => start || validation || region,
        };
        let after = at.duration_since(event.time).as_secs();
        undoes && -MOMENTS <= after && after <= slack_of(&event.call)
    }

    /// The statement that no digest covers it, and its length.
    fn uncovered(&self) -> String {
        let Window { from, to } = self.time;
        format!(
            "no digest covers {from} to {to} ({})",
            in_words(self.time.length())
        )
    }

    /// Its time and place, where no event explains it.
    fn unexplained(&self) -> String {
        let uncovered = self.uncovered();
        match (self.place, self.restart) {
            (GapPlace::Head, _) if self.time.is_empty() => format!(
                "no digest of this chain ends before the window ends at {}: the trail is newer than the start of \
                 the window, or earlier digests are missing (deleted, expired or never delivered)",
                self.time.to
            ),
            (GapPlace::Tail, _) if self.time.is_empty() => format!(
                "no digest of this chain covers any time after the window begins at {}: logging or validation \
                 ended, or later digests are missing (deleted, expired or never delivered)",
                self.time.from
            ),
            (GapPlace::Head, None) => format!(
                "{uncovered}, before the first digest that exists: the trail is newer than the start of the \
                 window, or earlier digests are missing (deleted, expired or never delivered)"
            ),
            (GapPlace::Head, Some(at)) => format!(
                "{uncovered}: the first digest that exists is a starting digest, so nothing before {at} is \
                 proven; the trail is newer than the start of the window, or earlier digests are missing \
                 (deleted, expired or never delivered)"
            ),
            (GapPlace::Tail, _) if self.seen == Seen::NotLookedAt => {
                format!("{uncovered}: it is after the time at which the source was read")
            }
            (GapPlace::Tail, _) => format!(
                "{uncovered}, after the last digest that exists: logging or validation ended, or later digests \
                 are missing (deleted, expired or never delivered)"
            ),
            (GapPlace::Between, Some(at)) if self.time.is_empty() => format!(
                "logging was restarted: a starting digest shows that logging or validation was switched on at \
                 {at}; it is not known how long it was off"
            ),
            (GapPlace::Between, Some(at)) => {
                let who = self.who_switched_on(at);
                format!(
                    "{uncovered}, before a starting digest, which shows that logging or validation was switched \
                     on at {at}{who}; it is not known when it was switched off, or whether digests were removed"
                )
            }
            (GapPlace::Between, None) if !self.clauses.is_empty() => {
                format!("{uncovered}, and no remaining digest refers to one")
            }
            (GapPlace::Between, None) => format!(
                "{uncovered}, and no remaining digest refers to one: logging or validation was off, or digests \
                 were removed"
            ),
        }
    }
}
