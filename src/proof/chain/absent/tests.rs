use crate::proof::chain::fixtures::{found_in, hourly, met, not_found, proven, scope};
use crate::proof::finding::{Code, Hint};
use crate::proof::fixtures::{HOME, digest_key};
use crate::proof::reason::Reason;

#[test]
fn a_digest_that_only_a_copy_found_elsewhere_links_to_does_not_count_as_missing() {
    let newer = || proven(hourly(11, Some(10)));
    let give_map = "first give the --map that the findings on the digests found elsewhere show";
    let rows = [
        (newer(), Code::DigestMissing, None, Hint::LookForMissing, 1),
        (
            found_in("copy", newer()),
            Code::DigestUnreadable,
            Some(Reason::Elsewhere),
            give_map.into(),
            0,
        ),
    ];
    for (newer, code, reason, hint, missing) in rows {
        let mut walk = met(scope(), vec![newer]);
        not_found(&mut walk, 10);
        let walked = walk.finish();
        let key = digest_key(HOME, "10:00");
        let mut about = walked
            .findings
            .iter()
            .filter(|f| f.key.as_ref() == Some(&key));
        let finding = about.next().expect("a finding");
        assert_eq!((finding.code, finding.reason), (code, reason));
        assert_eq!(finding.hint, Some(hint));
        assert_eq!(walked.tally.missing, missing);
        assert!(about.next().is_none(), "{:#?}", walked.findings);
    }
}
