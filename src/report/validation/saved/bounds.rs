//! What a saved report would take in memory, found while it is read for the first time and nothing of it
//! is held: short entries take many times their text. Each value is read as it would be to be written
//! again, so that what could not be is found as well.

use std::fmt;
use std::mem::size_of;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::report::validation::v1::{
    Accepted, Chain, Evidence, Finding, Gap, Key, Location, Stretch,
};

/// Bytes that are taken whatever the text: that of 100,000 findings.
const FREE: u64 = 64 << 20;
/// How often the text may be taken. What `--format json` writes takes less than once, and less than twice
/// without its line ends and indentation.
const TIMES: u64 = 2;
/// The least that a text takes beside its place in an entry, unless it is empty.
const TEXT: u64 = 32;

/// A saved report before it is held.
pub(crate) struct Measured {
    /// The schema that it names.
    pub schema: Option<String>,
    /// Bytes that its entries would take.
    bytes: u64,
}

impl Measured {
    /// Holds it against the length of its text.
    ///
    /// # Errors
    /// Where it would take far more than that, in words.
    pub fn bounded(&self, length: u64) -> Result<(), String> {
        if self.bytes <= FREE + TIMES * length {
            return Ok(());
        }
        let mebibytes = self.bytes >> 20;
        Err(format!(
            "what it lists would take {mebibytes} MiB of memory, more than {TIMES} times its text"
        ))
    }
}

/// The names that matter here: of lists, by which their entries are told.
#[derive(Clone, Copy, Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum BoundedName {
    Schema,
    Chains,
    Coverage,
    Gaps,
    Locations,
    Findings,
    Evidence,
    Keys,
    Accepted,
    #[serde(other)]
    Other,
}

impl BoundedName {
    /// What an entry of a list of that name takes.
    fn entry(self) -> usize {
        match self {
            BoundedName::Chains => size_of::<Chain>(),
            BoundedName::Coverage => size_of::<Stretch>(),
            BoundedName::Gaps => size_of::<Gap>(),
            BoundedName::Locations => size_of::<Location>(),
            BoundedName::Findings => size_of::<Finding>(),
            BoundedName::Evidence => size_of::<Evidence>(),
            BoundedName::Keys => size_of::<Key>(),
            BoundedName::Accepted => size_of::<Accepted>(),
            BoundedName::Schema | BoundedName::Other => size_of::<String>(),
        }
    }
}

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Whole)
    }
}

struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = Measured;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Measured, A::Error> {
        let (mut schema, mut bytes) = (None, 0);
        while let Some(name) = fields.next_key()? {
            match name {
                BoundedName::Schema => schema = fields.next_value()?,
                name => fields.next_value_seed(BoundedPart {
                    name,
                    bytes: &mut bytes,
                })?,
            }
        }
        Ok(Measured { schema, bytes })
    }
}

/// Any value, with the name it has.
struct BoundedPart<'a> {
    name: BoundedName,
    bytes: &'a mut u64,
}

impl<'de> DeserializeSeed<'de> for BoundedPart<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for BoundedPart<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if !text.is_empty() {
            *self.bytes += TEXT;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let BoundedPart { name, bytes } = self;
        let entry = name.entry() as u64;
        while entries
            .next_element_seed(BoundedPart {
                name,
                bytes: &mut *bytes,
            })?
            .is_some()
        {
            *bytes += entry;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let bytes = self.bytes;
        while let Some(name) = fields.next_key()? {
            fields.next_value_seed(BoundedPart {
                name,
                bytes: &mut *bytes,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Measured, TIMES};

    /// So a report of ours is never refused, however large.
    #[test]
    fn a_report_takes_less_than_its_text_and_less_than_is_allowed_without_its_spaces()
    -> serde_json::Result<()> {
        for text in [
            include_str!("../../../../tests/golden/everything.json"),
            include_str!("../../../../tests/support/organization.json"),
        ] {
            let Measured { bytes, .. } = serde_json::from_str(text)?;
            let value: serde_json::Value = serde_json::from_str(text)?;
            let dense = value.to_string().len() as u64;
            assert!(bytes < text.len() as u64);
            assert!(bytes < TIMES * dense);
        }
        Ok(())
    }
}
