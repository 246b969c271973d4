//! A thread with a runtime of its own, in which servers run until their owner is dropped.

use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

/// Tasks in the runtime end with this value.
pub struct Worker {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts a runtime and has the servers spawned in it.
    pub fn start(spawn: impl FnOnce() + Send + 'static) -> Self {
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                spawn();
                // It is told to stop, or its owner is gone.
                let _ = stopped.await;
            });
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Worker {
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

/// A listening socket on the loopback interface, and its address. It accepts from now on, so that
/// no client is too early.
pub fn listen() -> (SocketAddr, TcpListener) {
    let socket = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    (socket.local_addr().expect("an address"), socket)
}

/// The socket for the runtime; call it within the runtime.
pub fn adopt(socket: TcpListener) -> tokio::net::TcpListener {
    socket.set_nonblocking(true).expect("a TCP socket");
    tokio::net::TcpListener::from_std(socket).expect("a runtime")
}
