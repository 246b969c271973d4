use crate::cloudtrail::event::{
    Actor, BucketChange, Call, Event, Evidence, KeyChange, ManagementEvents, TrailChange,
    TrailSettings, Turn,
};
use crate::cloudtrail::ids::AccountId;
use crate::proof::changes::fixtures::{changes, on_trail, own, trail};
use crate::proof::changes::{
    Change, ChangeKind, ChangeWindow, LeftOpen, MOST_PLACES, NotSearched, RecordedCalls,
    SearchedAccounts, most_changes,
};
use crate::proof::fixtures::{
    ACCOUNT, BUCKET, HOME, at, chain, event, in_log_of, refused, trail_call,
};
use crate::proof::gap::TrailOwner;

const OTHER: &str = "444455556666";

/// Most changes listed in a test.
const MOST: usize = 20;

fn proven(evidence: Evidence) -> Evidence {
    in_log_of(evidence, HOME, "23:00")
}

fn on_bucket(time: &str, bucket: &str) -> Evidence {
    let call = Call::Bucket(bucket.into(), BucketChange::Policy, Turn::Removed);
    proven(event(at(time), "DeleteBucketPolicy", call))
}

fn on_key(time: &str, key: &str) -> Evidence {
    let call = Call::Key(key.into(), KeyChange::Disabled);
    proven(event(at(time), "DisableKey", call))
}

fn kinds(changes: &[Change]) -> Vec<ChangeKind> {
    changes.iter().map(|change| change.what).collect()
}

#[test]
fn calls_on_the_trail_its_bucket_and_its_key_count_and_no_others() {
    let id = chain(HOME);
    let set = TrailSettings {
        kms_key: Some("arn:aws:kms:eu-central-1:111122223333:key/k-1".into()),
        ..TrailSettings::default()
    };
    let mut events = vec![
        on_key("08:00", "k-1"),
        on_key("08:01", "k-2"),
        on_trail(ACCOUNT, "09:00", TrailChange::Update(set)),
        on_trail(OTHER, "09:01", TrailChange::Stop),
        on_bucket("10:00", BUCKET),
        on_bucket("10:01", "others"),
    ];
    events.sort();
    let changes = changes(&own(&id), &events);
    assert_eq!(
        kinds(&changes),
        [
            ChangeKind::KeyDisabled,
            ChangeKind::TrailUpdated,
            ChangeKind::BucketPolicy
        ]
    );
    let reduces: Vec<bool> = changes.iter().map(|change| change.reduces).collect();
    assert_eq!(reduces, [true, false, true]);
}

#[test]
fn a_refused_call_changes_nothing() {
    let id = chain(HOME);
    let stop = refused(on_trail(ACCOUNT, "09:00", TrailChange::Stop));
    let changes = changes(&own(&id), &[stop]);
    assert_eq!(kinds(&changes), [ChangeKind::LoggingStopped]);
    assert!(changes[0].refused && !changes[0].reduces);
}

#[test]
fn a_stop_says_until_when() {
    let id = chain(HOME);
    let events = [
        on_trail(ACCOUNT, "09:00", TrailChange::Stop),
        refused(on_trail(ACCOUNT, "09:05", TrailChange::Start)),
        on_trail(ACCOUNT, "09:20", TrailChange::Start),
        on_trail(ACCOUNT, "11:00", TrailChange::Stop),
    ];
    let changes = changes(&own(&id), &events);
    assert!(changes[0].sentence.ends_with("2026-03-01T09:20:00Z"));
    assert!(changes[3].sentence.ends_with("from then on"));
}

/// A call by which CloudTrail repeats another in an account.
fn copy(time: &str, change: TrailChange) -> Evidence {
    let evidence = on_trail(ACCOUNT, time, change);
    let actor = Actor {
        arn: Some("arn:aws:sts::1:assumed-role/AWSServiceRoleForCloudTrail/s".into()),
        ..Actor::default()
    };
    let event = Event {
        actor: Some(actor),
        ..evidence.event
    };
    Evidence { event, ..evidence }
}

#[test]
fn a_copy_of_another_change_or_of_a_refused_call_counts() {
    let id = chain(HOME).in_organization("o-exampleorgid".parse().ok());
    let selectors = TrailChange::Selectors;
    let events = [
        on_trail(OTHER, "09:00", selectors(ManagementEvents::All)),
        refused(on_trail(OTHER, "09:05", TrailChange::Stop)),
        copy("09:10", selectors(ManagementEvents::None)),
        copy("09:15", TrailChange::Stop),
    ];
    let changes = changes(&trail(&id, TrailOwner::Organization), &events);
    let refused: Vec<bool> = changes.iter().map(|change| change.refused).collect();
    assert_eq!(refused, [false, true, false, false]);
}

#[test]
fn what_cloudtrail_repeats_in_the_accounts_of_an_organization_is_one_change() {
    let id = chain(HOME).in_organization("o-exampleorgid".parse().ok());
    let none = || TrailChange::Selectors(ManagementEvents::None);
    let copies = [
        copy("09:01", none()),
        copy("09:02", none()),
        copy("12:00", none()),
    ];
    let of_organization = || trail(&id, TrailOwner::Organization);
    assert_eq!(changes(&of_organization(), &copies).len(), 2);
    let call = on_trail(OTHER, "09:00", none());
    let all: Vec<Evidence> = [call.clone()].into_iter().chain(copies).collect();
    let changes = changes(&of_organization(), &all);
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[0].evidence, call);
}

#[test]
fn too_many_changes_keep_those_that_reduce_what_is_logged() {
    let id = chain(HOME);
    let mut events: Vec<Evidence> = (0..MOST)
        .map(|n| {
            let start = on_trail(ACCOUNT, "08:00", TrailChange::Start);
            let event = Event {
                id: Some(format!("{n}")),
                ..start.event
            };
            Evidence { event, ..start }
        })
        .collect();
    events.push(on_trail(ACCOUNT, "20:00", TrailChange::Stop));
    events.sort();
    let all = changes(&own(&id), &events);
    let shown = own(&id).into_changes(all, MOST);
    assert_eq!((shown.changes.len(), shown.more), (MOST, 1));
    let last = shown.changes.last().map(|change| change.what);
    assert_eq!(last, Some(ChangeKind::LoggingStopped));
}

#[test]
fn of_many_trails_fewer_changes_are_listed_and_never_none() {
    assert_eq!(most_changes(1), 200);
    assert_eq!(most_changes(500), 200);
    assert_eq!(most_changes(1_000), 100);
    assert_eq!(most_changes(1_000_000), 10);
    assert_eq!(most_changes(0), 200);
}

#[test]
fn of_the_accounts_that_were_searched_the_owner_is_listed_first() {
    let id = chain(HOME);
    let account = |number: usize| -> AccountId {
        let account = format!("{number:012}").parse();
        account.expect("an account")
    };
    let all: Vec<AccountId> = (1..=MOST_PLACES + 2).map(account).collect();
    let places = |owner: Option<&AccountId>, members: &[AccountId]| {
        let members = members.iter().collect();
        let mut trail = own(&id);
        trail.searched = SearchedAccounts {
            owner,
            members: &members,
        };
        trail.not_searched = Some(NotSearched::SomeLogsRead);
        let shown = trail.into_changes(Vec::new(), 1);
        assert_eq!(shown.not_searched, Some(NotSearched::SomeLogsRead));
        let places = shown.searched.into_iter();
        let accounts = places.map(|place| {
            assert_eq!(place.region.to_string(), HOME);
            place.account
        });
        (accounts.collect::<Vec<_>>(), shown.more_searched)
    };
    let (first, second, last) = (&all[0], &all[1], &all[MOST_PLACES + 1]);
    assert_eq!(places(None, &[]), (vec![], 0));
    assert_eq!(places(Some(first), &[]), (vec![first.clone()], 0));
    let both = vec![second.clone(), first.clone()];
    assert_eq!(places(Some(second), &all[..1]), (both.clone(), 0));
    assert_eq!(places(Some(second), &all[..2]), (both, 0));
    let (listed, more) = places(Some(last), &all);
    assert_eq!(more, 2);
    assert_eq!((&listed[0], &listed[1]), (last, first));
    assert_eq!(listed.len(), MOST_PLACES);
    let (listed, more) = places(Some(last), &all[..=MOST_PLACES]);
    assert_eq!((&listed[0], more), (last, 2));
    assert_eq!(places(None, &all), (all[..MOST_PLACES].to_vec(), 2));
}

#[test]
fn a_call_counts_in_the_window_or_if_its_log_came_only_in_it() {
    let id = chain(HOME);
    let mut trail = own(&id);
    let mut counts = |from: &str, continues, call: (&str, &str)| {
        trail.window = ChangeWindow {
            from: Some(at(from)),
            to: Some(at("12:30")),
            continues,
        };
        let (time, end) = call;
        let stop = in_log_of(trail_call(ACCOUNT, time, TrailChange::Stop), HOME, end);
        changes(&trail, &[stop]).len() == 1
    };
    assert!(counts("10:00", false, ("10:00", "11:00")));
    // The first instant is in the window, although the digest began before it.
    assert!(counts("10:00", false, ("10:00", "10:30")));
    assert!(counts("10:00", false, ("12:29", "13:00")));
    assert!(!counts("10:00", false, ("12:30", "13:00")));
    // A log of the first full digest: no earlier window has it.
    assert!(counts("10:00", false, ("09:57", "11:00")));
    assert!(!counts("10:00", false, ("09:57", "10:00")));
    // The digest began before the window, so it is of an earlier window too.
    assert!(!counts("10:10", false, ("10:05", "11:00")));
    // What an earlier run left off before is all new, also in a short digest.
    assert!(counts("10:10", true, ("10:05", "11:00")));
    assert!(!counts("11:00", true, ("10:05", "11:00")));
}

#[test]
fn calls_on_an_unknown_key_and_on_a_new_bucket_are_left_open() {
    let id = chain(HOME);
    let update = |key: Option<&str>, bucket: Option<&str>| {
        let set = TrailSettings {
            kms_key: key.map(Into::into),
            bucket: bucket.map(Into::into),
            ..TrailSettings::default()
        };
        on_trail(ACCOUNT, "09:00", TrailChange::Update(set))
    };
    let on_keys = [on_key("08:00", "k-1"), on_key("08:01", "k-2")];
    let left_open = |call: Evidence, is_described: bool| {
        let events: Vec<Evidence> = on_keys.iter().cloned().chain([call]).collect();
        own(&id).left_open(&RecordedCalls::new(&events), is_described)
    };
    let alias = "arn:aws:kms:eu-central-1:111122223333:alias/k-1";
    for unknown in [None, Some(""), Some("alias/k-1"), Some(alias)] {
        let found = left_open(update(unknown, None), false);
        assert!(
            matches!(&found[..], [LeftOpen::Key { calls: 2, first, .. }] if *first == on_keys[0].event),
            "{unknown:?}"
        );
    }
    assert_eq!(left_open(update(None, None), true), []);
    assert_eq!(left_open(update(Some("k-1"), Some(BUCKET)), false), []);
    let no_key = [update(None, None)];
    let no_key = RecordedCalls::new(&no_key);
    assert_eq!(own(&id).left_open(&no_key, false), []);
    let found = left_open(update(None, Some("new-logs")), true);
    assert!(matches!(&found[..], [LeftOpen::Bucket { bucket, .. }] if bucket == "new-logs"));
    assert_eq!(left_open(refused(update(None, Some("new-logs"))), true), []);
}

#[test]
fn a_refused_call_does_not_show_what_was_off_before_the_next_one() {
    let id = chain(HOME);
    let off = || {
        TrailChange::Update(TrailSettings {
            validation: Some(false),
            ..TrailSettings::default()
        })
    };
    let events = [
        refused(on_trail(ACCOUNT, "09:00", off())),
        on_trail(ACCOUNT, "10:00", off()),
    ];
    let changes = changes(&own(&id), &events);
    let reduces: Vec<bool> = changes.iter().map(|change| change.reduces).collect();
    assert_eq!(reduces, [false, true]);
}

#[test]
fn what_cloudtrail_did_hours_before_a_call_is_no_copy_of_it() {
    let id = chain(HOME).in_organization("o-exampleorgid".parse().ok());
    let none = || TrailChange::Selectors(ManagementEvents::None);
    // Per row: when CloudTrail did it, and how many changes that and the call at noon are.
    for (time, expected) in [("09:00", 2), ("11:30", 1), ("12:30", 1), ("15:00", 2)] {
        let mut events = [copy(time, none()), on_trail(OTHER, "12:00", none())];
        events.sort();
        let changes = changes(&trail(&id, TrailOwner::Organization), &events);
        assert_eq!(changes.len(), expected, "{time}");
    }
}
