//! The list of targets.

use super::{
    answers, archives, bundles, digests, events, gzip, inventory, keys, lists, names, objects,
    parts, plans, records, reports, rules, states, texts,
};

/// A seam at which input from outside is parsed.
pub struct FuzzTarget {
    pub name: &'static str,
    /// Runs the seam over an input. Panics where something that must hold does not. Inputs that took another path
    /// give another number.
    pub run: fn(&[u8]) -> u64,
    /// Valid inputs.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of the format.
    pub words: &'static [&'static str],
    /// The longest input, in bytes.
    pub longest: usize,
    /// Most bytes that one input may allocate, one after another.
    pub room: u64,
}

impl FuzzTarget {
    /// A target for texts of some KiB.
    pub const fn new(
        name: &'static str,
        run: fn(&[u8]) -> u64,
        seeds: fn() -> Vec<Vec<u8>>,
        words: &'static [&'static str],
    ) -> Self {
        FuzzTarget {
            name,
            run,
            seeds,
            words,
            longest: 16 << 10,
            room: 64 << 20,
        }
    }

    /// The same for inputs of another length.
    pub const fn longest(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }

    /// The same with other room.
    pub const fn room(mut self, room: u64) -> Self {
        self.room = room;
        self
    }
}

/// Every target of this build.
pub fn all() -> Vec<FuzzTarget> {
    Vec::from([
        names::OBJECT_KEYS,
        names::IDS,
        texts::TIMES,
        texts::TEXTS,
        texts::STRICT_JSON,
        texts::GLOBS,
        gzip::GZIP,
        digests::DIGESTS,
        objects::STORED_OBJECTS,
        keys::KEY_FILES,
        keys::KEY_DER,
        answers::API_ANSWERS,
        reports::SAVED_REPORTS,
        reports::HOSTILE_TEXTS,
        states::STATE_FILES,
        plans::PLAN_FILES,
        parts::PART_FILES,
        bundles::MANIFESTS,
        bundles::BUNDLE_FILES,
        bundles::HEAD_FILES,
        lists::EXPECT_FILES,
        lists::ACCEPT_FILES,
        lists::ACCOUNT_NAMES,
        records::LOG_RECORDS,
        events::EVENT_SCAN,
        events::EVENT_FILTERS,
        events::EVENT_OUTPUT,
        rules::OWN_RULES,
        rules::SIGMA_RULES,
        inventory::INVENTORY_MANIFESTS,
        inventory::INVENTORY_ROWS,
        archives::ARCHIVES,
        #[cfg(feature = "parquet")]
        inventory::INVENTORY_PARQUET,
        #[cfg(feature = "aws")]
        super::xml::S3_XML,
    ])
}
