//! From uncovered time to gaps, and from gaps to their causes.

use std::hint::black_box;

use serde_json::json;
use trailproof::base::time::{Window, shift};
use trailproof::cloudtrail::event::record::read_one;
use trailproof::cloudtrail::event::{Evidence, Via};
use trailproof::cloudtrail::ids::ChainId;
use trailproof::proof::coverage::Spans;
use trailproof::proof::gap::{AROUND, Gap, TrailOwner, find, split_by_cause};
use trailproof::proof::look::Tail;

use super::case::{Amount, Case, Named, Size};
use super::coverage::{hour, is_hole};
use super::data;
use crate::support::events::cloudtrail_event;

pub const CASES: &[Named] = &[("gap/find", finding), ("gap/explain", explaining)];

fn window(size: Size) -> Window {
    Window::new(hour(0).from, hour(size.intervals).from)
}

fn accounted(size: Size) -> Spans {
    let mut spans = Spans::default();
    for number in (0..size.intervals).filter(|number| !is_hole(*number)) {
        spans.insert(hour(number));
    }
    spans
}

fn finding(size: Size) -> Case {
    let (window, accounted) = (window(size), accounted(size));
    let restarts: Vec<_> = (0..size.intervals)
        .step_by(200)
        .map(|n| hour(n).to)
        .collect();
    let intervals = usize::try_from(size.intervals).expect("not negative");
    Case::new(Amount::Items(intervals), move || {
        black_box(find(window, Tail::closed(), &accounted, &restarts));
    })
}

fn explaining(size: Size) -> Case {
    let window = window(size);
    let gaps: Vec<Gap> = find(window, Tail::closed(), &accounted(size), &[]);
    let arn = data::trail().arn();
    let stopped = |gap: &Gap| {
        let params = json!({"name": arn});
        let event = cloudtrail_event("StopLogging", &arn, gap.time.from, None, params);
        Evidence {
            event: read_one(&event.compact()).expect("a valid event"),
            via: Via::LookupEvents,
        }
    };
    let all: Vec<Evidence> = gaps.iter().map(stopped).collect();
    // As validate does: with the events around each gap only.
    let near = |gap: &Gap| {
        let (from, to) = (shift(gap.began(), -AROUND), shift(gap.ended(), AROUND));
        let near = |e: &&Evidence| (from..=to).contains(&e.event.time);
        all.iter().filter(near).cloned().collect::<Vec<Evidence>>()
    };
    let gaps: Vec<(Gap, Vec<Evidence>)> = gaps.iter().map(|g| (g.clone(), near(g))).collect();
    let chain = ChainId {
        account: data::ACCOUNT.parse().expect("an account"),
        region: data::REGION.parse().expect("a region"),
        home_region: "us-east-1".parse().expect("a region"),
        trail: "main".parse().expect("a trail"),
        organization: None,
    };
    let owner = TrailOwner::Account(chain.account.clone());
    Case::new(Amount::Items(gaps.len()), move || {
        for (gap, events) in &gaps {
            black_box(split_by_cause(gap, &chain, &owner, None, events));
        }
    })
}
