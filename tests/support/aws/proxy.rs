//! A forward proxy: the only way to servers whose names cannot be resolved.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Empty, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use super::body::Broken;
use super::loopback::Loopback;
use super::worker::{Worker, adopt, listen};

/// A proxy that passes every request to the servers on loopback: to S3 if the host has the label
/// `s3`, else to the other server.
pub struct Proxy {
    route: Arc<Route>,
    address: SocketAddr,
    _worker: Worker,
}

/// The addresses of the servers, and the requested hosts.
struct Route {
    s3: SocketAddr,
    control: SocketAddr,
    hosts: Mutex<Vec<String>>,
}

impl Proxy {
    /// Starts a proxy in front of these servers.
    pub fn start(loopback: &Loopback) -> Self {
        let (s3, control) = loopback.addresses();
        let hosts = Mutex::default();
        let route = Arc::new(Route { s3, control, hosts });
        let (address, socket) = listen();
        let shared = Arc::clone(&route);
        Self {
            route,
            address,
            _worker: Worker::start(move || {
                tokio::spawn(serve(adopt(socket), shared));
            }),
        }
    }

    /// Its URL, for `HTTP_PROXY` and `HTTPS_PROXY`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requested hosts, with ports where given, in order.
    pub fn hosts(&self) -> Vec<String> {
        let hosts = self.route.hosts.lock().expect("no holder has panicked");
        hosts.clone()
    }
}

impl Route {
    /// Records the requested host and returns its address.
    fn lead(&self, uri: &Uri) -> Result<SocketAddr, Broken> {
        let host = uri.host().ok_or("a request without a host")?;
        let name = uri.authority().map_or(host, |a| a.as_str());
        let mut hosts = self.hosts.lock().expect("no holder has panicked");
        hosts.push(name.to_owned());
        let to_s3 = host.split('.').any(|label| label == "s3");
        Ok(if to_s3 { self.s3 } else { self.control })
    }
}

async fn serve(listener: TcpListener, route: Arc<Route>) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let route = Arc::clone(&route);
        tokio::spawn(async move {
            let service = service_fn(|request| forward(&route, request));
            let connection = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            // Either side may close the connection; that is not an error here.
            let _ = connection.await;
        });
    }
}

async fn forward(
    route: &Route,
    mut request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, hyper::Error>>, Broken> {
    let mut server = TcpStream::connect(route.lead(request.uri())?).await?;
    if request.method() == Method::CONNECT {
        tokio::spawn(async move {
            if let Ok(tunnel) = hyper::upgrade::on(&mut request).await {
                let _ = copy_bidirectional(&mut TokioIo::new(tunnel), &mut server).await;
            }
        });
        let empty = Empty::new().map_err(|never| match never {});
        return Ok(Response::new(empty.boxed()));
    }
    let path = request.uri().path_and_query().map_or("/", |p| p.as_str());
    *request.uri_mut() = path.parse()?;
    let (mut sender, connection) = client::handshake(TokioIo::new(server)).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?.map(BodyExt::boxed))
}
