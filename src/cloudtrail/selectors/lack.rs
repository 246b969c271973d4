//! What several selectors together let through nowhere (pure).

use std::collections::BTreeMap;

use super::part::SelectorPart;
use super::words::{joined, list, service};

/// How many sentences speak of data events in part; the rest is counted.
const SENTENCES: usize = 10;

/// What of some events is not let through.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    Nothing,
    /// None of them is let through.
    All,
    /// Those of some services.
    Of(Vec<String>),
    /// All but those that meet some words.
    But(String),
}

impl Lack {
    /// What parts that are of the same events leave out together.
    fn of(parts: &[&SelectorPart]) -> Lack {
        if parts.is_empty() {
            return Lack::All;
        }
        let (limited, plain): (Vec<&SelectorPart>, Vec<&SelectorPart>) =
            parts.iter().partition(|p| !p.limits.is_empty());
        let (only, open): (Vec<&SelectorPart>, Vec<&SelectorPart>) =
            plain.into_iter().partition(|p| !p.only.is_empty());
        if let Some(first) = open.first() {
            let let_in = |source: &&String| {
                open.iter().any(|p| !p.excluded.contains(*source))
                    || only.iter().any(|p| p.only.contains(*source))
            };
            let out = first.excluded.iter().filter(|s| !let_in(s));
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

    /// What is left out, of events of a name.
    fn sentence(&self, of: &str) -> Option<String> {
        match self {
            Lack::Nothing => None,
            Lack::All => Some(of.to_owned()),
            Lack::Of(sources) => {
                let named: Vec<String> = sources.iter().map(|s| service(s)).collect();
                Some(format!("{of} of {}", list(&named)))
            }
            Lack::But(words) => Some(format!("{of} other than those where {words}")),
        }
    }
}

/// What parts leave out of calls that read and of calls that write, as one where it is the same.
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

/// What parts leave out of all events.
pub(super) fn events(parts: &[SelectorPart]) -> Vec<String> {
    let (data, management): (Vec<&SelectorPart>, Vec<&SelectorPart>) =
        parts.iter().partition(|p| p.data.is_some());
    let mut said: Vec<String> = sides(&management)
        .into_iter()
        .filter_map(|(side, lack)| lack.sentence(&format!("{side}management events")))
        .collect();
    said.extend(data_events(&data));
    said
}

/// What parts leave out of data events: whole types of resources, and of the others something.
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
    let mut said = Vec::new();
    let others = if kinds.is_empty() {
        "data events".to_owned()
    } else {
        format!("data events of resource types other than {}", list(&kinds))
    };
    let whole = untyped.is_empty();
    if whole {
        said.push(others);
    } else {
        let lacks = sides(&untyped).into_iter();
        said.extend(lacks.filter_map(|(side, lack)| lack.sentence(&format!("{side}{others}"))));
    }
    // Types that lack the same are named together.
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
    said.extend(partly);
    if more > 0 {
        said.push(format!(
            "data events that {more} more such limits leave out"
        ));
    }
    said
}
