//! Counts many names and keeps a few of them to show.

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::text::and_more;

/// The first few of many names, and how many there were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The first few names, in the order in which they were added.
    pub first: Vec<String>,
    /// The number of all names.
    pub count: u64,
}

impl Sample {
    /// Adds a name; keeps it if fewer than `limits.named` are kept.
    pub fn add(&mut self, limits: &Limits, name: impl Into<String>) {
        self.count += 1;
        if self.first.len() < limits.named {
            self.first.push(name.into());
        }
    }

    /// Adds the names of another sample after its own.
    pub fn append(&mut self, limits: &Limits, other: Sample) {
        self.count += other.count;
        self.first.extend(other.first);
        self.first.truncate(limits.named);
    }

    /// The kept names, and how many more there are, as in `a, b and 3 more`.
    pub fn list(&self) -> String {
        and_more(self.first.join(", "), self.count - self.first.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;
    use crate::base::limits::Limits;

    #[test]
    fn the_first_names_are_kept_and_all_are_counted() {
        let limits = Limits {
            named: 3,
            ..Limits::default()
        };
        let of = |names: &[&str]| {
            let mut sample = Sample::default();
            names.iter().for_each(|name| sample.add(&limits, *name));
            sample
        };
        assert_eq!(of(&["a", "b", "c", "d"]).first, ["a", "b", "c"]);
        let mut sample = of(&["a", "b"]);
        assert_eq!((sample.list().as_str(), sample.count), ("a, b", 2));
        sample.append(&limits, of(&["c", "d", "e", "f", "g"]));
        assert_eq!(sample.first, ["a", "b", "c"]);
        assert_eq!(sample.count, 7);
        assert_eq!(sample.list(), "a, b, c and 4 more");
    }
}
