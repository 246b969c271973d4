//! `requestParameters`: the members that count, and the text that is shown as evidence.
//!
//! The value is copied once as compact JSON, so that the same call has the same text in a log and in the
//! answer of LookupEvents. The members are read from that copy.

use std::io::{self, Write};

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed as _, Error as _, MapAccess};
use serde_json::{Deserializer, Serializer};

use crate::base::json::lenient::{Lenient, SHORT, Seed};

/// Most bytes of one call's parameters that are read. DeleteObjects takes a thousand keys of 1,024 bytes,
/// which JSON may write as up to six times as many.
const READ: usize = 8 << 20;

/// Most bytes of one call's parameters that are kept to be shown. Most calls on trails have fewer.
const SHOWN: usize = 1_024;

/// `requestParameters`, of which `T` holds the members that are read.
#[derive(Default)]
pub(super) struct ShownParameters<T> {
    /// The members that are read.
    pub(super) read: T,
    /// The value as JSON, cut to a length.
    shown: Option<String>,
}

impl<T> ShownParameters<T> {
    /// The value as JSON, cut to a length. An empty object counts as absent.
    pub(super) fn shown(&self) -> Option<&str> {
        self.shown.as_deref().filter(|text| *text != "{}")
    }
}

impl<T: Lenient> Lenient for ShownParameters<T> {
    /// Where CloudTrail withholds the parameters, it writes a text in their place.
    fn text(&mut self, text: &str) -> bool {
        let text = &text[..text.floor_char_boundary(SHORT)];
        self.shown.get_or_insert_with(|| text.to_owned());
        true
    }

    fn object<'de, A: MapAccess<'de>>(&mut self, map: A, odd: &mut bool) -> Result<(), A::Error> {
        let mut copy = Copy::default();
        let mut writer = Serializer::new(&mut copy);
        serde_transcode::transcode(MapAccessDeserializer::new(map), &mut writer)
            .map_err(A::Error::custom)?;
        let value = &mut self.read;
        let mut parser = Deserializer::from_slice(&copy.bytes);
        // A copy that was cut breaks off. The members before that point are read.
        *odd |= Seed { value, odd }.deserialize(&mut parser).is_err() || copy.is_cut;
        self.shown.get_or_insert_with(|| shown(copy.bytes));
        Ok(())
    }
}

/// The beginning of a JSON text, with a mark where it was cut.
fn shown(mut bytes: Vec<u8>) -> String {
    let is_cut = bytes.len() > SHOWN;
    bytes.truncate(SHOWN);
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // A character was cut.
        Err(error) => String::from_utf8_lossy(error.as_bytes())
            .trim_end_matches(char::REPLACEMENT_CHARACTER)
            .to_owned(),
    };
    if is_cut {
        text.push('…');
    }
    text.shrink_to_fit();
    text
}

/// A copy of JSON, cut to a length.
#[derive(Default)]
struct Copy {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Write for Copy {
    fn write(&mut self, new: &[u8]) -> io::Result<usize> {
        let room = READ.saturating_sub(self.bytes.len()).min(new.len());
        self.bytes.extend_from_slice(&new[..room]);
        self.is_cut |= room < new.len();
        Ok(new.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
