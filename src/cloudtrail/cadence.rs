//! Missing hours between digests, by the times in their names alone. Nothing is read, so nothing is proven.

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};

/// Holes between consecutive digests: time that no digest covers by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holes {
    /// The number of holes.
    pub count: u64,
    /// Their total length in seconds.
    pub seconds: i64,
    /// The longest hole; the first of several that are equally long.
    pub longest: Option<Window>,
}

impl Holes {
    /// The holes between digests whose intervals end at these times, oldest first. Several may end at the same
    /// time. CloudTrail delivers a digest every hour (user guide, "CloudTrail digest file structure"), so two
    /// that end more than an hour apart leave a hole, from the end of the one to an hour before the end of the
    /// other.
    pub fn between(ends: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut holes = Holes::default();
        let mut ends = ends.into_iter();
        let Some(mut last) = ends.next() else {
            return holes;
        };
        for end in ends {
            let hole = Window::new(last, shift(end, -HOUR));
            last = end;
            if hole.is_empty() {
                continue;
            }
            holes.count += 1;
            holes.seconds += hole.seconds();
            if holes.longest.is_none_or(|l| hole.seconds() > l.seconds()) {
                holes.longest = Some(hole);
            }
        }
        holes
    }
}

#[cfg(test)]
mod tests {
    use super::Holes;
    use crate::base::time::Window;
    use jiff::Timestamp;

    fn at(text: &str) -> Timestamp {
        format!("2026-03-{text}Z").parse().expect("a time")
    }

    fn holes(ends: &[&str]) -> Holes {
        Holes::between(ends.iter().map(|end| at(end)))
    }

    #[test]
    fn digests_an_hour_apart_or_less_leave_no_hole() {
        let none = Holes::default();
        assert_eq!(holes(&[]), none);
        assert_eq!(holes(&["01T01:12:34"]), none);
        let hourly = ["01T01:12:34", "01T02:12:34", "01T03:12:34"];
        assert_eq!(holes(&hourly), none);
        // Copies end together, and a restart may come within the hour.
        let close = ["01T01:12:34", "01T01:12:34", "01T01:40:00", "01T02:40:00"];
        assert_eq!(holes(&close), none);
    }

    #[test]
    fn holes_are_counted_and_added_up_and_the_longest_is_kept() {
        let ends = [
            "01T01:12:34",
            // One second more than an hour.
            "01T02:12:35",
            // Two digests are missing.
            "01T05:12:35",
            "01T06:12:35",
            // A day and a bit: logging was restarted at another second.
            "02T08:40:00",
            "02T09:40:00",
        ];
        let longest = Window::new(at("01T06:12:35"), at("02T07:40:00"));
        let expected = Holes {
            count: 3,
            seconds: 1 + 2 * 3600 + longest.seconds(),
            longest: Some(longest),
        };
        assert_eq!(holes(&ends), expected);
    }

    #[test]
    fn of_equally_long_holes_the_first_is_kept() {
        let ends = ["01T01:00:00", "01T03:00:00", "01T04:00:00", "01T06:00:00"];
        let first = Window::new(at("01T01:00:00"), at("01T02:00:00"));
        assert_eq!(holes(&ends).longest, Some(first));
        assert_eq!(holes(&ends).count, 2);
    }
}
