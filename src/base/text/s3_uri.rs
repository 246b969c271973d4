//! S3 URIs.

/// `s3://BUCKET/KEY`, or the key alone if the bucket is not known. An empty key gives `s3://BUCKET/`.
pub fn s3_uri(bucket: Option<&str>, key: &str) -> String {
    match bucket {
        Some(bucket) => format!("s3://{bucket}/{key}"),
        None => key.to_owned(),
    }
}
