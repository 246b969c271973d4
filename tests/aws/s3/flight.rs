//! The number of requests in flight.

use std::time::Duration;

use crate::support::short_trail::{ARN, WINDOW, serving, world};

#[test]
fn jobs_is_how_many_requests_are_in_flight_at_most() {
    let stage = serving(&world(30));
    let mut reports = Vec::new();
    for jobs in [1, 3, 12] {
        // The more requests there are, the longer it takes a busy machine to send all of them.
        let latency = Duration::from_millis(20 + 20 * jobs as u64);
        stage.loopback.change(|cloud| cloud.latency = latency);
        stage.loopback.clear_calls();
        let given = jobs.to_string();
        let [start, from, end, _] = WINDOW;
        let to = "2026-03-02T06:12:34Z";
        let window = ["--trail-arn", ARN, start, from, end, to];
        let (code, report) = stage.report(&[&window[..], &["--jobs", &given]].concat());
        assert_eq!((code, &report["verdict"]), (0, &"verified".into()));
        // The calls about the trail run beside the requests for objects.
        let peak = stage.loopback.peak_in_flight();
        assert!((jobs..=jobs + 1).contains(&peak), "{peak} for {jobs}");
        reports.push([report["chains"].clone(), report["findings"].clone()]);
    }
    assert!(reports.iter().all(|report| *report == reports[0]));
}
