//! TLS, host names that nobody resolves, and the proxy.

use aws_sdk_cloudtrail as cloudtrail;
use aws_sdk_s3 as s3;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use s3::error::DisplayErrorContext;

use super::{BUCKET, HOME, Stage, cloudtrail_client, operations, s3_config, stage};
use crate::support::aws::{Ca, Loopback, Proxy, SECRET_KEY};

/// A client that trusts only the certificates in this file.
fn trust(pem: &[u8]) -> TlsContext {
    let store = TrustStore::empty().with_pem_certificate(pem);
    let context = TlsContext::builder().with_trust_store(store);
    context.build().expect("certificates")
}

fn tls_client(pem: &[u8], proxy: ProxyConfig) -> s3::config::SharedHttpClient {
    let context = trust(pem);
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|c| c.sleep_impl()));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(context.clone())
            .build()
    })
}

#[tokio::test]
async fn over_tls_only_clients_that_trust_the_authority_are_served() {
    let (ca, stranger) = (Ca::new(), Ca::new());
    let loopback = Loopback::start_tls(&ca);
    let Stage { world, .. } = stage();
    loopback.serve(&world);
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("ca.pem");
    ca.write(&file);
    let pem = std::fs::read(&file).expect("certificates");
    let list = |pem: &[u8], url: &str| {
        let config = s3_config(&loopback, HOME, SECRET_KEY)
            .endpoint_url(url)
            .http_client(tls_client(pem, ProxyConfig::disabled()));
        let client = s3::Client::from_conf(config.build());
        client.list_objects_v2().bucket(BUCKET).send()
    };
    let url = loopback.s3_url();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    list(&pem, &url).await.expect("a listing");
    let named = url.replace("127.0.0.1", "localhost");
    list(&pem, &named).await.expect("a listing");
    let distrust = list(stranger.pem().as_bytes(), &url).await;
    let distrust = distrust.expect_err("another authority");
    let text = DisplayErrorContext(&distrust).to_string();
    assert!(
        text.contains("UnknownIssuer") || text.contains("certificate"),
        "{text}"
    );
    assert_eq!(loopback.calls().len(), 2);
}

#[tokio::test]
async fn unresolvable_names_are_reached_only_through_the_proxy() {
    let Stage { loopback, .. } = stage();
    let proxy = Proxy::start(&loopback);
    let list = |proxy: ProxyConfig, path_style: bool| {
        let config = s3_config(&loopback, HOME, SECRET_KEY)
            .endpoint_url("http://s3.test")
            .force_path_style(path_style)
            .http_client(tls_client(Ca::new().pem().as_bytes(), proxy));
        let client = s3::Client::from_conf(config.build());
        client.list_objects_v2().bucket(BUCKET).send()
    };
    let through = || ProxyConfig::http(proxy.url()).expect("a proxy");
    let nowhere = list(ProxyConfig::disabled(), true).await;
    assert!(nowhere.expect_err("no such name").raw_response().is_none());
    assert!(proxy.hosts().is_empty());
    for path_style in [true, false] {
        let listed = list(through(), path_style).await.expect("a listing");
        assert!(listed.key_count() > Some(0));
    }
    assert_eq!(proxy.hosts(), ["s3.test", "logs.s3.test"]);
    let calls = loopback.calls();
    assert_eq!(operations(&calls), ["ListObjectsV2", "ListObjectsV2"]);
    assert!(calls.iter().all(|c| c.bucket.as_deref() == Some(BUCKET)));
}

#[tokio::test]
async fn the_proxy_tunnels_tls_to_either_server() {
    let ca = Ca::new();
    let loopback = Loopback::start_tls(&ca);
    let Stage { world, chain, .. } = stage();
    loopback.serve(&world);
    let proxy = Proxy::start(&loopback);
    let client = || {
        let through = ProxyConfig::https(proxy.url()).expect("a proxy");
        tls_client(ca.pem().as_bytes(), through)
    };
    let config = s3_config(&loopback, HOME, SECRET_KEY)
        .endpoint_url("https://s3.test:443")
        .http_client(client());
    let place = &chain.last().place;
    let get = s3::Client::from_conf(config.build()).get_object();
    let got = get.bucket(BUCKET).key(&place.key).send().await;
    let body = got.expect("an object").body.collect().await;
    assert_eq!(body.expect("a body").to_vec(), world.object(place).body);
    let config = cloudtrail_client(&loopback, HOME).config().to_builder();
    let config = config
        .endpoint_url("https://cloudtrail.test")
        .http_client(client());
    let trails = cloudtrail::Client::from_conf(config.build()).list_trails();
    trails.send().await.expect("trails");
    assert_eq!(proxy.hosts(), ["s3.test:443", "cloudtrail.test:443"]);
    let calls = loopback.calls();
    assert_eq!(operations(&calls), ["GetObject", "ListTrails"]);
}
