//! The servers, from start to stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use crate::support::World;

use super::calls::Call;
use super::cloud::Cloud;
use super::control::ControlFront;
use super::faults::Fault;
use super::front::S3Front;
use super::server;
use super::shared::Shared;

/// The access key that is known.
pub const ACCESS_KEY: &str = "AKIALOOPBACK";

/// Its secret.
pub const SECRET_KEY: &str = "loopback/secret+key";

/// A file that is not there: whoever runs the tests has files of their own in the usual place.
const NO_FILE: &str = "/nonexistent/aws";

/// AWS, as long as this lives.
pub struct Loopback {
    shared: Arc<Shared>,
    s3: SocketAddr,
    control: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Starts both servers, with nothing in them.
    pub fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let ((s3, s3_socket), (control, control_socket)) = (listen(), listen());
        let (stop, stopped) = oneshot::channel();
        let state = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let log = &state.log;
                let front = Arc::new(S3Front::new(Arc::clone(&state)));
                tokio::spawn(server::serve(adopt(s3_socket), front, Arc::clone(log)));
                let front = Arc::new(ControlFront::new(Arc::clone(&state)));
                tokio::spawn(server::serve(adopt(control_socket), front, Arc::clone(log)));
                // Either it is told to stop, or nobody is left to tell it.
                let _ = stopped.await;
            });
        });
        Self {
            shared,
            s3,
            control,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Serves a world in place of what was served.
    pub fn serve(&self, world: &World) {
        self.change(|cloud| cloud.serve(world));
    }

    /// Reads or changes what is served, while it is served.
    pub fn change<T>(&self, with: impl FnOnce(&mut Cloud) -> T) -> T {
        self.shared.cloud(with)
    }

    /// Puts a fault on the list.
    pub fn fault(&self, fault: Fault) {
        self.change(|cloud| cloud.faults.push(fault));
    }

    /// The endpoint of S3.
    pub fn s3_url(&self) -> String {
        format!("http://{}", self.s3)
    }

    /// The endpoint of CloudTrail, Organizations and STS.
    pub fn cloudtrail_url(&self) -> String {
        format!("http://{}", self.control)
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

    /// The most calls to S3 that were being answered at once.
    pub fn peak_in_flight(&self) -> usize {
        self.shared.log.peak()
    }

    /// Clears the log.
    pub fn clear_calls(&self) {
        self.shared.log.clear();
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !thread::panicking() {
                ended.expect("the servers have not panicked");
            }
        }
    }
}

/// A listening socket of the loopback interface, and its address. It accepts from now on, so
/// that no client comes too early.
fn listen() -> (SocketAddr, TcpListener) {
    let socket = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    (socket.local_addr().expect("an address"), socket)
}

fn adopt(socket: TcpListener) -> tokio::net::TcpListener {
    socket.set_nonblocking(true).expect("a TCP socket");
    tokio::net::TcpListener::from_std(socket).expect("a runtime")
}
