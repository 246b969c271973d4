//! What a judgement leaves open, by name and with the rule that says so. Damage that is not found must be one of
//! these; so must a world whose verdict is not compared with that of the honest world.

/// What cannot be seen from the objects, or does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unseen {
    BackfillWithItsLogs,
    ChainWithoutOthers,
    BeforeTheFirst,
    AfterTheLast,
    SignatureOfAProvenDigest,
    OutsideTheWindow,
}

impl Unseen {
    /// Why it cannot be seen, or does not count.
    pub fn reason(self) -> &'static str {
        match self {
            Unseen::BackfillWithItsLogs => {
                "a backfill digest was removed with its logs: it covers no time, and nothing refers to it"
            }
            Unseen::ChainWithoutOthers => {
                "all digests of a chain were removed: no chain that remains needs it, and no --expect names it"
            }
            Unseen::BeforeTheFirst => {
                "the oldest digests were removed, and no start was given: the window begins with those that remain"
            }
            Unseen::AfterTheLast => {
                "the newest digests were removed, and no end was given: the window ends with those that remain"
            }
            Unseen::SignatureOfAProvenDigest => {
                "the stored signature of a digest was removed: its successor proves it all the same"
            }
            Unseen::OutsideTheWindow => "what lies outside the window is not validated",
        }
    }

    /// Whether the verdict may be worse than that of the honest world all the same. What others show of digests that
    /// were removed, such as a chain that ends before those of its trail, or logs that are left, is no false alarm.
    pub fn may_show_elsewhere(self) -> bool {
        matches!(
            self,
            Unseen::BeforeTheFirst | Unseen::AfterTheLast | Unseen::ChainWithoutOthers
        )
    }
}
