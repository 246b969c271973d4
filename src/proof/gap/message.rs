//! A gap in a sentence that can be quoted: from when to when, why and how sure that is, who, from
//! where, and where that is recorded (pure).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::cause::{MOMENTS, SLACK};
use super::{Cause, Certainty, Gap, GapPlace, Undigested};
use crate::base::text::{one_or_many, s3_uri};
use crate::base::time::{Window, in_words};
use crate::cloudtrail::event::record::{Call, Event, Evidence, TrailChange, Via};
use crate::cloudtrail::event::who::cited;
use crate::cloudtrail::ids::AccountId;
use crate::proof::finding::{Code, Finding};

/// What was said of calls around a gap, each kind once.
#[derive(Default)]
pub(super) struct Clauses {
    refused: Option<String>,
    contradicted: Option<String>,
    moved: Option<String>,
    several: Option<String>,
}

impl Clauses {
    /// A call was refused.
    pub fn refused(&mut self, event: &Event) {
        let code = event.error_code.as_deref().unwrap_or_default();
        self.refused.get_or_insert_with(|| {
            format!(
                "{}{} was refused at {} ({code}), and changed nothing",
                call_of(event),
                event.by(),
                event.time
            )
        });
    }

    /// Digests went on after a call that should have ended them.
    pub fn contradicted(&mut self, event: &Event) {
        self.contradicted.get_or_insert_with(|| {
            format!(
                "{}{} came at {}, and hours after it are digested: that does not explain this gap",
                call_of(event),
                event.by(),
                event.time
            )
        });
    }

    /// The trail was told to write to another bucket than to that in which the call is recorded.
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
            "the trail was told to write to bucket {}{} at {} ({}): digests from then on may lie there",
            cited(bucket),
            event.by(),
            event.time,
            event.name
        ));
    }

    /// Calls on trails of this name in several accounts.
    pub fn several(&mut self, accounts: &BTreeSet<&AccountId>) {
        let named = accounts.iter().take(5).map(|a| a.as_str());
        let named: Vec<&str> = named.collect();
        self.several = Some(format!(
            "there were calls on trails of this name in several accounts ({}), and which of them is the \
             organization's trail is not known: name it with --trail-arn",
            named.join(", ")
        ));
    }

    /// All that was said.
    pub fn clauses(&self) -> impl Iterator<Item = String> + use<> {
        let all = [
            &self.several,
            &self.refused,
            &self.contradicted,
            &self.moved,
        ];
        all.map(Clone::clone).into_iter().flatten()
    }
}

/// A call by its name, with what it set.
pub(super) fn call_of(event: &Event) -> String {
    let Call::Trail(_, TrailChange::Update(set)) = &event.call else {
        return event.name.clone();
    };
    let mut to = Vec::new();
    if let Some(on) = set.validation {
        to.push(format!("enableLogFileValidation {on}"));
    }
    if let Some(on) = set.multi_region {
        to.push(format!("isMultiRegionTrail {on}"));
    }
    if let Some(bucket) = &set.bucket {
        to.push(format!("s3BucketName {}", cited(bucket)));
    }
    match to.is_empty() {
        true => event.name.clone(),
        false => format!("{} with {}", event.name, to.join(", ")),
    }
}

/// How an event is known, as the end of a sentence.
fn known(evidence: &Evidence, certainty: Certainty) -> String {
    let record = match &evidence.via {
        Via::VerifiedLog { log, digest, .. } => format!(
            "so the log {} records, which the proven digest {digest} names",
            s3_uri(Some(&log.0), &log.1)
        ),
        Via::LookupEvents => "so LookupEvents says, which nothing signs".into(),
        Via::TrailStatus => {
            "so GetTrailStatus says, which nothing signs and which does not say who".into()
        }
    };
    let presumed = certainty == Certainty::Circumstantial && evidence.via != Via::TrailStatus;
    match presumed {
        true => format!(
            "{record}; that this is the organization's trail is presumed from its name: name it with \
             --trail-arn"
        ),
        false => record,
    }
}

/// A call by its name, with what it set and its id.
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
        let mut message = match &self.told_by {
            Some(evidence) => self.explained(evidence),
            None => self.unexplained(),
        };
        if let Some(Undigested {
            count,
            minutes: Some((first, last)),
        }) = self.undigested
        {
            let lie = one_or_many(count, "one log lies", "logs lie");
            message += &match first == last {
                true => format!("; {lie} in it that no digest names, at {first}"),
                false => format!("; {lie} in it that no digest names, from {first} to {last}"),
            };
        }
        for clause in &self.clauses {
            message += "; ";
            message += clause;
        }
        let hint = match self.cause {
            Cause::Unexplained => {
                "look for StopLogging, UpdateTrail and DeleteTrail events of that time; what is \
                 answered for can be accepted with --accept"
            }
            Cause::BeforeFirstDigest => "compare with when the trail was made",
            Cause::AfterLastDigest => {
                "see whether the trail is still logging; of a copy, see when it was made (--as-of)"
            }
            _ => "ask whether that was meant; what is answered for can be accepted with --accept",
        };
        Finding::new(code, message).hint(hint).over(self.time)
    }

    /// The gap in words, where an event tells its cause.
    fn explained(&self, evidence: &Evidence) -> String {
        let event = &evidence.event;
        let time = match self.time.is_empty() {
            true => format!("digests were interrupted before {}", self.time.to),
            false => self.uncovered(),
        };
        let what = match self.cause {
            Cause::LoggingStopped
                if matches!(&event.call, Call::Trail(_, TrailChange::Update(_))) =>
            {
                "the trail was confined to its home region"
            }
            Cause::LoggingStopped => "logging was stopped",
            Cause::ValidationDisabled => "log file validation was switched off",
            Cause::TrailDeleted => "the trail was deleted",
            Cause::TrailCreated => "the trail was created only then",
            _ => "the trail was changed",
        };
        let mut said = format!(
            "{time}: {what}{} at {} ({}){}, {}",
            event.by(),
            event.time,
            identified(event),
            event.from_where(),
            known(evidence, self.certainty)
        );
        if let Some(at) = self.restart {
            said += &format!("; a starting digest says that it was switched on at {at}");
            said += &self.who_switched_on(at);
        }
        if self.cause == Cause::TrailCreated {
            said += "; whether one of its name was there before is not told";
        }
        said
    }

    /// Who switched on what a starting digest begins, as a clause of its own: the digest names nobody.
    fn who_switched_on(&self, at: Timestamp) -> String {
        self.switched_on(at).map_or_else(String::new, |evidence| {
            let event = &evidence.event;
            format!(
                "; the call was made{} at {} ({}), {}",
                event.by(),
                event.time,
                identified(event),
                match evidence.via {
                    Via::VerifiedLog { .. } => "so a proven log records",
                    Via::LookupEvents => "so LookupEvents says, which nothing signs",
                    Via::TrailStatus => "so GetTrailStatus says, which nothing signs",
                }
            )
        })
    }

    /// The call that switched on what a starting digest begins: of those that undo what was done, the
    /// nearest.
    fn switched_on(&self, at: Timestamp) -> Option<&Evidence> {
        let told = self.told_by.as_ref().map(|e| &e.event);
        let undoes = |e: &Event| {
            let after = at.duration_since(e.time).as_secs();
            let Call::Trail(_, change) = &e.call else {
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
            let fits = match (self.cause, told.map(|t| &t.call)) {
                (Cause::LoggingStopped, Some(Call::Trail(_, TrailChange::Update(_)))) => region,
                (Cause::LoggingStopped | Cause::TrailDeleted | Cause::TrailCreated, _) => start,
                (Cause::ValidationDisabled, _) => validation,
                _ => start || validation || region,
            };
            let soon = if start { MOMENTS } else { SLACK };
            fits && -MOMENTS <= after && after <= soon
        };
        let done = self.evidence.iter().filter(|e| {
            e.event.error_code.is_none() && told.is_none_or(|t| t.time <= e.event.time)
        });
        done.filter(|e| undoes(&e.event))
            .min_by_key(|e| e.event.time.duration_since(at).abs())
    }

    /// That nothing covers it.
    fn uncovered(&self) -> String {
        let Window { from, to } = self.time;
        format!(
            "no digest covers {from} to {to} ({})",
            in_words(self.time.length())
        )
    }

    /// The gap in words, where nothing tells its cause.
    fn unexplained(&self) -> String {
        let uncovered = self.uncovered();
        match (self.place, self.restart) {
            (GapPlace::Head, None) => format!(
                "{uncovered}, before the first digest that is there: the trail is younger, or earlier \
                 digests are not there"
            ),
            (GapPlace::Head, Some(at)) => format!(
                "{uncovered}: the first one that is there is a starting digest, and nothing before {at} is vouched for; the trail is younger, or earlier digests are \
                 not there"
            ),
            (GapPlace::Tail, _) => format!(
                "{uncovered}, after the last digest that is there: logging or validation ended, or later \
                 digests are not there"
            ),
            (GapPlace::Between, Some(at)) if self.time.is_empty() => format!(
                "a restart lies here: a starting digest says that logging or validation was \
                 switched on at {at}; how long it was off is not known"
            ),
            (GapPlace::Between, Some(at)) => {
                let who = self.who_switched_on(at);
                format!(
                    "{uncovered}, up to a starting digest, which says that logging or \
                     validation was switched on at {at}{who}; nothing here says since when it was off, or \
                     whether digests were removed"
                )
            }
            (GapPlace::Between, None) if !self.clauses.is_empty() => {
                format!("{uncovered}, and nothing that remains names one")
            }
            (GapPlace::Between, None) => format!(
                "{uncovered}, and nothing that remains names one: logging or validation was off, or \
                 digests were removed"
            ),
        }
    }
}
