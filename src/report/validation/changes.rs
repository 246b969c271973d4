//! Phrases about changes to trails that all reports for people share, and which changes these reports show.

use std::cmp::Reverse;

use super::presentation::Presentation;
use super::v1::{Change, ChangesOfTrail, Report, SearchedPlace};
use crate::base::text::{and_more, counts};
use crate::proof::changes::NotSearched;
use crate::report::open_enum::Word;
use crate::report::tone::Tone;

/// The title of the section.
pub(crate) fn title(report: &Report) -> &'static str {
    match report.changes.len() {
        1 => "changes to the trail",
        _ => "changes to the trails",
    }
}

/// The trails, those first of which the most must be known: what a call reduced, what another call changed, and what
/// could not be searched.
pub(crate) fn by_weight(report: &Report) -> Vec<&ChangesOfTrail> {
    let mut trails: Vec<&ChangesOfTrail> = report.changes.iter().collect();
    trails.sort_by_key(|of| {
        let reduced = of.changes.iter().any(|change| change.reduces);
        let is_changed = !of.changes.is_empty();
        Reverse((reduced, is_changed, of.not_searched.is_some()))
    });
    trails
}

/// At most `most` changes of a trail, by time, and how many more there are. Those that reduce what is logged are kept
/// first, then those that were not refused.
pub(crate) fn shown(of: &ChangesOfTrail, most: usize) -> (Vec<&Change>, u64) {
    let mut all: Vec<(usize, &Change)> = of.changes.iter().enumerate().collect();
    all.sort_by_key(|(_, change)| (!change.reduces, change.refused));
    let left_out = all.len().saturating_sub(most) as u64;
    all.truncate(most);
    all.sort_by_key(|(at, _)| *at);
    let shown = all.into_iter().map(|(_, change)| change).collect();
    (shown, of.more.saturating_add(left_out))
}

/// A trail, as in `trail main in us-east-1, owned by 111122223333`.
pub(crate) fn trail(of: &ChangesOfTrail, presentation: &Presentation) -> String {
    let mut text = format!("trail {} in {}", of.trail, of.home_region);
    if let Some(owner) = &of.owner {
        text += &format!(", owned by {}", account(owner, presentation));
    }
    if let Some(organization) = &of.organization {
        text += &format!(", of organization {organization}");
    }
    text
}

/// An account, with its name if that was given.
fn account(id: &str, presentation: &Presentation) -> String {
    match presentation.name_of(id) {
        Some(name) => format!("{id} ({name})"),
        None => id.to_owned(),
    }
}

/// How many calls changed a trail; `None` if none is recorded.
pub(crate) fn counted(of: &ChangesOfTrail) -> Option<String> {
    let count = |is: fn(&Change) -> bool| of.changes.iter().filter(|c| is(c)).count() as u64;
    let reducing = count(|change| change.reduces);
    let refused = count(|change| change.refused);
    let others = (of.changes.len() as u64).saturating_sub(reducing + refused);
    let counts = counts([
        (reducing, "reduced what is logged or delivered"),
        (others, "changed something else"),
        (refused, "refused"),
        (of.more, "more not listed"),
    ])?;
    Some(format!("recorded calls: {counts}"))
}

/// Where changes were searched for, what of it was not searched, and that nothing was found where that is so.
pub(crate) fn searched(of: &ChangesOfTrail, presentation: &Presentation) -> Vec<String> {
    let place = |place: &SearchedPlace| {
        let name = presentation.name_of(&place.account);
        let name = name.map_or_else(String::new, |name| format!(" ({name})"));
        format!("{}/{}{name}", place.account, place.region)
    };
    let places: Vec<String> = of.searched.iter().map(place).collect();
    let found = match of.changes.is_empty() {
        true => "none recorded in",
        false => "searched:",
    };
    let places = (!places.is_empty()).then(|| {
        let places = and_more(places.join(", "), of.more_searched);
        format!("{found} the proven logs of {places}")
    });
    places.into_iter().chain(not_searched(of)).collect()
}

/// Why the logs of a trail's owner in its home region were not searched.
fn not_searched(of: &ChangesOfTrail) -> Option<String> {
    let logs = match &of.owner {
        Some(owner) => format!("the logs of {owner}/{}", of.home_region),
        None => format!("the logs of the trail's owner in {}", of.home_region),
    };
    let why = of.not_searched.as_ref()?;
    Some(match why {
        Word::Known(NotSearched::NoLogsRead) => {
            "not searched: no log was read, as --logs requests".to_owned()
        }
        Word::Known(NotSearched::SomeLogsRead) => {
            format!("searched only in part: {logs} that --logs leaves out were not read")
        }
        Word::Known(NotSearched::SomeLogsProven) => {
            format!(
                "searched only in part: some of {logs} are missing, altered or could not be read"
            )
        }
        Word::Known(NotSearched::OutsideScope) => {
            format!("not searched: {logs} are outside this validation")
        }
        Word::Known(NotSearched::NothingProven) => {
            format!("not searched: nothing is proven of {logs}")
        }
        Word::Known(NotSearched::OwnerUnknown) => {
            "not known: which account owns the trail, and whether its logs were searched".to_owned()
        }
        Word::Other(word) => format!("not searched: {word}"),
    })
}

/// What a call did, in one word.
pub(crate) fn effect(change: &Change) -> &'static str {
    match (change.reduces, change.refused) {
        (true, _) => "REDUCED",
        (false, true) => "refused",
        (false, false) => "changed",
    }
}

impl From<&Change> for Tone {
    fn from(change: &Change) -> Tone {
        match change.reduces {
            true => Tone::Doubtful,
            false => Tone::Plain,
        }
    }
}
