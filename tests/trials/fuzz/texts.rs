//! Texts: times, escapes, quotations, encodings, JSON without duplicate names, and patterns.

use serde_json::Value;
use trailproof::Timestamp;
use trailproof::base::json::strict;
use trailproof::base::text::{cited, clip, decode, escape, is_unsafe, quoted};
use trailproof::base::time::written;
use trailproof::commands::events::filter::TextGlob;

use super::outcome::Outcome;
use super::seeds::{files, inflated, is_object};
use super::shell;
use super::targets::FuzzTarget;

pub const TIMES: FuzzTarget = FuzzTarget::new(
    "times",
    times,
    time_seeds,
    &[
        "2026-03-01",
        "T05:00:00",
        "Z",
        "+01:00",
        "-0730",
        "UTC",
        "GMT",
        "Mar",
        "march",
        "Sun,",
        "pm",
        "12am",
        "1st",
        "[Europe/Berlin]",
        "2026-12",
        "05:00:00.123456789",
        "at",
        "on",
        "/",
        "9999-12-31",
        "-009999",
    ],
)
.longest(256);

pub const TEXTS: FuzzTarget = FuzzTarget::new(
    "texts",
    texts,
    text_seeds,
    &[
        "\u{1b}[31m",
        "\u{202e}",
        "\u{200b}",
        "'",
        "\"",
        "\\u{1b}",
        "$(id)",
        "`id`",
        "\u{feff}",
        "ü",
        "\u{e0041}",
    ],
)
.longest(2_048);

pub const STRICT_JSON: FuzzTarget = FuzzTarget::new(
    "strict-json",
    strict_json,
    json_seeds,
    &[
        "{\"a\":1,",
        "\"\\u0061\":",
        "[[[[",
        "null",
        "1e999",
        "-0",
        "\"\\ud83d\\ude00\"",
        "\u{feff}",
        "}\n{",
    ],
);

pub const GLOBS: FuzzTarget = FuzzTarget::new(
    "globs",
    globs,
    || {
        [
            &b"*a?c*\nabc"[..],
            b"Put*Policy\nPutBucketPolicy",
            b"?\n\xc3\xbc",
            b"a*b*c\nabbcbc",
        ]
        .map(Vec::from)
        .into()
    },
    &["*", "**", "?", "ü", "a"],
)
.longest(256);

fn time_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "2026-03-01T05:00:00Z",
        "20160129T19:00:00Z",
        "Sun Mar  1 05:00:00 UTC 2026",
        "Sun, 01 Mar 2026 05:00:00 +0100",
        "1 March 2026 06:00 +0100",
        "2026-03-01 05:00:00.25+00:00",
        "March 1st, 2026 at 5:30 pm",
        "01/31/2026",
        "31.01.2026 12am",
        "2026-12",
        "20260301",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

fn times(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let mut outcome = Outcome::default();
    match written::parse(&text) {
        Ok(time) => {
            let printed = time.to_string();
            assert_eq!(written::parse(&printed), Ok(time), "{printed}");
            let by_jiff = text.parse::<Timestamp>();
            assert!(by_jiff.is_err() || by_jiff.ok() == Some(time), "{time}");
            outcome.add(0).add(text.len()).add(text.contains(':'));
        }
        Err(why) => {
            assert!(why.len() < 400 + 4 * text.len(), "{why}");
            outcome.message(&why);
        }
    }
    outcome.number()
}

fn text_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "plain",
        "a\u{1b}[31m\u{202e}b",
        "it's a \"test\" of $HOME; rm -rf `x`",
        "Zürich \u{3164}\u{fe0f}",
        "\u{feff}{\"ü\": 1}",
    ];
    let mut seeds: Vec<Vec<u8>> = texts.map(|text| text.as_bytes().to_vec()).into();
    seeds.push(
        "{\"ü\"}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
    );
    seeds.push(
        "\u{feff}a😀"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect(),
    );
    seeds
}

fn texts(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    encodings(input, &mut outcome);
    let text = String::from_utf8_lossy(input);
    let escaped = escape(&text);
    assert!(!escaped.contains(is_unsafe), "{escaped}");
    assert_eq!(escaped == text, !text.contains(is_unsafe));
    assert_eq!(escape(&escaped), escaped, "escaped twice");
    let cited = cited(&text);
    assert!(cited.starts_with('"') && cited.ends_with('"'), "{cited}");
    assert!(!cited.chars().any(char::is_control), "{cited}");
    let inner = &cited[1..cited.len() - 1];
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        assert_ne!(letter, '"', "a quotation ends early: {cited}");
        if letter == '\\' {
            letters.next().expect("what is escaped");
        }
    }
    let short = clip(&text, 20);
    assert!(short.chars().count() <= 21);
    assert!(text.starts_with(short.strip_suffix('…').unwrap_or(&short)) || *short == *text);
    let word = quoted(&text);
    match text.contains('\0') {
        true => assert_eq!(word, "?"),
        false => {
            let words =
                shell::words(&word).unwrap_or_else(|| panic!("a shell reads {word:?} otherwise"));
            assert_eq!(words, [text.as_ref()]);
        }
    }
    outcome
        .add((escaped == text, word == *text))
        .size(text.len());
    outcome.number()
}

/// A text that was decoded is decoded the same from every other encoding.
fn encodings(input: &[u8], outcome: &mut Outcome) {
    let Ok(text) = decode(input) else {
        outcome.add(false);
        return;
    };
    let marked = format!("\u{feff}{text}");
    let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [marked.as_bytes(), &little, &big] {
        assert_eq!(decode(bytes).as_deref(), Ok(&*text), "another encoding");
    }
    outcome.add((text.is_ascii(), text.as_bytes() == input));
}

fn json_seeds() -> Vec<Vec<u8>> {
    let digests = files(|path| is_object(path, "CloudTrail-Digest"));
    let mut seeds = inflated(&digests[..4]);
    seeds.extend(
        files(|path| path.ends_with(".head.json"))
            .into_iter()
            .take(4),
    );
    seeds.push(br#"{"a":1,"b":[{"c":null},{"c":2.5e3}]} {"a":[true,false,""]}"#.to_vec());
    seeds
}

/// The names of members that an object has twice, found in the plainest way.
fn has_duplicates(json: &[u8]) -> Option<bool> {
    /// A value as its members, which keep duplicates.
    #[derive(Default)]
    struct Plain(bool);
    impl<'de> serde::Deserialize<'de> for Plain {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct PlainVisitor;
            impl<'de> serde::de::Visitor<'de> for PlainVisitor {
                type Value = Plain;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("JSON")
                }
                fn visit_bool<E>(self, _: bool) -> Result<Plain, E> {
                    Ok(Plain(false))
                }
                fn visit_i64<E>(self, _: i64) -> Result<Plain, E> {
                    Ok(Plain(false))
                }
                fn visit_u64<E>(self, _: u64) -> Result<Plain, E> {
                    Ok(Plain(false))
                }
                fn visit_f64<E>(self, _: f64) -> Result<Plain, E> {
                    Ok(Plain(false))
                }
                fn visit_str<E>(self, _: &str) -> Result<Plain, E> {
                    Ok(Plain(false))
                }
                fn visit_unit<E>(self) -> Result<Plain, E> {
                    Ok(Plain(false))
                }
                fn visit_seq<A: serde::de::SeqAccess<'de>>(
                    self,
                    mut list: A,
                ) -> Result<Plain, A::Error> {
                    let mut found = false;
                    while let Some(Plain(inner)) = list.next_element()? {
                        found |= inner;
                    }
                    Ok(Plain(found))
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Plain, A::Error> {
                    let (mut names, mut found) = (Vec::new(), false);
                    while let Some((name, Plain(inner))) = map.next_entry::<String, Plain>()? {
                        found |= inner;
                        names.push(name);
                    }
                    let count = names.len();
                    names.sort();
                    names.dedup();
                    Ok(Plain(found || names.len() < count))
                }
            }
            deserializer.deserialize_any(PlainVisitor)
        }
    }
    serde_json::from_slice(json).ok().map(|Plain(found)| found)
}

fn strict_json(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let checked = strict::check(input);
    assert_eq!(
        checked.is_ok(),
        has_duplicates(input) == Some(false),
        "{checked:?}"
    );
    if let Err(why) = &checked {
        outcome.message(why);
    }
    let text = String::from_utf8_lossy(input);
    let mut rest = strict::trimmed(&text);
    let mut values = 0;
    while let Ok((first, others)) = strict::first(rest) {
        assert!(strict::check(first.as_bytes()).is_ok(), "{first}");
        assert!(rest.starts_with(first) && rest.ends_with(others), "{first}");
        assert!(others.len() < rest.len(), "no progress");
        let value: Result<Value, _> = serde_json::from_str(first);
        assert!(value.is_ok(), "{first}");
        values += 1;
        rest = others;
    }
    outcome.add((checked.is_ok(), rest.is_empty())).size(values);
    outcome.number()
}

/// Whether a pattern matches, by trying everything.
fn matches_plainly(pattern: &[char], text: &[char]) -> bool {
    // `row[t]`: the pattern so far matches the first `t` characters.
    let mut row: Vec<bool> = (0..=text.len()).map(|t| t == 0).collect();
    for sign in pattern {
        let mut next = vec![false; row.len()];
        match sign {
            '*' => {
                let mut any = false;
                for (to, from) in next.iter_mut().zip(&row) {
                    any |= from;
                    *to = any;
                }
            }
            sign => {
                for (t, letter) in text.iter().enumerate() {
                    next[t + 1] = row[t] && (*sign == '?' || sign == letter);
                }
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

fn globs(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let (pattern, text) = text.split_once('\n').unwrap_or((&text, ""));
    let mut outcome = Outcome::default();
    if let Ok(glob) = pattern.parse::<TextGlob>() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        let found = glob.matches(text);
        assert_eq!(found, matches_plainly(&letters(pattern), &letters(text)));
        outcome.add(found).size(pattern.len()).size(text.len());
        outcome.add(pattern.matches('*').count().min(4));
    }
    outcome.number()
}
