//! Compares what is reported with what must be: the verdict, a finding for each object that changed and for no
//! other, the state of each hour, and the counts.

use jiff::{SignedDuration, Timestamp};
use trailproof::{ChainOutcome, Code, Outcome, Severity, State, Verdict};

use super::expected::Expected;
use super::scene::{DigestItem, Item, Role, Scene};
use super::standing::{Standing, Sure};

/// The hours between the last digest before the restart and the hour of the starting digest, begun ones included.
const HOURS_STOPPED: u64 = 2;

/// What is wrong in a report.
#[derive(Debug, Default)]
pub struct Faults {
    /// What is reported as less than it is.
    pub missed: Vec<String>,
    /// What is reported as more than it is.
    pub false_alarms: Vec<String>,
}

impl Faults {
    pub fn is_empty(&self) -> bool {
        self.missed.is_empty() && self.false_alarms.is_empty()
    }

    /// Compares a count of objects with the least and the most that is right. Too many that are intact are as
    /// bad as too few that failed.
    fn compare_count(
        &mut self,
        (what, standing): (&str, Standing),
        counted: u64,
        (least, most): (u64, u64),
    ) {
        let said = format!("{what} {standing:?}: {counted}, and not {least} to {most}");
        match (standing, counted < least, counted > most) {
            (_, false, false) => {}
            (Standing::Intact, _, true) | (Standing::Unproven | Standing::Failed, true, _) => {
                self.missed.push(said);
            }
            _ => self.false_alarms.push(said),
        }
    }

    /// Compares a value with the least and the most that is right.
    fn compare<T: Ord + std::fmt::Debug>(
        &mut self,
        what: impl std::fmt::Display,
        found: T,
        (least, most): (T, T),
    ) {
        let said = || format!("{what}: {found:?}, and not {least:?} to {most:?}");
        if found < least {
            self.missed.push(said());
        } else if found > most {
            self.false_alarms.push(said());
        }
    }
}

/// The faults of a report.
pub fn judge(scene: &Scene, expected: &Expected, outcome: &Outcome) -> Faults {
    let mut faults = Faults::default();
    faults.compare("verdict", outcome.verdict, verdicts(expected));
    findings(scene, expected, outcome, &mut faults);
    let [chain] = outcome.chains.as_slice() else {
        faults
            .missed
            .push(format!("{} chains", outcome.chains.len()));
        return faults;
    };
    coverage(scene, expected, chain, &mut faults);
    counts(scene, expected, chain, &mut faults);
    faults
}

/// The mildest and the gravest verdict that is right. The restart is a gap in any case.
fn verdicts(expected: &Expected) -> (Verdict, Verdict) {
    let verdict = |standing: Standing| match standing {
        Standing::Intact => Verdict::Gaps,
        Standing::Unproven => Verdict::Unproven,
        Standing::Failed => Verdict::Failed,
    };
    let (mut least, mut most) = (Verdict::Gaps, Verdict::Gaps);
    for item in &expected.items {
        least = least.max(verdict(item.least()));
        most = most.max(verdict(item.most()));
    }
    match expected.broken_key {
        Sure::No => (least, most),
        Sure::Either => (least, most.max(Verdict::Unproven)),
        Sure::Yes => (least.max(Verdict::Unproven), most.max(Verdict::Unproven)),
    }
}

/// Each finding is about an object of which it is right, and each such object has one.
fn findings(scene: &Scene, expected: &Expected, outcome: &Outcome, faults: &mut Faults) {
    let mut found = vec![Standing::Intact; scene.items.len()];
    let mut broken_key = Sure::No;
    for finding in &outcome.findings {
        let standing = match finding.severity {
            Severity::Note | Severity::Gap => continue,
            Severity::Unproven => Standing::Unproven,
            Severity::Failed => Standing::Failed,
        };
        let key = finding.key.as_deref();
        let item = scene.items.iter().position(|item| Some(&*item.key) == key);
        match item {
            Some(item) => found[item] = found[item].max(standing),
            None if finding.code == Code::KeyInvalid => broken_key = Sure::Yes,
            None if finding.code == Code::DigestMissing && expected.restart_hidden => {}
            None => faults.false_alarms.push(format!(
                "{} on {key:?}: {}",
                finding.code.as_str(),
                finding.message
            )),
        }
    }
    if expected.broken_key != Sure::Either && expected.broken_key != broken_key {
        let said = format!("a broken key is reported: {broken_key:?}");
        faults.missed.push(said);
    }
    for ((item, found), expected) in scene.items.iter().zip(found).zip(&expected.items) {
        let bounds = (expected.least(), expected.most());
        faults.compare(&item.key, found, bounds);
        if (bounds.0..=bounds.1).contains(&found) && !expected.has(found) {
            let said = format!("{}: {found:?}, and not {expected:?}", item.key);
            faults.false_alarms.push(said);
        }
    }
}

/// The hour of each digest has the state of the digest and of its logs.
fn coverage(scene: &Scene, expected: &Expected, chain: &ChainOutcome, faults: &mut Faults) {
    let at_least = (State::Gap, State::Failed);
    let within = scene.restart - SignedDuration::from_mins(90);
    faults.compare("restart", state(chain, within), at_least);
    let digests = scene.items.iter();
    let digests = digests.filter_map(|item| Some((item, item.digest()?)));
    for (item, digest) in digests.filter(|(_, d)| !d.starting && !d.backfill) {
        let (mut least, mut most) = (Standing::Intact, Standing::Intact);
        for item in hour(scene, digest) {
            least = least.max(expected.items[item].least());
            most = most.max(expected.items[item].most());
        }
        let bounds = (state_of(least), state_of(most));
        let middle = (digest.start.as_second() + digest.end.as_second()) / 2;
        let middle = Timestamp::from_second(middle).expect("a time");
        let what = format_args!("hour of {}", item.key);
        faults.compare(what, state(chain, middle), bounds);
    }
}

/// What colours the hour of a digest: itself, its logs, and the backfill digests of that hour with theirs.
fn hour(scene: &Scene, digest: &DigestItem) -> Vec<usize> {
    let is_in = |item: &Item| item.digest().is_some_and(|other| other.end == digest.end);
    let colours = |(_, item): &(usize, &Item)| match item.role {
        Role::Digest(_) => is_in(item),
        Role::Log { listed_by } => is_in(&scene.items[listed_by]),
    };
    let items = scene.items.iter().enumerate().filter(colours);
    items.map(|(at, _)| at).collect()
}

fn state_of(standing: Standing) -> State {
    match standing {
        Standing::Intact => State::Verified,
        Standing::Unproven => State::Unproven,
        Standing::Failed => State::Failed,
    }
}

/// The state of an instant. Time outside the window is a gap.
fn state(chain: &ChainOutcome, at: Timestamp) -> State {
    let mut stretches = chain.coverage.iter();
    let stretch = stretches.find(|s| s.time.from <= at && at < s.time.to);
    stretch.map_or(State::Gap, |stretch| stretch.state)
}

/// Digests, backfill digests and logs are counted as what they are, and none is missing.
fn counts(scene: &Scene, expected: &Expected, chain: &ChainOutcome, faults: &mut Faults) {
    let digests = [
        ("digests", &chain.digests, false),
        ("backfill digests", &chain.backfill, true),
    ];
    for (what, tally, backfill) in digests {
        let is_meant = |item: &Item| item.digest().is_some_and(|d| d.backfill == backfill);
        for (standing, counted) in [
            (Standing::Intact, tally.valid),
            (Standing::Unproven, tally.unproven),
            (Standing::Failed, tally.failed),
        ] {
            let bounds = bounds(scene, expected, standing, is_meant);
            faults.compare_count((what, standing), counted, bounds);
        }
        faults.compare(format_args!("{what} missing"), tally.missing, (0, 0));
        let most = match expected.restart_hidden && !backfill {
            true => HOURS_STOPPED,
            false => 0,
        };
        let missing = tally.missing_inferred;
        faults.compare(format_args!("{what} inferred"), missing, (0, most));
    }
    let listed = |item: &Item| match item.role {
        Role::Log { listed_by } => expected.proven[listed_by],
        Role::Digest(_) => Sure::No,
    };
    for (standing, counted) in [
        (Standing::Intact, chain.logs.valid),
        (Standing::Failed, chain.logs.failed),
    ] {
        let (least, _) = bounds(scene, expected, standing, |item| listed(item) == Sure::Yes);
        let (_, most) = bounds(scene, expected, standing, |item| listed(item) != Sure::No);
        faults.compare_count(("logs", standing), counted, (least, most));
    }
    faults.compare("logs missing", chain.logs.missing, (0, 0));
}

/// The number of items of a kind that must have a standing, and of those that may.
fn bounds(
    scene: &Scene,
    expected: &Expected,
    standing: Standing,
    is_meant: impl Fn(&Item) -> bool,
) -> (u64, u64) {
    let items = scene.items.iter().zip(&expected.items);
    let possible = items.filter(|(item, possible)| is_meant(item) && possible.has(standing));
    let (mut least, mut most) = (0, 0);
    for (_, possible) in possible {
        most += 1;
        least += u64::from(possible.least() == possible.most());
    }
    (least, most)
}
