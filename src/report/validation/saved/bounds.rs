//! Bounds the memory of a saved report before it is deserialized. A first pass counts entries without keeping
//! them, because many tiny entries take far more memory than their JSON. The pass parses every value, so it
//! also finds values that could not be written again.

use std::fmt;
use std::mem::size_of;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::report::timeline::v1::investigation::{Mark, Principal, Subject, TimelineEvent};
use crate::report::validation::v1::{
    Accepted, Chain, Change, ChangesOfTrail, Evidence, Finding, Gap, Key, Location, SearchedPlace,
    Stretch,
};

/// Bytes that any report may take, whatever its length: those of 100,000 findings.
const FREE: u64 = 64 << 20;
/// How many times the length of its text a report may take. A report of `--format json` takes less than
/// once its length, and less than twice without its line ends and indentation.
const TIMES: u64 = 2;
/// The least that a text takes on the heap, unless it is empty.
const TEXT: u64 = 32;

/// The result of the first pass.
pub(crate) struct Measured {
    /// The value of `schema`.
    pub schema: Option<String>,
    /// Bytes that the report would take.
    bytes: u64,
}

impl Measured {
    /// Compares the memory with the length of the text.
    ///
    /// # Errors
    /// When the report would take far more memory than its text; the error says so in words.
    pub fn bounded(&self, length: u64) -> Result<(), String> {
        if self.bytes <= FREE + TIMES * length {
            return Ok(());
        }
        let mebibytes = self.bytes >> 20;
        Err(format!(
            "its entries would take {mebibytes} MiB of memory, more than {TIMES} times its text"
        ))
    }
}

/// The names of lists, which decide the type of their entries.
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
    Changes,
    Searched,
    Keys,
    Accepted,
    Subjects,
    Marks,
    Principals,
    Events,
    #[serde(other)]
    Other,
}

impl BoundedName {
    /// The size of an entry of the list with this name.
    fn entry(self) -> usize {
        match self {
            BoundedName::Chains => size_of::<Chain>(),
            BoundedName::Coverage => size_of::<Stretch>(),
            BoundedName::Gaps => size_of::<Gap>(),
            BoundedName::Locations => size_of::<Location>(),
            BoundedName::Findings => size_of::<Finding>(),
            BoundedName::Evidence => size_of::<Evidence>(),
            // The list of trails and the list of one trail's changes have the same name.
            BoundedName::Changes => size_of::<ChangesOfTrail>().max(size_of::<Change>()),
            BoundedName::Searched => size_of::<SearchedPlace>(),
            BoundedName::Keys => size_of::<Key>(),
            BoundedName::Accepted => size_of::<Accepted>(),
            BoundedName::Subjects => size_of::<Subject>(),
            BoundedName::Marks => size_of::<Mark>(),
            BoundedName::Principals => size_of::<Principal>(),
            BoundedName::Events => size_of::<TimelineEvent>(),
            BoundedName::Schema | BoundedName::Other => size_of::<String>(),
        }
    }
}

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TopLevel)
    }
}

struct TopLevel;

impl<'de> Visitor<'de> for TopLevel {
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

/// Any value, and the name of its field.
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

    /// Therefore no report that this program wrote is rejected, whatever its length.
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
