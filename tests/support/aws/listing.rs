//! One page of a listing, as both versions of ListObjects give it.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::cloud::Stored;

/// The request for a page.
pub struct Ask<'a> {
    /// The prefix of every key.
    pub prefix: &'a str,
    /// The delimiter that ends a common prefix.
    pub delimiter: Option<&'a str>,
    /// The entry after which the page begins.
    pub after: Option<&'a str>,
    /// The most entries.
    pub most: usize,
}

/// The entries of a page, in order.
#[derive(Default)]
pub struct Page<'a> {
    /// Objects with their keys.
    pub objects: Vec<(&'a str, &'a Stored)>,
    /// Common prefixes.
    pub folders: Vec<&'a str>,
    /// The last entry of either kind.
    pub last: Option<&'a str>,
    /// More entries follow.
    pub truncated: bool,
}

impl Page<'_> {
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.objects.len() + self.folders.len()
    }
}

/// The requested page.
pub fn page<'a>(objects: &'a BTreeMap<String, Stored>, ask: &Ask<'_>) -> Page<'a> {
    let from = match ask.after {
        Some(after) if after >= ask.prefix => Bound::Excluded(after),
        _ => Bound::Included(ask.prefix),
    };
    let mut page = Page::default();
    for (key, object) in objects.range::<str, _>((from, Bound::Unbounded)) {
        let Some(rest) = key.strip_prefix(ask.prefix) else {
            break;
        };
        let folder = ask.delimiter.and_then(|delimiter| {
            let end = rest.find(delimiter)? + delimiter.len();
            Some(&key[..ask.prefix.len() + end])
        });
        // A common prefix is listed once, even if the last page ended with it.
        if folder.is_some() && (folder == page.last || folder == ask.after) {
            continue;
        }
        if page.len() == ask.most {
            page.truncated = ask.most > 0;
            break;
        }
        if let Some(folder) = folder {
            page.folders.push(folder);
        } else {
            page.objects.push((key, object));
        }
        page.last = Some(folder.unwrap_or(key));
    }
    page
}
