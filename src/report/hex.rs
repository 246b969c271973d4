//! Values that a report writes in hex, kept as bytes. With many chains, signatures are half of a report's memory,
//! and bytes take half as much as their hex.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value in hex. A saved report may hold any other text in its place, which is kept as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hex {
    /// The bytes of lower-case hex.
    Bytes(Box<[u8]>),
    /// Anything but lower-case hex.
    Text(String),
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Hex::Bytes(bytes) => serializer.serialize_str(&::hex::encode(bytes)),
            Hex::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = ::hex::decode(&text).ok();
        Ok(match bytes.filter(|bytes| ::hex::encode(bytes) == text) {
            Some(bytes) => Hex::Bytes(bytes.into()),
            None => Hex::Text(text),
        })
    }
}

impl JsonSchema for Hex {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Hex".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
