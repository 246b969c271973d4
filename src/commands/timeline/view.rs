//! The timeline in the report, made of what the searches gave.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::first::MarkCall;
use super::kept::KeptEvents;
use super::subjects::{SubjectSet, TrackedSubject};
use crate::base::text::plural;
use crate::proof::changes::TrailChanges;
use crate::report::timeline::v1::investigation::{
    Mark, MarkKind, Principal, Subject, Timeline, TimelineActor, TimelineEvent,
};

/// Access keys and addresses listed of one principal.
const LISTED: usize = 100;
/// Gaps listed of one event.
const GAPS: usize = 20;

/// How the searches went.
#[derive(Debug, Clone, Copy, Default)]
pub struct SearchCounts {
    /// How many there were.
    pub searches: u64,
    /// Whether the last one found subjects that no other followed.
    pub cut: bool,
    /// Whether one ended early.
    pub ended_early: bool,
    /// Logs whose text could not be read to its end, in the worst search.
    pub unread: u64,
    /// Records without a time, in the worst search.
    pub without_time: u64,
    /// Whether logs were left out on request.
    pub logs_left_out: bool,
}

/// The timeline.
pub fn timeline(
    subjects: SubjectSet,
    kept: KeptEvents,
    (marks, more_marks): (Vec<Mark>, u64),
    (changes, calls): (&TrailChanges, &BTreeSet<MarkCall>),
    counts: SearchCounts,
) -> Timeline {
    let (all, more_subjects) = subjects.into_parts();
    let subjects = all.iter().enumerate();
    let subjects: Vec<Subject> = subjects
        .map(|(place, tracked)| subject(place, tracked, &kept))
        .collect();
    let more_events = kept.more();
    let mut principals = PrincipalList::default();
    let mut gaps = OpenGaps::of(&marks);
    let changes = ChangeSentences::of(changes);
    let events = kept.into_events().map(|(places, event)| TimelineEvent {
        subjects: places.into_iter().map(SubjectSet::id).collect(),
        principal: principals.of(&event),
        during: gaps.at(&event),
        change: changes.of_event(&event),
        ..event
    });
    let events: Vec<TimelineEvent> = events.collect();
    let mut not_shown = not_shown(counts, more_subjects, more_events);
    if more_events == 0 && !counts.ended_early {
        not_shown.extend(calls_elsewhere(calls, &events));
    }
    let is_incomplete =
        counts.cut || counts.ended_early || counts.logs_left_out || counts.unread > 0;
    Timeline {
        complete: !is_incomplete && more_subjects == 0,
        ended_early: counts.ended_early,
        searches: counts.searches,
        not_shown,
        subjects,
        more_subjects,
        marks,
        more_marks,
        principals: principals.list,
        events,
        more_events,
    }
}

fn subject(place: usize, tracked: &TrackedSubject, kept: &KeptEvents) -> Subject {
    let tally = kept.tally(place);
    Subject {
        id: SubjectSet::id(place),
        kind: tracked.target.kind().into(),
        name: tracked.target.name(),
        why: tracked.why.clone(),
        marks: tracked.marks.clone(),
        found_by: tracked.found_by.map(SubjectSet::id),
        search: tracked.search,
        events: tally.kept(),
        more_events: tally.left_out,
        first: tally.span.map(|(first, _)| first),
        last: tally.span.map(|(_, last)| last),
    }
}

/// Who made calls, by their first call.
#[derive(Default)]
struct PrincipalList {
    list: Vec<Principal>,
    places: HashMap<String, usize>,
}

impl PrincipalList {
    /// The id of the principal of an event, which is counted. Events come by time.
    fn of(&mut self, event: &TimelineEvent) -> String {
        let name = name_of(&event.actor);
        let place = *self.places.entry(name).or_insert_with_key(|name| {
            self.list.push(Principal {
                id: format!("P{}", self.list.len() + 1),
                name: name.clone(),
                access_keys: Vec::new(),
                source_ips: Vec::new(),
                events: 0,
                first: event.time,
                last: event.time,
            });
            self.list.len() - 1
        });
        let Some(principal) = self.list.get_mut(place) else {
            return String::new();
        };
        principal.events += 1;
        principal.last = event.time;
        note(
            &mut principal.access_keys,
            event.actor.access_key_id.as_ref(),
        );
        note(&mut principal.source_ips, event.source_ip.as_ref());
        principal.id.clone()
    }
}

/// The best name that a record gives for who made the call.
fn name_of(actor: &TimelineActor) -> String {
    let names = [
        &actor.arn,
        &actor.invoked_by,
        &actor.access_key_id,
        &actor.principal_id,
        &actor.user_name,
        &actor.account,
        &actor.kind,
    ];
    let name = names.into_iter().flatten().next();
    name.map_or("not recorded", String::as_str).to_owned()
}

fn note(list: &mut Vec<String>, value: Option<&String>) {
    let value = value.filter(|value| list.len() < LISTED && !list.contains(value));
    list.extend(value.cloned());
}

/// What recorded calls changed, in words.
struct ChangeSentences<'c>(HashMap<(Option<&'c str>, Timestamp, &'c str), &'c str>);

impl<'c> ChangeSentences<'c> {
    fn of(changes: &'c TrailChanges) -> Self {
        let changes = changes.trails.iter().flat_map(|trail| &trail.changes);
        let made = changes.filter(|change| !change.refused);
        let sentences = made.map(|change| {
            let event = &change.evidence.event;
            let key = (event.id.as_deref(), event.time, event.name.as_str());
            (key, change.sentence.as_str())
        });
        ChangeSentences(sentences.collect())
    }

    fn of_event(&self, event: &TimelineEvent) -> Option<String> {
        let key = (event.id.as_deref(), event.time, event.name.as_str());
        self.0.get(&key).map(|sentence| (*sentence).to_owned())
    }
}

/// The gaps that are open while events go by.
struct OpenGaps<'m> {
    /// By their beginnings, the last first.
    ahead: Vec<&'m Mark>,
    open: Vec<&'m Mark>,
}

impl<'m> OpenGaps<'m> {
    fn of(marks: &'m [Mark]) -> Self {
        let gaps = marks.iter().filter(|mark| mark.kind == MarkKind::Gap);
        OpenGaps {
            ahead: gaps.rev().collect(),
            open: Vec::new(),
        }
    }

    /// The gaps that hold an event. Events come by time.
    fn at(&mut self, event: &TimelineEvent) -> Vec<String> {
        while let Some(gap) = self.ahead.pop_if(|gap| gap.from <= Some(event.time)) {
            self.open.push(gap);
        }
        self.open.retain(|gap| gap.to > Some(event.time));
        let ids = self.open.iter().map(|gap| gap.id.clone());
        ids.take(GAPS).collect()
    }
}

/// The calls behind the marks that are none of the events: the scope leaves their logs out.
fn calls_elsewhere(calls: &BTreeSet<MarkCall>, events: &[TimelineEvent]) -> Option<String> {
    let shown = events.iter();
    let shown = shown.map(|event| (event.time, event.name.as_str(), event.id.as_deref()));
    let shown: HashSet<_> = shown.collect();
    let elsewhere = calls
        .iter()
        .filter(|call| !shown.contains(&(call.time, call.name.as_str(), call.id.as_deref())));
    let elsewhere: Vec<&MarkCall> = elsewhere.collect();
    let regions = elsewhere.iter().filter_map(|call| call.region.as_ref());
    let regions: BTreeSet<String> = regions.map(ToString::to_string).collect();
    let regions: Vec<String> = regions.into_iter().take(LISTED).collect();
    let n = elsewhere.len() as u64;
    (n > 0).then(|| {
        let calls = plural(n, "call");
        let regions = regions.join(", ");
        format!(
            "{calls} behind the marks, made in {regions}: proven logs record them, but logs outside the scope that was requested are not searched."
        )
    })
}

/// What the timeline does not show.
fn not_shown(counts: SearchCounts, more_subjects: u64, more_events: u64) -> Vec<String> {
    let mut sentences = vec![
        "Records of logs that are missing, altered or not proven: only proven records are part of the timeline."
            .to_owned(),
        "Calls that no log of this validation records: those of other accounts and regions, and data events that the trail does not log."
            .to_owned(),
        "What AWS services did: a service acts for many, so it is not followed.".to_owned(),
    ];
    if more_events > 0 {
        let records = plural(more_events, "further record");
        sentences.push(format!(
            "{records} of the subjects: --most bounds the timeline."
        ));
    }
    if more_subjects > 0 {
        let subjects = plural(more_subjects, "further subject");
        sentences.push(format!(
            "{subjects}: too many were found to follow them all."
        ));
    }
    if counts.logs_left_out {
        sentences.push("Records of logs that were not read, as --logs requests.".to_owned());
    }
    if counts.cut {
        let searches = counts.searches;
        sentences.push(format!(
            "What the principals did that were found last: the logs were searched {searches} times, and not again for these."
        ));
    }
    if counts.ended_early {
        sentences.push("What a search that ended early did not reach.".to_owned());
    }
    if counts.unread > 0 {
        let logs = plural(counts.unread, "log");
        sentences.push(format!(
            "Some records of {logs}: their text could not be read to its end."
        ));
    }
    if counts.without_time > 0 {
        let records = plural(counts.without_time, "record");
        sentences.push(format!("{records} without a time."));
    }
    sentences
}
