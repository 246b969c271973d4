//! The forms of `KEY.head.json`: what `aws s3api head-object` and `get-object`, Python's `json.dumps(answer,
//! default=str)`, `rclone lsjson -M` and `mc stat --json` print. Names of members are compared without regard
//! to case, and without `x-amz-meta-` before them, because the programs differ in nothing else that counts.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};

use super::Head;
use crate::base::json::strict;
use crate::base::text::decode;

/// Reads the metadata of the object called `name`. If several are listed, it is the one of that name.
///
/// # Errors
/// If the file is in no form that is read, or holds nothing of this object.
pub(super) fn parse(file: &[u8], name: &str) -> Result<Head, String> {
    let text = decode(file)?;
    let mut heads = Vec::new();
    let mut rest = strict::trimmed(&text);
    while !rest.is_empty() {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Heads>();
        match values.next() {
            Some(Ok(Heads(found))) => heads.extend(found),
            Some(Err(e)) => return Err(e.to_string()),
            None => break,
        }
        rest = strict::trimmed(&rest[values.byte_offset()..]);
    }
    match heads.len() {
        1 => heads.pop(),
        _ => heads.into_iter().find(|head| {
            let listed = head.name.as_deref().unwrap_or_default();
            listed.rsplit('/').next() == Some(name)
        }),
    }
    .ok_or_else(|| "it holds no metadata of this object".into())
}

/// The metadata of each object in one JSON value.
struct Heads(Vec<Head>);

impl<'de> Deserialize<'de> for Heads {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeadsVisitor)
    }
}

struct HeadsVisitor;

impl<'de> Visitor<'de> for HeadsVisitor {
    type Value = Heads;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the metadata of an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Heads, A::Error> {
        let mut heads = Vec::new();
        while let Some(Heads(found)) = list.next_element()? {
            heads.extend(found);
        }
        Ok(Heads(heads))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Heads, A::Error> {
        let mut head = Head::default();
        let members = Members {
            head: &mut head,
            of_object: true,
        };
        members.visit_map(map)?;
        Ok(Heads(vec![head]))
    }
}

/// What a member is, by its name.
#[derive(Clone, Copy)]
enum Member {
    Metadata,
    Signature,
    Algorithm,
    Generated,
    Created,
    Modified,
    ETag,
    Version,
    Name,
    Other,
}

/// The names of members, in lower case and without `-` and `_`.
const MEMBERS: [(&str, Member); 11] = [
    ("metadata", Member::Metadata),
    ("signature", Member::Signature),
    ("signaturealgorithm", Member::Algorithm),
    ("backfillgenerationtimestamp", Member::Generated),
    ("btime", Member::Created),
    ("lastmodified", Member::Modified),
    ("modtime", Member::Modified),
    ("etag", Member::ETag),
    ("versionid", Member::Version),
    ("name", Member::Name),
    ("key", Member::Name),
];

impl Member {
    fn of(name: &str) -> Member {
        let name = match name.split_at_checked("x-amz-meta-".len()) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("x-amz-meta-") => rest,
            _ => name,
        };
        let is = |(known, _): &&(&str, Member)| {
            let letters = name.bytes().filter(|b| !b"-_".contains(b));
            letters.map(|b| b.to_ascii_lowercase()).eq(known.bytes())
        };
        MEMBERS
            .iter()
            .find(is)
            .map_or(Member::Other, |found| found.1)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FoldedNameVisitor;
        impl Visitor<'_> for FoldedNameVisitor {
            type Value = Member;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_str<E>(self, name: &str) -> Result<Member, E> {
                Ok(Member::of(name))
            }
        }
        deserializer.deserialize_str(FoldedNameVisitor)
    }
}

/// Reads the members of an object, or of its user metadata, into its head.
struct Members<'h> {
    head: &'h mut Head,
    /// Whether these are the members of the object itself, of which one is its user metadata. Its owner
    /// chose the names in that, so only those of CloudTrail and of the program count.
    of_object: bool,
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Members { head, of_object } = self;
        while let Some(member) = map.next_key()? {
            let value = match member {
                Member::Signature => &mut head.signature,
                Member::Algorithm => &mut head.signature_algorithm,
                Member::Generated => &mut head.backfill_generated,
                Member::Created => &mut head.created,
                Member::Modified if of_object => &mut head.modified,
                Member::ETag if of_object => &mut head.e_tag,
                Member::Version if of_object => &mut head.version_id,
                Member::Name if of_object => &mut head.name,
                Member::Metadata if of_object => {
                    map.next_value_seed(Members {
                        head: &mut *head,
                        of_object: false,
                    })?;
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let text: Option<String> = map.next_value()?;
            if text.is_some() && value.is_some() {
                return Err(A::Error::custom("a name appears twice"));
            }
            *value = text.or_else(|| value.take());
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::finding::ObjectFacts;

    const KEY: &str = "AWSLogs/1/CloudTrail-Digest/a.json.gz";

    /// The signature, its algorithm and time, and the facts that a file holds of the object called `a.json.gz`.
    fn read(file: &[u8]) -> Result<[Option<String>; 6], String> {
        let mut head = parse(file, KEY.rsplit('/').next().unwrap_or_default())?;
        let metadata = head.take_metadata();
        let mut facts = ObjectFacts::default();
        head.fill(&mut facts);
        Ok([
            metadata.signature,
            metadata.signature_algorithm,
            metadata.backfill_generated,
            facts.last_modified,
            facts.etag,
            facts.version_id,
        ])
    }

    #[test]
    fn each_program_prints_the_same_metadata() {
        let aws = r#"{"AcceptRanges": "bytes", "LastModified": "2026-03-01T05:00:00+00:00", "ETag": "\"e1\"",
            "VersionId": "v1", "ContentType": "application/json",
            "Metadata": {"signature": "ab", "signature-algorithm": "SHA256withRSA"}}"#;
        let expected = [
            "ab",
            "SHA256withRSA",
            "",
            "2026-03-01T05:00:00Z",
            "\"e1\"",
            "v1",
        ]
        .map(|text| Some(text.to_owned()).filter(|t| !t.is_empty()));
        let boto3 = r#"{"ResponseMetadata": {"RequestId": "r", "HTTPHeaders": {"etag": "\"e1\"",
                "x-amz-meta-signature": "ab"}, "RetryAttempts": 0},
            "LastModified": "2026-03-01 05:00:00+00:00", "ETag": "\"e1\"", "VersionId": "v1",
            "Metadata": {"signature": "ab", "signature-algorithm": "SHA256withRSA"},
            "Body": "<botocore.response.StreamingBody object at 0x7f>"}"#;
        let cli_1 = aws.replace("2026-03-01T05:00:00+00:00", "Sun, 01 Mar 2026 05:00:00 GMT");
        let mc = r#"{"status": "success", "name": "a.json.gz", "lastModified": "2026-03-01T06:00:00+01:00",
            "size": 9, "etag": "e1", "type": "file", "versionID": "v1", "metadata": {"Content-Type":
            "application/json", "X-Amz-Meta-Signature": "ab", "X-Amz-Meta-Signature-Algorithm": "SHA256withRSA"}}"#;
        let utf_16: Vec<u8> = format!("\u{feff}{aws}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for file in [
            aws.as_bytes(),
            boto3.as_bytes(),
            cli_1.as_bytes(),
            mc.as_bytes(),
            &utf_16,
            format!("\u{feff}{aws}\r\n").as_bytes(),
        ] {
            let read = read(file);
            assert_eq!(
                read.as_ref(),
                Ok(&expected),
                "{}",
                String::from_utf8_lossy(file)
            );
        }
        // rclone knows neither entity tags nor versions.
        let rclone = r#"[{"Path": "d/a.json.gz", "Name": "a.json.gz", "Size": 9, "MimeType": "application/json",
            "ModTime": "2020-01-01T00:00:00.000000000Z", "IsDir": false, "Tier": "STANDARD", "Metadata":
            {"btime": "2026-03-01T05:00:00Z", "content-type": "application/json", "signature": "ab",
            "signature-algorithm": "SHA256withRSA", "tier": "STANDARD"}}]"#;
        let [signature, algorithm, generated, modified, ..] = expected;
        let expected = [signature, algorithm, generated, modified, None, None];
        assert_eq!(read(rclone.as_bytes()), Ok(expected));
        let bare = r#"{"signature": "ab", "backfill-generation-timestamp": "t"}"#;
        let [signature, _, generated, ..] = read(bare.as_bytes()).unwrap();
        assert_eq!(
            (signature.as_deref(), generated.as_deref()),
            (Some("ab"), Some("t"))
        );
    }

    #[test]
    fn of_several_objects_the_one_of_that_name_counts() {
        let list = r#"[{"Name": "b.json.gz", "Metadata": {"signature": "no"}},
            {"Name": "a.json.gz", "Metadata": {"signature": "ab"}}]"#;
        let lines = r#"{"name": "x/b.json.gz", "metadata": null}
            {"name": "x/a.json.gz", "metadata": {"X-Amz-Meta-Signature": "ab"}}"#;
        for several in [list, lines] {
            let [signature, ..] = read(several.as_bytes()).unwrap();
            assert_eq!(signature.as_deref(), Some("ab"));
        }
        assert!(read(list.replace("a.json", "c.json").as_bytes()).is_err());
    }

    #[test]
    fn names_in_the_metadata_of_others_and_other_files_are_not_taken_for_it() {
        let theirs = r#"{"Metadata": {"etag": "x", "name": "y", "versionid": "z", "metadata": {"signature": "s"}}}"#;
        assert_eq!(read(theirs.as_bytes()), Ok(Default::default()));
        for bad in [
            "",
            "[]",
            "null",
            "1",
            "{",
            "{} x",
            r#"{"Metadata": []}"#,
            r#"{"Metadata": {"signature": 1}}"#,
            r#"{"Metadata": {"signature": "a", "X-Amz-Meta-Signature": "b"}}"#,
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(read(&b"[".repeat(60_000)).is_err());
    }
}
