//! Faults on order: which calls go wrong, how often, and how.

use std::time::Duration;

use super::calls::{Call, Service};
use super::refusal::Refusal;

/// The effect of a fault on a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The service answers with an error.
    Error(Refusal),
    /// The head gives the full length; after this many bytes of the body the connection closes.
    CutOff(usize),
    /// After this many bytes of the body nothing more is sent.
    Stall(usize),
    /// The answer is correct and comes this much later.
    Delay(Duration),
    /// The connection closes without an answer.
    Close,
    /// The answer is correct but for its body.
    Instead(Vec<u8>),
    /// The answer is correct but for one header.
    Header(&'static str, String),
    /// The answer comes from something on the way: it lacks the request id of AWS.
    Foreign(Box<Answer>),
}

impl Answer {
    /// An error with a status, code and message.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Error(Refusal::new(status, code, message))
    }

    /// S3's answer to requests that come too fast.
    pub fn slow_down() -> Self {
        Self::error(503, "SlowDown", "Please reduce your request rate.")
    }

    /// S3's answer for an object that does not exist.
    pub fn no_such_key() -> Self {
        Self::error(404, "NoSuchKey", "The specified key does not exist.")
    }

    /// This answer, from something on the way to S3.
    pub fn foreign(self) -> Self {
        Self::Foreign(Box::new(self))
    }

    /// S3's answer when access is denied.
    pub fn access_denied() -> Self {
        Self::error(403, "AccessDenied", "Access Denied")
    }

    /// S3's answer when the object may be read, and its KMS key may not be used.
    pub fn kms_denied() -> Self {
        let message = "User: arn:aws:iam::111111111111:user/auditor is not authorized to perform: \
                       kms:Decrypt on this resource because the resource does not exist in this \
                       Region, no resource-based policies allow access, or a resource-based \
                       policy explicitly denies access";
        Self::error(403, "AccessDenied", message)
    }

    /// S3's answer for an archived object.
    pub fn archived() -> Self {
        let message = "The operation is not valid for the object's storage class";
        Self::Error(
            Refusal::new(403, "InvalidObjectState", message).detail("StorageClass", "GLACIER"),
        )
    }

    /// S3's answer when a session has expired.
    pub fn expired_token() -> Self {
        Self::error(400, "ExpiredToken", "The provided token has expired.")
    }
}

/// An answer and the calls it applies to: all calls, until it is narrowed.
#[derive(Clone, Debug)]
pub struct Fault {
    answer: Answer,
    spared: usize,
    left: Option<usize>,
    service: Option<Service>,
    operation: Option<String>,
    bucket: Option<String>,
    key: Option<String>,
    version: Option<String>,
    under: Option<String>,
    region: Option<String>,
}

impl Fault {
    /// An answer for every call.
    pub fn new(answer: Answer) -> Self {
        Self {
            answer,
            spared: 0,
            left: None,
            service: None,
            operation: None,
            bucket: None,
            key: None,
            version: None,
            under: None,
            region: None,
        }
    }

    /// Only for the first calls, this many.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.left = Some(times);
        self
    }

    /// Not for the first calls, this many.
    #[must_use]
    pub fn after(mut self, calls: usize) -> Self {
        self.spared = calls;
        self
    }

    /// Only for one service.
    #[must_use]
    pub fn service(mut self, service: Service) -> Self {
        self.service = Some(service);
        self
    }

    /// Only for one operation.
    #[must_use]
    pub fn operation(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// Only for one bucket.
    #[must_use]
    pub fn bucket(mut self, bucket: &str) -> Self {
        self.bucket = Some(bucket.to_owned());
        self
    }

    /// Only for one object.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Only for one version of an object.
    #[must_use]
    pub fn version(mut self, id: &str) -> Self {
        self.version = Some(id.to_owned());
        self
    }

    /// Only for objects under a prefix, and listings of it.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.under = Some(prefix.to_owned());
        self
    }

    /// Only for calls signed for one region.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    fn meets(&self, call: &Call) -> bool {
        let same = |wanted: &Option<String>, there: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == there
        };
        let place = call.key.as_deref().or(call.prefix.as_deref());
        self.left != Some(0)
            && self.service.is_none_or(|service| service == call.service)
            && same(&self.operation, Some(&call.operation))
            && same(&self.bucket, call.bucket.as_deref())
            && same(&self.key, call.key.as_deref())
            && same(&self.version, call.version_id.as_deref())
            && same(&self.region, call.region.as_deref())
            && self
                .under
                .as_deref()
                .is_none_or(|prefix| place.is_some_and(|place| place.starts_with(prefix)))
    }
}

/// Takes from the list what applies to a call: all delays, and the first other answer.
pub fn strike(faults: &mut [Fault], call: &Call) -> (Duration, Option<Answer>) {
    let (mut delay, mut answer) = (Duration::ZERO, None);
    for fault in faults.iter_mut().filter(|fault| fault.meets(call)) {
        if fault.spared > 0 {
            fault.spared -= 1;
            continue;
        }
        match &fault.answer {
            Answer::Delay(time) => delay += *time,
            _ if answer.is_some() => continue,
            other => answer = Some(other.clone()),
        }
        fault.left = fault.left.map(|left| left - 1);
    }
    (delay, answer)
}
