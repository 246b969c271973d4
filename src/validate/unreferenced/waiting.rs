//! Objects that could not be judged yet. A scheduled check judges them later, so each chain remembers the oldest.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::cover::Cover;
use crate::base::time::{Window, shift};
use crate::cloudtrail::object_key::{KeyRoot, KeyTime};
use crate::source::RootId;

/// The time of the oldest object that could not be judged, by the index of its chain.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting(BTreeMap<usize, Timestamp>);

impl Waiting {
    /// Adds an object of a folder, for the requested chains there whose window holds its time. Returns whether there
    /// is one.
    pub fn add(&mut self, covers: &[Cover], place: &(RootId, KeyRoot), time: KeyTime) -> bool {
        let mut is_inside = false;
        let time = match time {
            KeyTime::Minute(at) => Window::new(at, shift(at, 1)),
            KeyTime::Span(span) => span,
        };
        for cover in covers.iter().filter(|c| c.is_in(place)) {
            let inside = time.clip(&cover.window);
            if let Some(index) = cover.requested.filter(|_| !inside.is_empty()) {
                let oldest = self.0.entry(index).or_insert(inside.from);
                *oldest = inside.from.min(*oldest);
                is_inside = true;
            }
        }
        is_inside
    }

    /// Adds whatever a folder may hold that could not be listed.
    pub fn add_folder(&mut self, covers: &[Cover], place: &(RootId, KeyRoot)) {
        let always = Window {
            from: Timestamp::MIN,
            to: Timestamp::MAX,
        };
        self.add(covers, place, KeyTime::Span(always));
    }

    /// The time of the oldest object of a chain.
    pub fn since(&self, index: usize) -> Option<Timestamp> {
        self.0.get(&index).copied()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::Waiting;
    use crate::base::time::{Window, shift};
    use crate::cloudtrail::object_key::{KeyRoot, KeyTime};
    use crate::proof::coverage::Spans;
    use crate::source::RootId;
    use crate::validate::unreferenced::cover::Cover;

    fn at(hour: i64) -> Timestamp {
        shift(Timestamp::UNIX_EPOCH, hour * 3600)
    }

    fn place(bucket: usize) -> (RootId, KeyRoot) {
        (RootId(bucket), KeyRoot::default())
    }

    /// A chain in a bucket, over some hours.
    fn cover(requested: Option<usize>, bucket: usize, from: i64) -> Cover {
        Cover {
            id: "111111111111/eu-west-1/eu-west-1/main"
                .parse()
                .expect("a chain"),
            requested,
            places: vec![place(bucket)],
            window: Window::new(at(from), at(30)),
            read_to: at(30),
            verified: Spans::default(),
            coloured: Spans::default(),
            unsure: Spans::default(),
            gaps: Vec::new(),
            restarts: Vec::new(),
            phase: None,
        }
    }

    #[test]
    fn the_oldest_object_in_the_window_of_each_chain_counts() {
        let covers = [
            cover(Some(0), 0, 10),
            cover(Some(1), 0, 20),
            cover(None, 0, 0),
            cover(Some(2), 1, 0),
        ];
        let since = |times: &[KeyTime]| {
            let mut waiting = Waiting::default();
            for time in times {
                waiting.add(&covers, &place(0), *time);
            }
            [0, 1, 2].map(|index| waiting.since(index))
        };
        let minute = |hour| KeyTime::Minute(at(hour));
        assert_eq!(since(&[]), [None; 3]);
        assert_eq!(since(&[minute(9), minute(30)]), [None; 3]);
        assert_eq!(
            since(&[minute(25), minute(12)]),
            [Some(at(12)), Some(at(25)), None]
        );
        let day = KeyTime::Span(Window::new(at(0), at(24)));
        assert_eq!(since(&[day]), [Some(at(10)), Some(at(20)), None]);
        let mut unlisted = Waiting::default();
        unlisted.add_folder(&covers, &place(1));
        assert_eq!((unlisted.since(0), unlisted.since(2)), (None, Some(at(0))));
    }
}
