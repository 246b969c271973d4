//! `KEY.head.json`: what `aws s3api head-object` prints for an object.

use super::json::Fields;
use super::text::md5_hex;
use super::world::Object;

/// The head of an object as the AWS CLI v2 prints it.
pub fn head_json(object: &Object) -> String {
    let mut metadata = Fields::new();
    for (name, value) in &object.metadata {
        metadata.push(name, value.as_str());
    }
    let modified = object.last_modified.strftime("%Y-%m-%dT%H:%M:%S+00:00");
    Fields::new()
        .with("AcceptRanges", "bytes")
        .with("LastModified", modified.to_string())
        .with("ContentLength", object.body.len())
        .with("ETag", format!("\"{}\"", md5_hex(&object.body)))
        .with_some("ContentEncoding", object.content_encoding.as_deref())
        .with_some("ContentType", object.content_type.as_deref())
        .with("ServerSideEncryption", "AES256")
        .with("Metadata", metadata)
        .pretty()
}
