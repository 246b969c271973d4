//! Bounds the memory of the JSON parser. A streaming parser keeps one text, one number and the nesting at a
//! time, and a hostile log could make any of them as long as itself.

use std::io::{self, Read};

/// Most bytes of one text that are passed on, quotes aside. The longest text that counts is a key of
/// 1,024 bytes, written as up to six times as many.
const TEXT: usize = 16 << 10;

/// Bytes beyond [`TEXT`] within which a text is cut where a character ends. No character is longer
/// than the escapes of two surrogates. A longer sequence is not valid text.
const CHARACTER: usize = 16;

/// Most digits of one number.
const DIGITS: usize = 512;

/// Deepest nesting: the parser's own bound, which it does not apply to values that it skips.
const DEPTH: usize = 128;

/// Passes JSON on with its texts cut to a length. Too deep a nesting and too long a number are errors. It
/// does not check the JSON otherwise: the parser does.
pub(crate) struct Bounded<'r> {
    inner: &'r mut dyn Read,
    sieve: Sieve,
}

/// The same for JSON that is in memory: the part that is passed on, and whether all bounds were met to its
/// end.
pub(crate) fn in_place(json: &mut [u8]) -> (&[u8], bool) {
    let mut sieve = Sieve::default();
    let passed = sieve.pass(json);
    (&json[..passed], sieve.failed.is_none())
}

/// The position in the JSON, and what that implies for the next byte.
#[derive(Default)]
struct Sieve {
    at: At,
    depth: usize,
    digits: usize,
    /// Bytes of the current text that were passed on.
    length: usize,
    /// The first half of a surrogate pair was passed on last: the other half must follow.
    half: bool,
    /// The bound that was exceeded; everything before that point is passed on first.
    failed: Option<&'static str>,
}

/// The position of a byte in the JSON.
#[derive(Clone, Copy, Default)]
enum At {
    /// Between texts.
    #[default]
    Outside,
    /// In a text, at the beginning of a character.
    Text,
    /// Behind a backslash.
    Escape,
    /// Among the four digits of an escape: how many there were, and whether they may still be those of a
    /// first surrogate, D8.. to DB..
    Unicode(u8, bool),
    /// In the part of a text that is cut off; whether behind a backslash.
    Beyond(bool),
}

impl<'r> Bounded<'r> {
    pub(crate) fn new(inner: &'r mut dyn Read) -> Self {
        let sieve = Sieve::default();
        Bounded { inner, sieve }
    }
}

impl Sieve {
    /// Moves the bytes that are passed on to the front, and returns their number.
    fn pass(&mut self, bytes: &mut [u8]) -> usize {
        let (mut from, mut to) = (0, 0);
        while let Some(&byte) = bytes.get(from) {
            // Runs without a quote or a backslash make up most of a log.
            let run = match self.at {
                At::Text if self.length < TEXT => {
                    let run = plain(&bytes[from..], TEXT - self.length);
                    self.length += run;
                    self.half &= run == 0;
                    // Nothing needs to move until the first byte is left out.
                    if from != to {
                        bytes.copy_within(from..from + run, to);
                    }
                    to += run;
                    run
                }
                At::Beyond(false) => plain(&bytes[from..], usize::MAX),
                _ => 0,
            };
            if run > 0 {
                from += run;
                continue;
            }
            if self.step(byte) {
                bytes[to] = byte;
                to += 1;
            }
            if self.failed.is_some() {
                break;
            }
            from += 1;
        }
        to
    }

    /// Whether a byte is passed on.
    fn step(&mut self, byte: u8) -> bool {
        match self.at {
            At::Outside => {
                self.outside(byte);
                return self.failed.is_none();
            }
            At::Text => {
                if byte == b'"' {
                    self.at = At::Outside;
                    return true;
                }
                let begins = byte & 0xC0 != 0x80 && !self.half;
                if self.length >= TEXT && begins || self.length >= TEXT + CHARACTER {
                    self.at = At::Beyond(byte == b'\\');
                    return false;
                }
                if byte == b'\\' {
                    self.at = At::Escape;
                } else {
                    self.half = false;
                }
            }
            At::Escape if byte == b'u' => self.at = At::Unicode(0, true),
            At::Escape => {
                self.half = false;
                self.at = At::Text;
            }
            At::Unicode(digits, first) => {
                let first = first
                    && match digits {
                        0 => byte.eq_ignore_ascii_case(&b'd'),
                        1 => matches!(byte, b'8' | b'9' | b'a' | b'A' | b'b' | b'B'),
                        _ => true,
                    };
                self.at = if digits < 3 {
                    At::Unicode(digits + 1, first)
                } else {
                    self.half = first;
                    At::Text
                };
            }
            At::Beyond(escaped) => {
                if byte == b'"' && !escaped {
                    self.at = At::Outside;
                    return true;
                }
                self.at = At::Beyond(byte == b'\\' && !escaped);
                return false;
            }
        }
        self.length += 1;
        true
    }

    fn outside(&mut self, byte: u8) {
        if byte.is_ascii_digit() {
            self.digits += 1;
            self.bound(self.digits <= DIGITS, "a number is too long");
            return;
        }
        self.digits = 0;
        match byte {
            b'"' => {
                self.at = At::Text;
                self.length = 0;
                self.half = false;
            }
            b'{' | b'[' => {
                self.depth += 1;
                self.bound(self.depth <= DEPTH, "it is nested too deeply");
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn bound(&mut self, within: bool, what: &'static str) {
        if !within {
            self.failed = Some(what);
        }
    }
}

/// The number of bytes, at most `most`, before the next quote or backslash.
fn plain(bytes: &[u8], most: usize) -> usize {
    let bytes = &bytes[..bytes.len().min(most)];
    let special = bytes.iter().position(|b| matches!(b, b'"' | b'\\'));
    special.unwrap_or(bytes.len())
}

impl Read for Bounded<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(what) = self.sieve.failed {
                return Err(io::Error::other(what));
            }
            let read = self.inner.read(buf)?;
            let Some(bytes) = buf.get_mut(..read) else {
                return Err(io::Error::other("a reader said it read more than it could"));
            };
            if read == 0 {
                return Ok(0);
            }
            // A chunk of which nothing is passed on is not the end of the input.
            let passed = self.sieve.pass(bytes);
            if passed > 0 {
                return Ok(passed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::pieces::Pieces;

    /// What comes through in chunks of `chunk` bytes.
    fn through(json: &str, chunk: usize) -> io::Result<String> {
        let mut out = String::new();
        let mut pieces = Pieces(json.as_bytes(), chunk);
        Bounded::new(&mut pieces).read_to_string(&mut out)?;
        Ok(out)
    }

    #[test]
    fn what_is_short_comes_through_as_it_is() {
        let json = r#" {"a\"b": ["\\", "\ud83d\udca9 ü 💩", -1.5e3, null], "\\\\": {}} "#;
        for chunk in 1..20 {
            assert_eq!(through(json, chunk).unwrap(), json);
        }
    }

    #[test]
    fn a_long_text_is_cut_where_a_character_ends_and_what_follows_it_is_not() {
        for piece in [
            "a",
            "ü",
            "💩",
            "\\n",
            "\\u00e4",
            "\\ud83d\\udca9",
            "a💩\\\\\\\"b\\uD83D\\uDCA9",
        ] {
            for offset in 0..14 {
                let text = format!("{}{}", "x".repeat(offset), piece.repeat(40_000));
                let json = format!("[\"{text}\",\"{text}\",{{\"k\":1}}]");
                let cut = through(&json, 4_099).unwrap();
                assert!(
                    cut.len() < 2 * (TEXT + CHARACTER) + 32,
                    "{piece}: {}",
                    cut.len()
                );
                let read: (String, String, serde_json::Value) = serde_json::from_str(&cut).unwrap();
                let whole: String = serde_json::from_str(&format!("\"{text}\"")).unwrap();
                assert!(whole.starts_with(&read.0) && read.0 == read.1 && !read.0.is_empty());
                assert_eq!(read.2, serde_json::json!({"k": 1}));
            }
        }
    }

    #[test]
    fn what_is_no_text_is_cut_all_the_same() {
        let halves = "\\ud83d".repeat(100_000);
        assert!(through(&format!("\"{halves}\""), 512).unwrap().len() < TEXT + 32);
        let mut bytes = vec![b'"'];
        bytes.extend([0x80; 100_000]);
        let mut out = Vec::new();
        Bounded::new(&mut &bytes[..]).read_to_end(&mut out).unwrap();
        assert!(out.len() < TEXT + 32);
    }

    #[test]
    fn depth_and_digits_are_bounded() {
        let nested = |n| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(through(&nested(DEPTH), 64).is_ok());
        assert!(through(&nested(DEPTH + 1), 64).is_err());
        assert!(through(&format!("[{}]", "[],".repeat(1_000)), 64).is_ok());
        assert!(through(&format!("[{}]", "1,".repeat(1_000)), 64).is_ok());
        assert!(through(&"1".repeat(DIGITS + 1), 64).is_err());
    }

    #[test]
    fn a_text_is_cut_at_its_bound_whatever_it_begins_with() {
        for begin in ["", "\\n", "\\ud83d", "\\ud83d\\udca9", "ü"] {
            let text = format!("\"{begin}{}\"", "x".repeat(2 * TEXT));
            assert_eq!(through(&text, 512).unwrap().len(), TEXT + 2, "{begin}");
        }
    }

    #[test]
    fn only_the_first_half_of_a_pair_takes_what_follows_it_beyond_the_bound() {
        for (last, next, beyond) in [
            ("\\ud83d", "\\udca9", 6),
            ("\\uDBff", "\\uDca9", 6),
            ("\\u0939", "\\u0939", 0),
            ("\\ue83d", "x", 0),
            ("\\ud739", "x", 0),
            ("\\udc39", "x", 0),
        ] {
            let start = "x".repeat(TEXT - last.len());
            let text = format!("\"{start}{last}{next}{}\"", "x".repeat(100));
            let kept = through(&text, 512).expect("a text").len();
            assert_eq!(kept, TEXT + beyond + 2, "{last}{next}");
        }
    }
}
