use super::RECENT;
use crate::proof::chain::fixtures::{hourly, linked, met, proven, scope, walked};
use crate::proof::digest_object::Reading;
use crate::proof::finding::Code;
use crate::proof::fixtures::{at, digest, link, span};

/// A proven digest of this time, which links to the one that ends at `previous`.
fn reaching((from, end, previous): (&str, &str, &str)) -> Reading {
    proven(linked(link(previous, None), digest(from, end)))
}

#[test]
fn only_the_last_digests_of_a_segment_are_kept() {
    let ends = ["11:50", "11:40", "11:30", "11:20", "11:10", "11:00"];
    let mut digests = vec![proven(hourly(12, None))];
    digests.extend(
        ends.windows(2)
            .map(|pair| reaching((pair[1], pair[0], pair[1]))),
    );
    let walk = met(scope(), digests);
    let live = &walk.segments.live;
    assert_eq!(live.len(), 2);
    let kept: Vec<_> = live[1].recent.iter().map(|d| d.interval.to).collect();
    assert_eq!(kept, ["11:10", "11:20", "11:30"].map(at));
    assert_eq!(kept.len(), RECENT);
}

#[test]
fn a_segment_is_forgotten_once_no_older_digest_can_belong_to_it() {
    let older = [(10, 9), (9, 8), (8, 7)];
    let mut walk = met(scope(), vec![proven(hourly(11, None))]);
    for (end, previous) in older {
        walk.place(proven(hourly(end, Some(previous))), None);
    }
    let live = &walk.segments.live;
    assert_eq!(live.len(), 1);
    assert_eq!(live[0].time, span("07:00", "10:00"));
}

#[test]
fn a_segment_goes_on_after_a_pause_in_which_another_one_has_digests() {
    let after_20_minutes = vec![("11:20", "12:20", "11:20"), ("10:20", "11:20", "10:00")];
    let after_80_minutes = vec![("11:20", "12:20", "10:00")];
    for newer in [after_20_minutes, after_80_minutes] {
        let mut digests = newer.clone();
        // The same segment before the pause, and the other one.
        digests.extend([
            ("09:00", "10:00", "09:00"),
            ("08:00", "09:00", "08:00"),
            ("11:10", "12:10", "11:10"),
            ("10:10", "11:10", "10:10"),
            ("09:10", "10:10", "09:10"),
            ("08:10", "09:10", "08:10"),
        ]);
        digests.sort_by_key(|(_, end, _)| std::cmp::Reverse(*end));
        let walked = walked(scope(), digests.into_iter().map(reaching).collect());
        let found = walked.findings.iter().map(|f| (f.code, f.interval));
        let shared = (Code::ChainFork, Some(span("08:10", "12:10")));
        assert_eq!(found.collect::<Vec<_>>(), [shared], "{newer:?}");
    }
}
