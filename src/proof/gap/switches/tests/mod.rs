//! Tables of calls and what they leave switched off, around one gap.

mod calls;
mod organization;
mod several;

use jiff::Timestamp;

use super::Switches;
use crate::cloudtrail::event::{Evidence, ManagementEvents, TrailChange, TrailSettings};
use crate::cloudtrail::ids::ChainId;
use crate::proof::fixtures::{ACCOUNT, HOME, at, chain, in_log_of, refused, span, trail_call};
use crate::proof::gap::Cause::{
    self, LoggingStopped, TrailCreated, TrailDeleted, Unexplained, ValidationDisabled,
};
use crate::proof::gap::clauses::Clauses;
use crate::proof::gap::facts::{TrailOwner, TrailState};
use crate::proof::gap::{Gap, GapPlace};

const ELSEWHERE: &str = "us-west-2";

fn stop(time: &str) -> Evidence {
    trail_call(ACCOUNT, time, TrailChange::Stop)
}

fn start(time: &str) -> Evidence {
    trail_call(ACCOUNT, time, TrailChange::Start)
}

fn delete(time: &str) -> Evidence {
    trail_call(ACCOUNT, time, TrailChange::Delete)
}

fn create(time: &str, validation: bool) -> Evidence {
    let set = TrailSettings {
        validation: Some(validation),
        ..TrailSettings::default()
    };
    trail_call(ACCOUNT, time, TrailChange::Create(set))
}

fn validation(time: &str, on: bool) -> Evidence {
    let set = TrailSettings {
        validation: Some(on),
        ..TrailSettings::default()
    };
    trail_call(ACCOUNT, time, TrailChange::Update(set))
}

fn all_regions(time: &str, on: bool) -> Evidence {
    let set = TrailSettings {
        multi_region: Some(on),
        ..TrailSettings::default()
    };
    trail_call(ACCOUNT, time, TrailChange::Update(set))
}

/// In a log of the chain of the home region, whose digest ends at `end`.
fn logged(call: Evidence, end: &str) -> Evidence {
    in_log_of(call, HOME, end)
}

/// Digests end at 10:00, and a starting digest ends at 13:00.
fn between() -> Gap {
    let (from, to) = (at("10:00"), at("13:00"));
    Gap::new(
        span("10:00", "13:00"),
        GapPlace::Between,
        Some(from),
        Some(to),
    )
}

/// Digests end at 10:00, and a starting digest ends two minutes later.
fn short() -> Gap {
    let (from, to) = (at("10:00"), at("10:02"));
    Gap::new(
        span("10:00", "10:02"),
        GapPlace::Between,
        Some(from),
        Some(to),
    )
}

/// The window begins at 09:00, and the first digest is a starting digest that ends at 13:00.
fn head() -> Gap {
    Gap::new(
        span("09:00", "13:00"),
        GapPlace::Head,
        None,
        Some(at("13:00")),
    )
}

/// The states after the initial one, and whether a call was contradicted by digests.
fn run(gap: &Gap, chain: &ChainId, calls: &[Evidence]) -> (Vec<(Timestamp, Cause)>, bool) {
    let owner = TrailOwner::Account(chain.account.clone());
    let near: Vec<_> = calls
        .iter()
        .filter_map(|e| Some((e, owner.concern(e, chain)?)))
        .collect();
    assert_eq!(near.len(), calls.len(), "each call is on this trail");
    let mut clauses = Clauses::default();
    let initial = TrailState::unexplained(gap.time.from, gap.cause);
    let switches = Switches::new(gap, chain, &owner, None);
    let states = switches.run(&near, initial, &mut clauses);
    let states = states.iter().skip(1).map(|s| (s.from, s.cause)).collect();
    (states, clauses.all().next().is_some())
}

struct SwitchRow {
    name: &'static str,
    calls: Vec<Evidence>,
    expected: Vec<(&'static str, Cause)>,
    contradicted: bool,
}

fn row(
    name: &'static str,
    calls: Vec<Evidence>,
    expected: Vec<(&'static str, Cause)>,
) -> SwitchRow {
    SwitchRow {
        name,
        calls,
        expected,
        contradicted: false,
    }
}

fn check(gap: &Gap, chain: &ChainId, rows: Vec<SwitchRow>) {
    for row in rows {
        let expected: Vec<_> = row
            .expected
            .iter()
            .map(|(t, cause)| (at(t), *cause))
            .collect();
        let actual = run(gap, chain, &row.calls);
        assert_eq!(actual, (expected, row.contradicted), "{}", row.name);
    }
}
