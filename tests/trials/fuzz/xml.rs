//! Answers of S3 in XML that are read here: lifecycle rules and other settings of a bucket.

use serde_json::Value;
use trailproof::aws::s3::xml::json_of_xml;

use super::outcome::Outcome;
use super::targets::FuzzTarget;

pub const S3_XML: FuzzTarget = FuzzTarget::new(
    "s3-xml",
    s3_xml,
    || {
        let texts = [
            "<?xml version=\"1.0\"?><LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>a &amp; b&#33;\
             <![CDATA[<c>]]></ID><Filter><And><Prefix/><Tag><Key>k</Key></Tag><Tag><Key>l</Key></Tag></And></Filter></Rule>\
             </LifecycleConfiguration>",
            "<VersioningConfiguration/>",
            "<!-- x --><a b='c'><d>1</d><d>2</d></a>",
        ];
        texts.map(|text| text.as_bytes().to_vec()).into()
    },
    &[
        "<Rule>",
        "</Rule>",
        "<a/>",
        "&amp;",
        "&#x41;",
        "&#0;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE a [<!ENTITY b \"c\">]>",
        "&b;",
        "<?pi?>",
    ],
);

/// The deepest nesting, and the number of values.
fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(values) => values.iter().map(depth).max().unwrap_or(0),
        Value::String(_) => 0,
        other => panic!("{other} is neither a text, a list nor an object"),
    }
}

fn s3_xml(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    match json_of_xml(input, &["Rule"]) {
        Ok(value) => {
            let depth = depth(&value);
            assert!(depth <= 32, "{depth} levels");
            assert!(
                value.to_string().len() <= 8 * input.len() + 2,
                "more text than was given"
            );
            if let Some(rules) = value.get("Rule") {
                assert!(rules.is_array(), "one rule is not a list");
            }
            outcome.add(depth).size(value.to_string().len());
        }
        Err(why) => drop(outcome.message(&why)),
    }
    outcome.number()
}
