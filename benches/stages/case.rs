//! A case to measure: criterion measures its time, the guard its instructions.
#![allow(dead_code, reason = "criterion and the guard each use a part")]

/// How much one run processes.
#[derive(Clone, Copy)]
pub enum Amount {
    /// Bytes of content.
    Bytes(usize),
    /// Keys, digests or intervals, depending on the stage.
    Items(usize),
}

/// One run, with everything it needs.
pub type Run = Box<dyn FnOnce()>;

/// A case to measure.
pub struct Case {
    /// How much one run processes.
    pub amount: Amount,
    /// Does the preparation, which is not measured, and returns the run to measure.
    pub prepare: Box<dyn Fn() -> Run>,
}

impl Case {
    /// A case whose runs need no preparation.
    pub fn new(amount: Amount, work: impl Fn() + 'static) -> Self {
        let work = std::rc::Rc::new(work);
        Self {
            amount,
            prepare: Box::new(move || {
                let work = std::rc::Rc::clone(&work);
                Box::new(move || work())
            }),
        }
    }
}

/// The size of the data of a case.
#[derive(Clone, Copy)]
pub struct Size {
    /// Digests of a chain.
    pub digests: u32,
    /// Logs that one large digest lists.
    pub logs: u32,
    /// Records of a log.
    pub records: u32,
    /// Chains of a report.
    pub chains: u32,
    /// Intervals of coverage.
    pub intervals: i64,
}

impl Size {
    /// Sizes in practice: a week of digests, a log of 143 KB, a year of hours.
    pub const REAL: Size = Size {
        digests: 168,
        logs: 300,
        records: 106,
        chains: 32,
        intervals: 8_760,
    };
    /// Small sizes, for counting instructions: the preparation must sign each digest.
    pub const SMALL: Size = Size {
        digests: 12,
        logs: 100,
        records: 40,
        chains: 3,
        intervals: 1_000,
    };
}

/// The name of a case, and a function that makes it. Only the cases to measure are made.
pub type Named = (&'static str, fn(Size) -> Case);
