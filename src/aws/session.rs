//! Sessions: credentials, profiles and regions by the SDK's own chain, and one client per service and
//! region.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{AppName, BehaviorVersion, Region as AwsRegion, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_s3::config::ResponseChecksumValidation;
use aws_sdk_s3::config::retry::{RetryPartition, TokenBucket};
use aws_types::service_config::ServiceConfigKey;

use super::bounds::{Bounds, Deadline, TIME_OUTS, TIME_OUTS_AGAIN, UNREACHED};
use super::clock::NotTooFar;
use super::connection::NewConnection;
use super::contact::{Contact, Patience};
use super::credentials::Sendable;
use super::endpoints::Endpoints;
use super::environment::{Environment, WithoutEmpty, check_given};
use super::error::{CountThrottles, NeverUntrusted, RetryTooMany};
use super::foreign::{AskAgain, OnlyOfAws};
use super::health::{Expired, Health};
use super::no_credentials::no_credentials;
use super::rate::RequestRate;
use super::{Clock, Http, Runtime};
use crate::base::error::{Error, ErrorKind};
use crate::cloudtrail::ids::Region;
use crate::source::GetError;

/// How often one request is tried: a busy prefix in S3 may well throttle more than a dozen in a row.
const ATTEMPTS: u32 = 16;
/// The upper bound of the first wait. It doubles with each attempt; the wait is random below it.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The upper bound of every wait.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The endpoint of all services; with `_` and the name of a service after it, of that service.
const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// How often a request is tried whose result is optional, and how often one for credentials.
const FEW_ATTEMPTS: u32 = 3;

/// How to sign in, and where requests go.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// The profile; by default that of the environment.
    pub profile: Option<String>,
    /// The endpoint of all services; `AWS_ENDPOINT_URL_…` of a service wins over it.
    pub endpoint_url: Option<String>,
    /// The region if neither the environment nor the profile sets one.
    pub region: Region,
    /// Whether requests are signed.
    pub sign: bool,
}

/// An identity that is signed in, and its clients.
#[derive(Clone)]
pub struct Session {
    runtime: Arc<Runtime>,
    http: Http,
    config: SdkConfig,
    endpoint_url: Option<String>,
    /// How often S3 throttled a request.
    throttles: Arc<AtomicU64>,
    /// Whether a region that is always on accepts the credentials, once that is known.
    accepted: Arc<OnceLock<bool>>,
    /// The local clock, compared with the answers of CloudTrail.
    clock: Clock,
    /// Why no request is accepted any more.
    expired: Expired,
    /// The sources that got requests, by their kind and name.
    health: Arc<Mutex<BTreeMap<String, Arc<Health>>>>,
    s3: Arc<Mutex<BTreeMap<Region, aws_sdk_s3::Client>>>,
    s3_again: Arc<Mutex<BTreeMap<Region, aws_sdk_s3::Client>>>,
    cloudtrail: Arc<Mutex<BTreeMap<Region, aws_sdk_cloudtrail::Client>>>,
    cloudtrail_again: Arc<Mutex<BTreeMap<Region, aws_sdk_cloudtrail::Client>>>,
}

impl Session {
    /// Reads profiles and the environment as the AWS CLI does, and finds credentials.
    ///
    /// # Errors
    /// If there are no credentials, or a profile or the environment holds a value that cannot be used.
    pub fn open(
        runtime: Arc<Runtime>,
        http: Http,
        settings: &SessionSettings,
    ) -> Result<Self, Error> {
        settings
            .endpoint_url
            .as_deref()
            .map_or(Ok(()), check_given)?;
        let environment = runtime
            .run(Environment::read(settings.profile.as_deref()))
            .map_err(ended)??;
        let config = runtime
            .run(load(&http, settings, &environment))
            .map_err(ended)??;
        let session = Session {
            runtime,
            http,
            config,
            endpoint_url: settings.endpoint_url.clone(),
            throttles: Arc::default(),
            accepted: Arc::default(),
            clock: Clock::default(),
            expired: Expired::default(),
            health: Arc::default(),
            s3: Arc::default(),
            s3_again: Arc::default(),
            cloudtrail: Arc::default(),
            cloudtrail_again: Arc::default(),
        };
        session.sign_in(settings, &environment)?;
        Ok(session)
    }

    /// Checks that there are credentials, before any request is made.
    fn sign_in(&self, settings: &SessionSettings, environment: &Environment) -> Result<(), Error> {
        if !settings.sign {
            return Ok(());
        }
        let profile = settings.profile.as_deref();
        let Some(provider) = self.config.credentials_provider() else {
            return Err(no_credentials(profile, environment, None));
        };
        let credentials = self.runtime.run(provider.provide_credentials());
        match credentials.map_err(ended)? {
            Ok(_) => Ok(()),
            Err(e) => Err(no_credentials(profile, environment, Some(&e))),
        }
    }

    pub(super) fn config(&self) -> &SdkConfig {
        &self.config
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The number of requests that S3 throttled so far, shared with the clients that count them.
    pub(crate) fn throttles(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.throttles)
    }

    /// Whether a region that is always on accepts the credentials, once that is known.
    pub(super) fn accepted(&self) -> &OnceLock<bool> {
        &self.accepted
    }

    /// How many seconds the local clock is ahead of CloudTrail's, by each of its last answers.
    pub(crate) fn ahead(&self) -> Vec<i64> {
        self.clock.all()
    }

    pub(super) fn bounds(&self) -> Bounds {
        Bounds::of(&self.http.settings)
    }

    /// The end of a request that may take so long. As long as nothing ever answered, that is soon.
    pub(super) fn time_for(&self, most: Option<Duration>) -> Deadline {
        let first = self.bounds().probe_endpoint;
        let left = first.and_then(|first| self.http.network.time_left(first));
        Deadline::after(most).within(left.map(|left| left.max(UNREACHED)))
    }

    /// The health of a source, by its kind and name.
    pub(super) fn health(&self, source: String) -> Arc<Health> {
        let mut all = self.health.lock().unwrap_or_else(|e| e.into_inner());
        let make = || Arc::new(Health::new(self.bounds(), Arc::clone(&self.expired)));
        Arc::clone(all.entry(source).or_insert_with(make))
    }

    /// Which failures of one client are final.
    pub(super) fn patience(&self, time_outs: u32) -> Patience {
        Patience {
            contacts: [Contact::default(), self.http.network.clone()],
            time_outs,
        }
    }

    /// How long the next part of a body may take; `None` waits for ever.
    pub(crate) fn read_timeout(&self) -> Option<Duration> {
        self.http.settings.read
    }

    /// How many objects may be read at the same time, if requests are limited.
    pub(crate) fn most_in_flight(&self) -> Option<usize> {
        let per_second = self.http.settings.requests_per_second;
        per_second.map(RequestRate::most_in_flight)
    }

    /// The region that requests start from.
    pub(crate) fn region(&self) -> Option<Region> {
        self.config.region()?.as_ref().parse().ok()
    }

    /// The given endpoint, unless the service has its own, which the SDK finds by itself. Also returns
    /// whether any endpoint is set.
    pub(super) fn endpoint(&self, service: &str) -> (Option<String>, bool) {
        let find = |variable: &str, property: &str| {
            let key = ServiceConfigKey::builder().service_id(service);
            let key = key.env(variable).profile(property).build().ok()?;
            self.config.service_config()?.load_config(key)
        };
        let found = find(ENDPOINT_URL, "endpoint_url");
        let all = self.config.endpoint_url();
        let set = found.is_some() || self.endpoint_url.is_some() || all.is_some();
        // The SDK may find the endpoint of all services here; the given one wins over that.
        let named = format!("{ENDPOINT_URL}_{}", service.to_uppercase());
        let own = found.is_some_and(|url| all != Some(&url) || find(&named, "none").is_some());
        (self.endpoint_url.clone().filter(|_| !own), set)
    }

    pub(crate) fn s3(&self, region: &Region) -> aws_sdk_s3::Client {
        let mut clients = self.s3.lock().unwrap_or_else(|e| e.into_inner());
        let make = || aws_sdk_s3::Client::from_conf(self.s3_config(region, TIME_OUTS).build());
        clients.entry(region.clone()).or_insert_with(make).clone()
    }

    fn s3_config(&self, region: &Region, time_outs: u32) -> aws_sdk_s3::config::Builder {
        let (endpoint_url, set) = self.endpoint("S3");
        let mut config = aws_sdk_s3::config::Builder::from(&self.config)
            .region(AwsRegion::new(region.to_string()))
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .endpoint_resolver(Endpoints::default())
            .interceptor(NotTooFar)
            .interceptor(AskAgain)
            .interceptor(self.patience(time_outs))
            // A partition of its own, without a shared retry quota: throttling of one object must not
            // stop the retries of others.
            .retry_classifier(NeverUntrusted)
            .retry_classifier(OnlyOfAws)
            .retry_classifier(RetryTooMany)
            .retry_classifier(CountThrottles(self.throttles()))
            .retry_partition(partition());
        if let Some(url) = endpoint_url {
            config = config.endpoint_url(url);
        }
        if set {
            // Under a custom endpoint, a host name with the bucket in it rarely resolves.
            config = config.force_path_style(true);
        }
        config
    }

    /// A client each of whose requests takes a new connection and passes by caches on the way.
    pub(crate) fn s3_again(&self, region: &Region) -> aws_sdk_s3::Client {
        let mut clients = self.s3_again.lock().unwrap_or_else(|e| e.into_inner());
        let make = || {
            let config = self.s3_config(region, TIME_OUTS_AGAIN);
            let config = config.http_client(self.http.again.clone());
            aws_sdk_s3::Client::from_conf(config.interceptor(NewConnection).build())
        };
        clients.entry(region.clone()).or_insert_with(make).clone()
    }

    pub(crate) fn cloudtrail(&self, region: &Region) -> aws_sdk_cloudtrail::Client {
        let mut clients = self.cloudtrail.lock().unwrap_or_else(|e| e.into_inner());
        let make = || {
            let config = self.cloudtrail_config(region, TIME_OUTS);
            aws_sdk_cloudtrail::Client::from_conf(config.build())
        };
        clients.entry(region.clone()).or_insert_with(make).clone()
    }

    fn cloudtrail_config(
        &self,
        region: &Region,
        time_outs: u32,
    ) -> aws_sdk_cloudtrail::config::Builder {
        let (endpoint_url, _) = self.endpoint("CloudTrail");
        let config = aws_sdk_cloudtrail::config::Builder::from(&self.config)
            .region(AwsRegion::new(region.to_string()))
            .interceptor(self.clock.clone())
            .interceptor(OnlyOfAws)
            .interceptor(NotTooFar)
            .interceptor(AskAgain)
            .interceptor(self.patience(time_outs))
            .retry_classifier(OnlyOfAws)
            .retry_classifier(NeverUntrusted)
            .retry_classifier(RetryTooMany)
            .retry_partition(partition());
        match endpoint_url {
            Some(url) => config.endpoint_url(url),
            None => config,
        }
    }

    /// A client each of whose requests takes a new connection and passes by caches on the way.
    pub(crate) fn cloudtrail_again(&self, region: &Region) -> aws_sdk_cloudtrail::Client {
        let again = &self.cloudtrail_again;
        let mut clients = again.lock().unwrap_or_else(|e| e.into_inner());
        let make = || {
            let config = self.cloudtrail_config(region, TIME_OUTS_AGAIN);
            let config = config.http_client(self.http.again.clone());
            aws_sdk_cloudtrail::Client::from_conf(config.interceptor(NewConnection).build())
        };
        clients.entry(region.clone()).or_insert_with(make).clone()
    }

    /// A client for one request, in the start region, or in `there` if that is in another partition: each
    /// partition knows only its own credentials.
    pub(crate) fn sts(&self, there: Option<&Region>) -> aws_sdk_sts::Client {
        let own = self.region();
        let away = |there: &&Region| own.as_ref().map(Region::partition) != Some(there.partition());
        self.sts_in(there.filter(away))
    }

    pub(super) fn few_attempts(&self) -> u32 {
        let chosen = self.config.retry_config().map(RetryConfig::max_attempts);
        chosen.map_or(FEW_ATTEMPTS, |chosen| chosen.min(FEW_ATTEMPTS))
    }

    /// A client for one request in a region, or in the start region.
    pub(super) fn sts_in(&self, region: Option<&Region>) -> aws_sdk_sts::Client {
        let (endpoint_url, _) = self.endpoint("STS");
        let mut config = aws_sdk_sts::config::Builder::from(&self.config)
            .interceptor(NotTooFar)
            .interceptor(AskAgain)
            .interceptor(self.patience(TIME_OUTS))
            .retry_classifier(NeverUntrusted)
            .retry_classifier(RetryTooMany)
            // Few attempts: the result is optional, and private networks often do not reach STS.
            .retry_config(RetryConfig::standard().with_max_attempts(self.few_attempts()));
        if let Some(url) = endpoint_url {
            config = config.endpoint_url(url);
        }
        if let Some(region) = region {
            config = config.region(AwsRegion::new(region.to_string()));
        }
        aws_sdk_sts::Client::from_conf(config.build())
    }
}

fn partition() -> RetryPartition {
    RetryPartition::custom("trailproof")
        .token_bucket(TokenBucket::unlimited())
        .build()
}

async fn load(
    http: &Http,
    settings: &SessionSettings,
    environment: &Environment,
) -> Result<SdkConfig, Error> {
    let attempts = environment.attempts()?;
    // The instance metadata service is not needed: S3 itself says which region a bucket is in.
    let region = environment.region().await?;
    let region = region.unwrap_or_else(|| AwsRegion::new(settings.region.to_string()));
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http.credentials.clone())
        .region(region.clone())
        // Set here, because the SDK panics on values of the environment that it does not know.
        .retry_config(RetryConfig::standard().with_max_attempts(attempts.unwrap_or(FEW_ATTEMPTS)))
        .timeout_config(http.settings.timeouts())
        // `s3::body` detects stalled bodies and resumes them.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(name) = &settings.profile {
        // A given profile means its own credentials only: not those of the environment or the
        // instance.
        let conf = ProviderConfig::without_region()
            .with_http_client(http.credentials.clone())
            .with_region(Some(region));
        let own = ProfileFileCredentialsProvider::builder().configure(&conf);
        loader = loader
            .credentials_provider(own.profile_name(name).build())
            .profile_name(name);
    }
    if let Ok(name) = AppName::new(env!("CARGO_PKG_NAME")) {
        loader = loader.app_name(name);
    }
    if !settings.sign {
        loader = loader.no_credentials();
    }
    let config = loader.load().await;
    environment.check_services(&config)?;
    let retries = RetryConfig::standard()
        .with_max_attempts(attempts.unwrap_or(ATTEMPTS))
        .with_initial_backoff(FIRST_WAIT)
        .with_max_backoff(LONGEST_WAIT);
    let credentials = config.credentials_provider();
    let credentials = credentials.map(|all| SharedCredentialsProvider::new(Sendable(all)));
    let mut builder = config.clone().into_builder();
    builder.set_credentials_provider(credentials);
    Ok(builder
        .retry_config(retries)
        .http_client(http.client.clone())
        .service_config(WithoutEmpty(config))
        .build())
}

/// The error of a run that was ended before it was signed in.
fn ended(error: GetError) -> Error {
    match error {
        GetError::Cancelled(reason) => Error::cancelled(reason),
        other => Error::new(ErrorKind::Internal, other.detail()),
    }
}
