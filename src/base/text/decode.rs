//! Text files as editors and shells write them: in UTF-8, with a byte-order mark or without, or in UTF-16 as
//! PowerShell redirects it.

use std::borrow::Cow;

/// The text of a file, without a byte-order mark at its beginning. Text in UTF-16 is known by its mark, or
/// by a zero byte beside its first character, as all JSON and all our lists begin with an ASCII character.
///
/// # Errors
/// If it is neither UTF-8 nor UTF-16, as a part of a message.
///
/// ```
/// # use trailproof::base::text::decode;
/// assert_eq!(decode(b"\xef\xbb\xbf{}").as_deref(), Ok("{}"));
/// assert_eq!(decode(b"\xff\xfe{\0}\0").as_deref(), Ok("{}"));
/// assert!(decode(b"\xff\xfe{").is_err());
/// ```
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let utf_16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let text: Result<String, _> =
            char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
        match text {
            Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
            _ => Err("it is not valid UTF-16".to_owned()),
        }
    };
    match bytes {
        [0xff, 0xfe, text @ ..] => utf_16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf_16(text, u16::from_be_bytes),
        [1..=255, 0, ..] => utf_16(bytes, u16::from_le_bytes),
        [0, 1..=255, ..] => utf_16(bytes, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] | text => str::from_utf8(text)
            .map(Cow::Borrowed)
            .map_err(|_| "it is neither UTF-8 nor UTF-16".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn text_in_each_encoding_is_read_with_a_mark_and_without() {
        let text = "{\"ü\": 1}";
        let units = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let (little, big) = (units(u16::to_le_bytes), units(u16::to_be_bytes));
        for (mark, bytes) in [
            (&b"\xef\xbb\xbf"[..], text.as_bytes()),
            (b"", text.as_bytes()),
            (b"\xff\xfe", &little),
            (b"", &little),
            (b"\xfe\xff", &big),
            (b"", &big),
        ] {
            assert_eq!(decode(&[mark, bytes].concat()).as_deref(), Ok(text));
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
    }

    #[test]
    fn half_characters_are_refused() {
        for bad in [
            &b"\xff\xfe{\0}"[..],
            b"\xff\xfe\x3d\xd8",
            b"\xfe\xff\xdc\x00",
            b"{\xff}",
        ] {
            assert!(decode(bad).is_err(), "{bad:?}");
        }
    }
}
