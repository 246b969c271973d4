//! How many requests there were, by operation.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

/// Counts since the beginning, or since they were cleared.
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

    /// It was answered, with so many bytes.
    pub fn answered(&self, operation: &'static str, bytes: u64) {
        self.with(|counts| {
            counts.in_flight -= 1;
            counts.bytes += bytes;
            *counts.by_operation.entry(operation).or_default() += 1;
        });
    }

    /// The counts, which begin anew if they are to be cleared.
    pub fn tell(&self, clear: bool) -> Value {
        self.with(|counts| {
            let told = json!({
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
            told
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Counts) -> T) -> T {
        work(&mut self.0.lock().expect("no holder panics"))
    }
}
