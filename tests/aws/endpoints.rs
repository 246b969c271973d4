//! Endpoints: from the command line, the environment or a profile.

use crate::support::profiles::{command, write_profiles};
use crate::support::program::{finish, reported};
use crate::support::short_trail::{assert_refused, of_trail, stage};

#[test]
fn an_endpoint_serves_every_service_that_has_no_endpoint_of_its_own() {
    let stage = stage();
    let (s3, control) = (stage.loopback.s3_url(), stage.loopback.cloudtrail_url());
    // Nothing listens there, so every request to it fails.
    let nowhere = "http://127.0.0.1:9";
    let rest = [("AWS_ENDPOINT_URL", nowhere)];
    let given = |url: &str, environment: &[(&str, &str)]| {
        let mut args = of_trail(&[]);
        if !url.is_empty() {
            args.extend(["--endpoint-url", url]);
        }
        let mut command = stage.command(&args);
        for name in ["S3", "CLOUDTRAIL"] {
            command.env_remove(format!("AWS_ENDPOINT_URL_{name}"));
        }
        command.envs(environment.iter().copied());
        reported(finish(&mut command)).0
    };
    let s3_own = ("AWS_ENDPOINT_URL_S3", s3.as_str());
    let control_own = ("AWS_ENDPOINT_URL_CLOUDTRAIL", control.as_str());
    assert_eq!(given(&control, &[s3_own]), 0);
    assert_eq!(given(&s3, &[control_own]), 0);
    assert_eq!(given(nowhere, &[s3_own, control_own]), 0);
    assert_eq!(given(&control, &[s3_own, rest[0]]), 0, "given wins");
    assert_eq!(given("", &[s3_own, ("AWS_ENDPOINT_URL", &control)]), 0);
    assert_eq!(given("", &[control_own, ("AWS_ENDPOINT_URL", &s3)]), 0);
    // If one URL is set for S3 and for all services, it still counts as the URL of S3.
    let same = [s3_own, ("AWS_ENDPOINT_URL", s3.as_str())];
    assert_eq!(given(&control, &same), 0);
}

#[test]
fn a_profile_may_set_endpoints() {
    let stage = stage();
    let (s3, control) = (stage.loopback.s3_url(), stage.loopback.cloudtrail_url());
    let config = format!(
        "[profile audit]\nservices = local\nendpoint_url = {control}\n\n[services local]\ns3 =\n  \
         endpoint_url = {s3}\n"
    );
    write_profiles(&stage, &config);
    let mut command = command(&stage, &of_trail(&["--profile", "audit"]));
    for name in ["S3", "CLOUDTRAIL"] {
        command.env_remove(format!("AWS_ENDPOINT_URL_{name}"));
    }
    assert_eq!(reported(finish(&mut command)).0, 0);
}

#[test]
fn an_invalid_endpoint_is_refused() {
    let stage = stage();
    for url in ["nonsense", "ftp://s3.test", "https://", "s3.test:443"] {
        let args = of_trail(&["--endpoint-url", url]);
        assert_refused(&mut stage.command(&args), &["--endpoint-url", "https://"]);
    }
    assert!(stage.loopback.calls().is_empty());
}
