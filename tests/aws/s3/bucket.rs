//! The region of a bucket is found from each answer that S3 gives.

use crate::support::org::{arguments, org};

#[test]
fn a_bucket_in_another_region_is_found_however_s3_says_so() {
    for strict in [false, true] {
        let org = org();
        org.stage
            .loopback
            .change(|c| c.bucket("archive-logs").strict = strict);
        let (code, _) = org.stage.report(&arguments(&org.trail.arn(), &[]));
        assert_eq!(code, 0, "strict: {strict}");
        let elsewhere = |c: &crate::support::aws::Call| c.region.as_deref() != Some("eu-west-1");
        let lists = org.stage.calls("ListObjectsV2");
        let gets = org.stage.calls("GetObject");
        assert_eq!(
            lists.iter().filter(|c| elsewhere(c)).count(),
            1,
            "strict: {strict}"
        );
        assert!(!gets.iter().any(elsewhere), "strict: {strict}");
    }
}
