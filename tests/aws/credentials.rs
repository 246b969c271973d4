//! Sources of credentials with odd values and odd answers: a run ends in order, without a panic.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread;

use crate::support::aws::{ACCESS_KEY, SECRET_KEY, Service};
use crate::support::orderly::{in_parallel, orderly};
use crate::support::profiles::command;
use crate::support::program::finish;
use crate::support::short_trail::{calls, of_trail, stage};

#[test]
fn every_source_of_credentials_with_odd_values_is_refused_in_order() {
    let stage = stage();
    let script = |name: &str, prints: &str| {
        let path = stage.dir.path().join(name);
        fs::write(&path, format!("printf '%s' '{prints}'\n")).expect("a script");
        format!("credential_process = /bin/sh {}", path.display())
    };
    let keys =
        |id: &str| format!(r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "s"}}"#);
    let pair = |id: &str| format!("aws_access_key_id = {id}\naws_secret_access_key = {SECRET_KEY}");
    let role = "role_arn = arn:aws:iam::111111111111:role/audit";
    let sso = "sso_start_url = x\nsso_account_id = x\nsso_role_name = x";
    let profiles = [
        pair("AK\n  IA"),
        pair("AK IA"),
        pair("é"),
        pair(""),
        format!("{}\naws_session_token = a\n  \u{1b}[31m", pair(ACCESS_KEY)),
        script("line", &keys(r"AK\nIA")),
        script("bytes", &keys(r"é")),
        script("nothing", ""),
        script("garbage", "\u{1b}[31m{"),
        "credential_process = /nonexistent/x".into(),
        format!("{role}\nsource_profile = default"),
        format!("{role}\nsource_profile = nobody"),
        format!(
            "{role}\nsource_profile = odd\n[profile odd]\n{}",
            pair("AK\n  IA")
        ),
        format!(
            "{role}\nsource_profile = good\nrole_session_name = \u{1b}[31m\n[profile good]\n{}",
            pair(ACCESS_KEY)
        ),
        format!(
            "role_arn = x\nsource_profile = good\nexternal_id = a\n  b\n[profile good]\n{}",
            pair(ACCESS_KEY)
        ),
        format!("{role}\ncredential_source = x"),
        format!("{role}\ncredential_source = Environment"),
        format!("{role}\nweb_identity_token_file = config"),
        format!("{role}\nweb_identity_token_file = /nonexistent/x"),
        format!("{sso}\nsso_region = x y\n  z"),
        format!("{sso}\nsso_region = "),
        "sso_session = x\n[sso-session x]\nsso_region = a\n  b\nsso_start_url = x".into(),
        "sso_session = nobody".into(),
        "login_session = a\n  b".into(),
        "[".into(),
        "=".into(),
    ];
    let numbered: Vec<(usize, &String)> = profiles.iter().enumerate().collect();
    in_parallel(&numbered, |(number, profile)| {
        let config = stage.dir.path().join(format!("profile-{number}"));
        fs::write(&config, format!("[default]\n{profile}\n")).expect("a config");
        let mut command = command(&stage, &of_trail(&[]));
        command.env("AWS_CONFIG_FILE", &config);
        command.env("HOME", stage.dir.path());
        let run = finish(&mut command);
        assert_eq!(orderly(&run, profile), 2, "{profile}: {}", run.stderr);
        let words = [
            "there are no credentials",
            "in the profile",
            "cannot read the profiles",
        ];
        assert!(
            words.iter().any(|words| run.stderr.contains(words)),
            "{profile}: {}",
            run.stderr
        );
    });
}

#[test]
fn credentials_that_a_container_or_a_token_gives_are_refused_in_order() {
    let stage = stage();
    fs::write(stage.dir.path().join("token"), "token").expect("a token");
    let control = stage.loopback.cloudtrail_url();
    let web = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "token"),
        ("AWS_ROLE_ARN", "arn:aws:iam::111111111111:role/audit"),
    ];
    let at = |url: &'static str| vec![("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)];
    let token = |token: &'static str| {
        let url = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", control.as_str());
        vec![url, ("AWS_CONTAINER_AUTHORIZATION_TOKEN", token)]
    };
    let mut empty = web.to_vec();
    empty.extend([
        ("AWS_ENDPOINT_URL_STS", ""),
        ("AWS_ENDPOINT_URL", control.as_str()),
    ]);
    let cases = [
        empty,
        [&web[..], &[("AWS_ROLE_SESSION_NAME", "a b")]].concat(),
        vec![web[0], ("AWS_ROLE_ARN", "é")],
        vec![("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent/x"), web[1]],
        at("localhost:1"),
        at("127.0.0.1"),
        at("http://127.0.0.1:1"),
        at("http://10.0.0.1/"),
        token("é"),
        vec![("AWS_PROFILE", "nobody")],
    ];
    in_parallel(&cases, |variables| {
        let mut command = command(&stage, &of_trail(&[]));
        for name in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
            command.env(name, "/nonexistent/x");
        }
        let run = finish(command.envs(variables.iter().copied()));
        assert_eq!(
            orderly(&run, &format!("{variables:?}")),
            2,
            "{}",
            run.stderr
        );
        let named = variables.iter().any(|(name, _)| run.stderr.contains(name));
        let refused = run.stderr.contains("there are no credentials");
        assert!(named || refused, "{variables:?}: {}", run.stderr);
    });
    assert!(
        !calls(&stage, Service::Sts).is_empty(),
        "the fallback was asked"
    );
}

/// A metadata service of instances whose every answer is this text.
fn metadata_service(answer: &'static str) -> String {
    let service = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", service.local_addr().expect("an address"));
    thread::spawn(move || {
        for connection in service.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&connection).lines().map_while(Result::ok);
            while lines.next().is_some_and(|line| !line.is_empty()) {}
            let _ = write!(
                &connection,
                "HTTP/1.1 200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 60\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{answer}",
                answer.len()
            );
        }
    });
    url
}

#[test]
fn an_odd_answer_of_the_metadata_service_is_no_internal_error() {
    let stage = stage();
    // A page of whoever answers for every address, and a role that no path can hold.
    for answer in [
        "<html>\n<body>sign in</body>\n</html>",
        "\u{1b}[31m role",
        "",
    ] {
        let url = metadata_service(answer);
        let mut command = command(&stage, &of_trail(&[]));
        command.env_remove("AWS_EC2_METADATA_DISABLED");
        let run = finish(command.env("AWS_EC2_METADATA_SERVICE_ENDPOINT", url));
        assert_eq!(orderly(&run, answer), 2, "{answer}: {}", run.stderr);
        assert!(
            run.stderr.contains("there are no credentials"),
            "{}",
            run.stderr
        );
    }
}
