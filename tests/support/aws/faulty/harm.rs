//! What can happen to an answer on its way.

use std::time::Duration;

use super::message::Message;
use crate::support::forge::gz::{gunzip, gzip};

/// What happens to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Harm {
    /// It comes later.
    Late,
    /// It never comes.
    Hang,
    /// It stops within its body, and the connection stays open.
    HangWithin,
    /// The connection is reset before it.
    Reset,
    /// The connection is reset within its body.
    ResetWithin,
    /// The connection closes before it.
    Close,
    /// The connection closes within its body.
    Cut,
    /// Its body is cut, and its length says so.
    Shortened,
    /// One bit of its body is another.
    Altered,
    /// Its body is empty.
    Emptied,
    /// Its body is that of another answer of this step.
    Swapped,
    /// It is another answer of this step altogether.
    Exchanged,
    /// Its body was inflated on the way.
    Inflated,
    /// Its body was compressed on the way, and a header says so.
    Compressed,
    /// It is sent twice.
    Twice,
    /// A page with status 200 comes instead, without the headers of AWS.
    Page,
    /// Nothing with status 200 comes instead, without the headers of AWS.
    Nothing,
    /// It leads to the page of a gateway.
    SignIn,
    /// It leads to another region.
    OtherRegion,
    /// It leads to itself.
    Circle,
    /// It leads to an address where nobody listens.
    DeadEnd,
    /// Status 403 with a page.
    Forbidden,
    /// Status 404 with a page.
    NoPage,
    /// Status 407 with a page.
    ProxySignIn,
    /// Status 429 without a body.
    TooMany,
    /// Status 500 without a body.
    Error500,
    /// Status 500 as S3 gives it.
    InternalError,
    /// Status 502 with a page.
    BadGateway,
    /// Status 503 as S3 gives it.
    SlowDown,
    /// Status 503 with a page.
    Unavailable,
    /// Status 504 with a page.
    GatewayTimeout,
    /// Its length says more than its body holds, and nothing more comes.
    TooLong,
    /// Its chunks are none.
    BadChunks,
    /// Its headers are a megabyte long.
    HugeHeaders,
    /// Its headers never end.
    EndlessHeaders,
    /// Bytes of TLS come instead.
    Garbage,
}

/// What is done with a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// These bytes are sent.
    Send(Vec<u8>),
    /// Some time passes.
    Wait(Duration),
    /// Nothing more is sent, until the client leaves.
    Hang,
    /// Headers are sent until the client leaves.
    HeadersForEver,
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Close,
}

/// Where nobody listens.
const DEAD: &str = "http://127.0.0.1:1/";

impl Harm {
    /// Every harm.
    pub const ALL: [Harm; 36] = [
        Harm::Late,
        Harm::Hang,
        Harm::HangWithin,
        Harm::Reset,
        Harm::ResetWithin,
        Harm::Close,
        Harm::Cut,
        Harm::Shortened,
        Harm::Altered,
        Harm::Emptied,
        Harm::Swapped,
        Harm::Exchanged,
        Harm::Inflated,
        Harm::Compressed,
        Harm::Twice,
        Harm::Page,
        Harm::Nothing,
        Harm::SignIn,
        Harm::OtherRegion,
        Harm::Circle,
        Harm::DeadEnd,
        Harm::Forbidden,
        Harm::NoPage,
        Harm::ProxySignIn,
        Harm::TooMany,
        Harm::Error500,
        Harm::InternalError,
        Harm::BadGateway,
        Harm::SlowDown,
        Harm::Unavailable,
        Harm::GatewayTimeout,
        Harm::TooLong,
        Harm::BadChunks,
        Harm::HugeHeaders,
        Harm::EndlessHeaders,
        Harm::Garbage,
    ];

    /// Whether the answer still claims to be AWS's and is complete, but says something else.
    pub fn lies(self) -> bool {
        matches!(
            self,
            Harm::Shortened
                | Harm::Altered
                | Harm::Emptied
                | Harm::Swapped
                | Harm::Exchanged
                | Harm::Inflated
                | Harm::Compressed
        )
    }

    /// Whether the head of an answer comes, and its body does not come to its end.
    pub fn breaks_bodies(self) -> bool {
        matches!(
            self,
            Harm::HangWithin | Harm::ResetWithin | Harm::Cut | Harm::TooLong | Harm::BadChunks
        )
    }

    /// Whether the request is sent again at least twice.
    pub fn is_retried(self) -> bool {
        matches!(
            self,
            Harm::Late
                | Harm::Hang
                | Harm::Reset
                | Harm::Close
                | Harm::TooMany
                | Harm::Error500
                | Harm::InternalError
                | Harm::BadGateway
                | Harm::SlowDown
                | Harm::Unavailable
                | Harm::GatewayTimeout
        )
    }

    /// Whether it takes the answer to another request.
    pub fn takes_another(self) -> bool {
        matches!(self, Harm::Swapped | Harm::Exchanged)
    }

    /// What is done instead of sending `answer` to `request`. `other` is another answer of the same step.
    pub fn acts(self, request: &Message, answer: Message, other: Option<Message>) -> Vec<Act> {
        let page = |status: &str, headers: &[(&str, &str)]| {
            let body = "<html><body>Please sign in</body></html>";
            vec![Act::Send(Message::page(status, headers, body).bytes())]
        };
        let half = answer.body.len() / 2;
        let until = |half: usize| Act::Send([answer.head(), answer.body[..half].to_vec()].concat());
        match self {
            Harm::Late => vec![
                Act::Wait(Duration::from_millis(150)),
                Act::Send(answer.bytes()),
            ],
            Harm::Hang => vec![Act::Hang],
            Harm::HangWithin => vec![until(half), Act::Hang],
            Harm::Reset => vec![Act::Reset],
            Harm::ResetWithin => vec![until(half), Act::Wait(Duration::from_millis(5)), Act::Reset],
            Harm::Close => vec![Act::Close],
            Harm::Cut => vec![until(half), Act::Close],
            Harm::Twice => vec![Act::Send([answer.bytes(), answer.bytes()].concat())],
            Harm::Page => page("200 OK", &[("content-type", "text/html")]),
            Harm::Nothing => vec![Act::Send(Message::page("200 OK", &[], "").bytes())],
            Harm::SignIn => page("302 Found", &[("location", "http://127.0.0.1:1/login")]),
            Harm::Circle => page("307 Temporary Redirect", &[("location", &own_url(request))]),
            Harm::DeadEnd => page("301 Moved Permanently", &[("location", DEAD)]),
            Harm::Forbidden => page("403 Forbidden", &[]),
            Harm::NoPage => page("404 Not Found", &[]),
            Harm::ProxySignIn => page(
                "407 Proxy Authentication Required",
                &[("proxy-authenticate", "Basic realm=\"gateway\"")],
            ),
            Harm::BadGateway => page("502 Bad Gateway", &[]),
            Harm::Unavailable => page("503 Service Unavailable", &[]),
            Harm::GatewayTimeout => page("504 Gateway Timeout", &[]),
            Harm::TooMany => send(with_status(&answer, "429 Too Many Requests", "")),
            Harm::Error500 => send(with_status(&answer, "500 Internal Server Error", "")),
            Harm::OtherRegion => {
                let body = error("PermanentRedirect");
                let mut moved = with_status(&answer, "301 Moved Permanently", &body);
                moved.set("x-amz-bucket-region", "eu-central-1");
                send(moved)
            }
            Harm::InternalError => {
                let body = error("InternalError");
                send(with_status(&answer, "500 Internal Server Error", &body))
            }
            Harm::SlowDown => send(with_status(&answer, "503 Slow Down", &error("SlowDown"))),
            Harm::TooLong => {
                let mut longer = answer.clone();
                longer.set("content-length", &(answer.body.len() + 10).to_string());
                vec![Act::Send(longer.bytes()), Act::Hang]
            }
            Harm::BadChunks => {
                let mut chunked = answer.with_body(b"zz\r\nno chunk\r\n".to_vec());
                chunked.remove("content-length");
                chunked.set("transfer-encoding", "chunked");
                vec![Act::Send(chunked.bytes()), Act::Close]
            }
            Harm::HugeHeaders => {
                let mut huge = answer;
                huge.set("x-filler", &"a".repeat(1 << 20));
                send(huge)
            }
            Harm::EndlessHeaders => vec![
                Act::Send(format!("{}\r\n", answer.start).into_bytes()),
                Act::HeadersForEver,
            ],
            Harm::Garbage => vec![
                Act::Send(vec![0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]),
                Act::Close,
            ],
            Harm::Shortened
            | Harm::Altered
            | Harm::Emptied
            | Harm::Swapped
            | Harm::Exchanged
            | Harm::Inflated
            | Harm::Compressed => send(self.lie(answer, other)),
        }
    }

    /// A complete answer that says something else.
    fn lie(self, answer: Message, other: Option<Message>) -> Message {
        let mut body = answer.body.clone();
        match self {
            Harm::Shortened => {
                body.truncate(body.len() / 2);
                answer.with_body(body)
            }
            Harm::Altered => {
                let at = body.len() / 2;
                if let Some(byte) = body.get_mut(at) {
                    *byte ^= 1;
                }
                answer.with_body(body)
            }
            Harm::Swapped => match other {
                Some(other) => answer.with_body(other.body),
                None => answer,
            },
            Harm::Exchanged => other.unwrap_or(answer),
            Harm::Inflated if body.starts_with(&[0x1f, 0x8b]) => {
                let mut answer = answer.with_body(gunzip(&body));
                answer.remove("content-encoding");
                answer
            }
            Harm::Inflated => answer,
            Harm::Compressed => {
                let mut answer = answer.with_body(gzip(&body));
                answer.set("content-encoding", "gzip");
                answer
            }
            _ => answer.with_body(Vec::new()),
        }
    }
}

fn send(answer: Message) -> Vec<Act> {
    vec![Act::Send(answer.bytes())]
}

/// An answer of AWS with another status and body.
fn with_status(answer: &Message, status: &str, body: &str) -> Message {
    let mut answer = answer.clone().with_body(body.as_bytes().to_vec());
    answer.start = format!("HTTP/1.1 {status}");
    answer
}

fn error(code: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>as S3 says it</Message></Error>")
}

fn own_url(request: &Message) -> String {
    let path = request.start.split(' ').nth(1).unwrap_or("/");
    let host = request.get("host").unwrap_or("127.0.0.1");
    format!("http://{host}{path}")
}
