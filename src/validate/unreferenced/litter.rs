//! What copying tools and desktops leave among the logs. Readers that take in whole folders may take in a
//! file whatever its name, so a name alone makes an object litter only where such readers leave it out.

use std::io::{self, Read};

use crate::base::gzip::inflate::{Container, Inflater};
use crate::base::limits::Limits;
use crate::source::{RootId, Source};
use crate::validate::fetch::Fetcher;

/// Files that desktops and other AWS services write beside logs.
const KNOWN: [&str; 5] = [
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "ELBAccessLogTestFile",
    "ConnectionLogTestFile",
];
/// The ends of files that a tool did not finish.
const UNFINISHED: [&str; 4] = [".tmp", ".partial", ".part", ".crdownload"];
/// Bytes of an object that show whether it holds records.
const HEAD: u64 = 4 << 10;

/// Whether readers of a folder leave out an object of this key: Athena skips names that begin with a dot or an
/// underscore. `size` is that of the object, if it is known.
pub(super) fn is_left_out(key: &str, size: Option<u64>) -> bool {
    if key.ends_with('/') {
        // A folder marker; with content it is an object like any other.
        return size == Some(0);
    }
    file_name(key).starts_with(['.', '_'])
}

/// Whether an object is known litter of copies, by its name and its content. At most `left` objects are read:
/// a copy has a handful of them.
pub(super) fn is_litter(fetcher: &Fetcher<'_>, root: RootId, key: &str, left: &mut usize) -> bool {
    let name = file_name(key);
    let unfinished = UNFINISHED.iter().find_map(|end| key.strip_suffix(end));
    let originals = originals(key);
    if (unfinished.is_none() && originals.is_empty() && !KNOWN.contains(&name)) || *left == 0 {
        return false;
    }
    *left -= 1;
    fetcher.read_beside();
    let source = fetcher.source;
    if let Some(of) = unfinished {
        // A tool may add letters of its own between the name and its ending.
        let shorter = of.rsplit_once('.').map_or(of, |(shorter, _)| shorter);
        return is_no_record(source, fetcher.limits, root, key)
            || [of, shorter].iter().any(|original| {
                file_name(original).ends_with(".gz") && begins(source, root, original, key, false)
            });
    }
    match originals.as_slice() {
        [] => is_no_record(source, fetcher.limits, root, key),
        originals => originals
            .iter()
            .any(|original| begins(source, root, original, key, true)),
    }
}

fn file_name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// The keys of which this one may be a second copy: `X (1).json.gz` of `X.json.gz`, as browsers and desktops
/// name them.
fn originals(key: &str) -> Vec<String> {
    let without_number = |stem: &str| {
        let (before, number) = stem.strip_suffix(')')?.rsplit_once('(')?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| before.trim_end_matches(' ').to_owned())
    };
    let without_word = |stem: &str| {
        let words = [" - Copy", " copy"];
        words
            .iter()
            .find_map(|w| stem.strip_suffix(w))
            .map(str::to_owned)
    };
    let mut originals = Vec::new();
    for end in [".json.gz", ".gz"] {
        let Some(stem) = key.strip_suffix(end) else {
            continue;
        };
        let original = without_number(stem).or_else(|| without_word(stem));
        originals.extend(original.map(|stem| format!("{stem}{end}")));
    }
    originals
}

/// Whether the content of an object is neither JSON nor a gzip file that can be read to its end. What cannot
/// be read may be either.
fn is_no_record(source: &dyn Source, limits: &Limits, root: RootId, key: &str) -> bool {
    let mut head = Vec::new();
    let open = || source.get(root, key, false).map(|object| object.body);
    let Ok(body) = open() else {
        return false;
    };
    if body.take(HEAD).read_to_end(&mut head).is_err() || is_json(&head) {
        return false;
    }
    if !head.starts_with(&[0x1f, 0x8b]) {
        return true;
    }
    let Ok(mut body) = open() else {
        return false;
    };
    let inflated = Inflater::default().run(&mut body, limits.log_inflated, &mut |_| ());
    inflated.is_ok_and(|i| matches!(i.container, Container::CutOff | Container::Broken))
}

/// Whether a text begins as an object or a list of objects.
fn is_json(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = text.trim_ascii_start();
    let list = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    text.starts_with(b"{") || list.is_some_and(|list| list.starts_with(b"{"))
}

/// Whether the stored bytes of one object begin with all of another's; with `whole`, whether both are equal.
fn begins(source: &dyn Source, root: RootId, original: &str, key: &str, whole: bool) -> bool {
    let body = |key: &str| source.get(root, key, false).map(|object| object.body);
    let (Ok(mut original), Ok(mut copy)) = (body(original), body(key)) else {
        return false;
    };
    let (mut a, mut b) = (vec![0; HEAD as usize], vec![0; HEAD as usize]);
    loop {
        let (Ok(of_copy), Ok(of_original)) = (fill(&mut copy, &mut b), fill(&mut original, &mut a))
        else {
            return false;
        };
        if of_copy == 0 {
            return !whole || of_original == 0;
        }
        if of_copy > of_original || a[..of_copy] != b[..of_copy] {
            return false;
        }
        if of_copy < of_original {
            return !whole && fill(&mut copy, &mut b).is_ok_and(|more| more == 0);
        }
    }
}

/// Reads until a buffer is full or the body ends.
fn fill(body: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match body.read(&mut buffer[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::{is_json, is_left_out, originals};

    #[test]
    fn readers_leave_out_hidden_names_and_empty_folders() {
        for key in ["a/.DS_Store", "a/._x.json.gz", "a/_SUCCESS", "a/.x.json.gz"] {
            assert!(is_left_out(key, Some(5)), "{key}");
        }
        assert!(is_left_out("a/b/", Some(0)));
        for key in ["a/b/", "a/.b/", "a/_b/x.json", ".a/x.json", "a/x.json"] {
            assert!(!is_left_out(key, Some(5)), "{key}");
            assert!(!is_left_out(key, None), "{key}");
        }
    }

    #[test]
    fn copies_are_known_by_their_names() {
        for name in [
            "a/x (1).json.gz",
            "a/x(12).json.gz",
            "a/x.json (1).gz",
            "a/x - Copy.json.gz",
            "a/x.json copy.gz",
        ] {
            assert_eq!(
                originals(name).first().map(String::as_str),
                Some("a/x.json.gz"),
                "{name}"
            );
        }
        for name in [
            "a/x.json.gz",
            "a/x ().json.gz",
            "a/x (a).json.gz",
            "a/x (1).json",
            "a/x (1)/y.gz",
        ] {
            assert!(originals(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn records_are_known_by_their_beginning() {
        for text in ["{", " \n{\"Records\":[]}", "\u{feff}{", "[{", "[ {}]"] {
            assert!(is_json(text.as_bytes()), "{text}");
        }
        for text in ["", "[.ShellClassInfo]", "Enable AccessLog", "[1]"] {
            assert!(!is_json(text.as_bytes()), "{text}");
        }
    }
}
