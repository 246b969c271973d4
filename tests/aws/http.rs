//! HTTP: private certificate authorities, proxies, and the user agent.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::aws::{Ca, Proxy, Service};
use crate::support::program::{finish, reported};
use crate::support::short_trail::{assert_refused, calls, of_trail, over_tls, stage, world};
use crate::support::stage::Stage;

/// Endpoints that only a proxy can resolve.
fn behind(scheme: &str) -> [(String, String); 3] {
    ["s3", "cloudtrail", "sts"].map(|name| {
        let variable = format!("AWS_ENDPOINT_URL_{}", name.to_uppercase());
        (variable, format!("{scheme}://{name}.test"))
    })
}

/// A command against this stage without the `NO_PROXY` exception for loopback addresses.
fn through_proxies(stage: &Stage, more: &[&str]) -> Command {
    let mut command = stage.command(&of_trail(more));
    command.env_remove("NO_PROXY");
    command
}

#[test]
fn a_private_authority_is_trusted_once_it_is_given() {
    let ca = Ca::new();
    let stage = over_tls(&ca, &world(6));
    ca.write(&stage.dir.path().join("ca.pem"));
    Ca::new().write(&stage.dir.path().join("other.pem"));
    // The option wins over the environment.
    let runs: [(&[&str], Option<&str>); 3] = [
        (&["--ca-bundle", "ca.pem"], None),
        (&[], Some("ca.pem")),
        (&["--ca-bundle", "ca.pem"], Some("other.pem")),
    ];
    for (args, bundle) in runs {
        let mut command = stage.command(&of_trail(args));
        command.envs(bundle.map(|path| ("AWS_CA_BUNDLE", path)));
        let (code, report) = reported(finish(&mut command));
        let got = (code, &report["verdict"]);
        assert_eq!(got, (0, &json!("verified")), "{args:?}");
    }
}

#[test]
fn an_untrusted_certificate_is_reported_at_once_and_nothing_is_proven() {
    let ca = Ca::new();
    let stage = over_tls(&ca, &world(6));
    Ca::new().write(&stage.dir.path().join("other.pem"));
    let named = ["--s3-bucket", crate::support::case::BUCKET];
    let runs: [&[&str]; 4] = [
        &[],
        &["--ca-bundle", "other.pem"],
        &named,
        &[named[0], named[1], "--ca-bundle", "other.pem"],
    ];
    for args in runs {
        let begun = Instant::now();
        let run = finish(&mut stage.command(&of_trail(args)));
        let took = begun.elapsed();
        // Retrying cannot help here, so the run must end quickly.
        assert!(took < Duration::from_secs(5), "{args:?}: {took:?}");
        let (code, report) = reported(run);
        let got = (code, &report["complete"], &report["verdict"]);
        assert_eq!(got, (4, &json!(false), &json!("unproven")), "{report}");
        let findings = report["findings"].to_string();
        for message in ["certificate", "--ca-bundle"] {
            assert!(findings.contains(message), "{message}: {findings}");
        }
    }
    assert!(stage.loopback.calls().is_empty(), "nothing was sent");
}

#[test]
fn invalid_certificate_files_are_refused() {
    let stage = stage();
    let pem = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}");
    for (name, text) in [
        ("empty.pem", String::new()),
        ("der.pem", "0\u{1}\u{2}".to_owned()),
        ("open.pem", pem("AAAA\n")),
        ("letters.pem", pem("!!!\n-----END CERTIFICATE-----\n")),
        ("nothing.pem", pem("AAAA\n-----END CERTIFICATE-----\n")),
    ] {
        fs::write(stage.dir.path().join(name), text).expect("a file");
        let mut given = stage.command(&of_trail(&["--ca-bundle", name]));
        assert_refused(
            &mut given,
            &["certificates to trust", "hint: give --ca-bundle"],
        );
        let mut set = stage.command(&of_trail(&[]));
        assert_refused(set.env("AWS_CA_BUNDLE", name), &["certificates to trust"]);
    }
    let mut absent = stage.command(&of_trail(&["--ca-bundle", "absent.pem"]));
    assert_refused(&mut absent, &["absent.pem"]);
    assert!(stage.loopback.calls().is_empty());
}

#[test]
fn every_request_goes_through_the_proxy_of_the_environment() {
    let stage = stage();
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let proxy = Proxy::start(&stage.loopback);
        let mut command = through_proxies(&stage, &[]);
        command.envs(behind("http")).env(name, proxy.url());
        let (code, report) = reported(finish(&mut command));
        assert_eq!(
            (code, &report["verdict"]),
            (0, &json!("verified")),
            "{name}"
        );
        let mut hosts = proxy.hosts();
        assert!(hosts.len() > 10, "one for each request: {hosts:?}");
        hosts.sort();
        hosts.dedup();
        // The caller's identity is looked up in parallel and may arrive too late.
        hosts.retain(|host| host != "sts.test");
        assert_eq!(hosts, ["cloudtrail.test", "s3.test"], "{name}");
    }
}

#[test]
fn hosts_in_no_proxy_are_reached_directly() {
    let stage = stage();
    let proxy = Proxy::start(&stage.loopback);
    for name in ["NO_PROXY", "no_proxy"] {
        let mut command = through_proxies(&stage, &[]);
        command
            .env("HTTP_PROXY", proxy.url())
            .env(name, "127.0.0.1");
        assert_eq!(reported(finish(&mut command)).0, 0);
        assert!(proxy.hosts().is_empty(), "{name}");
    }
    // One service goes through the proxy, the other does not.
    let [s3, ..] = behind("http");
    let mut command = through_proxies(&stage, &[]);
    command
        .envs([s3])
        .env("HTTP_PROXY", proxy.url())
        .env("NO_PROXY", "elsewhere.test,127.0.0.1");
    assert_eq!(reported(finish(&mut command)).0, 0);
    let hosts = proxy.hosts();
    assert!(!hosts.is_empty() && hosts.iter().all(|h| h == "s3.test"));
    let calls = stage.loopback.calls();
    assert!(calls.iter().any(|c| c.service == Service::CloudTrail));
}

#[test]
fn tls_goes_through_a_tunnel_and_is_verified_at_its_end() {
    let ca = Ca::new();
    let stage = over_tls(&ca, &world(6));
    ca.write(&stage.dir.path().join("ca.pem"));
    Ca::new().write(&stage.dir.path().join("other.pem"));
    for (bundle, exit) in [("ca.pem", 0), ("other.pem", 4)] {
        let proxy = Proxy::start(&stage.loopback);
        stage.loopback.clear_calls();
        let mut command = through_proxies(&stage, &["--ca-bundle", bundle]);
        command
            .envs(behind("https"))
            .env("HTTPS_PROXY", proxy.url());
        let (code, _) = reported(finish(&mut command));
        assert_eq!(code, exit, "{bundle}");
        let trusted = exit == 0;
        assert_eq!(stage.loopback.calls().is_empty(), !trusted);
        let hosts = proxy.hosts();
        let through = |name: &str| hosts.iter().any(|h| h == name);
        assert!(through("cloudtrail.test:443"), "{hosts:?}");
        assert_eq!(through("s3.test:443"), trusted, "{hosts:?}");
    }
}

#[test]
fn every_request_has_our_user_agent() {
    let stage = stage();
    let (code, _) = stage.report(&of_trail(&[])[3..]);
    assert_eq!(code, 0);
    for service in [Service::S3, Service::CloudTrail] {
        let calls = calls(&stage, service);
        assert!(!calls.is_empty());
        for call in calls {
            let agent = call.user_agent.expect("a user agent");
            assert!(agent.contains("app/trailproof"), "{agent}");
        }
    }
}
