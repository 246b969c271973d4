//! Logs that are not proven: they give no events, unless they are requested; then each record says so.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{events, lines_of, lines_of_all};
use crate::support::case::{BUCKET, Case, hour};
use crate::support::forge::{Chain, DigestRecord, Object, Place, World, damage, gzip};

/// A chain of four hours with some damage, and the logs that it leaves without events.
fn damaged(damage: impl FnOnce(&mut World, &DigestRecord)) -> (Case, Chain) {
    let mut case = Case::new("events-unproven", 1, "");
    let chain = case.chain(4);
    let digest = chain.digests.iter().find(|digest| !digest.logs.is_empty());
    damage(&mut case.world, digest.expect("a digest with logs"));
    (case, chain)
}

fn first_log(digest: &DigestRecord) -> &Place {
    &digest.logs[0].place
}

/// How many records there are of each state.
fn states(stdout: &str) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for line in stdout.lines() {
        let record: Value = serde_json::from_str(line).expect("JSON");
        let state = record["trailproof"]["state"].as_str().expect("a state");
        *states.entry(state.to_owned()).or_default() += 1;
    }
    states
}

#[test]
fn an_altered_log_gives_events_only_on_request_and_these_are_marked() {
    let (case, chain) = damaged(|world, digest| damage::modify_log(world, first_log(digest)));
    let digest = chain.digests.iter().find(|digest| !digest.logs.is_empty());
    let altered = &digest.expect("a digest").logs[0];
    let altered_lines = lines_of(&case, altered);
    assert!(altered_lines.contains("203.0.113.66"));
    let run = events(&case, &[]);
    assert_eq!(run.code, 1);
    assert!(run.stdout == lines_of_all(&case, &chain).replace(&altered_lines, ""));
    assert!(run.stderr.contains("log-modified"), "{}", run.stderr);
    assert!(run.stderr.contains(&altered.place.key), "{}", run.stderr);
    let run = events(&case, &["--include-unproven"]);
    assert_eq!(run.code, 1);
    let states = states(&run.stdout);
    assert_eq!(states["altered"], altered_lines.lines().count());
    let all = lines_of_all(&case, &chain).lines().count();
    assert_eq!(states.values().sum::<usize>(), all);
    let forged = |line: &&str| line.contains("203.0.113.66");
    let marks = run.stdout.lines().filter(forged).count();
    let of_altered = |line: &&str| forged(line) && line.contains("\"state\":\"altered\"");
    assert!(marks > 0);
    assert_eq!(run.stdout.lines().filter(of_altered).count(), marks);
}

#[test]
fn a_log_that_breaks_off_gives_its_records_before_the_damage() {
    let cut = |world: &mut World, digest: &DigestRecord| {
        damage::edit_content(world, first_log(digest), |json| {
            let last = json.windows(3).rposition(|three| three == b"},{");
            json.truncate(last.expect("two records") + 20);
        });
    };
    let (case, chain) = damaged(cut);
    let whole = lines_of_all(&case, &chain).lines().count();
    let states = states(&events(&case, &["--include-unproven"]).stdout);
    assert!(states["altered"] > 0, "{states:?}");
    assert_eq!(states.values().sum::<usize>(), whole);
}

#[test]
fn a_missing_log_is_named_and_the_others_give_their_events() {
    let (case, chain) = damaged(|world, digest| {
        damage::delete(world, first_log(digest));
    });
    let digest = chain.digests.iter().find(|digest| !digest.logs.is_empty());
    let missing = &digest.expect("a digest").logs[0];
    let run = events(&case, &[]);
    assert_eq!(run.code, 1);
    let logs = chain.digests.iter().flat_map(|digest| &digest.logs);
    let present = logs.filter(|log| log.place != missing.place);
    assert!(run.stdout == present.map(|log| lines_of(&case, log)).collect::<String>());
    assert!(run.stderr.contains("log-missing"), "{}", run.stderr);
    assert!(run.stderr.contains(&missing.place.key), "{}", run.stderr);
}

/// Nothing proves the newest digest of a copy that lost its signature.
#[test]
fn the_logs_of_a_digest_that_is_not_proven_give_no_events() {
    let mut case = Case::new("events-digest", 4, "");
    let chain = case.chain(4);
    let digest = chain.last();
    damage::drop_metadata(&mut case.world, &digest.place);
    let lost: String = digest.logs.iter().map(|log| lines_of(&case, log)).collect();
    assert_ne!(lost, "");
    let run = events(&case, &[]);
    assert_eq!(run.code, 4);
    assert!(run.stdout == lines_of_all(&case, &chain).replace(&lost, ""));
    assert!(run.stderr.contains(&digest.place.key), "{}", run.stderr);
    let states = states(&events(&case, &["--include-unproven"]).stdout);
    assert_eq!(
        states["digest-unproven"],
        lost.lines().count(),
        "{states:?}"
    );
}

#[test]
fn a_planted_log_gives_events_only_on_request_and_after_all_others() {
    let mut case = Case::new("events-planted", 4, "");
    let chain = case.chain(8);
    let name = "111111111111_CloudTrail_eu-west-1_20260301T032015Z_Injected00000001.json.gz";
    let key = format!("AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01/{name}");
    let text = br#"{"Records":[{"eventName":"Planted","trailproof":{"state":"proven"}}]}"#;
    let object = Object::delivered(gzip(text), hour(5));
    case.world.put(&Place::new(BUCKET, &key), object);
    let run = events(&case, &[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stdout == lines_of_all(&case, &chain));
    assert!(run.stderr.contains("log-unreferenced"), "{}", run.stderr);
    let run = events(&case, &["--include-unproven"]);
    let expected = format!(
        "{{\"trailproof\":{{\"log\":\"s3://{BUCKET}/{key}\",\"digest\":null,\"state\":\"unreferenced\"}},\
         \"eventName\":\"Planted\"}}"
    );
    assert_eq!(run.stdout.lines().last(), Some(&*expected));
    assert_eq!(states(&run.stdout)["unreferenced"], 1);
}
