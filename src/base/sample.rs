//! Many names, of which a few are kept to be shown.

use super::limits::Limits;
use super::text::and_more;

/// Names, a few of them kept, all counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// The first few, in the order they were met.
    pub first: Vec<String>,
    /// How many there were.
    pub count: u64,
}

impl Sample {
    /// Adds one.
    pub fn add(&mut self, limits: &Limits, name: impl Into<String>) {
        self.count += 1;
        if self.first.len() < limits.named {
            self.first.push(name.into());
        }
    }

    /// Adds those of another, after its own.
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
