//! One thing to measure: by time with criterion, by instructions in the guard.
#![allow(dead_code, reason = "each of the two uses a part")]

/// How much one run works through.
#[derive(Clone, Copy)]
pub enum Amount {
    /// Bytes of content.
    Bytes(usize),
    /// Keys, digests, intervals: whatever the stage is about.
    Items(usize),
}

/// One run, with all that it needs.
pub type Run = Box<dyn FnOnce()>;

/// One thing to measure.
pub struct Case {
    /// How much one run works through.
    pub amount: Amount,
    /// Makes ready what is not to be measured, and gives what is.
    pub prepare: Box<dyn Fn() -> Run>,
}

impl Case {
    /// A case whose runs need nothing made ready.
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

/// How large the material of a case is.
#[derive(Clone, Copy)]
pub struct Size {
    /// Digests of a chain.
    pub digests: u32,
    /// Logs that one large digest names.
    pub logs: u32,
    /// Records of a log.
    pub records: u32,
    /// Chains of a report.
    pub chains: u32,
    /// Intervals of coverage.
    pub intervals: i64,
}

impl Size {
    /// As they are in practice: a week, a log of 143 KB, a year of hours.
    pub const REAL: Size = Size {
        digests: 168,
        logs: 300,
        records: 106,
        chains: 32,
        intervals: 8_760,
    };
    /// Small enough to be counted instruction by instruction: each digest has to be signed.
    pub const SMALL: Size = Size {
        digests: 12,
        logs: 100,
        records: 40,
        chains: 3,
        intervals: 1_000,
    };
}

/// A case by its name, made only if it is wanted.
pub type Named = (&'static str, fn(Size) -> Case);
