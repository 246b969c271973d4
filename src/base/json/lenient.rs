//! Reads JSON leniently: a value of an unexpected type is marked as odd and skipped, and everything around
//! it is still read. AWS adds to its formats without notice, and one surprise must not hide the rest.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Longest text kept, in bytes; the rest is cut off.
pub(crate) const SHORT: usize = 512;

/// Longest text kept where it may be an S3 key, of up to 1,024 bytes, or an ARN that contains one.
pub(crate) const LONG: usize = 2048;

/// What can be read from a JSON value. Each method is for one type of value; its default refuses that
/// type. A `null` counts as absent.
pub(crate) trait Lenient {
    /// Takes a text; `false` if it cannot be one.
    fn text(&mut self, _: &str) -> bool {
        false
    }

    /// Takes a boolean; `false` if it cannot be one.
    fn flag(&mut self, _: bool) -> bool {
        false
    }

    /// Takes a number, whose value is not needed; `false` if it cannot be one.
    fn number(&mut self) -> bool {
        false
    }

    /// Reads an object, and sets `odd` if anything in it was not as expected.
    fn object<'de, A: MapAccess<'de>>(&mut self, map: A, odd: &mut bool) -> Result<(), A::Error> {
        *odd = true;
        skip_object(map)
    }

    /// Reads a list, and sets `odd` if anything in it was not as expected.
    fn list<'de, A: SeqAccess<'de>>(&mut self, list: A, odd: &mut bool) -> Result<(), A::Error> {
        *odd = true;
        skip_list(list)
    }
}

/// Skips the rest of an object.
pub(crate) fn skip_object<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// The next element of a list, read as far as its kind is known; `None` at the end of the list.
///
/// # Errors
/// Those of the JSON.
pub fn next_element<'de, T: Lenient + Default, A: SeqAccess<'de>>(
    list: &mut A,
    odd: &mut bool,
) -> Result<Option<T>, A::Error> {
    let mut value = T::default();
    let seed = Seed {
        value: &mut value,
        odd,
    };
    let found = list.next_element_seed(seed)?;
    Ok(found.map(|()| value))
}

/// Skips the rest of a list.
pub(crate) fn skip_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Reads the next value into `value`, and sets `odd` if it was not as expected.
pub(crate) struct Seed<'a, T> {
    pub(crate) value: &'a mut T,
    pub(crate) odd: &'a mut bool,
}

impl<'de, T: Lenient> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Lenient> Visitor<'de> for Seed<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        *self.odd |= !self.value.flag(flag);
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        *self.odd |= !self.value.number();
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        *self.odd |= !self.value.number();
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        *self.odd |= !self.value.number();
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

/// `Some` if the value is an object. A second object of the same name is read into the first.
impl<T: Lenient + Default> Lenient for Option<T> {
    fn object<'de, A: MapAccess<'de>>(&mut self, map: A, odd: &mut bool) -> Result<(), A::Error> {
        self.get_or_insert_default().object(map, odd)
    }
}

/// A text, cut to `MOST` bytes. If a name appears twice in an object, the first value counts.
#[derive(Debug, Default)]
pub(crate) struct Text<const MOST: usize>(Option<String>);

impl<const MOST: usize> Text<MOST> {
    /// The text; an empty one counts as absent.
    pub(crate) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// A copy of the text, also of an empty one, by which some calls take a setting away.
    pub(crate) fn given(&self) -> Option<String> {
        self.0.clone()
    }

    /// A copy of the text; an empty one counts as absent.
    pub(crate) fn cloned(&self) -> Option<String> {
        self.get().map(str::to_owned)
    }
}

impl<const MOST: usize> Lenient for Text<MOST> {
    fn text(&mut self, text: &str) -> bool {
        self.0
            .get_or_insert_with(|| text[..text.floor_char_boundary(MOST)].to_owned());
        true
    }
}

/// A boolean, which some calls write as a text. If a name appears twice, the first value counts.
#[derive(Debug, Default)]
pub(crate) struct Flag(pub(crate) Option<bool>);

impl Lenient for Flag {
    fn text(&mut self, text: &str) -> bool {
        let flag = [("true", true), ("false", false)]
            .into_iter()
            .find(|(word, _)| text.eq_ignore_ascii_case(word));
        flag.is_some_and(|(_, flag)| self.flag(flag))
    }

    fn flag(&mut self, flag: bool) -> bool {
        self.0.get_or_insert(flag);
        true
    }
}
