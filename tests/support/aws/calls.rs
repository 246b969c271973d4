//! The log of all calls, and how many were in flight at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;

/// The service a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// S3.
    S3,
    /// CloudTrail.
    CloudTrail,
    /// Organizations.
    Organizations,
    /// STS.
    Sts,
}

/// One call, as it was asked and answered.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its number in the order of arrival.
    pub at: usize,
    /// The number of the connection it came over.
    pub connection: usize,
    /// The service.
    pub service: Service,
    /// The operation; for a call that is not served, its method and path.
    pub operation: String,
    /// The region it was signed for.
    pub region: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The key of an object.
    pub key: Option<String>,
    /// The version of an object.
    pub version_id: Option<String>,
    /// The prefix of a listing.
    pub prefix: Option<String>,
    /// Where a listing begins: `start-after` or `marker`.
    pub start_after: Option<String>,
    /// The `Range` of an object.
    pub range: Option<String>,
    /// The JSON input of a call.
    pub input: Value,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// The status it was answered with; none if it was not, or not yet.
    pub status: Option<u16>,
}

impl Call {
    /// A call of which only this much is known; the log numbers it.
    pub fn new(service: Service, operation: String) -> Self {
        Self {
            at: 0,
            connection: 0,
            service,
            operation,
            region: None,
            bucket: None,
            key: None,
            version_id: None,
            prefix: None,
            start_after: None,
            range: None,
            input: Value::Null,
            user_agent: None,
            status: None,
        }
    }
}

/// Calls in the order of their arrival.
#[derive(Default)]
pub struct Log {
    entries: Mutex<Entries>,
    connections: AtomicUsize,
    flights: Mutex<Flights>,
}

#[derive(Default)]
struct Entries {
    calls: Vec<Call>,
    next: usize,
}

#[derive(Default)]
struct Flights {
    now: usize,
    peak: usize,
}

impl Log {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().expect("no holder has panicked")
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().expect("no holder has panicked")
    }

    /// A number for a new connection.
    pub fn connection(&self) -> usize {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Adds a call to the log and returns its number.
    pub fn arrived(&self, mut call: Call) -> usize {
        let mut entries = self.entries();
        call.at = entries.next;
        entries.next += 1;
        entries.calls.push(call);
        entries.next - 1
    }

    /// Notes how a call was answered, unless the log was cleared since it arrived.
    pub fn answered(&self, at: usize, status: u16) {
        let mut entries = self.entries();
        if let Ok(index) = entries.calls.binary_search_by_key(&at, |call| call.at) {
            entries.calls[index].status = Some(status);
        }
    }

    /// How many calls were answered since the log was cleared.
    pub fn count_answered(&self) -> usize {
        let entries = self.entries();
        entries.calls.iter().filter(|c| c.status.is_some()).count()
    }

    /// Every call since the log was cleared.
    pub fn calls(&self) -> Vec<Call> {
        self.entries().calls.clone()
    }

    /// The most flights at once since the log was cleared.
    pub fn peak(&self) -> usize {
        self.flights().peak
    }

    /// Forgets the calls; those being answered now are the new peak.
    pub fn clear(&self) {
        self.entries().calls.clear();
        let mut flights = self.flights();
        flights.peak = flights.now;
    }

    /// Counts a call as in flight until the returned guard is dropped.
    pub fn fly(self: &Arc<Self>) -> Flight {
        let mut flights = self.flights();
        flights.now += 1;
        flights.peak = flights.peak.max(flights.now);
        drop(flights);
        Flight(Arc::clone(self))
    }
}

/// A call that is being answered, from its arrival to the last byte of the answer.
pub struct Flight(Arc<Log>);

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.flights().now -= 1;
    }
}
