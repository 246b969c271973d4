//! What is done on the wire for each harm.

use std::time::Duration;

use super::harm::Harm;
use super::message::Message;
use super::{keys, pages};
use crate::support::forge::gz::{gunzip, gzip};

/// A request, its answer, and what the proxy knows beside them.
pub struct Exchange<'a> {
    pub request: &'a Message,
    pub answer: Message,
    /// The answer to another request that this one could be confused with.
    pub other: Option<Message>,
    /// The page before this one of the same listing.
    pub before: Option<Message>,
    /// The URL of a host that is not AWS.
    pub elsewhere: String,
}

impl Exchange<'_> {
    /// Whether a harm is one here.
    pub fn admits(&self, harm: Harm) -> bool {
        match harm {
            Harm::Swapped | Harm::Exchanged => self.other.is_some(),
            Harm::PageRepeated => self.before.is_some(),
            Harm::PagesEnd => pages::next_token(&self.answer).is_some(),
            Harm::PagesCircle => {
                pages::next_token(&self.answer).is_some() && pages::token(self.request).is_some()
            }
            Harm::Replaced | Harm::ReplacedRest => {
                self.answer.start.contains(" 200 ") && self.answer.body.len() > 1
            }
            _ => true,
        }
    }
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
    /// The next connection is to be reset once it is made.
    RefuseNext,
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Close,
}

/// Where nobody listens.
const DEAD: &str = "http://127.0.0.1:1/";

/// Long enough that what was sent before arrives on its own.
const SOON: Duration = Duration::from_millis(5);

impl Harm {
    /// What is done instead of sending the answer.
    pub fn acts(self, exchange: Exchange<'_>) -> Vec<Act> {
        let Exchange {
            request,
            answer,
            other,
            before,
            elsewhere,
        } = exchange;
        let page = |status: &str, headers: &[(&str, &str)]| {
            let body = "<html><body>Please sign in</body></html>";
            vec![Act::Send(Message::page(status, headers, body).bytes())]
        };
        let half = answer.body.len() / 2;
        let until = |half: usize| Act::Send([answer.head(), answer.body[..half].to_vec()].concat());
        match self {
            Harm::ResetWithinHead => {
                let head = answer.head();
                let within = head[..head.len() / 2].to_vec();
                vec![Act::Send(within), Act::Wait(SOON), Act::Reset]
            }
            Harm::ResetAfter => vec![Act::Send(answer.bytes()), Act::Wait(SOON), Act::Reset],
            Harm::NextRefused => {
                let mut last = answer;
                last.set("connection", "close");
                vec![Act::RefuseNext, Act::Send(last.bytes()), Act::Close]
            }
            Harm::Throttled => send(refusal(request, &answer, &THROTTLED)),
            Harm::Expired => send(refusal(request, &answer, &EXPIRED)),
            Harm::OtherRegionForNow => {
                let body = error("TemporaryRedirect");
                let mut moved = with_status(&answer, "307 Temporary Redirect", &body);
                moved.set("x-amz-bucket-region", "eu-central-1");
                send(moved)
            }
            Harm::Moved => {
                let body = error("PermanentRedirect");
                let mut moved = with_status(&answer, "301 Moved Permanently", &body);
                moved.remove("x-amz-bucket-region");
                send(moved)
            }
            Harm::Elsewhere => page("301 Moved Permanently", &[("location", &elsewhere)]),
            Harm::ElsewhereForNow => {
                let mut moved = with_status(&answer, "307 Temporary Redirect", "");
                moved.set("location", &elsewhere);
                send(moved)
            }
            Harm::Mislabelled => {
                let mut mislabelled = answer;
                mislabelled.set("content-encoding", "br");
                send(mislabelled)
            }
            Harm::Replaced | Harm::ReplacedRest => vec![until(half), Act::Close],
            Harm::PageRepeated => send(pages::repeated(answer, before)),
            Harm::PageLost => send(pages::lost(answer)),
            Harm::PagesEnd => send(pages::ended(answer)),
            Harm::PagesCircle => send(pages::circle(request, answer)),
            Harm::NoKeys => send(keys::none(answer)),
            Harm::OtherKeys => send(keys::others(answer)),
            Harm::OtherFingerprints => send(keys::with_other_fingerprints(answer)),
            Harm::Late => vec![
                Act::Wait(Duration::from_millis(150)),
                Act::Send(answer.bytes()),
            ],
            Harm::Hang => vec![Act::Hang],
            Harm::HangWithin => vec![until(half), Act::Hang],
            Harm::Reset => vec![Act::Reset],
            Harm::ResetWithin => vec![until(half), Act::Wait(SOON), Act::Reset],
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

/// The answer to a request for the rest of an object that was replaced.
pub fn rest_of_another(harm: Harm, answer: Message) -> Vec<Act> {
    if harm == Harm::Replaced {
        let body = error("PreconditionFailed");
        return send(with_status(&answer, "412 Precondition Failed", &body));
    }
    let mut rest = Harm::Altered.lie(answer, None);
    rest.set("etag", "\"00000000000000000000000000000000\"");
    send(rest)
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

/// How the services refuse a request: the status of S3 and its code, and the code of the others.
type Refusal = (&'static str, &'static str, &'static str);

const THROTTLED: Refusal = (
    "503 Service Unavailable",
    "RequestLimitExceeded",
    "ThrottlingException",
);
const EXPIRED: Refusal = ("400 Bad Request", "ExpiredToken", "ExpiredTokenException");

/// A refusal in the words of the service that was asked.
fn refusal(request: &Message, answer: &Message, refused: &Refusal) -> Message {
    let (status, of_s3, of_others) = *refused;
    if request.start.starts_with("POST ") {
        let body = match request.get("x-amz-target") {
            Some(_) => format!("{{\"__type\":\"{of_others}\",\"message\":\"as AWS says it\"}}"),
            None => format!("<ErrorResponse>{}</ErrorResponse>", error(of_others)),
        };
        return with_status(answer, "400 Bad Request", &body);
    }
    with_status(answer, status, &error(of_s3))
}

fn own_url(request: &Message) -> String {
    let path = request.start.split(' ').nth(1).unwrap_or("/");
    let host = request.get("host").unwrap_or("127.0.0.1");
    format!("http://{host}{path}")
}
