//! Listings: only the days of the window, in pages of any size.

use crate::support::org::{arguments, org};

#[test]
fn only_the_days_of_the_window_are_listed() {
    let org = org();
    let (code, _) = org.stage.report(&arguments(&org.trail.arn(), &[]));
    assert_eq!(code, 0);
    let folders = |call: &crate::support::aws::Call| call.start_after.is_none();
    let (folders, days): (Vec<_>, Vec<_>) = org
        .stage
        .calls("ListObjectsV2")
        .into_iter()
        .partition(folders);
    // One listing per chain for digests, starting with the day before its first digest, and one for
    // its logs. One more shows whether the digests of the trail begin with the window, or were under
    // another prefix before.
    let after: Vec<_> = days.iter().filter_map(|c| c.start_after.clone()).collect();
    let (digests, logs): (Vec<_>, Vec<_>) = after
        .iter()
        .partition(|key| key.contains("/CloudTrail-Digest/"));
    assert_eq!((digests.len(), logs.len()), (5, 4), "{after:#?}");
    assert!(
        digests.iter().all(|key| key.ends_with("/2026/02/28")),
        "{after:#?}"
    );
    assert!(
        logs.iter().all(|key| key.ends_with("/2026/03/01")),
        "{after:#?}"
    );
    // The first request goes to the wrong region. The others list prefix, organization, accounts,
    // kinds and regions, and of each of the four log folders the levels above its days: objects there belong
    // to no day.
    assert!(folders.len() <= 12 + 4 * 3, "{folders:#?}");
    assert!(
        folders.iter().all(|c| c
            .prefix
            .as_deref()
            .is_some_and(|p| p.starts_with("audit/trails/"))),
        "{folders:#?}"
    );
}

#[test]
fn pages_of_any_size_give_the_same_report() {
    let org = org();
    let args = arguments(&org.trail.arn(), &[]);
    let run = |page: usize, key_page: usize| {
        org.stage
            .loopback
            .change(|c| (c.page, c.key_page) = (page, key_page));
        let (code, mut report) = org.stage.report(&args);
        report.as_object_mut().expect("an object").remove("run");
        (code, report)
    };
    let large_pages = run(1000, 100);
    assert_eq!(large_pages.0, 0);
    org.stage.loopback.clear_calls();
    assert_eq!(run(7, 1), large_pages);
    let pages = org.stage.calls("ListObjectsV2").len();
    assert!(pages > 4 * 48 / 7, "{pages}");
    assert!(org.stage.calls("ListPublicKeys").len() > 2);
}
