//! What a run may say, whatever happened on the way.

use std::collections::BTreeSet;

use serde_json::Value;

use super::run::{Cell, Ended};
use super::scenes::Scene;
use crate::support::aws::faulty::{Harm, Step, Trouble};
use crate::support::program::severity_codes;

/// A scene without faults: what it gives, and what it asks.
pub struct Clean {
    pub findings: BTreeSet<String>,
    pub requests: usize,
    pub steps: BTreeSet<Step>,
}

/// The findings that count in the verdict.
pub fn findings(report: &Value) -> BTreeSet<String> {
    let all = severity_codes(report).into_iter();
    all.filter(|f| !f.starts_with("note ")).collect()
}

/// What is wrong with a run.
pub enum Wrong {
    /// It says less than it should, or takes too long for it.
    Missed(String),
    /// It accuses where it must not.
    FalseAlarm(String),
}

/// The exit statuses that a cell may end with.
///
/// 1. What is wrong on the way is never called altered or missing, and never excuses what is.
/// 2. What happened once is asked for again, and leaves no trace.
/// 3. What comes from AWS for ever, complete and with its headers, is what AWS says: it may accuse. It
///    proves nothing all the same.
fn allowed(cell: &Cell) -> BTreeSet<i32> {
    let scene = cell.scene;
    let mut exits = BTreeSet::from([scene.exit(), 4]);
    let lies = cell.troubles.iter().any(|t| t.harm.lies());
    if lies && scene.is_intact() {
        exits.insert(1);
    }
    // Nothing signs a listing: one that is false may hide what no digest lists.
    let hides = cell.troubles.iter().any(|t| t.harm.hides());
    if (lies || hides) && scene == Scene::Unreferenced {
        exits.insert(0);
    }
    // Without GetTrailStatus nobody knows that there were later digests: time without them is a gap.
    if scene == Scene::TailDeleted {
        exits.insert(3);
    }
    if lies && !scene.is_intact() {
        exits.extend([1, 3]);
    }
    exits
}

/// Whether what happens to a cell is mended by asking again, so that nothing of it is left.
fn leaves_no_trace(cell: &Cell) -> bool {
    match cell.troubles[..] {
        [only] => is_mended(cell.scene, only),
        _ => false,
    }
}

fn is_mended(scene: Scene, trouble: Trouble) -> bool {
    let Trouble { step, harm, times } = trouble;
    let asked_for_again = match step {
        _ if harm.is_believed() => false,
        // CloudTrail sends nobody elsewhere: that is its answer then.
        _ if harm.redirects_as_aws() && !step.is_of_s3() => false,
        // What accuses is read twice. In some scenes something is wrong in truth: then the second answer is
        // the one that counts.
        Step::Digest | Step::Log => true,
        Step::Again => !harm.lies() && scene.is_intact(),
        // An answer of AWS that can be read is believed.
        _ => !harm.lies(),
    };
    // The second reading waits for an answer once only.
    let has_time_for_two = step != Step::Again || harm != Harm::Hang;
    harm.is_harmless()
        || times == Some(1) && asked_for_again
        || times == Some(2) && harm.is_retried() && has_time_for_two
}

/// What is wrong with the end of a cell.
pub fn judged(cell: &Cell, clean: &Clean, ended: &Result<Ended, String>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let took = ended.as_ref().map(|e| e.took).unwrap_or_default();
    let what = format!("{:?} {:?} {took:?}", cell.scene, cell.troubles);
    let missed = |why: String| Wrong::Missed(format!("{what}: {why}"));
    let false_alarm = |why: String| Wrong::FalseAlarm(format!("{what}: {why}"));
    let ended = match ended {
        Ok(ended) => ended,
        Err(why) => return vec![missed(why.clone())],
    };
    let found = findings(&ended.report);
    let is_clean = leaves_no_trace(cell);
    let allowed = match is_clean {
        true => BTreeSet::from([cell.scene.exit()]),
        false => allowed(cell),
    };
    if !allowed.contains(&ended.exit) {
        let why = format!("exit status {}, not one of {allowed:?}", ended.exit);
        let more = ended.exit == 1 || cell.scene.is_intact();
        wrong.push(if more { false_alarm(why) } else { missed(why) });
    }
    let lies = cell.troubles.iter().any(|t| t.harm.lies());
    let accusations = found.difference(&clean.findings);
    let false_ones: Vec<_> = accusations.filter(|f| f.starts_with("failed ")).collect();
    if !lies && !false_ones.is_empty() {
        wrong.push(false_alarm(format!("it accuses: {false_ones:?}")));
    }
    if is_clean && found != clean.findings {
        let why = format!("it finds {found:?} instead of {:?}", clean.findings);
        wrong.push(false_alarm(why));
    }
    let most = clean.requests * 8 + 50;
    if ended.requests > most {
        wrong.push(missed(format!(
            "{} requests, more than {most}",
            ended.requests
        )));
    }
    if !ended.leaked.is_empty() {
        wrong.push(missed(format!(
            "credentials went elsewhere: {:?}",
            ended.leaked
        )));
    }
    wrong
}
