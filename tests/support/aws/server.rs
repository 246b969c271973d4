//! An HTTP/1.1 server that keeps its connections alive.

use std::future::Future;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::body::{Broken, Reply};
use super::calls::Log;

/// The code that answers a server's requests.
pub trait Endpoint: Send + Sync + 'static {
    /// The answer to a request on a connection; an error closes the connection.
    fn answer(
        &self,
        request: Request<Incoming>,
        connection: usize,
    ) -> impl Future<Output = Result<Response<Reply>, Broken>> + Send;
}

/// Serves every connection, over TLS if given, until the runtime ends.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    endpoint: Arc<impl Endpoint>,
    log: Arc<Log>,
) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        // Answers are small: without TCP_NODELAY each would wait for the client's acknowledgement.
        stream.set_nodelay(true).expect("a TCP socket");
        let (endpoint, number) = (Arc::clone(&endpoint), log.connection());
        let tls = tls.clone();
        tokio::spawn(async move {
            match tls {
                None => talk(stream, &*endpoint, number).await,
                Some(tls) => {
                    // A client that does not trust the certificate closes the connection.
                    if let Ok(stream) = tls.accept(stream).await {
                        talk(stream, &*endpoint, number).await;
                    }
                }
            }
        });
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    endpoint: &impl Endpoint,
    number: usize,
) {
    let service = service_fn(|request| endpoint.answer(request, number));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // Clients leave and faults close connections: neither is an error here.
    let _ = connection.await;
}
