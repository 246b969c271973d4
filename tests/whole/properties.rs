//! Properties for every input: object keys, coverage, and windows over an intact chain.

use jiff::Timestamp;
use proptest::prelude::*;
use trailproof::base::time::Window;
use trailproof::cloudtrail::ids::ChainId;
use trailproof::cloudtrail::object_key::{
    DigestName, DigestObjectKey, KeyRoot, LogObjectKey, from_aws_logs,
};
use trailproof::proof::coverage::{Paint, Spans, State};
use trailproof::proof::finding::Verdict;

use crate::library::{prove, request, ring, source};
use crate::support::case::{Case, REGION, hour};

fn root() -> impl Strategy<Value = KeyRoot> {
    let prefix = prop_oneof![
        Just(String::new()),
        "[a-zA-Z0-9!_.*'() -]{1,12}(/[a-zA-Z0-9=+-]{1,8}){0,3}",
        Just("AWSLogs".to_owned()),
        Just("a/AWSLogs/o-a1b2c3d4e5/111111111111/CloudTrail-Digest".to_owned()),
    ];
    let organization = proptest::option::of("o-[a-z0-9]{10,32}");
    (prefix, organization).prop_map(|(prefix, organization)| KeyRoot {
        prefix,
        organization: organization.map(|o| o.parse().expect("an organization")),
    })
}

fn region() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("us-east-1"),
        Just("cn-northwest-1"),
        Just("us-gov-west-1"),
        Just("eu-isoe-west-1")
    ]
    .prop_map(Into::into)
}

fn second() -> impl Strategy<Value = Timestamp> {
    // From 2013, when CloudTrail began, to 2100.
    (1_356_998_400_i64..4_102_444_800).prop_map(|s| Timestamp::from_second(s).expect("a second"))
}

fn chain() -> impl Strategy<Value = ChainId> {
    let trail = prop_oneof![
        "[A-Za-z0-9][A-Za-z0-9._-]{1,40}[A-Za-z0-9]",
        Just("main_us-east-1".to_owned()),
        Just("x_20260101T000000Z".to_owned()),
        Just("x_backfill.json.gz".to_owned()),
    ];
    ("[0-9]{12}", region(), region(), trail).prop_map(|(account, region, home_region, trail)| {
        ChainId {
            account: account.parse().expect("an account"),
            region: region.parse().expect("a region"),
            home_region: home_region.parse().expect("a region"),
            trail: trail.parse().expect("a trail"),
            organization: None,
        }
    })
}

fn windows(n: usize) -> impl Strategy<Value = Vec<Window>> {
    let one = (0_i64..500, 0_i64..60).prop_map(|(from, length)| Window {
        from: Timestamp::from_second(from).expect("a second"),
        to: Timestamp::from_second(from + length).expect("a second"),
    });
    prop::collection::vec(one, 0..n)
}

fn spans(windows: &[Window]) -> Spans {
    let mut spans = Spans::default();
    windows.iter().for_each(|w| spans.insert(*w));
    spans
}

proptest! {
    #[test]
    fn a_digest_key_that_is_printed_parses_to_itself(
        root in root(), chain in chain(), end in second(), backfill in any::<bool>(),
    ) {
        let chain = chain.in_organization(root.organization.clone());
        let key = DigestObjectKey { root, name: DigestName { chain, end, backfill } };
        let printed = key.to_string();
        prop_assert_eq!(DigestObjectKey::parse(&printed), Some(key.clone()));
        // A copy under another prefix shares the part from AWSLogs on.
        let elsewhere = format!("backup/{printed}");
        prop_assert_eq!(from_aws_logs(&elsewhere), from_aws_logs(&printed));
    }

    #[test]
    fn a_log_key_that_is_printed_parses_to_itself(
        root in root(), chain in chain(), at in second(), unique in "[A-Za-z0-9]{16}",
    ) {
        let minute = Timestamp::from_second(at.as_second() / 60 * 60).expect("a minute");
        let key = LogObjectKey { root, kind: "CloudTrail".to_owned(), account: chain.account, region: chain.region, minute, unique };
        prop_assert_eq!(LogObjectKey::parse(&key.to_string()), Some(key));
    }

    #[test]
    fn every_text_that_parses_prints_as_it_was(text in "\\PC{0,200}") {
        for key in [text.clone(), format!("AWSLogs/{text}"), format!("{text}.json.gz")] {
            prop_assert!(DigestObjectKey::parse(&key).is_none_or(|k| k.to_string() == key));
            prop_assert!(LogObjectKey::parse(&key).is_none_or(|k| k.to_string() == key));
            let _ = from_aws_logs(&key);
        }
    }

    #[test]
    fn coverage_is_contiguous_complete_and_takes_the_worst_state(
        verified in windows(8), unproven in windows(5), failed in windows(4),
        from in 0_i64..300, length in 1_i64..400, pending in windows(3),
    ) {
        let at = |s| Timestamp::from_second(s).expect("a second");
        let paint = Paint { verified: spans(&verified), unproven: spans(&unproven), failed: spans(&failed), pending: spans(&pending) };
        let window = Window { from: at(from), to: at(from + length) };
        let stretches = paint.settle(window);
        prop_assert_eq!(stretches.first().map(|s| s.time.from), Some(window.from));
        prop_assert_eq!(stretches.last().map(|s| s.time.to), Some(window.to));
        for pair in stretches.windows(2) {
            prop_assert_eq!(pair[0].time.to, pair[1].time.from);
            prop_assert_ne!(pair[0].state, pair[1].state);
        }
        let sum: i64 = stretches.iter().map(|s| s.time.seconds()).sum();
        prop_assert_eq!(sum, length);
        // Second by second, from the windows themselves.
        for second in from..from + length {
            let holds = |list: &[Window]| list.iter().any(|w| w.from <= at(second) && at(second) < w.to);
            let expected = if holds(&failed) { State::Failed }
                else if holds(&unproven) { State::Unproven }
                else if holds(&verified) { State::Verified }
                else if holds(&pending) { State::Pending }
                else { State::Gap };
            let found = stretches.iter().find(|s| s.time.from <= at(second) && at(second) < s.time.to);
            prop_assert_eq!(found.map(|s| s.state), Some(expected), "second {}", second);
        }
    }

    #[test]
    fn spans_and_their_complement_fill_the_window(windows in windows(10), from in 0_i64..300, length in 0_i64..300) {
        let at = |s| Timestamp::from_second(s).expect("a second");
        let set = spans(&windows);
        let rest = set.missing_from(Window { from: at(from), to: at(from + length) });
        for second in from..from + length {
            let missing = rest.iter().any(|w| w.from <= at(second) && at(second) < w.to);
            prop_assert_eq!(missing, !set.contains(at(second)), "second {}", second);
        }
    }
}

#[test]
fn every_window_within_a_clean_chain_is_verified_whatever_metadata_was_kept() {
    let mut case = Case::new("windows", 0, "");
    let chain = case.chain(12);
    let ring = ring(&case.world, &[REGION]);
    let mut bare = case.world.clone();
    for digest in &chain.digests[..chain.digests.len() - 1] {
        bare.object_mut(&digest.place).metadata.clear();
    }
    for world in [&case.world, &bare] {
        let source = source(world);
        for (from, to) in [(0, 12), (1, 2), (3, 9), (0, 1), (11, 12), (5, 6)] {
            for shift in [0, 1, 1800, 3599] {
                let second = jiff::SignedDuration::from_secs(shift);
                let mut request = request();
                (request.from, request.to) = (
                    Some(hour(from) + second),
                    Some((hour(to) + second).min(hour(12))),
                );
                if request.from >= request.to {
                    continue;
                }
                request.as_of = Some(hour(400));
                let outcome = prove(&source, &ring, &request);
                assert_eq!(
                    outcome.verdict,
                    Verdict::Verified,
                    "{from} to {to} + {shift}: {:?}",
                    outcome.findings
                );
                assert_eq!(outcome.chains[0].verified_until, request.to);
            }
        }
    }
}
