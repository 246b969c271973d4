//! Counts requests by operation.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

/// Counts since the start, or since they were reset.
#[derive(Default)]
pub struct Stats(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    by_operation: BTreeMap<&'static str, u64>,
    in_flight: u64,
    most_in_flight: u64,
    bytes: u64,
}

impl Stats {
    /// A request arrived.
    pub fn arrived(&self) {
        self.with(|counts| {
            counts.in_flight += 1;
            counts.most_in_flight = counts.most_in_flight.max(counts.in_flight);
        });
    }

    /// A request was answered with this many bytes.
    pub fn answered(&self, operation: &'static str, bytes: u64) {
        self.with(|counts| {
            counts.in_flight -= 1;
            counts.bytes += bytes;
            *counts.by_operation.entry(operation).or_default() += 1;
        });
    }

    /// The counts. With `clear`, resets them.
    pub fn report(&self, clear: bool) -> Value {
        self.with(|counts| {
            let report = json!({
                "requests": counts.by_operation.values().sum::<u64>(),
                "by_operation": counts.by_operation,
                "most_in_flight": counts.most_in_flight,
                "bytes": counts.bytes,
            });
            if clear {
                *counts = Counts {
                    in_flight: counts.in_flight,
                    ..Counts::default()
                };
            }
            report
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Counts) -> T) -> T {
        work(&mut self.0.lock().expect("no holder panics"))
    }
}
