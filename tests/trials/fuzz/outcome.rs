//! What a run of a target came to, as one number: inputs with the same number probably took the same path.

use std::hash::{DefaultHasher, Hash, Hasher};

/// What came of one input.
#[derive(Default)]
pub struct Outcome(DefaultHasher);

impl Outcome {
    /// Adds a part of what came of it.
    pub fn add(&mut self, part: impl Hash) -> &mut Self {
        part.hash(&mut self.0);
        self
    }

    /// Adds a number by its magnitude: otherwise each number would be a new outcome.
    pub fn size(&mut self, number: impl TryInto<u64>) -> &mut Self {
        let number = number.try_into().unwrap_or(u64::MAX);
        self.add(u64::BITS - number.leading_zeros())
    }

    /// Adds a message by its words, without numbers and quotations.
    pub fn message(&mut self, message: &str) -> &mut Self {
        let plain = message.split(['"', '`']).step_by(2);
        let words = plain.flat_map(|part| part.split(|c: char| !c.is_ascii_alphabetic()));
        let words = words.filter(|word| word.len() > 2).take(24);
        words.for_each(|word| word.hash(&mut self.0));
        self
    }

    /// The number.
    pub fn number(&self) -> u64 {
        self.0.finish()
    }
}

/// The outcome that is one value.
pub fn outcome(of: impl Hash) -> u64 {
    Outcome::default().add(of).number()
}
