//! The events that none of several selectors admits.

use std::collections::BTreeMap;

use super::part::SelectorPart;
use super::words::{joined, list, service};

/// Most sentences on data events of single types; the others are counted.
const SENTENCES: usize = 10;

/// Which of some events are not admitted.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    Nothing,
    /// All of them.
    All,
    /// Those of some event sources.
    Of(Vec<String>),
    /// All but those that meet conditions, given in words.
    But(String),
}

impl Lack {
    /// Which events none of the parts admits. All parts must be on the same kind of events.
    fn of(parts: &[&SelectorPart]) -> Lack {
        if parts.is_empty() {
            return Lack::All;
        }
        let (limited, plain): (Vec<&SelectorPart>, Vec<&SelectorPart>) =
            parts.iter().partition(|p| !p.limits.is_empty());
        let (only, open): (Vec<&SelectorPart>, Vec<&SelectorPart>) =
            plain.into_iter().partition(|p| !p.only.is_empty());
        if let Some(first) = open.first() {
            let is_admitted = |source: &&String| {
                open.iter().any(|p| !p.excluded.contains(*source))
                    || only.iter().any(|p| p.only.contains(*source))
            };
            let out = first.excluded.iter().filter(|s| !is_admitted(s));
            let out: Vec<String> = out.cloned().collect();
            if out.is_empty() {
                return Lack::Nothing;
            }
            if limited.is_empty() {
                return Lack::Of(out);
            }
        }
        let mut words: Vec<String> = parts.iter().map(|p| p.words()).collect();
        words.sort_unstable();
        words.dedup();
        Lack::But(joined(words.into_iter(), ", or where "))
    }

    /// The events that are not admitted, as a part of a sentence; `of` says which kind of events.
    fn sentence(&self, of: &str) -> Option<String> {
        match self {
            Lack::Nothing => None,
            Lack::All => Some(of.to_owned()),
            Lack::Of(sources) => {
                let names: Vec<String> = sources.iter().map(|s| service(s)).collect();
                Some(format!("{of} of {}", list(&names)))
            }
            Lack::But(words) => Some(format!("{of} other than those where {words}")),
        }
    }
}

/// Which read calls and which write calls are not admitted; one entry if they are the same.
fn sides(parts: &[&SelectorPart]) -> Vec<(&'static str, Lack)> {
    let side = |of: fn(&SelectorPart) -> bool| {
        let parts: Vec<&SelectorPart> = parts.iter().copied().filter(|p| of(p)).collect();
        Lack::of(&parts)
    };
    let (reads, writes) = (side(|p| p.reads), side(|p| p.writes));
    if reads == writes {
        return vec![("", reads)];
    }
    vec![("read ", reads), ("write ", writes)]
}

/// Which of all events are not admitted, as parts of sentences.
pub(super) fn events(parts: &[SelectorPart]) -> Vec<String> {
    let (data, management): (Vec<&SelectorPart>, Vec<&SelectorPart>) =
        parts.iter().partition(|p| p.data.is_some());
    let mut texts: Vec<String> = sides(&management)
        .into_iter()
        .filter_map(|(side, lack)| lack.sentence(&format!("{side}management events")))
        .collect();
    texts.extend(data_events(&data));
    texts
}

/// Which data events are not admitted: complete types of resources, and parts of others.
fn data_events(parts: &[&SelectorPart]) -> Vec<String> {
    if parts.is_empty() {
        return vec!["data events".to_owned()];
    }
    let every = |p: &&SelectorPart| p.data.as_ref().is_some_and(Vec::is_empty);
    let mut kinds: Vec<String> = parts
        .iter()
        .filter_map(|p| p.data.clone())
        .flatten()
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    let untyped: Vec<&SelectorPart> = parts.iter().copied().filter(every).collect();
    let mut texts = Vec::new();
    let others = if kinds.is_empty() {
        "data events".to_owned()
    } else {
        format!("data events of resource types other than {}", list(&kinds))
    };
    if untyped.is_empty() {
        texts.push(others);
    } else {
        let lacks = sides(&untyped).into_iter();
        texts.extend(lacks.filter_map(|(side, lack)| lack.sentence(&format!("{side}{others}"))));
    }
    // Types that lack the same events share a sentence.
    let mut alike: BTreeMap<(&str, Lack), Vec<String>> = BTreeMap::new();
    for kind in kinds {
        let of = |p: &&SelectorPart| every(p) || p.data.as_ref().is_some_and(|d| d.contains(&kind));
        let own: Vec<&SelectorPart> = parts.iter().copied().filter(of).collect();
        for key in sides(&own) {
            alike.entry(key).or_default().push(kind.clone());
        }
    }
    let mut partly: Vec<String> = alike
        .into_iter()
        .filter_map(|((side, lack), kinds)| {
            lack.sentence(&format!("{side}data events of {}", list(&kinds)))
        })
        .collect();
    let more = partly.len().saturating_sub(SENTENCES);
    partly.truncate(SENTENCES);
    texts.extend(partly);
    if more > 0 {
        texts.push(format!("data events that {more} more such limits exclude"));
    }
    texts
}
