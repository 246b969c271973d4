//! Nothing found in S3: the report says what exists instead.

use crate::support::case::{ACCOUNT, BUCKET};
use crate::support::six_hours::{ARN, six_hours};

/// A wrong name, region, account, bucket or range: nothing is found, and the report says what
/// exists.
#[test]
fn an_empty_result_says_what_exists() {
    let six = six_hours();
    let table: [(&[&str], &str, &str); 5] = [
        (
            &[
                "--trail-arn",
                "arn:aws:cloudtrail:us-east-1:111111111111:trail/mian",
            ],
            "reports no trail",
            ARN,
        ),
        (
            &["--s3-bucket", BUCKET, "--region", "us-west-2"],
            "for the region us-west-2",
            "CloudTrail-Digest/eu-west-1/",
        ),
        (
            &["--s3-bucket", BUCKET, "--account-id", "999999999999"],
            "for the account 999999999999",
            ACCOUNT,
        ),
        (
            &["--s3-bucket", "trail-lgos"],
            "bucket trail-lgos does not exist",
            "who owns a bucket of this name now",
        ),
        (
            &[
                "--s3-bucket",
                BUCKET,
                "--start-time",
                "2025-01-01",
                "--end-time",
                "2025-01-02",
            ],
            "no digest of this chain is in the window",
            "2026-03-01T00:12:34Z",
        ),
    ];
    for (args, message, hint) in table {
        let (code, report) = six.stage.report(args);
        assert_eq!(code, 4, "{args:?}: {report:#}");
        let findings = report["findings"].as_array().expect("findings");
        let reported = findings.iter().any(|f| {
            let says =
                |field: &str, words: &str| f[field].as_str().is_some_and(|t| t.contains(words));
            says("message", message) && says("hint", hint)
        });
        assert!(reported, "{args:?}: {findings:#?}");
        assert_ne!(report["verdict"], "failed", "{args:?}");
        six.stage.assert_only_reads();
    }
}
