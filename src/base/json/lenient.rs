//! Reading JSON without insisting: a value of another type than expected says nothing, is marked odd
//! and skipped, and what stands around it is read all the same.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Longest text kept, in bytes; what is longer is cut. Keys have up to 1,024 bytes, and ARNs hold
/// them: see [`LONG`].
pub(crate) const SHORT: usize = 512;

/// Longest text kept of what may be or hold a key.
pub(crate) const LONG: usize = 2048;

/// What can be made of a JSON value. Null is taken for a value that is not there.
pub(crate) trait Loose {
    /// Takes a text, if it may be one.
    fn text(&mut self, _: &str) -> bool {
        false
    }

    /// Takes a boolean, if it may be one.
    fn flag(&mut self, _: bool) -> bool {
        false
    }

    /// Reads an object; `odd` says whether something was not what it should be.
    fn object<'de, A: MapAccess<'de>>(&mut self, map: A, odd: &mut bool) -> Result<(), A::Error> {
        *odd = true;
        skip_object(map)
    }

    /// Reads a list, likewise.
    fn list<'de, A: SeqAccess<'de>>(&mut self, list: A, odd: &mut bool) -> Result<(), A::Error> {
        *odd = true;
        skip_list(list)
    }
}

/// Reads over the rest of an object.
pub(crate) fn skip_object<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Reads over the rest of a list.
pub(crate) fn skip_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Reads the value that stands next into something.
pub(crate) struct Seed<'a, T> {
    pub(crate) value: &'a mut T,
    pub(crate) odd: &'a mut bool,
}

impl<'de, T: Loose> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Loose> Visitor<'de> for Seed<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        *self.odd |= !self.value.flag(flag);
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        *self.odd = true;
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        *self.odd = true;
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        *self.odd = true;
        Ok(())
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.odd |= !self.value.text(text);
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.value.object(map, self.odd)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.value.list(list, self.odd)
    }
}

/// A text, cut to a length. Where a name stands twice, the first counts.
#[derive(Debug, Default)]
pub(crate) struct Text<const MOST: usize>(Option<String>);

impl<const MOST: usize> Text<MOST> {
    /// What it says; an empty one says nothing.
    pub(crate) fn said(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// The same, to be kept.
    pub(crate) fn kept(&self) -> Option<String> {
        self.said().map(str::to_owned)
    }
}

impl<const MOST: usize> Loose for Text<MOST> {
    fn text(&mut self, text: &str) -> bool {
        self.0
            .get_or_insert_with(|| text[..text.floor_char_boundary(MOST)].to_owned());
        true
    }
}

/// A boolean, which some calls write as a text.
#[derive(Debug, Default)]
pub(crate) struct Flag(pub(crate) Option<bool>);

impl Loose for Flag {
    fn text(&mut self, text: &str) -> bool {
        let said = [("true", true), ("false", false)]
            .into_iter()
            .find(|(word, _)| text.eq_ignore_ascii_case(word));
        said.is_some_and(|(_, flag)| self.flag(flag))
    }

    fn flag(&mut self, flag: bool) -> bool {
        self.0.get_or_insert(flag);
        true
    }
}
