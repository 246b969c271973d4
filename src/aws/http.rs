//! HTTP connections: proxies, trusted certificate authorities and time-outs.

use std::num::NonZeroU32;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::bounds::{CONNECT, READ, TIME_OUTS};
use super::contact::Contact;
use super::rate::RequestRate;
use crate::base::error::{Error, ErrorKind};

/// Trusted authorities and time-outs.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Certificates to trust instead of those of the system, as PEM.
    pub authorities: Option<Vec<u8>>,
    /// How long connecting may take; `None` waits for ever.
    pub connect: Option<Duration>,
    /// How long an answer, or the next part of one, may take; `None` waits for ever.
    pub read: Option<Duration>,
    /// How long a request with its attempts, or a body without progress, may take. Three times the longer
    /// time-out if that is more.
    pub patience: Duration,
    /// The most requests per second, over all connections and services; `None` for no limit.
    pub requests_per_second: Option<NonZeroU32>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        HttpSettings {
            authorities: None,
            connect: Some(CONNECT),
            read: Some(READ),
            patience: READ * TIME_OUTS,
            requests_per_second: None,
        }
    }
}

impl HttpSettings {
    /// The time-outs of one attempt. The read time-out ends with the head of an answer; a body that is read
    /// with it may take as long again. That of an object is waited for by `s3::body`.
    pub(super) fn timeouts(&self) -> TimeoutConfig {
        let mut timeouts = TimeoutConfig::builder();
        timeouts.set_connect_timeout(self.connect);
        timeouts.set_read_timeout(self.read);
        // With a limit on requests, an attempt first waits for its turn, which may take long. Then only the time for the
        // request ends it.
        let both = self.connect.zip(self.read);
        let both = both.filter(|_| self.requests_per_second.is_none());
        timeouts.set_operation_attempt_timeout(both.map(|(connect, read)| connect + read * 2));
        timeouts.build()
    }
}

/// Pools of connections, shared by sessions.
#[derive(Debug, Clone)]
pub struct Http {
    pub(super) client: SharedHttpClient,
    /// Separate connections, for requests that are made once more.
    pub(super) again: SharedHttpClient,
    /// The same as `client`, for requests for credentials.
    pub(super) credentials: SharedHttpClient,
    /// Whether anything ever answered.
    pub(super) network: Contact,
    pub(super) settings: HttpSettings,
}

impl Http {
    /// Makes connections through the proxies that the environment sets (`HTTPS_PROXY`, `HTTP_PROXY`,
    /// `ALL_PROXY`, `NO_PROXY`).
    ///
    /// # Errors
    /// If none of the authorities is a usable certificate.
    pub fn new(settings: HttpSettings) -> Result<Self, Error> {
        let mut trust = TrustStore::default();
        if let Some(pem) = &settings.authorities {
            let usable = usable(pem).map_err(|why| {
                Error::new(ErrorKind::Input, "the certificates to trust cannot be used")
                    .because(why)
                    .hint("give --ca-bundle or AWS_CA_BUNDLE a file of BEGIN CERTIFICATE blocks")
            })?;
            trust = TrustStore::empty().with_pem_certificate(usable);
        }
        let tls = TlsContext::builder()
            .with_trust_store(trust)
            .build()
            .map_err(|e| {
                Error::new(ErrorKind::Input, "the certificates to trust cannot be used").because(e)
            })?;
        let pool = || {
            let tls = tls.clone();
            Builder::new().build_with_connector_fn(move |settings, components| {
                let mut builder = Connector::builder()
                    .proxy_config(ProxyConfig::from_env())
                    .tls_provider(Provider::Rustls(CryptoMode::Ring))
                    .tls_context(tls.clone());
                builder.set_sleep_impl(components.and_then(|c| c.sleep_impl()));
                builder.set_connector_settings(settings.cloned());
                builder.build()
            })
        };
        let (client, again) = (pool(), pool());
        let rate = settings.requests_per_second.map(RequestRate::new);
        let (client, again, credentials) = match rate {
            Some(rate) => (
                rate.paced(client.clone()),
                rate.paced(again),
                rate.counted(client),
            ),
            None => (client.clone(), again, client),
        };
        Ok(Http {
            client,
            again,
            credentials,
            network: Contact::default(),
            settings,
        })
    }
}

/// The usable certificates of a PEM file, as PEM, which is all that the client accepts.
fn usable(pem: &[u8]) -> Result<String, String> {
    let mut usable = String::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|e| e.to_string())?;
        // The bundle of an operating system may hold one that rustls rejects; skip it.
        if RootCertStore::empty().add(certificate.clone()).is_ok() {
            let body = STANDARD.encode(&certificate);
            usable += &format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        }
    }
    if usable.is_empty() {
        return Err("they hold no certificate that can be used".into());
    }
    Ok(usable)
}
