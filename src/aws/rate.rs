//! The most requests per second, over all connections: each attempt of a request waits for its turn.

use std::future::Future;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// Objects that are read at the same time even at the lowest rate.
const LEAST_IN_FLIGHT: usize = 4;

tokio::task_local! {
    /// How long the request of this task waited for its turns.
    static WAITED: TurnTime;
}

/// The turns of all requests, at even distances. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct RequestRate(Arc<Turns>);

#[derive(Debug)]
struct Turns {
    interval: Duration,
    next: Mutex<Instant>,
}

impl RequestRate {
    /// So many turns per second, the first one now.
    pub fn new(per_second: NonZeroU32) -> Self {
        RequestRate(Arc::new(Turns {
            interval: Duration::from_secs(1) / per_second.get(),
            next: Mutex::new(Instant::now()),
        }))
    }

    /// Takes the next turn, and returns how long it is until then. Turns that nobody took are lost, so a
    /// pause is not followed by a burst.
    fn take(&self) -> Duration {
        let mut next = self.0.next.lock().unwrap_or_else(|e| e.into_inner());
        let now = Instant::now();
        let turn = now.max(*next);
        *next = turn + self.0.interval;
        turn - now
    }

    /// How many objects may be read at the same time. With more of them than turns per second, each would only
    /// wait longer: at a usual latency of less than a second, these keep up the rate.
    pub fn most_in_flight(per_second: NonZeroU32) -> usize {
        let per_second = usize::try_from(per_second.get()).unwrap_or(usize::MAX);
        per_second.max(LEAST_IN_FLIGHT)
    }

    /// A client whose requests wait for their turns.
    pub fn paced(&self, client: SharedHttpClient) -> SharedHttpClient {
        self.client(client, true)
    }

    /// A client whose requests take turns from the others and do not wait. For credentials: the SDK gives them
    /// up after some seconds, and every other request needs them.
    pub fn counted(&self, client: SharedHttpClient) -> SharedHttpClient {
        self.client(client, false)
    }

    fn client(&self, client: SharedHttpClient, waits: bool) -> SharedHttpClient {
        let rate = self.clone();
        SharedHttpClient::new(RatedClient {
            client,
            rate,
            waits,
        })
    }
}

/// A client that takes a turn for each request.
#[derive(Debug)]
struct RatedClient {
    client: SharedHttpClient,
    rate: RequestRate,
    waits: bool,
}

impl HttpClient for RatedClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(RatedConnector {
            connector: self.client.http_connector(settings, components),
            rate: self.rate.clone(),
            waits: self.waits,
        })
    }
}

#[derive(Debug)]
struct RatedConnector {
    connector: SharedHttpConnector,
    rate: RequestRate,
    waits: bool,
}

impl HttpConnector for RatedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wait = self.rate.take();
        if !self.waits || wait.is_zero() {
            return self.connector.call(request);
        }
        // A task without one has no deadline.
        let _ = WAITED.try_with(|waited| waited.add(wait));
        let connector = self.connector.clone();
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(wait).await;
            connector.call(request).await
        })
    }
}

/// How long one request waited for its turns, in nanoseconds. Its deadline is that much later: waiting says
/// nothing about the network.
#[derive(Debug, Clone, Default)]
pub(super) struct TurnTime(Arc<AtomicU64>);

impl TurnTime {
    /// Runs a request, and adds its waiting times here.
    pub fn of<F: Future>(&self, request: F) -> impl Future<Output = F::Output> + use<F> {
        WAITED.scope(self.clone(), request)
    }

    /// The total so far. It includes the current wait from its beginning.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn add(&self, wait: Duration) {
        let nanoseconds = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::RequestRate;

    fn rate(per_second: u32) -> RequestRate {
        RequestRate::new(NonZeroU32::new(per_second).expect("not zero"))
    }

    #[test]
    fn turns_come_at_even_distances_and_never_in_bursts() {
        let rate = rate(10);
        let waits: Vec<Duration> = (0..20).map(|_| rate.take()).collect();
        let last = waits[19].as_secs_f64();
        assert!((1.8..=1.9).contains(&last), "{last}");
        assert!(waits.is_sorted());
        // Turns in the past are lost.
        let slow = self::rate(1_000);
        slow.take();
        std::thread::sleep(Duration::from_millis(50));
        let waits: Vec<Duration> = (0..100).map(|_| slow.take()).collect();
        assert!(waits[99] >= Duration::from_millis(90), "{waits:?}");
    }

    #[test]
    fn a_low_rate_keeps_few_objects_in_flight() {
        let most = |n| RequestRate::most_in_flight(NonZeroU32::new(n).expect("not zero"));
        assert_eq!((most(1), most(50), most(5_000)), (4, 50, 5_000));
    }
}
