//! Credentials that can be sent. The SDK puts a key id and a session token into headers, and panics on one that
//! no header can carry. It also panics on odd answers of sources of credentials, such as the metadata service of
//! an instance.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use crate::base::caught::caught as caught_panic;

/// Whether a header can carry a key, in a line with others.
pub(super) fn is_sendable(key: &str) -> bool {
    key.chars().all(|c| c.is_ascii_graphic())
}

/// Refuses credentials that cannot be sent, wherever they come from: a file, a process, a role or a service.
#[derive(Debug)]
pub(super) struct Sendable(pub SharedCredentialsProvider);

impl ProvideCredentials for Sendable {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let found = caught(self.0.provide_credentials()).await??;
            let token = found.session_token();
            let keys = [found.access_key_id(), found.secret_access_key()];
            let usable = keys.iter().all(|key| !key.is_empty() && is_sendable(key));
            if !usable || !token.is_none_or(is_sendable) {
                return Err(CredentialsError::invalid_configuration(
                    "a key is empty, or holds a blank, a line break or another character that keys never have",
                ));
            }
            Ok(found)
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt()
    }
}

/// Waits for a source of credentials, and turns a panic of the SDK into an error. No state of ours is involved.
async fn caught<T>(work: impl Future<Output = T>) -> Result<T, CredentialsError> {
    let mut work = pin!(work);
    poll_fn(
        move |context| match caught_panic(|| work.as_mut().poll(context)) {
            Ok(polled) => polled.map(Ok),
            Err(message) => Poll::Ready(Err(CredentialsError::unhandled(format!(
                "a source of credentials gave an answer that cannot be used ({message})"
            )))),
        },
    )
    .await
}
