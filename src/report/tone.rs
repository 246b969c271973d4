//! The tone of a word in a text report, from which a terminal chooses its colour.
//!
//! A text report states the tone where it writes the word, because only there the verdict, severity
//! or state is known as an enum. Every writer but that of a terminal ignores it.

use std::io::{BufWriter, Write};

use crate::proof::coverage::State;
use crate::proof::finding::{Severity, Verdict};

/// How good or bad the news is that a word brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad, as a note.
    Plain,
    /// Verified, or in order.
    Good,
    /// Time that no digest covers.
    Gap,
    /// Not checked, or worth attention.
    Doubtful,
    /// Altered, missing, forged or failed.
    Bad,
}

/// Where a text report is written.
pub trait TextWriter: Write {
    /// States the tone of the first word of the next line that is not empty.
    fn tone(&mut self, _tone: Tone) {}
}

impl TextWriter for Vec<u8> {}

impl<W: Write> TextWriter for BufWriter<W> {}

impl From<Verdict> for Tone {
    fn from(verdict: Verdict) -> Tone {
        match verdict {
            Verdict::Verified => Tone::Good,
            Verdict::Gaps => Tone::Gap,
            Verdict::Unproven => Tone::Doubtful,
            Verdict::Failed => Tone::Bad,
        }
    }
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Tone {
        match severity {
            Severity::Note => Tone::Plain,
            Severity::Gap | Severity::Unproven | Severity::Failed => severity.verdict().into(),
        }
    }
}

impl From<State> for Tone {
    fn from(state: State) -> Tone {
        match state {
            State::Pending => Tone::Plain,
            State::Verified | State::Gap | State::Unproven | State::Failed => {
                state.verdict().into()
            }
        }
    }
}
