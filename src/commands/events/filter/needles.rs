//! A quick search of JSON text for what a filter needs, before anything is parsed.
//!
//! JSON may write any character of a string as an escape. A text that escapes what need not be escaped is therefore
//! taken to hold everything. CloudTrail writes no such text.

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem::Finder;

/// Bytes that a text must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needle(pub(super) Vec<u8>);

/// Whether a byte of a needle stands for itself in JSON, but for an escape that is searched for.
pub(super) fn is_unescaped(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.:/@+=,# ".contains(&byte)
}

/// Bytes of which a text must hold one.
pub(super) struct NeedleSet {
    search: NeedleSearch,
    escapes: [Finder<'static>; 2],
}

enum NeedleSearch {
    One(Box<Finder<'static>>),
    Several(AhoCorasick),
}

impl NeedleSet {
    /// A search for one of several needles. `None` without a needle, or if there are too many for a search.
    pub(super) fn new(needles: &[Needle]) -> Option<Self> {
        let search = match needles {
            [] => return None,
            [one] => NeedleSearch::One(Box::new(Finder::new(&one.0).into_owned())),
            several => {
                let search = AhoCorasick::builder()
                    .match_kind(MatchKind::Standard)
                    .build(several.iter().map(|needle| &needle.0));
                NeedleSearch::Several(search.ok()?)
            }
        };
        Some(NeedleSet {
            search,
            escapes: [Finder::new(b"\\u00"), Finder::new(b"\\/")],
        })
    }

    /// Whether a text may hold one of the needles. It may say yes in error, and never no.
    pub(super) fn may_hold(&self, text: &[u8]) -> bool {
        let found = match &self.search {
            NeedleSearch::One(finder) => finder.find(text).is_some(),
            NeedleSearch::Several(search) => search.is_match(text),
        };
        found || self.is_disguised(text)
    }

    /// Whether a text escapes a byte that a needle may hold.
    fn is_disguised(&self, text: &[u8]) -> bool {
        let [unicode, slash] = &self.escapes;
        let digits = |at: usize| str::from_utf8(text.get(at + 4..at + 6)?).ok();
        let escaped = |at| u8::from_str_radix(digits(at)?, 16).ok();
        let mut all = unicode.find_iter(text).filter_map(escaped);
        all.any(is_unescaped) || slash.find(text).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{Needle, NeedleSet};

    #[test]
    fn a_text_holds_a_needle_as_it_is_or_may_hold_it_as_escapes() {
        let needles = [&b"\"GetObject\""[..], b"Admin"].map(|n| Needle(n.to_vec()));
        let one = NeedleSet::new(&needles[..1]).expect("a needle");
        let two = NeedleSet::new(&needles).expect("needles");
        for (text, in_one, in_two) in [
            (r#"{"eventName":"GetObject"}"#, true, true),
            (r#"{"eventName":"GetObjects","a":"Admin"}"#, false, true),
            (r#"{"eventName":"Get\u004fbject"}"#, true, true),
            (r#"{"a":"\u00fc\u0009\"\\"}"#, false, false),
            (r#"{"a":"role\/Adm"}"#, true, true),
            (r#"{"a":"\u00"#, false, false),
            (r#"{"a":"\u003"#, false, false),
        ] {
            assert_eq!(one.may_hold(text.as_bytes()), in_one, "{text}");
            assert_eq!(two.may_hold(text.as_bytes()), in_two, "{text}");
        }
        assert!(NeedleSet::new(&[]).is_none());
    }
}
