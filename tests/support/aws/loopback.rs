//! The servers, from start to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;

use crate::support::forge::World;

use super::calls::Call;
use super::cloud::Cloud;
use super::control::ControlFront;
use super::faults::Fault;
use super::front::S3Front;
use super::server::serve;
use super::shared::Shared;
use super::tls::Ca;
use super::worker::{Worker, adopt, listen};

/// The known access key.
pub const ACCESS_KEY: &str = "AKIALOOPBACK";

/// Its secret.
pub const SECRET_KEY: &str = "loopback/secret+key";

/// A file that does not exist, because whoever runs the tests may have files of their own in the
/// usual place.
const NO_FILE: &str = "/nonexistent/aws";

/// AWS, as long as this value lives.
pub struct Loopback {
    shared: Arc<Shared>,
    s3: SocketAddr,
    control: SocketAddr,
    scheme: &'static str,
    _worker: Worker,
}

impl Loopback {
    /// Starts both servers, with nothing in them.
    pub fn start() -> Self {
        Self::over("http", None)
    }

    /// Starts both servers over TLS, with a certificate from this authority.
    pub fn start_tls(ca: &Ca) -> Self {
        Self::over("https", Some(ca.acceptor()))
    }

    fn over(scheme: &'static str, tls: Option<TlsAcceptor>) -> Self {
        let shared = Arc::new(Shared::default());
        let ((s3, s3_socket), (control, control_socket)) = (listen(), listen());
        let state = Arc::clone(&shared);
        let worker = Worker::start(move || {
            let log = || Arc::clone(&state.log);
            let front = Arc::new(S3Front::new(Arc::clone(&state)));
            tokio::spawn(serve(adopt(s3_socket), tls.clone(), front, log()));
            let front = Arc::new(ControlFront::new(Arc::clone(&state)));
            tokio::spawn(serve(adopt(control_socket), tls, front, log()));
        });
        Self {
            shared,
            s3,
            control,
            scheme,
            _worker: worker,
        }
    }

    /// Serves a world, replacing what was served.
    pub fn serve(&self, world: &World) {
        self.change(|cloud| cloud.serve(world));
    }

    /// Reads or changes what is served, while it is served.
    pub fn change<T>(&self, with: impl FnOnce(&mut Cloud) -> T) -> T {
        self.shared.cloud(with)
    }

    /// Adds a fault to the list.
    pub fn fault(&self, fault: Fault) {
        self.change(|cloud| cloud.faults.push(fault));
    }

    /// The endpoint of S3.
    pub fn s3_url(&self) -> String {
        format!("{}://{}", self.scheme, self.s3)
    }

    /// The endpoint of CloudTrail, Organizations and STS.
    pub fn cloudtrail_url(&self) -> String {
        format!("{}://{}", self.scheme, self.control)
    }

    /// The addresses of S3 and of the other server.
    pub fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (self.s3, self.control)
    }

    /// The environment in which a program finds these servers and nothing else.
    pub fn env(&self) -> Vec<(String, String)> {
        let (s3, control) = (self.s3_url(), self.cloudtrail_url());
        [
            ("AWS_ENDPOINT_URL_S3", s3.as_str()),
            ("AWS_ENDPOINT_URL_CLOUDTRAIL", &control),
            ("AWS_ENDPOINT_URL_ORGANIZATIONS", &control),
            ("AWS_ENDPOINT_URL_STS", &control),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", NO_FILE),
            ("AWS_SHARED_CREDENTIALS_FILE", NO_FILE),
            ("NO_PROXY", "127.0.0.1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Every call since the log was cleared, in the order of arrival.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.log.calls()
    }

    /// How many calls were answered since the log was cleared.
    pub fn count_answered(&self) -> usize {
        self.shared.log.count_answered()
    }

    /// The most calls to S3 that were in flight at once.
    pub fn peak_in_flight(&self) -> usize {
        self.shared.log.peak()
    }

    /// Clears the log.
    pub fn clear_calls(&self) {
        self.shared.log.clear();
    }
}
