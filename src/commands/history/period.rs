//! The period: the one that was requested, also where the history does not hold it.

use jiff::Timestamp;

use super::HistoryRequest;
use crate::base::error::{Error, ErrorKind};
use crate::base::time::Window;
use crate::report::history::v1::Period;
use crate::report::state::v1::State;

/// The period that was requested, and its part that the history holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChosenPeriod {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    /// All time that counts: as given; else that of the history.
    pub asked: Window,
    /// The part of it that the history holds.
    pub held: Window,
    /// Whether the history begins after it.
    begins_before_history: bool,
    begun: Timestamp,
}

impl ChosenPeriod {
    /// # Errors
    /// If the history holds nothing of it.
    pub(super) fn of(state: &State, request: &HistoryRequest) -> Result<Self, Error> {
        let (start, end) = (request.start, request.end);
        if let Some((start, end)) = start.zip(end).filter(|(start, end)| start >= end) {
            let message = format!("--start-time {start} is not before --end-time {end}");
            return Err(Error::new(ErrorKind::Usage, message));
        }
        let all = held(state);
        let held = Window::new(
            start.map_or(all.from, |start| start.max(all.from)),
            end.map_or(all.to, |end| end.min(all.to)),
        );
        if held.is_empty() && (start.is_some() || end.is_some()) {
            let message = "the history of the state holds no time of this period";
            let error = Error::new(ErrorKind::Usage, message);
            return Err(error.hint(format!("it holds {} to {}", all.from, all.to)));
        }
        let last = state.history.last().map_or(all.to, |runs| runs.last);
        let asked = Window::new(
            start.unwrap_or(all.from),
            end.map_or(all.to, |end| past(end, all.to, last, request)),
        );
        Ok(ChosenPeriod {
            start,
            end,
            asked,
            held,
            begins_before_history: asked.from < all.from,
            begun: state.begun,
        })
    }

    /// The part of it that counts for a chain. Before the history, no run checked any chain of the first run. A chain
    /// that was found later counts from its first window on.
    pub(super) fn of_chain(&self, since: Timestamp) -> Window {
        let from = match self.begins_before_history && since <= self.begun {
            true => self.asked.from,
            false => self.asked.from.max(since),
        };
        Window::new(from, self.asked.to)
    }

    /// Whether a check belongs to it. Without an end, all later ones do.
    pub(super) fn has_check(&self, at: Timestamp) -> bool {
        self.begins_by(at) && self.ends_after(at)
    }

    /// Whether it has begun at an instant.
    pub(super) fn begins_by(&self, at: Timestamp) -> bool {
        self.start.is_none_or(|start| start <= at)
    }

    /// Whether it has not ended at an instant.
    pub(super) fn ends_after(&self, at: Timestamp) -> bool {
        self.end.is_none_or(|end| at < end)
    }

    /// Its `--start-time`.
    pub(super) fn start(&self) -> Option<Timestamp> {
        self.start
    }

    /// Its `--end-time`.
    pub(super) fn end(&self) -> Option<Timestamp> {
        self.end
    }

    pub(super) fn report(&self) -> Period {
        Period {
            start: self.start,
            end: self.end,
            from: self.asked.from,
            to: self.asked.to,
            held_from: self.held.from,
            held_to: self.held.to,
        }
    }
}

/// The end of a period, without the time that is still to come. While it lasts, what the next run is due to check is
/// to come too.
fn past(end: Timestamp, held: Timestamp, last: Timestamp, request: &HistoryRequest) -> Timestamp {
    if end <= request.now {
        return end;
    }
    match request.is_overdue(last) {
        true => request.now,
        false => held.min(end),
    }
}

/// The time that the history holds. Without any chain, that of its runs.
fn held(state: &State) -> Window {
    let from = state.chains.iter().map(|chain| {
        let first = chain.seen.first();
        first.map_or(chain.since, |first| first.from)
    });
    let to = state.chains.iter().flat_map(|chain| chain.seen.last());
    let last = state.history.last().map(|runs| runs.last);
    let from = from.min().unwrap_or(state.begun);
    let to = to.map(|seen| seen.to).max();
    Window::new(from, to.or(last).unwrap_or(from))
}
