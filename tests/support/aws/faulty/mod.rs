//! A proxy in front of AWS on loopback that harms answers on the wire: each once, some times, or for
//! ever, at each step of a validation.

mod acts;
mod harm;
mod keys;
mod message;
mod pages;
mod step;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub use self::harm::Harm;
pub use self::step::Step;

use self::acts::{Act, Exchange, rest_of_another};
use self::message::Message;
use super::loopback::Loopback;
use super::worker::{Worker, adopt, listen};

/// A harm, and the answers it is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// At which step.
    pub step: Step,
    /// What happens.
    pub harm: Harm,
    /// To how many answers, from the first one on; `None` for all.
    pub times: Option<usize>,
}

impl Trouble {
    /// The same, but a body is not broken for ever: each is taken up eight times, with long waits.
    pub fn in_short_time(self) -> Self {
        let is_of_body = matches!(self.step, Step::Digest | Step::Log | Step::Again);
        match self.times {
            None if is_of_body && self.harm.breaks_bodies() => Self {
                times: Some(4),
                ..self
            },
            _ => self,
        }
    }
}

/// The proxy, as long as this value lives.
pub struct FaultProxy {
    shared: Arc<Mutex<State>>,
    s3: SocketAddr,
    control: SocketAddr,
    _worker: Worker,
}

/// What is to happen, and what happened.
#[derive(Default)]
struct State {
    troubles: Vec<Trouble>,
    requests: usize,
    steps: BTreeSet<Step>,
    /// The last intact answer of each step, and the request it answered.
    last: BTreeMap<Step, (String, Message)>,
    /// The first lines of requests whose object is another one when its rest is requested.
    replaced: BTreeMap<String, Harm>,
    /// Whether the credentials have expired for good.
    expired: bool,
    /// How many connections are reset as soon as they are made.
    refuse: usize,
    /// The URL of a host that is not AWS.
    elsewhere: String,
    /// The first lines of requests to that host that came with credentials.
    leaked: Vec<String>,
}

impl FaultProxy {
    /// Starts a proxy in front of these servers.
    pub fn start(loopback: &Loopback) -> Self {
        let shared: Arc<Mutex<State>> = Arc::default();
        let (s3_server, control_server) = loopback.addresses();
        let ((s3, s3_socket), (control, control_socket)) = (listen(), listen());
        let (elsewhere, elsewhere_socket) = listen();
        lock(&shared).elsewhere = format!("http://{elsewhere}/");
        let state = Arc::clone(&shared);
        let worker = Worker::start(move || {
            tokio::spawn(serve(adopt(s3_socket), s3_server, Arc::clone(&state)));
            tokio::spawn(serve(
                adopt(control_socket),
                control_server,
                Arc::clone(&state),
            ));
            tokio::spawn(trap(adopt(elsewhere_socket), state));
        });
        Self {
            shared,
            s3,
            control,
            _worker: worker,
        }
    }

    /// The variables that lead a program through this proxy.
    pub fn env(&self) -> [(&'static str, String); 3] {
        let url = |address: SocketAddr| format!("http://{address}");
        [
            ("AWS_ENDPOINT_URL_S3", url(self.s3)),
            ("AWS_ENDPOINT_URL_CLOUDTRAIL", url(self.control)),
            ("AWS_ENDPOINT_URL_STS", url(self.control)),
        ]
    }

    /// What is to happen from now on. Forgets what happened.
    pub fn order(&self, troubles: &[Trouble]) {
        let mut state = lock(&self.shared);
        *state = State {
            troubles: troubles.to_vec(),
            elsewhere: std::mem::take(&mut state.elsewhere),
            ..State::default()
        };
    }

    /// How many requests came since the last order.
    pub fn requests(&self) -> usize {
        lock(&self.shared).requests
    }

    /// The first lines of requests with credentials that came to a host that is not AWS since the last order.
    pub fn leaked(&self) -> Vec<String> {
        lock(&self.shared).leaked.clone()
    }

    /// The steps of the requests since the last order.
    pub fn steps(&self) -> BTreeSet<Step> {
        lock(&self.shared).steps.clone()
    }
}

fn lock(shared: &Mutex<State>) -> MutexGuard<'_, State> {
    shared.lock().expect("no holder has panicked")
}

impl State {
    /// What is done with the answer to a request.
    fn acts(&mut self, step: Option<Step>, request: &Message, answer: Message) -> Vec<Act> {
        let replaced = request
            .get("range")
            .map(|_| self.replaced.remove(&request.start));
        if let Some(harm) = replaced.flatten() {
            return rest_of_another(harm, answer);
        }
        let exchange = Exchange {
            other: step.and_then(|step| self.other(step, request)),
            before: step.and_then(|step| self.before(step, request)),
            elsewhere: self.elsewhere.clone(),
            request,
            answer,
        };
        if self.expired {
            return Harm::Expired.acts(exchange);
        }
        let due = |t: &&mut Trouble| {
            Some(t.step) == step && t.times != Some(0) && exchange.admits(t.harm)
        };
        let Some(trouble) = self.troubles.iter_mut().find(due) else {
            let intact = vec![Act::Send(exchange.answer.bytes())];
            self.keep(step, request, exchange.answer);
            return intact;
        };
        trouble.times = trouble.times.map(|left| left - 1);
        let (harm, is_for_ever) = (trouble.harm, trouble.times.is_none());
        match harm {
            Harm::Expired => self.expired = is_for_ever,
            Harm::Replaced | Harm::ReplacedRest => {
                self.replaced.insert(request.start.clone(), harm);
            }
            _ => {}
        }
        harm.acts(exchange)
    }

    /// The page that led to the one that is requested.
    fn before(&self, step: Step, request: &Message) -> Option<Message> {
        let (_, before) = self.last.get(&step)?;
        let leads_here = pages::next_token(before)? == pages::token(request)?;
        leads_here.then(|| before.clone())
    }

    /// The answer to another request that this one could be confused with.
    fn other(&self, step: Step, request: &Message) -> Option<Message> {
        let others = self.last.iter().filter(|(_, (of, _))| *of != request.start);
        let like = |(of, _): &(&Step, _)| of.resembles(step);
        others
            .rev()
            .find(like)
            .map(|(_, (_, answer))| answer.clone())
    }

    fn keep(&mut self, step: Option<Step>, request: &Message, answer: Message) {
        if let Some(step) = step.filter(|_| answer.start.contains(" 200 ")) {
            self.last.insert(step, (request.start.clone(), answer));
        }
    }

    /// Whether the connection that was just made is to be reset.
    fn refuses(&mut self) -> bool {
        let refuses = self.refuse > 0;
        self.refuse = self.refuse.saturating_sub(1);
        refuses
    }
}

async fn serve(listener: TcpListener, server: SocketAddr, shared: Arc<Mutex<State>>) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("a TCP socket");
        if lock(&shared).refuses() {
            stream.set_zero_linger().expect("a TCP socket");
            continue;
        }
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // Clients leave, and harm closes connections: neither is an error here.
            let _ = talk(stream, server, &shared).await;
        });
    }
}

async fn talk(mut client: TcpStream, server: SocketAddr, shared: &Mutex<State>) -> io::Result<()> {
    while let Some(request) = Message::read(&mut client).await? {
        let step = Step::of(&request);
        {
            let mut state = lock(shared);
            state.requests += 1;
            state.steps.extend(step);
        }
        let answer = forward(server, &request).await?;
        let acts = lock(shared).acts(step, &request, answer);
        if !perform(&mut client, acts, shared).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// A host that is not AWS: it notes the requests that come with credentials, and answers with a page.
async fn trap(listener: TcpListener, shared: Arc<Mutex<State>>) {
    loop {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let Ok(Some(request)) = Message::read(&mut stream).await else {
                return;
            };
            let secret = ["authorization", "x-amz-security-token"];
            let has_credentials = secret.iter().any(|name| request.get(name).is_some())
                || request.start.contains("X-Amz-");
            if has_credentials {
                lock(&shared).leaked.push(request.start);
            }
            let page = Message::page("200 OK", &[], "elsewhere");
            // Clients leave: that is no error here.
            let _ = stream.write_all(&page.bytes()).await;
        });
    }
}

/// The server's own answer, over a connection of its own.
async fn forward(server: SocketAddr, request: &Message) -> io::Result<Message> {
    let mut request = request.clone();
    request.set("connection", "close");
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(&request.bytes()).await?;
    let mut answer = Message::read_to_end(&mut stream).await?;
    answer.remove("connection");
    Ok(answer)
}

/// Performs acts in order. Returns whether the connection may serve another request.
async fn perform(
    client: &mut TcpStream,
    acts: Vec<Act>,
    shared: &Mutex<State>,
) -> io::Result<bool> {
    for act in acts {
        match act {
            Act::Send(bytes) => client.write_all(&bytes).await?,
            Act::Wait(time) => tokio::time::sleep(time).await,
            Act::Hang => {
                while client.read(&mut [0; 1024]).await? > 0 {}
                return Ok(false);
            }
            Act::HeadersForEver => {
                let line = format!("x-filler: {}\r\n", "a".repeat(1000));
                loop {
                    client.write_all(line.as_bytes()).await?;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            Act::RefuseNext => lock(shared).refuse += 1,
            Act::Reset => {
                client.set_zero_linger()?;
                return Ok(false);
            }
            Act::Close => return Ok(false),
        }
    }
    Ok(true)
}
