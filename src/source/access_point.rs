//! Access points of S3: other names under which a bucket is read. Digests state the name of the bucket, which no
//! answer of an access point shows. So `--map ACCESS_POINT=BUCKET` says it, and what was signed is compared with
//! that bucket.

use crate::cloudtrail::ids::{AccountId, Region};

/// How the alias of an access point ends.
const ALIAS: &str = "-s3alias";

/// The region of the access point with this ARN, `arn:PARTITION:s3:REGION:ACCOUNT:accesspoint/NAME`; `None` if
/// it is not one.
pub fn region_of_arn(arn: &str) -> Option<Region> {
    let mut parts = arn.splitn(6, ':');
    let (head, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let region: Region = parts.next()?.parse().ok()?;
    let _account: AccountId = parts.next()?.parse().ok()?;
    let name = parts.next()?.strip_prefix("accesspoint")?;
    let name = name.strip_prefix(['/', ':'])?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let valid = head == "arn"
        && service == "s3"
        && partition == region.partition()
        && (3..=50).contains(&name.len())
        && name.bytes().all(plain);
    valid.then_some(region)
}

/// Whether a name is that of an access point: its ARN or its alias.
pub fn is_access_point(name: &str) -> bool {
    name.ends_with(ALIAS) || region_of_arn(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:s3:eu-west-1:111111111111:accesspoint/reader";

    #[test]
    fn access_points_are_known_by_their_arns_and_aliases() {
        assert_eq!(
            region_of_arn(ARN).map(|r| r.to_string()).as_deref(),
            Some("eu-west-1")
        );
        assert!(is_access_point(
            "reader-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias"
        ));
        for other in [
            "my-logs",
            "arn:aws:s3:::my-logs",
            "arn:aws-cn:s3:eu-west-1:111111111111:accesspoint/reader",
            "arn:aws:s3:eu-west-1:1:accesspoint/reader",
            "arn:aws:s3::111111111111:accesspoint/m.mrap",
            "arn:aws:s3:eu-west-1:111111111111:accesspoint/reader/object/x",
            "arn:aws:s3-object-lambda:eu-west-1:111111111111:accesspoint/reader",
        ] {
            assert!(!is_access_point(other), "{other}");
        }
    }
}
