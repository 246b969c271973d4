//! An HTTP message in raw bytes, so that it can be broken in every way.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest head that is read, in bytes.
const HEAD: usize = 1 << 20;

/// A request or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The first line.
    pub start: String,
    /// Headers in their order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Message {
    /// An answer with a status and a text, from something that is not AWS.
    pub fn page(status: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let mut message = Self {
            start: format!("HTTP/1.1 {status}"),
            headers: vec![("server".to_owned(), "gateway".to_owned())],
            body: body.as_bytes().to_vec(),
        };
        for (name, value) in headers {
            message.set(name, value);
        }
        message.set("content-length", &body.len().to_string());
        message
    }

    /// Reads a request, with the body that its `Content-Length` gives; `None` at the end of a connection.
    pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(at) = end_of_head(&bytes) {
                break at;
            }
            if bytes.len() > HEAD || stream.read_buf(&mut bytes).await? == 0 {
                return Ok(None);
            }
        };
        let mut message = Self::parse(&bytes, head);
        let length = message.get("content-length").and_then(|n| n.parse().ok());
        let length: usize = length.unwrap_or(0);
        while message.body.len() < length && stream.read_buf(&mut message.body).await? > 0 {}
        Ok(Some(message))
    }

    /// Reads an answer to the end of its connection.
    pub async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await?;
        let head = end_of_head(&bytes).ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Self::parse(&bytes, head))
    }

    fn parse(bytes: &[u8], head: usize) -> Self {
        let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
        let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
        let start = lines.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let owned = |(name, value): (&str, &str)| (name.to_lowercase(), value.trim().to_owned());
        Self {
            start,
            headers: headers.map(owned).collect(),
            body: bytes[head..].to_vec(),
        }
    }

    /// The value of a header.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Sets a header.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Removes a header.
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(n, _)| n != name);
    }

    /// Replaces the body, and sets its length.
    pub fn with_body(mut self, body: Vec<u8>) -> Self {
        self.set("content-length", &body.len().to_string());
        self.body = body;
        self
    }

    /// The head as it is sent.
    pub fn head(&self) -> Vec<u8> {
        let mut head = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        (head + "\r\n").into_bytes()
    }

    /// All bytes as they are sent.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head(), self.body.clone()].concat()
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    end.map(|at| at + 4)
}
