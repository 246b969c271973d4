//! The alerting rules: Prometheus' own tool reads them, and plays them over the metrics that real runs write.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::program::{root, run};
use crate::support::promtool::promtool;

const RULES: &str = "rules.yml";
const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// The rules of a check that runs this often.
fn rules(every: &str) -> String {
    let run = run(
        &root(),
        &["generate", "alerts", "prometheus", "--every", every],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

/// The metrics of a run of `validate` over a folder of `testdata/`, which ends with an exit status.
fn metrics(case: &str, more: &[&str], code: i32) -> String {
    let copy = ["--path", "bucket", "--s3-bucket", "trail-logs"];
    let format = ["validate", "--format", "prometheus"];
    let dir = root().join("testdata").join(case);
    let run = run(&dir, &[&format[..], &copy, more].concat());
    assert_eq!(run.code, code, "{case}: {}", run.stderr);
    promtool(&dir, &["check", "metrics"], &run.stdout);
    run.stdout
}

/// The metrics of a run whose keys are in a folder beside the copy.
fn with_keys(case: &str, more: &[&str], code: i32) -> String {
    metrics(case, &[&["--keys", "keys"], more].concat(), code)
}

fn verified() -> String {
    with_keys("digest-proven-by-successor", &[], 0)
}

/// Files of metrics as Prometheus collects them, each present for some minutes.
#[derive(Default)]
struct Timeline {
    minutes: u64,
    /// The values of each series by the minute.
    series: BTreeMap<String, Vec<Option<i64>>>,
}

impl Timeline {
    /// A run ends now, and nothing else for this long. Prometheus' tool begins at time 0, so all times move there.
    fn then(mut self, metrics: &str, minutes: u64) -> Self {
        let samples = metrics.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.map(|line| {
            let (series, value) = line.rsplit_once(' ').expect("a value");
            (series, value.parse::<i64>().expect("a number"))
        });
        let samples: BTreeMap<&str, i64> = samples.collect();
        let ended = samples
            .iter()
            .find(|(series, _)| series.starts_with("trailproof_last_completion_timestamp_seconds{"))
            .map_or(0, |(_, ended)| *ended);
        let now = i64::try_from(self.minutes * 60).expect("a time");
        let (before, after) = (index(self.minutes), index(self.minutes + minutes));
        for (series, value) in samples {
            let moved = match series.contains("_timestamp_seconds{") {
                true => value - ended + now,
                false => value,
            };
            let values = self.series.entry(series.to_owned()).or_default();
            values.resize(before, None);
            values.resize(after, Some(moved));
        }
        self.minutes += minutes;
        self
    }

    /// A run each hour with the same result.
    fn hourly(self, metrics: &str, hours: u64) -> Self {
        (0..hours).fold(self, |timeline, _| timeline.then(metrics, HOUR))
    }

    /// The file of metrics is removed, or nobody collects it.
    fn without(self, minutes: u64) -> Self {
        self.then("", minutes)
    }

    fn input(&self) -> Value {
        let of = |(series, values): (&String, &Vec<Option<i64>>)| {
            let values = values.iter();
            let values = values.map(|v| v.map_or_else(|| "_".to_owned(), |v| v.to_string()));
            json!({"series": series, "values": values.collect::<Vec<_>>().join(" ")})
        };
        self.series.iter().map(of).collect()
    }

    /// Asserts which alerts fire, in the given minutes.
    fn fires(&self, every: &str, expected: &[(u64, &[&str])]) {
        let at = |(minute, alerts): &(u64, &[&str])| {
            let sample =
                |alert: &&str| json!({"labels": format!("{{alertname=\"{alert}\"}}"), "value": 1});
            json!({
                "expr": "count by (alertname) (ALERTS{alertstate=\"firing\"})",
                "eval_time": format!("{minute}m"),
                "exp_samples": alerts.iter().map(sample).collect::<Vec<_>>(),
            })
        };
        let asked: Vec<Value> = expected.iter().map(at).collect();
        self.play(every, json!({"promql_expr_test": asked}));
    }

    /// Plays the rules, and asserts what is asked.
    fn play(&self, every: &str, asked: Value) {
        let dir = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect(name);
        file(RULES, &rules(every));
        let mut test = asked;
        test["interval"] = json!("1m");
        test["input_series"] = self.input();
        let tests = json!({"rule_files": [RULES], "evaluation_interval": "1m", "tests": [test]});
        // JSON is YAML.
        file("tests.yml", &tests.to_string());
        promtool(dir.path(), &["test", "rules", "tests.yml"], "");
    }
}

fn index(minutes: u64) -> usize {
    usize::try_from(minutes).expect("a number of minutes")
}

#[test]
fn the_rules_are_valid_however_often_the_check_runs() {
    let dir = tempfile::tempdir().expect("a folder");
    for every in ["1m", "90s", "1h", "7h", "1d", "31d"] {
        let text = rules(every);
        assert!(!text.contains('@'), "{text}");
        fs::write(dir.path().join(RULES), text).expect("a file");
        promtool(
            dir.path(),
            &["check", "rules", "--lint=all", "--lint-fatal", RULES],
            "",
        );
    }
    let refused = run(
        &root(),
        &["generate", "alerts", "prometheus", "--every", "0s"],
    );
    assert_eq!(refused.code, 2, "{}", refused.stdout);
}

#[test]
fn nothing_fires_while_all_is_verified() {
    let quiet = Timeline::default().hourly(&verified(), 30);
    quiet.fires("1h", &[(1, &[]), (HOUR + 1, &[]), (30 * HOUR - 1, &[])]);
}

#[test]
fn evidence_fires_at_once() {
    let failed = with_keys("log-modified", &[], 1);
    let timeline = Timeline::default().then(&verified(), HOUR);
    let timeline = timeline.then(&failed, HOUR).then(&verified(), HOUR);
    let fires: &[&str] = &["TrailproofFailed"];
    timeline.fires("1h", &[(59, &[]), (60, fires), (119, fires), (121, &[])]);
}

#[test]
fn what_the_next_run_cures_wakes_nobody() {
    let unproven = metrics("key-unavailable--none-given", &[], 4);
    let cured = Timeline::default()
        .then(&unproven, HOUR)
        .hourly(&verified(), 2);
    cured.fires("1h", &[(59, &[]), (100, &[])]);
    let stays = Timeline::default().hourly(&unproven, 2);
    stays.fires("1h", &[(89, &[]), (91, &["TrailproofUnproven"])]);
}

#[test]
fn a_gap_that_one_run_reports_stays_on_for_a_day() {
    let gap = with_keys("gap", &[], 3);
    let timeline = Timeline::default().then(&verified(), HOUR);
    let timeline = timeline.then(&gap, HOUR).hourly(&verified(), 26);
    let fires: &[&str] = &["TrailproofGaps"];
    let until = 2 * HOUR + DAY;
    timeline.fires(
        "1h",
        &[(59, &[]), (65, fires), (20 * HOUR, fires), (until + 5, &[])],
    );
}

#[test]
fn what_is_accepted_fires_nothing() {
    let accepted = ["--accept", "accept.toml"];
    let gap = with_keys("gap--accepted", &accepted, 0);
    assert!(
        gap.contains("trailproof_verdict{scope=\"trail-logs\"} 1\n"),
        "{gap}"
    );
    let quiet = Timeline::default().hourly(&gap, 4);
    quiet.fires("1h", &[(1, &[]), (4 * HOUR - 1, &[])]);
    let lenient = with_keys("gap", &["--fail-on", "failed"], 0);
    let quiet = Timeline::default().hourly(&lenient, 4);
    quiet.fires("1h", &[(1, &[]), (4 * HOUR - 1, &[])]);
}

#[test]
fn a_run_that_is_not_complete_fires_if_the_next_is_not_either() {
    let incomplete = with_keys("source-unreadable", &[], 4);
    assert!(
        incomplete.contains("trailproof_complete{scope=\"trail-logs\"} 0\n"),
        "{incomplete}"
    );
    let once = Timeline::default()
        .then(&incomplete, HOUR)
        .hourly(&verified(), 2);
    once.fires("1h", &[(59, &[]), (100, &[])]);
    let stays = Timeline::default().hourly(&incomplete, 2);
    stays.fires("1h", &[(89, &[]), (91, &["TrailproofIncomplete"])]);
}

#[test]
fn a_chain_that_is_missing_fires() {
    let missing = with_keys("chain-missing", &["--expect", "expect.txt"], 4);
    let timeline = Timeline::default().hourly(&missing, 2);
    let fires: &[&str] = &["TrailproofChainMissing", "TrailproofUnproven"];
    timeline.fires("1h", &[(89, &[]), (91, fires)]);
    let present = with_keys("chain-missing", &[], 0);
    let timeline = Timeline::default().hourly(&present, 2);
    timeline.fires("1h", &[(91, &[])]);
}

#[test]
fn a_check_that_does_not_run_fires() {
    let ended = Timeline::default().hourly(&verified(), 2).without(0);
    let stale = Timeline::default()
        .then(&verified(), HOUR)
        .then(&verified(), 4 * HOUR);
    let not_running: &[&str] = &["TrailproofNotRunning"];
    // The second run ended after an hour.
    stale.fires("1h", &[(4 * HOUR, &[]), (4 * HOUR + 6, not_running)]);
    let removed = ended.without(4 * HOUR);
    let both: &[&str] = &["TrailproofNoMetrics", "TrailproofNotRunning"];
    removed.fires(
        "1h",
        &[
            (4 * HOUR, &[]),
            (4 * HOUR + 6, not_running),
            (5 * HOUR + 6, both),
        ],
    );
    let never = Timeline::default().without(4 * HOUR);
    never.fires(
        "1h",
        &[
            (3 * HOUR - 1, &[]),
            (3 * HOUR + 1, &["TrailproofNoMetrics"]),
        ],
    );
}

#[test]
fn a_daily_check_has_three_days() {
    let stale = Timeline::default().then(&verified(), 4 * DAY);
    stale.fires(
        "1d",
        &[(3 * DAY, &[]), (3 * DAY + 6, &["TrailproofNotRunning"])],
    );
}

/// Another scope is another check: its metrics neither hide an alert nor raise one.
#[test]
fn an_alert_has_the_scope_and_the_chains_in_it() {
    let failed = with_keys("log-modified", &[], 1);
    let other = verified().replace("scope=\"trail-logs\"", "scope=\"a \\\"b\\\" \\\\c\"");
    let both = format!("{failed}{other}");
    let description = "Failed chains: 1. The first is 111111111111/eu-west-1/eu-west-1/main. Read the report, \
                       and secure the evidence with `trailproof collect` before anything else.";
    let alert = json!({
        "alertname": "TrailproofFailed",
        "eval_time": "1m",
        "exp_alerts": [{
            "exp_labels": {"severity": "critical", "scope": "trail-logs"},
            "exp_annotations": {
                "summary": "CloudTrail logs were altered, are missing, or are forged (trail-logs)",
                "description": description,
            },
        }],
    });
    let timeline = Timeline::default().then(&both, HOUR);
    timeline.play("1h", json!({"alert_rule_test": [alert]}));
}

/// Each rule says how urgent it is, for how long it waits, and what to do. The manual has all of them.
#[test]
fn every_alert_is_in_the_manual() {
    let text = rules("1h");
    let count = |what: &str| {
        text.lines()
            .filter(|line| line.trim().starts_with(what))
            .count()
    };
    let names: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    for field in ["for: ", "severity: ", "summary: ", "description: "] {
        assert_eq!(count(field), names.len(), "{field}");
    }
    let page = fs::read_to_string(root().join("src/manual/alerts.md")).expect("the topic");
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    let known = |word: &&str| word.starts_with("trailproof_");
    let words = text.split(|c: char| c != '_' && !c.is_ascii_alphanumeric());
    let used: BTreeSet<&str> = words.filter(known).collect();
    let formats =
        fs::read_to_string(Path::new(&root()).join("src/manual/formats.md")).expect("a page");
    for metric in used {
        let name = metric.trim_start_matches("trailproof_");
        assert!(formats.contains(&format!("`{name}`")), "{metric}");
    }
}

/// The metrics of a check that continues a state, as of this minute of an hour.
fn continued(state: &Path, minute: u8) -> String {
    let as_of = format!("2026-03-01T05:{minute}:00Z");
    let state = state.to_str().expect("UTF-8");
    let more = ["--as-of", &as_of, "--state", state];
    with_keys("digest-proven-by-successor", &more, 0)
}

#[test]
fn a_state_that_is_lost_or_put_back_fires() {
    let dir = tempfile::tempdir().expect("a folder");
    let state = dir.path().join("state.json");
    let first = continued(&state, 20);
    let kept = fs::read(&state).expect("a state");
    let second = continued(&state, 21);
    let third = continued(&state, 22);
    for (runs, metrics) in [(1, &first), (2, &second), (3, &third)] {
        let sample = format!("trailproof_state_runs{{scope=\"trail-logs\"}} {runs}\n");
        assert!(metrics.contains(&sample), "{metrics}");
    }
    fs::write(&state, kept).expect("an old state");
    let put_back = continued(&state, 23);
    fs::remove_file(&state).expect("the state is removed");
    let anew = continued(&state, 24);

    let fires: &[&str] = &["TrailproofStateBegunAnew"];
    let play = |runs: &[&str], expected: &[(u64, &[&str])]| {
        let timeline = Timeline::default();
        let timeline = runs.iter().fold(timeline, |t, run| t.then(run, HOUR));
        timeline.fires("1h", expected);
    };
    play(
        &[&first, &second, &third],
        &[(59, &[]), (61, &[]), (179, &[])],
    );
    play(
        &[&second, &third, &put_back],
        &[(119, &[]), (121, fires), (179, fires)],
    );
    play(
        &[&second, &third, &anew],
        &[(119, &[]), (121, fires), (179, fires)],
    );
    // Nobody keeps the state between runs.
    play(
        &[&first, &anew, &anew],
        &[(89, &[]), (121, fires), (179, fires)],
    );
    // The first run with a state, after runs without one; and one that is late.
    play(
        &[&verified(), &first, &second],
        &[(61, &[]), (119, &[]), (179, &[])],
    );
    let late = Timeline::default().then(&first, 100).then(&second, HOUR);
    late.fires("1h", &[(99, &[]), (101, &[]), (159, &[])]);
}
