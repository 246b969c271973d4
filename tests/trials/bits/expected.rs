//! What must be reported of a trail after an edit. It is decided from what CloudTrail wrote and from the rules of
//! proof, without the library. Nobody can sign another digest, so one counts only if its content is, bit by bit,
//! what was signed.
//!
//! - A digest is proven by its own signature, by the signature that its successor carries, or by the hash that
//!   its proven successor recorded.
//! - A log counts only if a proven digest lists it.
//! - Other content fails where a proven successor or a signature contradicts it, or where it claims to be another
//!   object. With neither, it cannot be told from a digest whose signature was lost, and is unproven at least.
//! - A signature that cannot be checked is neither right nor wrong.

use super::scene::{Role, Scene};
use super::sight::{Content, Own, Seen};
use super::standing::{Possible, Standing, Sure};

/// What must be reported of a trail.
pub struct Expected {
    /// Of each item.
    pub items: Vec<Possible>,
    /// Whether the logs of a digest are checked. `No` for a log.
    pub proven: Vec<Sure>,
    /// Whether a public key is reported as not valid.
    pub broken_key: Sure,
    /// Whether the restart may be taken for missing digests: the starting digest alone shows it, and beside one that
    /// was altered, time without digests counts as missing digests. Otherwise an altered digest would hide those
    /// that were removed beside it.
    pub restart_hidden: bool,
}

impl Expected {
    /// What must be reported of items of which this is seen. `usable` says of each item whether the key that
    /// signed it can be used.
    pub fn new(scene: &Scene, seen: &[Seen], usable: &[Sure], broken_key: Sure) -> Self {
        let mut expected = Expected {
            items: vec![Possible::INTACT; seen.len()],
            proven: vec![Sure::No; seen.len()],
            broken_key,
            restart_hidden: false,
        };
        // A successor comes after its digest, and logs come last.
        for at in (0..seen.len()).rev() {
            if scene.items[at].digest().is_some() {
                expected.proven[at] = expected.proves(scene, seen, (at, usable[at]));
                expected.items[at] = expected.of_digest(scene, seen, at);
            }
        }
        let restart = scene.items.iter().position(|item| scene.is_restart(item));
        expected.restart_hidden =
            restart.is_some_and(|at| expected.items[at].has(Standing::Failed));
        for (at, item) in scene.items.iter().enumerate() {
            if let Role::Log { listed_by } = item.role {
                expected.items[at] = of_log(seen[at].content, expected.proven[listed_by]);
            }
        }
        expected
    }

    /// Whether something must be reported of an item that must not be reported by another expectation.
    pub fn is_graver_than(&self, other: &Expected) -> bool {
        let mut items = self.items.iter().zip(&other.items);
        items.any(|(this, other)| this.least() > other.most())
    }

    fn by_successor(&self, scene: &Scene, at: usize) -> Sure {
        let successor = scene.items[at].digest().and_then(|digest| digest.successor);
        successor.map_or(Sure::No, |successor| self.proven[successor])
    }

    fn proves(&self, scene: &Scene, seen: &[Seen], (at, usable): (usize, Sure)) -> Sure {
        match seen[at].content {
            Content::Same => Sure::from(seen[at].own == Own::Right)
                .or(is_carried(scene, seen, at).and(usable))
                .or(self.by_successor(scene, at)),
            Content::Other { .. } => Sure::No,
            Content::Broken | Content::Disputed => Sure::Either,
        }
    }

    fn of_digest(&self, scene: &Scene, seen: &[Seen], at: usize) -> Possible {
        let unclear = Possible::UNPROVEN | Possible::FAILED;
        match (seen[at].content, seen[at].own) {
            (Content::Broken, _) => Possible::FAILED,
            (Content::Disputed, _) => Possible::INTACT | unclear,
            (Content::Same, Own::Wrong) => Possible::FAILED,
            (Content::Same, _) => match self.proven[at] {
                Sure::Yes => Possible::INTACT,
                Sure::No => Possible::UNPROVEN,
                Sure::Either => Possible::INTACT | Possible::UNPROVEN,
            },
            (
                Content::Other {
                    may_be_own: false, ..
                },
                _,
            ) => Possible::FAILED,
            _ if self.by_successor(scene, at) == Sure::Yes => Possible::FAILED,
            (
                Content::Other {
                    usual_algorithm: true,
                    ..
                },
                Own::Right | Own::Wrong,
            ) => Possible::FAILED,
            (Content::Other { .. }, _) => unclear,
        }
    }
}

/// Whether the signature of a digest is in its successor, or in anything else.
fn is_carried(scene: &Scene, seen: &[Seen], at: usize) -> Sure {
    let successor = scene.items[at].digest().and_then(|digest| digest.successor);
    let by_successor = successor.map_or(Sure::No, |successor| match seen[successor].content {
        Content::Same => Sure::Yes,
        Content::Broken | Content::Disputed => Sure::Either,
        Content::Other { .. } => Sure::No,
    });
    let elsewhere = seen.iter().any(|seen| seen.carries & (1 << at) != 0);
    by_successor.or(match elsewhere {
        true => Sure::Either,
        false => Sure::No,
    })
}

/// A log is read only if the digest that lists it is proven.
fn of_log(content: Content, listed: Sure) -> Possible {
    let read = match content {
        Content::Same => Possible::INTACT,
        Content::Disputed => Possible::INTACT | Possible::FAILED,
        Content::Other { .. } | Content::Broken => Possible::FAILED,
    };
    match listed {
        Sure::Yes => read,
        Sure::No => Possible::INTACT,
        Sure::Either => read | Possible::INTACT,
    }
}
