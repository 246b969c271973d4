//! The body of an answer, which may break off or stall.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::calls::Flight;
use super::faults::Answer;

/// The error that hyper gets when an answer breaks off.
pub type Broken = Box<dyn Error + Send + Sync>;

/// What happens after the allowed bytes were sent.
#[derive(Clone, Copy)]
enum End {
    /// The connection closes, one turn later so that what was sent leaves first.
    Close { next: bool },
    /// Nothing more is sent, for as long as the client waits.
    Stall,
}

/// A body as the client receives it.
pub struct Reply {
    inner: Pin<Box<s3s::Body>>,
    left: usize,
    end: Option<End>,
    /// The call counts as in flight until the body is dropped.
    _flight: Option<Flight>,
}

impl Reply {
    /// A body, complete unless a fault says otherwise.
    pub fn new(inner: s3s::Body, fault: Option<&Answer>, flight: Option<Flight>) -> Self {
        let (left, end) = match fault {
            Some(Answer::CutOff(bytes)) => (*bytes, Some(End::Close { next: false })),
            Some(Answer::Stall(bytes)) => (*bytes, Some(End::Stall)),
            _ => (usize::MAX, None),
        };
        Self {
            inner: Box::pin(inner),
            left,
            end,
            _flight: flight,
        }
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if self.left == 0 {
            match self.end {
                Some(End::Close { next: false }) => {
                    self.end = Some(End::Close { next: true });
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(End::Close { next: true }) => {
                    return Poll::Ready(Some(Err(io::Error::other("cut off").into())));
                }
                Some(End::Stall) => return Poll::Pending,
                None => {}
            }
        }
        let frame = self.inner.as_mut().poll_frame(cx);
        let Poll::Ready(Some(Ok(frame))) = frame else {
            return frame;
        };
        let frame = frame.map_data(|mut data| {
            data.truncate(self.left);
            self.left -= data.len();
            data
        });
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.end.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
