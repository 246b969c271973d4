//! The time of an invocation, which Lambda ends without an answer once it is over.

use std::time::{Duration, Instant, SystemTime};

use super::error::FunctionError;

/// The most that is reckoned with; Lambda gives 15 minutes.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The part of the time kept for the answer: to write the report, to read it and to send it. A larger validation
/// makes a larger report.
const PART: u32 = 20;
const LEAST: Duration = Duration::from_secs(5);
const MOST: Duration = Duration::from_secs(30);

/// When a validation has to end.
#[derive(Debug, Clone, Copy)]
pub struct TimeBudget {
    /// The value of `--deadline`, in seconds.
    pub deadline: u64,
    /// When one that does not end by itself is ended.
    pub last: Instant,
}

impl TimeBudget {
    /// The time until the end of an invocation.
    ///
    /// # Errors
    /// If it does not suffice for anything.
    pub fn until(end: SystemTime) -> Result<TimeBudget, FunctionError> {
        let left = end.duration_since(SystemTime::now()).unwrap_or_default();
        Self::of(left)
    }

    fn of(left: Duration) -> Result<TimeBudget, FunctionError> {
        let left = left.min(LONGEST);
        let for_answer = (left / PART).clamp(LEAST, MOST).min(left / 2);
        match (left - for_answer).as_secs() {
            0 => Err(FunctionError::NoTime(left)),
            deadline => Ok(TimeBudget {
                deadline,
                last: Instant::now() + (left - for_answer / 5),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, TimeBudget};

    #[test]
    fn time_is_kept_for_the_answer() {
        for (left, deadline) in [(900, 870), (300, 285), (60, 55), (12, 7), (6, 3), (2, 1)] {
            let budget = TimeBudget::of(Duration::from_secs(left)).expect("enough time");
            assert_eq!(budget.deadline, deadline, "{left}");
        }
        assert!(TimeBudget::of(Duration::MAX).is_ok());
        for left in [0, 1, 1999] {
            assert!(
                TimeBudget::of(Duration::from_millis(left)).is_err(),
                "{left}"
            );
        }
    }
}
