//! Enums that may grow: a saved report may hold a word that only a later version knows.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A word of an enum, or one that another version of this program wrote.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Word<T> {
    /// A word that this version knows.
    Known(T),
    /// Any other word.
    Other(String),
}

impl<T> Word<T> {
    /// The variant, if this version knows the word.
    pub fn known(&self) -> Option<&T> {
        match self {
            Word::Known(word) => Some(word),
            Word::Other(_) => None,
        }
    }
}

impl<T: Serialize> Word<T> {
    /// The word as reports show it.
    pub fn word(&self) -> Cow<'_, str> {
        match self {
            Word::Known(word) => match serde_json::to_value(word) {
                Ok(serde_json::Value::String(text)) => Cow::Owned(text),
                // Unreachable: words are unit variants, which serialize as text.
                _ => Cow::Borrowed(""),
            },
            Word::Other(text) => Cow::Borrowed(text),
        }
    }
}

impl<T> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Word::Known(word)
    }
}

impl<T: PartialEq> PartialEq<T> for Word<T> {
    fn eq(&self, other: &T) -> bool {
        self.known() == Some(other)
    }
}

impl<T: Serialize> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Word::Known(word) => word.serialize(serializer),
            Word::Other(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let word: StrDeserializer<'_, Error> = text.as_str().into_deserializer();
        match T::deserialize(word) {
            Ok(word) => Ok(Word::Known(word)),
            Err(_) => Ok(Word::Other(text)),
        }
    }
}

/// The schema lists only the words that this version writes.
impl<T: JsonSchema> JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
