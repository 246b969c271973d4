//! What is right to report of one object: intact, unproven or failed, or one of several where all can be defended.

use std::ops::BitOr;

/// Whether something is so. `Either` where it depends on more than this trial follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    No,
    Either,
    Yes,
}

impl Sure {
    pub fn and(self, other: Sure) -> Sure {
        match (self, other) {
            (Sure::Yes, Sure::Yes) => Sure::Yes,
            (Sure::No, _) | (_, Sure::No) => Sure::No,
            _ => Sure::Either,
        }
    }

    pub fn or(self, other: Sure) -> Sure {
        match (self, other) {
            (Sure::No, Sure::No) => Sure::No,
            (Sure::Yes, _) | (_, Sure::Yes) => Sure::Yes,
            _ => Sure::Either,
        }
    }
}

impl From<bool> for Sure {
    fn from(is_so: bool) -> Self {
        if is_so { Sure::Yes } else { Sure::No }
    }
}

/// What is reported of an object, in order of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Intact,
    Unproven,
    Failed,
}

/// The standings that are right, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Possible(u8);

impl Possible {
    pub const INTACT: Possible = Possible(1);
    pub const UNPROVEN: Possible = Possible(1 << 1);
    pub const FAILED: Possible = Possible(1 << 2);

    pub fn has(self, standing: Standing) -> bool {
        self.0 & (1 << standing as u8) != 0
    }

    /// The mildest of them.
    pub fn least(self) -> Standing {
        match self.0.trailing_zeros() {
            0 => Standing::Intact,
            1 => Standing::Unproven,
            _ => Standing::Failed,
        }
    }

    /// The gravest of them.
    pub fn most(self) -> Standing {
        match self.0 {
            0..=1 => Standing::Intact,
            2..=3 => Standing::Unproven,
            _ => Standing::Failed,
        }
    }
}

impl BitOr for Possible {
    type Output = Possible;

    fn bitor(self, other: Possible) -> Possible {
        Possible(self.0 | other.0)
    }
}
