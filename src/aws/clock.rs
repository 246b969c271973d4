//! How far the local clock differs from those of AWS.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_runtime::service_clock_skew::DisableClockSkewCorrection;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::{DateTime, Format};
use jiff::Timestamp;

use super::foreign::is_of_aws;

/// How many differences are kept. The newest count.
const KEPT: usize = 8;

/// Reads the `Date` header of every answer of AWS, errors included. An answer of something on the way does
/// not count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock(Arc<Mutex<VecDeque<i64>>>);

impl Clock {
    /// How many seconds the local clock was ahead when the last answer with a date came.
    pub fn ahead(&self) -> Option<i64> {
        self.all().last().copied()
    }

    /// The same for each of the last answers.
    pub fn all(&self) -> Vec<i64> {
        let kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
        kept.iter().copied().collect()
    }
}

/// The median of these differences; of two in the middle the smaller one. So a single answer cannot move it
/// far. `None` unless there are two.
pub(crate) fn agreed(mut differences: Vec<i64>) -> Option<i64> {
    differences.sort_unstable();
    let last = differences.len().checked_sub(1).filter(|last| *last > 0)?;
    let (low, high) = (differences[last / 2], differences[last.div_ceil(2)]);
    Some(match (low >= 0, high >= 0) {
        (true, true) => low,
        (false, false) => high,
        _ => 0,
    })
}

#[dyn_dispatch_hint]
impl Intercept for Clock {
    fn name(&self) -> &'static str {
        "Clock"
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        // The answer of a cache has the time at which it was stored.
        let is_fresh = is_of_aws(headers) && !headers.contains_key("age");
        let date = headers.get("date").filter(|_| is_fresh);
        let date = date.and_then(|d| DateTime::from_str(d, Format::HttpDate).ok());
        if let Some(date) = date {
            let ahead = Timestamp::now().as_second().saturating_sub(date.secs());
            let mut kept = self.0.lock().unwrap_or_else(|e| e.into_inner());
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back(ahead);
        }
        Ok(())
    }
}

/// The first second of the year 9999. The SDK signs with the time of the last answer and the time since then,
/// and panics on a year of five digits.
const TOO_FAR: i64 = 253_370_764_800;

/// Keeps the SDK from signing with the time of an answer that is too far in the future.
#[derive(Debug)]
pub(super) struct NotTooFar;

#[dyn_dispatch_hint]
impl Intercept for NotTooFar {
    fn name(&self) -> &'static str {
        "Not Too Far"
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|d| DateTime::from_str(d, Format::HttpDate).ok());
        if date.is_some_and(|date| date.secs() >= TOO_FAR) {
            let off = DisableClockSkewCorrection::from(true);
            config.interceptor_state().store_put(off);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::agreed;

    #[test]
    fn one_answer_does_not_move_the_clock() {
        let far = 8_000 * 365 * 86_400;
        assert_eq!(agreed(vec![]), None);
        assert_eq!(agreed(vec![-far]), None);
        assert_eq!(agreed(vec![-far, 0]), Some(0));
        assert_eq!(agreed(vec![0, far]), Some(0));
        assert_eq!(agreed(vec![-far, far]), Some(0));
        assert_eq!(agreed(vec![-3600, -3601, -far]), Some(-3601));
        assert_eq!(agreed(vec![3600, 3601, -far, 3600]), Some(3600));
    }
}
