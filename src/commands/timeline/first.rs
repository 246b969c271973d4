//! The first subjects: those of the gaps, the damage and the changes of a validation.

use std::collections::BTreeSet;
use std::slice;

use jiff::Timestamp;

use super::subjects::{FoundSubject, SubjectSet};
use super::target::{Target, principals};
use crate::cloudtrail::event::{Call, Evidence, Via};
use crate::cloudtrail::ids::{AccountId, ChainId, Region, TrailName};
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::changes::{Change, ChangesOfTrail};
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::gap::Gap;
use crate::report::timeline::v1::investigation::{Mark, MarkKind};
use crate::validate::outcome::Outcome;

/// Marks of one timeline. More are counted.
const MARKS: usize = 10_000;
/// Calls behind them that are compared with the records of the timeline.
const CALLS: usize = 10_000;

/// Where an investigation begins.
pub struct FirstSubjects {
    pub subjects: SubjectSet,
    pub marks: Vec<Mark>,
    pub more_marks: u64,
    pub calls: BTreeSet<MarkCall>,
}

/// A call behind a mark that a proven log records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarkCall {
    pub time: Timestamp,
    pub name: String,
    pub id: Option<String>,
    pub region: Option<Region>,
}

impl MarkCall {
    fn of(evidence: &Evidence) -> Option<Self> {
        let Via::VerifiedLog { .. } = evidence.via else {
            return None;
        };
        let event = &evidence.event;
        Some(MarkCall {
            time: event.time,
            name: event.name.clone(),
            id: event.id.clone(),
            region: event.region.clone(),
        })
    }
}

/// A mark before its id is known, and the subjects that it makes.
struct NewMark<'o> {
    mark: Mark,
    chain: Option<&'o ChainId>,
    /// The object or the trail that it is about.
    about: Option<Target>,
    evidence: &'o [Evidence],
}

impl FirstSubjects {
    /// Those of a validation. `trails` are described by CloudTrail, where it was asked.
    pub fn of(outcome: &Outcome, trails: &[TrailConfig]) -> Self {
        let gaps = outcome.chains.iter().flat_map(|chain| {
            let gaps = chain.gaps.iter();
            gaps.map(|gap| NewMark::of_gap(&chain.id, gap))
        });
        let findings = outcome.findings.iter().filter(|f| is_damage(f));
        let trails_changed = outcome.changes.trails.iter();
        let changes = trails_changed.flat_map(|trail| {
            let changes = trail.changes.iter();
            changes.map(|change| NewMark::of_change(trail, change))
        });
        let findings = findings.map(NewMark::of_finding);
        let mut marks: Vec<NewMark<'_>> = gaps.chain(findings).chain(changes).collect();
        marks.sort_by_key(|new| (new.mark.from, new.mark.to));
        let more_marks = marks.len().saturating_sub(MARKS) as u64;
        let mut first = FirstSubjects {
            subjects: SubjectSet::default(),
            marks: Vec::new(),
            more_marks,
            calls: BTreeSet::new(),
        };
        for new in marks.into_iter().take(MARKS) {
            first.add(new, outcome, trails);
        }
        first
    }

    fn add(&mut self, new: NewMark<'_>, outcome: &Outcome, trails: &[TrailConfig]) {
        let id = format!("M{}", self.marks.len() + 1);
        let mut add = |target, why: String| {
            let mark = Some(id.clone());
            let found_by = None;
            let found = FoundSubject {
                target,
                why,
                mark,
                found_by,
            };
            self.subjects.add(found, 1);
        };
        for target in new
            .chain
            .into_iter()
            .flat_map(|id| of_chain(id, outcome, trails))
        {
            let why = match &target {
                Target::Bucket(_) => "the trail writes to it",
                Target::KmsKey(_) => "the trail encrypts with it",
                _ => "its digests show gaps or damage",
            };
            add(target, why.to_owned());
        }
        for evidence in new.evidence.iter().filter(|evidence| !evidence.is_lead()) {
            for (target, why) in of_evidence(evidence) {
                add(target, why);
            }
        }
        let room = CALLS.saturating_sub(self.calls.len());
        let calls = new.evidence.iter().filter_map(MarkCall::of);
        self.calls.extend(calls.take(room));
        if let Some(about) = new.about {
            let code = new.mark.code.as_ref().map(|code| code.word().into_owned());
            add(about, code.unwrap_or_else(|| "it was changed".to_owned()));
        }
        self.marks.push(Mark { id, ..new.mark });
    }
}

/// Whether a finding is about objects that somebody may have removed, altered or added. What could not be read says
/// nothing about anybody.
fn is_damage(finding: &Finding) -> bool {
    finding.severity == Severity::Failed || finding.code == Code::LogUnreferenced
}

impl<'o> NewMark<'o> {
    fn of_gap(chain: &'o ChainId, gap: &'o Gap) -> Self {
        let mark = Mark {
            cause: Some(gap.cause.into()),
            certainty: Some(gap.certainty.into()),
            message: gap.finding().message,
            ..mark(
                MarkKind::Gap,
                Some(chain),
                Some((gap.time.from, gap.time.to)),
            )
        };
        NewMark {
            mark,
            chain: Some(chain),
            about: None,
            evidence: &gap.evidence,
        }
    }

    fn of_finding(finding: &'o Finding) -> Self {
        let (bucket, key) = (finding.bucket.clone(), finding.key.clone());
        let object = bucket.clone().zip(key.clone());
        let time = finding.interval.map(|time| (time.from, time.to));
        let calls = finding
            .evidence
            .iter()
            .filter(|evidence| !evidence.is_lead());
        let made = calls.filter(|evidence| evidence.event.error_code.is_none());
        let mark = Mark {
            called: made.map(|evidence| evidence.event.time).min(),
            code: Some(finding.code.into()),
            severity: Some(finding.severity),
            bucket,
            key,
            count: finding.count.unwrap_or(1),
            message: finding.message.clone(),
            ..mark(MarkKind::Finding, finding.chain.as_ref(), time)
        };
        NewMark {
            mark,
            chain: finding.chain.as_ref(),
            about: object.map(|(bucket, key)| Target::Object(bucket, key)),
            evidence: &finding.evidence,
        }
    }

    fn of_change(trail: &'o ChangesOfTrail, change: &'o Change) -> Self {
        let at = change.evidence.event.time;
        let refused = match change.refused {
            true => ", which was refused",
            false => "",
        };
        let mark = Mark {
            message: format!("{}{refused}", change.sentence),
            ..mark(MarkKind::Change, None, Some((at, at)))
        };
        NewMark {
            mark,
            chain: None,
            about: Some(trail_target(
                &trail.home_region,
                trail.owner.as_ref(),
                &trail.trail,
            )),
            evidence: slice::from_ref(&change.evidence),
        }
    }
}

/// A mark without what only one kind has.
fn mark(kind: MarkKind, chain: Option<&ChainId>, time: Option<(Timestamp, Timestamp)>) -> Mark {
    Mark {
        id: String::new(),
        kind: kind.into(),
        from: time.map(|(from, _)| from),
        to: time.map(|(_, to)| to),
        called: None,
        chain: chain.map(ToString::to_string),
        cause: None,
        certainty: None,
        code: None,
        severity: None,
        bucket: None,
        key: None,
        count: 1,
        message: String::new(),
    }
}

/// The trail of a chain, the buckets that its digests were written to, and its KMS key if it is known.
fn of_chain(id: &ChainId, outcome: &Outcome, trails: &[TrailConfig]) -> Vec<Target> {
    let described = TrailConfig::of(trails, id);
    let own = id.organization.is_none().then_some(&id.account);
    let owner = described.map(|trail| &trail.arn.account).or(own);
    let trail = trail_target(&id.home_region, owner, &id.trail);
    let chain = outcome.chains.iter().find(|chain| chain.id == *id);
    let locations = chain.into_iter().flat_map(|chain| &chain.locations);
    let buckets: BTreeSet<&String> = locations.map(|location| &location.bucket).collect();
    let buckets = buckets.into_iter().map(|name| Target::Bucket(name.clone()));
    let key = described.and_then(|trail| trail.kms_key.clone());
    let key = key.map(Target::KmsKey);
    [trail].into_iter().chain(buckets).chain(key).collect()
}

/// A trail. Its ARN shows who owns it.
fn trail_target(region: &Region, owner: Option<&AccountId>, name: &TrailName) -> Target {
    let partition = region.partition();
    Target::Trail {
        name: name.to_string(),
        owner: owner.map(ToString::to_string),
        arn: owner.map(|owner| format!("arn:{partition}:cloudtrail:{region}:{owner}:trail/{name}")),
    }
}

/// Who made a call that bears on a mark, and the KMS key or the bucket that it was on.
fn of_evidence(evidence: &Evidence) -> Vec<(Target, String)> {
    let event = &evidence.event;
    let actor = event.actor.iter();
    let who = actor.flat_map(|actor| {
        let (kind, arn) = (actor.kind.as_deref(), actor.arn.as_deref());
        let key = actor.access_key_id.as_deref();
        principals(kind, arn, actor.invoked_by.as_deref(), key)
    });
    let mut why = format!("made the call {} at {}", event.name, event.time);
    if event.error_code.is_some() {
        why += ", which was refused";
    }
    let mut found: Vec<_> = who.map(|target| (target, why.clone())).collect();
    let why = || format!("the call {} at {} was on it", event.name, event.time);
    match &event.call {
        Call::Key(key, ..) => found.push((Target::KmsKey(key.clone()), why())),
        Call::Bucket(bucket, ..) => found.push((Target::Bucket(bucket.clone()), why())),
        _ => {}
    }
    found
}
